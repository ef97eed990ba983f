"""A block of the configuration, as far as it matters here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from tfdrift_gate.terraform.ignored_tags import IgnoredTags
from tfdrift_gate.terraform.said import Said, is_literal

_KEY = r'(?:\[\s*(?:[0-9]+|"(?:[^"\\$%]|\\.)*")\s*\])?'
_MODULES = rf"(?:module\s*\.\s*[^\W\d][\w-]*\s*{_KEY}\s*\.\s*)*"
_RESOURCE = re.compile(rf"{_MODULES}([^\W\d][\w-]*)\s*\.\s*[^\W\d][\w-]*\s*{_KEY}")
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s"]+')
_PROVIDER_NAME = re.compile(r'\s*"?\s*([\w-]+)(?:\s*\.\s*([\w-]+))?')


@dataclass(frozen=True)
class Block:
    """A ``resource``, ``module``, ``provider`` or ``import`` block, 1-based lines of its file included.

    The labels of an ``import`` block are the type of its resource, its ``id`` and its ``to``.
    """

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
    said: Said | None = field(default=None, repr=False)
    """Of a Lambda resource: what it says of its settings; None where that is not known."""
    alias: str = ""
    """Of a provider."""
    ignored_tags: IgnoredTags | None = None
    """Of a provider: its ``ignore_tags`` block, None where it has none."""

    def overridden_by(self, other: Block) -> Block:
        """Lay an override file's block over this one, which keeps its place.

        An empty ``ignore_changes`` overrides nothing, and what is ``all`` stays so; a nested block takes the place of
        those of its name; what a module is handed cannot be overridden:
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
            said={**self.said, **other.said} if self.said is not None and other.said is not None else None,
            ignored_tags=self.ignored_tags if other.ignored_tags is None else other.ignored_tags,
        )


def import_block(to: str, id_: Any, lines: tuple[int, int]) -> Block | None:
    """Make an ``import`` block of its arguments; None where they are not literal, or there is no ``id``."""
    found = _RESOURCE.fullmatch(to.strip())
    if not found or not isinstance(id_, str):
        return None
    return Block("import", (found.group(1), id_, _without_spaces(to)), *lines)


def _without_spaces(reference: str) -> str:
    return "".join(_PIECE.findall(reference))


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


def ignored_tags(keys: Iterable[str], key_prefixes: Iterable[str]) -> IgnoredTags:
    """Make an ``ignore_tags`` block of its lists, of which only literal texts are known."""
    return IgnoredTags(tuple(filter(is_literal, keys)), tuple(filter(is_literal, key_prefixes)))
