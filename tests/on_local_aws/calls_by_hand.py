"""Calls that change, remove or delete everything of Lambda's in the world, and the names they use."""

from __future__ import annotations

from typing import Any

from tests.on_local_aws.applied_world import REGION, AppliedWorld
from tests.on_local_aws.requests import zipped

FULL = "aws_lambda_function.full"
FULL_ARN = f"arn:aws:lambda:{REGION}:123456789012:function:full"
KEY = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-0000-0000-000000000002"
QUEUE = f"arn:aws:sqs:{REGION}:123456789012:orders"
POINT = f"arn:aws:elasticfilesystem:{REGION}:123456789012:access-point/fsap-00000000000000002"
ROLE = "arn:aws:iam::123456789012:role/other"
SIGNER = f"arn:aws:signer:{REGION}:123456789012:/signing-profiles/other/0000000001"
LAYER = f"arn:aws:lambda:{REGION}:123456789012:layer:other:1"
NETWORK = {"SubnetIds": ["subnet-00000000000000003"], "SecurityGroupIds": ["sg-00000000000000002"]}
LOGGING = {
    "log_format": "JSON",
    "log_group": "/aws/lambda/full",
    "application_log_level": "INFO",
    "system_log_level": "WARN",
}
PACKAGE = zipped("by hand")
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/app:2"


CONFIGURATION: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"Role": ROLE}, {"role": ROLE}),
    ({"Handler": "other.handler"}, {"handler": "other.handler"}),
    ({"Runtime": "python3.13"}, {"runtime": "python3.13"}),
    ({"Description": "by hand"}, {"description": "by hand"}),
    ({"Timeout": 30}, {"timeout": 30}),
    ({"MemorySize": 512}, {"memory_size": 512}),
    ({"Layers": [LAYER]}, {"layers": [LAYER]}),
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
        {"logging_config": [{**LOGGING, "application_log_level": "DEBUG"}]},
    ),
    ({"VpcConfig": NETWORK}, {}),
)
"""What is sent in a call of its own, and what is then seen; the network's id is not ours to tell."""


def change_functions(world: AppliedWorld) -> None:
    """Change every setting of functions, each by a call of its own."""
    functions = world.functions
    functions.publish_layer_version(LayerName="other", Content={"ZipFile": zipped("pass")})
    for sent, _ in CONFIGURATION:
        functions.update_function_configuration(FunctionName="full", **sent)
    functions.update_function_code(FunctionName="full", ZipFile=PACKAGE, Architectures=["x86_64"])
    functions.publish_version(FunctionName="full", Description="second")
    functions.tag_resource(Resource=FULL_ARN, Tags={"Team": "other", "New": "1"})
    functions.put_function_concurrency(FunctionName="plain", ReservedConcurrentExecutions=0)
    functions.update_function_code(FunctionName="image", ImageUri=IMAGE)
    functions.update_function_configuration(FunctionName="image", ImageConfig={"Command": ["other"]})


def change_what_hangs_on_functions(world: AppliedWorld) -> None:
    """Change aliases, URLs, permissions and settings beside the configuration."""
    functions = world.functions
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    functions.update_alias(FunctionName=FULL_ARN, Name="live", Description="by hand", RoutingConfig=weights)
    functions.put_provisioned_concurrency_config(
        FunctionName="full", Qualifier="live", ProvisionedConcurrentExecutions=3
    )
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


def change_what_functions_share(world: AppliedWorld) -> None:
    """Change event source mappings, the code signing configuration and the layer's permission."""
    functions = world.functions
    queue, stream, table, signing = (world.output(name) for name in ("queue", "stream", "table", "signing"))
    functions.update_event_source_mapping(
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
    functions.tag_resource(Resource=tagged, Tags={"Team": "other"})
    functions.update_event_source_mapping(
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
    functions.update_event_source_mapping(UUID=table, Enabled=True)
    functions.update_code_signing_config(
        CodeSigningConfigArn=signing,
        Description="by hand",
        AllowedPublishers={"SigningProfileVersionArns": [SIGNER]},
        CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"},
    )
    functions.untag_resource(Resource=signing, TagKeys=["Team"])
    functions.remove_layer_version_permission(LayerName="tools", VersionNumber=1, StatementId="AllowPartner")
    functions.add_layer_version_permission(
        LayerName="tools",
        VersionNumber=1,
        StatementId="AllowPartner",
        Action="lambda:GetLayerVersion",
        Principal="*",
        OrganizationId="o-0123456789",
    )


REMOVALS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({"Description": ""}, {"description": ""}),
    ({"Layers": []}, {"layers": []}),
    ({"Environment": {"Variables": {}}}, {"environment": []}),
    ({"KMSKeyArn": ""}, {"kms_key_arn": ""}),
    ({"VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []}}, {"vpc_config": []}),
    ({"DeadLetterConfig": {"TargetArn": ""}}, {"dead_letter_config": []}),
    ({"FileSystemConfigs": []}, {"file_system_config": []}),
    (
        {"LoggingConfig": {"LogFormat": "Text"}},
        {"logging_config": [{**LOGGING, "log_format": "Text", "application_log_level": "", "system_log_level": ""}]},
    ),
)
"""What is sent in a call of its own to remove a setting, and what is then seen."""


def delete_what_hangs_on_functions(world: AppliedWorld) -> None:
    """Delete everything that can be deleted without a function, an alias or a layer version."""
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
