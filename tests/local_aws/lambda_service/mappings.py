"""Event source mappings: what reads from a queue, stream or topic and calls a function.

Defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

import re
import uuid
from datetime import datetime
from typing import Any

from moto.dynamodbstreams.models import dynamodbstreams_backends
from moto.kinesis.models import kinesis_backends
from moto.sqs.models import sqs_backends

from tests.local_aws.function_name import split_function_name
from tests.local_aws.lambda_service.errors import Refused, conflict, invalid, not_found
from tests.local_aws.lambda_service.state import Region, without_none

_STREAM = {
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 0,
    "ParallelizationFactor": 1,
    "DestinationConfig": {"OnFailure": {}},
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "MaximumRetryAttempts": -1,
    "TumblingWindowInSeconds": 0,
    "FunctionResponseTypes": [],
    "LastProcessingResult": "No records processed",
}
_DEFAULTS = {
    "sqs": {"BatchSize": 10, "MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []},
    "kinesis": _STREAM,
    "dynamodb": _STREAM,
}
"""By the service that is read from, as its ARN names it."""
_OTHER = {"BatchSize": 100, "LastProcessingResult": "No records processed"}
_CONSUMERS = {
    "kafka": "AmazonManagedKafkaEventSourceConfig",
    "self-managed": "SelfManagedKafkaEventSourceConfig",
}
"""Where a reader of topics has the id of its group, its own UUID unless it was given another."""
_NOT_SHOWN = {"Enabled", "FunctionName", "Tags", "UUID"}
_EMPTY_REMOVES = {
    "FilterCriteria",
    "KMSKeyArn",
    "LoggingConfig",
    "MetricsConfig",
    "ProvisionedPollerConfig",
    "ScalingConfig",
    "SourceAccessConfigurations",
}


def create_event_source_mapping(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a function read from a source."""
    source = sent.get("EventSourceArn")
    kind = source.split(":")[2] if source else "self-managed"
    function = _function_arn(region, sent["FunctionName"])
    if source:
        _check_source(region, source, kind)
        _check_only_one(region, source, function)
    if kind in ("kinesis", "dynamodb") and "StartingPosition" not in sent:
        raise invalid("1 validation error detected: Value null at 'startingPosition': Member must not be null.")
    identity = str(uuid.uuid4())
    before: dict[str, Any] = {
        "UUID": identity,
        "EventSourceMappingArn": region.arn(f"event-source-mapping:{identity}"),
        "StateTransitionReason": "USER_INITIATED" if kind == "sqs" else "User action",
        **_DEFAULTS.get(kind, _OTHER),
    }
    if kind in _CONSUMERS:
        before[_CONSUMERS[kind]] = {"ConsumerGroupId": identity}
    configuration = _changed(before, sent, function, now)
    mapping = {
        "configuration": configuration,
        "enabled": sent.get("Enabled", True),
        "tags": dict(sent.get("Tags", {})),
    }
    region.mappings[identity] = mapping
    return configuration | {"State": "Creating"}


def get_event_source_mapping(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a mapping."""
    return _shown(_mapping(region, sent))


def list_event_source_mappings(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List the mappings of a source, of a function however it is named, or all."""
    source, wanted = sent.get("EventSourceArn"), split_function_name(sent.get("FunctionName", ""))[0]
    found = [_shown(mapping) for mapping in region.mappings.values()]
    return {
        "EventSourceMappings": [
            each
            for each in found
            if source in (None, each.get("EventSourceArn"))
            and wanted in ("", split_function_name(each["FunctionArn"])[0])
        ]
    }


def update_event_source_mapping(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent."""
    mapping = _mapping(region, sent)
    before = mapping["configuration"]
    function = _function_arn(region, sent["FunctionName"]) if "FunctionName" in sent else before["FunctionArn"]
    after = _changed(before, sent, function, now)
    state = "Updating"
    if sent.get("Enabled") not in (None, mapping["enabled"]):
        state = "Enabling" if sent["Enabled"] else "Disabling"
        mapping["enabled"] = sent["Enabled"]
    mapping["configuration"] = after
    return after | {"State": state}


def delete_event_source_mapping(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Stop reading from a source."""
    mapping = _mapping(region, sent)
    del region.mappings[sent["UUID"]]
    configuration: dict[str, Any] = mapping["configuration"]
    return configuration | {"State": "Deleting"}


def _mapping(region: Region, sent: dict[str, Any]) -> dict[str, Any]:
    if sent["UUID"] not in region.mappings:
        raise not_found()
    return region.mappings[sent["UUID"]]


def _shown(mapping: dict[str, Any]) -> dict[str, Any]:
    configuration: dict[str, Any] = mapping["configuration"]
    return configuration | {"State": "Enabled" if mapping["enabled"] else "Disabled"}


def _changed(before: dict[str, Any], sent: dict[str, Any], function: str, now: datetime) -> dict[str, Any]:
    after = before | {member: value for member, value in sent.items() if member not in _NOT_SHOWN}
    for member in _EMPTY_REMOVES & set(sent):
        value = sent[member]
        if not value or value in ({"Filters": []}, {"Metrics": []}):
            after[member] = None
    if sent.get("DestinationConfig") == {}:
        after["DestinationConfig"] = {"OnFailure": {}}
    _check_numbers(after)
    return without_none(after | {"FunctionArn": function, "LastModified": now})


def _check_numbers(mapping: dict[str, Any]) -> None:
    source = str(mapping.get("EventSourceArn"))
    size, window = mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds", 0)
    if source.endswith(".fifo") and (size > 10 or window):
        raise invalid("A queue that keeps its order takes at most 10 messages a batch and no batching window.")
    if ":sqs:" in source and size > 10 and window < 1:
        raise invalid("Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10")


def _function_arn(region: Region, said: str) -> str:
    try:
        return region.target({"FunctionName": said}).arn
    except Refused as refused:
        if refused.status != 404:
            raise
        raise invalid("Function does not exist") from refused


def _check_only_one(region: Region, source: str, function: str) -> None:
    for identity, mapping in region.mappings.items():
        there = mapping["configuration"]
        if (there.get("EventSourceArn"), there["FunctionArn"]) == (source, function):
            raise conflict(
                f'The event source arn (" {source} ") and function (" {split_function_name(function)[0]} ") provided '
                f"mapping already exists. Please update or delete the existing mapping with UUID {identity}"
            )


def _check_source(region: Region, arn: str, kind: str) -> None:
    """Refuse a queue or stream of this account and region that moto does not have; others are believed."""
    matched = re.fullmatch(r"arn:[^:]+:[^:]+:([^:]*):([^:]*):.+", arn)
    if matched is None:
        raise invalid(f"Invalid event source arn: {arn}")
    if matched.groups() != (region.name, region.account) or kind not in _SOURCES:
        return
    if not _SOURCES[kind](region, arn):
        raise invalid(f"The event source does not exist: {arn}")


def _queue(region: Region, arn: str) -> bool:
    queues = sqs_backends[region.account][region.name].queues.values()
    return any(queue.queue_arn == arn for queue in queues)


def _stream(region: Region, arn: str) -> bool:
    backend = kinesis_backends[region.account][region.name]
    return any(stream.arn == arn for stream in backend.streams.values())


def _table_stream(region: Region, arn: str) -> bool:
    backend = dynamodbstreams_backends[region.account][region.name]
    return any(stream["StreamArn"] == arn for stream in backend.list_streams())


_SOURCES = {"sqs": _queue, "kinesis": _stream, "dynamodb": _table_stream}
