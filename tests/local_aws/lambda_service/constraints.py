"""What Lambda's service model says of a request's values: ranges, lengths and enumerations.

Patterns are left out: botocore's copy of them is not what the service compares with.
"""

from __future__ import annotations

from typing import Any

from botocore.model import Shape

from tests.local_aws.lambda_service.errors import Refused


def check(shape: Shape, value: Any) -> None:
    """Refuse a request with the words of a ValidationException."""
    for name in getattr(shape, "required_members", []):
        if name not in value:
            raise _refused("null", name, "Member must not be null")
    _check_members(shape, value, "")


def _check(shape: Shape, value: Any, at: str) -> None:
    if shape.type_name == "structure" and isinstance(value, dict):
        _check_members(shape, value, at + ".")
    elif shape.type_name == "list" and isinstance(value, list):
        _check_range(shape, len(value), value, at, "length ")
        for number, item in enumerate(value):
            _check(shape.member, item, f"{at}.{number + 1}.member")
    elif isinstance(value, str):
        allowed = getattr(shape, "enum", [])
        # A runtime is newer than botocore more often than it is misspelled.
        if allowed and value not in allowed and shape.name not in ("Runtime", "RuntimeName"):
            raise _refused(value, at, f"Member must satisfy enum value set: [{', '.join(allowed)}]")
        if shape.type_name == "string":
            _check_range(shape, len(value), value, at, "length ")
    elif isinstance(value, int) and not isinstance(value, bool):
        _check_range(shape, value, value, at, "value ")


def _check_members(shape: Shape, value: dict[str, Any], prefix: str) -> None:
    for name, member in value.items():
        _check(shape.members[name], member, prefix + name[0].lower() + name[1:])


def _check_range(shape: Shape, size: int, value: Any, at: str, what: str) -> None:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        raise _refused(value, at, f"Member must have {what}greater than or equal to {least}")
    if most is not None and size > most:
        raise _refused(value, at, f"Member must have {what}less than or equal to {most}")


def _refused(value: Any, at: str, constraint: str) -> Refused:
    said = f"1 validation error detected: Value '{value}' at '{at}' failed to satisfy constraint: {constraint}"
    return Refused("ValidationException", said)
