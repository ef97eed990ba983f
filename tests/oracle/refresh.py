"""What Terraform's refresh found, out of ``terraform show -json`` of a refresh-only plan.

https://developer.hashicorp.com/terraform/internals/json-format (``resource_drift``)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Pair = tuple[str, str]
"""An instance's full address and an attribute (``vpc_config[0].subnet_ids``), or :data:`DELETED` in its place."""

DELETED = "deleted"

ANOTHER = "shows another statement"
"""In an attribute's place where the provider read another statement of the same layer version's policy."""

WHOLE = ("environment", "filter_criteria")
"""Blocks that are compared as one attribute, because the gate names them so."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})
_ZERO: tuple[Any, ...] = (*_EMPTY, False, 0)


def refreshed(plan: Mapping[str, Any]) -> set[Pair]:
    """Return every pair in which what is there differs from what the state said."""
    found: set[Pair] = set()
    for entry in plan.get("resource_drift", ()):
        address, change = entry["address"], entry["change"]
        attributes = {_name(path) for path in differing(change["before"], change["after"] or {})}
        if change["actions"] == ["delete"]:
            attributes = {DELETED}
        elif _is_another(entry["type"], attributes):
            attributes = {ANOTHER}
        found |= {(address, attribute) for attribute in attributes}
    return found


def differing(before: Any, after: Any, path: str = "", whole_block: bool = False) -> Iterator[str]:
    """Yield the path of every leaf that differs: a plain value, a list or set of them, or a map.

    What is unset is unset whichever way it is written: null, ``""``, ``[]``, ``{}``; in a block that came or went as a
    whole, false and 0 too.
    """
    if _is_block(before) or _is_block(after):
        for number in range(max(len(before or ()), len(after or ()))):
            one, other = _item(before, number), _item(after, number)
            alone = whole_block or one is None or other is None
            yield from _members(one or {}, other or {}, f"{path}[{number}]", alone)
    elif not path:
        yield from _members(before or {}, after or {}, "", whole_block)
    elif before != after and not _both_unset(before, after, _ZERO if whole_block else _EMPTY):
        yield path


def _members(before: Mapping[str, Any], after: Mapping[str, Any], path: str, whole_block: bool) -> Iterator[str]:
    for name in sorted(before.keys() | after.keys()):
        yield from differing(before.get(name), after.get(name), f"{path}.{name}" if path else name, whole_block)


def _is_block(value: Any) -> bool:
    # A block without any setting is a null among the blocks.
    return isinstance(value, list) and bool(value) and all(item is None or isinstance(item, Mapping) for item in value)


def _item(blocks: Any, number: int) -> Any:
    return blocks[number] if blocks and number < len(blocks) else None


def _both_unset(before: Any, after: Any, unset: tuple[Any, ...]) -> bool:
    return before in unset and after in unset


def _name(path: str) -> str:
    return next((block for block in WHOLE if path == block or path.startswith(f"{block}[")), path)


def _is_another(resource_type: str, attributes: set[str]) -> bool:
    # The provider reads the first statement of a layer version's policy, whichever that is: once the managed one is
    # gone it shows another's, which is to say that the managed one is not there.
    return resource_type == "aws_lambda_layer_version_permission" and "statement_id" in attributes
