"""How a caller names a function: by name, partial ARN or ARN, each with or without ``:qualifier``.

Forms: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, FunctionName
"""

from __future__ import annotations

import re
from urllib.parse import quote

from tests.local_aws.lambda_call import LambdaCall


def split_function_name(function: str) -> tuple[str, str | None]:
    """Split a function's name, partial ARN or ARN into bare name and qualifier (None where it has none)."""
    matched = re.fullmatch(r"(?:.*:function:|\d{12}:)?([^:]+)(?::([^:]+))?", function)
    return (matched[1], matched[2]) if matched else (function, None)


def with_bare_function_name(call: LambdaCall, raw_path: str, query: str) -> tuple[str, str]:
    """Rewrite a URI so that its function is named by its bare name.

    moto splits partial ARNs wrongly and routes no ``$LATEST``. Returns the percent-encoded path and the query
    string.
    """
    said = call.parameters.get("FunctionName")
    if not isinstance(said, str) or "{FunctionName}" not in call.operation.http["requestUri"]:
        return raw_path, query
    name, qualifier = split_function_name(said)
    segments = raw_path.split("/")
    position = call.operation.http["requestUri"].split("/").index("{FunctionName}")
    if qualifier and "Qualifier" in call.operation.input_shape.members:
        if "Qualifier" not in call.parameters:
            query = "&".join(filter(None, [query, "Qualifier=" + quote(qualifier)]))
    elif qualifier and qualifier != "$LATEST":
        name = f"{name}:{qualifier}"
    segments[position] = name
    return "/".join(segments), query
