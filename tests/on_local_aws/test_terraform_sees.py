"""Terraform applies, refreshes and destroys everything of Lambda's on the local AWS, and sees what each call changed.

Terraform's refresh is the judge of what the gate says; these tests hold the AWS that it judges by to account. Calls
are made in rounds, since a refresh takes seconds: each round starts from the applied world, and every call of it says
what it alone changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.on_local_aws.applied_world import REGION, AppliedWorld, apply_world
from tests.on_local_aws.requests import zipped
from tests.terraform_cli.fixtures import Installed, cannot

pytestmark = [pytest.mark.terraform, pytest.mark.parametrize("installed", ["on PATH"], indirect=True)]

FULL = "aws_lambda_function.full"
FULL_ARN = f"arn:aws:lambda:{REGION}:123456789012:function:full"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-0000-0000-000000000002"
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:orders"
DEAD = f"arn:aws:sqs:{REGION}:123456789012:dead"
POINT = f"arn:aws:elasticfilesystem:{REGION}:123456789012:access-point/fsap-00000000000000002"
ROLE = "arn:aws:iam::123456789012:role/other"
SIGNER = f"arn:aws:signer:{REGION}:123456789012:/signing-profiles/other/0000000001"
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/app:2"

STAMPS = {"last_modified", "state", "revision_id", "policy"}
"""Attributes that follow from others, or tell when something changed and not what."""


@pytest.fixture(scope="module")
def applied(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppliedWorld]:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    with LocalAws() as aws:
        yield apply_world(aws, installed, tmp_path_factory.mktemp("applied"))


@pytest.fixture
def world(applied: AppliedWorld) -> AppliedWorld:
    applied.start_over()
    return applied


def settings(world: AppliedWorld) -> dict[str, dict[str, Any] | None]:
    """What a refresh finds, without what follows from it."""
    found = {}
    for address, attributes in world.drift().items():
        found[address] = attributes and {name: value for name, value in attributes.items() if name not in STAMPS}
    return {address: attributes for address, attributes in found.items() if attributes != {}}


def test_what_terraform_applied_is_what_it_finds(world: AppliedWorld) -> None:
    assert world.drift() == {}
    done = world.terraform("plan", "-detailed-exitcode")
    assert "No changes." in done.stdout
    assert done.code == 0, done.output


def test_every_setting_of_a_function_that_is_changed_is_seen(world: AppliedWorld) -> None:
    layer = world.functions.publish_layer_version(LayerName="other", Content={"ZipFile": zipped("pass")})
    calls: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"Role": ROLE}, {"role": ROLE}),
        ({"Handler": "other.handler"}, {"handler": "other.handler"}),
        ({"Runtime": "python3.13"}, {"runtime": "python3.13"}),
        ({"Description": "by hand"}, {"description": "by hand"}),
        ({"Timeout": 30}, {"timeout": 30}),
        ({"MemorySize": 512}, {"memory_size": 512}),
        ({"Layers": [layer["LayerVersionArn"]]}, {"layers": [layer["LayerVersionArn"]]}),
        ({"Environment": {"Variables": {"A": "1"}}}, {"environment": [{"variables": {"A": "1"}}]}),
        ({"KMSKeyArn": KEY}, {"kms_key_arn": KEY}),
        ({"DeadLetterConfig": {"TargetArn": QUEUE}}, {"dead_letter_config": [{"target_arn": QUEUE}]}),
        ({"TracingConfig": {"Mode": "PassThrough"}}, {"tracing_config": [{"mode": "PassThrough"}]}),
        ({"EphemeralStorage": {"Size": 2048}}, {"ephemeral_storage": [{"size": 2048}]}),
        ({"SnapStart": {"ApplyOn": "None"}}, {"snap_start": []}),
        (
            {"FileSystemConfigs": [{"Arn": POINT, "LocalMountPath": "/mnt/other"}]},
            {"file_system_config": [{"arn": POINT, "local_mount_path": "/mnt/other"}]},
        ),
        (
            {"LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "DEBUG"}},
            {
                "logging_config": [
                    {
                        "log_format": "JSON",
                        "log_group": "/aws/lambda/full",
                        "application_log_level": "DEBUG",
                        "system_log_level": "WARN",
                    }
                ]
            },
        ),
    ]
    expected: dict[str, Any] = {}
    for sent, seen in calls:
        world.functions.update_function_configuration(FunctionName="full", **sent)
        expected |= seen
    network = {"SubnetIds": ["subnet-00000000000000003"], "SecurityGroupIds": ["sg-00000000000000002"]}
    world.functions.update_function_configuration(FunctionName="full", VpcConfig=network)
    found = settings(world)
    (vpc,) = found[FULL].pop("vpc_config")
    assert (vpc["subnet_ids"], vpc["security_group_ids"]) == (network["SubnetIds"], network["SecurityGroupIds"])
    assert found == {FULL: expected}


def test_every_setting_of_a_function_that_is_removed_is_seen(world: AppliedWorld) -> None:
    calls: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"Description": ""}, {"description": ""}),
        ({"Layers": []}, {"layers": []}),
        ({"Environment": {"Variables": {}}}, {"environment": []}),
        ({"KMSKeyArn": ""}, {"kms_key_arn": ""}),
        ({"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}, {"vpc_config": []}),
        ({"DeadLetterConfig": {"TargetArn": ""}}, {"dead_letter_config": []}),
        ({"FileSystemConfigs": []}, {"file_system_config": []}),
    ]
    expected: dict[str, Any] = {"reserved_concurrent_executions": -1, "code_signing_config_arn": ""}
    for sent, seen in calls:
        world.functions.update_function_configuration(FunctionName="full", **sent)
        expected |= seen
    world.functions.update_function_configuration(FunctionName="full", LoggingConfig={"LogFormat": "Text"})
    world.functions.update_function_configuration(FunctionName="image", ImageConfig={})
    world.functions.delete_function_concurrency(FunctionName="full")
    world.functions.delete_function_code_signing_config(FunctionName="full")
    world.functions.untag_resource(Resource=FULL_ARN, TagKeys=["Team", "Other"])
    logging = {"log_format": "Text", "log_group": "/aws/lambda/full"}
    expected |= {"logging_config": [{**logging, "application_log_level": "", "system_log_level": ""}]}
    expected |= {"tags": {}, "tags_all": {"Owner": "platform"}}
    assert settings(world) == {FULL: expected, "aws_lambda_function.image": {"image_config": []}}


def test_code_versions_concurrency_and_tags_are_seen(world: AppliedWorld) -> None:
    package = zipped("by hand")
    code = world.functions.update_function_code(FunctionName="full", ZipFile=package, Architectures=["x86_64"])
    world.functions.publish_version(FunctionName="full", Description="second")
    world.functions.put_function_concurrency(FunctionName="plain", ReservedConcurrentExecutions=0)
    world.functions.tag_resource(Resource=FULL_ARN, Tags={"Team": "other", "New": "1"})
    image = world.functions.update_function_code(FunctionName="image", ImageUri=IMAGE)
    world.functions.update_function_configuration(FunctionName="image", ImageConfig={"Command": ["other"]})
    found = settings(world)
    assert found[FULL].pop("qualified_invoke_arn").endswith("full:2/invocations")
    assert found == {
        FULL: {
            "architectures": ["x86_64"],
            "code_sha256": code["CodeSha256"],
            "source_code_size": len(package),
            "version": "2",
            "qualified_arn": f"{FULL_ARN}:2",
            "tags": {"Team": "other", "New": "1"},
            "tags_all": {"Owner": "platform", "Team": "other", "New": "1"},
        },
        "aws_lambda_function.plain": {"reserved_concurrent_executions": 0},
        "aws_lambda_function.image": {
            "code_sha256": image["CodeSha256"],
            "image_uri": IMAGE,
            "image_config": [{"command": ["other"], "entry_point": [], "working_directory": ""}],
        },
    }


def test_what_hangs_on_functions_is_seen_to_change(world: AppliedWorld) -> None:
    functions = world.functions
    functions.update_alias(FunctionName="full", Name="live", Description="by hand", FunctionVersion="$LATEST")
    functions.update_function_url_config(FunctionName="plain", Cors={"AllowOrigins": ["*"], "MaxAge": 61})
    functions.update_function_url_config(
        FunctionName="full", Qualifier="live", AuthType="AWS_IAM", InvokeMode="BUFFERED"
    )
    functions.put_function_event_invoke_config(FunctionName="plain", MaximumRetryAttempts=2)
    functions.update_function_event_invoke_config(FunctionName="full:live", MaximumEventAgeInSeconds=300)
    functions.put_runtime_management_config(FunctionName="plain", UpdateRuntimeOn="Auto")
    functions.put_function_recursion_config(FunctionName="plain", RecursiveLoop="Terminate")
    functions.remove_permission(FunctionName="plain", StatementId="AllowBucket")
    functions.add_permission(
        FunctionName="plain",
        StatementId="AllowBucket",
        Action="lambda:*",
        Principal="*",
        SourceArn="arn:aws:s3:::other",
        PrincipalOrgID="o-0123456789",
    )
    functions.remove_layer_version_permission(LayerName="tools", VersionNumber=1, StatementId="AllowPartner")
    functions.add_layer_version_permission(
        LayerName="tools",
        VersionNumber=1,
        StatementId="AllowPartner",
        Action="lambda:GetLayerVersion",
        Principal="*",
        OrganizationId="o-0123456789",
    )
    cors = {"allow_credentials": False, "allow_headers": [], "allow_methods": [], "expose_headers": []}
    assert settings(world) == {
        "aws_lambda_alias.live": {"description": "by hand", "function_version": "$LATEST"},
        "aws_lambda_function_url.plain": {"cors": [{**cors, "allow_origins": ["*"], "max_age": 61}]},
        "aws_lambda_function_url.alias": {"authorization_type": "AWS_IAM", "invoke_mode": "BUFFERED"},
        "aws_lambda_function_event_invoke_config.plain": {
            "maximum_retry_attempts": 2,
            "maximum_event_age_in_seconds": 0,
            "destination_config": [],
        },
        "aws_lambda_function_event_invoke_config.alias": {"maximum_event_age_in_seconds": 300},
        "aws_lambda_runtime_management_config.plain": {"update_runtime_on": "Auto"},
        "aws_lambda_function_recursion_config.plain": {"recursive_loop": "Terminate"},
        "aws_lambda_permission.bucket": {
            "action": "lambda:*",
            "principal": "*",
            "source_arn": "arn:aws:s3:::other",
            "source_account": "",
            "principal_org_id": "o-0123456789",
        },
        "aws_lambda_layer_version_permission.partner": {"principal": "*", "organization_id": "o-0123456789"},
    }


def test_a_weight_and_provisioned_concurrency_are_seen_to_change(world: AppliedWorld) -> None:
    world.functions.publish_version(FunctionName="full", Description="the same again")
    world.functions.update_function_configuration(FunctionName="full", Timeout=11)
    world.functions.publish_version(FunctionName="full")
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    world.functions.update_alias(FunctionName=FULL_ARN, Name="live", RoutingConfig=weights)
    world.functions.put_provisioned_concurrency_config(
        FunctionName="full", Qualifier="live", ProvisionedConcurrentExecutions=3
    )
    found = settings(world)
    assert found.pop(FULL)["version"] == "2"
    assert found == {
        "aws_lambda_alias.live": {"routing_config": [{"additional_version_weights": {"2": 0.25}}]},
        "aws_lambda_provisioned_concurrency_config.alias": {"provisioned_concurrent_executions": 3},
    }


def test_mappings_and_code_signing_are_seen_to_change(world: AppliedWorld) -> None:
    queue, stream, table, signing = (world.output(name) for name in ("queue", "stream", "table", "signing"))
    world.functions.update_event_source_mapping(
        UUID=queue,
        Enabled=False,
        BatchSize=7,
        MaximumBatchingWindowInSeconds=0,
        FilterCriteria={},
        FunctionResponseTypes=[],
        ScalingConfig={},
        MetricsConfig={"Metrics": []},
        KMSKeyArn=KEY,
    )
    tagged = f"arn:aws:lambda:{REGION}:123456789012:event-source-mapping:{queue}"
    world.functions.tag_resource(Resource=tagged, Tags={"Team": "other"})
    world.functions.update_event_source_mapping(
        UUID=stream,
        FunctionName="image",
        MaximumBatchingWindowInSeconds=2,
        MaximumRecordAgeInSeconds=240,
        MaximumRetryAttempts=4,
        ParallelizationFactor=3,
        BisectBatchOnFunctionError=False,
        TumblingWindowInSeconds=60,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        DestinationConfig={"OnFailure": {"Destination": QUEUE}},
    )
    world.functions.update_event_source_mapping(UUID=table, Enabled=True)
    world.functions.update_code_signing_config(
        CodeSigningConfigArn=signing,
        Description="by hand",
        AllowedPublishers={"SigningProfileVersionArns": [SIGNER]},
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
    )
    world.functions.untag_resource(Resource=signing, TagKeys=["Team"])
    image = f"arn:aws:lambda:{REGION}:123456789012:function:image"
    assert settings(world) == {
        "aws_lambda_event_source_mapping.queue": {
            "enabled": False,
            "batch_size": 7,
            "maximum_batching_window_in_seconds": 0,
            "filter_criteria": [],
            "function_response_types": [],
            "scaling_config": [],
            "metrics_config": [],
            "kms_key_arn": KEY,
            "tags": {"Team": "other"},
            "tags_all": {"Owner": "platform", "Team": "other"},
        },
        "aws_lambda_event_source_mapping.stream": {
            "function_name": image,
            "function_arn": image,
            "maximum_batching_window_in_seconds": 2,
            "maximum_record_age_in_seconds": 240,
            "maximum_retry_attempts": 4,
            "parallelization_factor": 3,
            "bisect_batch_on_function_error": False,
            "tumbling_window_in_seconds": 60,
            "function_response_types": ["ReportBatchItemFailures"],
            "destination_config": [{"on_failure": [{"destination_arn": QUEUE}]}],
        },
        "aws_lambda_event_source_mapping.table": {"enabled": True},
        "aws_lambda_code_signing_config.warn": {
            "description": "by hand",
            "allowed_publishers": [{"signing_profile_version_arns": [SIGNER]}],
            "policies": [{"untrusted_artifact_on_deployment": "Enforce"}],
            "tags": {},
            "tags_all": {"Owner": "platform"},
        },
    }


def test_everything_that_is_deleted_by_itself_is_seen_to_be_gone(world: AppliedWorld) -> None:
    functions = world.functions
    functions.delete_provisioned_concurrency_config(FunctionName="full", Qualifier="live")
    functions.delete_function_event_invoke_config(FunctionName="full", Qualifier="live")
    functions.delete_function_event_invoke_config(FunctionName="plain")
    functions.delete_function_url_config(FunctionName="full", Qualifier="live")
    functions.delete_function_url_config(FunctionName="plain")
    functions.remove_permission(FunctionName="full", Qualifier="live", StatementId="AllowRule")
    functions.remove_permission(FunctionName="plain", StatementId="AllowBucket")
    functions.remove_layer_version_permission(LayerName="tools", VersionNumber=1, StatementId="AllowPartner")
    for name in ("queue", "stream", "table"):
        functions.delete_event_source_mapping(UUID=world.output(name))
    functions.delete_function_code_signing_config(FunctionName="full")
    functions.delete_code_signing_config(CodeSigningConfigArn=world.output("signing"))
    gone = {
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_event_invoke_config.plain",
        "aws_lambda_function_url.alias",
        "aws_lambda_function_url.plain",
        "aws_lambda_permission.rule_on_alias",
        "aws_lambda_permission.bucket",
        "aws_lambda_layer_version_permission.partner",
        "aws_lambda_event_source_mapping.queue",
        "aws_lambda_event_source_mapping.stream",
        "aws_lambda_event_source_mapping.table",
        "aws_lambda_code_signing_config.warn",
    }
    assert settings(world) == dict.fromkeys(gone) | {FULL: {"code_signing_config_arn": ""}}


def test_an_alias_and_a_layer_version_take_what_hangs_on_them_along(world: AppliedWorld) -> None:
    world.functions.delete_alias(FunctionName="full", Name="live")
    world.functions.delete_layer_version(LayerName="tools", VersionNumber=1)
    gone = {
        "aws_lambda_alias.live",
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_url.alias",
        "aws_lambda_permission.rule_on_alias",
        "aws_lambda_layer_version.tools",
        "aws_lambda_layer_version_permission.partner",
    }
    assert settings(world) == dict.fromkeys(gone)


def test_a_function_takes_all_but_its_mappings_along(world: AppliedWorld) -> None:
    world.functions.delete_function(FunctionName="full")
    world.functions.delete_function(FunctionName="plain")
    gone = {
        FULL,
        "aws_lambda_alias.live",
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_url.alias",
        "aws_lambda_permission.rule_on_alias",
        "aws_lambda_function.plain",
        "aws_lambda_function_event_invoke_config.plain",
        "aws_lambda_function_url.plain",
        "aws_lambda_permission.bucket",
        "aws_lambda_runtime_management_config.plain",
        "aws_lambda_function_recursion_config.plain",
    }
    assert settings(world) == dict.fromkeys(gone)


def test_what_changes_nothing_of_terraforms_is_not_seen(world: AppliedWorld) -> None:
    functions = world.functions
    functions.update_function_configuration(FunctionName="full", MemorySize=256, Timeout=10)
    functions.update_function_code(FunctionName="full", ZipFile=zipped("other"), DryRun=True, Publish=True)
    functions.update_alias(FunctionName="full", Name="live")
    functions.tag_resource(Resource=FULL_ARN, Tags={"Team": "orders"})
    functions.untag_resource(Resource=FULL_ARN, TagKeys=["Other"])
    functions.update_event_source_mapping(UUID=world.output("queue"), BatchSize=5, Enabled=True)
    functions.create_alias(FunctionName="full", Name="other", FunctionVersion="1")
    functions.add_permission(
        FunctionName="plain", StatementId="other", Action="lambda:InvokeFunction", Principal="210987654321"
    )
    functions.add_permission(
        FunctionName="full", Qualifier="1", StatementId="AllowRule", Action="lambda:*", Principal="*"
    )
    functions.put_function_event_invoke_config(FunctionName="full", MaximumRetryAttempts=1)
    functions.put_runtime_management_config(FunctionName="plain", Qualifier="$LATEST", UpdateRuntimeOn="FunctionUpdate")
    functions.delete_alias(FunctionName="plain", Name="nobody")
    functions.invoke(FunctionName="plain")
    assert settings(world) == {}


def test_what_terraform_applied_it_destroys(installed: Installed, world: AppliedWorld) -> None:
    state = (world.folder / "terraform.tfstate").read_text(encoding="utf-8")
    try:
        world.terraform("destroy", "-auto-approve")
        assert world.functions.list_functions()["Functions"] == []
        assert world.functions.list_event_source_mappings()["EventSourceMappings"] == []
        assert world.functions.list_layers()["Layers"] == []
        assert world.functions.list_code_signing_configs()["CodeSigningConfigs"] == []
    finally:
        (world.folder / "terraform.tfstate").write_text(state, encoding="utf-8")
