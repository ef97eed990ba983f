"""The configuration's resource blocks: where each stands, what it literally says and what Terraform shall ignore.

Only files that can matter are parsed, each once, and only when there is something to report. A file that cannot be
parsed costs its lines, its ``ignore_changes`` and its ``ignore_tags``, those that it may hand on included, and nothing
else: the modules it calls are still followed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tfdrift_gate.model import Skipped, SourceRange
from tfdrift_gate.terraform.block import Block
from tfdrift_gate.terraform.declaration import Declaration, Exceptions, tag_exceptions
from tfdrift_gate.terraform.hcl_blocks import has_providers, hcl_blocks, module_calls
from tfdrift_gate.terraform.ignored_tags import NO_TAGS, IgnoredTags, environment_tags
from tfdrift_gate.terraform.json_blocks import json_blocks
from tfdrift_gate.terraform.provider_scope import NOTHING, Passed, name_of, passed_by, provider_of, scope_of
from tfdrift_gate.terraform.root import RootModule
from tfdrift_gate.terraform.state import without_keys

MOST_MODULES = 5000
"""Module calls that are followed; each call of a module that calls others counts again."""

_SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")


@dataclass(frozen=True)
class Configuration:
    """The declarations found, by address without instance keys, and the files that could not be parsed."""

    declarations: Mapping[str, Declaration]
    skipped: tuple[Skipped, ...] = ()
    ignored_tags: IgnoredTags = NO_TAGS
    """What no AWS provider shows, whatever its block says."""
    imports: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """What literal ``import`` blocks take over: by resource type and import id, the address as written."""

    def find(self, address: str | None) -> Declaration | None:
        """Find the block of an instance by its full address."""
        return self.declarations.get(without_keys(address)) if address else None

    def exceptions(self, address: str | None) -> Exceptions:
        """Say what of an instance is not held against anyone. What no state has (``address`` None) has no provider."""
        declared = self.find(address)
        if declared:
            return declared.exceptions
        return tag_exceptions(self.ignored_tags) if address else ()


def read_configuration(root: RootModule, environment: Mapping[str, str]) -> Configuration:
    """Read the root module and every module that it calls and that is on disk. Never raises.

    ``environment`` is the one that the AWS provider reads too.
    """
    everywhere = environment_tags(environment)
    declarations: dict[str, Declaration] = {}
    imports: dict[tuple[str, str], str] = {}
    skipped: list[Skipped] = []
    installed = _installed(root)
    modules: dict[Path, _Module] = {}
    waiting: list[tuple[str, Path, tuple[Path, ...], Passed]] = [
        ("", root.folder, (Path(os.path.realpath(root.folder)),), NOTHING)
    ]
    for path, folder, callers, passed in waiting:
        module = modules.get(callers[-1])
        if module is None:
            modules[callers[-1]] = module = _read_module(folder, root.folder)
            skipped.extend(module.skipped)
        scope = scope_of(passed, module.providers.values(), module.has_unknown_providers)
        for file, block in module.resources.values():
            source = SourceRange(file, block.line, block.end_line)
            tags = scope.get(provider_of(block), NO_TAGS) | everywhere
            declarations[_address(path, *block.labels)] = Declaration(
                source, block.ignore_changes, tags, None if module.has_unknown_overrides else block.said
            )
        for type_, id_, to in module.imports:
            imports.setdefault((type_, id_), to)
        for child, target, call in _called(path, folder, module, installed):
            resolved = Path(os.path.realpath(target)) if os.path.isdir(target) else None
            # A module that calls itself is Terraform's to refuse, and must not be followed for ever.
            if resolved and resolved not in callers and len(waiting) <= MOST_MODULES:
                waiting.append((child, target, (*callers, resolved), passed_by(call, scope)))
    if len(waiting) > MOST_MODULES:
        skipped.append(_unparsed("modules", f"more than {MOST_MODULES} module calls: the rest was not followed"))
    return Configuration(declarations, tuple(skipped), everywhere, imports)


@dataclass
class _Module:
    """What the files of one folder say together, once override files are laid over the others."""

    resources: dict[tuple[str, ...], tuple[str, Block]] = field(default_factory=dict)
    """The file as reports name it, and the block; by type and name."""
    calls: dict[str, Block] = field(default_factory=dict)
    providers: dict[str, Block] = field(default_factory=dict)
    has_unknown_providers: bool = False
    """Whether a file that could not be parsed may declare some."""
    has_unknown_overrides: bool = False
    """Whether an override file could not be parsed: then what a block says is not known."""
    imports: list[tuple[str, ...]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def add(self, file: str, blocks: Iterable[Block], override: bool) -> None:
        for block in blocks:
            if block.kind == "module":
                known = self.calls.get(block.labels[0])
                if known or not override:
                    self.calls[block.labels[0]] = known.overridden_by(block) if known and override else block
            elif block.kind == "provider":
                # NOTE: an override may be all that is said of a provider, and then stands for itself.
                base = self.providers.get(name_of(block))
                self.providers[name_of(block)] = base.overridden_by(block) if base and override else block
            elif block.kind == "import":
                self.imports.append(block.labels)
            elif not override:
                # NOTE: twice is once for OpenTofu and once for Terraform (main.tofu, main.tf), or an error.
                twice = block.labels in self.resources
                self.resources[block.labels] = (file, replace(block, said=None) if twice else block)
            elif block.labels in self.resources:
                where, resource = self.resources[block.labels]
                self.resources[block.labels] = (where, resource.overridden_by(block))


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
            text = (folder / name).read_bytes().decode("utf-8-sig")
            blocks = (json_blocks if name.endswith(".json") else hcl_blocks)(text, is_called=folder != root)
        except Exception as error:
            # NOTE: the parser's errors have no common base, and none of them may end the run.
            reason = str(error) if type(error) is ValueError else type(error).__name__
            module.skipped.append(_unparsed(shown, reason))
            blocks = module_calls(text)
            module.has_unknown_overrides |= _is_override(name)
            module.has_unknown_providers |= has_providers(text) or (name.endswith(".json") and '"provider"' in text)
        module.add(shown, blocks, _is_override(name))
    return module


def _called(
    path: str, folder: Path, module: _Module, installed: Mapping[str, Path]
) -> Iterable[tuple[str, Path, Block]]:
    """The modules that a module calls, by address, their folders as far as they are on disk, and the calls."""
    found: dict[str, tuple[Path, Block]] = {}
    for name, call in module.calls.items():
        child = _address(path, "module", name)
        if call.module_source.startswith(("./", "../")):
            found[child] = (folder / call.module_source, call)
        elif child in installed:
            found[child] = (installed[child], call)
    if module.skipped:
        # Of the file that could not be parsed, terraform init knows which modules it calls.
        for child, target in installed.items():
            if child.rpartition(".module.")[0] == path and child.startswith("module."):
                found.setdefault(child, (target, Block("module", (child,), 0, 0, providers=None)))
    return [(child, *called) for child, called in found.items()]


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
    detail = f"{what}: not parsed ({reason}): no lines, no ignore_changes and no ignore_tags from it"
    return Skipped("unparsed-configuration", detail)


def _address(*parts: str) -> str:
    return ".".join(part for part in parts if part)
