"""Whose drift is not held against them, in which order, and how exactly each exception covers what it names."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.attached import tag
from tests.builders import (
    ACCOUNT,
    BY_CLI,
    BY_PIPELINE_CLI,
    BY_TERRAFORM,
    TERRAFORM_AGENT,
    add_permission,
    check,
    delete_function,
    differences,
    function_state,
    only,
    outputs,
    put_concurrency,
    remove_permission,
    role_session,
    update_code,
    update_configuration,
)
from tfdrift_gate.model import AttributeChange, Finding, Report
from tfdrift_gate.outputs.json import document
from tfdrift_gate.rules.ruleset import glob_matches, names

ORDERS = "aws_lambda_function.orders"
MEMORY = update_configuration({"memorySize": 1024})
BOTH = update_configuration({"memorySize": 1024, "timeout": 30})


def ignoring(what: str, address: str = "orders") -> str:
    return f'resource "aws_lambda_function" "{address}" {{\n  lifecycle {{\n    ignore_changes = {what}\n  }}\n}}\n'


def waiver(subject: str = f'address: "{ORDERS}"', more: str = "", expires: str = "2026-06-01") -> str:
    return f"waivers:\n  - {subject}\n    reason: INC-1\n    owner: payments\n    expires: {expires}\n    {more}\n"


def trusting(**fields: str) -> str:
    given = {"name": "deploy pipeline", "role_arn": "arn:aws:iam::*:role/terraform-deploy"} | fields
    return "trusted:\n  - " + "\n    ".join(f'{key}: "{value}"' for key, value in given.items()) + "\n"


def kind(finding: Finding) -> str:
    assert finding.suppressed_by is not None
    return finding.suppressed_by.kind


def attributes(findings: tuple[Finding, ...]) -> set[str]:
    return {attribute for _, attribute in differences(findings)}


# --- ignore_changes ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["[memory_size]", "[timeout, memory_size]", "all"])
def test_what_the_resource_ignores_is_suppressed(tmp_path: Path, what: str) -> None:
    report = check(tmp_path, [MEMORY], main=ignoring(what))
    assert report.verdict == "clean"
    assert kind(only(report.suppressed)) == "ignore_changes"


def test_ignoring_one_attribute_leaves_the_other_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [BOTH], main=ignoring("[memory_size]"))
    assert attributes(report.findings) == {"timeout"}
    assert attributes(report.suppressed) == {"memory_size"}


def test_ignoring_a_block_ignores_what_lies_in_it(tmp_path: Path) -> None:
    body = update_configuration({"vpcConfig": {"subnetIds": ["s-1"], "securityGroupIds": []}})
    assert check(tmp_path, [body], main=ignoring("[vpc_config]")).verdict == "clean"


def test_what_another_resource_ignores_changes_nothing(tmp_path: Path) -> None:
    assert check(tmp_path, [MEMORY], main=ignoring("all", "billing")).verdict == "drift"


def test_what_is_ignored_is_ignored_for_every_instance(tmp_path: Path) -> None:
    state = [function_state(entry={"key": key}) for key in ("a]b", "c.d", 'e"f')]
    report = check(tmp_path, [MEMORY], state, main=ignoring("[memory_size]"))
    assert (len(report.findings), len(report.suppressed)) == (0, 3)


def test_ignoring_all_changes_does_not_hide_a_deletion(tmp_path: Path) -> None:
    assert check(tmp_path, [delete_function()], main=ignoring("all")).verdict == "drift"


def test_ignoring_the_variables_of_an_environment_ignores_its_change(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({})], main=ignoring("[environment[0].variables]"))
    assert report.verdict == "clean"


def test_ignoring_source_code_hash_ignores_the_code(tmp_path: Path) -> None:
    assert check(tmp_path, [update_code()], main=ignoring("[source_code_hash]")).verdict == "clean"


# --- waivers ----------------------------------------------------------------------------------------------------------


def test_a_waiver_suppresses_with_its_reason_owner_and_end(tmp_path: Path) -> None:
    report = check(tmp_path, [MEMORY], rules=waiver())
    assert report.verdict == "clean"
    assert document(report)["suppressed"][0]["suppressed_by"] == {
        "kind": "waiver",
        "reason": "INC-1",
        "owner": "payments",
        "expires": "2026-06-01",
    }


def test_a_waiver_of_one_attribute_leaves_a_further_one_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [BOTH], rules=waiver(more="attributes: [memory_size]"))
    assert attributes(report.findings) == {"timeout"}
    assert attributes(report.suppressed) == {"memory_size"}


def test_what_is_left_of_a_finding_has_only_the_events_that_explain_it(tmp_path: Path) -> None:
    records = [MEMORY, update_configuration({"timeout": 30}, {"memorySize": 1024}, at="11:00:00")]
    report = check(tmp_path, records, rules=waiver(more="attributes: [memory_size]"))
    assert [event.event_id for event in only(report.findings).drift.events] == [records[1]["eventID"]]
    assert [event.event_id for event in only(report.suppressed).drift.events] == [records[0]["eventID"]]


@pytest.mark.parametrize("attribute", ["memory_size.x", "runtime", "timeout"])
def test_a_waiver_of_another_attribute_waives_nothing(tmp_path: Path, attribute: str) -> None:
    assert check(tmp_path, [MEMORY], rules=waiver(more=f"attributes: [{attribute}]")).verdict == "drift"


@pytest.mark.parametrize(
    ("subject", "waives"),
    [
        (f"address: {ORDERS}", True),
        ("address: aws_lambda_function.*", True),
        ("address: '*.order?'", True),
        ("address: aws_lambda_function.order", False),
        ("address: orders", False),
        ("resource_id: orders", True),
        ("resource_id: order*", True),
        ("resource_id: billing", False),
        ("resource_id: orders\n    address: aws_lambda_function.billing", False),
        ("resource_id: orders\n    address: '*'", True),
    ],
)
def test_a_waiver_covers_what_it_names_and_nothing_else(tmp_path: Path, subject: str, waives: bool) -> None:
    assert (check(tmp_path, [MEMORY], rules=waiver(subject)).verdict == "clean") is waives


def test_a_waiver_by_fingerprint_covers_this_drift_and_not_the_next(tmp_path: Path) -> None:
    found = only(check(tmp_path, [MEMORY]).findings).id
    by_id = waiver(f"id: '{found}'")
    assert check(tmp_path, [MEMORY], rules=by_id).verdict == "clean"
    assert check(tmp_path, [update_configuration({"memorySize": 2048})], rules=by_id).verdict == "drift"
    assert check(tmp_path, [BOTH], rules=by_id).verdict == "drift"


BRACKETED = 'module.api["eu"].aws_lambda_function.fn["a"]'


@pytest.mark.parametrize(
    ("pattern", "waives"),
    [
        (BRACKETED, True),
        ('module.api["eu"].aws_lambda_function.fn[*', True),
        ('module.api[*].aws_lambda_function.fn["?"]', True),
        ('module.api["us"].aws_lambda_function.fn["a"]', False),
        ('module.api["eu"].aws_lambda_function.fn', False),
        ("module.api[eu].aws_lambda_function.fn[a]", False),
    ],
)
def test_brackets_in_an_address_stand_for_themselves(tmp_path: Path, pattern: str, waives: bool) -> None:
    state = [function_state(label="fn", entry={"key": "a", "module": 'module.api["eu"]'})]
    report = check(tmp_path, [MEMORY], state, rules=waiver(f"address: '{pattern}'"))
    assert (report.verdict == "clean") is waives


@pytest.mark.parametrize(("days", "waives"), [(-1, True), (0, False), (1, False)])
def test_from_the_day_it_expires_a_waiver_no_longer_waives(tmp_path: Path, days: int, waives: bool) -> None:
    rules = waiver(expires="2026-01-02")
    for hour in (0, 23):
        now = datetime(2026, 1, 2, hour, 30, tzinfo=timezone.utc) + timedelta(days=days)
        report = check(tmp_path, [MEMORY], rules=rules, now=now, since="2025-12-31")
        assert (report.verdict == "clean") is waives


@pytest.mark.parametrize("records", [[MEMORY], []], ids=["with drift", "without"])
def test_every_output_says_that_a_waiver_has_expired(tmp_path: Path, records: list[Any]) -> None:
    report = check(tmp_path, records, rules=waiver(expires="2026-01-01"))
    for name, text in outputs(report).items():
        assert "a waiver has expired" in text, name


def test_every_output_names_every_expired_waiver(tmp_path: Path) -> None:
    two = waiver(expires="2026-01-01") + waiver("resource_id: x", expires="2026-01-01").removeprefix("waivers:\n")
    assert outputs(check(tmp_path, [], rules=two))["external"].count("a waiver has expired") == 2


def test_people_read_whose_waiver_it_is_and_until_when(tmp_path: Path) -> None:
    shown = outputs(check(tmp_path, [MEMORY], rules=waiver()))["table"]
    assert "waiver: INC-1 (owner: payments, expires: 2026-06-01)" in shown


def idle(report: Report) -> list[str]:
    return [note for note in report.notes if note.startswith("a waiver")]


@pytest.mark.parametrize(
    "rules",
    [
        waiver(f'address: "{ORDERS}x"'),
        waiver("id: 0000000000000000"),
        waiver(more="attributes: [timeout]"),
        waiver(f'address: "{ORDERS}"\n    resource_id: other'),
    ],
)
def test_a_waiver_that_matches_nothing_is_said_with_its_place_owner_and_end(tmp_path: Path, rules: str) -> None:
    report = check(tmp_path, [MEMORY], rules=rules)
    assert len(report.findings) == 1
    (note,) = idle(report)
    assert note.startswith("a waiver matches nothing in this window: ")
    assert note.endswith(" (rules.yaml:2; owner payments; expires 2026-06-01)")
    for name, shown in outputs(report).items():
        assert "a waiver matches nothing" in shown, name


def test_a_waiver_that_takes_something_off_is_not_said(tmp_path: Path) -> None:
    both = waiver() + waiver("resource_id: orders", "attributes: [timeout]").removeprefix("waivers:\n")
    report = check(tmp_path, [MEMORY], rules=waiver())
    assert not report.notes
    # Of two that cover the same, the second takes nothing off.
    (note,) = idle(check(tmp_path, [BOTH], rules=both))
    assert note.startswith("a waiver is not needed, what it names is suppressed without it: orders (rules.yaml:7;")


def test_of_two_waivers_alike_in_their_words_the_one_that_takes_nothing_off_is_said(tmp_path: Path) -> None:
    both = waiver("address: nothing") + waiver().removeprefix("waivers:\n")
    report = check(tmp_path, [MEMORY], rules=both)
    assert report.verdict == "clean"
    (note,) = idle(report)
    assert "nothing (rules.yaml:2;" in note


def test_a_waiver_of_what_is_ignored_anyway_is_not_needed(tmp_path: Path) -> None:
    (note,) = idle(check(tmp_path, [MEMORY], rules=waiver(), main=ignoring("[memory_size]")))
    assert note.startswith("a waiver is not needed, what it names is suppressed without it: ")


def test_a_waiver_of_what_was_changed_back_is_not_needed(tmp_path: Path) -> None:
    repaired = update_configuration({"memorySize": 512}, at="11:00:00")
    report = check(tmp_path, [MEMORY, repaired], rules=waiver())
    assert (len(report.reverted), report.verdict) == (1, "clean")
    (note,) = idle(report)
    assert note.startswith("a waiver is not needed, what it names was changed back: ")


def test_of_an_incomplete_run_nobody_says_that_a_waiver_matches_nothing(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"Records": [')
    report = check(tmp_path, [MEMORY], rules=waiver("address: x"), events=(str(tmp_path / "cut.json"),))
    assert report.verdict == "incomplete"
    assert not idle(report)


def test_ignored_and_expired_waivers_are_not_said_to_match_nothing(tmp_path: Path) -> None:
    assert not check(tmp_path, [], rules=waiver(), no_waivers=True).notes
    (note,) = idle(check(tmp_path, [], rules=waiver(expires="2026-01-01")))
    assert note.startswith("a waiver has expired")


def test_a_clean_plan_says_idle_waivers_in_its_one_line_and_only_a_few(tmp_path: Path) -> None:
    many = waiver() + "".join(waiver(f"address: x{n}").removeprefix("waivers:\n") for n in range(9))
    report = check(tmp_path, [], rules=many)
    assert report.verdict == "clean"
    assert len(report.notes) == 6
    assert report.notes[-1] == "5 more waivers take nothing off"
    assert "\n" not in outputs(report)["external"]


def test_the_id_that_a_report_shows_waives_what_a_trusted_pipeline_left(tmp_path: Path) -> None:
    pipeline = update_configuration({"timeout": 30}, by=BY_PIPELINE_CLI)
    person = update_configuration({"memorySize": 1024}, {"timeout": 30}, at="11:00:00")
    shown = only(check(tmp_path, [pipeline, person], rules=trusting()).findings)
    assert {change.attribute for change in shown.drift.changes} == {"memory_size"}
    report = check(tmp_path, [pipeline, person], rules=trusting() + waiver(f'id: "{shown.id}"'))
    assert report.verdict == "clean"
    assert sorted(map(kind, report.suppressed)) == ["trusted", "waiver"]
    assert not report.notes


def test_two_waivers_by_one_id_each_take_their_attribute(tmp_path: Path) -> None:
    shown = only(check(tmp_path, [BOTH]).findings)
    parts = [waiver(f'id: "{shown.id}"', f"attributes: [{name}]") for name in ("timeout", "memory_size")]
    assert check(tmp_path, [BOTH], rules=parts[0] + parts[1].removeprefix("waivers:\n")).verdict == "clean"


def test_no_waivers_ignores_them_all(tmp_path: Path) -> None:
    assert check(tmp_path, [MEMORY], rules=waiver(), no_waivers=True).verdict == "drift"


@pytest.mark.parametrize(("more", "waives"), [("", True), ("attributes: [memory_size]", False)])
def test_a_deletion_is_waived_as_a_whole_or_not_at_all(tmp_path: Path, more: str, waives: bool) -> None:
    assert (check(tmp_path, [delete_function()], rules=waiver(more=more)).verdict == "clean") is waives


@pytest.mark.parametrize(
    ("more", "waives"),
    [
        ("", True),
        ("attributes: [principal]", False),
        ("attributes: [principal, action, statement_id, source_arn]", True),
    ],
)
def test_an_addition_is_waived_as_a_whole_or_not_at_all(tmp_path: Path, more: str, waives: bool) -> None:
    report = check(tmp_path, [add_permission("x")], rules=waiver("resource_id: orders/x", more))
    assert (report.verdict == "clean") is waives


# --- trusted pipelines ------------------------------------------------------------------------------------------------


def trusted(tmp_path: Path, by: Any, rules: str) -> Report:
    return check(tmp_path, [update_configuration({"memorySize": 1024}, by=by)], rules=rules)


@pytest.mark.parametrize("by", [BY_TERRAFORM, BY_PIPELINE_CLI], ids=["Terraform", "CLI"])
def test_a_trusted_pipeline_is_told_by_its_role(tmp_path: Path, by: Any) -> None:
    report = trusted(tmp_path, by, trusting())
    assert report.verdict == "clean"
    suppressed = only(report.suppressed)
    assert kind(suppressed) == "trusted"
    assert suppressed.suppressed_by is not None
    assert "deploy pipeline" in suppressed.suppressed_by.reason


def test_nobody_is_trusted_without_a_rule(tmp_path: Path) -> None:
    assert trusted(tmp_path, BY_TERRAFORM, "").verdict == "drift"


@pytest.mark.parametrize(
    "identity",
    [
        role_session("developer", "terraform-deploy"),
        role_session("terraform-deploy", "gha-42", path="/elsewhere/"),
        role_session("terraform-deploy-2", "gha-42"),
        BY_CLI["userIdentity"],
        {"type": "AssumedRole", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/terraform-deploy/gha-42"},
    ],
    ids=["another role", "another path", "a longer name", "a user", "no issuer"],
)
def test_the_user_agent_alone_is_never_enough(tmp_path: Path, identity: Any) -> None:
    by = {"userIdentity": identity, "userAgent": TERRAFORM_AGENT}
    rules = trusting(user_agent="*terraform-provider-aws*")
    assert trusted(tmp_path, by, rules).verdict == "drift"


def test_the_user_agent_narrows_what_the_role_allows(tmp_path: Path) -> None:
    rules = trusting(user_agent="*terraform-provider-aws*")
    assert trusted(tmp_path, BY_TERRAFORM, rules).verdict == "clean"
    assert trusted(tmp_path, BY_PIPELINE_CLI, rules).verdict == "drift"


@pytest.mark.parametrize(("pattern", "trusts"), [("gha-*", True), ("gha-42", True), ("gha-4", False), ("", True)])
def test_the_session_narrows_what_the_role_allows(tmp_path: Path, pattern: str, trusts: bool) -> None:
    rules = trusting(session_name=pattern) if pattern else trusting()
    assert (trusted(tmp_path, BY_TERRAFORM, rules).verdict == "clean") is trusts


def test_a_pipelines_attribute_is_trusted_and_a_persons_beside_it_is_not(tmp_path: Path) -> None:
    records = [
        update_configuration({"memorySize": 1024}, by=BY_TERRAFORM),
        update_configuration({"timeout": 30}, {"memorySize": 1024}, at="11:00:00"),
    ]
    report = check(tmp_path, records, rules=trusting())
    assert (attributes(report.findings), attributes(report.suppressed)) == ({"timeout"}, {"memory_size"})


def test_an_unseen_change_is_nobodys_and_so_not_trusted(tmp_path: Path) -> None:
    body = update_configuration({"timeout": 10}, {"memorySize": 1024}, by=BY_TERRAFORM)
    assert check(tmp_path, [body], rules=trusting()).verdict == "drift"


@pytest.mark.parametrize(("by", "clean"), [(BY_TERRAFORM, True), (BY_CLI, False)])
def test_a_deletion_is_trusted_only_by_whoever_made_it(tmp_path: Path, by: Any, clean: bool) -> None:
    assert (check(tmp_path, [delete_function(by=by)], rules=trusting()).verdict == "clean") is clean


def test_an_addition_with_a_persons_hand_in_it_is_not_trusted(tmp_path: Path) -> None:
    records = [
        add_permission("x", by=BY_TERRAFORM),
        remove_permission("x", at="10:30:00", by=BY_TERRAFORM),
        add_permission("x", {"principal": "*"}, at="11:00:00"),
    ]
    assert check(tmp_path, records[:1], rules=trusting()).verdict == "clean"
    assert check(tmp_path, records, rules=trusting()).verdict == "drift"


# --- the order --------------------------------------------------------------------------------------------------------


def test_ignore_changes_comes_before_a_waiver_which_comes_before_trust(tmp_path: Path) -> None:
    body = update_configuration({"memorySize": 1024, "timeout": 30, "description": "new"}, by=BY_TERRAFORM)
    rules = waiver(more="attributes: [memory_size, timeout]") + trusting()
    report = check(tmp_path, [body], rules=rules, main=ignoring("[memory_size]"))
    assert report.verdict == "clean"
    found = {change.attribute: kind(entry) for entry in report.suppressed for change in entry.drift.changes}
    assert found == {"memory_size": "ignore_changes", "timeout": "waiver", "description": "trusted"}


def test_a_suppressed_finding_is_counted_and_never_gates(tmp_path: Path) -> None:
    counts = document(check(tmp_path, [MEMORY, put_concurrency(5)], rules=waiver()))["counts"]
    assert (counts["findings"], counts["suppressed"], counts["by_severity"]["high"]) == (0, 1, 0)


# --- globs ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("a*", "a", True),
        ("a*", "ba", False),
        ("a?c", "abc", True),
        ("a?c", "ac", False),
        ("a.c", "abc", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("a(b|c)$", "a(b|c)$", True),
        ("*", "line\nbreak", True),
        ("A", "a", False),
        ("", "", True),
    ],
)
def test_only_the_star_and_the_question_mark_mean_anything(pattern: str, text: str, matches: bool) -> None:
    assert glob_matches(pattern, text) is matches


@pytest.mark.parametrize(
    ("name", "path", "covers"),
    [
        ("vpc_config", "vpc_config[0].subnet_ids", True),
        ("vpc_config[0].subnet_ids", "vpc_config[0].subnet_ids", True),
        ("vpc_config[0].subnet_ids", "vpc_config[0].security_group_ids", False),
        ("vpc", "vpc_config", False),
        ("*", "memory_size", False),
    ],
)
def test_an_attributes_name_covers_what_lies_in_it_and_nothing_beside_it(name: str, path: str, covers: bool) -> None:
    assert names((name,), AttributeChange(path, 1, 2, known=True, event=None)) is covers


def test_ignore_changes_of_one_tag_takes_that_tag_and_leaves_the_others(tmp_path: Path) -> None:
    main = """
resource "aws_lambda_function" "orders" {
  lifecycle {
    ignore_changes = [tags["team"]]
  }
}
"""
    state = [function_state(tags={"team": "a", "env": "x"}, tags_all={"team": "a", "env": "x"})]
    both = check(tmp_path, [tag({"team": "b", "env": "y"})], state, main=main)
    left, taken = only(both.findings).drift.changes[0], only(both.suppressed).drift.changes[0]
    assert (left.attribute, left.after) == ("tags", {"team": "a", "env": "y"})
    assert (taken.attribute, taken.after) == ("tags", {"team": "b", "env": "x"})
    alone = check(tmp_path, [tag({"team": "b"})], state, main=main)
    assert alone.findings == ()
    suppressed = only(alone.suppressed).suppressed_by
    assert suppressed is not None
    assert suppressed.kind == "ignore_changes"


def test_tags_are_parted_by_what_ignores_them_and_each_part_says_why(tmp_path: Path) -> None:
    main = """
provider "aws" {
  ignore_tags {
    keys         = ["team"]
    key_prefixes = ["kubernetes.io/"]
  }
}
resource "aws_lambda_function" "orders" {
  lifecycle {
    ignore_changes = [tags["team"], tags["cost"]]
  }
}
"""
    state = [function_state(tags={"env": "x"}, tags_all={"env": "x"})]
    values = {"team": "a", "cost": "1", "kubernetes.io/x": "owned", "env": "y"}
    report = check(tmp_path, [tag(values)], state, main=main)
    assert only(report.findings).drift.changes[0].after == {"env": "y"}
    parts = {kind(finding): finding.drift.changes[0].after for finding in report.suppressed}
    assert parts == {
        "ignore_changes": {"env": "x", "team": "a", "cost": "1"},
        "ignore_tags": {"env": "x", "kubernetes.io/x": "owned"},
    }
    alone = check(tmp_path, [tag({"kubernetes.io/x": "owned"})], state, main=main)
    assert alone.verdict == "clean"
    assert document(alone)["suppressed"][0]["suppressed_by"] == {
        "kind": "ignore_tags",
        "reason": "the provider's configuration ignores this tag",
    }


def test_a_tag_that_the_provider_ignores_does_not_hide_what_else_was_changed(tmp_path: Path) -> None:
    main = 'provider "aws" {\n  ignore_tags {\n    keys = ["team"]\n  }\n}\n' + ignoring("[]")
    state = [function_state(tags={}, tags_all={})]
    report = check(tmp_path, [MEMORY, tag({"team": "a"}, at="11:00:00")], state, main=main)
    assert attributes(report.findings) == {"memory_size"}
    assert kind(only(report.suppressed)) == "ignore_tags"


def test_the_id_of_a_finding_does_not_depend_on_the_order_in_which_a_set_is_listed(tmp_path: Path) -> None:
    ids = set()
    for subnets in (["s-1", "s-2"], ["s-2", "s-1"]):
        vpc = {"vpcConfig": {"subnetIds": subnets, "securityGroupIds": ["g-1"]}}
        ids.add(only(check(tmp_path, [update_configuration(vpc)]).findings).id)
    assert len(ids) == 1
