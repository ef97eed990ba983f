"""Policies: a document as a whole, the statements in it, and the two resource types that own the one or the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import delete_policy, policy, policy_state, put_policy, statement
from tests.builders import (
    ACCOUNT,
    BY_CONSOLE,
    BY_TERRAFORM,
    OTHER_ACCOUNT,
    REGION,
    add_permission,
    check,
    differences,
    function_arn,
    function_state,
    is_silent,
    only,
    permission_state,
    record,
    remove_permission,
    without,
    written,
)
from tfdrift_gate.model import Kind, Report

ALLOW, POLICY = "aws_lambda_permission.events", "aws_lambda_resource_policy.policy"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly"
MANAGED = [function_state(), permission_state()]
OWNED = [function_state(), policy_state()]


def changes(report: Report) -> dict[str, tuple[Any, Any]]:
    return {name: pair for (_, name), pair in differences(report.findings).items()}


def kinds(report: Report) -> dict[str | None, Kind]:
    return {finding.address or finding.drift.resource_id: finding.drift.kind for finding in report.findings}


def stored(sid: str = "mine", **more: Any) -> dict[str, Any]:
    """A call that adds a permission and answers with the statement as it is stored."""
    body = add_permission(sid)
    return body | {"responseElements": {"statement": json.dumps(statement(sid, **more))}}


# --- PutResourcePolicy against managed permissions --------------------------------------------------------------------


def test_a_new_policy_that_keeps_the_statement_changes_nothing_of_it(tmp_path: Path) -> None:
    report = check(tmp_path, [put_policy(policy(statement("other"), statement()))], MANAGED, unmanaged="none")
    assert is_silent(report), written(report)


def test_a_new_policy_without_the_statement_deletes_the_permission(tmp_path: Path) -> None:
    report = check(tmp_path, [put_policy(policy(statement("other")))], MANAGED, unmanaged="none")
    assert kinds(report) == {ALLOW: Kind.DELETED}
    assert only(report.findings).drift.note == "the whole policy was replaced"


ALTERED: dict[str, tuple[dict[str, Any], dict[str, tuple[Any, Any]]]] = {
    "principal": ({"Principal": "*"}, {"principal": ("events.amazonaws.com", "*")}),
    "principal inside AWS": ({"Principal": {"AWS": "*"}}, {"principal": ("events.amazonaws.com", "*")}),
    "action": ({"Action": "lambda:*"}, {"action": ("lambda:InvokeFunction", "lambda:*")}),
    "source ARN": (
        {"Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:events:*"}}},
        {"source_arn": (RULE, "arn:aws:events:*")},
    ),
    "everybody beside the service": (
        {"Principal": {"Service": "events.amazonaws.com", "AWS": "*"}},
        {"principal": ("events.amazonaws.com", ["events.amazonaws.com", "*"])},
    ),
    # Terraform's refresh keeps what it believed here; the loosening is reported on purpose.
    "no condition": ({"Condition": {}}, {"source_arn": (RULE, None)}),
    "a condition turned round": ({"Condition": {"ArnNotLike": {"AWS:SourceArn": RULE}}}, {"source_arn": (RULE, None)}),
    "a condition for those who tell": (
        {"Condition": {"ArnLikeIfExists": {"AWS:SourceArn": RULE}}},
        {"source_arn": (RULE, None)},
    ),
    "a further condition": (
        {"Condition": {"ArnLike": {"AWS:SourceArn": RULE}, "StringEquals": {"AWS:SourceAccount": ACCOUNT}}},
        {"source_account": (None, ACCOUNT)},
    ),
    "an organisation": (
        {"Condition": {"ArnLike": {"AWS:SourceArn": RULE}, "StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"principal_org_id": (None, "o-1")},
    ),
}


@pytest.mark.parametrize(("altered", "expected"), ALTERED.values(), ids=ALTERED.keys())
def test_a_new_policy_that_alters_the_statement_alters_the_permission(
    tmp_path: Path, altered: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    report = check(tmp_path, [put_policy(policy(statement(**altered)))], MANAGED, unmanaged="none")
    assert changes(report) == expected
    assert kinds(report) == {ALLOW: Kind.MODIFIED}
    assert only(report.findings).drift.changes[0].note == "the whole policy was replaced"


SAME_STATEMENT: dict[str, dict[str, Any]] = {
    "one action in a list": {"Action": ["lambda:InvokeFunction"]},
    "one principal in a list": {"Principal": {"Service": ["events.amazonaws.com"]}},
    "the key in other letters": {"Condition": {"ArnLike": {"aws:sourcearn": RULE}}},
    "one value in a list": {"Condition": {"ArnLike": {"AWS:SourceArn": [RULE]}}},
}


@pytest.mark.parametrize("same", SAME_STATEMENT.values(), ids=SAME_STATEMENT.keys())
def test_a_statement_that_means_the_same_is_the_same(tmp_path: Path, same: dict[str, Any]) -> None:
    report = check(tmp_path, [put_policy(policy(statement(**same)))], MANAGED, unmanaged="none")
    assert is_silent(report), written(report)


@pytest.mark.parametrize(
    ("principal", "reason"),
    [
        ({"AWS": [ACCOUNT, "*"]}, "the principal is *, which is everybody"),
        ({"AWS": [ACCOUNT, OTHER_ACCOUNT]}, "the principal belongs to another account"),
        ({"AWS": ACCOUNT, "Service": "s3.amazonaws.com"}, "a service principal without source_arn or source_account"),
    ],
    ids=["everybody", "another account", "a service"],
)
@pytest.mark.parametrize("state", [OWNED, MANAGED[:1]], ids=["managed", "unmanaged"])
def test_each_of_several_principals_of_a_statement_is_a_reason(
    tmp_path: Path, state: list[Any], principal: Any, reason: str
) -> None:
    more = statement("more", principal=principal, Condition={})
    finding = only(check(tmp_path, [put_policy(policy(statement(), more))], state).findings)
    assert any(told.startswith(reason) for told in finding.reasons), finding.reasons


@pytest.mark.parametrize(
    "principal", [OTHER_ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:root"], ids=["account id", "root ARN"]
)
def test_an_account_and_its_root_are_one_principal(tmp_path: Path, principal: str) -> None:
    state = [function_state(), permission_state(principal=principal)]
    same = statement(principal={"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})
    assert is_silent(check(tmp_path, [put_policy(policy(same))], state, unmanaged="none"))


def test_a_statement_that_denies_is_no_permission_any_more(tmp_path: Path) -> None:
    report = check(tmp_path, [put_policy(policy(statement(Effect="Deny")))], MANAGED, unmanaged="none")
    # A refresh does not look at Effect; whoever relies on the permission has lost it.
    assert kinds(report) == {ALLOW: Kind.DELETED}
    assert only(report.findings).drift.note == "the whole policy was replaced; the statement of that id now denies"


def test_a_deleted_policy_deletes_every_permission_of_that_function_and_qualifier(tmp_path: Path) -> None:
    of_alias = permission_state("other", label="of_alias", qualifier="live")
    report = check(tmp_path, [delete_policy()], [*MANAGED, of_alias])
    assert kinds(report) == {ALLOW: Kind.DELETED}
    assert only(report.findings).drift.note == "the whole policy was deleted"


def test_a_policy_put_on_an_alias_is_that_aliass(tmp_path: Path) -> None:
    of_alias = permission_state("other", label="of_alias", qualifier="live")
    request = {"resourceArn": f"{function_arn()}:live", "policy": policy()}
    report = check(tmp_path, [record("PutResourcePolicy", request)], [*MANAGED, of_alias], unmanaged="none")
    assert kinds(report) == {"aws_lambda_permission.of_alias": Kind.DELETED}


def test_a_permission_added_again_after_the_policy_was_replaced_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_policy(), add_permission(at="10:05:00")], MANAGED, unmanaged="none")
    assert report.findings == ()
    assert only(report.reverted).address == ALLOW


def test_a_policy_that_cannot_be_read_says_so_of_every_permission_and_not_that_they_are_as_they_were(
    tmp_path: Path,
) -> None:
    report = check(tmp_path, [put_policy("{")], MANAGED, unmanaged="none")
    assert report.verdict == "drift"
    assert {change.known for change in only(report.findings).drift.changes} == {False}


def test_a_policy_nobody_manages_on_a_managed_function_is_unmanaged(tmp_path: Path) -> None:
    report = check(tmp_path, [put_policy(policy(statement("other"), statement()))], MANAGED)
    finding = only(report.findings)
    assert (finding.drift.kind, finding.drift.key.resource_type) == (Kind.UNMANAGED, "aws_lambda_resource_policy")
    assert finding.drift.parent_address == "aws_lambda_function.orders"


@pytest.mark.parametrize("replaced", [put_policy(policy(statement()), at="10:05:00"), delete_policy(at="10:05:00")])
def test_a_permission_added_by_hand_that_a_new_policy_took_away_is_there_no_more(
    tmp_path: Path, replaced: dict[str, Any]
) -> None:
    report = check(tmp_path, [add_permission("mine"), replaced], [function_state()])
    assert "aws_lambda_permission" not in {finding.drift.key.resource_type for finding in report.findings}
    assert "orders/mine" in {finding.drift.resource_id for finding in report.reverted}


def test_a_permission_added_by_hand_that_a_new_policy_keeps_is_still_there(tmp_path: Path) -> None:
    calls = [add_permission("mine"), put_policy(policy(statement("mine")), at="10:05:00")]
    report = check(tmp_path, calls, [function_state()])
    assert "orders/mine" in {finding.drift.resource_id for finding in report.findings}


# --- AddPermission and RemovePermission against a managed policy ------------------------------------------------------


def test_an_added_permission_changes_the_managed_policy_and_is_no_second_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [stored("mine", principal="*")], OWNED)
    change = only(only(report.findings).drift.changes)
    assert (only(report.findings).address, change.attribute) == (POLICY, "policy")
    assert [one["Sid"] for one in json.loads(change.after)["Statement"]] == ["allow", "mine"]


@pytest.mark.parametrize("answer", [None, {}, {"statement": "{"}, {"statement": "[]"}, {"statement": "{}"}])
def test_a_permission_whose_statement_is_not_told_changes_the_policy_to_what_is_not_known(
    tmp_path: Path, answer: Any
) -> None:
    report = check(tmp_path, [add_permission("mine") | {"responseElements": answer}], OWNED)
    change = only(only(report.findings).drift.changes)
    assert (change.attribute, change.known, change.after) == ("policy", False, None)


def test_a_permission_recorded_without_an_answer_changes_the_policy_to_what_is_not_known(tmp_path: Path) -> None:
    report = check(tmp_path, [without(add_permission("mine"), "responseElements")], OWNED)
    assert not only(only(report.findings).drift.changes).known


def test_a_removed_statement_is_missing_from_the_policy(tmp_path: Path) -> None:
    report = check(tmp_path, [remove_permission()], OWNED)
    change = only(only(report.findings).drift.changes)
    assert json.loads(change.after)["Statement"] == []


def test_a_permission_added_and_removed_again_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [stored(), remove_permission("mine", at="10:05:00")], OWNED)
    assert report.findings == (), written(report)
    assert only(report.reverted).address == POLICY


def test_an_unknown_statement_that_was_removed_again_leaves_the_policy_as_it_was(tmp_path: Path) -> None:
    report = check(tmp_path, [add_permission("mine"), remove_permission("mine", at="10:05:00")], OWNED)
    assert report.findings == (), written(report)


def test_a_statement_removed_and_added_as_it_was_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [remove_permission(), stored("allow") | {"eventTime": "2026-01-01T10:05:00Z"}], OWNED)
    assert report.findings == (), written(report)


def test_terraforms_own_policy_is_nothing(tmp_path: Path) -> None:
    assert is_silent(check(tmp_path, [put_policy(policy(statement()), by=BY_TERRAFORM)], OWNED))


def test_a_permission_added_before_terraform_put_the_policy_again_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [stored(), put_policy(policy(statement()), at="10:05:00", by=BY_TERRAFORM)], OWNED)
    assert report.findings == (), written(report)
    assert only(report.reverted).address == POLICY


def test_two_people_who_add_statements_are_both_named(tmp_path: Path) -> None:
    calls = [stored("one"), stored("two") | {"eventTime": "2026-01-01T10:05:00Z"} | BY_CONSOLE]
    finding = only(check(tmp_path, calls, OWNED).findings)
    assert [event.actor.name for event in finding.drift.events] == ["ops-engineer", "developer"]


@pytest.mark.parametrize("told", [True, False])
def test_a_statement_added_by_hand_is_named_beside_one_that_terraform_added_later(tmp_path: Path, told: bool) -> None:
    calls = [stored("one"), stored("two") | {"eventTime": "2026-01-01T10:05:00Z"} | BY_TERRAFORM]
    calls = [call if told else call | {"responseElements": None} for call in calls]
    finding = only(check(tmp_path, calls, OWNED).findings)
    assert [event.origin for event in finding.drift.events] == ["cli", "terraform"]
    assert [event.origin for event in only(finding.drift.changes).others] == ["cli"]


MEANS_THE_SAME: dict[str, str] = {
    "spaces": json.dumps(json.loads(policy(statement())), indent=2),
    "one action in a list": policy(statement(Action=["lambda:InvokeFunction"])),
    "one statement alone": json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": statement()}),
    "keys in another order": json.dumps(dict(reversed(json.loads(policy(statement())).items()))),
}


@pytest.mark.parametrize("document", MEANS_THE_SAME.values(), ids=MEANS_THE_SAME.keys())
def test_policies_are_compared_by_meaning(tmp_path: Path, document: str) -> None:
    report = check(tmp_path, [put_policy(document)], OWNED)
    assert is_silent(report), written(report)


def test_statements_and_booleans_are_compared_by_meaning(tmp_path: Path) -> None:
    flag = {"Bool": {"lambda:InvokedViaFunctionUrl": True}}
    text = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    state = [function_state(), policy_state(statement("one", Condition=flag), statement("two"))]
    report = check(tmp_path, [put_policy(policy(statement("two"), statement("one", Condition=text)))], state)
    assert is_silent(report), written(report)


def test_actions_in_another_order_are_the_same_actions(tmp_path: Path) -> None:
    one, other = ["lambda:InvokeFunction", "lambda:GetFunction"], ["lambda:GetFunction", "lambda:InvokeFunction"]
    state = [function_state(), policy_state(statement(Action=one))]
    assert is_silent(check(tmp_path, [put_policy(policy(statement(Action=other)))], state))


def test_a_policy_that_denies_instead_is_another_policy(tmp_path: Path) -> None:
    assert check(tmp_path, [put_policy(policy(statement(Effect="Deny")))], OWNED).verdict == "drift"
