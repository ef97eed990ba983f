"""The configuration's resource blocks: where each stands and which attributes it tells Terraform to ignore.

Only files that can matter are parsed, each once, and only when there is something to report. A file that cannot be
parsed costs its lines and its ``ignore_changes``, and nothing else: the modules it calls are still followed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from tfdrift_gate.model import Skipped, SourceRange
from tfdrift_gate.terraform.block import Block
from tfdrift_gate.terraform.hcl_blocks import hcl_blocks, module_calls
from tfdrift_gate.terraform.json_blocks import json_blocks
from tfdrift_gate.terraform.root import RootModule

MOST_MODULES = 5000
"""Module calls that are followed; each call of a module that calls others counts again."""

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]')
_SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
_STEP = re.compile(
    r'\s*(?:(?:^|\.)\s*([^\W\d][\w-]*)|\.([0-9]{1,9})|\[\s*([0-9]{1,9})\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\])\s*'
)


@dataclass(frozen=True)
class Declaration:
    """One resource block of the configuration."""

    source: SourceRange
    ignore_changes: tuple[str, ...] = ()
    """Attribute paths as written, e.g. ``tags["team"]``; ``("all",)`` for all."""

    def ignores(self, attribute: str) -> bool:
        """Tell whether ``ignore_changes`` covers an attribute path, itself or one it lies under."""
        wanted = _steps(attribute)
        return any(
            path in ("all", attribute) or bool((steps := _steps(path)) and wanted[: len(steps)] == steps)
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
    modules: dict[Path, _Module] = {}
    waiting: list[tuple[str, Path, tuple[Path, ...]]] = [("", root.folder, (Path(os.path.realpath(root.folder)),))]
    for path, folder, callers in waiting:
        module = modules.get(callers[-1])
        if module is None:
            modules[callers[-1]] = module = _read_module(folder, root.folder)
            skipped.extend(module.skipped)
        for file, block in module.resources.values():
            source = SourceRange(file, block.line, block.end_line)
            declarations[_address(path, *block.labels)] = Declaration(source, block.ignore_changes)
        for child, target in _called(path, folder, module, installed):
            resolved = Path(os.path.realpath(target)) if os.path.isdir(target) else None
            # A module that calls itself is Terraform's to refuse, and must not be followed for ever.
            if resolved and resolved not in callers and len(waiting) <= MOST_MODULES:
                waiting.append((child, target, (*callers, resolved)))
    if len(waiting) > MOST_MODULES:
        skipped.append(_unparsed("modules", f"more than {MOST_MODULES} module calls: the rest was not followed"))
    return Configuration(declarations, tuple(skipped))


@dataclass
class _Module:
    """What the files of one folder say together, once override files are laid over the others."""

    resources: dict[tuple[str, ...], tuple[str, Block]] = field(default_factory=dict)
    """The file as reports name it, and the block; by type and name."""
    calls: dict[str, Block] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, file: str, blocks: Iterable[Block], override: bool) -> None:
        for block in blocks:
            if block.kind == "module":
                known = self.calls.get(block.labels[0])
                if known or not override:
                    self.calls[block.labels[0]] = known.overridden_by(block) if known and override else block
            elif not override:
                self.resources[block.labels] = (file, block)
            elif block.labels in self.resources:
                where, base = self.resources[block.labels]
                self.resources[block.labels] = (where, base.overridden_by(block))


def _read_module(folder: Path, root: Path) -> _Module:
    module = _Module()
    try:
        names = sorted(name for name in os.listdir(folder) if not os.path.isdir(folder / name))
    except OSError as error:
        module.skipped.append(_unparsed(_shown(folder, root), error.strerror or "not read"))
        return module
    files = [name for name in names if name.endswith(_SUFFIXES) and not _is_ignored(name)]
    # NOTE: override files come last, https://developer.hashicorp.com/terraform/language/files/override
    for name in sorted(files, key=_is_override):
        shown = _shown(folder / name, root)
        text = ""
        try:
            if not os.path.isfile(folder / name):
                raise ValueError("no file")
            text = (folder / name).read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            blocks = json_blocks(text) if name.endswith(".json") else hcl_blocks(text)
        except Exception as error:
            # NOTE: the parser's errors have no common base, and none of them may end the run.
            reason = str(error) if type(error) is ValueError else type(error).__name__
            module.skipped.append(_unparsed(shown, reason))
            blocks = module_calls(text)
        module.add(shown, blocks, _is_override(name))
    return module


def _called(path: str, folder: Path, module: _Module, installed: Mapping[str, Path]) -> Iterable[tuple[str, Path]]:
    """The modules that a module calls, by address, and their folders as far as they are on disk."""
    found: dict[str, Path] = {}
    for name, call in module.calls.items():
        child = _address(path, "module", name)
        if call.module_source.startswith(("./", "../")):
            found[child] = folder / call.module_source
        elif child in installed:
            found[child] = installed[child]
    if module.skipped:
        # Of the file that could not be parsed, terraform init knows which modules it calls.
        for child, target in installed.items():
            if child.rpartition(".module.")[0] == path and child.startswith("module."):
                found.setdefault(child, target)
    return found.items()


def _installed(root: RootModule) -> dict[str, Path]:
    """Where ``terraform init`` put each module: ``modules.json`` maps ``api.store`` to a folder."""
    try:
        manifest = json.loads((root.data_folder / "modules" / "modules.json").read_text(encoding="utf-8"))
        return {
            ".".join(f"module.{name}" for name in entry["Key"].split(".")): root.folder / entry["Dir"]
            for entry in manifest["Modules"]
            if entry["Key"]
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def _is_ignored(name: str) -> bool:
    # NOTE: what Terraform takes for an editor's own files.
    return name.startswith(".") or name.endswith("~") or (name.startswith("#") and name.endswith("#"))


def _is_override(name: str) -> bool:
    stem = name.removesuffix(".json").rpartition(".")[0]
    return stem == "override" or stem.endswith("_override")


def _shown(path: Path, root: Path) -> str:
    return os.path.relpath(path, root).replace(os.sep, "/")


def _unparsed(what: str, reason: str) -> Skipped:
    detail = f"{what}: not parsed ({reason}): no lines and no ignore_changes from it"
    return Skipped("unparsed-configuration", detail)


def _address(*parts: str) -> str:
    return ".".join(part for part in parts if part)


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[str | int, ...]:
    """Take an attribute path apart: ``tags["team"]`` and ``tags.team`` are the same; empty where it is no path."""
    steps: list[str | int] = []
    at = 0
    while at < len(path):
        found = _STEP.match(path, at)
        if found is None:
            return ()
        name, old_index, index, key = found.groups()
        if key is not None:
            steps.append(re.sub(r"\\(.)", r"\1", key))
        else:
            steps.append(name if name is not None else int(old_index or index))
        at = found.end()
    return tuple(steps)
