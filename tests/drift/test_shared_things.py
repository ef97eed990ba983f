"""What functions share: layers, code signing configurations, capacity providers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    LAYER,
    PUBLISHER,
    SIGNING,
    add_layer_permission,
    capacity_provider,
    capacity_state,
    delete_layer,
    layer_permission_state,
    layer_state,
    on_function,
    signing_state,
    update_capacity,
    update_signing,
)
from tests.builders import (
    BY_TERRAFORM,
    OTHER_ACCOUNT,
    check,
    differences,
    function_state,
    is_silent,
    only,
    record,
    written,
)
from tfdrift_gate.model import Kind, Report


def pairs(report: Report) -> dict[str, tuple[Any, Any]]:
    return {name: pair for (_, name), pair in differences(report.findings).items()}


# --- layers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["shared", LAYER])
@pytest.mark.parametrize("version", [3, "3", 3.0])
def test_a_layer_version_is_found_by_name_and_by_arn_and_its_number_as_text(
    tmp_path: Path, layer: str, version: Any
) -> None:
    report = check(tmp_path, [delete_layer(version, layer)], [layer_state()])
    assert only(report.findings).drift.kind is Kind.DELETED


@pytest.mark.parametrize("layer", ["shared", LAYER])
@pytest.mark.parametrize("version", [3, "3"])
def test_a_layer_permission_is_found_however_state_and_caller_name_the_layer(
    tmp_path: Path, layer: str, version: Any
) -> None:
    state = [layer_state(), layer_permission_state(layer_name=layer, version_number=version)]
    for named in ("shared", LAYER):
        request = {"layerName": named, "versionNumber": 3, "statementId": "org"}
        report = check(tmp_path, [record("RemoveLayerVersionPermission20181031", request)], state)
        assert only(report.findings).address == "aws_lambda_layer_version_permission.org"


def test_a_layer_of_another_account_is_another_layer(tmp_path: Path) -> None:
    other = LAYER.replace("123456789012", OTHER_ACCOUNT)
    assert is_silent(check(tmp_path, [delete_layer(3, other)], [layer_state()]))


def test_a_layer_permission_for_everybody_is_attached_to_the_managed_version(tmp_path: Path) -> None:
    call = add_layer_permission("everybody", request={"organizationId": None})
    finding = only(check(tmp_path, [call], [layer_state()]).findings)
    assert finding.drift.parent_address == "aws_lambda_layer_version.shared"


# --- code signing -----------------------------------------------------------------------------------------------------


def test_a_relaxed_code_signing_policy_is_drift(tmp_path: Path) -> None:
    call = update_signing({"codeSigningPolicies": {"untrustedArtifactOnDeployment": "Warn"}})
    report = check(tmp_path, [call], [signing_state()])
    assert pairs(report) == {"policies[0].untrusted_artifact_on_deployment": ("Enforce", "Warn")}


def test_publishers_are_a_set(tmp_path: Path) -> None:
    other = f"{PUBLISHER}2"
    state = signing_state(allowed_publishers=[{"signing_profile_version_arns": [PUBLISHER, other]}])
    same = update_signing({"allowedPublishers": {"signingProfileVersionArns": [other, PUBLISHER]}})
    assert is_silent(check(tmp_path, [same], [state]))
    fewer = update_signing({"allowedPublishers": {"signingProfileVersionArns": [other]}})
    assert set(pairs(check(tmp_path, [fewer], [state]))) == {"allowed_publishers[0].signing_profile_version_arns"}


@pytest.mark.parametrize("by", [{}, BY_TERRAFORM])
def test_a_functions_code_signing_taken_away_is_drift_of_the_function(tmp_path: Path, by: dict[str, Any]) -> None:
    call = on_function("DeleteFunctionCodeSigningConfig", {}) | by
    report = check(tmp_path, [call], [function_state(code_signing_config_arn=SIGNING)])
    assert pairs(report) == {"code_signing_config_arn": (SIGNING, None)}


def test_a_functions_code_signing_set_to_what_it_is_is_nothing(tmp_path: Path) -> None:
    call = on_function("PutFunctionCodeSigningConfig", {"codeSigningConfigArn": SIGNING})
    assert is_silent(check(tmp_path, [call], [function_state(code_signing_config_arn=SIGNING)]))
    report = check(tmp_path, [call], [function_state(code_signing_config_arn="")])
    assert pairs(report) == {"code_signing_config_arn": ("", SIGNING)}


# --- capacity providers -----------------------------------------------------------------------------------------------

SCALING = "capacity_provider_scaling_config[0]"


@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ({"maxVCpuCount": "24"}, {f"{SCALING}.max_vcpu_count": (12, 24)}),
        ({"scalingMode": "Manual"}, {f"{SCALING}.scaling_mode": ("Auto", "Manual")}),
        (
            {"scalingPolicies": [{"predefinedMetricType": "CPU", "targetValue": 70.0}]},
            {
                f"{SCALING}.scaling_policies": (
                    [],
                    [{"predefined_metric_type": "CPU", "target_value": 70.0}],
                )
            },
        ),
        ({}, {}),
    ],
)
def test_a_capacity_providers_scaling_is_told_member_by_member(
    tmp_path: Path, scaling: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    assert pairs(check(tmp_path, [update_capacity(scaling)], [capacity_state()])) == expected


def test_a_capacity_providers_lists_are_told_as_they_are_answered(tmp_path: Path) -> None:
    types = {"architectures": ["arm64"], "allowedInstanceTypes": ["m7g.large"], "excludedInstanceTypes": []}
    body = update_capacity({})
    answer = {"capacityProvider": capacity_provider(instanceRequirements=types)}
    state = capacity_state(
        instance_requirements=[
            {"architectures": ["x86_64"], "allowed_instance_types": [], "excluded_instance_types": None}
        ]
    )
    assert pairs(check(tmp_path, [body | {"responseElements": answer}], [state])) == {
        "instance_requirements[0].architectures": (["x86_64"], ["arm64"]),
        "instance_requirements[0].allowed_instance_types": ([], ["m7g.large"]),
    }


def test_a_scaling_policys_target_is_a_number_however_it_is_written(tmp_path: Path) -> None:
    policies = [{"predefined_metric_type": "CPU", "target_value": 70}]
    state = capacity_state(
        capacity_provider_scaling_config=[{"max_vcpu_count": 12, "scaling_mode": "Auto", "scaling_policies": policies}]
    )
    for said in (70, 70.0, "70", "70.0"):
        call = update_capacity({"scalingPolicies": [{"predefinedMetricType": "CPU", "targetValue": said}]})
        report = check(tmp_path, [call], [state])
        assert is_silent(report), (said, written(report))


@pytest.mark.parametrize("name", ["fleet", "arn:aws:lambda:us-east-1:123456789012:capacity-provider:fleet"])
def test_a_capacity_provider_is_found_by_name_and_by_arn(tmp_path: Path, name: str) -> None:
    call = record("DeleteCapacityProvider", {"capacityProviderName": name})
    assert only(check(tmp_path, [call], [capacity_state()]).findings).drift.kind is Kind.DELETED
