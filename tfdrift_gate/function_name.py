"""The forms in which callers name a Lambda function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FunctionName:
    """A function's name taken apart; what the caller left out is None."""

    name: str
    qualifier: str | None = None
    account: str | None = None
    region: str | None = None


def parse_function_name(text: str) -> FunctionName:
    """Take apart a name, a partial ARN or a full ARN, each with or without ``:qualifier``.

    ``requestParameters.functionName`` is whatever the caller sent. Forms:
    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html (FunctionName). Text in none of
    these forms is taken as a name, so that it can match nothing else.
    """
    parts = text.split(":")
    if parts[0] == "arn" and len(parts) >= 7 and parts[5] == "function":
        return FunctionName(parts[6], _qualifier(parts[7:]), parts[4] or None, parts[3] or None)
    if len(parts) >= 3 and parts[1] == "function":
        return FunctionName(parts[2], _qualifier(parts[3:]), parts[0] or None)
    if len(parts) >= 2 and parts[0] == "function":
        return FunctionName(parts[1], _qualifier(parts[2:]))
    if len(parts) == 2:
        return FunctionName(parts[0], _qualifier(parts[1:]))
    return FunctionName(text)


def _qualifier(rest: list[str]) -> str | None:
    return rest[0] if len(rest) == 1 and rest[0] else None
