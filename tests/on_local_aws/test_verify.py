"""``--verify`` on the local AWS: every kind of resource, drifted and repaired by real calls through boto3."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, zipped
from tests.samples import aws_environment, resource, state
from tfdrift_gate.gate import check
from tfdrift_gate.model import Report
from tfdrift_gate.outputs.json import document
from tfdrift_gate.settings import Settings

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
PROFILE = f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/orders/abcdefghij"

Made = dict[str, Any]
"""What setting a case up gave: ids that AWS chose."""


def function_attributes(lambda_: Any, **attributes: Any) -> dict[str, Any]:
    """What state holds of ``orders`` after an apply."""
    found = lambda_.get_function_configuration(FunctionName="orders")
    return {
        "id": "orders",
        "function_name": "orders",
        "arn": FUNCTION_ARN,
        "role": found["Role"],
        "runtime": found["Runtime"],
        "handler": found["Handler"],
        "memory_size": found["MemorySize"],
        "timeout": found["Timeout"],
        "environment": [{"variables": {"PASSWORD": "hunter2"}}],
        "code_sha256": found["CodeSha256"],
        "reserved_concurrent_executions": -1,
        "code_signing_config_arn": "",
        "tags": {},
        "tags_all": {},
        "publish": False,
    } | attributes


def judged(
    aws: LocalAws, folder: Path, records: list[Any], *resources: Mapping[str, Any], **settings: Any
) -> dict[str, Any]:
    """Judge records against a state, with ``--verify`` unless told otherwise; give the JSON report."""
    return document(report_of(aws, folder, records, *resources, **settings))


def report_of(
    aws: LocalAws, folder: Path, records: list[Any], *resources: Mapping[str, Any], **settings: Any
) -> Report:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    (folder / "believed.json").write_text(state(*resources), encoding="utf-8")
    given = {
        "dir": str(folder),
        "state": (str(folder / "believed.json"),),
        "events": (str(folder / "events.json"),),
        "verify": True,
        "unmanaged": "attached",
    } | settings
    now = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=5)
    return check(Settings(**given), {}, now)


@pytest.fixture(autouse=True)
def _in_this_environment(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    for name, value in aws_environment(aws.endpoint_url).items():
        monkeypatch.setenv(name, value)


@dataclass(frozen=True)
class Case:
    """One way to drift: what is applied, the call by hand and the call that takes it back."""

    drift: Callable[[Any, Made], Any]
    repair: Callable[[Any, Made], Any]
    managed: Callable[[Any, Made], Mapping[str, Any] | None] = lambda lambda_, made: None
    """The state entry beside the function's."""
    setup: Callable[[Any], Made] = lambda lambda_: {}
    kind: str = "modified"
    call: str = "GetFunctionConfiguration"


def _entry(kind: str, **attributes: Any) -> Mapping[str, Any]:
    return resource(kind, "it", attributes)


def _permission(lambda_: Any) -> Made:
    lambda_.add_permission(
        FunctionName="orders", StatementId="allow", Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    )
    return {}


def _permission_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_permission",
        function_name="orders",
        statement_id="allow",
        action="lambda:InvokeFunction",
        principal="events.amazonaws.com",
    )


def _alias(lambda_: Any) -> Made:
    lambda_.publish_version(FunctionName="orders")
    lambda_.update_function_configuration(FunctionName="orders", Description="second")
    lambda_.publish_version(FunctionName="orders")
    lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    return {}


def _alias_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_alias",
        function_name=FUNCTION_ARN,
        name="live",
        arn=f"{FUNCTION_ARN}:live",
        function_version="1",
        description="",
    )


def _url(lambda_: Any) -> Made:
    lambda_.create_function_url_config(FunctionName="orders", AuthType="AWS_IAM")
    return {}


def _invoke(lambda_: Any) -> Made:
    lambda_.put_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=1)
    return {}


def _provisioned(lambda_: Any) -> Made:
    _alias(lambda_)
    lambda_.put_provisioned_concurrency_config(
        FunctionName="orders", Qualifier="live", ProvisionedConcurrentExecutions=2
    )
    return {}


def _scaling(lambda_: Any) -> Made:
    _alias(lambda_)
    lambda_.put_function_scaling_config(
        FunctionName="orders", Qualifier="1", FunctionScalingConfig={"MinExecutionEnvironments": 1}
    )
    return {}


def _layer(lambda_: Any) -> Made:
    made = lambda_.publish_layer_version(LayerName="shared", Content={"ZipFile": zipped("shared")})
    return {"arn": made["LayerVersionArn"], "sha": made["Content"]["CodeSha256"]}


def _layer_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_layer_version",
        layer_name="shared",
        arn=made["arn"],
        version="1",
        code_sha256=made["sha"],
        description="",
    )


def _layer_permission(lambda_: Any) -> Made:
    made = _layer(lambda_)
    lambda_.add_layer_version_permission(
        LayerName="shared",
        VersionNumber=1,
        StatementId="all",
        Action="lambda:GetLayerVersion",
        Principal="*",
        OrganizationId="o-abcdefghij",
    )
    return made


def _mapping(lambda_: Any) -> Made:
    boto3.client("sqs", region_name=REGION).create_queue(QueueName="orders")
    made = lambda_.create_event_source_mapping(FunctionName="orders", EventSourceArn=QUEUE)
    return {"uuid": made["UUID"], "arn": made["EventSourceMappingArn"]}


def _mapping_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_event_source_mapping",
        uuid=made["uuid"],
        arn=made["arn"],
        function_arn=FUNCTION_ARN,
        function_name=FUNCTION_ARN,
        event_source_arn=QUEUE,
        enabled=True,
        batch_size=10,
        filter_criteria=[],
        tags={},
        tags_all={},
    )


def _signing(lambda_: Any) -> Made:
    made = lambda_.create_code_signing_config(
        AllowedPublishers={"SigningProfileVersionArns": [PROFILE]},
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
        Description="as made",
    )
    return {"arn": made["CodeSigningConfig"]["CodeSigningConfigArn"]}


def _signing_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_code_signing_config",
        arn=made["arn"],
        config_id=made["arn"].rpartition(":")[2],
        description="as made",
        allowed_publishers=[{"signing_profile_version_arns": [PROFILE]}],
        policies=[{"untrusted_artifact_on_deployment": "Enforce"}],
        tags={},
        tags_all={},
    )


def _provider(lambda_: Any) -> Made:
    made = lambda_.create_capacity_provider(
        CapacityProviderName="big",
        VpcConfig={"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        PermissionsConfig={"CapacityProviderOperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/orders"},
        CapacityProviderScalingConfig={"MaxVCpuCount": 20, "ScalingMode": "Auto"},
    )
    return {"arn": made["CapacityProvider"]["CapacityProviderArn"]}


def _provider_entry(lambda_: Any, made: Made) -> Mapping[str, Any]:
    return _entry(
        "aws_lambda_capacity_provider",
        name="big",
        arn=made["arn"],
        vpc_config=[{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
        permissions_config=[{"capacity_provider_operator_role_arn": f"arn:aws:iam::{ACCOUNT}:role/orders"}],
        capacity_provider_scaling_config=[{"max_vcpu_count": 20, "scaling_mode": "Auto"}],
    )


_POLICY = {
    "Version": "2012-10-17",
    "Id": "default",
    "Statement": [{"Sid": "a", "Effect": "Allow", "Principal": "*", "Action": "lambda:*", "Resource": FUNCTION_ARN}],
}


def _put_policy(lambda_: Any, action: str = "lambda:*") -> Made:
    statement = {**_POLICY["Statement"][0], "Action": action}  # type: ignore[dict-item]
    lambda_.put_resource_policy(
        ResourceArn=FUNCTION_ARN, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    return {}


CASES: dict[str, Case] = {
    "memory": Case(
        lambda c, m: c.update_function_configuration(FunctionName="orders", MemorySize=512),
        lambda c, m: c.update_function_configuration(FunctionName="orders", MemorySize=128),
    ),
    "environment": Case(
        lambda c, m: c.update_function_configuration(FunctionName="orders", Environment={"Variables": {"A": "b"}}),
        lambda c, m: c.update_function_configuration(
            FunctionName="orders", Environment={"Variables": {"PASSWORD": "hunter2"}}
        ),
    ),
    "code": Case(
        lambda c, m: c.update_function_code(FunctionName="orders", ZipFile=zipped("raise SystemExit")),
        lambda c, m: c.update_function_code(FunctionName="orders", ZipFile=zipped("pass")),
    ),
    "reserved concurrency": Case(
        lambda c, m: c.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=50),
        lambda c, m: c.delete_function_concurrency(FunctionName="orders"),
        call="GetFunctionConcurrency",
    ),
    "code signing of a function": Case(
        lambda c, m: c.put_function_code_signing_config(FunctionName="orders", CodeSigningConfigArn=m["arn"]),
        lambda c, m: c.delete_function_code_signing_config(FunctionName="orders"),
        setup=_signing,
        call="GetFunctionCodeSigningConfig",
    ),
    "tags": Case(
        lambda c, m: c.tag_resource(Resource=FUNCTION_ARN, Tags={"team": "other"}),
        lambda c, m: c.untag_resource(Resource=FUNCTION_ARN, TagKeys=["team"]),
        call="ListTags",
    ),
    "function deleted": Case(
        lambda c, m: c.delete_function(FunctionName="orders"),
        lambda c, m: c.create_function(
            FunctionName="orders",
            Runtime="python3.12",
            Role=m["role"],
            Handler="index.handler",
            Code={"ZipFile": zipped("pass")},
            Environment={"Variables": {"PASSWORD": "hunter2"}},
        ),
        setup=lambda c: {"role": c.get_function_configuration(FunctionName="orders")["Role"]},
        kind="deleted",
    ),
    "permission added": Case(
        lambda c, m: _permission(c),
        lambda c, m: c.remove_permission(FunctionName="orders", StatementId="allow"),
        kind="unmanaged",
        call="GetPolicy",
    ),
    "permission removed": Case(
        lambda c, m: c.remove_permission(FunctionName="orders", StatementId="allow"),
        lambda c, m: _permission(c),
        _permission_entry,
        _permission,
        "deleted",
        "GetPolicy",
    ),
    "resource policy": Case(
        lambda c, m: _put_policy(c, "lambda:InvokeFunction"),
        lambda c, m: _put_policy(c),
        lambda c, m: _entry("aws_lambda_resource_policy", resource_arn=FUNCTION_ARN, policy=json.dumps(_POLICY)),
        _put_policy,
        call="GetResourcePolicy",
    ),
    "mapping": Case(
        lambda c, m: c.update_event_source_mapping(UUID=m["uuid"], BatchSize=5, Enabled=False),
        lambda c, m: c.update_event_source_mapping(UUID=m["uuid"], BatchSize=10, Enabled=True),
        _mapping_entry,
        _mapping,
        call="GetEventSourceMapping",
    ),
    "filters of a mapping": Case(
        lambda c, m: c.update_event_source_mapping(UUID=m["uuid"], FilterCriteria={"Filters": [{"Pattern": "{}"}]}),
        lambda c, m: c.update_event_source_mapping(UUID=m["uuid"], FilterCriteria={"Filters": []}),
        _mapping_entry,
        _mapping,
        call="GetEventSourceMapping",
    ),
    "tags of a mapping": Case(
        lambda c, m: c.tag_resource(Resource=m["arn"], Tags={"team": "other"}),
        lambda c, m: c.untag_resource(Resource=m["arn"], TagKeys=["team"]),
        _mapping_entry,
        _mapping,
        call="ListTags",
    ),
    "mapping added": Case(
        lambda c, m: m.update(_mapping(c)),
        lambda c, m: c.delete_event_source_mapping(UUID=m["uuid"]),
        kind="unmanaged",
        call="GetEventSourceMapping",
    ),
    "alias": Case(
        lambda c, m: c.update_alias(FunctionName="orders", Name="live", FunctionVersion="2"),
        lambda c, m: c.update_alias(FunctionName="orders", Name="live", FunctionVersion="1"),
        _alias_entry,
        _alias,
        call="GetAlias",
    ),
    "url": Case(
        lambda c, m: c.update_function_url_config(FunctionName="orders", AuthType="NONE"),
        lambda c, m: c.update_function_url_config(FunctionName="orders", AuthType="AWS_IAM"),
        lambda c, m: _entry(
            "aws_lambda_function_url", function_name="orders", authorization_type="AWS_IAM", invoke_mode="BUFFERED"
        ),
        _url,
        call="GetFunctionUrlConfig",
    ),
    "event invoke config": Case(
        lambda c, m: c.put_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=0),
        lambda c, m: _invoke(c),
        lambda c, m: _entry(
            "aws_lambda_function_event_invoke_config", function_name="orders", maximum_retry_attempts=1
        ),
        _invoke,
        call="GetFunctionEventInvokeConfig",
    ),
    "provisioned concurrency": Case(
        lambda c, m: c.delete_provisioned_concurrency_config(FunctionName="orders", Qualifier="live"),
        lambda c, m: c.put_provisioned_concurrency_config(
            FunctionName="orders", Qualifier="live", ProvisionedConcurrentExecutions=2
        ),
        lambda c, m: _entry(
            "aws_lambda_provisioned_concurrency_config",
            function_name="orders",
            qualifier="live",
            provisioned_concurrent_executions=2,
        ),
        _provisioned,
        "deleted",
        "GetProvisionedConcurrencyConfig",
    ),
    "runtime management": Case(
        lambda c, m: c.put_runtime_management_config(FunctionName="orders", UpdateRuntimeOn="FunctionUpdate"),
        lambda c, m: c.put_runtime_management_config(FunctionName="orders", UpdateRuntimeOn="Auto"),
        kind="unmanaged",
        call="GetRuntimeManagementConfig",
    ),
    "recursion": Case(
        lambda c, m: c.put_function_recursion_config(FunctionName="orders", RecursiveLoop="Allow"),
        lambda c, m: c.put_function_recursion_config(FunctionName="orders", RecursiveLoop="Terminate"),
        lambda c, m: _entry("aws_lambda_function_recursion_config", function_name="orders", recursive_loop="Terminate"),
        call="GetFunctionRecursionConfig",
    ),
    "scaling": Case(
        lambda c, m: c.put_function_scaling_config(
            FunctionName="orders", Qualifier="1", FunctionScalingConfig={"MinExecutionEnvironments": 9}
        ),
        lambda c, m: c.put_function_scaling_config(
            FunctionName="orders", Qualifier="1", FunctionScalingConfig={"MinExecutionEnvironments": 1}
        ),
        lambda c, m: _entry(
            "aws_lambda_function_scaling_config",
            function_name="orders",
            qualifier="1",
            function_scaling_config=[{"min_execution_environments": 1, "max_execution_environments": None}],
        ),
        _scaling,
        call="GetFunctionScalingConfig",
    ),
    "scaling taken away": Case(
        lambda c, m: c.put_function_scaling_config(FunctionName="orders", Qualifier="1"),
        lambda c, m: c.put_function_scaling_config(
            FunctionName="orders", Qualifier="1", FunctionScalingConfig={"MinExecutionEnvironments": 1}
        ),
        lambda c, m: _entry(
            "aws_lambda_function_scaling_config",
            function_name="orders",
            qualifier="1",
            function_scaling_config=[{"min_execution_environments": 1, "max_execution_environments": None}],
        ),
        _scaling,
        "deleted",
        "GetFunctionScalingConfig",
    ),
    "layer permission": Case(
        lambda c, m: c.remove_layer_version_permission(LayerName="shared", VersionNumber=1, StatementId="all"),
        lambda c, m: c.add_layer_version_permission(
            LayerName="shared",
            VersionNumber=1,
            StatementId="all",
            Action="lambda:GetLayerVersion",
            Principal="*",
            OrganizationId="o-abcdefghij",
        ),
        lambda c, m: _entry(
            "aws_lambda_layer_version_permission",
            layer_name=m["arn"].rpartition(":")[0],
            version_number=1,
            statement_id="all",
            action="lambda:GetLayerVersion",
            principal="*",
            organization_id="o-abcdefghij",
        ),
        _layer_permission,
        "deleted",
        "GetLayerVersionPolicy",
    ),
    "code signing config": Case(
        lambda c, m: c.update_code_signing_config(CodeSigningConfigArn=m["arn"], Description="by hand"),
        lambda c, m: c.update_code_signing_config(CodeSigningConfigArn=m["arn"], Description="as made"),
        _signing_entry,
        _signing,
        call="GetCodeSigningConfig",
    ),
    "tags of a code signing config": Case(
        lambda c, m: c.tag_resource(Resource=m["arn"], Tags={"team": "other"}),
        lambda c, m: c.untag_resource(Resource=m["arn"], TagKeys=["team"]),
        _signing_entry,
        _signing,
        call="ListTags",
    ),
    "tags of a capacity provider": Case(
        lambda c, m: c.tag_resource(Resource=m["arn"], Tags={"team": "other"}),
        lambda c, m: c.untag_resource(Resource=m["arn"], TagKeys=["team"]),
        _provider_entry,
        _provider,
        call="ListTags",
    ),
    "capacity provider": Case(
        lambda c, m: c.update_capacity_provider(
            CapacityProviderName="big", CapacityProviderScalingConfig={"MaxVCpuCount": 40, "ScalingMode": "Auto"}
        ),
        lambda c, m: c.update_capacity_provider(
            CapacityProviderName="big", CapacityProviderScalingConfig={"MaxVCpuCount": 20, "ScalingMode": "Auto"}
        ),
        _provider_entry,
        _provider,
        call="GetCapacityProvider",
    ),
}


def drifted(case: Case, aws: LocalAws, lambda_: Any) -> tuple[list[Any], list[Mapping[str, Any]], Made]:
    """Apply, then drift; give the records of the drift alone, what state holds, and what was made."""
    made = case.setup(lambda_)
    resources = [resource("aws_lambda_function", "orders", function_attributes(lambda_))]
    if entry := case.managed(lambda_, made):
        resources.append(entry)
    before = len(aws.records())
    case.drift(lambda_, made)
    return aws.records()[before:], resources, made


def reads_of(aws: LocalAws) -> dict[str, int]:
    """The reads of Lambda so far."""
    return {
        name.removeprefix("lambda."): count
        for name, count in aws.requests().items()
        if name.startswith(("lambda.Get", "lambda.List"))
    }


@pytest.mark.parametrize("name", CASES)
def test_what_still_stands_stays_a_finding(name: str, aws: LocalAws, lambda_: Any, tmp_path: Path) -> None:
    case = CASES[name]
    records, resources, _ = drifted(case, aws, lambda_)
    before = reads_of(aws)
    report = judged(aws, tmp_path, records, *resources)
    (finding,) = [each for each in report["findings"] if each["kind"] == case.kind]
    assert finding["live"] == {"call": case.call, "outcome": "stands"}
    assert all(change["known"] for change in finding["changes"])
    assert report["reverted"] == []
    (entry,) = [entry for entry in report["coverage"] if entry["source"] == "lambda:"]
    made = {call: count - before.get(call, 0) for call, count in reads_of(aws).items() if count > before.get(call, 0)}
    assert sum(made.values()) == entry["api_calls"] == len(report["findings"])
    assert made[case.call] == 1


@pytest.mark.parametrize("name", CASES)
def test_what_was_repaired_meanwhile_is_reverted(name: str, aws: LocalAws, lambda_: Any, tmp_path: Path) -> None:
    case = CASES[name]
    records, resources, made = drifted(case, aws, lambda_)
    case.repair(lambda_, made)
    without = judged(aws, tmp_path, records, *resources, verify=False)
    assert (without["verdict"], without["reverted"]) == ("drift", [])
    assert all(entry["source"] != "lambda:" for entry in without["coverage"])
    report = judged(aws, tmp_path, records, *resources)
    assert (report["verdict"], report["findings"]) == ("clean", [])
    (reverted,) = [each for each in report["reverted"] if each["kind"] == case.kind]
    assert reverted["live"] == {"call": case.call, "outcome": "reverted"}
    assert f"asked live ({case.call})" in reverted["reasons"][-1]
    assert [reverted["id"]] == [each["id"] for each in without["findings"] if each["kind"] == case.kind]
