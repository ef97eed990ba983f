"""Which records take part, which do not, and which are said not to have been understood."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import record, without
from tfdrift_gate.model import RawRecord, Record, Skipped
from tfdrift_gate.records.record import api_name, identity_of, read_record

SERVICES = frozenset({"lambda.amazonaws.com"})
REQUEST = {"functionName": "orders", "reservedConcurrentExecutions": 5}
FIRST = "00000000-0000-4000-8000-000000000001"


def put(**fields: Any) -> dict[str, Any]:
    return record("PutFunctionConcurrency20171031", REQUEST, **fields)


def read(body: Any) -> Record | Skipped | None:
    return read_record(RawRecord("trail.json: record 7", body), SERVICES)


def skipped(body: Any) -> Skipped:
    result = read(body)
    assert isinstance(result, Skipped)
    return result


@pytest.mark.parametrize(
    ("recorded", "api"),
    [
        ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration"),
        ("UpdateFunctionCode20150331", "UpdateFunctionCode"),
        ("PublishLayerVersion20181031", "PublishLayerVersion"),
        ("TagResource20170331v2", "TagResource"),
        ("PutFunctionEventInvokeConfig", "PutFunctionEventInvokeConfig"),
        ("DeleteFunction", "DeleteFunction"),
    ],
)
def test_the_version_suffix_of_a_recorded_name_is_no_part_of_the_api_name(recorded: str, api: str) -> None:
    assert api_name(recorded) == api


def test_a_record_is_read_with_what_was_called_when_where_and_by_whom() -> None:
    result = read(put(at="10:20:30", eventID=FIRST))
    assert isinstance(result, Record)
    assert (result.api, result.account) == ("PutFunctionConcurrency", "123456789012")
    event = result.event
    assert (event.event_id, event.event_name, event.aws_region) == (
        FIRST,
        "PutFunctionConcurrency20171031",
        "us-east-1",
    )
    assert event.event_time.isoformat() == "2026-01-01T10:20:30+00:00"
    assert (event.actor.name, event.actor.source_ip, event.origin) == ("ops-engineer", "198.51.100.7", "cli")


@pytest.mark.parametrize(
    "fields",
    [
        {"eventSource": "kms.amazonaws.com"},
        {"readOnly": True},
        {"readOnly": "true"},
        {"errorCode": "ResourceConflictException", "responseElements": None},
        {"errorCode": "AccessDenied", "requestParameters": None},
        {"managementEvent": False},
        {"managementEvent": "false"},
        {"eventCategory": "Data"},
    ],
    ids=lambda fields: ",".join(fields),
)
def test_another_service_a_read_a_failed_call_and_a_data_event_take_no_part(fields: dict[str, Any]) -> None:
    assert read(put(**fields)) is None


@pytest.mark.parametrize(
    ("name", "takes_part"),
    [("GetFunction", False), ("ListFunctions", False), ("DeleteFunction", True), ("UpdateFunctionCode", True)],
)
def test_an_old_record_without_read_only_is_told_by_its_name(name: str, takes_part: bool) -> None:
    old = without(record(name, {"functionName": "orders"}), "readOnly", "managementEvent", "eventCategory")
    assert isinstance(read(old), Record) is takes_part


def test_read_only_given_as_the_text_false_takes_part() -> None:
    assert isinstance(read(put(readOnly="false")), Record)


@pytest.mark.parametrize("body", [None, 5, "text", [], [{}]])
def test_what_is_no_json_object_is_skipped_with_its_position(body: Any) -> None:
    result = skipped(body)
    assert result.reason == "malformed-record"
    assert "trail.json: record 7" in result.detail


@pytest.mark.parametrize("missing", ["eventSource", "eventName", "eventTime"])
def test_a_record_without_a_needed_field_is_skipped_with_its_position_and_the_field(missing: str) -> None:
    result = skipped(without(put(), missing))
    assert result.reason == "malformed-record"
    assert "trail.json: record 7" in result.detail
    assert missing in result.detail


@pytest.mark.parametrize("time", ["yesterday", "", 5, None, "2026-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_record_without_a_readable_time_is_skipped_by_name(time: Any) -> None:
    result = skipped(put(eventTime=time, eventID=FIRST))
    assert (result.reason, result.event_name) == ("malformed-record", "PutFunctionConcurrency20171031")
    assert result.event_id == FIRST


@pytest.mark.parametrize("field", ["requestParameters", "responseElements"])
@pytest.mark.parametrize("value", ['{"functionName": "ord', [1], 5, True, {"omitted": True, "reason": "size"}])
def test_a_truncated_body_is_skipped_with_position_name_and_time(field: str, value: Any) -> None:
    result = skipped(put(**{field: value}))
    assert result.reason == "truncated-record"
    assert "trail.json: record 7" in result.detail
    assert result.event_name == "PutFunctionConcurrency20171031"
    assert result.event_time is not None


def test_a_body_given_as_json_text_is_read() -> None:
    result = read(put(requestParameters=json.dumps(REQUEST), responseElements="null"))
    assert isinstance(result, Record)
    assert result.request == REQUEST
    assert result.response is None


def test_a_body_nested_too_deep_to_read_is_skipped() -> None:
    assert skipped(put(requestParameters="[" * 100_000)).reason == "truncated-record"


def test_a_null_answer_is_told_apart_from_an_answer_that_the_record_lacks() -> None:
    shown, lacking = read(put(responseElements=None)), read(without(put(), "responseElements"))
    assert isinstance(shown, Record)
    assert isinstance(lacking, Record)
    assert (shown.answer_shown, lacking.answer_shown) == (True, False)


def test_the_account_of_the_caller_stands_in_where_the_record_names_no_recipient() -> None:
    result = read(without(put(), "recipientAccountId"))
    assert isinstance(result, Record)
    assert result.account == "123456789012"


@pytest.mark.parametrize(
    "field", ["readOnly", "managementEvent", "eventCategory", "errorMessage", "eventID", "addendum"]
)
def test_a_field_nested_too_deep_to_write_out_ends_no_run(field: str) -> None:
    deep: list[Any] = []
    for _ in range(2000):
        deep = [deep]
    value = {"reason": "UPDATED_DATA", "originalEventID": deep} if field == "addendum" else deep
    raw = RawRecord("trail.json: record 7", put() | {field: value})
    assert identity_of(raw).id
    assert isinstance(read_record(raw, SERVICES), Record)


def test_an_insight_event_is_no_call_and_no_malformed_record() -> None:
    body = {"eventCategory": "Insight", "eventType": "AwsCloudTrailInsight", "eventTime": "2026-01-01T10:00:00Z"}
    assert read_record(RawRecord("here", body), {"lambda.amazonaws.com"}) is None
