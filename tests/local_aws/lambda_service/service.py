"""Lambda as a whole: takes a call, finds its account and region, answers in the API's JSON."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from botocore import xform_name
from botocore.model import Shape
from werkzeug.wrappers import Response

from tests.local_aws.lambda_call import LambdaCall, service_model
from tests.local_aws.lambda_service import (
    aliases,
    capacity_providers,
    code_signing,
    concurrency,
    functions,
    invocations,
    invoke_configs,
    layers,
    mappings,
    policies,
    settings,
    tags,
    urls,
)
from tests.local_aws.lambda_service.constraints import check
from tests.local_aws.lambda_service.errors import Refused
from tests.local_aws.lambda_service.state import Region

_MODULES = (
    functions,
    aliases,
    policies,
    urls,
    invoke_configs,
    concurrency,
    settings,
    mappings,
    layers,
    code_signing,
    capacity_providers,
    tags,
    invocations,
)

Operation = Callable[[Region, dict[str, Any], datetime], dict[str, Any]]


@lru_cache(maxsize=1)
def operations() -> dict[str, Operation]:
    """Return the operations there are, by API name."""
    found: dict[str, Operation] = {}
    for name in service_model().operation_names:
        for module in _MODULES:
            if function := getattr(module, xform_name(name), None):
                found[name] = function
    return found


class LambdaService:
    """Every account's Lambda in every region. One call at a time: whoever calls keeps to that."""

    def __init__(self) -> None:
        self.regions: dict[tuple[str, str], Region] = {}
        """By account and region; all the state there is."""

    def answer(self, call: LambdaCall, account: str, region: str, now: datetime) -> Response:
        """Answer a call of an operation that is one of :func:`operations`."""
        held = self.regions.setdefault((account, region), Region(account, region))
        try:
            if call.operation.input_shape:
                check(call.operation.input_shape, call.parameters)
            answer = operations()[call.api](held, call.parameters, now)
        except Refused as refused:
            return error_answer(refused.status, refused.code, str(refused))
        except Exception as error:
            traceback.print_exc(file=sys.stderr)
            return error_answer(500, "ServiceException", f"the local AWS failed: {error!r}")
        return _written(call, answer)

    def clear(self) -> None:
        """Forget everything."""
        self.regions.clear()


def error_answer(status: int, code: str, message: str) -> Response:
    """Write an error as AWS's JSON protocols do."""
    kind = "User" if status < 500 else "Service"
    answer = Response(json.dumps({"Type": kind, "message": message, "Message": message}), status)
    answer.content_type = "application/json"
    answer.headers["x-amzn-ErrorType"] = code
    return answer


def _written(call: LambdaCall, answer: dict[str, Any]) -> Response:
    shape = call.operation.output_shape
    status = call.operation.http.get("responseCode", 200)
    if shape is None or status == 204:
        return Response("", status)
    headers: dict[str, str] = {}
    body: Any = {}
    for name, value in answer.items():
        member = shape.members.get(name)
        if member is None:
            continue  # a member that this botocore does not know
        place = member.serialization.get("location")
        if place in ("header", "headers"):
            headers[member.serialization["name"]] = str(value)
        elif shape.serialization.get("payload") == name:
            body = value
        else:
            body[member.serialization.get("name", name)] = _json(member, value)
    content = body if isinstance(body, bytes) else json.dumps(body)
    return Response(content, status, headers=headers, content_type="application/json")


def _json(shape: Shape, value: Any) -> Any:
    if shape.type_name == "structure":
        known = {name: shape.members[name] for name in value if name in shape.members}
        return {member.serialization.get("name", name): _json(member, value[name]) for name, member in known.items()}
    if shape.type_name == "list":
        return [_json(shape.member, item) for item in value]
    if shape.type_name == "map":
        return {key: _json(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.timestamp()
    return value
