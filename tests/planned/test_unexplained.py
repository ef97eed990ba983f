"""What Terraform's refresh sees and the window does not explain; and a gate that did not run in the plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import tag
from tests.builders import delete_function, function_state, update_configuration, written
from tests.plans import GONE, check, plan, planned
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.model import Kind, PlanEffect, Report, Unexplained
from tfdrift_gate.outputs.json import document
from tfdrift_gate.terraform.plan import read_plan

RAISED = update_configuration({"memorySize": 1024})


def listed(report: Report) -> Unexplained:
    (entry,) = report.unexplained
    return entry


def raised(at: str | None = None, **after: Any) -> dict[str, Any]:
    live = {"memory_size": 1024, **({"last_modified": at} if at else {})}
    return planned(function_state(), live, after or None, configured=["memory_size"] if after else [])


def test_a_drift_without_an_event_is_listed_and_gates_nothing(tmp_path: Path) -> None:
    report = check(tmp_path, [], plan(raised(memory_size=512)))
    entry = listed(report)
    assert report.verdict == "clean"
    assert (entry.address, entry.kind, entry.resource_id) == ("aws_lambda_function.orders", Kind.MODIFIED, "orders")
    assert [(change.attribute, change.before, change.after) for change in entry.changes] == [("memory_size", 512, 1024)]
    assert [change.plan_effect.value for change in entry.changes if change.plan_effect] == ["reverts"]
    assert document(report)["counts"]["unexplained"] == 1
    assert document(report)["unexplained"][0]["changes"][0]["event_id"] is None


def test_a_drift_with_its_event_is_a_finding_and_not_listed(tmp_path: Path) -> None:
    report = check(tmp_path, [RAISED], plan(raised()))
    assert len(report.findings) == 1
    assert report.unexplained == ()


def test_a_drift_that_only_the_trail_sees_stays_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [RAISED], plan(planned(function_state())))
    assert len(report.findings) == 1
    assert report.unexplained == ()


def test_only_the_attributes_that_no_event_explains_are_listed(tmp_path: Path) -> None:
    given = plan(planned(function_state(), {"memory_size": 1024, "timeout": 30}))
    report = check(tmp_path, [update_configuration({"memorySize": 1024}, {"timeout": 10})], given)
    assert [change.attribute for change in listed(report).changes] == ["timeout"]


def test_what_is_suppressed_is_explained(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "waivers: [{address: aws_lambda_function.orders, reason: r, owner: o, expires: 2027-01-01}]", encoding="utf-8"
    )
    report = check(tmp_path, [RAISED], plan(raised()), rules=str(rules))
    assert len(report.suppressed) == 1
    assert report.unexplained == ()


def test_a_deletion_without_an_event_is_listed(tmp_path: Path) -> None:
    entry = listed(check(tmp_path, [], plan(planned(function_state(), GONE))))
    assert entry.kind is Kind.DELETED
    assert entry.plan_effect is not None
    assert entry.plan_effect.value == "reverts"
    assert check(tmp_path, [delete_function()], plan(planned(function_state(), GONE))).unexplained == ()


def test_what_terraform_only_now_writes_into_state_is_no_drift(tmp_path: Path) -> None:
    noise = {"layers": [], "tags": {}, "tags_all": {}, "environment": [], "kms_key_arn": ""}
    given = plan(planned(function_state(layers=None, tags=None, tags_all=None, kms_key_arn=None), noise))
    assert check(tmp_path, [], given).unexplained == ()


def test_secrets_of_the_refresh_stay_hidden(tmp_path: Path) -> None:
    live = {"environment": [{"variables": {"A": "hunter3"}}], "description": "hunter4"}
    one = planned(
        function_state(environment=[{"variables": {"A": "hunter2"}}], description="hunter1"),
        live,
        {"environment": [{"variables": {"A": "hunter5"}}], "description": "hunter6"},
        sensitive={"description": True},
    )
    report = check(tmp_path, [], plan(one))
    assert {change.attribute for change in listed(report).changes} == {"environment", "description"}
    assert "hunter" not in written(report)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2025-12-24T08:00:00.000+0000", "2025-12-24T08:00:00Z: --since 2025-12-24T08:00:00Z reaches back to it"),
        ("2026-01-01T12:00:00.000+0000", "2026-01-01T12:00:00Z, in the window"),
        ("2025-08-01T00:00:00.000+0000", "before the 90 days of event history: read the trail's files"),
        ("2026-01-02T00:00:00.000+0000", "after the window's end"),
        ("yesterday", "--since last-apply"),
        (None, "--since last-apply"),
    ],
)
def test_how_far_back_the_window_would_have_to_reach_is_said(tmp_path: Path, at: str | None, said: str) -> None:
    assert said in listed(check(tmp_path, [], plan(raised(at)))).hint


def test_a_setting_that_does_not_move_the_time_of_modification_is_not_dated_by_it(tmp_path: Path) -> None:
    live = {"reserved_concurrent_executions": 5, "last_modified": "2025-12-24T08:00:00.000+0000"}
    assert "nothing tells" in listed(check(tmp_path, [], plan(planned(function_state(), live)))).hint


# The gate of the module, inside that plan.

CALL = {
    "source": "./modules/drift_check",
    "module": {
        "outputs": {name: {} for name in ("verdict", "finding_count", "blocking", "message")},
        "resources": [{"address": "data.external.this", "mode": "data", "type": "external", "name": "this"}],
    },
}


def gated(status: str | None, mode: str | None = "annotate", call: str = "gate", **fields: Any) -> dict[str, Any]:
    """Build a plan whose configuration calls the module, with what its checks and its answer say."""
    given = plan(planned(function_state()))
    given["configuration"]["root_module"]["module_calls"] = {call: CALL}
    address = f"module.{call}.data.external.this"
    if status:
        given["checks"] = [{"address": {"kind": "resource", "to_display": address}, "status": status}]
    if mode:
        answer = {"address": f'{address}["gate"]', "mode": "data", "type": "external", "name": "this"}
        children = [{"address": f"module.{call}", "resources": [{**answer, "values": {"result": {"mode": mode}}}]}]
        given["prior_state"]["values"]["root_module"]["child_modules"] = children
    return given | fields


def not_run(report: Report) -> list[str]:
    return [entry.detail for entry in report.skipped if entry.reason == "gate-not-run"]


@pytest.mark.parametrize("status", ["pass", "fail", None])
def test_a_gate_that_ran_needs_no_word(tmp_path: Path, status: str | None) -> None:
    report = check(tmp_path, [], gated(status))
    assert not_run(report) == []
    assert report.notes == ()


def test_a_gate_that_waits_for_the_apply_is_said_with_terraforms_reason(tmp_path: Path) -> None:
    given = gated("unknown", None)
    change = {"actions": ["read"], "before": None, "after": {}}
    given["resource_changes"].append(
        {
            "address": 'module.gate.data.external.this["gate"]',
            "mode": "data",
            "type": "external",
            "action_reason": "read_because_dependency_pending",
            "change": change,
        }
    )
    (said,) = not_run(check(tmp_path, [], given))
    assert "module.gate" in said
    assert "read_because_dependency_pending" in said


def test_a_gate_that_was_left_out_is_said_though_an_older_answer_is_in_state(tmp_path: Path) -> None:
    (said,) = not_run(check(tmp_path, [], gated("unknown", complete=False)))
    assert "-target" in said


def test_a_gate_that_an_unfinished_plan_did_not_reach_is_not_said_to_be_left_out(tmp_path: Path) -> None:
    (said,) = not_run(check(tmp_path, [], gated("unknown", None, complete=False, errored=True)))
    assert "could not finish" in said
    assert "-target" not in said


def test_a_gate_without_an_answer_and_without_checks_is_said(tmp_path: Path) -> None:
    assert len(not_run(check(tmp_path, [], gated(None, None)))) == 1


@pytest.mark.parametrize(("status", "mode"), [("pass", "off"), ("pass", None)])
def test_a_gate_that_was_switched_off_is_noted(tmp_path: Path, status: str, mode: str | None) -> None:
    report = check(tmp_path, [], gated(status, mode))
    assert not_run(report) == []
    assert any("switched off" in note for note in report.notes)


def test_a_configuration_without_the_gate_is_noted(tmp_path: Path) -> None:
    report = check(tmp_path, [], plan(planned(function_state())))
    assert "drift_check" in report.coverage[0].note
    assert report.notes == ()


def test_every_call_of_the_module_is_looked_at(tmp_path: Path) -> None:
    given = gated("pass")
    given["configuration"]["root_module"]["module_calls"]["app"] = {"module": {"module_calls": {"inner": CALL}}}
    (said,) = not_run(check(tmp_path, [], given))
    assert "module.app.module.inner" in said


def test_a_destroy_plan_says_that_it_hides_what_was_changed(tmp_path: Path) -> None:
    given = plan(planned(function_state(memory_size=1024), None, GONE))
    report = check(tmp_path, [RAISED], given)
    assert any(entry.reason == "plan-destroys" and "--state" in entry.detail for entry in report.skipped)
    kept = given["resource_changes"][0]
    report = check(tmp_path, [RAISED], given | {"resource_changes": [{**kept, "action_reason": "delete_because_x"}]})
    assert not any(entry.reason == "plan-destroys" for entry in report.skipped)


def test_the_first_plan_of_a_root_says_that_there_is_no_state_yet(tmp_path: Path) -> None:
    given = plan(planned(function_state(), GONE), refreshed=False)
    given["prior_state"] = None
    report = check(tmp_path, [], given)
    assert any("no state yet" in note for note in report.notes)
    assert report.verdict == "clean"


@pytest.mark.parametrize(
    "fields",
    [
        {"resource_changes": {}},
        {"resource_changes": [{"type": "aws_lambda_function", "mode": "managed", "address": "x"}]},
        {"resource_changes": [{"type": "aws_lambda_function", "mode": "managed", "address": "x", "change": 7}]},
        {"configuration": []},
        {"configuration": {"root_module": {"resources": [7]}}},
        {"configuration": {"root_module": {"module_calls": {"x": 7}}}},
        {"checks": [7]},
        {"checks": [{"address": 7}]},
        {"timestamp": "noon"},
    ],
)
def test_a_plan_of_an_odd_shape_is_refused(fields: dict[str, Any]) -> None:
    text = json.dumps(plan(planned(function_state())) | fields).encode()
    with pytest.raises(StateError, match=r"plan\.json"):
        read_plan(text, "plan.json", load_catalog())


def test_of_tags_only_the_keys_that_no_event_explains_are_listed(tmp_path: Path) -> None:
    before, after = {"team": "payments"}, {"team": "growth", "cost": "9"}
    one = planned(function_state(tags=before, tags_all=before), {"tags": after, "tags_all": after})
    (change,) = listed(check(tmp_path, [tag({"team": "growth"})], plan(one))).changes
    assert (change.before, change.after) == ({"team": "payments"}, {"team": "payments", "cost": "9"})
    assert check(tmp_path, [tag({"team": "growth", "cost": "9"})], plan(one)).unexplained == ()


@pytest.mark.parametrize(("at", "values"), [("12:00:00", [2048]), ("09:00:00", [])])
def test_a_value_that_is_not_the_one_of_the_call_is_listed_where_it_was_read_after_it(
    tmp_path: Path, at: str, values: list[int]
) -> None:
    live = {"memory_size": 2048, "last_modified": f"2026-01-01T{at}.000+0000"}
    given = plan(planned(function_state(), live, {"memory_size": 1024}, configured=["memory_size"]))
    report = check(tmp_path, [RAISED], given)
    assert [change.after for entry in report.unexplained for change in entry.changes] == values
    assert all(entry.plan_effect is PlanEffect.REVERTS for entry in report.unexplained)


# What looks unexplained and is not.


def test_what_the_refresh_saw_before_it_was_changed_back_is_explained(tmp_path: Path) -> None:
    back = update_configuration({"memorySize": 512}, at="22:30:00")
    report = check(tmp_path, [RAISED, back], plan(raised("2026-01-01T10:00:00.000+0000")))
    assert len(report.reverted) == 1
    assert report.unexplained == ()


def test_what_the_refresh_saw_after_everything_was_changed_back_is_not_explained_by_that(tmp_path: Path) -> None:
    back = update_configuration({"memorySize": 512}, at="11:00:00")
    given = plan(planned(function_state(), {"memory_size": 2048, "last_modified": "2026-01-01T12:00:00.000+0000"}))
    assert [change.after for change in listed(check(tmp_path, [RAISED, back], given)).changes] == [2048]


def test_a_time_that_another_call_explains_dates_nothing(tmp_path: Path) -> None:
    live = {"memory_size": 1024, "timeout": 30, "last_modified": "2026-01-01T10:00:00.000+0000"}
    report = check(
        tmp_path, [update_configuration({"memorySize": 1024}, {"timeout": 10})], plan(planned(function_state(), live))
    )
    assert "nothing tells" in listed(report).hint


def test_secrets_of_an_instance_without_a_place_stay_hidden(tmp_path: Path) -> None:
    where = {"arn": "", "qualified_arn": "", "invoke_arn": "", "region": None, "id": "orders"}
    one = planned(
        function_state(**where, description="hunter1"),
        {"description": "hunter2"},
        {"description": "hunter3"},
        sensitive={"description": True},
    )
    report = check(tmp_path, [], plan(one), region=("us-east-1",))
    assert [entry.reason for entry in report.skipped] == ["unplaced-instance"]
    assert [change.after for change in listed(report).changes] == ["(sensitive)"]
    assert "hunter" not in written(report)


def test_a_root_that_manages_other_things_has_a_state(tmp_path: Path) -> None:
    given = plan()
    bucket = {"address": "aws_s3_bucket.b", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "values": {}}
    given["prior_state"]["values"]["root_module"]["child_modules"] = [{"address": "module.m", "resources": [bucket]}]
    assert not any("no state yet" in note for note in check(tmp_path, [], given).notes)


def test_a_root_whose_plan_read_only_data_has_no_state_yet(tmp_path: Path) -> None:
    given = plan()
    given["prior_state"]["values"]["root_module"]["resources"] = [
        {"address": "data.aws_region.r", "mode": "data", "type": "aws_region", "name": "r", "values": {}}
    ]
    assert any("no state yet" in note for note in check(tmp_path, [], given).notes)
