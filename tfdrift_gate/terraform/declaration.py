"""What the configuration says of one resource: where it stands, its literals, and what Terraform shall ignore."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from tfdrift_gate.model import SourceRange, Suppression
from tfdrift_gate.terraform.ignored_tags import NO_TAGS, IgnoredTags
from tfdrift_gate.terraform.said import Said, literals_of

IGNORED = Suppression("ignore_changes", "the resource's lifecycle block ignores changes of it")
"""Why what ``ignore_changes`` covers is no finding."""
IGNORED_TAG = Suppression("ignore_tags", "the provider's configuration ignores this tag")
"""Why a tag that ``ignore_tags`` covers is no finding."""

Exceptions = tuple[tuple[Suppression, Callable[[str], bool]], ...]
"""Why attribute paths are not held against anyone, in order, each with the test whether it covers one."""

_STEP = re.compile(
    r'\s*(?:(?:^|\.)\s*([^\W\d][\w-]*)|\.([0-9]{1,9})|\[\s*([0-9]{1,9})\s*\]|\[\s*"((?:[^"\\]|\\.)*)"\s*\])\s*'
)


@dataclass(frozen=True)
class Declaration:
    """One resource block of the configuration."""

    source: SourceRange
    ignore_changes: tuple[str, ...] = ()
    """Attribute paths as written, e.g. ``tags["team"]``; ``("all",)`` for all."""
    ignored_tags: IgnoredTags = NO_TAGS
    """What the resource's provider does not show."""
    said: Said | None = field(default=None, repr=False, hash=False)
    """What the block says of its settings, secrets included; None where that is not known."""

    @cached_property
    def literals(self) -> Mapping[str, Any]:
        """The values that the block gives literally, as written, by attribute path (``vpc_config[0].subnet_ids``).

        Nested blocks also stand at their type's path, as the list of mappings that state has, where all that they say
        is literal. A number may be written as a text, and ``null`` (None) is the same as nothing.
        """
        return literals_of(self.said) if self.said is not None else {}

    @property
    def exceptions(self) -> Exceptions:
        """Why which attribute paths are not held against anyone: ``ignore_changes``, then ``ignore_tags``."""
        return ((IGNORED, self._ignores_changes_of), *tag_exceptions(self.ignored_tags))

    def ignores(self, attribute: str) -> bool:
        """Tell whether ``ignore_changes`` or ``ignore_tags`` covers an attribute path, itself or one it lies under."""
        return any(covers(attribute) for _, covers in self.exceptions)

    def _ignores_changes_of(self, attribute: str) -> bool:
        wanted = _steps(attribute)
        return any(
            path in ("all", attribute) or bool((steps := _steps(path)) and wanted[: len(steps)] == steps)
            for path in self.ignore_changes
        )


def tag_exceptions(tags: IgnoredTags) -> Exceptions:
    """Say what ``ignore_tags`` excepts: single keys of ``tags`` and ``tags_all``, never the whole."""

    def covers(attribute: str) -> bool:
        steps = _steps(attribute)
        return len(steps) == 2 and steps[0] in ("tags", "tags_all") and tags.covers(str(steps[1]))

    return ((IGNORED_TAG, covers),)


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
