"""What goes wrong with the local AWS goes wrong as with AWS: seen through botocore, which reads the real one too."""

from __future__ import annotations

import json
import time
import urllib.error
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError, FlexibleChecksumError, IncompleteReadError, ResponseStreamingError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import REGION, http, ids, plant

ONE = {"LookupAttributes": [{"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}], "MaxResults": 1}


@pytest.fixture
def bucket(aws: LocalAws, clients: Any) -> Any:
    s3 = clients("s3")
    s3.create_bucket(Bucket="trail", CreateBucketConfiguration={"LocationConstraint": REGION})
    for key in ("day/first.json.gz", "day/second.json.gz"):
        s3.put_object(Bucket="trail", Key=key, Body=b"0123456789" * 1000)
    return s3


def code_of(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(ClientError) as met:
        call(*arguments, **more)
    return f"{met.value.response['Error']['Code']} {met.value.response['ResponseMetadata']['HTTPStatusCode']}"


@pytest.mark.parametrize(
    ("kind", "cloudtrail", "s3", "sts"),
    [
        ("access_denied", "AccessDeniedException 400", "AccessDenied 403", "AccessDenied 403"),
        ("internal_error", "InternalFailure 500", "InternalError 500", "InternalFailure 500"),
        ("throttle", "ThrottlingException 400", "SlowDown 503", "Throttling 400"),
        ("expired_credentials", "ExpiredTokenException 400", "ExpiredToken 400", "ExpiredToken 403"),
        ("clock_skew", "InvalidSignatureException 400", "RequestTimeTooSkewed 403", "SignatureDoesNotMatch 403"),
    ],
)
def test_each_service_refuses_in_its_own_words(
    aws: LocalAws, clients: Any, bucket: Any, kind: str, cloudtrail: str, s3: str, sts: str
) -> None:
    aws.set_faults([{"kind": kind, "service": service} for service in ("sts", "athena", "s3", "cloudtrail")])
    assert code_of(clients("cloudtrail").lookup_events) == cloudtrail
    assert code_of(clients("athena").list_work_groups) == cloudtrail
    assert code_of(bucket.get_object, Bucket="trail", Key="day/first.json.gz") == s3
    assert code_of(clients("sts").get_caller_identity) == sts
    clients("cloudtrail").lookup_events()
    clients("athena").list_work_groups()
    bucket.get_object(Bucket="trail", Key="day/first.json.gz")
    clients("sts").get_caller_identity()


def test_a_fault_hits_the_operation_and_the_key_it_is_planned_for(aws: LocalAws, bucket: Any) -> None:
    aws.set_faults([{"kind": "access_denied", "times": 0, "service": "s3", "operation": "GetObject", "key": "*/sec*"}])
    assert len(bucket.list_objects_v2(Bucket="trail")["Contents"]) == 2
    bucket.get_object(Bucket="trail", Key="day/first.json.gz")
    for _ in range(2):
        assert code_of(bucket.get_object, Bucket="trail", Key="day/second.json.gz") == "AccessDenied 403"


def test_a_key_that_is_listed_may_be_gone_when_it_is_asked_for(aws: LocalAws, bucket: Any) -> None:
    aws.set_faults([{"kind": "vanished", "times": 0, "service": "s3", "key": "day/second*"}])
    assert [each["Key"] for each in bucket.list_objects_v2(Bucket="trail")["Contents"]][1] == "day/second.json.gz"
    assert code_of(bucket.get_object, Bucket="trail", Key="day/second.json.gz") == "NoSuchKey 404"


def test_an_object_arrives_cut_truncated_or_slowly(aws: LocalAws, bucket: Any) -> None:
    aws.set_faults([{"kind": kind, "service": "s3", "seconds": 0.2} for kind in ("cut", "truncated", "slow")])

    def body() -> bytes:
        return bytes(bucket.get_object(Bucket="trail", Key="day/first.json.gz")["Body"].read())

    with pytest.raises((IncompleteReadError, ResponseStreamingError)):
        body()
    with pytest.raises(FlexibleChecksumError):
        body()
    began = time.monotonic()
    assert len(body()) == 10000
    assert time.monotonic() - began >= 0.2


def test_a_role_may_be_denied_and_another_not(aws: LocalAws, clients: Any) -> None:
    denied, allowed = (f"arn:aws:iam::{account}:role/auditor" for account in ("111111111111", "222222222222"))
    aws.set_faults([{"kind": "access_denied", "times": 0, "service": "sts", "operation": "AssumeRole", "key": denied}])
    sts = clients("sts")
    assert code_of(sts.assume_role, RoleArn=denied, RoleSessionName="gate") == "AccessDenied 403"
    sts.assume_role(RoleArn=allowed, RoleSessionName="gate")
    sts.get_caller_identity()


def test_credentials_expire_half_way(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    aws.set_faults([{"kind": "ok", "times": 2}, {"kind": "expired_credentials", "times": 0}])
    cloudtrail = clients("cloudtrail")
    token = cloudtrail.lookup_events(**ONE)["NextToken"]
    token = cloudtrail.lookup_events(**ONE, NextToken=token)["NextToken"]
    time.sleep(1)
    assert code_of(cloudtrail.lookup_events, **ONE, NextToken=token) == "ExpiredTokenException 400"


def test_a_token_expires_and_the_first_page_is_answered(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    aws.set_faults([{"kind": "expired_token", "times": 0}])
    token = clients("cloudtrail").lookup_events(**ONE)["NextToken"]
    assert code_of(clients("cloudtrail").lookup_events, **ONE, NextToken=token) == "InvalidNextTokenException 400"


def test_a_page_answers_with_its_own_token(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    aws.set_faults([{"kind": "repeated_token"}])
    token = clients("cloudtrail").lookup_events(**ONE)["NextToken"]
    assert clients("cloudtrail").lookup_events(**ONE, NextToken=token)["NextToken"] == token


def test_a_page_comes_twice_and_then_the_rest(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    aws.set_faults([{"kind": "ok"}, {"kind": "duplicate_page"}])
    seen, tokens, token = [], set(), {}
    while not seen or token:
        page = clients("cloudtrail").lookup_events(**ONE, **token)
        seen += ids(page)
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
        assert not tokens & set(token.values())
        tokens.update(token.values())
        time.sleep(0.55)
    assert seen == ["2", "1", "1", "0"]


def test_who_signs_by_awss_clock_is_let_through(aws: LocalAws, clients: Any) -> None:
    """Botocore does not correct its own clock (https://github.com/boto/boto3/issues/1252), so this test does."""
    aws.set_faults([{"kind": "clock_skew", "times": 0}])
    cloudtrail = clients("cloudtrail")
    with pytest.raises(ClientError, match=r"Signature expired: \d{8}T\d{6}Z is now earlier than") as met:
        cloudtrail.lookup_events()
    date = met.value.response["ResponseMetadata"]["HTTPHeaders"]["date"]
    theirs = datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=timezone.utc)
    ahead = theirs - datetime.now(timezone.utc)
    assert timedelta(minutes=5) < ahead < timedelta(minutes=7)
    moved = f"{theirs:%Y%m%dT%H%M%SZ}"

    def resigned(request: Any, **_: Any) -> None:
        request.headers["X-Amz-Date"] = moved  # the local AWS checks no signature

    cloudtrail.meta.events.register("before-send.cloudtrail", resigned)
    try:
        assert cloudtrail.lookup_events()["Events"] == []
    finally:
        cloudtrail.meta.events.unregister("before-send.cloudtrail", resigned)


@pytest.mark.parametrize(("kind", "state"), [("query_failed", "FAILED"), ("query_cancelled", "CANCELLED")])
def test_a_query_ends_as_planned(aws: LocalAws, clients: Any, kind: str, state: str) -> None:
    aws.set_faults([{"kind": "queue_full", "service": "athena"}, {"kind": kind, "service": "athena"}])
    athena = clients("athena")
    query = {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://results/"}}
    assert code_of(athena.start_query_execution, **query) == "TooManyRequestsException 400"
    started = athena.start_query_execution(**query)["QueryExecutionId"]
    states = [athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]["Status"] for _ in range(2)]
    assert states[0]["State"] == state
    assert states[0]["StateChangeReason"]
    assert states[1]["State"] in ("RUNNING", "SUCCEEDED")


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "vanished"},
        {"kind": "queue_full", "service": "s3"},
        {"kind": "throttle", "service": "lambda"},
        {"kind": "throttle", "times": -1},
        {"kind": "throttle", "bucket": "trail"},
    ],
)
def test_a_fault_that_does_not_exist_is_refused(aws: LocalAws, fault: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError, match="400") as met:
        http(aws, "settings", {"faults": [fault]})
    assert "error" in json.load(met.value)


def test_the_faults_that_were_met_are_counted(aws: LocalAws, clients: Any) -> None:
    aws.set_faults([{"kind": "ok"}, {"kind": "slow", "seconds": 0, "times": 0}, {"kind": "vanished", "service": "s3"}])
    for _ in range(3):
        clients("cloudtrail").lookup_events()
        time.sleep(0.5)
    assert aws.faults_met() == {"ok": 1, "slow": 2}
