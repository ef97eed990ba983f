"""Event source mappings: their answers tell everything, in a spelling and with states of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    MAPPING,
    OTHER_REGION,
    QUEUE,
    REGION,
    check,
    create_mapping,
    delete_mapping,
    differences,
    function_arn,
    function_state,
    is_silent,
    mapping_state,
    only,
    record,
    update_mapping,
    without,
    written,
)
from tfdrift_gate.model import Kind, Report

STREAM = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
SECRET_URI = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:kafka"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
FAILED = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"


def pairs(report: Report) -> dict[str, tuple[Any, Any]]:
    return {name: pair for (_, name), pair in differences(report.findings).items()}


DOCUMENTS = [{"database_name": "d", "collection_name": "", "full_document": "Default"}]

# request, further answers, what state has, what differs
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, tuple[Any, Any]]]] = {
    "disabled": ({"enabled": False}, {"state": "Disabling"}, {}, {"enabled": (True, False)}),
    "disabled, while it is updating": ({"enabled": False}, {"state": "Updating"}, {}, {"enabled": (True, False)}),
    "enabled": ({"enabled": True}, {"state": "Enabling"}, {"enabled": False}, {"enabled": (False, True)}),
    "window": ({"maximumBatchingWindowInSeconds": 5}, {}, {}, {"maximum_batching_window_in_seconds": (0, 5)}),
    "retries": ({"maximumRetryAttempts": 3}, {}, {"maximum_retry_attempts": -1}, {"maximum_retry_attempts": (-1, 3)}),
    "age": (
        {"maximumRecordAgeInSeconds": 60},
        {},
        {"maximum_record_age_in_seconds": -1},
        {"maximum_record_age_in_seconds": (-1, 60)},
    ),
    "parallel": ({"parallelizationFactor": 4}, {}, {"parallelization_factor": 1}, {"parallelization_factor": (1, 4)}),
    "bisect": (
        {"bisectBatchOnFunctionError": "true"},
        {},
        {"bisect_batch_on_function_error": False},
        {"bisect_batch_on_function_error": (False, True)},
    ),
    "tumbling": (
        {"tumblingWindowInSeconds": 30},
        {},
        {"tumbling_window_in_seconds": 0},
        {"tumbling_window_in_seconds": (0, 30)},
    ),
    "response types": (
        {"functionResponseTypes": ["ReportBatchItemFailures"]},
        {},
        {"function_response_types": []},
        {"function_response_types": ([], ["ReportBatchItemFailures"])},
    ),
    "concurrency": (
        {"scalingConfig": {"maximumConcurrency": 5}},
        {},
        {"scaling_config": []},
        {"scaling_config[0].maximum_concurrency": (None, 5)},
    ),
    "concurrency taken away": (
        {"scalingConfig": {}},
        {"scalingConfig": {}},
        {"scaling_config": [{"maximum_concurrency": 5}]},
        {"scaling_config[0].maximum_concurrency": (5, None)},
    ),
    "failures": (
        {"destinationConfig": {"onFailure": {"destination": FAILED}}},
        {},
        {"destination_config": []},
        {"destination_config[0].on_failure[0].destination_arn": (None, FAILED)},
    ),
    "failures to a topic": (
        {"destinationConfig": {"onFailure": {"destination": "kafka://failed"}}},
        {},
        {"destination_config": [{"on_failure": [{"destination_arn": FAILED}]}]},
        {"destination_config[0].on_failure[0].destination_arn": (FAILED, "kafka://failed")},
    ),
    "failures taken away": (
        {"destinationConfig": {"onFailure": {}}},
        {"destinationConfig": {"onFailure": {}}},
        {"destination_config": [{"on_failure": [{"destination_arn": FAILED}]}]},
        {"destination_config[0].on_failure[0].destination_arn": (FAILED, None)},
    ),
    "key": ({"kMSKeyArn": KEY}, {}, {"kms_key_arn": ""}, {"kms_key_arn": ("", KEY)}),
    "pollers": (
        {"provisionedPollerConfig": {"minimumPollers": 2, "maximumPollers": 10, "pollerGroupName": "g"}},
        {},
        {"provisioned_poller_config": [{"minimum_pollers": 1, "maximum_pollers": 10}]},
        {
            "provisioned_poller_config[0].minimum_pollers": (1, 2),
            "provisioned_poller_config[0].poller_group_name": (None, "g"),
        },
    ),
    "pollers taken away": (
        {"provisionedPollerConfig": {}},
        {"provisionedPollerConfig": {}},
        {"provisioned_poller_config": [{"minimum_pollers": 1, "maximum_pollers": 10}]},
        {
            "provisioned_poller_config[0].minimum_pollers": (1, None),
            "provisioned_poller_config[0].maximum_pollers": (10, None),
        },
    ),
    "metrics": (
        {"metricsConfig": {"metrics": ["EventCount"]}},
        {},
        {"metrics_config": []},
        {"metrics_config[0].metrics": (None, ["EventCount"])},
    ),
    "access": (
        {"sourceAccessConfigurations": [{"type": "BASIC_AUTH", "uRI": SECRET_URI}]},
        {},
        {"source_access_configuration": []},
        {"source_access_configuration": ([], [{"type": "BASIC_AUTH", "uri": SECRET_URI}])},
    ),
    "documents": (
        {"documentDBEventSourceConfig": {"databaseName": "d", "collectionName": "c", "fullDocument": "UpdateLookup"}},
        {},
        {
            "document_db_event_source_config": [
                {"database_name": "d", "collection_name": "", "full_document": "Default"}
            ]
        },
        {
            "document_db_event_source_config[0].collection_name": ("", "c"),
            "document_db_event_source_config[0].full_document": ("Default", "UpdateLookup"),
        },
    ),
    "schema registry": (
        {
            "amazonManagedKafkaEventSourceConfig": {
                "consumerGroupId": "g",
                "schemaRegistryConfig": {
                    "schemaRegistryURI": "https://r",
                    "eventRecordFormat": "JSON",
                    "accessConfigs": [{"type": "BASIC_AUTH", "uRI": SECRET_URI}],
                    "schemaValidationConfigs": [{"attribute": "KEY"}],
                },
            }
        },
        {},
        {"amazon_managed_kafka_event_source_config": [{"consumer_group_id": "g", "schema_registry_config": []}]},
        {
            f"amazon_managed_kafka_event_source_config[0].schema_registry_config[0].{name}": (None, value)
            for name, value in {
                "schema_registry_uri": "https://r",
                "event_record_format": "JSON",
                "access_config": [{"type": "BASIC_AUTH", "uri": SECRET_URI}],
                "schema_validation_config": [{"attribute": "KEY"}],
            }.items()
        },
    ),
}


@pytest.mark.parametrize(("request_", "answers", "state", "expected"), CHANGES.values(), ids=CHANGES.keys())
def test_a_changed_setting_of_a_mapping_is_drift_of_that_setting_alone(
    tmp_path: Path,
    request_: dict[str, Any],
    answers: dict[str, Any],
    state: dict[str, Any],
    expected: dict[str, tuple[Any, Any]],
) -> None:
    shown = {name: value for name, value in request_.items() if name != "enabled"} | answers
    report = check(tmp_path, [update_mapping(request_, shown)], [mapping_state(**state)])
    assert pairs(report) == expected
    assert report.skipped == ()


SHOWN = {name: case for name, case in CHANGES.items() if case[1].get("state") != "Updating"}


@pytest.mark.parametrize(("request_", "answers", "state", "expected"), SHOWN.values(), ids=SHOWN.keys())
def test_an_answer_without_the_call_that_did_it_reveals_the_same(
    tmp_path: Path,
    request_: dict[str, Any],
    answers: dict[str, Any],
    state: dict[str, Any],
    expected: dict[str, tuple[Any, Any]],
) -> None:
    shown = {name: value for name, value in request_.items() if name != "enabled"} | answers
    report = check(tmp_path, [update_mapping({"batchSize": 100}, shown)], [mapping_state(**state)])
    assert pairs(report) == expected
    assert {change.event for change in only(report.findings).drift.changes} == {None}


@pytest.mark.parametrize("state", ["Creating", "Updating", "Deleting"])
@pytest.mark.parametrize("enabled", [True, False])
def test_a_passing_state_tells_nothing_of_being_enabled(tmp_path: Path, state: str, enabled: bool) -> None:
    call = update_mapping({"batchSize": 100}, {"state": state})
    assert is_silent(check(tmp_path, [call], [mapping_state(enabled=enabled)]))


# what answers show, what state has
SAME: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "members of a queue's mapping that its answer never has": (
        {},
        {"maximum_retry_attempts": 0, "maximum_record_age_in_seconds": 0, "parallelization_factor": 0},
    ),
    "a stream's defaults": (
        {"maximumRetryAttempts": -1, "maximumRecordAgeInSeconds": -1, "parallelizationFactor": 1},
        {"maximum_retry_attempts": -1, "maximum_record_age_in_seconds": -1, "parallelization_factor": 1},
    ),
    "a destination of nothing": ({"destinationConfig": {"onFailure": {}}}, {"destination_config": []}),
    "state's destination of nothing": ({}, {"destination_config": [{"on_failure": [{"destination_arn": None}]}]}),
    "state's empty destination": ({}, {"destination_config": [{"on_failure": []}]}),
    "scaling of nothing": ({"scalingConfig": {}}, {"scaling_config": []}),
    "state's scaling of nothing": ({}, {"scaling_config": [{"maximum_concurrency": None}]}),
    "state's filter of nothing": ({}, {"filter_criteria": [{"filter": []}]}),
    "brokers": (
        {"selfManagedEventSource": {"endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["a:1", "b:1"]}}},
        {"self_managed_event_source": [{"endpoints": {"KAFKA_BOOTSTRAP_SERVERS": "a:1,b:1"}}]},
    ),
    "access in another order": (
        {"sourceAccessConfigurations": [{"type": "B", "uRI": "b"}, {"type": "A", "uRI": "a"}]},
        {"source_access_configuration": [{"type": "A", "uri": "a"}, {"type": "B", "uri": "b"}]},
    ),
    "access in the other spelling": (
        {"sourceAccessConfigurations": [{"type": "A", "uri": "a"}]},
        {"source_access_configuration": [{"type": "A", "uri": "a"}]},
    ),
    "metrics in another order": (
        {"metricsConfig": {"metrics": ["B", "A"]}},
        {"metrics_config": [{"metrics": ["A", "B"]}]},
    ),
    "empty metrics": ({"metricsConfig": {"metrics": []}}, {"metrics_config": []}),
    "topics": ({"topics": ["b", "a"]}, {"topics": ["a", "b"]}),
    "a consumer group": (
        {"selfManagedKafkaEventSourceConfig": {"consumerGroupId": "g"}},
        {"self_managed_kafka_event_source_config": [{"consumer_group_id": "g", "schema_registry_config": []}]},
    ),
    "full documents by default": (
        {"documentDBEventSourceConfig": {"databaseName": "d"}},
        {
            "document_db_event_source_config": [
                {"database_name": "d", "collection_name": "", "full_document": "Default"}
            ]
        },
    ),
    "a moment to start at, as epoch seconds": (
        {"startingPosition": "AT_TIMESTAMP", "startingPositionTimestamp": 1767225600},
        {"starting_position": "AT_TIMESTAMP", "starting_position_timestamp": "2026-01-01T00:00:00Z"},
    ),
    "a moment to start at, localised": (
        {"startingPosition": "AT_TIMESTAMP", "startingPositionTimestamp": "Jan 1, 2026, 12:00:00 AM"},
        {"starting_position": "AT_TIMESTAMP", "starting_position_timestamp": "2026-01-01T00:00:00Z"},
    ),
    "everything as text": (
        {"batchSize": "100", "bisectBatchOnFunctionError": "false", "maximumRetryAttempts": "-1"},
        {"bisect_batch_on_function_error": False, "maximum_retry_attempts": -1},
    ),
    "the function by name": ({}, {"function_name": "orders"}),
}


@pytest.mark.parametrize(("answers", "state"), SAME.values(), ids=SAME.keys())
def test_an_answer_that_says_what_state_has_is_nothing(
    tmp_path: Path, answers: dict[str, Any], state: dict[str, Any]
) -> None:
    call = update_mapping({"batchSize": 100}, answers)
    report = check(tmp_path, [call], [mapping_state(**state), function_state()])
    assert is_silent(report), written(report)


def test_brokers_in_another_order_are_the_same_brokers(tmp_path: Path) -> None:
    state = [mapping_state(self_managed_event_source=[{"endpoints": {"KAFKA_BOOTSTRAP_SERVERS": "a:1,b:1"}}])]
    servers = {"KAFKA_BOOTSTRAP_SERVERS": ["b:1", "a:1"]}
    report = check(tmp_path, [update_mapping({}, {"selfManagedEventSource": {"endpoints": servers}})], state)
    assert is_silent(report), "the provider's plan sorts them, and AWS always answers them sorted"


def test_a_mapping_pointed_at_another_function_or_alias_is_drift(tmp_path: Path) -> None:
    arn = f"{function_arn()}:live"
    report = check(tmp_path, [update_mapping({"functionName": arn}, {"functionArn": arn})], [mapping_state()])
    assert pairs(report) == {"function_name": (function_arn(), arn)}


def test_a_mapping_is_found_by_its_uuid_alone_where_the_answer_is_missing(tmp_path: Path) -> None:
    body = without(update_mapping({"batchSize": 5}, {}), "responseElements")
    assert pairs(check(tmp_path, [body], [mapping_state()])) == {"batch_size": (100, 5)}


def test_the_same_uuid_in_another_region_is_another_mapping(tmp_path: Path) -> None:
    body = without(update_mapping({"batchSize": 5}, {}), "responseElements") | {"awsRegion": OTHER_REGION}
    assert is_silent(check(tmp_path, [body], [mapping_state()]))


def test_a_new_mapping_on_a_managed_function_is_attached_to_it(tmp_path: Path) -> None:
    finding = only(check(tmp_path, [create_mapping()], [function_state()]).findings)
    assert (finding.drift.kind, finding.drift.parent_address) == (Kind.UNMANAGED, "aws_lambda_function.orders")
    assert finding.drift.resource_id == MAPPING


def test_a_new_mapping_of_an_alias_is_attached_to_its_function(tmp_path: Path) -> None:
    call = create_mapping({"functionName": f"{function_arn()}:live"}, answers={"functionArn": f"{function_arn()}:live"})
    assert only(check(tmp_path, [call], [function_state()]).findings).drift.parent_address


def test_a_mapping_whose_function_is_gone_stays(tmp_path: Path) -> None:
    calls = [record("DeleteFunction20150331", {"functionName": "orders"}), delete_mapping(at="10:01:00")]
    report = check(tmp_path, calls, [function_state(), mapping_state()])
    notes = {finding.address: finding.drift.note for finding in report.findings}
    assert notes == {"aws_lambda_function.orders": "", "aws_lambda_event_source_mapping.queue": ""}


def test_a_mapping_changed_in_a_record_that_keeps_its_old_lower_case_key_is_found(tmp_path: Path) -> None:
    body = update_mapping({"batchSize": 5}, {"batchSize": 5})
    asked = {"uuid": MAPPING, "batchSize": 5}
    assert pairs(check(tmp_path, [body | {"requestParameters": asked}], [mapping_state()])) == {"batch_size": (100, 5)}


def test_a_queues_arn_may_differ_in_an_answer(tmp_path: Path) -> None:
    report = check(tmp_path, [update_mapping({}, {"eventSourceArn": f"{QUEUE}-2"})], [mapping_state()])
    assert pairs(report) == {"event_source_arn": (QUEUE, f"{QUEUE}-2")}
