"""Blocks of a ``*.tf.json`` file, with their lines.

Every level may be an object or a list of objects: https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tfdrift_gate.terraform.block import (
    Block,
    ignored_path,
    ignored_tags,
    import_block,
    provider_name,
)
from tfdrift_gate.terraform.ignored_tags import IgnoredTags
from tfdrift_gate.terraform.said import Said, is_literal, said_in_json, settings_of

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class _Member(NamedTuple):
    name: str
    at: int
    """Where the name stands."""
    value: int
    end: int


def json_blocks(text: str, is_called: bool = False) -> list[Block]:
    """Read the blocks that matter out of a file's text. Raises :class:`ValueError` where it is no JSON.

    Of provider blocks the same ones matter as in :func:`~tfdrift_gate.terraform.hcl_blocks.hcl_blocks`.
    """
    words = ("aws_lambda_", '"module"', '"ignore_tags"', *(['"provider"'] if is_called else []))
    if not any(word in text for word in words):
        return []
    json.loads(text)
    return [block for block in _blocks(text) if not (is_called and block.kind == "import")]


def _blocks(text: str) -> Iterator[Block]:
    for top in _members(text, 0):
        if top.name == "resource":
            for kind in _members(text, top.value):
                for named in _members(text, kind.value):
                    yield _resource(kind.name, named, text)
        elif top.name == "module":
            for named in _members(text, top.value):
                yield _module(named, text)
        elif top.name == "provider":
            for named in _members(text, top.value):
                for body in _objects(_value(text, named)):
                    yield _provider(named, body, text)
        elif top.name == "import":
            for body in _objects(_value(text, top)):
                block = _import(top, body, text)
                if block is not None:
                    yield block


def _resource(kind: str, named: _Member, text: str) -> Block:
    body = _value(text, named)
    names = [provider_name(str(part["provider"])) for part in _objects(body) if "provider" in part]
    return Block(
        "resource",
        (kind, named.name),
        *_lines(text, named),
        ignore_changes=tuple(_ignored(body)),
        provider=str(*names[-1:]),
        said=_said(named, text) if kind.startswith("aws_lambda_") else None,
    )


def _said(named: _Member, text: str) -> Said | None:
    parts = _objects(json.JSONDecoder(object_pairs_hook=_together).raw_decode(text, named.value)[0])
    # NOTE: two bodies under one name are two resources of that name, which Terraform refuses.
    return settings_of(said_in_json(parts[0])) if len(parts) == 1 else None


def _together(members: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members. What is there twice are two blocks of one type."""
    found: dict[str, Any] = {}
    for name, value in members:
        found[name] = [*_objects(found[name]), *_objects(value)] if name in found else value
    return found


def _import(top: _Member, body: Mapping[str, Any], text: str) -> Block | None:
    id_ = body.get("id")
    if "for_each" in body or not isinstance(id_, str) or not is_literal(id_):
        return None
    return import_block(str(body.get("to", "")), id_, _lines(text, top))


def _module(named: _Member, text: str) -> Block:
    parts = _objects(_value(text, named))
    sources = [part["source"] for part in parts if "source" in part]
    handed = tuple(
        (provider_name(name), provider_name(str(value)))
        for part in parts
        for given in _objects(part.get("providers"))
        for name, value in given.items()
    )
    lines = _lines(text, named)
    return Block("module", (named.name,), *lines, module_source=str(*sources[-1:]), providers=handed)


def _provider(named: _Member, body: Mapping[str, Any], text: str) -> Block:
    return Block(
        "provider",
        (named.name,),
        *_lines(text, named),
        alias=str(body.get("alias", "")),
        ignored_tags=_ignored_tags(body),
    )


def _ignored_tags(body: Mapping[str, Any]) -> IgnoredTags | None:
    for block in _objects(body.get("ignore_tags")):
        return ignored_tags(_texts(block.get("keys")), _texts(block.get("key_prefixes")))
    return None


def _texts(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _ignored(body: Any) -> Iterator[str]:
    for block in _objects(body):
        for lifecycle in _objects(block.get("lifecycle")):
            entries = lifecycle.get("ignore_changes")
            for entry in entries if isinstance(entries, list) else [entries]:
                if isinstance(entry, str):
                    yield ignored_path(entry)


def _members(text: str, start: int) -> Iterator[_Member]:
    """Give the members of the object, or of the objects of the list, that begins at ``start``; of valid JSON only."""
    at = _blank(text, start)
    if text[at] == "[":
        at = _blank(text, at + 1)
        while text[at] != "]":
            yield from _members(text, at)
            at = _next(text, _DECODER.raw_decode(text, at)[1])
    elif text[at] == "{":
        at = _blank(text, at + 1)
        while text[at] != "}":
            name, after = _DECODER.raw_decode(text, at)
            value = _blank(text, _blank(text, after) + 1)
            end = _DECODER.raw_decode(text, value)[1]
            yield _Member(name, at, value, end)
            at = _next(text, end)


def _next(text: str, end: int) -> int:
    at = _blank(text, end)
    return _blank(text, at + 1) if text[at] == "," else at


def _blank(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return found.end() if found else at


def _value(text: str, member: _Member) -> Any:
    return _DECODER.raw_decode(text, member.value)[0]


def _lines(text: str, member: _Member) -> tuple[int, int]:
    line = text.count("\n", 0, member.at) + 1
    return line, line + text.count("\n", member.at, member.end)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return [entry for entry in values if isinstance(entry, Mapping)]
