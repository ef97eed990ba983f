"""Blocks of a ``*.tf`` file. The only importer of python-hcl2, inside a function: it is loaded only when there is need.

NOTE: lines come from the parser's own tree, since python-hcl2 8 gives none with its values (its issue 291).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from tfdrift_gate.terraform.block import (
    Block,
    ignored_path,
    ignored_tags,
    import_block,
    provider_name,
)
from tfdrift_gate.terraform.ignored_tags import IgnoredTags
from tfdrift_gate.terraform.literals import NOT_LITERAL, literal
from tfdrift_gate.terraform.said import Said, settings_of

LONGEST = 2 * 1024 * 1024
"""Characters of a file that are still parsed; parsing takes about a second for every 150,000."""
# NOTE: a label needs no quotes, and comments may stand before and between the words. A block that these did not find
# would be taken for one that is not there.
_GAP = r"(?:[ \t]|/\*(?:[^*]|\*(?!/)){0,500}\*/)*"
_HEADER = rf'(?:^|\*/)[ \t]*(?:resource{_GAP}"?aws_lambda_|module{_GAP}"?[\w-]+"?{_GAP}\{{)'
_MATTERS = re.compile(_HEADER, re.MULTILINE)
_REFERS = re.compile(rf"(?:^|\*/)[ \t]*import{_GAP}\{{", re.MULTILINE)
_PROVIDER = re.compile(r'^[ \t]*(/\*.*\*/[ \t]*)?provider[ \t]+"?[\w-]+"?[ \t]*\{', re.MULTILINE)
_LOCAL_MODULE = re.compile(
    r'^[ \t]*module[ \t]+"([\w-]+)"[ \t]*\{[^{}]*?^[ \t]*source[ \t]*=[ \t]*"(\.\.?/[^"]*)"', re.MULTILINE
)


def hcl_blocks(text: str, is_called: bool = False) -> list[Block]:
    """Read the blocks that matter out of a file's text.

    A provider block does if it says what to ignore or if, in a module that ``is_called``, it may take the place of one
    that does. ``import`` blocks do in the root module. Raises whatever the parser raises, :class:`ValueError` for a
    text too long to parse.
    """
    if not (
        _MATTERS.search(text)
        or (("aws_lambda_" in text or "module." in text) and _REFERS.search(text))
        or ((is_called or "ignore_tags" in text) and has_providers(text))
    ):
        return []
    if len(text) > LONGEST:
        raise ValueError("too long to be parsed")
    import hcl2

    # NOTE: in a file whose lines end in CRLF a heredoc's do so too, which is lost here.
    heredocs = "\r\n" not in text
    text = text.replace("\r\n", "\n")
    tree = hcl2.parses_to_tree(text if text.endswith("\n") else text + "\n")
    blocks = (_block(block, text, heredocs) for block in _children(_body(tree), "block"))
    return [block for block in blocks if block and not (is_called and block.kind == "import")]


def module_calls(text: str) -> list[Block]:
    """Read the calls of local modules out of a text that cannot be parsed, as far as they are plainly written."""
    return [
        Block("module", (name,), 0, 0, module_source=source, providers=None)
        for name, source in _LOCAL_MODULE.findall(text)
    ]


def has_providers(text: str) -> bool:
    """Tell whether a text, which need not be one that can be parsed, seems to have provider blocks."""
    return bool(_PROVIDER.search(text))


def _block(block: Any, text: str, heredocs: bool) -> Block | None:
    kind, *labels = _header(block, text)
    if kind not in ("resource", "module", "provider", "import"):
        return None
    lines = (block.meta.line, block.meta.end_line)
    body = _body(block)
    values = {name: (value, expression) for name, value, expression in _attributes(body, text)}
    if kind == "resource" and len(labels) == 2:
        provider = provider_name(values["provider"][0]) if "provider" in values else ""
        return Block(
            kind,
            tuple(labels),
            *lines,
            ignore_changes=tuple(_ignored(body, text)),
            provider=provider,
            said=settings_of(_said(body, text, heredocs)) if labels[0].startswith("aws_lambda_") else None,
        )
    if kind == "module" and len(labels) == 1:
        source = values["source"][0].strip('"') if "source" in values else ""
        handed = tuple(_handed(values["providers"][1], text)) if "providers" in values else ()
        return Block(kind, tuple(labels), *lines, module_source=source, providers=handed)
    if kind == "provider" and len(labels) == 1:
        return Block(
            kind,
            tuple(labels),
            *lines,
            alias=values["alias"][0].strip('"') if "alias" in values else "",
            ignored_tags=_ignored_tags(body, text),
        )
    written = {name: value for name, (value, _) in values.items()}
    if kind == "import" and "for_each" not in written:
        return import_block(written.get("to", ""), literal(written.get("id", "")), lines)
    return None


def _said(body: Any, text: str, heredocs: bool) -> Said:
    values = {
        name: literal(written) if heredocs or "<<" not in written else NOT_LITERAL
        for name, written, _ in _attributes(body, text)
    }
    blocks: dict[str, Any] = {}
    for block in _children(body, "block"):
        kind, *labels = _header(block, text)
        if kind == "dynamic":
            blocks.update(dict.fromkeys(labels, NOT_LITERAL))
        elif isinstance(blocks.setdefault(kind, []), list):
            blocks[kind].append(_said(_body(block), text, heredocs))
    return {**values, **blocks}


def _handed(expression: Any, text: str) -> Iterator[tuple[str, str]]:
    for element in expression.find_data("object_elem"):
        name, value = (child for child in element.children if hasattr(child, "data"))
        yield provider_name(_written(name, text)), provider_name(_written(value, text))


def _ignored_tags(body: Any, text: str) -> IgnoredTags | None:
    for block in _children(body, "block"):
        if [_written(name, text) for name in _children(block, "identifier")] == ["ignore_tags"]:
            lists = {name: _texts(expression, text) for name, _, expression in _attributes(_body(block), text)}
            return ignored_tags(lists.get("keys", ()), lists.get("key_prefixes", ()))
    return None


def _texts(expression: Any, text: str) -> list[str]:
    """The texts of a list as they are written; none of what is no list."""
    found = []
    for items in _children(expression, "tuple"):
        for item in _children(items, "expr_term"):
            for string in _children(item, "string"):
                # HCL's escapes are JSON's but for \\U, which none needs who can write the letter itself.
                with suppress(ValueError):
                    found.append(str(json.loads(_written(string, text))))
    return found


def _ignored(body: Any, text: str) -> Iterator[str]:
    for block in _children(body, "block"):
        if _written(next(iter(_children(block, "identifier"))), text) != "lifecycle":
            continue
        for attribute, value, expression in _attributes(_body(block), text):
            if attribute != "ignore_changes":
                continue
            lists = list(expression.find_data("tuple"))
            entries = [_written(item, text) for item in _children(lists[-1], "expr_term")] if lists else [value]
            yield from map(ignored_path, entries)


def _attributes(body: Any, text: str) -> Iterator[tuple[str, str, Any]]:
    for attribute in _children(body, "attribute"):
        name, value = (child for child in attribute.children if hasattr(child, "data"))
        yield _written(name, text), _written(value, text).strip(), value


def _header(block: Any, text: str) -> list[str]:
    """A block's type and labels."""
    return [_written(part, text).strip('"') for part in _children(block, "identifier", "string")]


def _written(tree: Any, text: str) -> str:
    return text[tree.meta.start_pos : tree.meta.end_pos]


def _body(tree: Any) -> Any:
    return next(iter(_children(tree, "body")))


def _children(tree: Any, *rules: str) -> Iterable[Any]:
    return (child for child in tree.children if getattr(child, "data", None) in rules)
