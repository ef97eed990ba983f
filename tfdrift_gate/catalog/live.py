"""What ``--verify`` may ask Lambda about a resource: the catalogue's ``live`` reads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tfdrift_gate.catalog.path import Path

_OPTIONAL = re.compile(r"\[([^\[\]]*\{(\w+)\}[^\[\]]*)\]")
_DEFAULTED = re.compile(r"\{(\w+)\|([^{}]*)\}")


def fill(template: str, parts: Mapping[str, str]) -> str:
    """Write name parts into a template: ``{part}``, ``[:{part}]`` (left out when empty), ``{part|default}``."""
    text = _OPTIONAL.sub(lambda found: found[1] if parts[found[2]] else "", template)
    text = _DEFAULTED.sub(lambda found: f"{{{found[1]}}}" if parts[found[1]] else found[2], text)
    return text.format_map(parts)


@dataclass(frozen=True)
class LiveRead:
    """One API that tells of a resource as it is now; the head of ``lambda.yaml`` explains each key."""

    call: str
    request: Mapping[str, str]
    attributes: tuple[str, ...]
    """The attributes that its answer shows, by their full paths."""
    members: Mapping[str, str] = field(default_factory=dict)
    under: str | None = None
    complete: tuple[str, ...] = ()
    arn: str | None = None
    lacks: frozenset[str] = frozenset()
    absent: tuple[str, ...] = ()
    none_without: str | None = None
    state: str | None = None
    statement: str | None = None

    @cached_property
    def completes(self) -> tuple[Path, ...]:
        """The members without which an answer is not understood, as paths."""
        return tuple(map(Path.parse, self.complete))

    @property
    def names_an_arn(self) -> bool:
        """Tell whether the request itself says which account's thing is meant."""
        return any(template.startswith("arn:") for template in self.request.values())
