"""Event source mappings in moto's Lambda.

Each public function takes the place of the method of moto that :mod:`moto_lambda` names, with its signature.
"""

from __future__ import annotations

import json
import time
from typing import Any

from moto.awslambda.exceptions import GenericResourcNotFound
from moto.awslambda.models import EventSourceMapping, LambdaBackend
from moto.awslambda.responses import LambdaResponse

from tests.local_aws.function_name import split_function_name

_init_mapping = EventSourceMapping.__init__
_update_mapping = LambdaBackend.update_event_source_mapping
_delete_mapping = LambdaBackend.delete_event_source_mapping
_answer_create_mapping = LambdaResponse.create_event_source_mapping
_answer_update_mapping = LambdaResponse.update_event_source_mapping


def init_mapping(self: Any, spec: dict[str, Any]) -> None:
    """Make an event source mapping out of a CreateEventSourceMapping request."""
    _init_mapping(self, spec)
    self.function_arn = _qualified(self.function_arn, spec["FunctionName"])
    self.last_modified = time.time()


def list_mappings(self: Any, event_source_arn: str | None, function_name: str | None) -> list[Any]:
    """Return the mappings of a source, of a function however it is named, or all."""
    wanted = split_function_name(function_name)[0] if function_name else None
    return [
        mapping
        for mapping in self._event_source_mappings.values()
        if event_source_arn in (None, mapping.event_source_arn)
        and wanted in (None, split_function_name(mapping.function_arn)[0])
    ]


def update_mapping(self: Any, uuid: str, spec: dict[str, Any]) -> Any:
    """Change the fields of a mapping that ``spec`` has."""
    mapping = _update_mapping(self, uuid, spec)
    if mapping is None:
        raise GenericResourcNotFound
    if not (mapping.filter_criteria or {}).get("Filters"):
        mapping.filter_criteria = None
    if "FunctionName" in spec:
        mapping.function_name = spec["FunctionName"]
        mapping.function_arn = _qualified(mapping.function_arn, spec["FunctionName"])
    mapping.last_modified = time.time()
    return mapping


def delete_mapping(self: Any, uuid: str) -> Any:
    """Remove a mapping and return it."""
    mapping = _delete_mapping(self, uuid)
    if mapping is None:
        raise GenericResourcNotFound
    return mapping


def answer_create_mapping(self: Any) -> tuple[int, dict[str, Any], str]:
    """Answer CreateEventSourceMapping."""
    return _with_state(_answer_create_mapping(self), "Creating")


def answer_update_mapping(self: Any) -> tuple[int, dict[str, Any], str]:
    """Answer UpdateEventSourceMapping."""
    before = self.backend.get_event_source_mapping(self.path.split("/")[-1])
    enabled = self.json_body.get("Enabled")
    switched = before is not None and enabled not in (None, before.enabled)
    answer = _answer_update_mapping(self)
    if not switched:
        return _with_state(answer, "Updating")
    return _with_state(answer, "Enabling" if enabled else "Disabling")


def _qualified(arn: str, function: str) -> str:
    """Give the ARN of a function or one of its versions the qualifier that ``function`` was named with."""
    unqualified = ":".join(arn.split(":")[:7])
    qualifier = split_function_name(function)[1]
    return f"{unqualified}:{qualifier}" if qualifier else unqualified


def _with_state(answer: tuple[int, dict[str, Any], str], state: str) -> tuple[int, dict[str, Any], str]:
    status, headers, body = answer
    return status, headers, json.dumps(json.loads(body) | {"State": state})
