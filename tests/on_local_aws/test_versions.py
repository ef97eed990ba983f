"""Functions, their versions and all that goes with them come and go as on Lambda."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, ROLE, zipped

NEW = {"Runtime": "python3.12", "Role": ROLE, "Handler": "index.handler", "Code": {"ZipFile": zipped("pass")}}


def test_a_name_is_taken_once(aws: LocalAws, lambda_: Any) -> None:
    for name in ("orders", FUNCTION_ARN):
        with pytest.raises(lambda_.exceptions.ResourceConflictException):
            lambda_.create_function(FunctionName=name, **NEW)
    record = aws.records()[-1]
    assert (record["errorCode"], record["responseElements"]) == ("ResourceConflictException", None)


def test_a_function_may_be_published_as_it_is_created(aws: LocalAws, lambda_: Any) -> None:
    answer = lambda_.create_function(FunctionName="other", Publish=True, **NEW)
    assert (answer["Version"], answer["FunctionArn"].endswith("function:other:1")) == ("1", True)
    versions = lambda_.list_versions_by_function(FunctionName="other")["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]
    assert aws.records()[-2]["responseElements"]["functionArn"] == answer["FunctionArn"]


def test_a_version_is_published_once_for_each_change(lambda_: Any) -> None:
    numbers = []
    for timeout in (5, None, 6):
        if timeout:
            lambda_.update_function_configuration(FunctionName="orders", Timeout=timeout)
        answer = lambda_.publish_version(FunctionName="orders", Description="a release")
        numbers.append((answer["Version"], answer["Timeout"], answer["Description"]))
    assert numbers == [("1", 5, "a release"), ("1", 5, "a release"), ("2", 6, "a release")]
    assert lambda_.get_function_configuration(FunctionName="orders")["Description"] == ""


def test_a_version_keeps_what_it_was_published_with(lambda_: Any) -> None:
    before = lambda_.publish_version(FunctionName="orders")
    lambda_.update_function_configuration(FunctionName="orders", MemorySize=512, Environment={"Variables": {}})
    lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("new"), Architectures=["arm64"])
    after = lambda_.get_function_configuration(FunctionName="orders", Qualifier="1")
    for member in ("MemorySize", "Environment", "CodeSha256", "Architectures", "RevisionId", "LastModified"):
        assert after[member] == before[member]


def test_a_version_number_is_never_given_out_again(lambda_: Any) -> None:
    lambda_.publish_version(FunctionName="orders")
    lambda_.delete_function(FunctionName="orders", Qualifier="1")
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_function(FunctionName="orders:1")
    assert lambda_.publish_version(FunctionName="orders")["Version"] == "2"


def test_a_version_that_an_alias_names_is_not_deleted(lambda_: Any) -> None:
    lambda_.publish_version(FunctionName="orders")
    lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    with pytest.raises(lambda_.exceptions.ResourceConflictException):
        lambda_.delete_function(FunctionName="orders:1")
    lambda_.delete_alias(FunctionName="orders", Name="live")
    lambda_.delete_function(FunctionName="orders:1")
    assert len(lambda_.list_functions()["Functions"]) == 1


def test_a_deleted_function_takes_all_but_its_mappings_along(lambda_: Any, mapping: str) -> None:
    lambda_.publish_version(FunctionName="orders")
    lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    lambda_.add_permission(FunctionName="orders", StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    lambda_.create_function_url_config(FunctionName="orders", AuthType="NONE")
    lambda_.put_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=1)
    lambda_.put_provisioned_concurrency_config(
        FunctionName="orders", Qualifier="live", ProvisionedConcurrentExecutions=1
    )
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=5)
    lambda_.put_function_recursion_config(FunctionName="orders", RecursiveLoop="Allow")
    lambda_.delete_function(FunctionName=FUNCTION_ARN)
    lambda_.create_function(FunctionName="orders", **NEW)
    assert lambda_.list_aliases(FunctionName="orders")["Aliases"] == []
    assert [each["Version"] for each in lambda_.list_versions_by_function(FunctionName="orders")["Versions"]] == [
        "$LATEST"
    ]
    assert lambda_.list_function_url_configs(FunctionName="orders")["FunctionUrlConfigs"] == []
    assert lambda_.list_function_event_invoke_configs(FunctionName="orders")["FunctionEventInvokeConfigs"] == []
    assert "Concurrency" not in lambda_.get_function(FunctionName="orders")
    assert lambda_.get_function_recursion_config(FunctionName="orders")["RecursiveLoop"] == "Terminate"
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_policy(FunctionName="orders")
    assert lambda_.get_event_source_mapping(UUID=mapping)["State"] == "Enabled"


@pytest.mark.parametrize(
    ("operation", "arguments", "code"),
    [
        ("update_function_configuration", {"MemorySize": 65536}, "ValidationException"),
        ("update_function_configuration", {"Timeout": 100_000}, "ValidationException"),
        ("update_function_configuration", {"TracingConfig": {"Mode": "Perhaps"}}, "ValidationException"),
        ("update_function_configuration", {"Role": "nobody"}, "ValidationException"),
        ("update_function_configuration", {"Layers": [f"arn:aws:lambda:{REGION}:123456789012:layer:l:1"]}, "Invalid"),
        ("update_function_code", {"ZipFile": b"no archive"}, "InvalidParameterValueException"),
        ("update_function_code", {"S3Bucket": "nowhere", "S3Key": "app.zip"}, "NoSuchBucket"),
        ("update_function_code", {"ImageUri": "image:1"}, "InvalidParameterValueException"),
        ("update_function_code", {"ZipFile": zipped("new"), "RevisionId": "stale"}, "PreconditionFailedException"),
        ("publish_version", {"CodeSha256": "other"}, "InvalidParameterValueException"),
        ("put_function_concurrency", {"ReservedConcurrentExecutions": 901}, "UnreservedConcurrentExecution"),
        ("delete_function", {"Qualifier": "$LATEST"}, "InvalidParameterValueException"),
    ],
)
def test_what_lambda_refuses_changes_nothing(
    aws: LocalAws, lambda_: Any, operation: str, arguments: dict[str, Any], code: str
) -> None:
    before = lambda_.get_function(FunctionName="orders")["Configuration"]
    with pytest.raises(ClientError, match=code):
        getattr(lambda_, operation)(FunctionName="orders", **arguments)
    assert aws.records()[-1]["responseElements"] is None
    assert lambda_.get_function(FunctionName="orders")["Configuration"] == before


@pytest.mark.parametrize(
    ("function", "code"),
    [
        ("arn:aws:lambda:us-east-1:123456789012:function:orders", "not reachable in this region"),
        (f"arn:aws:lambda:{REGION}:210987654321:function:orders", "AccessDenied"),
        ("210987654321:function:orders", "AccessDenied"),
        ("orders:nobody", "InvalidParameterValueException"),
    ],
)
def test_a_function_elsewhere_is_not_this_one(aws: LocalAws, lambda_: Any, function: str, code: str) -> None:
    with pytest.raises(ClientError, match=code):
        lambda_.update_function_configuration(FunctionName=function, Timeout=9)
    assert aws.records()[-1]["requestParameters"]["functionName"] == function
    assert lambda_.get_function_configuration(FunctionName="orders")["Timeout"] == 3


def test_a_qualifier_said_twice_must_be_the_same(lambda_: Any) -> None:
    lambda_.publish_version(FunctionName="orders")
    assert lambda_.get_function(FunctionName="orders:1", Qualifier="1")["Configuration"]["Version"] == "1"
    with pytest.raises(ClientError, match="does not match"):
        lambda_.get_function(FunctionName="orders:1", Qualifier="$LATEST")


def test_code_comes_from_s3_with_what_it_is_there(lambda_: Any, clients: Any) -> None:
    clients("s3").create_bucket(Bucket="code", CreateBucketConfiguration={"LocationConstraint": REGION})
    clients("s3").put_object(Bucket="code", Key="app.zip", Body=zipped("from S3"))
    stored = lambda_.update_function_code(FunctionName="orders", S3Bucket="code", S3Key="app.zip")
    sent = lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("from S3"))
    assert stored["CodeSha256"] == sent["CodeSha256"]
    with pytest.raises(ClientError, match="NoSuchKey"):
        lambda_.update_function_code(FunctionName="orders", S3Bucket="code", S3Key="other.zip")
