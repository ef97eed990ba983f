"""Blocks of a ``*.tf`` file. The only importer of python-hcl2, inside a function: it is loaded only when there is need.

NOTE: lines come from the parser's own tree, since python-hcl2 8 gives none with its values (its issue 291).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tfdrift_gate.terraform.block import Block, ignored_path

LONGEST = 2 * 1024 * 1024
"""Characters of a file that are still parsed; parsing takes about a second for every 150,000."""
_MATTERS = re.compile(
    r'^[ \t]*(/\*.*\*/[ \t]*)?(resource[ \t]+"?aws_lambda_|module[ \t]+"?[\w-]+"?[ \t]*\{)', re.MULTILINE
)
_LOCAL_MODULE = re.compile(
    r'^[ \t]*module[ \t]+"([\w-]+)"[ \t]*\{[^{}]*?^[ \t]*source[ \t]*=[ \t]*"(\.\.?/[^"]*)"', re.MULTILINE
)


def hcl_blocks(text: str) -> list[Block]:
    """Read the blocks that matter out of a file's text.

    Raises whatever the parser raises, :class:`ValueError` for a text too long to parse.
    """
    if not _MATTERS.search(text):
        return []
    if len(text) > LONGEST:
        raise ValueError("too long to be parsed")
    import hcl2

    tree = hcl2.parses_to_tree(text if text.endswith("\n") else text + "\n")
    return [found for block in _children(_body(tree), "block") if (found := _block(block, text)) is not None]


def module_calls(text: str) -> list[Block]:
    """Read the calls of local modules out of a text that cannot be parsed, as far as they are plainly written."""
    return [Block("module", (name,), 0, 0, module_source=source) for name, source in _LOCAL_MODULE.findall(text)]


def _block(block: Any, text: str) -> Block | None:
    kind, *labels = (_written(part, text).strip('"') for part in _children(block, "identifier", "string"))
    lines = (block.meta.line, block.meta.end_line)
    if kind == "resource" and len(labels) == 2:
        return Block(kind, tuple(labels), *lines, ignore_changes=tuple(_ignored(_body(block), text)))
    if kind == "module" and len(labels) == 1:
        sources = (value.strip('"') for name, value, _ in _attributes(_body(block), text) if name == "source")
        return Block(kind, tuple(labels), *lines, module_source=next(sources, ""))
    return None


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


def _written(tree: Any, text: str) -> str:
    return text[tree.meta.start_pos : tree.meta.end_pos]


def _body(tree: Any) -> Any:
    return next(iter(_children(tree, "body")))


def _children(tree: Any, *rules: str) -> Iterable[Any]:
    return (child for child in tree.children if getattr(child, "data", None) in rules)
