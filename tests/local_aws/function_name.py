"""How a caller names a function: by name, partial ARN or ARN, each with or without ``:qualifier``.

Forms: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html, FunctionName
"""

from __future__ import annotations

import re


def split_function_name(function: str) -> tuple[str, str | None]:
    """Split a function's name, partial ARN or ARN into bare name and qualifier (None where it has none)."""
    matched = re.fullmatch(r"(?:.*:function:|\d{12}:)?([^:]+)(?::([^:]+))?", function)
    return (matched[1], matched[2]) if matched else (function, None)


def account_and_region(function: str) -> tuple[str | None, str | None]:
    """Tell what account and region a function's name says; None for what it leaves open."""
    matched = re.match(r"(?:arn:[^:]+:lambda:([^:]+):)?(\d{12}):", function)
    return (matched[2], matched[1]) if matched else (None, None)
