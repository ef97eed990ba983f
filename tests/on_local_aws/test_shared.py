"""What functions read from and what they share: event source mappings, layers, code signing configurations, tags."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, ROLE, zipped

QUEUE = f"arn:aws:sqs:{REGION}:123456789012:orders"
SIGNER = f"arn:aws:signer:{REGION}:123456789012:/signing-profiles/orders/0000000001"
PUBLISHERS = {"SigningProfileVersionArns": [SIGNER]}


@pytest.fixture
def stream(lambda_: Any, clients: Any) -> str:
    """The UUID of a mapping from a stream to ``orders``."""
    clients("kinesis").create_stream(StreamName="orders", ShardCount=1)
    arn = f"arn:aws:kinesis:{REGION}:123456789012:stream/orders"
    answer = lambda_.create_event_source_mapping(
        FunctionName="orders", EventSourceArn=arn, StartingPosition="LATEST", Tags={"Team": "a"}
    )
    return str(answer["UUID"])


@pytest.fixture
def layer(lambda_: Any) -> str:
    """The ARN of the first version of a layer ``tools``."""
    answer = lambda_.publish_layer_version(LayerName="tools", Content={"ZipFile": zipped("pass")}, LicenseInfo="MIT")
    return str(answer["LayerVersionArn"])


@pytest.fixture
def signing(lambda_: Any) -> str:
    """The ARN of a code signing configuration that warns."""
    answer = lambda_.create_code_signing_config(AllowedPublishers=PUBLISHERS, Tags={"Team": "a"})
    return str(answer["CodeSigningConfig"]["CodeSigningConfigArn"])


# Event source mappings


def test_a_stream_is_read_with_lambdas_defaults(lambda_: Any, stream: str) -> None:
    shown = lambda_.get_event_source_mapping(UUID=stream)
    defaults = {
        "BatchSize": 100,
        "ParallelizationFactor": 1,
        "MaximumRetryAttempts": -1,
        "MaximumRecordAgeInSeconds": -1,
        "BisectBatchOnFunctionError": False,
        "DestinationConfig": {"OnFailure": {}},
        "TumblingWindowInSeconds": 0,
        "FunctionResponseTypes": [],
        "State": "Enabled",
        "FunctionArn": FUNCTION_ARN,
    }
    assert {member: shown[member] for member in defaults} == defaults


def test_a_reader_of_topics_is_its_own_group(lambda_: Any) -> None:
    endpoints = {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["kafka.example.com:9092"]}}
    access = [{"Type": "BASIC_AUTH", "URI": f"arn:aws:secretsmanager:{REGION}:123456789012:secret:kafka"}]
    answer = lambda_.create_event_source_mapping(
        FunctionName="orders",
        Topics=["orders"],
        StartingPosition="LATEST",
        SelfManagedEventSource=endpoints,
        SourceAccessConfigurations=access,
    )
    kept = lambda_.get_event_source_mapping(UUID=answer["UUID"])
    assert kept["SelfManagedKafkaEventSourceConfig"] == {"ConsumerGroupId": answer["UUID"]}
    assert (kept["SourceAccessConfigurations"], kept["SelfManagedEventSource"]) == (access, endpoints)


def test_settings_of_a_mapping_are_changed_and_removed(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    key = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-0000-0000-000000000000"
    wanted = {
        "ScalingConfig": {"MaximumConcurrency": 2},
        "MetricsConfig": {"Metrics": ["EventCount"]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumBatchingWindowInSeconds": 1,
        "BatchSize": 20,
        "KMSKeyArn": key,
    }
    lambda_.update_event_source_mapping(UUID=mapping, **wanted)
    kept = lambda_.get_event_source_mapping(UUID=mapping)
    assert {member: kept[member] for member in wanted} == wanted
    assert aws.records()[-2]["responseElements"]["kMSKeyArn"] == key
    lambda_.update_event_source_mapping(
        UUID=mapping, ScalingConfig={}, MetricsConfig={"Metrics": []}, FunctionResponseTypes=[], KMSKeyArn=""
    )
    left = lambda_.get_event_source_mapping(UUID=mapping)
    assert not {"ScalingConfig", "MetricsConfig", "KMSKeyArn"} & set(left)
    assert (left["FunctionResponseTypes"], left["BatchSize"]) == ([], 20)


def test_a_mapping_may_be_given_another_function(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    lambda_.publish_version(FunctionName="orders")
    lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    lambda_.update_event_source_mapping(UUID=mapping, FunctionName=f"{FUNCTION_ARN}:live")
    assert aws.records()[-1]["responseElements"]["functionArn"] == f"{FUNCTION_ARN}:live"
    with pytest.raises(lambda_.exceptions.InvalidParameterValueException):
        lambda_.update_event_source_mapping(UUID=mapping, FunctionName="nobody")
    assert lambda_.get_event_source_mapping(UUID=mapping)["FunctionArn"] == f"{FUNCTION_ARN}:live"


def test_a_deleted_mapping_is_gone(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    lambda_.delete_event_source_mapping(UUID=mapping)
    record = aws.records()[-1]
    assert (record["responseElements"]["state"], record["requestParameters"]) == ("Deleting", {"uUID": mapping})
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_event_source_mapping(UUID=mapping)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"EventSourceArn": QUEUE}, "ResourceConflictException"),
        ({"EventSourceArn": QUEUE + "-nowhere"}, "InvalidParameterValueException"),
        ({"EventSourceArn": QUEUE, "FunctionName": "nobody"}, "Function does not exist"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(lambda_: Any, mapping: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        lambda_.create_event_source_mapping(**{"FunctionName": "orders"} | fields)
    assert len(lambda_.list_event_source_mappings()["EventSourceMappings"]) == 1


def test_a_large_batch_wants_a_window_to_gather_in(lambda_: Any, mapping: str) -> None:
    with pytest.raises(lambda_.exceptions.InvalidParameterValueException):
        lambda_.update_event_source_mapping(UUID=mapping, BatchSize=11)
    lambda_.update_event_source_mapping(UUID=mapping, BatchSize=11, MaximumBatchingWindowInSeconds=1)
    assert lambda_.get_event_source_mapping(UUID=mapping)["BatchSize"] == 11


# Layers


def test_a_layer_version_is_never_given_out_again(aws: LocalAws, lambda_: Any, layer: str) -> None:
    for _ in range(2):
        lambda_.delete_layer_version(LayerName="tools", VersionNumber=1)
    record = aws.records()[-1]
    assert (record["requestParameters"], record["responseElements"]) == (
        {"layerName": "tools", "versionNumber": 1},
        None,
    )
    again = lambda_.publish_layer_version(LayerName="tools", Content={"ZipFile": zipped("pass")})
    assert again["Version"] == 2
    assert [each["Version"] for each in lambda_.list_layer_versions(LayerName="tools")["LayerVersions"]] == [2]


def test_a_layer_version_is_found_by_name_and_arn(lambda_: Any, layer: str) -> None:
    shown = lambda_.get_layer_version(LayerName=layer.rpartition(":")[0], VersionNumber=1)
    assert (shown["LicenseInfo"], shown["LayerVersionArn"]) == ("MIT", layer)
    assert lambda_.get_layer_version_by_arn(Arn=layer)["Content"]["CodeSha256"] == shown["Content"]["CodeSha256"]
    assert [each["LayerName"] for each in lambda_.list_layers()["Layers"]] == ["tools"]


def test_a_functions_layers_outlive_their_version(lambda_: Any, layer: str) -> None:
    lambda_.update_function_configuration(FunctionName="orders", Layers=[layer])
    lambda_.delete_layer_version(LayerName="tools", VersionNumber=1)
    assert [each["Arn"] for each in lambda_.get_function_configuration(FunctionName="orders")["Layers"]] == [layer]


def test_a_layers_permissions_are_added_and_removed(aws: LocalAws, lambda_: Any, layer: str) -> None:
    statement = {"StatementId": "partner", "Action": "lambda:GetLayerVersion", "Principal": "210987654321"}
    version = {"LayerName": "tools", "VersionNumber": 1}
    answer = lambda_.add_layer_version_permission(**version, **statement)
    record = aws.records()[-1]
    assert record["eventName"] == "AddLayerVersionPermission20181031"
    assert record["responseElements"]["revisionId"] == answer["RevisionId"]
    kept = json.loads(lambda_.get_layer_version_policy(**version)["Policy"])["Statement"]
    assert kept == [json.loads(record["responseElements"]["statement"])]
    assert kept[0]["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    with pytest.raises(lambda_.exceptions.ResourceConflictException):
        lambda_.add_layer_version_permission(**version, **statement)
    lambda_.remove_layer_version_permission(**version, StatementId="partner")
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.remove_layer_version_permission(**version, StatementId="partner")
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_layer_version_policy(**version)


# Code signing configurations


def test_a_code_signing_configuration_is_changed_as_far_as_is_said(aws: LocalAws, lambda_: Any, signing: str) -> None:
    before = lambda_.get_code_signing_config(CodeSigningConfigArn=signing)["CodeSigningConfig"]
    assert before["CodeSigningPolicies"] == {"UntrustedArtifactOnDeployment": "Warn"}
    lambda_.update_code_signing_config(CodeSigningConfigArn=signing, Description="new")
    after = aws.records()[-1]["responseElements"]["codeSigningConfig"]
    assert after["description"] == "new"
    assert after["codeSigningPolicies"] == {"untrustedArtifactOnDeployment": "Warn"}
    assert after["allowedPublishers"] == {"signingProfileVersionArns": [SIGNER]}


def test_a_function_uses_a_code_signing_configuration_until_it_is_taken_away(lambda_: Any, signing: str) -> None:
    lambda_.put_function_code_signing_config(FunctionName="orders", CodeSigningConfigArn=signing)
    assert lambda_.list_functions_by_code_signing_config(CodeSigningConfigArn=signing)["FunctionArns"] == [FUNCTION_ARN]
    with pytest.raises(lambda_.exceptions.ResourceConflictException):
        lambda_.delete_code_signing_config(CodeSigningConfigArn=signing)
    lambda_.delete_function_code_signing_config(FunctionName="orders")
    assert "CodeSigningConfigArn" not in lambda_.get_function_code_signing_config(FunctionName="orders")
    lambda_.delete_code_signing_config(CodeSigningConfigArn=signing)
    with pytest.raises(lambda_.exceptions.CodeSigningConfigNotFoundException):
        lambda_.put_function_code_signing_config(FunctionName="orders", CodeSigningConfigArn=signing)


def test_code_without_a_signature_is_refused_where_one_is_enforced(lambda_: Any, signing: str) -> None:
    lambda_.put_function_code_signing_config(FunctionName="orders", CodeSigningConfigArn=signing)
    lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("with a warning"))
    lambda_.update_code_signing_config(
        CodeSigningConfigArn=signing, CodeSigningPolicies={"UntrustedArtifactOnDeployment": "Enforce"}
    )
    with pytest.raises(lambda_.exceptions.CodeVerificationFailedException):
        lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("refused"))
    with pytest.raises(lambda_.exceptions.CodeVerificationFailedException):
        lambda_.create_function(
            FunctionName="other",
            Role=ROLE,
            Runtime="python3.12",
            Handler="index.handler",
            Code={"ZipFile": zipped("refused")},
            CodeSigningConfigArn=signing,
        )


# Tags


def test_tags_are_merged_and_removed_wherever_they_hang(aws: LocalAws, lambda_: Any, stream: str, signing: str) -> None:
    mapping = f"arn:aws:lambda:{REGION}:123456789012:event-source-mapping:{stream}"
    for arn, kind in ((mapping, "event-source-mapping"), (signing, "code-signing-config")):
        lambda_.tag_resource(Resource=arn, Tags={"Cost": "1"})
        assert aws.records()[-1]["resources"] == [{"accountId": "123456789012", "type": kind, "ARN": arn}]
        assert lambda_.list_tags(Resource=arn)["Tags"] == {"Team": "a", "Cost": "1"}
        lambda_.untag_resource(Resource=arn, TagKeys=["Team", "Other"])
        assert lambda_.list_tags(Resource=arn)["Tags"] == {"Cost": "1"}


def test_the_same_tags_again_renew_a_functions_revision(lambda_: Any) -> None:
    revisions = []
    for _ in range(2):
        lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"Team": "a"})
        revisions.append(lambda_.get_function_configuration(FunctionName="orders")["RevisionId"])
    assert revisions[0] != revisions[1]


@pytest.mark.parametrize("resource", ["orders", f"{FUNCTION_ARN}:1", FUNCTION_ARN + "-nobody"])
def test_only_the_unqualified_arn_of_what_is_there_takes_tags(lambda_: Any, resource: str) -> None:
    lambda_.publish_version(FunctionName="orders")
    with pytest.raises(ClientError):
        lambda_.tag_resource(Resource=resource, Tags={"Team": "a"})
    assert lambda_.list_tags(Resource=FUNCTION_ARN)["Tags"] == {}


# Denied calls


def test_a_denied_tag_call_names_its_target_nowhere_but_in_its_message(aws: LocalAws, lambda_: Any) -> None:
    aws.set_denied(["TagResource", "AddPermission"])
    with pytest.raises(ClientError, match="not authorized to perform: lambda:TagResource"):
        lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"Team": "a"})
    with pytest.raises(ClientError, match="not authorized"):
        lambda_.add_permission(FunctionName="orders", StatementId="a", Action="lambda:*", Principal="*")
    tagged, added = aws.records()[-2:]
    assert (tagged["errorCode"], tagged["requestParameters"], tagged["responseElements"]) == (
        "AccessDenied",
        None,
        None,
    )
    assert added["requestParameters"]["statementId"] == "a"
