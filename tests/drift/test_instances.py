"""Many instances of one thing, things that do not answer, and what state of which provider tells of a place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    invoke_config_state,
    provisioned_state,
    put_recursion,
    recursion_state,
    tag,
)
from tests.builders import (
    ACCOUNT,
    AWS_PROVIDER,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    add_permission,
    check,
    delete_function,
    function_arn,
    function_state,
    is_silent,
    permission_state,
    put_concurrency,
    remove_permission,
    shown_text,
    state_text,
    update_configuration,
    with_instances,
    written,
)
from tests.lives import CALLED, Call, Life
from tfdrift_gate.model import Kind, Report


def addresses(report: Report) -> set[str | None]:
    return {finding.address for finding in report.findings}


each = pytest.mark.parametrize(("life", "call"), CALLED.values(), ids=CALLED.keys())


def named(entry: dict[str, Any], **outer: Any) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(entry))
    return {**copy, **outer}


# --- several instances ------------------------------------------------------------------------------------------------


@each
def test_each_instance_of_one_thing_gets_its_own_finding(tmp_path: Path, life: Life, call: Call) -> None:
    def instance(key: Any) -> dict[str, Any]:
        copy = named(life.state)
        copy["instances"][0]["index_key"] = key
        return copy

    name = life.state["name"]
    counted = with_instances(instance(0), instance(1))
    keyed = named(with_instances(instance("a"), instance('b"]')), name="keyed")
    in_module = named(life.state, module='module.api["x"].module.inner')
    state = [counted, keyed, in_module, *life.world[1:]]
    report = check(tmp_path, [call(at="10:00:00")], state)
    base = life.state["type"]
    assert addresses(report) == {
        f"{base}.{name}[0]",
        f"{base}.{name}[1]",
        f'{base}.keyed["a"]',
        f'{base}.keyed["b\\"]"]',
        f'module.api["x"].module.inner.{base}.{name}',
    }
    assert len({finding.id for finding in report.findings}) == 5


@each
def test_a_thing_in_several_states_gets_a_finding_from_each(tmp_path: Path, life: Life, call: Call) -> None:
    other = state_text(named(life.state, module="module.other"), *life.world[1:])
    report = check(tmp_path, [call(at="10:00:00")], life.world, more_states=[other])
    assert addresses(report) == {life.address, f"module.other.{life.address}"}


@each
def test_a_shown_state_is_believed_like_a_state_file(tmp_path: Path, life: Life, call: Call) -> None:
    file = check(tmp_path / "file", [call(at="10:00:00")], life.world)
    shown = check(tmp_path / "shown", [call(at="10:00:00")], shown_text(*life.world))
    assert file.findings == shown.findings


def test_a_function_that_one_state_manages_and_its_permission_that_another_does(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], [function_state()], more_states=[state_text(permission_state())])
    assert addresses(report) == {"aws_lambda_function.orders", "aws_lambda_permission.events"}


def test_what_another_of_the_states_manages_is_not_unmanaged(tmp_path: Path) -> None:
    report = check(tmp_path, [add_permission()], [function_state()], more_states=[state_text(permission_state())])
    assert is_silent(report), written(report)


def test_an_instance_that_has_the_change_already_is_no_finding_beside_one_that_has_not(tmp_path: Path) -> None:
    state = [function_state(), function_state(label="second", memory_size=1024)]
    report = check(tmp_path, [update_configuration({"memorySize": 1024})], state)
    assert addresses(report) == {"aws_lambda_function.orders"}


# --- what does not answer ---------------------------------------------------------------------------------------------


@each
def test_data_sources_and_deposed_objects_never_answer(tmp_path: Path, life: Life, call: Call) -> None:
    data = named(life.state, mode="data")
    deposed = named(life.state)
    deposed["instances"][0]["deposed"] = "0a1b2c3d"
    for number, entry in enumerate((data, deposed)):
        report = check(
            tmp_path / str(number), [call(at="10:00:00")], [entry, function_state("billing")], unmanaged="none"
        )
        assert is_silent(report), written(report)


@each
def test_a_tainted_instance_answers_as_the_refresh_has_it(tmp_path: Path, life: Life, call: Call) -> None:
    # tests/on_local_aws/test_tainted.py has it from Terraform itself.
    tainted = named(life.state)
    tainted["instances"][0]["status"] = "tainted"
    report = check(tmp_path, [call(at="10:00:00")], [tainted, *life.world[1:]])
    assert addresses(report) == {life.address}


# --- where things are -------------------------------------------------------------------------------------------------

WITHOUT_ARN = {
    "permission": permission_state(),
    "event invoke": invoke_config_state(),
    "provisioned": provisioned_state(),
    "recursion": recursion_state(),
}


@pytest.mark.parametrize("entry", WITHOUT_ARN.values(), ids=WITHOUT_ARN.keys())
def test_what_has_no_arn_is_where_its_function_is(tmp_path: Path, entry: dict[str, Any]) -> None:
    function = function_state(account=OTHER_ACCOUNT, region=OTHER_REGION)
    there = {"awsRegion": OTHER_REGION, "recipientAccountId": OTHER_ACCOUNT}
    report = check(tmp_path, [delete_function(**there), delete_function(at="10:01:00")], [entry, function])
    assert {finding.drift.key.region for finding in report.findings} == {OTHER_REGION}
    assert len(report.findings) == 2


@pytest.mark.parametrize("entry", WITHOUT_ARN.values(), ids=WITHOUT_ARN.keys())
def test_what_has_no_arn_is_in_the_one_account_and_region_that_all_others_are_in(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    report = check(tmp_path, [delete_function()], [entry, function_state("billing")])
    assert len(report.findings) == 1


@pytest.mark.parametrize("entry", WITHOUT_ARN.values(), ids=WITHOUT_ARN.keys())
def test_of_two_functions_of_one_name_the_one_of_the_same_provider_is_meant(
    tmp_path: Path, entry: dict[str, Any]
) -> None:
    there = AWS_PROVIDER + ".ireland"
    functions = [
        function_state(),
        function_state(region=OTHER_REGION, label="ireland", entry={"provider": there}),
    ]
    report = check(tmp_path, [delete_function(awsRegion=OTHER_REGION)], [*functions, named(entry, provider=there)])
    assert len(report.findings) == 2
    report = check(tmp_path, [delete_function(awsRegion=OTHER_REGION)], [*functions, entry])
    assert addresses(report) == {"aws_lambda_function.ireland"}


def test_what_cannot_be_placed_is_skipped_and_said(tmp_path: Path) -> None:
    functions = [function_state("a"), function_state("b", region=OTHER_REGION)]
    report = check(tmp_path, [remove_permission()], [*functions, permission_state()])
    assert [entry.reason for entry in report.skipped] == ["unplaced-instance"]


@each
def test_state_of_either_provider_places_it_alike(tmp_path: Path, life: Life, call: Call) -> None:
    six = named(life.state)
    six["instances"][0]["attributes"]["region"] = REGION
    one = check(tmp_path / "5", [call(at="10:00:00")], life.world)
    other = check(tmp_path / "6", [call(at="10:00:00")], [six, *life.world[1:]])
    assert [finding.id for finding in one.findings] == [finding.id for finding in other.findings]
    assert one.findings != ()


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")],
)
def test_other_partitions_are_places_like_any(tmp_path: Path, region: str, partition: str) -> None:
    arn = f"arn:{partition}:lambda:{region}:{ACCOUNT}:function:orders"
    state = [function_state(region=region, arn=arn, tags={}, tags_all={})]
    report = check(tmp_path, [put_concurrency(5, arn, awsRegion=region), tag({"a": "1"}, arn, awsRegion=region)], state)
    assert {change.attribute for finding in report.findings for change in finding.drift.changes} == {
        "reserved_concurrent_executions",
        "tags",
    }


def test_a_call_from_another_account_is_about_the_account_of_the_arn(tmp_path: Path) -> None:
    caller = {"type": "AWSAccount", "accountId": OTHER_ACCOUNT, "principalId": "AIDAX"}
    report = check(
        tmp_path, [put_concurrency(5, function_arn(), userIdentity=caller, recipientAccountId=OTHER_ACCOUNT)]
    )
    assert [finding.drift.key.account for finding in report.findings] == [ACCOUNT]


def test_a_recursion_setting_of_one_of_two_functions_is_of_that_one(tmp_path: Path) -> None:
    billing = named(recursion_state(function_name="billing"), name="billing")
    report = check(
        tmp_path, [put_recursion()], [function_state(), function_state("billing"), recursion_state(), billing]
    )
    assert addresses(report) == {"aws_lambda_function_recursion_config.recursion"}
    assert {finding.drift.kind for finding in report.findings} == {Kind.MODIFIED}
