"""What the block of a resource says of its settings, and how its literals are named.

A block's nested blocks are lists of blocks, as they are in state: https://developer.hashicorp.com/terraform/language/syntax
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tfdrift_gate.terraform.literals import NOT_LITERAL, as_terraform_keeps

Said = Mapping[str, Any]
"""What a block says, by name: an attribute's value, of nested blocks the list of what each says, or NOT_LITERAL."""

MAPS: Final = frozenset({"additional_version_weights", "endpoints", "tags", "tags_all", "variables"})
"""The arguments of Lambda resources that are maps, which JSON does not tell from nested blocks."""

NOT_SETTINGS: Final = frozenset(
    {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"}
)
"""What every resource block may have and no provider sees: https://developer.hashicorp.com/terraform/language/resources/syntax"""


def settings_of(said: Said) -> Said:
    """Leave out of what a resource block says what is Terraform's own business."""
    return {name: value for name, value in said.items() if name not in NOT_SETTINGS}


def is_literal(text: str) -> bool:
    """Tell whether a text of a configuration is what it says: nothing in it is put in by Terraform."""
    return "${" not in text and "%{" not in text


def literals_of(said: Said) -> dict[str, Any]:
    """Give the literals of a block by attribute path: ``memory_size``, ``vpc_config[0].subnet_ids``.

    Nested blocks also stand at their type's path as a list of mappings, where all that they say is literal. Where there
    are several of a type, that is the only place: which comes first is not the configuration's to say.
    """
    return {path: value for name, value in said.items() for path, value in _paths(name, value)}


def said_in_json(body: Mapping[str, Any]) -> Said:
    """Read what a body in JSON syntax says, as parsed: there a text is a template, and a nested block is an object.

    https://developer.hashicorp.com/terraform/language/syntax/json
    """
    dynamic = body.get("dynamic")
    generated = {
        name: NOT_LITERAL
        for block in (dynamic if isinstance(dynamic, list) else [dynamic])
        if isinstance(block, Mapping)
        for name in block
    }
    said = {name: _said_in_json(name, value) for name, value in body.items() if name not in ("//", "dynamic")}
    return {**said, **generated}


def _said_in_json(name: str, value: Any) -> Any:
    blocks = [value] if isinstance(value, Mapping) and name not in MAPS else value
    if isinstance(blocks, list) and blocks and all(isinstance(block, Mapping) for block in blocks):
        return [said_in_json(block) for block in blocks]
    plain = _plain_json(value)
    return plain if _is_whole(plain) else NOT_LITERAL


def _plain_json(value: Any) -> Any:
    if isinstance(value, str):
        return as_terraform_keeps(value) if is_literal(value) else NOT_LITERAL
    if isinstance(value, list):
        return list(map(_plain_json, value))
    if isinstance(value, Mapping):
        if not all(map(is_literal, value)):
            return NOT_LITERAL
        return {as_terraform_keeps(key): _plain_json(entry) for key, entry in value.items()}
    return NOT_LITERAL if isinstance(value, float) and not math.isfinite(value) else value


def _is_whole(value: Any) -> bool:
    """Tell whether there is nothing in a value that Terraform works out."""
    if isinstance(value, Mapping):
        return all(map(_is_whole, value.values()))
    if isinstance(value, list):
        return all(map(_is_whole, value))
    return value is not NOT_LITERAL


def _paths(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if _is_whole(value):
        yield path, value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], Mapping):
        for name, inner in value[0].items():
            if name.isidentifier():
                yield from _paths(f"{path}[0].{name}", inner)
