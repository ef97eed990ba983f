"""Blocks of a ``*.tf.json`` file, with their lines.

Every level may be an object or a list of objects: https://developer.hashicorp.com/terraform/language/syntax/json
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tfdrift_gate.terraform.block import Block, ignored_path

_BLANK = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


class _Member(NamedTuple):
    name: str
    at: int
    """Where the name stands."""
    value: int
    end: int


def json_blocks(text: str) -> list[Block]:
    """Read the blocks that matter out of a file's text. Raises :class:`ValueError` where it is no JSON."""
    if "aws_lambda_" not in text and '"module"' not in text:
        return []
    json.loads(text)
    return list(_blocks(text))


def _blocks(text: str) -> Iterator[Block]:
    for top in _members(text, 0):
        if top.name == "resource":
            for kind in _members(text, top.value):
                for named in _members(text, kind.value):
                    body = _value(text, named)
                    yield Block("resource", (kind.name, named.name), *_lines(text, named), tuple(_ignored(body)))
        elif top.name == "module":
            for named in _members(text, top.value):
                sources = [part["source"] for part in _objects(_value(text, named)) if "source" in part]
                yield Block("module", (named.name,), *_lines(text, named), module_source=str(*sources[-1:]))


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
