"""When two values are the same, as the AWS provider sees it.

Numbers by value; sets without order; null, ``""``, ``[]``, an absent block and the API's default alike;
JSON by meaning; a name and an ARN of the same function alike; an account and its root ARN alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from tfdrift_gate.arn import last_part, layer_name, parse_function_name
from tfdrift_gate.catalog import Attribute
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import ResourceKey
from tfdrift_gate.policy import canonical_policy

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_ROOT = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_EMPTY: tuple[Any, ...] = (None, "", [], {})


def at_path(attributes: Mapping[str, Any], path: str) -> Any:
    """Look an attribute path (``vpc_config[0].subnet_ids``) up in state's attributes; None where absent."""
    if "[" not in path:
        return attributes.get(path)
    value: Any = attributes
    for step in _steps(path):
        if isinstance(step, int):
            value = value[step] if isinstance(value, list) and step < len(value) else None
        else:
            value = value.get(step) if isinstance(value, (dict, Mapping)) else None
        if value is None:
            return None
    return value


@cache
def _steps(path: str) -> tuple[str | int, ...]:
    return tuple(name or int(position) for name, position in _STEP.findall(path))


def believes(attributes: Mapping[str, Any], path: str) -> bool:
    """Tell whether state holds the attribute at all: an older provider's state may lack it."""
    return path.split("[")[0].split(".")[0] in attributes


def is_unset(value: Any, attribute: Attribute, key: ResourceKey) -> bool:
    """Tell whether a value means that the attribute of the resource ``key`` is not set."""
    if value in _EMPTY or (isinstance(value, list) and all(map(_is_empty, value))):
        return True
    if attribute.none is not None and _same(value, attribute.none, attribute, key):
        return True
    if attribute.unset is None:
        return False
    default = attribute.unset
    if isinstance(default, str) and "{" in default:
        default = default.replace("{function}", key.parts[0])
    elif isinstance(default, tuple):
        default = list(default)
    return _same(value, default, attribute, key)


def equal(one: Any, other: Any, attribute: Attribute, key: ResourceKey) -> bool:
    """Tell whether two values of an attribute of the resource ``key`` are the same to the provider."""
    if one == other and type(one) is type(other):
        return True
    unset = is_unset(one, attribute, key)
    if unset is not is_unset(other, attribute, key):
        return False
    return bool(unset or _same(one, other, attribute, key))


def _is_empty(item: Any) -> bool:
    # A block in which nothing is set: [{"filter": []}].
    return item in _EMPTY or (isinstance(item, Mapping) and all(inner in _EMPTY for inner in item.values()))


def _same(one: Any, other: Any, attribute: Attribute, key: ResourceKey) -> bool:
    canonical = _CANONICAL.get(attribute.as_, _plain)
    try:
        if attribute.as_ == "records":
            return bool(_records(one, attribute.items) == _records(other, attribute.items))
        return bool(canonical(one, key) == canonical(other, key))
    except (TypeError, ValueError, AttributeError, LookupError, OverflowError, RecursionError):
        # A value of a shape that no such attribute has is equal only to itself.
        return bool(one == other)


def _plain(value: Any, _: ResourceKey) -> Any:
    return value


def _number(value: Any, _: ResourceKey) -> float:
    return float(value)


def _boolean(value: Any, _: ResourceKey) -> str:
    return str(value).lower()


def _set(value: Any, _: ResourceKey) -> list[str]:
    return sorted({str(item) for item in value})


def _json(value: Any, _: ResourceKey) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _policy(value: Any, _: ResourceKey) -> Any:
    return canonical_policy(value)


def _function(value: Any, key: ResourceKey) -> tuple[str | None, ...]:
    named = parse_function_name(str(value))
    qualifier = None if named.qualifier == "$LATEST" else named.qualifier
    return named.account or key.account, named.region or key.region, named.name, qualifier


def _layer(value: Any, _: ResourceKey) -> str:
    return layer_name(str(value))


def _last(value: Any, _: ResourceKey) -> str:
    return last_part(str(value))


def _principal(value: Any, _: ResourceKey) -> str:
    found = _ROOT.fullmatch(str(value))
    return found[1] if found else str(value)


def _filters(value: Any, _: ResourceKey) -> list[str]:
    patterns = [item["pattern"] for block in value for item in block.get("filter") or ()]
    return sorted(json.dumps(json.loads(pattern), sort_keys=True) for pattern in patterns)


def _weights(value: Any, _: ResourceKey) -> dict[str, float]:
    return {str(version): float(weight) for version, weight in value.items()}


def _endpoints(value: Any, _: ResourceKey) -> dict[str, list[str]]:
    # The provider keeps each list as one text with commas and compares it without order.
    return {str(kind).lower(): sorted(hosts.split(",")) for kind, hosts in value.items()}


def _instant(value: Any, _: ResourceKey) -> Any:
    return parse_instant(value)


def _records(value: Any, wanted: Mapping[str, str]) -> Any:
    if not isinstance(value, list):
        return value
    kept = [
        {name: item.get(name) for name in wanted if item.get(name) not in _EMPTY} if isinstance(item, Mapping) else item
        for item in value
    ]
    return sorted(json.dumps(item, sort_keys=True, default=str) for item in map(_with_floats, kept))


def _with_floats(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    return {name: float(inner) if isinstance(inner, int) else inner for name, inner in item.items()}


_CANONICAL: Mapping[str, Callable[[Any, ResourceKey], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "enabled": _boolean,
    "set": _set,
    "json": _json,
    "policy": _policy,
    "function": _function,
    "layer": _layer,
    "last": _last,
    "principal": _principal,
    "filters": _filters,
    "weights": _weights,
    "endpoints": _endpoints,
    "instant": _instant,
}
