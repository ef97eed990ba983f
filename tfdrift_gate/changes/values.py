"""API values read into Terraform's types: numbers are numbers, sets are lists, a state text is a boolean.

Records pass through many hands: numbers and booleans may arrive as strings, a list as an object with
numbered keys. Each reader takes what can be meant and raises ValueError for the rest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.changes.members import Members, items
from tfdrift_gate.instant import iso, parse_instant
from tfdrift_gate.model import WITHHELD

_EXACT = 2**53
"""Up to here a float holds every whole number, so that reading an int as one changes nothing."""


class NotTold(Exception):
    """The member is there but does not tell the value (a mapping that is just ``Updating``)."""


def read_value(value: Any, attribute: Attribute) -> Any:
    """Read an API value into Terraform's type; None stays None.

    Raises ValueError where it cannot be of that type, :class:`NotTold` where it does not tell.
    """
    if value is None:
        return None
    if attribute.withheld:
        if attribute.withheld == "values" and isinstance(value, Mapping) and not value:
            return WITHHELD
        if attribute.withheld == "empty" and value == "":
            raise NotTold
    if attribute.as_ == "records":
        return _records(value, attribute)
    return _READERS[attribute.as_](value)


def string(value: Any) -> str:
    """Read a text; numbers are texts too."""
    if value.__class__ is str or isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(int(value) if isinstance(value, float) and value.is_integer() else value)
    raise ValueError("not a string")


def number(value: Any) -> int | float:
    """Read a number, also from a text; a whole one is an int."""
    if value.__class__ is int and -_EXACT <= value <= _EXACT:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError("not a number")
    try:
        found = float(value)
    except OverflowError:
        raise ValueError("not a number of any use") from None
    except ValueError:  # its own words would quote the value
        raise ValueError("not a number") from None
    if not math.isfinite(found):
        raise ValueError("not a number")
    return int(found) if found.is_integer() else found


def boolean(value: Any) -> bool:
    """Read a boolean, also from a text."""
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


def _strings(value: Any) -> list[str]:
    found = [] if value == {} else items(value)
    if found is None:
        raise ValueError("not a list")
    return [string(item) for item in found]


def _set(value: Any) -> list[str]:
    # Sorted, as Terraform keeps sets: the same drift reads the same, in whatever order an answer lists it.
    return sorted(set(_strings(value)))


def _filters(value: Any) -> list[dict[str, Any]]:
    filters = items(Members(value).get("filters"))
    if filters is None:
        raise ValueError("not filter criteria")
    patterns = [{"pattern": string(Members(item).get("pattern"))} for item in filters]
    return [{"filter": patterns}] if patterns else []


def _map(value: Any) -> Mapping[Any, Any]:
    if not isinstance(value, Mapping):
        raise ValueError("not a map")
    return value


def _weights(value: Any) -> dict[str, int | float]:
    return {str(version): number(weight) for version, weight in _map(value).items()}


def _tags(value: Any) -> dict[str, str]:
    return {str(key): string(text) for key, text in _map(value).items()}


def _endpoints(value: Any) -> dict[str, str]:
    # Terraform keeps a list of hosts as one text with commas.
    return {
        str(kind): hosts if isinstance(hosts, str) else ",".join(_strings(hosts)) for kind, hosts in _map(value).items()
    }


def _records(value: Any, attribute: Attribute) -> list[dict[str, Any]]:
    found = [] if value == {} else items(value)
    if found is None:
        raise ValueError("not a list")
    read = []
    for item in found:
        members = Members(item)
        values = {name: members.get(member.lower()) for name, member in attribute.items.items()}
        if all(inner is None for inner in values.values()):
            raise ValueError("not a list of objects")
        read.append({name: _item(inner, name in attribute.numbers) for name, inner in values.items()})
    return read


def _item(value: Any, is_number: bool) -> Any:
    if value is None:
        return None
    return number(value) if is_number else string(value)


def _version(value: Any) -> str:
    text = string(value)
    if text.startswith("$"):
        raise NotTold
    return text


def _instant(value: Any) -> str:
    try:
        if isinstance(value, (int, float)):
            return iso(datetime.fromtimestamp(value, timezone.utc))
        text = string(value)
        try:
            return iso(parse_instant(text))
        except ValueError:
            # NOTE: records print instants as Java does for en_US: "May 9, 2024, 9:05:41 PM".
            return iso(datetime.strptime(text, "%b %d, %Y, %I:%M:%S %p").replace(tzinfo=timezone.utc))
    except (ValueError, OverflowError, OSError):
        raise NotTold from None


def _document(value: Any) -> str:
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else string(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "string": string,
    "number": number,
    "boolean": boolean,
    "set": _set,
    "list": _strings,
    "json": _document,
    "policy": _document,
    "function": string,
    "layer": string,
    "last": string,
    "principal": string,
    "enabled": _enabled,
    "filters": _filters,
    "weights": _weights,
    "endpoints": _endpoints,
    "version": _version,
    "instant": _instant,
    "tags": _tags,
}
