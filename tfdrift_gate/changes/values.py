"""API values read into Terraform's types: numbers are numbers, sets are lists, a state text is a boolean.

Records pass through many hands: numbers and booleans may arrive as strings, a list as an object with
numbered keys. Each reader takes what can be meant and raises ValueError for the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.model import WITHHELD


class NotTold(Exception):
    """The member is there but does not tell the value (a mapping that is just ``Updating``)."""


def member(body: Mapping[str, Any] | None, name: str) -> Any:
    """Look a member up in CloudTrail's spelling, whatever the case of its letters; None where absent.

    NOTE: CloudTrail lowers only the first letter (``uUID``, ``kMSKeyArn``); tools that re-write records
    spell it their own way.
    """
    if not isinstance(body, Mapping):
        return None
    if name in body:
        return body[name]
    lowered = name.lower()
    return next((value for key, value in body.items() if str(key).lower() == lowered), None)


def at(body: Mapping[str, Any] | None, path: str) -> Any:
    """Look a dotted path up; ``layers[].arn`` takes ``arn`` of each item, ``[0]`` the first. None where absent."""
    value: Any = body
    steps = path.split(".")
    for position, step in enumerate(steps):
        if step.endswith("[]"):
            items = _items(member(value, step[:-2]))
            rest = ".".join(steps[position + 1 :])
            return None if items is None else [at(item, rest) if isinstance(item, Mapping) else item for item in items]
        if step.endswith("[0]"):
            items = _items(member(value, step[:-3]))
            value = items[0] if items else None
        else:
            value = member(value, step)
        if value is None:
            return None
    return value


def read_value(value: Any, attribute: Attribute) -> Any:
    """Read an API value into Terraform's type; None stays None.

    Raises ValueError where it cannot be of that type, :class:`NotTold` where it does not tell.
    """
    if value is None:
        return None
    if attribute.withheld == "values" and isinstance(value, Mapping) and not value:
        return WITHHELD
    if attribute.withheld == "empty" and value == "":
        raise NotTold
    return _READERS[attribute.as_](value)


def _string(value: Any) -> str:
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise ValueError("not a string")


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a number")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("not a number of any use") from None
    if not math.isfinite(number):
        raise ValueError("not a number")
    return int(number) if number.is_integer() else number


def _boolean(value: Any) -> bool:
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise ValueError("not a boolean")


def _enabled(value: Any) -> bool:
    # NOTE: https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html (State)
    text = str(value).lower()
    if text in ("true", "enabled", "enabling"):
        return True
    if text in ("false", "disabled", "disabling"):
        return False
    raise NotTold


def _items(value: Any) -> list[Any] | None:
    if isinstance(value, Mapping) and all(str(key).isdigit() for key in value):
        return [value[key] for key in sorted(value, key=lambda key: int(str(key)))]
    return value if isinstance(value, list) else None


def _strings(value: Any) -> list[str]:
    items = _items(value)
    if items is None:
        raise ValueError("not a list")
    return [_string(item) for item in items]


def _filters(value: Any) -> list[dict[str, Any]]:
    filters = _items(member(value, "filters"))
    if filters is None:
        raise ValueError("not filter criteria")
    patterns = [{"pattern": _string(at(item, "pattern"))} for item in filters]
    return [{"filter": patterns}] if patterns else []


def _weights(value: Any) -> dict[str, int | float]:
    if not isinstance(value, Mapping):
        raise ValueError("not a map of weights")
    return {str(version): _number(weight) for version, weight in value.items()}


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "string": _string,
    "number": _number,
    "boolean": _boolean,
    "set": _strings,
    "list": _strings,
    "json": _string,
    "function": _string,
    "principal": _string,
    "enabled": _enabled,
    "filters": _filters,
    "weights": _weights,
}
