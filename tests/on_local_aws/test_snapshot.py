"""What the local AWS holds can be put back: resources of every service, people, records, time."""

from __future__ import annotations

import urllib.error
from typing import Any

import pytest

from tests.local_aws import LocalAws, people
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, http, zipped


def test_a_restored_function_is_the_one_that_was(aws: LocalAws, lambda_: Any) -> None:
    before = lambda_.get_function(FunctionName="orders")
    kept, records = aws.snapshot(), aws.records()
    for round_ in (1, 2):
        lambda_.update_function_configuration(FunctionName="orders", Timeout=round_)
        lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"Team": "a"})
        lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="$LATEST")
        lambda_.delete_function(FunctionName="orders")
        aws.restore(kept)
        after = lambda_.get_function(FunctionName="orders")
        assert after["Configuration"] == before["Configuration"]
        assert "Tags" not in after
        assert lambda_.list_aliases(FunctionName="orders")["Aliases"] == []
        assert aws.records()[: len(records)] == records
        assert [record["eventName"] for record in aws.records()[len(records) :]] == [
            "GetFunction20150331v2",
            "ListAliases20150331",
        ]


def test_other_services_are_restored_too(aws: LocalAws, clients: Any) -> None:
    bucket = {"LocationConstraint": REGION}
    clients("s3").create_bucket(Bucket="code", CreateBucketConfiguration=bucket)
    clients("s3").put_object(Bucket="code", Key="app.zip", Body=zipped("pass"))
    clients("sqs").create_queue(QueueName="orders")
    clients("kinesis").create_stream(StreamName="orders", ShardCount=1)
    clients("kms").create_key()
    lambda_ = people.ops_engineer(aws.endpoint_url, REGION)
    kept = aws.snapshot()
    clients("s3").put_object(Bucket="code", Key="app.zip", Body=b"broken")
    clients("s3").put_object(Bucket="code", Key="other.zip", Body=b"")
    clients("sqs").create_queue(QueueName="other")
    clients("sqs").delete_queue(QueueUrl=clients("sqs").get_queue_url(QueueName="orders")["QueueUrl"])
    clients("sns").create_topic(Name="since")
    aws.restore(kept)
    assert clients("s3").get_object(Bucket="code", Key="app.zip")["Body"].read() == zipped("pass")
    assert [each["Key"] for each in clients("s3").list_objects_v2(Bucket="code")["Contents"]] == ["app.zip"]
    (queue,) = clients("sqs").list_queues()["QueueUrls"]
    clients("sqs").send_message(QueueUrl=queue, MessageBody="{}")
    assert clients("kinesis").list_streams()["StreamNames"] == ["orders"]
    assert len(clients("kms").list_keys()["Keys"]) == 1
    assert clients("sns").list_topics()["Topics"] == []
    lambda_.list_functions()
    assert aws.records()[-1]["userIdentity"]["userName"] == "ops-engineer"


def test_a_snapshot_outlives_a_fresh_start(aws: LocalAws, lambda_: Any, clients: Any) -> None:
    clients("sqs").create_queue(QueueName="orders")
    kept = aws.snapshot()
    aws.reset()
    aws.restore(kept)
    assert len(clients("sqs").list_queues()["QueueUrls"]) == 1
    assert len(clients("iam").list_roles()["Roles"]) == 1
    assert len(lambda_.list_functions()["Functions"]) == 1


def test_a_held_clock_is_back_where_it_was(aws: LocalAws) -> None:
    aws.hold_clock()
    kept, held = aws.snapshot(), aws.now()
    aws.advance(90)
    aws.restore(kept)
    assert aws.now() == held


def test_snapshots_are_taken_and_restored_over_http(aws: LocalAws, lambda_: Any) -> None:
    with_function = http(aws, "snapshot", {})
    lambda_.delete_function(FunctionName="orders")
    without = http(aws, "snapshot", {})
    http(aws, "restore", with_function)
    assert len(lambda_.list_functions()["Functions"]) == 1
    http(aws, "restore", without)
    assert lambda_.list_functions()["Functions"] == []
    with pytest.raises(urllib.error.HTTPError, match="400"):
        http(aws, "restore", {"snapshot": 99})
