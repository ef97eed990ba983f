"""CloudTrail's clock ticks in whole seconds: what orders calls within one, and what is said where nothing does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    invoke_config_state,
    policy_state,
    provisioned_state,
    put_invoke_config,
    put_provisioned,
    put_recursion,
    recursion_state,
    statement,
    update_invoke_config,
    update_url,
    url_state,
)
from tests.builders import (
    BY_CONSOLE,
    BY_TERRAFORM,
    add_permission,
    alias,
    alias_state,
    check,
    create_alias,
    create_function,
    delete_alias,
    delete_concurrency,
    delete_function,
    delete_mapping,
    function_state,
    mapping_state,
    only,
    permission_state,
    put_concurrency,
    remove_permission,
    update_alias,
    update_code,
    update_configuration,
    update_mapping,
    without,
    written,
)
from tfdrift_gate.model import Kind

NOTE = "set more than once within one second; nothing tells which call was the last"
IDS = [(1, 2), (2, 1)]


def numbered(ids: tuple[int, int], *bodies: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls with event ids in the one order or the other: an id must not decide what was last."""
    return [
        body | {"eventID": f"00000000-0000-4000-8000-{number:012}"} for number, body in zip(ids, bodies, strict=True)
    ]


TIED: dict[str, tuple[list[Any], list[Any]]] = {
    "reserved concurrency": (
        [put_concurrency(50), put_concurrency(5)],
        [function_state(reserved_concurrent_executions=5)],
    ),
    "reserved concurrency set and removed": ([put_concurrency(50), delete_concurrency()], [function_state()]),
    "an alias": ([update_alias({"functionVersion": "4"}), update_alias({"functionVersion": "3"})], [alias_state()]),
    "recursion": ([put_recursion("Allow"), put_recursion("Terminate")], [function_state(), recursion_state()]),
    "provisioned concurrency": ([put_provisioned(10), put_provisioned(5)], [function_state(), provisioned_state()]),
    "a URL": ([update_url({"authType": "NONE"}), update_url({"authType": "AWS_IAM"})], [url_state()]),
    "a mapping": (
        [update_mapping({"batchSize": 5}, {"batchSize": 5}), update_mapping({"batchSize": 100}, {"batchSize": 100})],
        [mapping_state()],
    ),
    "event invoke": (
        [update_invoke_config({"maximumRetryAttempts": 0}), update_invoke_config({"maximumRetryAttempts": 1})],
        [function_state(), invoke_config_state()],
    ),
    "event invoke put and updated": (
        [put_invoke_config({"maximumRetryAttempts": 0}), update_invoke_config({"maximumRetryAttempts": 1})],
        [function_state(), invoke_config_state(maximum_event_age_in_seconds=0, destination_config=[])],
    ),
}


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize(("calls", "state"), TIED.values(), ids=TIED.keys())
def test_of_two_values_in_one_second_the_one_that_contradicts_state_stands_and_says_why(
    tmp_path: Path, calls: list[Any], state: list[Any], ids: tuple[int, int]
) -> None:
    report = check(tmp_path, numbered(ids, *calls), state)
    assert report.reverted == (), "nothing tells that it was taken back"
    change = only(only(report.findings).drift.changes)
    assert change.note == NOTE
    assert len(only(report.findings).drift.events) == 2


@pytest.mark.parametrize("ids", IDS)
def test_two_different_values_of_which_neither_is_states_are_drift_and_tied(
    tmp_path: Path, ids: tuple[int, int]
) -> None:
    report = check(tmp_path, numbered(ids, put_concurrency(50), put_concurrency(60)))
    change = only(only(report.findings).drift.changes)
    assert (change.attribute, change.note) == ("reserved_concurrent_executions", NOTE)
    assert change.after in (50, 60)


@pytest.mark.parametrize("ids", IDS)
def test_whoever_may_have_been_the_last_is_named_beside_the_other(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(ids, put_concurrency(50), put_concurrency(60) | BY_TERRAFORM)
    finding = only(check(tmp_path, calls).findings)
    change = only(finding.drift.changes)
    assert change.event is not None
    assert {event.origin for event in (change.event, *change.others)} == {"cli", "terraform"}
    assert {event.origin for event in finding.drift.events} == {"cli", "terraform"}


@pytest.mark.parametrize("ids", IDS)
def test_the_same_value_twice_in_one_second_is_no_tie(tmp_path: Path, ids: tuple[int, int]) -> None:
    report = check(tmp_path, numbered(ids, put_concurrency(50), put_concurrency("50") | BY_CONSOLE))
    change = only(only(report.findings).drift.changes)
    assert (change.after, change.note) == (50, "")


@pytest.mark.parametrize("ids", IDS)
def test_calls_of_one_second_on_different_settings_are_no_tie(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(
        ids,
        update_alias({"functionVersion": "4"}, {"functionVersion": "4"}),
        update_alias({"description": "x"}, {"functionVersion": "4", "description": "x"}),
    )
    report = check(tmp_path, calls, [alias_state()])
    assert {(c.attribute, c.after, c.note) for c in only(report.findings).drift.changes} == {
        ("function_version", "4", ""),
        ("description", "x", ""),
    }


@pytest.mark.parametrize("ids", IDS)
def test_the_answer_that_shows_what_the_other_asked_for_is_the_later_one(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(
        ids,
        update_mapping({"batchSize": 5}, {"batchSize": 5, "state": "Enabled"}),
        update_mapping({"enabled": False}, {"batchSize": 5, "state": "Disabling"}),
    )
    report = check(tmp_path, calls, [mapping_state()])
    assert {(c.attribute, c.after, c.event is None) for c in only(report.findings).drift.changes} == {
        ("batch_size", 5, False),
        ("enabled", False, False),
    }


@pytest.mark.parametrize("ids", IDS)
def test_an_answers_own_time_orders_functions_within_a_second(tmp_path: Path, ids: tuple[int, int]) -> None:
    first = update_configuration({"memorySize": 1024}, {"lastModified": "2026-01-01T10:00:00.100+0000"})
    second = update_configuration({"memorySize": 512}, {"lastModified": "2026-01-01T10:00:00.900+0000"})
    report = check(tmp_path, numbered(ids, first, second))
    assert report.findings == (), written(report)
    assert len(report.reverted) == 1
    report = check(tmp_path, numbered(ids, second | {}, first | {}))
    assert report.findings == ()


@pytest.mark.parametrize("ids", IDS)
def test_equal_own_times_leave_functions_tied(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(ids, update_configuration({"memorySize": 1024}), update_configuration({"memorySize": 512}))
    report = check(tmp_path, calls)
    assert report.reverted == ()
    assert only(only(report.findings).drift.changes).note == NOTE


@pytest.mark.parametrize("ids", IDS)
def test_code_and_configuration_of_one_second_are_both_seen(tmp_path: Path, ids: tuple[int, int]) -> None:
    configured = update_configuration({"memorySize": 1024}, {"lastModified": "2026-01-01T10:00:00.100+0000"})
    coded = update_code()
    coded["responseElements"] |= {"memorySize": 1024, "lastModified": "2026-01-01T10:00:00.900+0000"}
    report = check(tmp_path, numbered(ids, configured, coded))
    changes = only(report.findings).drift.changes
    assert {(change.attribute, change.event is None) for change in changes} == {
        ("memory_size", False),
        ("code_sha256", False),
    }


@pytest.mark.parametrize("ids", IDS)
def test_a_permission_removed_and_added_in_one_second_was_altered(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(ids, add_permission(request={"principal": "*"}), remove_permission())
    report = check(tmp_path, calls, [function_state(), permission_state()])
    assert only(report.findings).drift.kind is not Kind.DELETED
    assert [change.after for change in only(report.findings).drift.changes] == ["*"]


@pytest.mark.parametrize("ids", IDS)
def test_a_statement_removed_and_added_in_one_second_is_in_the_policy(tmp_path: Path, ids: tuple[int, int]) -> None:
    answer = {"statement": json.dumps(statement(principal="*"))}
    calls = numbered(ids, add_permission() | {"responseElements": answer}, remove_permission())
    report = check(tmp_path, calls, [function_state(), policy_state()])
    change = only(only(report.findings).drift.changes)
    assert json.loads(change.after)["Statement"] == [statement(principal="*")]
    assert change.note == ""


@pytest.mark.parametrize("order", [1, -1])
def test_records_without_any_id_give_one_report_in_any_order(tmp_path: Path, order: int) -> None:
    calls = [without(call, "eventID") for call in (put_concurrency(50), put_concurrency(60), put_concurrency(70))]
    report = check(tmp_path, calls[::order])
    change = only(only(report.findings).drift.changes)
    assert (change.after, change.note) == (70, NOTE)


NEW = {
    "permission": (add_permission("new"), remove_permission("new")),
    "alias": (create_alias({"name": "new"}), delete_alias("new")),
}


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize(("made", "removed"), NEW.values(), ids=NEW.keys())
def test_something_new_made_and_removed_in_one_second_may_be_there_and_says_why(
    tmp_path: Path, made: Any, removed: Any, ids: tuple[int, int]
) -> None:
    report = check(tmp_path, numbered(ids, made, removed))
    assert report.reverted == ()
    finding = only(report.findings)
    assert finding.drift.kind is Kind.UNMANAGED
    assert finding.drift.note == "made and removed within one second; nothing tells which call was the last"


@pytest.mark.parametrize("ids", IDS)
@pytest.mark.parametrize(("made", "removed"), NEW.values(), ids=NEW.keys())
def test_something_made_earlier_and_made_anew_in_one_second_is_there(
    tmp_path: Path, made: Any, removed: Any, ids: tuple[int, int]
) -> None:
    calls = [made | {"eventTime": "2026-01-01T09:00:00Z"}, *numbered(ids, made, removed)]
    assert only(check(tmp_path, calls).findings).drift.note == ""


@pytest.mark.parametrize("ids", IDS)
def test_what_was_made_and_updated_in_one_second_is_as_the_update_left_it(tmp_path: Path, ids: tuple[int, int]) -> None:
    updated = update_alias({"name": "new", "functionVersion": "4"}, alias(name="new", functionVersion="4"))
    report = check(tmp_path, numbered(ids, create_alias({"name": "new"}), updated))
    found = {change.attribute: (change.after, change.note) for change in only(report.findings).drift.changes}
    assert found["function_version"] == ("4", "")


@pytest.mark.parametrize("ids", IDS)
def test_a_managed_alias_removed_and_made_again_in_one_second_is_reverted(tmp_path: Path, ids: tuple[int, int]) -> None:
    report = check(tmp_path, numbered(ids, create_alias(), delete_alias()), [function_state(), alias_state()])
    assert report.findings == (), written(report)


@pytest.mark.parametrize("ids", IDS)
def test_a_managed_function_deleted_and_made_again_in_one_second_is_replaced(
    tmp_path: Path, ids: tuple[int, int]
) -> None:
    report = check(tmp_path, numbered(ids, create_function(), delete_function()))
    assert only(report.findings).drift.kind is Kind.REPLACED


@pytest.mark.parametrize("ids", IDS)
def test_a_mapping_changed_and_deleted_in_one_second_is_deleted(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(ids, delete_mapping(), update_mapping({"batchSize": 5}, {"batchSize": 5}))
    report = check(tmp_path, calls, [function_state(), mapping_state()])
    assert only(report.findings).drift.kind is Kind.DELETED


@pytest.mark.parametrize("ids", IDS)
def test_a_function_deleted_in_the_second_of_its_childs_making_takes_it(tmp_path: Path, ids: tuple[int, int]) -> None:
    calls = numbered(ids, delete_function(), add_permission("new"))
    report = check(tmp_path, calls)
    assert {finding.drift.kind for finding in report.findings} == {Kind.DELETED}, written(report)


@pytest.mark.parametrize("ids", IDS)
def test_a_function_made_again_in_the_very_second_keeps_what_was_added_then(
    tmp_path: Path, ids: tuple[int, int]
) -> None:
    calls = [*numbered(ids, delete_function(), add_permission()), create_function()]
    report = check(tmp_path, calls, [function_state(), permission_state()])
    assert {finding.drift.kind for finding in report.findings} == {Kind.REPLACED}, written(report)


def test_an_unmanaged_thing_tied_in_one_second_says_so(tmp_path: Path) -> None:
    calls = [create_alias({"name": "new"}), update_alias({"name": "new", "functionVersion": "4"}, at="10:01:00")]
    calls.append(update_alias({"name": "new", "functionVersion": "5"}, at="10:01:00"))
    for call in calls[1:]:
        call["responseElements"] |= {"name": "new"}
    report = check(tmp_path, calls)
    noted = {change.attribute: change.note for change in only(report.findings).drift.changes}
    assert noted["function_version"] == NOTE
