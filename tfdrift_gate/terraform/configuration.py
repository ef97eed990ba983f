"""The configuration's resource blocks: where each stands and which attributes it tells Terraform to ignore.

The only importer of python-hcl2, inside functions: its grammar is loaded only when there is something to
report, and only files that can matter are parsed. A file it cannot parse costs its lines and nothing else.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfdrift_gate.model import Skipped, SourceRange
from tfdrift_gate.terraform.root import RootModule

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_MATTERS = re.compile(r"\b(aws_lambda_|module\b)")


@dataclass(frozen=True)
class Declaration:
    """One resource block of the configuration."""

    source: SourceRange
    ignore_changes: tuple[str, ...] = ()
    """Attribute paths as written, e.g. ``tags["team"]``; ``("all",)`` for all."""

    def ignores(self, attribute: str) -> bool:
        """Tell whether ``ignore_changes`` covers an attribute path, itself or one it lies under."""
        return any(
            path == "all" or attribute == path or attribute.startswith((f"{path}[", f"{path}."))
            for path in self.ignore_changes
        )


@dataclass(frozen=True)
class Configuration:
    """The declarations found, by address without instance keys, and the files that could not be parsed."""

    declarations: Mapping[str, Declaration]
    skipped: tuple[Skipped, ...] = ()

    def find(self, address: str | None) -> Declaration | None:
        """Find the block of an instance by its full address."""
        return self.declarations.get(_INDEX.sub("", address)) if address else None


def read_configuration(root: RootModule) -> Configuration:
    """Read the root module and every module that it calls and that is on disk. Never raises."""
    declarations: dict[str, Declaration] = {}
    skipped: list[Skipped] = []
    installed = _installed(root)
    waiting: list[tuple[str, Path, tuple[Path, ...]]] = [("", root.folder, ())]
    while waiting:
        path, folder, callers = waiting.pop(0)
        for file in _files(folder):
            shown = os.path.relpath(file, root.folder).replace(os.sep, "/")
            try:
                text = file.read_text(encoding="utf-8")
                if not _MATTERS.search(text):
                    continue
                blocks = list(_json_blocks(text) if file.suffix == ".json" else _hcl_blocks(text))
            except Exception as error:
                # NOTE: the parser's errors have no common base, and none of them may end the run.
                detail = f"{shown}: not parsed ({type(error).__name__}): no lines and no ignore_changes from it"
                skipped.append(Skipped("unparsed-configuration", detail))
                continue
            for block in blocks:
                if block.kind == "resource":
                    address = ".".join(part for part in (path, *block.labels) if part)
                    source = SourceRange(shown, block.line, block.end_line)
                    declarations[address] = Declaration(source, block.ignore_changes)
                elif block.kind == "module":
                    child = ".".join(part for part in (path, "module", block.labels[0]) if part)
                    target = installed.get(child) or _local(folder, block.module_source)
                    # A module that calls itself is Terraform's to refuse, and must not be followed for ever.
                    if target is not None and target.is_dir() and target.resolve() not in callers:
                        waiting.append((child, target, (*callers, target.resolve())))
    return Configuration(declarations, tuple(skipped))


@dataclass(frozen=True)
class _Block:
    kind: str
    labels: tuple[str, ...]
    line: int
    end_line: int
    ignore_changes: tuple[str, ...] = ()
    module_source: str = ""


def _files(folder: Path) -> list[Path]:
    patterns = ("*.tf", "*.tofu", "*.tf.json", "*.tofu.json")
    return sorted({file for pattern in patterns for file in folder.glob(pattern)})


def _installed(root: RootModule) -> dict[str, Path]:
    """Where ``terraform init`` put each module: ``modules.json`` maps ``api.store`` to a folder."""
    try:
        manifest = json.loads((root.data_folder / "modules" / "modules.json").read_text(encoding="utf-8"))
        return {
            ".".join(f"module.{name}" for name in entry["Key"].split(".")): root.folder / entry["Dir"]
            for entry in manifest["Modules"]
            if entry["Key"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _local(folder: Path, source: str) -> Path | None:
    return folder / source if source.startswith(("./", "../")) else None


def _hcl_blocks(text: str) -> Iterator[_Block]:
    import hcl2

    tree = hcl2.parses_to_tree(text if text.endswith("\n") else text + "\n")
    for block in _children(_body(tree), "block"):
        head = [text[part.meta.start_pos : part.meta.end_pos] for part in _children(block, "identifier", "string")]
        labels = tuple(label.strip('"') for label in head[1:])
        body = _body(block)
        if head[0] == "resource" and len(labels) == 2:
            yield _Block("resource", labels, block.meta.line, block.meta.end_line, tuple(_ignored(body, text)))
        elif head[0] == "module" and len(labels) == 1:
            source = next((value.strip('"') for name, value, _ in _attributes(body, text) if name == "source"), "")
            yield _Block("module", labels, block.meta.line, block.meta.end_line, module_source=source)


def _ignored(body: Any, text: str) -> Iterator[str]:
    for block in _children(body, "block"):
        name = next(iter(_children(block, "identifier")))
        if text[name.meta.start_pos : name.meta.end_pos] != "lifecycle":
            continue
        for attribute, value, expression in _attributes(_body(block), text):
            if attribute != "ignore_changes":
                continue
            items = list(expression.find_data("tuple"))
            if not items:
                yield value.strip('"')
                continue
            for item in _children(items[-1], "expr_term"):
                yield text[item.meta.start_pos : item.meta.end_pos].strip().strip('"')


def _attributes(body: Any, text: str) -> Iterator[tuple[str, str, Any]]:
    for attribute in _children(body, "attribute"):
        name, value = (child for child in attribute.children if hasattr(child, "data"))
        yield (
            text[name.meta.start_pos : name.meta.end_pos],
            text[value.meta.start_pos : value.meta.end_pos].strip(),
            value,
        )


def _body(tree: Any) -> Any:
    return next(iter(_children(tree, "body")))


def _children(tree: Any, *rules: str) -> Iterable[Any]:
    return (child for child in tree.children if getattr(child, "data", None) in rules)


def _json_blocks(text: str) -> Iterator[_Block]:
    data = json.loads(text)
    for kind, named in (data.get("resource") or {}).items():
        for name, body in named.items():
            lifecycle = body.get("lifecycle") or {}
            lifecycle = lifecycle[0] if isinstance(lifecycle, list) else lifecycle
            ignored = lifecycle.get("ignore_changes") or ()
            line = _line_of(text, name)
            yield _Block(
                "resource",
                (kind, name),
                line,
                line,
                (ignored,) if isinstance(ignored, str) else tuple(ignored),
            )
    for name, body in (data.get("module") or {}).items():
        line = _line_of(text, name)
        yield _Block("module", (name,), line, line, module_source=str(body.get("source", "")))


def _line_of(text: str, name: str) -> int:
    position = text.find(json.dumps(name))
    return text.count("\n", 0, max(position, 0)) + 1
