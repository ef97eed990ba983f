"""What the plan would do about what was changed by hand, change by change."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.attached import tag, untag
from tests.builders import (
    CODE,
    OTHER_CODE,
    add_permission,
    alias_state,
    create_function,
    delete_concurrency,
    delete_function,
    function_state,
    only,
    permission_state,
    put_concurrency,
    remove_permission,
    state_text,
    update_alias,
    update_code,
    update_configuration,
    written,
)
from tests.plans import GONE, adopted, check, effects, plan, planned
from tfdrift_gate.model import PlanEffect, Report
from tfdrift_gate.outputs.json import document
from tfdrift_gate.outputs.plan_effect import sentences

RAISED = update_configuration({"memorySize": 1024})


def said(report: Report) -> list[str]:
    return sentences(only(report.findings))


def test_what_the_plan_sets_back_is_reverted(tmp_path: Path) -> None:
    given = plan(planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}, configured=["memory_size"]))
    report = check(tmp_path, [RAISED], given)
    assert effects(report) == {"orders.memory_size": "reverts"}
    assert said(report) == ["this plan sets memory_size back to 512: ops-engineer's change is lost"]


def test_what_the_plan_sets_to_a_third_value_is_lost_as_well(tmp_path: Path) -> None:
    given = plan(planned(function_state(), {"memory_size": 1024}, {"memory_size": 768}, configured=["memory_size"]))
    report = check(tmp_path, [RAISED], given)
    assert effects(report) == {"orders.memory_size": "reverts"}
    assert said(report) == ["this plan sets memory_size to 768: ops-engineer's change is lost"]


def test_what_the_configuration_now_says_is_adopted_and_not_held_against_it(tmp_path: Path) -> None:
    given = plan(planned(function_state(), {"memory_size": 1024}, configured=["memory_size"]))
    report = check(tmp_path, [RAISED], given)
    assert report.verdict == "clean"
    assert adopted(report) == {"orders.memory_size"}


def test_what_is_adopted_leaves_the_rest_of_the_finding_a_finding(tmp_path: Path) -> None:
    both = update_configuration({"memorySize": 1024, "timeout": 30})
    live = {"memory_size": 1024, "timeout": 30}
    given = plan(planned(function_state(), live, {"timeout": 10}, configured=["memory_size", "timeout"]))
    report = check(tmp_path, [both], given)
    assert effects(report) == {"orders.timeout": "reverts"}
    assert adopted(report) == {"orders.memory_size"}


def test_a_value_that_nobody_configures_is_kept_and_not_adopted(tmp_path: Path) -> None:
    moved = update_configuration({"loggingConfig": {"logGroup": "/other"}})
    group = [
        {"log_format": "Text", "log_group": "/aws/lambda/orders", "application_log_level": "", "system_log_level": ""}
    ]
    live = {"logging_config": [{**group[0], "log_group": "/other"}]}
    report = check(tmp_path, [moved], plan(planned(function_state(logging_config=group), live)))
    assert effects(report) == {"orders.logging_config[0].log_group": "keeps"}
    assert said(report) == ["this plan leaves logging_config[0].log_group as it is in AWS"]


def test_a_plan_made_without_a_refresh_keeps_what_it_does_not_see(tmp_path: Path) -> None:
    given = plan(planned(function_state(), configured=["memory_size"]), refreshed=False)
    assert effects(check(tmp_path, [RAISED], given)) == {"orders.memory_size": "keeps"}


def test_a_plan_made_without_a_refresh_adopts_what_the_configuration_says(tmp_path: Path) -> None:
    one = planned(function_state(), None, {"memory_size": 1024}, configured=["memory_size"])
    assert adopted(check(tmp_path, [RAISED], plan(one, refreshed=False))) == {"orders.memory_size"}


def test_a_setting_that_was_taken_away_is_adopted_where_the_configuration_no_longer_has_it(tmp_path: Path) -> None:
    believed = function_state(reserved_concurrent_executions=50)
    given = plan(planned(believed, {"reserved_concurrent_executions": -1}))
    assert adopted(check(tmp_path, [delete_concurrency()], given)) == {"orders.reserved_concurrent_executions"}


def test_no_value_is_shown_for_none(tmp_path: Path) -> None:
    one = planned(function_state(), {"reserved_concurrent_executions": 50}, {"reserved_concurrent_executions": -1})
    report = check(tmp_path, [put_concurrency(50)], plan(one))
    assert said(report) == ["this plan sets reserved_concurrent_executions back to none: ops-engineer's change is lost"]


def test_what_the_plan_destroys_is_said_of_every_change(tmp_path: Path) -> None:
    report = check(tmp_path, [RAISED], plan(planned(function_state(), {"memory_size": 1024}, GONE)))
    assert effects(report) == {"orders.memory_size": "destroys"}
    assert only(report.findings).plan_effect is PlanEffect.DESTROYS
    assert said(report) == ["this plan destroys the resource"]


def test_what_the_plan_forgets_is_kept(tmp_path: Path) -> None:
    one = planned(function_state(), {"memory_size": 1024}, GONE, actions=["forget"])
    assert effects(check(tmp_path, [RAISED], plan(one))) == {"orders.memory_size": "keeps"}


def test_a_replacement_undoes_what_it_does_not_adopt(tmp_path: Path) -> None:
    live = {"memory_size": 1024, "timeout": 30}
    both = update_configuration({"memorySize": 1024, "timeout": 30})
    one = planned(
        function_state(), live, {"timeout": 10}, actions=["delete", "create"], configured=["memory_size", "timeout"]
    )
    report = check(tmp_path, [both], plan(one))
    assert effects(report) == {"orders.timeout": "reverts"}
    assert adopted(report) == {"orders.memory_size"}


def test_a_value_known_only_after_the_apply_is_lost_without_being_told(tmp_path: Path) -> None:
    one = planned(function_state(), {"memory_size": 1024}, {"memory_size": None}, unknown={"memory_size": True})
    report = check(tmp_path, [RAISED], plan(one))
    assert effects(report) == {"orders.memory_size": "reverts"}
    assert said(report) == ["this plan sets memory_size again: ops-engineer's change is lost"]


def test_a_deleted_resource_that_the_plan_creates_again_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], plan(planned(function_state(), GONE)))
    assert only(report.findings).plan_effect is PlanEffect.REVERTS
    assert said(report) == ["this plan creates it again"]


def test_a_deleted_resource_that_left_the_configuration_too_is_adopted(tmp_path: Path) -> None:
    given = plan(planned(function_state(), GONE), resource_changes=[], configuration={"root_module": {}})
    report = check(tmp_path, [delete_function()], given)
    assert report.verdict == "clean"
    assert adopted(report) == {"orders"}


@pytest.mark.parametrize("complete", [False, None])
def test_a_plan_that_may_leave_something_out_adopts_no_deletion(tmp_path: Path, complete: bool | None) -> None:
    given = plan(
        planned(function_state(), GONE), resource_changes=[], configuration={"root_module": {}}, complete=complete
    )
    assert only(check(tmp_path, [delete_function()], given).findings).plan_effect is PlanEffect.KEEPS


def test_a_deleted_resource_that_a_targeted_plan_leaves_out_is_kept_deleted(tmp_path: Path) -> None:
    given = plan(planned(function_state(), GONE), complete=False) | {"resource_changes": []}
    report = check(tmp_path, [delete_function()], given)
    assert said(report) == ["this plan does not create it again"]


def test_what_a_targeted_plan_leaves_out_is_kept(tmp_path: Path) -> None:
    given = plan(planned(function_state(), {"memory_size": 1024})) | {"resource_changes": [], "complete": False}
    assert effects(check(tmp_path, [RAISED], given)) == {"orders.memory_size": "keeps"}


def test_what_an_unfinished_plan_did_not_reach_has_no_effect_and_the_rest_has(tmp_path: Path) -> None:
    given = plan(
        planned(function_state("bills"), {"memory_size": 1024}, {"memory_size": 512}),
        planned(function_state(), {"memory_size": 1024}),
        errored=True,
        complete=False,
    )
    given["resource_changes"].pop()
    report = check(tmp_path, [RAISED, update_configuration({"memorySize": 1024}, name="bills")], given)
    assert effects(report) == {"bills.memory_size": "reverts", "orders.memory_size": None}
    assert [entry.reason for entry in report.skipped if entry.reason.startswith("plan")] == ["plan-errored"]


def test_a_replaced_function_that_the_plan_leaves_is_kept(tmp_path: Path) -> None:
    records = [delete_function(), create_function(at="10:05:00")]
    report = check(
        tmp_path, records, plan(planned(function_state(), {"last_modified": "2026-01-01T10:05:00.000+0000"}))
    )
    assert only(report.findings).plan_effect is PlanEffect.KEEPS


# What nobody manages.


def test_an_unmanaged_permission_is_kept_where_the_plan_knows_nothing_of_it(tmp_path: Path) -> None:
    report = check(tmp_path, [add_permission("S")], plan(planned(function_state())))
    assert only(report.findings).plan_effect is PlanEffect.KEEPS
    assert said(report) == ["this plan leaves it as it is: in AWS, and in no state"]


@pytest.mark.parametrize("importing", [{"id": "orders/S"}, {"identity": {"function_name": "orders"}}])
def test_an_unmanaged_permission_that_the_plan_imports_is_adopted(tmp_path: Path, importing: dict[str, Any]) -> None:
    one = planned(permission_state("S"), importing=importing)
    report = check(tmp_path, [add_permission("S")], plan(planned(function_state()), one))
    assert report.verdict == "clean"
    assert {name.partition(".")[0] for name in adopted(report)} == {"orders/S"}


def test_an_import_that_changes_what_was_added_is_no_adoption(tmp_path: Path) -> None:
    one = planned(
        permission_state("S", source_arn=None),
        {"principal": "s3.amazonaws.com"},
        {"principal": "events.amazonaws.com"},
        importing={"id": "orders/S"},
    )
    report = check(tmp_path, [add_permission("S", principal="s3.amazonaws.com")], plan(planned(function_state()), one))
    assert effects(report)["orders/S.principal"] == "reverts"
    assert only(report.findings).plan_effect is PlanEffect.REVERTS
    assert "this plan imports it" in said(report)


def test_an_unmanaged_permission_that_the_plan_creates_a_second_time_is_a_finding_that_says_so(tmp_path: Path) -> None:
    one = planned(permission_state("S"), GONE)
    given = plan(planned(function_state()), one)
    given["resource_drift"] = []
    report = check(tmp_path, [add_permission("S")], given)
    found = only(report.findings)
    assert found.plan_effect is PlanEffect.KEEPS
    assert any("import it instead" in reason for reason in found.reasons)


@pytest.mark.parametrize("actions", [["delete"], ["delete", "create"], ["create", "delete"]])
def test_what_hangs_on_a_function_that_the_plan_destroys_goes_with_it(tmp_path: Path, actions: list[str]) -> None:
    one = planned(function_state(), None, GONE if actions == ["delete"] else {"publish": True}, actions=actions)
    assert only(check(tmp_path, [add_permission("S")], plan(one)).findings).plan_effect is PlanEffect.DESTROYS


def test_a_permission_that_was_removed_by_hand_is_created_again(tmp_path: Path) -> None:
    given = plan(planned(function_state()), planned(permission_state(), GONE))
    assert only(check(tmp_path, [remove_permission()], given).findings).plan_effect is PlanEffect.REVERTS


# Maps, code, and what CloudTrail withholds.


def tagged(**tags: str) -> dict[str, Any]:
    return {"tags": tags, "tags_all": tags}


def test_of_tags_the_plan_may_adopt_one_key_and_revert_another(tmp_path: Path) -> None:
    both = tag({"team": "growth", "cost": "9"})
    live = tagged(team="growth", cost="9")
    one = planned(function_state(**tagged(team="payments")), live, tagged(team="growth"), configured=["tags"])
    report = check(tmp_path, [both], plan(one))
    found = only(report.findings)
    assert [(change.before, change.after) for change in found.drift.changes] == [
        ({"team": "payments"}, {"team": "payments", "cost": "9"})
    ]
    assert found.plan_effect is PlanEffect.REVERTS
    assert adopted(report) == {"orders.tags"}


def test_a_tag_that_was_taken_off_is_adopted_where_the_plan_no_longer_has_it(tmp_path: Path) -> None:
    one = planned(function_state(**tagged(team="payments", cost="9")), tagged(team="payments"), configured=["tags"])
    assert adopted(check(tmp_path, [untag("cost")], plan(one))) == {"orders.tags"}


def test_a_tag_that_the_provider_now_gives_everything_is_adopted(tmp_path: Path) -> None:
    after = {"tags": {}, "tags_all": {"team": "growth"}}
    one = planned(function_state(**tagged()), tagged(team="growth"), after)
    assert adopted(check(tmp_path, [tag({"team": "growth"})], plan(one))) == {"orders.tags"}


WEIGHTED = update_alias({"routingConfig": {"additionalVersionWeights": {"4": 0.1}}})
UNWEIGHTED = update_alias({"routingConfig": {"additionalVersionWeights": {}}}, {"routingConfig": {}})


def weights(**versions: float) -> dict[str, Any]:
    named = {name.removeprefix("v"): weight for name, weight in versions.items()}
    return {"routing_config": [{"additional_version_weights": named}] if named else []}


@pytest.mark.parametrize(
    ("record", "before", "after"),
    [
        (WEIGHTED, weights(), weights(v4=0.1)),
        (WEIGHTED, weights(v5=0.2), weights(v4=0.1)),
        (UNWEIGHTED, weights(v4=0.1), weights()),
    ],
)
def test_weights_of_versions_are_adopted_in_their_block(
    tmp_path: Path, record: dict[str, Any], before: dict[str, Any], after: dict[str, Any]
) -> None:
    one = planned(alias_state(**before), after, configured=["routing_config"] if after["routing_config"] else [])
    report = check(tmp_path, [record], plan(planned(function_state()), one))
    assert adopted(report) == {"orders/live.routing_config[0].additional_version_weights"}
    assert report.verdict == "clean"


def test_weights_that_the_plan_takes_away_are_lost(tmp_path: Path) -> None:
    one = planned(alias_state(**weights()), weights(v4=0.1), weights())
    report = check(tmp_path, [WEIGHTED], plan(planned(function_state()), one))
    assert set(effects(report).values()) == {"reverts"}


def test_code_that_the_plan_uploads_again_is_lost(tmp_path: Path) -> None:
    live = {"code_sha256": OTHER_CODE, "source_code_hash": OTHER_CODE}
    one = planned(
        function_state(),
        live,
        {"source_code_hash": CODE, "code_sha256": None},
        unknown={"code_sha256": True},
        configured=["source_code_hash", "filename"],
    )
    report = check(tmp_path, [update_code()], plan(one))
    assert set(effects(report).values()) == {"reverts"}


def test_code_that_is_the_configured_package_now_is_adopted(tmp_path: Path) -> None:
    live = {"code_sha256": OTHER_CODE, "source_code_hash": OTHER_CODE}
    report = check(tmp_path, [update_code()], plan(planned(function_state(), live, configured=["source_code_hash"])))
    assert report.verdict == "clean"


def test_code_whose_package_nobody_compares_is_kept(tmp_path: Path) -> None:
    live = {"code_sha256": OTHER_CODE}
    one = planned(function_state(source_code_hash=""), live, configured=["filename"])
    assert set(effects(check(tmp_path, [update_code()], plan(one))).values()) == {"keeps"}


SET_ENVIRONMENT = update_configuration({"environment": {}}, {"environment": {}})
LATER = "2026-01-01T10:00:00.000+0000"


def variables(**values: str) -> list[dict[str, Any]]:
    return [{"variables": values}]


def test_an_environment_that_the_refresh_found_changed_is_known_to_be_and_stays_hidden(tmp_path: Path) -> None:
    live = {"environment": variables(PASSWORD="hunter3"), "last_modified": LATER}
    one = planned(
        function_state(environment=variables(PASSWORD="hunter2")),
        live,
        {"environment": variables(PASSWORD="hunter4")},
        configured=["environment"],
    )
    report = check(tmp_path, [SET_ENVIRONMENT], plan(one))
    (change,) = only(report.findings).drift.changes
    assert (change.attribute, change.before, change.after, change.known) == (
        "environment",
        "(sensitive)",
        "(sensitive)",
        True,
    )
    assert change.plan_effect is PlanEffect.REVERTS
    assert "hunter" not in written(report)
    assert said(report) == ["this plan sets environment again: ops-engineer's change is lost"]


def test_an_environment_that_the_configuration_took_over_is_adopted(tmp_path: Path) -> None:
    live = {"environment": variables(A="2"), "last_modified": LATER}
    one = planned(function_state(environment=variables(A="1")), live, configured=["environment"])
    assert adopted(check(tmp_path, [SET_ENVIRONMENT], plan(one))) == {"orders.environment"}


def test_an_environment_that_the_refresh_found_as_state_has_it_is_no_finding(tmp_path: Path) -> None:
    one = planned(function_state(environment=variables(A="1")), {"last_modified": LATER})
    report = check(tmp_path, [SET_ENVIRONMENT], plan(one))
    assert report.verdict == "clean"
    undone = only(report.reverted)
    assert [change.attribute for change in undone.drift.changes] == ["environment"]
    assert any("the plan's refresh" in reason for reason in undone.reasons)


@pytest.mark.parametrize("live", [None, {"last_modified": "2026-01-01T09:59:59.000+0000"}])
def test_a_refresh_that_may_not_have_seen_the_call_settles_nothing(tmp_path: Path, live: dict[str, Any] | None) -> None:
    report = check(tmp_path, [SET_ENVIRONMENT], plan(planned(function_state(environment=variables(A="1")), live)))
    (change,) = only(report.findings).drift.changes
    assert not change.known


def test_the_id_is_the_same_with_and_without_a_plan(tmp_path: Path) -> None:
    live = {"environment": variables(A="2"), "last_modified": LATER, "memory_size": 1024}
    state = function_state(environment=variables(A="1"))
    goal = {"environment": variables(A="1"), "memory_size": 512}
    records = [SET_ENVIRONMENT, update_configuration({"memorySize": 1024}, at="10:00:00")]
    with_plan = check(tmp_path / "plan", records, plan(planned(state, live, goal)))
    without = builders.check(tmp_path / "state", records, [state])
    assert only(with_plan.findings).id == only(without.findings).id


def test_what_only_the_plan_marks_sensitive_is_hidden_too(tmp_path: Path) -> None:
    described = update_configuration({"description": "hunter3"})
    one = planned(
        function_state(description="hunter2"),
        {"description": "hunter3"},
        {"description": "hunter4"},
        sensitive={"description": True},
        configured=["description"],
    )
    report = check(tmp_path, [described], plan(one))
    assert effects(report) == {"orders.description": "reverts"}
    assert "hunter" not in written(report)


def test_waived_and_ignored_changes_say_what_the_plan_does_as_well(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(
        "waivers: [{address: aws_lambda_function.orders, reason: r, owner: o, expires: 2027-01-01}]", encoding="utf-8"
    )
    given = plan(planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}))
    report = check(tmp_path, [RAISED], given, rules=str(rules))
    (waived,) = report.suppressed
    assert waived.suppressed_by is not None
    assert waived.suppressed_by.kind == "waiver"
    assert waived.plan_effect is PlanEffect.REVERTS


def test_a_finding_says_the_first_of_its_changes_effects(tmp_path: Path) -> None:
    live = {"memory_size": 1024, "timeout": 30}
    one = planned(function_state(), live, {"timeout": 10}, configured=["timeout"])
    report = check(tmp_path, [update_configuration({"memorySize": 1024, "timeout": 30})], plan(one))
    assert effects(report) == {"orders.memory_size": "keeps", "orders.timeout": "reverts"}
    assert document(report)["findings"][0]["plan_effect"] == "reverts"


def test_without_a_plan_nothing_has_an_effect(tmp_path: Path) -> None:
    report = builders.check(tmp_path, [RAISED])
    (finding,) = document(report)["findings"]
    assert finding["plan_effect"] is None
    assert [change["plan_effect"] for change in finding["changes"]] == [None]
    assert said(report) == []


def test_a_state_given_beside_the_plan_is_judged_once_and_by_the_plan(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(state_text(function_state(), function_state("bills")), encoding="utf-8")
    given = plan(planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}))
    records = [RAISED, update_configuration({"memorySize": 1024}, name="bills")]
    report = check(tmp_path, records, given, state=(str(state),))
    assert effects(report) == {"bills.memory_size": "keeps", "orders.memory_size": "reverts"}


def test_a_moved_instance_is_known_by_the_address_that_state_has(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    state.write_text(state_text(function_state()), encoding="utf-8")
    one = planned(
        function_state(),
        {"memory_size": 1024},
        {"memory_size": 512},
        address="module.api.aws_lambda_function.orders",
        previous_address="aws_lambda_function.orders",
    )
    report = check(tmp_path, [RAISED], plan(one), state=(str(state),))
    assert set(effects(report).values()) == {"reverts"}


def test_last_apply_is_dated_by_the_roots_own_state_beside_a_plan(tmp_path: Path) -> None:
    state = tmp_path / "terraform.tfstate"
    state.write_text(state_text(function_state()), encoding="utf-8")
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    written_at = datetime(2026, 1, 1, 9, 30, tzinfo=timezone.utc)
    os.utime(state, (written_at.timestamp(), written_at.timestamp()))
    report = check(tmp_path, [RAISED], plan(planned(function_state(), {"memory_size": 1024})), since="last-apply")
    assert report.window.since == written_at
    assert effects(report) == {"orders.memory_size": "keeps"}
