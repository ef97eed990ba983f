"""What goes with what: AWS writes no records for what a deletion takes along, so the judgement must know it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    add_layer_permission,
    create_url,
    delete_layer,
    invoke_config_state,
    layer_permission_state,
    layer_state,
    policy_state,
    provisioned_state,
    publish_layer,
    put_invoke_config,
    put_provisioned,
    put_recursion,
    put_runtime,
    recursion_state,
    runtime_state,
    scaling_state,
    url_state,
)
from tests.builders import (
    BY_CONSOLE,
    BY_TERRAFORM,
    add_permission,
    alias_state,
    check,
    create_alias,
    create_function,
    delete_alias,
    delete_function,
    function_arn,
    function_state,
    is_silent,
    mapping_state,
    only,
    permission_state,
    record,
    remove_permission,
    update_alias,
    update_configuration,
    written,
)
from tfdrift_gate.model import Kind, Report

ON_IT = {
    "aws_lambda_alias.live": alias_state(),
    "aws_lambda_permission.events": permission_state(),
    "aws_lambda_function_url.url": url_state(),
    "aws_lambda_function_event_invoke_config.invoke": invoke_config_state(),
    "aws_lambda_provisioned_concurrency_config.live": provisioned_state(),
    "aws_lambda_runtime_management_config.runtime": runtime_state(),
    "aws_lambda_function_recursion_config.recursion": recursion_state(),
    "aws_lambda_function_scaling_config.scaling": scaling_state(),
    "aws_lambda_resource_policy.policy": policy_state(),
}
ORDERS, QUEUED = "aws_lambda_function.orders", "aws_lambda_event_source_mapping.queue"
EVERYTHING = [function_state(), mapping_state(), *ON_IT.values()]


def kinds(report: Report) -> dict[str | None, Kind]:
    return {finding.address or finding.drift.resource_id: finding.drift.kind for finding in report.findings}


def notes(report: Report) -> dict[str | None, str]:
    return {finding.address: finding.drift.note for finding in report.findings}


def delete_version(version: str, at: str = "10:00:00") -> dict[str, Any]:
    return record("DeleteFunction20150331", {"functionName": "orders", "qualifier": version}, at=at)


# --- a function -------------------------------------------------------------------------------------------------------


def test_a_deleted_function_takes_everything_but_its_mappings(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], EVERYTHING)
    assert kinds(report) == dict.fromkeys([ORDERS, *ON_IT], Kind.DELETED)
    assert {note for address, note in notes(report).items() if address != ORDERS} == {
        "deleted together with its function"
    }
    assert report.skipped == ()


@pytest.mark.parametrize("name", ["orders", function_arn(), "123456789012:function:orders"])
def test_what_hangs_on_it_goes_however_the_deletion_names_the_function(tmp_path: Path, name: str) -> None:
    assert set(kinds(check(tmp_path, [delete_function(name)], EVERYTHING))) == {ORDERS, *ON_IT}


def test_another_functions_deletion_takes_nothing(tmp_path: Path) -> None:
    assert is_silent(check(tmp_path, [delete_function("billing")], EVERYTHING))


def test_every_permission_of_the_function_goes_those_of_its_aliases_too(tmp_path: Path) -> None:
    of_alias = permission_state("other", label="of_alias", qualifier="live")
    report = check(tmp_path, [delete_function()], [function_state(), permission_state(), of_alias])
    assert set(kinds(report)) == {ORDERS, "aws_lambda_permission.events", "aws_lambda_permission.of_alias"}


def test_what_hangs_on_a_function_made_again_stays_gone_until_it_is_made_again_too(tmp_path: Path) -> None:
    calls = [
        delete_function(),
        create_function(at="10:01:00"),
        add_permission(at="10:02:00"),
        create_url(at="10:03:00"),
    ]
    report = check(tmp_path, calls, EVERYTHING)
    gone = set(ON_IT) - {"aws_lambda_permission.events", "aws_lambda_function_url.url"}
    gone -= {"aws_lambda_resource_policy.policy"}
    inherent = {
        "aws_lambda_runtime_management_config.runtime",
        "aws_lambda_function_recursion_config.recursion",
    }
    found = kinds(report)
    assert found[ORDERS] is Kind.REPLACED
    assert {address for address, kind in found.items() if kind is Kind.DELETED} == gone - inherent
    assert {finding.address for finding in report.reverted} >= {
        "aws_lambda_permission.events",
        "aws_lambda_function_url.url",
    }


def test_a_new_function_has_its_inherent_settings_at_their_defaults(tmp_path: Path) -> None:
    state = [function_state(), runtime_state(), recursion_state(recursive_loop="Allow")]
    report = check(tmp_path, [delete_function(), create_function(at="10:01:00")], state)
    found = {
        (finding.address, change.attribute): (change.before, change.after)
        for finding in report.findings
        for change in finding.drift.changes
    }
    assert found == {
        ("aws_lambda_runtime_management_config.runtime", "update_runtime_on"): ("FunctionUpdate", None),
        ("aws_lambda_function_recursion_config.recursion", "recursive_loop"): ("Allow", None),
    }
    assert kinds(report) == {
        ORDERS: Kind.REPLACED,
        "aws_lambda_runtime_management_config.runtime": Kind.MODIFIED,
        "aws_lambda_function_recursion_config.recursion": Kind.MODIFIED,
    }


def test_inherent_settings_that_state_has_at_their_defaults_come_back_as_they_were(tmp_path: Path) -> None:
    state = [function_state(), runtime_state(update_runtime_on="Auto"), recursion_state()]
    report = check(tmp_path, [delete_function(), create_function(at="10:01:00")], state)
    assert kinds(report) == {ORDERS: Kind.REPLACED}, written(report)


def test_inherent_settings_that_were_set_again_on_the_new_function_are_as_state_has_them(tmp_path: Path) -> None:
    calls = [
        delete_function(),
        create_function(at="10:01:00"),
        put_runtime("FunctionUpdate", None, at="10:02:00"),
        put_recursion("Allow", at="10:02:01"),
    ]
    report = check(tmp_path, calls, [function_state(), runtime_state(), recursion_state(recursive_loop="Allow")])
    assert kinds(report) == {ORDERS: Kind.REPLACED}, written(report)


def test_what_was_added_by_hand_to_a_function_goes_with_it_and_is_no_finding(tmp_path: Path) -> None:
    calls = [
        add_permission("mine"),
        create_alias({"name": "mine"}, at="10:00:10"),
        put_provisioned(qualifier="mine", at="10:00:20"),
        delete_function(at="10:01:00"),
    ]
    assert kinds(check(tmp_path, calls, [function_state()], unmanaged="all")) == {ORDERS: Kind.DELETED}


def test_what_was_removed_by_hand_before_its_function_went_is_laid_to_its_remover(tmp_path: Path) -> None:
    calls = [delete_alias(), delete_function(at="10:01:00")]
    report = check(tmp_path, calls, [function_state(), alias_state()])
    notes_ = notes(report)
    assert notes_["aws_lambda_alias.live"] == ""
    assert kinds(report) == {ORDERS: Kind.DELETED, "aws_lambda_alias.live": Kind.DELETED}


def test_a_setting_written_to_a_function_after_it_was_made_again_is_of_the_new_one(tmp_path: Path) -> None:
    calls = [
        update_configuration({"memorySize": 1024}),
        delete_function(at="10:01:00"),
        create_function(at="10:02:00"),
        update_configuration({"timeout": 30}, at="10:03:00"),
    ]
    report = check(tmp_path, calls)
    assert [(c.attribute, c.before, c.after) for c in only(report.findings).drift.changes] == [("timeout", 10, 30)]


def test_terraforms_own_replacement_of_a_function_and_all_that_hangs_on_it_is_nothing(tmp_path: Path) -> None:
    calls = [
        delete_function(by=BY_TERRAFORM),
        create_function(at="10:01:00", by=BY_TERRAFORM),
        add_permission(at="10:01:01", by=BY_TERRAFORM),
        create_alias(at="10:01:02", by=BY_TERRAFORM),
        put_provisioned(5, at="10:01:03", by=BY_TERRAFORM),
        put_recursion("Allow", at="10:01:04", by=BY_TERRAFORM),
    ]
    made = function_state(last_modified="2026-01-01T10:01:00.000+0000")
    state = [made, permission_state(), alias_state(), provisioned_state()]
    report = check(tmp_path, calls, [*state, recursion_state(recursive_loop="Allow")])
    assert is_silent(report), written(report)


# --- an alias ---------------------------------------------------------------------------------------------------------

WITH_QUALIFIER: dict[str, Callable[[str], dict[str, Any]]] = {
    "aws_lambda_permission.events": lambda q: permission_state(qualifier=q),
    "aws_lambda_function_url.url": lambda q: url_state(qualifier=q),
    "aws_lambda_function_event_invoke_config.invoke": lambda q: invoke_config_state(qualifier=q),
    "aws_lambda_provisioned_concurrency_config.live": lambda q: provisioned_state(qualifier=q),
    "aws_lambda_resource_policy.policy": lambda q: policy_state(resource_arn=f"{function_arn()}:{q}"),
}
ALIAS = "aws_lambda_alias.live"


def qualified(qualifier: str) -> list[dict[str, Any]]:
    return [function_state(), alias_state(), *(make(qualifier) for make in WITH_QUALIFIER.values())]


def test_a_deleted_alias_takes_what_is_attached_with_that_qualifier(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_alias()], qualified("live"))
    assert kinds(report) == dict.fromkeys([ALIAS, *WITH_QUALIFIER], Kind.DELETED)
    assert notes(report) == {ALIAS: "", **dict.fromkeys(WITH_QUALIFIER, "deleted together with its alias")}


@pytest.mark.parametrize("qualifier", ["next", "3"])
def test_a_deleted_alias_leaves_what_is_attached_to_another_qualifier(tmp_path: Path, qualifier: str) -> None:
    assert kinds(check(tmp_path, [delete_alias()], qualified(qualifier))) == {ALIAS: Kind.DELETED}


def test_a_deleted_alias_leaves_what_is_attached_to_the_function_itself(tmp_path: Path) -> None:
    state = [function_state(), alias_state(), permission_state(), url_state(), invoke_config_state()]
    assert kinds(check(tmp_path, [delete_alias()], state)) == {ALIAS: Kind.DELETED}


def test_what_went_with_its_alias_stays_gone_when_the_alias_is_made_again(tmp_path: Path) -> None:
    calls = [delete_alias(), create_alias(at="10:01:00"), put_provisioned(5, at="10:02:00")]
    report = check(tmp_path, calls, qualified("live"))
    provisioned = "aws_lambda_provisioned_concurrency_config.live"
    assert kinds(report) == dict.fromkeys(set(WITH_QUALIFIER) - {provisioned}, Kind.DELETED)
    assert {finding.address for finding in report.reverted} == {ALIAS, provisioned}


def test_an_alias_that_was_never_there_takes_nothing_of_others(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_alias("nobody")], qualified("live"))
    assert is_silent(report), written(report)


# --- a version --------------------------------------------------------------------------------------------------------


def test_a_deleted_version_takes_what_is_attached_to_it_and_leaves_the_rest(tmp_path: Path) -> None:
    state = [*qualified("3"), scaling_state()]
    report = check(tmp_path, [delete_version("3")], state)
    gone = [*WITH_QUALIFIER, "aws_lambda_function_scaling_config.scaling"]
    assert kinds(report) == dict.fromkeys(gone, Kind.DELETED)
    assert set(notes(report).values()) == {"deleted together with its version"}


def test_a_version_named_inside_the_functions_arn_is_that_version_only(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(f"{function_arn()}:3")], qualified("3"))
    assert kinds(report) == dict.fromkeys(WITH_QUALIFIER, Kind.DELETED)


def test_a_deleted_version_leaves_what_is_attached_to_another(tmp_path: Path) -> None:
    assert is_silent(check(tmp_path, [delete_version("2")], [*qualified("3"), scaling_state()]))


def test_deleting_latest_by_its_qualifier_is_no_version(tmp_path: Path) -> None:
    # The API refuses it, so no such record is known; it must not take a function's own settings along.
    assert is_silent(check(tmp_path, [delete_version("$LATEST")], [function_state(), runtime_state()]))


# --- a layer version --------------------------------------------------------------------------------------------------


def test_a_deleted_layer_version_takes_its_permissions(tmp_path: Path) -> None:
    second = layer_permission_state(statement_id="second")
    second["name"] = "second"
    report = check(tmp_path, [delete_layer()], [layer_state(), layer_permission_state(), second])
    layer = "aws_lambda_layer_version.shared"
    one, other = "aws_lambda_layer_version_permission.org", "aws_lambda_layer_version_permission.second"
    assert kinds(report) == dict.fromkeys([layer, one, other], Kind.DELETED)
    assert notes(report)[one] == "deleted together with its layer version"


@pytest.mark.parametrize("version", [2, "2"])
def test_another_layer_versions_deletion_takes_nothing(tmp_path: Path, version: Any) -> None:
    assert is_silent(check(tmp_path, [delete_layer(version)], [layer_state(), layer_permission_state()]))


def test_a_new_layer_version_is_not_the_managed_one(tmp_path: Path) -> None:
    report = check(tmp_path, [publish_layer(4), add_layer_permission(version=4, at="10:01:00")], [layer_state()])
    assert report.findings == (), "a permission on a version that nobody manages hangs on nothing managed"


def test_what_hangs_on_what_was_made_by_hand_goes_with_it(tmp_path: Path) -> None:
    calls = [publish_layer(4), add_layer_permission(version=4, at="10:01:00"), delete_layer(4, at="10:02:00")]
    assert check(tmp_path, calls, [layer_state()], unmanaged="all").findings == ()


def test_removing_what_went_already_is_nothing_more(tmp_path: Path) -> None:
    calls = [delete_alias(), remove_permission("allow", name="orders:live", at="10:01:00")]
    report = check(tmp_path, calls, [function_state(), alias_state(), permission_state(qualifier="live")])
    assert kinds(report) == {ALIAS: Kind.DELETED, "aws_lambda_permission.events": Kind.DELETED}


def test_an_alias_changed_before_its_function_went_is_deleted(tmp_path: Path) -> None:
    calls = [update_alias({"functionVersion": "4"}), delete_function(at="10:01:00")]
    report = check(tmp_path, calls, [function_state(), alias_state()])
    assert kinds(report) == {ORDERS: Kind.DELETED, ALIAS: Kind.DELETED}


def test_what_was_set_on_a_function_in_the_very_second_of_its_making_stands(tmp_path: Path) -> None:
    calls = [
        delete_function(),
        create_function(at="10:01:00"),
        put_invoke_config({"maximumRetryAttempts": 0}, at="10:01:00"),
    ]
    report = check(tmp_path, calls, [function_state(), invoke_config_state()])
    assert kinds(report)["aws_lambda_function_event_invoke_config.invoke"] is Kind.REPLACED


# --- deleted twice ----------------------------------------------------------------------------------------------------


def test_deleting_what_is_gone_succeeds_too_and_both_calls_are_told(tmp_path: Path) -> None:
    # DeleteAlias answers and is recorded alike whether there was an alias or not.
    calls = [delete_alias(by=BY_CONSOLE), delete_alias(at="10:00:01")]
    finding = only(check(tmp_path, calls, [function_state(), alias_state()]).findings)
    assert [event.actor.name for event in finding.drift.events] == ["developer", "ops-engineer"]


def test_a_second_deletion_by_a_trusted_pipeline_does_not_excuse_the_first_by_hand(tmp_path: Path) -> None:
    rules = "trusted:\n  - {name: deploy, role_arn: 'arn:aws:iam::*:role/terraform-deploy'}\n"
    calls = [delete_alias(), delete_alias(at="10:00:01", by=BY_TERRAFORM)]
    report = check(tmp_path, calls, [function_state(), alias_state()], rules=rules)
    assert only(report.findings).address == ALIAS
    assert report.suppressed == ()


def test_a_second_deletion_before_terraform_made_it_again_is_reverted(tmp_path: Path) -> None:
    calls = [delete_alias(), delete_alias(at="10:00:01"), create_alias(at="10:01:00", by=BY_TERRAFORM)]
    report = check(tmp_path, calls, [function_state(), alias_state()])
    assert report.findings == ()
    assert only(report.reverted).address == ALIAS
