"""What looks like an adoption and is none: a plan that is stale or another root's, a value that nobody configured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import untag
from tests.builders import (
    add_permission,
    delete_function,
    function_state,
    mapping_state,
    only,
    permission_state,
    state_text,
    update_configuration,
    update_mapping,
    written,
)
from tests.plans import GONE, adopted, check, effects, plan, planned
from tfdrift_gate.model import PlanEffect
from tfdrift_gate.outputs.plan_effect import sentences

RAISED = update_configuration({"memorySize": 1024})
SET_ENVIRONMENT = update_configuration({"environment": {}}, {"environment": {}})


def variables(**values: str) -> list[dict[str, Any]]:
    return [{"variables": values}]


def saying(given: dict[str, Any], expressions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Let the plan's configuration say this of its first resource."""
    given["configuration"]["root_module"]["resources"][0]["expressions"] = expressions
    return given | fields


# A plan that is older than the call.


def test_an_environment_written_again_after_the_refresh_is_not_adopted(tmp_path: Path) -> None:
    live = {"environment": variables(A="2"), "last_modified": "2026-01-01T09:00:00.000+0000"}
    one = planned(function_state(environment=variables(A="1")), live, configured=["environment"])
    report = check(tmp_path, [SET_ENVIRONMENT], plan(one))
    assert adopted(report) == set()
    assert effects(report) == {"orders.environment": "keeps"}


def test_an_import_that_read_the_permission_before_it_was_opened_adopts_it_not(tmp_path: Path) -> None:
    one = planned(permission_state("S"), importing={"id": "orders/S"}, configured=["principal"])
    opened = add_permission("S", {"principal": "*"})
    report = check(tmp_path, [opened], plan(planned(function_state()), one))
    assert report.verdict == "drift"
    assert effects(report)["orders/S.principal"] == "keeps"


def test_a_replacement_that_saw_nothing_of_a_change_undoes_it_all_the_same(tmp_path: Path) -> None:
    one = planned(function_state(), None, {"function_name": "orders"}, actions=["delete", "create"])
    report = check(tmp_path, [RAISED], plan(one, refreshed=False))
    assert effects(report) == {"orders.memory_size": "reverts"}
    assert sentences(only(report.findings)) == ["this plan sets memory_size back to 512: ops-engineer's change is lost"]


# Values that AWS fills in where the configuration says nothing.

GROUP = {"log_format": "JSON", "log_group": "/aws/lambda/orders", "application_log_level": "", "system_log_level": ""}
MOVED = update_configuration(
    {"loggingConfig": {"logGroup": "/other"}}, {"loggingConfig": {"logFormat": "JSON", "logGroup": "/other"}}
)


@pytest.mark.parametrize(
    ("said", "effect"),
    [
        ({}, "keeps"),
        ({"log_group": {"constant_value": None}}, "keeps"),
        ({"log_group": {"references": ["var.group"]}}, "keeps"),
        ({"log_group": {"references": ["each.value.group", "each.value"]}}, "keeps"),
        ({"log_group": {"constant_value": "/other"}}, "adopts"),
        ({"log_group": {"references": ["var.other"]}}, "adopts"),
    ],
)
def test_a_setting_beside_those_of_its_block_is_not_said_by_the_block(
    tmp_path: Path, said: dict[str, Any], effect: str
) -> None:
    one = planned(function_state(logging_config=[GROUP]), {"logging_config": [{**GROUP, "log_group": "/other"}]})
    expressions = {"logging_config": [{"log_format": {"constant_value": "JSON"}, **said}]}
    given = saying(plan(one), expressions, variables={"group": {"value": None}, "other": {"value": "/other"}})
    report = check(tmp_path, [MOVED], given)
    (found,) = [*report.findings, *report.suppressed]
    assert found.plan_effect is PlanEffect(effect)
    assert (report.verdict == "clean") is (effect == "adopts")


@pytest.mark.parametrize(
    "said", [{"references": ["each.value.retries", "each.value"]}, {"references": ["var.retries"]}]
)
def test_a_null_that_a_module_hands_on_adopts_nothing(tmp_path: Path, said: dict[str, Any]) -> None:
    one = planned(mapping_state(maximum_retry_attempts=-1), {"maximum_retry_attempts": 3})
    given = plan(planned(function_state()), one)
    (orders, mapping) = given["configuration"]["root_module"].pop("resources")
    mapping["expressions"] = {"maximum_retry_attempts": said}
    inner = {"module": {"resources": [mapping], "variables": {"retries": {"default": None}}}}
    given["configuration"]["root_module"] |= {"resources": [orders], "module_calls": {"queue": inner}}
    for entry in (*given["resource_changes"], *given["resource_drift"]):
        if entry["type"] == "aws_lambda_event_source_mapping":
            entry["address"] = f"module.queue.{entry['address']}"
    (values,) = [
        entry
        for entry in given["prior_state"]["values"]["root_module"]["resources"]
        if entry["type"] == "aws_lambda_event_source_mapping"
    ]
    values["address"] = f"module.queue.{values['address']}"
    report = check(tmp_path, [update_mapping({"maximumRetryAttempts": 3}, {"maximumRetryAttempts": 3})], given)
    assert adopted(report) == set()
    assert set(effects(report).values()) == {"keeps"}


def test_a_block_that_is_known_only_after_the_apply_adopts_nothing(tmp_path: Path) -> None:
    network = [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"], "ipv6_allowed_for_dual_stack": False}]
    gone = update_configuration({"vpcConfig": {"subnetIds": [], "securityGroupIds": []}})
    one = planned(
        function_state(vpc_config=network),
        {"vpc_config": []},
        {"vpc_config": [{}]},
        unknown={"vpc_config": [True]},
        configured=["vpc_config"],
    )
    report = check(tmp_path, [gone], plan(one))
    assert adopted(report) == set()
    assert set(effects(report).values()) == {"reverts"}


def test_a_default_tag_that_is_known_only_after_the_apply_is_not_given_up(tmp_path: Path) -> None:
    believed = function_state(tags={}, tags_all={"build": "1"})
    one = planned(believed, {"tags_all": {}}, {"tags_all": None}, unknown={"tags_all": True}, actions=["update"])
    report = check(tmp_path, [untag("build")], plan(one))
    assert adopted(report) == set()
    assert set(effects(report).values()) == {"reverts"}


def test_what_the_configuration_ignores_is_kept_and_not_adopted(tmp_path: Path) -> None:
    lifecycle = "lifecycle { ignore_changes = [memory_size] }"
    body = f'resource "aws_lambda_function" "orders" {{\n  memory_size = 512\n  {lifecycle}\n}}\n'
    (tmp_path / "main.tf").write_text(body, encoding="utf-8")
    given = plan(planned(function_state(), {"memory_size": 1024}, configured=["memory_size"]))
    (ignored,) = check(tmp_path, [RAISED], given).suppressed
    assert ignored.suppressed_by is not None
    assert ignored.suppressed_by.kind == "ignore_changes"
    assert ignored.plan_effect is PlanEffect.KEEPS


def test_the_old_value_in_another_order_is_still_the_old_value(tmp_path: Path) -> None:
    def network(*subnets: str) -> list[dict[str, Any]]:
        return [{"subnet_ids": [*subnets], "security_group_ids": ["sg-1"], "ipv6_allowed_for_dual_stack": False}]

    moved = update_configuration({"vpcConfig": {"subnetIds": ["subnet-3"], "securityGroupIds": ["sg-1"]}})
    one = planned(
        function_state(vpc_config=network("subnet-1", "subnet-2")),
        {"vpc_config": network("subnet-3")},
        {"vpc_config": network("subnet-2", "subnet-1")},
        configured=["vpc_config"],
    )
    (said,) = sentences(only(check(tmp_path, [moved], plan(one)).findings))
    assert said.startswith("this plan sets vpc_config[0].subnet_ids back to [")


# Another root's plan, and one that moves things.


def with_state(folder: Path, *states: dict[str, Any]) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "state.json").write_text(state_text(*states), encoding="utf-8")
    return {"state": (str(folder / "state.json"),)}


def test_a_plan_of_another_root_adopts_nothing_of_the_same_address(tmp_path: Path) -> None:
    given = plan(planned(function_state("orders", label="fn"), {"memory_size": 1024}, configured=["memory_size"]))
    beside = with_state(tmp_path, function_state("bills", label="fn"))
    report = check(tmp_path, [update_configuration({"memorySize": 1024}, name="bills")], given, **beside)
    assert adopted(report) == set()
    assert effects(report) == {"bills.memory_size": "keeps"}
    assert [entry.resource_id for entry in report.unexplained] == ["orders"]
    assert any("another root module" in note for note in report.notes)


def test_a_plan_of_another_root_refutes_nothing_of_the_same_address(tmp_path: Path) -> None:
    refreshed = {"last_modified": "2026-01-01T12:00:00.000+0000"}
    given = plan(planned(function_state("orders", label="fn"), refreshed))
    beside = with_state(tmp_path, function_state("bills", label="fn", environment=variables(A="1")))
    written_again = update_configuration({"environment": {}}, {"environment": {}}, name="bills")
    report = check(tmp_path, [written_again], given, **beside)
    assert effects(report) == {"bills.environment": "keeps"}


def test_a_plan_of_another_root_adopts_no_deletion(tmp_path: Path) -> None:
    given = plan(planned(function_state("orders", label="other")))
    report = check(tmp_path, [delete_function("bills")], given, **with_state(tmp_path, function_state("bills")))
    assert report.verdict == "drift"
    assert only(report.findings).plan_effect is PlanEffect.KEEPS


def test_what_hangs_on_a_function_stays_when_another_roots_plan_destroys_one_of_that_address(tmp_path: Path) -> None:
    given = plan(planned(function_state("orders", label="fn"), None, GONE))
    beside = with_state(tmp_path, function_state("bills", label="fn"))
    report = check(tmp_path, [add_permission("S", name="bills")], given, **beside)
    assert only(report.findings).plan_effect is PlanEffect.KEEPS


def test_an_instance_that_count_no_longer_makes_is_adopted_when_it_was_deleted(tmp_path: Path) -> None:
    first = planned(function_state("orders", label="fn"), address="aws_lambda_function.fn[0]")
    second = planned(function_state("bills", label="fn"), GONE, address="aws_lambda_function.fn[1]")
    given = plan(first, second)
    given["resource_changes"].pop()
    report = check(tmp_path, [delete_function("bills")], given)
    assert adopted(report) == {"bills"}


def test_a_moved_instance_is_judged_once_by_the_address_that_the_plan_gives_it(tmp_path: Path) -> None:
    one = planned(
        function_state(),
        {"memory_size": 1024},
        {"memory_size": 512},
        address="module.api.aws_lambda_function.orders",
        previous_address="aws_lambda_function.orders",
    )
    report = check(tmp_path, [RAISED], plan(one), **with_state(tmp_path, function_state()))
    assert only(report.findings).address == "module.api.aws_lambda_function.orders"
    assert not any("another root module" in note for note in report.notes)
    assert report.unexplained == ()


def test_instances_that_move_into_each_others_place_keep_their_own_plan(tmp_path: Path) -> None:
    def moved(name: str, to: str, since: str, memory: int) -> dict[str, Any]:
        return planned(
            function_state(name, label=to),
            {"memory_size": 1024},
            {"memory_size": memory},
            configured=["memory_size"],
            address=f"aws_lambda_function.{to}",
            previous_address=f"aws_lambda_function.{since}",
        )

    given = plan(moved("orders", "b", "a", 512), moved("bills", "c", "b", 1024))
    records = [RAISED, update_configuration({"memorySize": 1024}, name="bills")]
    for beside in ({}, with_state(tmp_path, function_state("orders", label="a"), function_state("bills", label="b"))):
        report = check(tmp_path, records, given, **beside)
        assert effects(report) == {"orders.memory_size": "reverts"}
        assert adopted(report) == {"bills.memory_size"}


# What is said of a secret.


@pytest.mark.parametrize("effect", ["adopts", "reverts"])
def test_what_only_the_importing_plan_marks_sensitive_is_hidden(tmp_path: Path, effect: str) -> None:
    believed = permission_state("S", source_arn="arn:hunter2")
    goal = {"source_arn": "arn:hunter3"} if effect == "reverts" else None
    one = planned(believed, None, goal, importing={"id": "orders/S"}, sensitive={"source_arn": True})
    added = add_permission("S", {"sourceArn": "arn:hunter2"})
    report = check(tmp_path, [added], plan(planned(function_state()), one))
    (found,) = [*report.findings, *report.suppressed]
    assert PlanEffect(effect) in [change.plan_effect for change in found.drift.changes]
    assert "hunter" not in written(report)
    assert "hunter" not in repr(found.drift.changes)


def test_a_planned_value_that_is_hidden_is_not_said_to_be_the_old_one(tmp_path: Path) -> None:
    one = planned(
        function_state(description="hunter2"),
        {"description": "hunter3"},
        {"description": "hunter4"},
        configured=["description"],
    )
    given = plan(one)
    given["prior_state"]["values"]["root_module"]["resources"][0]["sensitive_values"] = {"description": True}
    given["resource_drift"][0]["change"]["before_sensitive"] = {"description": True}
    report = check(tmp_path, [update_configuration({"description": "hunter3"})], given)
    assert sentences(only(report.findings)) == ["this plan sets description again: ops-engineer's change is lost"]
    assert "hunter" not in written(report)
