"""Every Lambda call is recorded as CloudTrail does it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, zipped


def test_names_carry_the_suffix_that_cloudtrail_records(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    lambda_.update_function_configuration(FunctionName="orders", Timeout=5)
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=1)
    lambda_.put_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=1)
    lambda_.create_function_url_config(FunctionName="orders", AuthType="NONE")
    lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"Team": "a"})
    lambda_.publish_layer_version(LayerName="layer", Content={"ZipFile": zipped("pass")})
    lambda_.get_function(FunctionName="orders")
    assert [record["eventName"] for record in aws.records()] == [
        "CreateFunction20150331",
        "CreateEventSourceMapping20150331",
        "UpdateFunctionConfiguration20150331v2",
        "PutFunctionConcurrency20171031",
        "PutFunctionEventInvokeConfig",
        "CreateFunctionUrlConfig",
        "TagResource20170331v2",
        "PublishLayerVersion20181031",
        "GetFunction20150331v2",
    ]


def test_a_change_of_memory_and_timeout_is_recorded_with_its_result(aws: LocalAws, lambda_: Any) -> None:
    answer = lambda_.update_function_configuration(FunctionName=FUNCTION_ARN, MemorySize=1024, Timeout=30)
    record = aws.records()[-1]
    assert record["requestParameters"] == {
        "functionName": FUNCTION_ARN,
        "memorySize": 1024,
        "timeout": 30,
        "environment": {},
    }
    result = record["responseElements"]
    assert (result["memorySize"], result["timeout"], result["functionName"]) == (1024, 30, "orders")
    assert (result["lastUpdateStatus"], result["revisionId"]) == ("InProgress", answer["RevisionId"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", result["lastModified"])
    assert {"codeSha256", "tracingConfig", "ephemeralStorage", "loggingConfig", "architectures"} < set(result)
    assert "layers" not in result
    assert record["requestID"] == answer["ResponseMetadata"]["RequestId"]


def test_an_added_permission_is_recorded_as_it_is_stored(aws: LocalAws, lambda_: Any) -> None:
    lambda_.add_permission(
        FunctionName="123456789012:function:orders",
        StatementId="bucket",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::bucket",
        SourceAccount="123456789012",
        PrincipalOrgID="o-0123456789",
    )
    record = aws.records()[-1]
    assert record["requestParameters"]["principalOrgID"] == "o-0123456789"
    statement = json.loads(record["responseElements"]["statement"])
    assert statement == {
        "Sid": "bucket",
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION_ARN,
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "123456789012", "aws:PrincipalOrgID": "o-0123456789"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::bucket"},
        },
    }
    assert json.loads(lambda_.get_policy(FunctionName="orders")["Policy"])["Statement"] == [statement]


def test_a_change_of_batch_size_and_enabled_is_recorded_and_kept(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    lambda_.update_event_source_mapping(UUID=mapping, BatchSize=5, Enabled=False)
    record = aws.records()[-1]
    assert record["requestParameters"] == {"uUID": mapping, "batchSize": 5, "enabled": False}
    result = record["responseElements"]
    assert (result["uUID"], result["batchSize"], result["state"]) == (mapping, 5, "Disabling")
    assert re.fullmatch(r"[A-Z][a-z]{2} \d{1,2}, \d{4}, \d{1,2}:\d\d:\d\d [AP]M", result["lastModified"])
    kept = lambda_.get_event_source_mapping(UUID=mapping)
    assert (kept["BatchSize"], kept["State"]) == (5, "Disabled")


def test_a_reserved_concurrency_is_recorded_without_a_result(aws: LocalAws, lambda_: Any) -> None:
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=0)
    record = aws.records()[-1]
    assert record["requestParameters"] == {"functionName": "orders", "reservedConcurrentExecutions": 0}
    assert record["responseElements"] is None
    kept = lambda_.get_function(FunctionName="orders")
    assert kept["Concurrency"] == {"ReservedConcurrentExecutions": 0}


def test_environment_values_never_reach_a_record(aws: LocalAws, lambda_: Any) -> None:
    lambda_.update_function_configuration(FunctionName="orders", Environment={"Variables": {"PIN": "s3cret"}})
    lambda_.publish_version(FunctionName="orders")
    shown = lambda_.get_function_configuration(FunctionName="orders")["Environment"]
    assert shown == {"Variables": {"PIN": "s3cret"}}
    trail = json.dumps(aws.records())
    assert not [secret for secret in ("hunter2", "PASSWORD", "s3cret", "PIN") if secret in trail]
    for record in aws.records()[:3]:
        assert record["responseElements"]["environment"] == {}


def test_code_never_reaches_a_record(aws: LocalAws, lambda_: Any) -> None:
    lambda_.update_function_code(FunctionName=FUNCTION_ARN, ZipFile=zipped("new"))
    created, updated = (record["requestParameters"] for record in aws.records())
    assert created["code"] == {}
    assert updated == {
        "fullyQualifiedArn": {
            "arnPrefix": {"partition": "aws", "region": REGION, "account": "123456789012"},
            "relativeId": {"functionName": "orders"},
            "functionQualifier": {},
        },
        "publish": False,
        "dryRun": False,
        "functionName": FUNCTION_ARN,
    }


def test_filters_show_only_that_there_are_any(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    filters = {"Filters": [{"Pattern": '{"body": ["secret"]}'}]}
    lambda_.update_event_source_mapping(UUID=mapping, FilterCriteria=filters)
    lambda_.update_event_source_mapping(UUID=mapping, FilterCriteria={"Filters": []})
    created, filtering, plain = aws.records()[1:]
    for half in ("requestParameters", "responseElements"):
        assert filtering[half]["filterCriteria"] == {}
        assert "filterCriteria" not in created[half].keys() | plain[half].keys()
    assert "FilterCriteria" not in lambda_.get_event_source_mapping(UUID=mapping)


def test_layers_are_texts_in_the_request_and_objects_in_the_result(aws: LocalAws, lambda_: Any) -> None:
    layer = lambda_.publish_layer_version(LayerName="layer", Content={"ZipFile": zipped("pass")})
    arn = layer["LayerVersionArn"]
    lambda_.update_function_configuration(FunctionName="orders", Layers=[arn])
    published, attached = aws.records()[1:]
    assert published["requestParameters"] == {"layerName": "layer", "content": {}}
    assert attached["requestParameters"]["layers"] == [arn]
    assert [shown["arn"] for shown in attached["responseElements"]["layers"]] == [arn]


def test_a_published_version_is_the_result_of_the_call_that_published_it(aws: LocalAws, lambda_: Any) -> None:
    lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("new"), Publish=True)
    result = aws.records()[-1]["responseElements"]
    assert (result["functionArn"], result["version"], result["state"]) == (f"{FUNCTION_ARN}:1", "1", "Pending")
    published = lambda_.get_function(FunctionName="orders", Qualifier="1")
    lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("newer"))
    assert lambda_.get_function(FunctionName="orders", Qualifier="1")["Code"] == published["Code"]


def test_map_keys_are_recorded_as_they_were_sent(aws: LocalAws, lambda_: Any) -> None:
    lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"CostCenter": "A1"})
    lambda_.untag_resource(Resource=FUNCTION_ARN, TagKeys=["CostCenter", "Other"])
    tagged, untagged = aws.records()[1:]
    assert tagged["requestParameters"] == {"resource": FUNCTION_ARN, "tags": {"CostCenter": "A1"}}
    assert untagged["requestParameters"] == {"resource": FUNCTION_ARN, "tagKeys": ["CostCenter", "Other"]}
    assert tagged["responseElements"] is untagged["responseElements"] is None


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("delete_function", {"FunctionName": "nobody"}, "ResourceNotFoundException"),
        ("remove_permission", {"FunctionName": "orders", "StatementId": "x"}, "ResourceNotFoundException"),
        ("delete_event_source_mapping", {"UUID": "0" * 36}, "ResourceNotFoundException"),
        ("delete_function_url_config", {"FunctionName": "orders"}, "ResourceNotFoundException"),
        (
            "update_function_configuration",
            {"FunctionName": "orders", "Timeout": 9, "RevisionId": "stale"},
            "PreconditionFailedException",
        ),
    ],
)
def test_a_failed_call_is_recorded_with_its_error(
    aws: LocalAws, lambda_: Any, operation: str, arguments: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as raised:
        getattr(lambda_, operation)(**arguments)
    record = aws.records()[-1]
    assert raised.value.response["Error"]["Code"] == record["errorCode"] == code
    assert record["errorMessage"] == raised.value.response["Error"]["Message"]
    assert (record["responseElements"], record["readOnly"]) == (None, False)
    assert lambda_.get_function_configuration(FunctionName="orders")["Timeout"] == 3


def test_reads_are_recorded_as_reads(aws: LocalAws, lambda_: Any) -> None:
    lambda_.list_versions_by_function(FunctionName="orders", MaxItems=50)
    record = aws.records()[-1]
    assert (record["readOnly"], record["responseElements"]) == (True, None)
    assert record["requestParameters"] == {"functionName": "orders", "maxItems": 50}


def test_invocations_and_other_services_are_not_recorded(
    aws: LocalAws, lambda_: Any, mapping: str, clients: Any
) -> None:
    before = aws.records()
    lambda_.invoke(FunctionName="orders", Payload=b"{}")
    queue = clients("sqs").get_queue_url(QueueName="orders")["QueueUrl"]
    clients("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    clients("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": REGION})
    clients("s3").put_object(Bucket="artifacts", Key="a b/ü.zip", Body=b"\x00\xff" * 1000)
    assert clients("s3").get_object(Bucket="artifacts", Key="a b/ü.zip")["Body"].read() == b"\x00\xff" * 1000
    assert aws.records() == before


@pytest.mark.parametrize("function", ["orders", "123456789012:function:orders", FUNCTION_ARN])
def test_a_function_may_be_named_in_every_way_lambda_knows(aws: LocalAws, lambda_: Any, function: str) -> None:
    lambda_.update_function_configuration(FunctionName=function, Description="new")
    lambda_.publish_version(FunctionName=function)
    lambda_.create_alias(FunctionName=function, Name="live", FunctionVersion="1")
    assert lambda_.get_function(FunctionName=f"{function}:$LATEST")["Configuration"]["Description"] == "new"
    assert lambda_.get_function(FunctionName=f"{function}:live")["Configuration"]["Version"] == "1"
    assert aws.records()[-1]["requestParameters"] == {"functionName": f"{function}:live"}
