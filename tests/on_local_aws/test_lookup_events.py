"""LookupEvents answers, limits and fails as CloudTrail's does."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import ids, plant

ONLY_LAMBDA = [{"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}]


def test_pages_are_newest_first_and_complete(aws: LocalAws, clients: Any) -> None:
    plant(aws, 7)
    pages: list[list[str]] = []
    token: dict[str, str] = {}
    while not pages or (token and len(pages) < 4):
        time.sleep(0.5)
        page = clients("cloudtrail").lookup_events(LookupAttributes=ONLY_LAMBDA, MaxResults=3, **token)
        pages.append(ids(page))
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else {}
    assert pages == [["6", "5", "4"], ["3", "2", "1"], ["0"]]


def test_a_token_serves_only_the_query_it_was_given_out_for(aws: LocalAws, clients: Any) -> None:
    plant(aws, 3)
    token = clients("cloudtrail").lookup_events(LookupAttributes=ONLY_LAMBDA, MaxResults=1)["NextToken"]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        clients("cloudtrail").lookup_events(MaxResults=1, NextToken=token)


def test_an_event_has_the_shape_that_lookup_events_returns(aws: LocalAws, lambda_: Any, clients: Any) -> None:
    (event,) = clients("cloudtrail").lookup_events()["Events"]
    record = json.loads(event.pop("CloudTrailEvent"))
    assert [record] == aws.records()
    assert event.pop("EventTime").astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") == record["eventTime"]
    assert event == {
        "EventId": record["eventID"],
        "EventName": "CreateFunction20150331",
        "ReadOnly": "false",
        "AccessKeyId": "root",
        "EventSource": "lambda.amazonaws.com",
        "Username": "root",
        "Resources": [{"ResourceType": "AWS::Lambda::Function", "ResourceName": "orders"}],
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EventName", "DeleteAlias20150331"),
        ("ReadOnly", "true"),
        ("Username", "ops-engineer"),
        ("ResourceType", "AWS::Lambda::Alias"),
        ("ResourceName", "live"),
        ("EventSource", "kms.amazonaws.com"),
        ("AccessKeyId", "AKIAOPS"),
        ("EventId", "wanted"),
    ],
)
def test_each_lookup_attribute_selects(aws: LocalAws, clients: Any, key: str, value: str) -> None:
    wanted = {
        "EventName": {"eventName": "DeleteAlias20150331"},
        "ReadOnly": {"readOnly": True},
        "Username": {"userIdentity": {"type": "IAMUser", "userName": "ops-engineer"}},
        "EventSource": {"eventSource": "kms.amazonaws.com"},
        "AccessKeyId": {"userIdentity": {"accessKeyId": "AKIAOPS"}},
    }
    alias = {"eventName": "DeleteAlias20150331", "requestParameters": {"functionName": "f", "name": "live"}}
    plant(aws, 2, readOnly=False, eventName="CreateFunction20150331")
    plant(aws, 1, **({"readOnly": False} | wanted.get(key, alias) | {"eventID": "wanted"}))
    attribute = {"AttributeKey": key, "AttributeValue": value}
    assert ids(clients("cloudtrail").lookup_events(LookupAttributes=[attribute])) == ["wanted"]


def test_the_time_range_includes_both_ends(aws: LocalAws, clients: Any) -> None:
    plant(aws, 5)
    start, end = (datetime.strptime(aws.records()[number]["eventTime"], "%Y-%m-%dT%H:%M:%S%z") for number in (1, 3))
    assert ids(clients("cloudtrail").lookup_events(StartTime=start, EndTime=end)) == ["3", "2", "1"]


def test_only_ninety_days_of_the_callers_account_and_region_are_seen(aws: LocalAws, clients: Any) -> None:
    old = datetime.now(timezone.utc) - timedelta(days=91)
    plant(aws, 1, eventTime=f"{old:%Y-%m-%dT%H:%M:%SZ}")
    plant(aws, 1, awsRegion="us-east-1")
    plant(aws, 1, recipientAccountId="210987654321")
    answer = clients("cloudtrail").lookup_events(StartTime=old - timedelta(days=1))
    assert (answer["Events"], len(aws.records())) == ([], 3)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"LookupAttributes": ONLY_LAMBDA * 2}, "InvalidLookupAttributesException"),
        ({"StartTime": 1_700_000_001, "EndTime": 1_700_000_000}, "InvalidTimeRangeException"),
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "made up"}, "InvalidNextTokenException"),
    ],
)
def test_an_invalid_query_is_refused(aws: LocalAws, clients: Any, arguments: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError, match=code):
        clients("cloudtrail").lookup_events(**arguments)


def test_the_third_request_in_a_second_is_throttled(aws: LocalAws, clients: Any) -> None:
    cloudtrail = clients("cloudtrail")
    for _ in range(2):
        cloudtrail.lookup_events()
    with pytest.raises(ClientError, match="ThrottlingException"):
        cloudtrail.lookup_events()
    assert clients("cloudtrail", "us-east-1").lookup_events()["Events"] == []  # each region has its own limit
    time.sleep(1)
    assert cloudtrail.lookup_events()["Events"] == []


def test_a_record_shows_up_after_the_delay(aws: LocalAws, lambda_: Any, clients: Any) -> None:
    aws.set_delivery_delay(2)
    assert (clients("cloudtrail").lookup_events()["Events"], len(aws.records())) == ([], 1)
    time.sleep(2)
    assert len(clients("cloudtrail").lookup_events()["Events"]) == 1
