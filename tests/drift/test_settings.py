"""Settings beside a function's own configuration: what a put replaces, an update patches, and a default means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    QUEUE_FAILED,
    invoke_config_state,
    on_function,
    provisioned_state,
    put_invoke_config,
    put_provisioned,
    put_recursion,
    put_runtime,
    put_scaling,
    runtime_state,
    scaling_state,
    update_invoke_config,
)
from tests.builders import (
    check,
    differences,
    function_state,
    is_silent,
    only,
    update_configuration,
    written,
)
from tfdrift_gate.model import Kind, Report

FAILURE = "destination_config[0].on_failure[0].destination"
SUCCESS = "destination_config[0].on_success[0].destination"


def pairs(report: Report) -> dict[str, tuple[Any, Any]]:
    return {name: pair for (_, name), pair in differences(report.findings).items()}


def judged(tmp_path: Path, call: dict[str, Any], *state: dict[str, Any]) -> Report:
    return check(tmp_path, [call], [function_state(), *state])


# --- event invoke -----------------------------------------------------------------------------------------------------

INVOKE_PUTS: dict[str, tuple[dict[str, Any], dict[str, tuple[Any, Any]]]] = {
    "one setting": (
        {"maximumRetryAttempts": 1},
        {"maximum_event_age_in_seconds": (3600, None), FAILURE: (QUEUE_FAILED, None)},
    ),
    "nothing": (
        {},
        {
            "maximum_retry_attempts": (1, None),
            "maximum_event_age_in_seconds": (3600, None),
            FAILURE: (QUEUE_FAILED, None),
        },
    ),
    "a destination on success": (
        {
            "maximumRetryAttempts": "1",
            "maximumEventAgeInSeconds": "3600",
            "destinationConfig": {"onSuccess": {"destination": "arn:x"}, "onFailure": {"destination": QUEUE_FAILED}},
        },
        {SUCCESS: (None, "arn:x")},
    ),
}


@pytest.mark.parametrize(("request_", "expected"), INVOKE_PUTS.values(), ids=INVOKE_PUTS.keys())
def test_a_put_event_invoke_configuration_replaces_everything(
    tmp_path: Path, request_: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    assert pairs(judged(tmp_path, put_invoke_config(request_), invoke_config_state())) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"maximumRetryAttempts": 0}, {"maximum_retry_attempts": (1, 0)}),
        ({"maximumEventAgeInSeconds": 60}, {"maximum_event_age_in_seconds": (3600, 60)}),
        ({"destinationConfig": {"onFailure": {"destination": "arn:x"}}}, {FAILURE: (QUEUE_FAILED, "arn:x")}),
        ({"destinationConfig": {"onFailure": {}}}, {FAILURE: (QUEUE_FAILED, None)}),
        ({}, {}),
    ],
)
def test_an_updated_event_invoke_configuration_changes_what_it_names(
    tmp_path: Path, request_: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    assert pairs(judged(tmp_path, update_invoke_config(request_), invoke_config_state())) == expected


UNSET = {"maximum_retry_attempts": 2, "maximum_event_age_in_seconds": 0, "destination_config": []}


@pytest.mark.parametrize(
    "request_",
    [
        {},
        {"maximumRetryAttempts": 2},
        {"destinationConfig": {}},
        {"destinationConfig": {"onFailure": {}, "onSuccess": {}}},
        {"destinationConfig": {"onFailure": {"destination": None}, "onSuccess": {"destination": None}}},
    ],
)
@pytest.mark.parametrize("age", [0, None])
def test_defaults_of_an_event_invoke_configuration_are_as_if_nothing_were_set(
    tmp_path: Path, request_: dict[str, Any], age: int | None
) -> None:
    state = invoke_config_state(**(UNSET | {"maximum_event_age_in_seconds": age}))
    report = judged(tmp_path, put_invoke_config(request_), state)
    assert is_silent(report), written(report)


def test_an_age_that_was_set_differs_from_one_that_was_not_as_a_refresh_has_it(tmp_path: Path) -> None:
    report = judged(tmp_path, put_invoke_config({"maximumEventAgeInSeconds": 21600}), invoke_config_state(**UNSET))
    assert pairs(report) == {"maximum_event_age_in_seconds": (None, 21600)}


def test_no_retries_are_not_the_default_number_of_retries(tmp_path: Path) -> None:
    report = judged(tmp_path, put_invoke_config({"maximumRetryAttempts": 0}), invoke_config_state(**UNSET))
    assert pairs(report) == {"maximum_retry_attempts": (2, 0)}


@pytest.mark.parametrize("form", ["orders", "arn:aws:lambda:us-east-1:123456789012:function:orders"])
def test_an_event_invoke_configuration_of_latest_is_that_of_the_function(tmp_path: Path, form: str) -> None:
    call = put_invoke_config({"qualifier": "$LATEST", "maximumRetryAttempts": 0})
    report = judged(tmp_path, call, invoke_config_state(id=form, function_name=form, **UNSET))
    assert "maximum_retry_attempts" in pairs(report)


# --- provisioned, scaling ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("amount", [5, "5", 5.0])
def test_the_amount_asked_for_is_the_provisioned_one_however_it_is_written(tmp_path: Path, amount: Any) -> None:
    report = judged(tmp_path, put_provisioned(amount), provisioned_state())
    assert is_silent(report), written(report)


def test_a_put_scaling_configuration_replaces_everything(tmp_path: Path) -> None:
    report = judged(tmp_path, put_scaling({"maxExecutionEnvironments": 5}), scaling_state())
    assert pairs(report) == {"function_scaling_config[0].min_execution_environments": (1, None)}


def test_a_put_without_a_scaling_configuration_takes_it_away(tmp_path: Path) -> None:
    report = judged(tmp_path, put_scaling(None), scaling_state())
    assert only(report.findings).drift.kind is Kind.DELETED


def test_scaling_of_another_version_is_something_else(tmp_path: Path) -> None:
    assert check(tmp_path, [put_scaling(None, "4")], [function_state(), scaling_state()]).findings == ()


@pytest.mark.parametrize("qualifier", ["$LATEST.PUBLISHED", "7"])
def test_scaling_that_nobody_manages_is_attached_to_the_function(tmp_path: Path, qualifier: str) -> None:
    finding = only(judged(tmp_path, put_scaling({"minExecutionEnvironments": 1}, qualifier)).findings)
    assert (finding.drift.kind, finding.drift.resource_id) == (Kind.UNMANAGED, f"orders,{qualifier}")


# --- runtime, recursion: every function has them ----------------------------------------------------------------------

INHERENT = {
    "runtime": (put_runtime("Auto", None), put_runtime("FunctionUpdate", None)),
    "recursion": (put_recursion("Terminate"), put_recursion("Allow")),
}


@pytest.mark.parametrize(("default", "other"), INHERENT.values(), ids=INHERENT.keys())
@pytest.mark.parametrize("mode", ["attached", "all"])
def test_a_setting_that_every_function_has_is_nothing_at_its_default_where_nobody_manages_it(
    tmp_path: Path, default: Any, other: Any, mode: str
) -> None:
    assert is_silent(check(tmp_path, [default], unmanaged=mode))
    assert only(check(tmp_path, [other], unmanaged=mode).findings).drift.kind is Kind.UNMANAGED


@pytest.mark.parametrize(("default", "other"), INHERENT.values(), ids=INHERENT.keys())
def test_a_setting_set_and_set_back_where_nobody_manages_it_is_no_finding(
    tmp_path: Path, default: Any, other: Any
) -> None:
    assert check(tmp_path, [other, default | {"eventTime": "2026-01-01T10:05:00Z"}]).findings == ()


@pytest.mark.parametrize("qualifier", [None, "", "$LATEST"])
@pytest.mark.parametrize("asked", [{}, {"qualifier": "$LATEST"}])
def test_runtime_management_without_a_qualifier_is_that_of_latest(
    tmp_path: Path, qualifier: str | None, asked: dict[str, Any]
) -> None:
    call = on_function("PutRuntimeManagementConfig", {"updateRuntimeOn": "Auto", **asked})
    report = judged(tmp_path, call, runtime_state(qualifier=qualifier))
    assert pairs(report) == {"update_runtime_on": ("FunctionUpdate", "Auto")}


def test_runtime_management_of_one_version_is_its_own(tmp_path: Path) -> None:
    call = on_function("PutRuntimeManagementConfig", {"updateRuntimeOn": "Auto", "qualifier": "3"})
    report = check(tmp_path, [call], [function_state(), runtime_state()])
    assert report.findings == ()


def test_a_pinned_runtime_says_mode_and_version(tmp_path: Path) -> None:
    report = judged(tmp_path, put_runtime(), runtime_state(update_runtime_on="Auto"))
    assert pairs(report) == {
        "update_runtime_on": ("Auto", "Manual"),
        "runtime_version_arn": (None, "arn:aws:lambda:us-east-1::runtime:abc"),
    }


def test_a_pin_taken_away_takes_the_version_with_it(tmp_path: Path) -> None:
    state = runtime_state(update_runtime_on="Manual", runtime_version_arn="arn:x")
    report = judged(tmp_path, put_runtime("Auto", None), state)
    assert pairs(report) == {"update_runtime_on": ("Manual", "Auto"), "runtime_version_arn": ("arn:x", None)}


@pytest.mark.parametrize("mode", [None, "", "Auto"])
def test_an_unset_update_mode_is_auto(tmp_path: Path, mode: str | None) -> None:
    assert is_silent(judged(tmp_path, put_runtime("Auto", None), runtime_state(update_runtime_on=mode)))


# --- null and nothing -------------------------------------------------------------------------------------------------

NOTHING: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "description": ({"description": ""}, {"description": None}),
    "VPC": ({"vpcConfig": {"subnetIds": [], "securityGroupIds": []}}, {"vpc_config": None}),
    "layers": ({"layers": []}, {"layers": None}),
    "dead letters": ({"deadLetterConfig": {"targetArn": ""}}, {"dead_letter_config": None}),
    "KMS key": ({"kMSKeyArn": ""}, {"kms_key_arn": None}),
    "file systems": ({"fileSystemConfigs": []}, {"file_system_config": None}),
    "image settings": ({"imageConfig": {}}, {"image_config": []}),
    "tracing": ({"tracingConfig": {"mode": "PassThrough"}}, {"tracing_config": []}),
    "storage": ({"ephemeralStorage": {"size": 512}}, {"ephemeral_storage": []}),
    "snap start": ({"snapStart": {"applyOn": "None"}}, {"snap_start": None}),
}


@pytest.mark.parametrize(("request_", "state"), NOTHING.values(), ids=NOTHING.keys())
def test_nothing_is_nothing_in_every_spelling(tmp_path: Path, request_: dict[str, Any], state: dict[str, Any]) -> None:
    shown = {
        name: value for name, value in request_.items() if name in ("tracingConfig", "ephemeralStorage", "snapStart")
    }
    body = update_configuration({}, shown)
    body["requestParameters"] |= request_
    report = check(tmp_path, [body], [function_state(**state)])
    assert is_silent(report), written(report)


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("PutFunctionConcurrency20171031", "reserved_concurrent_executions"),
        ("PutFunctionCodeSigningConfig", "code_signing_config_arn"),
    ],
)
def test_a_call_that_can_only_have_set_one_thing_and_does_not_tell_it_is_a_change_not_known(
    tmp_path: Path, name: str, attribute: str
) -> None:
    change = only(only(check(tmp_path, [on_function(name, {})]).findings).drift.changes)
    assert (change.attribute, change.known) == (attribute, False)
