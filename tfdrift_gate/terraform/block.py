"""A block of the configuration, as far as it matters here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tfdrift_gate.terraform.ignored_tags import IgnoredTags

_PROVIDER_NAME = re.compile(r'\s*"?\s*([\w-]+)(?:\s*\.\s*([\w-]+))?')


@dataclass(frozen=True)
class Block:
    """A ``resource``, ``module`` or ``provider`` block, 1-based lines of its file included."""

    kind: str
    labels: tuple[str, ...]
    line: int
    end_line: int
    ignore_changes: tuple[str, ...] = ()
    """Attribute paths as written; ``("all",)`` for all."""
    module_source: str = ""
    provider: str = ""
    """Of a resource: the provider it names, as ``aws`` or ``aws.west``; empty where it names none."""
    providers: tuple[tuple[str, str], ...] | None = ()
    """Of a module: what is handed to it, its own name of a provider and the caller's; None where that is not known."""
    alias: str = ""
    """Of a provider."""
    ignored_tags: IgnoredTags | None = None
    """Of a provider: its ``ignore_tags`` block, None where it has none."""

    def overridden_by(self, other: Block) -> Block:
        """Lay an override file's block over this one, which keeps its place.

        An empty ``ignore_changes`` overrides nothing, and what is ``all`` stays so; a nested block takes the place of
        the one of its name; what a module is handed cannot be overridden:
        https://developer.hashicorp.com/terraform/language/files/override
        """
        ignored = other.ignore_changes or self.ignore_changes
        if "all" in self.ignore_changes:
            ignored = self.ignore_changes
        return replace(
            self,
            ignore_changes=ignored,
            module_source=other.module_source or self.module_source,
            provider=other.provider or self.provider,
            ignored_tags=self.ignored_tags if other.ignored_tags is None else other.ignored_tags,
        )


def ignored_path(text: str) -> str:
    """Read one entry of ``ignore_changes``: a path, or one as a text, as Terraform 0.11 had them; ``*`` is ``all``."""
    entry = text.strip()
    if len(entry) > 1 and entry.startswith('"') and entry.endswith('"'):
        entry = entry[1:-1].replace('\\"', '"')
    return "all" if entry == "*" else entry


def provider_name(text: str) -> str:
    """Read a reference to a provider: ``aws``, ``aws.west``, or either as a text; empty where it is none.

    Of ``aws.each[each.key]`` (OpenTofu) the key is left out: all instances have one block.
    """
    found = _PROVIDER_NAME.match(text)
    return ".".join(part for part in found.groups() if part) if found else ""


def is_literal(text: str) -> bool:
    """Tell whether a text of a configuration is what it says: nothing in it is put in by Terraform."""
    return "${" not in text and "%{" not in text


def ignored_tags(keys: Iterable[str], key_prefixes: Iterable[str]) -> IgnoredTags:
    """Make an ``ignore_tags`` block of its lists, of which only literal texts are known."""
    return IgnoredTags(tuple(filter(is_literal, keys)), tuple(filter(is_literal, key_prefixes)))
