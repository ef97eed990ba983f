"""Tags: single keys by many hands, and the provider's default tags, as its own refresh tells them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.attached import SIGNING, capacity_state, signing_state, tag, untag
from tests.builders import (
    ACCOUNT,
    BY_CONSOLE,
    BY_TERRAFORM,
    MAPPING,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    check,
    create_function,
    delete_function,
    differences,
    function_arn,
    function_state,
    is_silent,
    mapping_state,
    only,
    record,
    written,
)
from tfdrift_gate.model import Kind

ORDERS = "aws_lambda_function.orders"
DEFAULTED = {"tags": {"a": "1"}, "tags_all": {"a": "1", "env": "prod"}}


def tagged(**attributes: Any) -> list[dict[str, Any]]:
    return [function_state(**(DEFAULTED | attributes))]


# What a real refresh (provider 5.100, default_tags {env = prod}) said of each; where a changed key shows in both `tags`
# and `tags_all`, the report names `tags`, under which people know it.
REFRESHED: dict[str, tuple[list[Any], tuple[str, Any, Any] | None]] = {
    "a default changed": ([tag({"env": "dev"})], ("tags", {"a": "1"}, {"a": "1", "env": "dev"})),
    "a default removed": ([untag("env")], ("tags_all", {"a": "1", "env": "prod"}, {"a": "1"})),
    "a new key": ([tag({"new": "x"})], ("tags", {"a": "1"}, {"a": "1", "new": "x"})),
    "an own key changed": ([tag({"a": "2"})], ("tags", {"a": "1"}, {"a": "2"})),
    "an own key removed": ([untag("a")], ("tags", {"a": "1"}, None)),
    "all removed": ([untag("a", "env")], ("tags", {"a": "1"}, None)),
    "the same values": ([tag({"a": "1", "env": "prod"})], None),
    "an absent key removed": ([untag("nobody")], None),
    "a key of AWS's own": ([tag({"aws:cloudformation:stack-name": "x"})], None),
    "a key of AWS's own removed": ([untag("aws:cloudformation:stack-name")], None),
    "numbers are texts": ([tag({"a": 1})], None),
    "several keys in one call": ([tag({"a": "2", "b": "3"})], ("tags", {"a": "1"}, {"a": "2", "b": "3"})),
    "an empty value": ([tag({"b": ""})], ("tags", {"a": "1"}, {"a": "1", "b": ""})),
    "a key with every sign in it": (
        [tag({'q"]\\ é': "1"})],
        ("tags", {"a": "1"}, {"a": "1", 'q"]\\ é': "1"}),
    ),
}


@pytest.mark.parametrize(("calls", "expected"), REFRESHED.values(), ids=REFRESHED.keys())
def test_tags_and_default_tags_are_told_as_the_provider_tells_them(
    tmp_path: Path, calls: list[Any], expected: tuple[str, Any, Any] | None
) -> None:
    report = check(tmp_path, calls, tagged())
    if expected is None:
        assert is_silent(report), written(report)
    else:
        name, before, after = expected
        assert differences(report.findings) == {(ORDERS, name): (before, after)}
        assert report.skipped == ()


def test_an_own_tag_equal_to_the_default_is_own(tmp_path: Path) -> None:
    state = tagged(tags={"a": "1", "env": "prod"})
    assert is_silent(check(tmp_path, [tag({"env": "prod"})], state))
    report = check(tmp_path, [untag("env")], state)
    assert differences(report.findings) == {(ORDERS, "tags"): ({"a": "1", "env": "prod"}, {"a": "1"})}


def test_a_tag_that_overrides_the_default_and_is_set_to_it_by_hand_is_drift(tmp_path: Path) -> None:
    state = tagged(tags={"env": "dev"}, tags_all={"env": "dev"})
    report = check(tmp_path, [tag({"env": "prod"})], state)
    assert {name for _, name in differences(report.findings)} == {"tags"}


@pytest.mark.parametrize("nothing", [None, {}])
def test_no_tags_are_null_or_an_empty_map(tmp_path: Path, nothing: Mapping[str, str] | None) -> None:
    state = tagged(tags=nothing, tags_all=nothing)
    assert is_silent(check(tmp_path, [untag("a"), tag({}, at="10:01:00")], state))
    report = check(tmp_path, [tag({"new": "x"})], state)
    assert differences(report.findings) == {(ORDERS, "tags"): (None, {"new": "x"})}


def test_a_state_without_tags_all_as_old_providers_have_it_is_compared_with_tags(tmp_path: Path) -> None:
    state = [function_state(tags={"a": "1"})]
    assert is_silent(check(tmp_path, [tag({"a": "1"})], state))
    assert differences(check(tmp_path, [untag("a")], state).findings) == {(ORDERS, "tags"): ({"a": "1"}, None)}


# --- who --------------------------------------------------------------------------------------------------------------


def test_a_tag_set_and_taken_back_by_another_person_is_reverted_and_names_both(tmp_path: Path) -> None:
    calls = [tag({"a": "2"}), tag({"a": "1"}, at="10:05:00", by=BY_CONSOLE)]
    report = check(tmp_path, calls, tagged())
    assert report.verdict == "clean"
    drift = only(report.reverted).drift
    assert [event.actor.name for event in drift.events] == ["ops-engineer", "developer"]
    assert only(drift.changes).after == {"a": "2"}


def test_a_key_added_and_removed_again_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"new": "x"}), untag("new", at="10:05:00")], tagged())
    assert report.findings == ()
    assert only(only(report.reverted).drift.changes).after == {"a": "1", "new": "x"}


def test_of_two_keys_by_two_people_both_are_events_and_each_answers_for_one(tmp_path: Path) -> None:
    calls = [tag({"one": "1"}), tag({"two": "2"}, at="10:05:00", by=BY_CONSOLE)]
    finding = only(check(tmp_path, calls, tagged()).findings)
    assert [event.actor.name for event in finding.drift.events] == ["ops-engineer", "developer"]
    assert [change.after for change in finding.drift.changes] == [{"a": "1", "one": "1"}, {"a": "1", "two": "2"}]
    by = [change.event.event_id if change.event else None for change in finding.drift.changes]
    assert by == [call["eventID"] for call in calls]


def test_a_key_set_by_hand_is_named_beside_one_that_terraform_set_later(tmp_path: Path) -> None:
    calls = [tag({"one": "1"}), tag({"two": "2"}, at="10:05:00", by=BY_TERRAFORM)]
    finding = only(check(tmp_path, calls, tagged()).findings)
    assert [event.origin for event in finding.drift.events] == ["cli", "terraform"]
    assert [change.event.origin for change in finding.drift.changes if change.event] == ["cli", "terraform"]


def test_whoever_only_touched_a_key_that_is_as_state_has_it_is_not_named_for_another_key(tmp_path: Path) -> None:
    calls = [tag({"one": "1"}), tag({"a": "1"}, at="10:05:00", by=BY_CONSOLE)]
    finding = only(check(tmp_path, calls, tagged()).findings)
    assert finding.last_event is not None
    assert finding.last_event.actor.name == "ops-engineer"


def test_a_default_tag_removed_and_set_again_is_reverted_as_the_refresh_would_have_shown_it(tmp_path: Path) -> None:
    report = check(tmp_path, [untag("env"), tag({"env": "prod"}, at="10:05:00")], tagged())
    assert differences(report.reverted) == {(ORDERS, "tags_all"): ({"a": "1", "env": "prod"}, {"a": "1"})}


def test_one_key_taken_back_leaves_the_other_a_finding(tmp_path: Path) -> None:
    calls = [tag({"one": "1", "a": "2"}), tag({"a": "1"}, at="10:05:00")]
    report = check(tmp_path, calls, tagged())
    assert differences(report.findings) == {(ORDERS, "tags"): ({"a": "1"}, {"a": "1", "one": "1"})}


def test_terraforms_own_tags_are_nothing(tmp_path: Path) -> None:
    calls = [tag({"a": "1", "env": "prod"}, by=BY_TERRAFORM), untag("old", at="10:00:01", by=BY_TERRAFORM)]
    assert is_silent(check(tmp_path, calls, tagged()))


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_two_calls_of_one_second_on_one_key_are_tied_and_never_called_reverted(
    tmp_path: Path, ids: tuple[int, int]
) -> None:
    one, other = (f"00000000-0000-4000-8000-{number:012}" for number in ids)
    calls = [tag({"a": "2"}, eventID=one), tag({"a": "1"}, by=BY_CONSOLE, eventID=other)]
    report = check(tmp_path, calls, tagged())
    assert report.reverted == ()
    change = only(only(report.findings).drift.changes)
    assert change.attribute == "tags"
    assert "within one second" in change.note


def test_two_calls_of_one_second_on_different_keys_are_no_tie(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"one": "1"}), tag({"two": "2"}, by=BY_CONSOLE)], tagged())
    found = [(change.after, change.note) for change in only(report.findings).drift.changes]
    assert found == [({"a": "1", "one": "1"}, ""), ({"a": "1", "two": "2"}, "")]


# --- which thing ------------------------------------------------------------------------------------------------------

MAPPING_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:event-source-mapping:{MAPPING}"
PROVIDER_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT}:capacity-provider:fleet"
TAGGED = {
    "function": (function_arn(), function_state(tags={}, tags_all={})),
    "mapping": (MAPPING_ARN, mapping_state(tags={}, tags_all={})),
    "code signing config": (SIGNING, signing_state()),
    "capacity provider": (PROVIDER_ARN, capacity_state()),
}


@pytest.mark.parametrize(("arn", "entry"), TAGGED.values(), ids=TAGGED.keys())
def test_an_arn_tells_which_kind_of_thing_was_tagged(tmp_path: Path, arn: str, entry: dict[str, Any]) -> None:
    report = check(tmp_path, [tag({"x": "1"}, arn)], [entry])
    assert differences(report.findings) == {(f"{entry['type']}.{entry['name']}", "tags"): (None, {"x": "1"})}
    report = check(tmp_path, [untag("x", arn=arn)], [entry])
    assert is_silent(report)


@pytest.mark.parametrize("arn", [function_arn(account=OTHER_ACCOUNT), function_arn(region=OTHER_REGION)])
def test_tags_of_what_has_the_same_name_elsewhere_are_nothing(tmp_path: Path, arn: str) -> None:
    assert is_silent(check(tmp_path, [tag({"x": "1"}, arn)], tagged()))


def test_tags_of_a_kind_that_is_not_known_are_skipped_by_name(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"x": "1"}, f"arn:aws:lambda:{REGION}:{ACCOUNT}:microvm:one")], tagged())
    assert [(entry.reason, entry.event_name) for entry in report.skipped] == [("no-target", "TagResource20170331v2")]


# --- with a creation --------------------------------------------------------------------------------------------------


def created_with(tags: Mapping[str, str] | None, **fields: Any) -> dict[str, Any]:
    body = create_function(**fields)
    return body | {"requestParameters": body["requestParameters"] | ({} if tags is None else {"tags": tags})}


def test_a_function_made_again_with_other_tags_says_which(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), created_with({"a": "2"}, at="10:01:00")], tagged())
    finding = only(report.findings)
    assert finding.drift.kind is Kind.REPLACED
    assert [(change.attribute, change.after) for change in finding.drift.changes] == [("tags", {"a": "2"})]


def test_a_function_made_again_without_tags_has_none(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), created_with(None, at="10:01:00")], tagged())
    assert [(change.attribute, change.after) for change in only(report.findings).drift.changes] == [("tags", None)]


def test_a_function_made_again_with_all_its_tags_lacks_none(tmp_path: Path) -> None:
    again = created_with(DEFAULTED["tags_all"], at="10:01:00")
    assert only(check(tmp_path, [delete_function(), again], tagged()).findings).drift.changes == ()


def test_tags_set_on_a_new_function_add_to_those_it_was_made_with(tmp_path: Path) -> None:
    calls = [delete_function(), created_with({"a": "1"}, at="10:01:00"), tag({"env": "prod"}, at="10:02:00")]
    assert only(check(tmp_path, calls, tagged()).findings).drift.changes == ()


def test_tags_that_are_no_texts_are_skipped_as_malformed(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"a": {"nested": "1"}})], tagged())
    assert [entry.reason for entry in report.skipped] == ["malformed-value"]
    assert report.findings == ()


def test_two_keys_of_one_call_that_differ_are_one_attribute(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"one": "1"}), untag("a", at="10:01:00")], tagged())
    assert differences(report.findings) == {(ORDERS, "tags"): ({"a": "1"}, {"one": "1"})}


NOT_TOLD = {
    "no tags at all": record("TagResource20170331v2", {"resource": function_arn()}),
    "no keys at all": record("UntagResource20170331v2", {"resource": function_arn()}),
    "null": record("TagResource20170331v2", {"resource": function_arn(), "tags": None}),
    "keys as one text": record("UntagResource20170331v2", {"resource": function_arn(), "tagKeys": "a"}),
    "keys that are no texts": record("UntagResource20170331v2", {"resource": function_arn(), "tagKeys": [{}]}),
}


@pytest.mark.parametrize("call", NOT_TOLD.values(), ids=NOT_TOLD.keys())
def test_a_tag_call_that_does_not_tell_its_tags_is_skipped_and_never_silent(
    tmp_path: Path, call: dict[str, Any]
) -> None:
    report = check(tmp_path, [call], tagged())
    assert [(entry.reason, entry.event_name) for entry in report.skipped] == [("malformed-value", call["eventName"])]


@pytest.mark.parametrize("keys", [[], {}])
def test_a_tag_call_with_no_key_is_nothing(tmp_path: Path, keys: Any) -> None:
    call = record("UntagResource20170331v2", {"resource": function_arn(), "tagKeys": keys})
    assert is_silent(check(tmp_path, [call, tag({}, at="10:01:00")], tagged()))
