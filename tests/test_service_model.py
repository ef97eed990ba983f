"""The catalogue against AWS's own description of Lambda, as botocore ships it: no call and no member is unheard of."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from tests.changes.test_interpret import RECORDS
from tfdrift_gate.catalog import EventEntry, load_catalog
from tfdrift_gate.changes.interpret import interpret
from tfdrift_gate.model import Effect, RawRecord, Record
from tfdrift_gate.records.record import read_record

LAMBDA = "lambda.amazonaws.com"
CATALOG = load_catalog()
MODEL = ServiceModel(Loader().load_service_model("lambda", "service-2"))

NO_ATTRIBUTE = "the API has it; Terraform's provider (6.x) has no attribute for it"
NOT_TERRAFORMS: dict[str, dict[str, str]] = {
    "aws_lambda_function": {
        "fileSystemConfigs.s3FilesConfig.directS3Read": NO_ATTRIBUTE,
        "durableConfig.kMSKeyArn": NO_ATTRIBUTE,
        "runtimeConfig.runtimeArn": NO_ATTRIBUTE,
        "runtimeConfig.runtimeAlias": NO_ATTRIBUTE,
        "acceleratorConfig.acceleratorMemorySize": NO_ATTRIBUTE,
    },
    "aws_lambda_event_source_mapping": {
        "loggingConfig.systemLogLevel": NO_ATTRIBUTE,
        "destinationConfig.onSuccess.destination": NO_ATTRIBUTE,
        "selfManagedKafkaEventSourceConfig.consumptionMode": NO_ATTRIBUTE,
    },
    "aws_lambda_capacity_provider": {
        "propagateTags.mode": NO_ATTRIBUTE,
        "propagateTags.explicitTags": NO_ATTRIBUTE,
        "telemetryConfig.loggingConfig.systemLogLevel": NO_ATTRIBUTE,
        "telemetryConfig.loggingConfig.logGroup": NO_ATTRIBUTE,
    },
}
"""By resource type: members that no attribute stands for. A call with one is reported as not wholly understood."""

ENTRIES = [
    entry
    for (source, api), entries in CATALOG.events.items()
    if source == LAMBDA and api in MODEL.operation_names
    for entry in entries
    if entry.effect is not Effect.DELETE
]
each_entry = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: f"{entry.api} {entry.resource.type}")


def as_recorded(member: str) -> str:
    """CloudTrail's spelling of a member: only the first letter lowered."""
    return member[:1].lower() + member[1:]


def members(shape: Shape | None) -> Iterator[tuple[str, ...]]:
    """Every member that holds a value, as the path to it."""
    if shape is not None and shape.type_name == "list":
        yield from members(shape.member)
    elif shape is not None and shape.type_name == "structure":
        for name, inner in shape.members.items():
            below = list(members(inner))
            yield from ((as_recorded(name), *path) for path in below or [()])


def is_understood(path: tuple[str, ...], entry: EventEntry) -> bool:
    known: Any = entry.understood
    for name in path:
        if known is None:
            return True
        if name.lower() not in known:
            return False
        known = known[name.lower()]
    return True


@cache
def strangers(entry_api: str, resource_type: str) -> frozenset[str]:
    """The members of a call's request that no attribute of the resource type stands for."""
    entry = next(entry for entry in ENTRIES if (entry.api, entry.resource.type) == (entry_api, resource_type))
    shape = MODEL.operation_model(entry_api).input_shape
    return frozenset(".".join(path) for path in members(shape) if not is_understood(path, entry))


def request_with(path: list[str], shape: Any) -> Any:
    """A request that has that one member, in lists where the API has lists."""
    if shape.type_name == "list":
        return [request_with(path, shape.member)]
    if not path:
        return "x"
    name = next(name for name in shape.members if as_recorded(name) == path[0])
    return {path[0]: request_with(path[1:], shape.members[name])}


def test_the_model_is_read() -> None:
    assert len(MODEL.operation_names) > 60
    assert len(ENTRIES) > 25


@pytest.mark.parametrize("api", [name for name in MODEL.operation_names if not name.startswith(("Get", "List"))])
def test_every_call_that_may_change_something_is_understood_or_known_to_leave_no_trace(api: str) -> None:
    assert (LAMBDA, api) in CATALOG.events or (LAMBDA, api) in CATALOG.without_effect


@pytest.mark.parametrize("api", sorted(api for _, api in CATALOG.events))
def test_every_call_of_the_catalogue_is_one_of_the_models(api: str) -> None:
    newer = {"PutResourcePolicy", "DeleteResourcePolicy"}  # of July 2026: an older botocore has them not
    assert api in MODEL.operation_names or api in newer


@each_entry
def test_every_member_of_a_call_is_understood_or_named_here_with_its_reason(entry: EventEntry) -> None:
    named = NOT_TERRAFORMS.get(entry.resource.type, {})
    assert strangers(entry.api, entry.resource.type) <= set(named)


@pytest.mark.parametrize("resource_type", NOT_TERRAFORMS)
def test_nothing_is_named_here_that_has_come_to_be_understood(resource_type: str) -> None:
    calls = [entry.api for entry in ENTRIES if entry.resource.type == resource_type]
    in_model = {".".join(path) for api in calls for path in members(MODEL.operation_model(api).input_shape)}
    unknown = {name for api in calls for name in strangers(api, resource_type)}
    assert unknown == set(NOT_TERRAFORMS[resource_type]) & in_model


@pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if strangers(entry.api, entry.resource.type)],
    ids=lambda entry: entry.api,
)
def test_a_call_that_uses_such_a_member_is_reported_as_not_wholly_understood(entry: EventEntry) -> None:
    shape = MODEL.operation_model(entry.api).input_shape
    body = RECORDS[entry.api][0]
    for name in sorted(strangers(entry.api, entry.resource.type)):
        request = body["requestParameters"] | request_with(name.split("."), shape)
        record = read_record(RawRecord("here", body | {"requestParameters": request}), CATALOG.event_sources)
        assert isinstance(record, Record)
        reported = [skip.detail.split(":")[0] for skip in interpret(record, CATALOG).skipped]
        assert len(reported) == 1
        assert name.startswith(reported[0]), "as far as the path is known"
