"""What a full configuration reveals of changes that were never seen, for every nested block; what silence means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    CODE,
    LAST_APPLY,
    OTHER_CODE,
    QUEUE,
    REGION,
    check,
    configuration,
    differences,
    function_state,
    is_silent,
    only,
    update_configuration,
    without,
    written,
)
from tfdrift_gate.model import Report

LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:shared"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
FILES = f"arn:aws:elasticfilesystem:{REGION}:{ACCOUNT}:access-point/fsap-1"
PROVIDER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:capacity-provider:fleet"
ON_PROVIDER = "capacity_provider_config[0].lambda_managed_instances_capacity_provider_config[0]"
MANAGED_INSTANCES = {
    "capacityProviderArn": PROVIDER,
    "executionEnvironmentMemoryGiBPerVCpu": 2.0,
    "perExecutionEnvironmentMaxConcurrency": 10,
}
JSON_LOGS = {
    "logFormat": "JSON",
    "logGroup": "/aws/lambda/orders",
    "applicationLogLevel": "INFO",
    "systemLogLevel": "WARN",
}
IN_VPC = {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"], "vpcId": "vpc-1", "ipv6AllowedForDualStack": True}


def silently(answers: dict[str, Any]) -> dict[str, Any]:
    """A call that asks for nothing new, whose answer shows the whole configuration."""
    return update_configuration({"timeout": 10}, answers)


def revealed(report: Report) -> dict[str, tuple[Any, Any]]:
    for finding in report.findings:
        for change in finding.drift.changes:
            assert change.event is None
            assert change.revealed_by is not None
    return {name: pair for (_, name), pair in differences(report.findings).items()}


# answers, what state has, what is revealed
SHOWN: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, tuple[Any, Any]]]] = {
    "runtime": ({"runtime": "python3.13"}, {}, {"runtime": ("python3.12", "python3.13")}),
    "role": (
        {"role": "arn:aws:iam::1:role/x"},
        {},
        {"role": (f"arn:aws:iam::{ACCOUNT}:role/orders", "arn:aws:iam::1:role/x")},
    ),
    "description": ({"description": "x"}, {}, {"description": ("", "x")}),
    "layers": ({"layers": [{"arn": f"{LAYER}:3", "codeSize": 1}]}, {}, {"layers": (None, [f"{LAYER}:3"])}),
    "layers gone": ({}, {"layers": [f"{LAYER}:3"]}, {"layers": ([f"{LAYER}:3"], None)}),
    "layers in another order": (
        {"layers": [{"arn": f"{LAYER}:2"}, {"arn": f"{LAYER}:1"}]},
        {"layers": [f"{LAYER}:1", f"{LAYER}:2"]},
        {"layers": ([f"{LAYER}:1", f"{LAYER}:2"], [f"{LAYER}:2", f"{LAYER}:1"])},
    ),
    "KMS key": ({"kMSKeyArn": KEY}, {}, {"kms_key_arn": ("", KEY)}),
    "KMS key in the other spelling": ({"kmsKeyArn": KEY}, {}, {"kms_key_arn": ("", KEY)}),
    "KMS key gone": ({}, {"kms_key_arn": KEY}, {"kms_key_arn": (KEY, None)}),
    "VPC": (
        {"vpcConfig": IN_VPC},
        {},
        {
            "vpc_config[0].subnet_ids": (None, ["subnet-1"]),
            "vpc_config[0].security_group_ids": (None, ["sg-1"]),
            "vpc_config[0].ipv6_allowed_for_dual_stack": (None, True),
        },
    ),
    "dual stack": (
        {"vpcConfig": IN_VPC},
        {
            "vpc_config": [
                {"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"], "ipv6_allowed_for_dual_stack": False}
            ]
        },
        {"vpc_config[0].ipv6_allowed_for_dual_stack": (False, True)},
    ),
    "VPC gone": (
        {},
        {"vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}]},
        {"vpc_config[0].subnet_ids": (["subnet-1"], None), "vpc_config[0].security_group_ids": (["sg-1"], None)},
    ),
    "dead letters": (
        {"deadLetterConfig": {"targetArn": QUEUE}},
        {},
        {"dead_letter_config[0].target_arn": (None, QUEUE)},
    ),
    "tracing": ({"tracingConfig": {"mode": "Active"}}, {}, {"tracing_config[0].mode": ("PassThrough", "Active")}),
    "storage": ({"ephemeralStorage": {"size": 1024}}, {}, {"ephemeral_storage[0].size": (512, 1024)}),
    "snap start": (
        {"snapStart": {"applyOn": "PublishedVersions"}},
        {"snap_start": []},
        {"snap_start[0].apply_on": (None, "PublishedVersions")},
    ),
    "snap start off": (
        {"snapStart": {"applyOn": "None", "optimizationStatus": "Off"}},
        {"snap_start": [{"apply_on": "PublishedVersions"}]},
        {"snap_start[0].apply_on": ("PublishedVersions", "None")},
    ),
    "JSON logs": (
        {"loggingConfig": JSON_LOGS},
        {
            "logging_config": [
                {
                    "log_format": "Text",
                    "log_group": "/aws/lambda/orders",
                    "application_log_level": "",
                    "system_log_level": "",
                }
            ]
        },
        {
            "logging_config[0].log_format": ("Text", "JSON"),
            "logging_config[0].application_log_level": ("", "INFO"),
            "logging_config[0].system_log_level": ("", "WARN"),
        },
    ),
    "levels that go away with Text": (
        {"loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/orders"}},
        {
            "logging_config": [
                {
                    "log_format": "JSON",
                    "log_group": "/aws/lambda/orders",
                    "application_log_level": "INFO",
                    "system_log_level": "WARN",
                }
            ]
        },
        {
            "logging_config[0].log_format": ("JSON", "Text"),
            "logging_config[0].application_log_level": ("INFO", None),
            "logging_config[0].system_log_level": ("WARN", None),
        },
    ),
    "log group": (
        {"loggingConfig": {"logFormat": "Text", "logGroup": "/elsewhere"}},
        {"logging_config": [{"log_format": "Text", "log_group": "/aws/lambda/orders"}]},
        {"logging_config[0].log_group": ("/aws/lambda/orders", "/elsewhere")},
    ),
    "file system": (
        {"fileSystemConfigs": [{"arn": FILES, "localMountPath": "/mnt/x"}]},
        {"file_system_config": []},
        {"file_system_config[0].arn": (None, FILES), "file_system_config[0].local_mount_path": (None, "/mnt/x")},
    ),
    "image": (
        {"imageConfigResponse": {"imageConfig": {"command": ["b"], "entryPoint": ["e"], "workingDirectory": "/w"}}},
        {"image_config": [{"command": ["a"], "entry_point": [], "working_directory": ""}]},
        {
            "image_config[0].command": (["a"], ["b"]),
            "image_config[0].entry_point": ([], ["e"]),
            "image_config[0].working_directory": ("", "/w"),
        },
    ),
    "image settings gone": ({}, {"image_config": [{"command": ["a"]}]}, {"image_config[0].command": (["a"], None)}),
    "durable": (
        {"durableConfig": {"executionTimeout": 60, "retentionPeriodInDays": 7}},
        {"durable_config": [{"execution_timeout": 30, "retention_period": 14}]},
        {"durable_config[0].execution_timeout": (30, 60), "durable_config[0].retention_period": (14, 7)},
    ),
    "capacity provider": (
        {"capacityProviderConfig": {"lambdaManagedInstancesCapacityProviderConfig": MANAGED_INSTANCES}},
        {"capacity_provider_config": []},
        {
            f"{ON_PROVIDER}.capacity_provider_arn": (None, PROVIDER),
            f"{ON_PROVIDER}.execution_environment_memory_gib_per_vcpu": (None, 2),
            f"{ON_PROVIDER}.per_execution_environment_max_concurrency": (None, 10),
        },
    ),
    "architectures": ({"architectures": ["arm64"]}, {}, {"architectures": (["x86_64"], ["arm64"])}),
    "code": ({"codeSha256": OTHER_CODE}, {}, {"code_sha256": (CODE, OTHER_CODE)}),
}


@pytest.mark.parametrize(("answers", "state", "expected"), SHOWN.values(), ids=SHOWN.keys())
def test_an_answer_reveals_what_an_unseen_call_did(
    tmp_path: Path, answers: dict[str, Any], state: dict[str, Any], expected: dict[str, tuple[Any, Any]]
) -> None:
    report = check(tmp_path, [silently(answers)], [function_state(**state)])
    assert revealed(report) == expected
    assert report.skipped == ()


ALIKE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "an empty VPC": ({"vpcConfig": {"subnetIds": [], "securityGroupIds": [], "vpcId": ""}}, {}),
    "an empty VPC with dual stack off": (
        {"vpcConfig": {"subnetIds": [], "securityGroupIds": [], "vpcId": "", "ipv6AllowedForDualStack": False}},
        {},
    ),
    "dual stack not mentioned": (
        {"vpcConfig": {"subnetIds": ["s"], "securityGroupIds": ["g"]}},
        {"vpc_config": [{"subnet_ids": ["s"], "security_group_ids": ["g"], "ipv6_allowed_for_dual_stack": False}]},
    ),
    "an empty environment": ({"environment": {}}, {"environment": [{"variables": {"A": "1"}}]}),
    "an image without settings": ({"imageConfigResponse": {}}, {"image_config": []}),
    "no dead letters": ({"deadLetterConfig": {}}, {"dead_letter_config": []}),
    "snap start none": ({"snapStart": {"applyOn": "None"}}, {"snap_start": []}),
    "the default log group": (
        {"loggingConfig": {"logFormat": "Text", "logGroup": "/aws/lambda/orders"}},
        {"logging_config": []},
    ),
    "levels that are not set": (
        {"loggingConfig": {"logFormat": "Text", "logGroup": "/g"}},
        {
            "logging_config": [
                {"log_format": "Text", "log_group": "/g", "application_log_level": "", "system_log_level": ""}
            ]
        },
    ),
    "architectures as an object": ({"architectures": {"0": "x86_64"}}, {}),
    "a runtime patched by Lambda": ({"runtimeVersionConfig": {"runtimeVersionArn": "arn:other"}}, {}),
    "members that Terraform has no attribute for": (
        {"configSha256": "x", "runtimeConfig": {}, "acceleratorConfig": {}, "masterArn": "arn:x"},
        {},
    ),
    "code taken by reference": ({"codeSha256": ""}, {}),
}


@pytest.mark.parametrize(("answers", "state"), ALIKE.values(), ids=ALIKE.keys())
def test_an_answer_that_shows_what_state_has_is_nothing(
    tmp_path: Path, answers: dict[str, Any], state: dict[str, Any]
) -> None:
    report = check(tmp_path, [silently(answers)], [function_state(**state)])
    assert is_silent(report), written(report)


LONG_STATE = {
    "kms_key_arn": KEY,
    "layers": [f"{LAYER}:3"],
    "vpc_config": [{"subnet_ids": ["s"], "security_group_ids": ["g"], "ipv6_allowed_for_dual_stack": True}],
    "dead_letter_config": [{"target_arn": QUEUE}],
    "file_system_config": [{"arn": FILES, "local_mount_path": "/mnt/x"}],
    "image_config": [{"command": ["a"], "entry_point": [], "working_directory": ""}],
    "logging_config": [
        {"log_format": "JSON", "log_group": "/g", "application_log_level": "INFO", "system_log_level": "INFO"}
    ],
    "snap_start": [{"apply_on": "PublishedVersions"}],
    "ephemeral_storage": [{"size": 1024}],
    "tracing_config": [{"mode": "Active"}],
    "architectures": ["arm64"],
}


def test_a_shortened_answer_says_nothing_about_what_it_lacks(tmp_path: Path) -> None:
    body = update_configuration({"timeout": 10})
    answer = {"functionName": "orders", "timeout": 10}
    report = check(tmp_path, [body | {"responseElements": answer}], [function_state(**LONG_STATE)])
    assert is_silent(report), written(report)


OLD = ("loggingConfig", "snapStart", "ephemeralStorage", "architectures", "runtimeVersionConfig", "packageType")


@pytest.mark.parametrize("absent", OLD)
def test_a_member_that_answers_did_not_have_in_former_years_is_no_removal(tmp_path: Path, absent: str) -> None:
    body = update_configuration({"timeout": 10})
    state = {key: LONG_STATE[key] for key in ("logging_config", "snap_start", "ephemeral_storage", "architectures")}
    answer = without(
        configuration(
            loggingConfig={
                "logFormat": "JSON",
                "logGroup": "/g",
                "applicationLogLevel": "INFO",
                "systemLogLevel": "INFO",
            },
            snapStart={"applyOn": "PublishedVersions"},
            ephemeralStorage={"size": 1024},
            architectures=["arm64"],
        ),
        absent,
    )
    report = check(tmp_path, [body | {"responseElements": answer}], [function_state(**state)])
    assert is_silent(report), written(report)


def test_own_changes_and_revealed_ones_stand_in_one_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"timeout": 30}, {"memorySize": 1024})])
    found = {change.attribute: change.event for change in only(report.findings).drift.changes}
    assert found["memory_size"] is None
    assert found["timeout"] is not None


def test_what_a_later_answer_shows_of_an_unseen_change_and_its_taking_back_is_nothing(tmp_path: Path) -> None:
    calls = [
        update_configuration({"timeout": 10}, {"memorySize": 1024}),
        update_configuration({"timeout": 10}, {"memorySize": 512}, at="10:05:00"),
    ]
    assert check(tmp_path, calls).findings == ()


@pytest.mark.parametrize("stamp", [LAST_APPLY, None, ""])
def test_a_state_of_any_age_is_held_against_what_shows(tmp_path: Path, stamp: str | None) -> None:
    report = check(tmp_path, [silently({"memorySize": 1024})], [function_state(last_modified=stamp)])
    assert revealed(report) == {"memory_size": (512, 1024)}
