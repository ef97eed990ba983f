"""Terraform's language, as far as a reader copies it out of a report: arguments, blocks, ``import``.

Syntax: https://developer.hashicorp.com/terraform/language/syntax/configuration and, for import blocks (Terraform 1.5,
OpenTofu 1.6), https://developer.hashicorp.com/terraform/language/import.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from tfdrift_gate.outputs.text import printable

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
# JSON's escapes but for two are Terraform's too.
_ESCAPE = re.compile(r"\\.")
_NOT_IN_HCL = {"\\b": "\\u0008", "\\f": "\\u000c"}
_LONGEST = 2000
"""Characters of a value that is still worth copying."""


def value(given: Any) -> str | None:
    """Write a value as an expression on one line; None where it cannot be shown as it is."""
    if given is None or isinstance(given, bool | int | float):
        return json.dumps(given)
    if isinstance(given, str):
        quoted = json.dumps(given, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
        quoted = _ESCAPE.sub(lambda found: _NOT_IN_HCL.get(found[0], found[0]), quoted)
        # What is written out for a reader would be another value.
        return quoted if len(given) <= _LONGEST and printable(quoted, 2 * _LONGEST) == quoted else None
    if isinstance(given, Mapping):
        pairs = [(key(str(name)), value(inner)) for name, inner in given.items()]
        if any(name is None or inner is None for name, inner in pairs):
            return None
        return f"{{ {', '.join(f'{name} = {inner}' for name, inner in pairs)} }}" if pairs else "{}"
    items = [value(inner) for inner in given]
    return None if None in items else f"[{', '.join(str(item) for item in items)}]"


def key(name: str) -> str | None:
    """Write a map's key: bare where it may be, None where it cannot be shown as it is."""
    return name if _NAME.fullmatch(name) else value(name)


def arguments(given: Iterable[tuple[str, str]]) -> list[str]:
    """Write arguments one a line, nested ones (``vpc_config[0].subnet_ids``) in their blocks, ``=`` in line.

    Each comes with its expression already written.
    """
    plain: list[tuple[str, str]] = []
    blocks: dict[str, list[tuple[str, str]]] = {}
    for path, expression in given:
        block, dot, rest = path.partition("[0].")
        if dot:
            blocks.setdefault(block, []).append((rest, expression))
        else:
            plain.append((path, expression))
    width = max((len(name) for name, _ in plain), default=0)
    lines = [f"{name:<{width}} = {expression}" for name, expression in plain]
    for name, inner in blocks.items():
        lines.extend([f"{name} {{", *(f"  {line}" for line in arguments(inner)), "}"])
    return lines


def block(kind: str, labels: Iterable[str], lines: Iterable[str]) -> list[str]:
    """Write a block around lines."""
    return [" ".join([kind, *(f'"{label}"' for label in labels), "{"]), *(f"  {line}" for line in lines), "}"]


def label_of(text: str) -> str:
    """Make a resource's label out of its id: ``secure-function/AllowS3Invoke`` → ``allow_s3_invoke``."""
    last = text.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", last)
    plain = re.sub(r"[^a-z0-9]+", "_", words.lower())[:60].strip("_")
    return plain if plain and not plain[0].isdigit() else f"found_{plain}".rstrip("_")
