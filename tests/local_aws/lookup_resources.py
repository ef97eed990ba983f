"""The ``Resources`` that LookupEvents puts beside a Lambda record.

Which calls have any, and of what type, was seen in answers of the live service: a bare function name for
most, the alias ARN for CreateAlias and UpdateAlias, the alias name and the function for DeleteAlias, an ARN
without a type for tag calls, nothing for the rest, reads and most failures included.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.local_aws.function_name import split_function_name

_FUNCTION = "AWS::Lambda::Function"
_ALIAS = "AWS::Lambda::Alias"

_NAMES_FUNCTION = frozenset(
    {
        "AddPermission",
        "CreateFunction",
        "DeleteFunction",
        "DeleteFunctionConcurrency",
        "PutFunctionConcurrency",
        "PutFunctionEventInvokeConfig",
        "RemovePermission",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    }
)
_EVEN_WHEN_FAILED = frozenset({"AddPermission", "PutFunctionEventInvokeConfig", "RemovePermission"})


def lookup_resources(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """List a record's resources as LookupEvents does: ``{"ResourceType"?, "ResourceName"}``; [] for none."""
    if record.get("eventSource") != "lambda.amazonaws.com":
        return []
    api = re.sub(r"20\d{6}(v\d+)?$", "", str(record.get("eventName")))
    request, response = (_object(record.get(key)) for key in ("requestParameters", "responseElements"))
    if record.get("errorCode") and api not in _EVEN_WHEN_FAILED:
        return []
    if api in ("TagResource", "UntagResource"):
        return _named(None, request.get("resource"))
    if api in ("CreateAlias", "UpdateAlias"):
        return _named(_ALIAS, response.get("aliasArn"))
    function = request.get("functionName")
    name = split_function_name(function)[0] if isinstance(function, str) else None
    if api == "DeleteAlias":
        return _named(_ALIAS, request.get("name")) + _named(_FUNCTION, name)
    return _named(_FUNCTION, name) if api in _NAMES_FUNCTION else []


def _named(kind: str | None, name: Any) -> list[dict[str, str]]:
    if not isinstance(name, str):
        return []
    return [{"ResourceType": kind, "ResourceName": name} if kind else {"ResourceName": name}]


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
