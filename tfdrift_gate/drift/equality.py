"""When two values are the same, as the AWS provider sees it.

Numbers by value; sets without order; null, ``""``, ``[]``, an absent block and the API's default alike;
JSON by meaning; a name and an ARN of the same function alike; an account and its root ARN alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.function_name import parse_function_name
from tfdrift_gate.model import ResourceKey

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def at_path(attributes: Mapping[str, Any], path: str) -> Any:
    """Look an attribute path (``vpc_config[0].subnet_ids``) up in state's attributes; None where absent."""
    value: Any = attributes
    for name, position in _STEP.findall(path):
        if name:
            value = value.get(name) if isinstance(value, Mapping) else None
        else:
            value = value[int(position)] if isinstance(value, list) and int(position) < len(value) else None
    return value


def believes(attributes: Mapping[str, Any], path: str) -> bool:
    """Tell whether state holds the attribute at all: an older provider's state may lack it."""
    return path.split("[")[0].split(".")[0] in attributes


def is_unset(value: Any, attribute: Attribute) -> bool:
    """Tell whether a value means that the attribute is not set."""
    if isinstance(value, list) and all(item in _EMPTY for item in value):
        return True
    return value in _EMPTY or (attribute.unset is not None and _same(value, attribute.unset, attribute, None))


def equal(one: Any, other: Any, attribute: Attribute, key: ResourceKey) -> bool:
    """Tell whether two values of an attribute of the resource ``key`` are the same to the provider."""
    if is_unset(one, attribute) or is_unset(other, attribute):
        return is_unset(one, attribute) and is_unset(other, attribute)
    return _same(one, other, attribute, key)


def _same(one: Any, other: Any, attribute: Attribute, key: ResourceKey | None) -> bool:
    canonical = _CANONICAL.get(attribute.as_, _plain)
    try:
        return bool(canonical(one, key) == canonical(other, key))
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError, RecursionError):
        # A value of a shape that no such attribute has is equal only to itself.
        return bool(one == other)


def _plain(value: Any, _: ResourceKey | None) -> Any:
    return value


def _number(value: Any, _: ResourceKey | None) -> float:
    return float(value)


def _boolean(value: Any, _: ResourceKey | None) -> str:
    return str(value).lower()


def _set(value: Any, _: ResourceKey | None) -> list[str]:
    return sorted({str(item) for item in value})


def _json(value: Any, _: ResourceKey | None) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _function(value: Any, key: ResourceKey | None) -> tuple[str | None, ...]:
    named = parse_function_name(str(value))
    account = named.account or (key.account if key else None)
    region = named.region or (key.region if key else None)
    qualifier = None if named.qualifier == "$LATEST" else named.qualifier
    return account, region, named.name, qualifier


def _principal(value: Any, _: ResourceKey | None) -> str:
    found = _ROOT.fullmatch(str(value))
    return found[1] if found else str(value)


def _filters(value: Any, _: ResourceKey | None) -> list[str]:
    patterns = [item["pattern"] for block in value for item in block.get("filter") or ()]
    return sorted(json.dumps(json.loads(pattern), sort_keys=True) for pattern in patterns)


def _weights(value: Any, _: ResourceKey | None) -> dict[str, float]:
    return {str(version): float(weight) for version, weight in value.items()}


_CANONICAL: Mapping[str, Callable[[Any, ResourceKey | None], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "enabled": _boolean,
    "set": _set,
    "json": _json,
    "function": _function,
    "principal": _principal,
    "filters": _filters,
    "weights": _weights,
}
