"""One HTTP exchange with Lambda, read by Lambda's own service model (botocore's copy of it).

A member of the request lies in the URI, the query string, a header or the JSON body, as the model says:
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs, unquote

import botocore.session
from botocore.awsrequest import HeadersDict
from botocore.model import OperationModel, ServiceModel, Shape
from botocore.parsers import create_parser


@dataclass(frozen=True)
class LambdaCall:
    """A request that names one of Lambda's operations."""

    operation: OperationModel
    parameters: dict[str, Any]
    """What was sent, by API member name (``FunctionName``), in the model's types; blobs stay base64 text."""

    @property
    def api(self) -> str:
        """The public API name: ``UpdateFunctionConfiguration``."""
        name: str = self.operation.name
        return name


@dataclass(frozen=True)
class LambdaAnswer:
    """What Lambda answered to a call."""

    output: dict[str, Any]
    """By API member name, timestamps as datetimes; empty for a failed call."""
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True)
class _Route:
    method: str
    path: re.Pattern[str]
    query: Mapping[str, list[str]]
    operation: OperationModel


def read_call(method: str, raw_path: str, query: str, headers: Mapping[str, str], body: bytes) -> LambdaCall | None:
    """Read a request, its path still percent-encoded; None where no operation has that method and URI."""
    sent_query = parse_qs(query, keep_blank_values=True)
    for route in _routes():
        matched = route.path.fullmatch(raw_path) if route.method == method else None
        if matched and all(sent_query.get(name) == value for name, value in route.query.items()):
            uri = {name: unquote(value) for name, value in matched.groupdict().items()}
            return LambdaCall(route.operation, _parameters(route.operation, uri, sent_query, headers, body))
    return None


def read_answer(operation: OperationModel, status: int, headers: Mapping[str, str], body: bytes) -> LambdaAnswer:
    """Read the answer to a call of ``operation``."""
    parser = create_parser(service_model().metadata["protocol"])
    exchange = {"status_code": status, "headers": HeadersDict(headers.items()), "body": body}
    parsed = parser.parse(exchange, operation.output_shape)
    parsed.pop("ResponseMetadata", None)
    if status < 300:
        return LambdaAnswer(parsed, None, None)
    error = parsed.get("Error", {})
    return LambdaAnswer({}, str(error.get("Code") or status), str(error.get("Message") or ""))


@lru_cache(maxsize=1)
def service_model() -> ServiceModel:
    """Lambda's service model as botocore ships it."""
    return botocore.session.Session().get_service_model("lambda")


@lru_cache(maxsize=1)
def _routes() -> list[_Route]:
    routes = []
    for name in service_model().operation_names:
        operation = service_model().operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        pieces = re.split(r"\{(\w+)\}", path)
        pattern = "".join(f"(?P<{p}>[^/]+)" if i % 2 else re.escape(p) for i, p in enumerate(pieces))
        # Older SDKs end some URIs in a slash.
        routes.append(_Route(operation.http["method"], re.compile(pattern + "/?"), parse_qs(query), operation))
    # Two operations may share method and path; the one that also asks for a query string goes first.
    return sorted(routes, key=lambda route: not route.query)


def _parameters(
    operation: OperationModel,
    uri: Mapping[str, str],
    query: Mapping[str, list[str]],
    headers: Mapping[str, str],
    body: bytes,
) -> dict[str, Any]:
    shape = operation.input_shape
    if shape is None:
        return {}
    sent_body = _json_object(body)
    found: dict[str, Any] = {}
    for member, model in shape.members.items():
        location = model.serialization.get("location")
        name = model.serialization.get("name", member)
        if location == "uri":
            values = [uri[name]] if name in uri else []
        elif location == "querystring":
            values = query.get(name, [])
        elif location == "header":
            values = [headers[name]] if name in headers else []
        else:
            if sent_body.get(name) is not None:
                found[member] = _value(model, sent_body[name])
            continue
        if values and model.type_name == "list":
            found[member] = [_scalar(model.member, value) for value in values]
        elif values:
            found[member] = _scalar(model, values[0])
    return found


def _value(shape: Shape, value: Any) -> Any:
    """Give a JSON value the model's type; members unknown to the model are left out, as Lambda does."""
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {member: model.serialization.get("name", member) for member, model in shape.members.items()}
        return {m: _value(shape.members[m], value[n]) for m, n in names.items() if value.get(n) is not None}
    if shape.type_name == "list" and isinstance(value, list):
        return [_value(shape.member, item) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: _value(shape.value, item) for key, item in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return datetime.fromtimestamp(value, timezone.utc)
    return value


def _scalar(shape: Shape, text: str) -> Any:
    if shape.type_name in ("integer", "long") and re.fullmatch(r"-?\d+", text):
        return int(text)
    if shape.type_name == "boolean":
        return text.lower() == "true"
    return text


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
