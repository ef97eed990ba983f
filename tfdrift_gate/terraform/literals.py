"""Literals: values that stand in the configuration as they are, with nothing left for Terraform to work out.

The grammar is that of HCL's native syntax, read strictly: what is not plainly a literal is not one.
https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

import json
import math
import re
import unicodedata
from collections.abc import Mapping
from enum import Enum
from typing import Any, Final


class NotLiteral(Enum):
    """The value of an attribute that Terraform works out."""

    NOT_LITERAL = "not literal"


NOT_LITERAL: Final = NotLiteral.NOT_LITERAL

_DEEPEST = 50
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?(?![\w.])")
_WORD = re.compile(r"[^\W\d][\w-]*")
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_HEREDOC = re.compile(r"<<(-?)([^\W\d][\w.-]*)\n((?:.*\n)*?)[ \t]*\2(?=\n|\Z)")
_MARK = r"([$%])\1*\{"
_TEMPLATE = re.compile(_MARK)
_ESCAPE = re.compile(_MARK + r"|\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.)|$)", re.DOTALL)
_SIMPLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
_CONSTANTS = {"true": True, "false": False, "null": None}
# NOTE: jsonencode escapes them, https://developer.hashicorp.com/terraform/language/functions/jsonencode
_JSON_ESCAPES = str.maketrans({letter: f"\\u{ord(letter):04x}" for letter in "<>&\u2028\u2029"})


def as_terraform_keeps(text: str) -> str:
    """Give a text as Terraform keeps every one: in Unicode's form C."""
    return unicodedata.normalize("NFC", text)


def literal(text: str) -> Any:
    """Read an expression as it is written: a number, boolean, text, list, object or None (``null``), else NOT_LITERAL.

    ``jsonencode`` of a literal counts as one: it is how a policy or a filter is written.
    """
    try:
        value, at = _value(text, _gap(text, 0), 0)
    except ValueError:
        return NOT_LITERAL
    return value if _gap(text, at) == len(text) else NOT_LITERAL


def _gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int, depth: int) -> tuple[Any, int]:
    """Read one literal; raises :class:`ValueError` where there is none."""
    first = text[at : at + 1]
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if first == "(":
        value, at = _value(text, _gap(text, at + 1), depth + 1)
        return value, _past(text, at, ")")
    if first == "[":
        return _list(text, at + 1, depth + 1)
    if first == "{":
        return _object(text, at + 1, depth + 1)
    if first == '"':
        return _string(text, at)
    if first == "<":
        return _heredoc(text, at)
    if first == "-":
        value, at = _number(text, _gap(text, at + 1))
        return -value, at
    if first.isdigit():
        return _number(text, at)
    word = _WORD.match(text, at)
    if word and word.group() in _CONSTANTS:
        return _CONSTANTS[word.group()], word.end()
    if word and word.group() == "jsonencode":
        value, at = _value(text, _gap(text, _past(text, word.end(), "(")), depth + 1)
        return _json(value), _past(text, at, ")")
    raise ValueError("no literal")


def _past(text: str, at: int, sign: str) -> int:
    """Give the place of what follows a sign; raises :class:`ValueError` where it does not stand there."""
    at = _gap(text, at)
    if text[at : at + 1] != sign:
        raise ValueError(f"no {sign}")
    return at + 1


def _list(text: str, at: int, depth: int) -> tuple[list[Any], int]:
    values: list[Any] = []
    at = _gap(text, at)
    while text[at : at + 1] != "]":
        value, at = _value(text, at, depth)
        values.append(value)
        at = _gap(text, at)
        if text[at : at + 1] != "]":
            at = _gap(text, _past(text, at, ","))
    return values, at + 1


def _object(text: str, at: int, depth: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    at = _gap(text, at)
    while text[at : at + 1] != "}":
        name, at = _key(text, at)
        at = _gap(text, at)
        value, end = _value(text, _gap(text, _past(text, at, ":" if text[at : at + 1] == ":" else "=")), depth)
        if name in values:
            raise ValueError("the same key twice")
        values[name] = value
        at = _gap(text, end)
        if text[at : at + 1] == ",":
            at = _gap(text, at + 1)
        elif text[at : at + 1] != "}" and "\n" not in text[end:at]:
            raise ValueError("no end of the element")
    return values, at + 1


def _key(text: str, at: int) -> tuple[str, int]:
    if text[at : at + 1] == '"':
        return _string(text, at)
    word = _WORD.match(text, at)
    if not word or word.group() in _CONSTANTS:
        raise ValueError("no plain key")
    return as_terraform_keeps(word.group()), word.end()


def _number(text: str, at: int) -> tuple[int | float, int]:
    found = _NUMBER.match(text, at)
    if not found:
        raise ValueError("no number")
    value = float(found.group()) if found.group(1) or found.group(2) else int(found.group())
    if not math.isfinite(value):
        raise ValueError("beyond any range")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value, found.end()


def _string(text: str, at: int) -> tuple[str, int]:
    found = _STRING.match(text, at)
    if not found:
        raise ValueError("no string")
    return as_terraform_keeps(_ESCAPE.sub(_escape, found.group(1))), found.end()


def _heredoc(text: str, at: int) -> tuple[str, int]:
    found = _HEREDOC.match(text, at)
    if not found:
        raise ValueError("no heredoc")
    flush, _, body = found.groups()
    lines = [line + "\n" for line in body.split("\n")[:-1]]
    if flush:
        indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
        if any(line[:indent].strip(" \t") for line, indent in zip(filter(str.strip, lines), indents, strict=True)):
            raise ValueError("spaces of another kind")
        # NOTE: the least indented line that is not blank sets the margin; blank lines stay as they are.
        margin = min(indents, default=0)
        lines = [line[margin:] if line.strip() else line for line in lines]
    return as_terraform_keeps(_TEMPLATE.sub(_mark, "".join(lines))), found.end()


def _mark(found: re.Match[str]) -> str:
    if len(found.group()) != 3:
        raise ValueError("a template")
    return found.group()[1:]


def _escape(found: re.Match[str]) -> str:
    mark, *codes, simple = found.groups()
    if mark:
        return _mark(found)
    for code in filter(None, codes):
        letter = chr(int(code, 16))
        if "\ud800" <= letter <= "\udfff":
            raise ValueError("half a letter")
        return letter
    if simple not in _SIMPLE_ESCAPES:
        raise ValueError("no such escape")
    return _SIMPLE_ESCAPES[simple]


def _json(value: Any) -> str:
    if _has_fraction(value):
        raise ValueError("digits of its own")
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).translate(_JSON_ESCAPES)


def _has_fraction(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_has_fraction, value.values()))
    if isinstance(value, list):
        return any(map(_has_fraction, value))
    return isinstance(value, float)
