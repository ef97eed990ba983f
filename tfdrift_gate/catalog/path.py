"""A place inside a record's request or answer: ``layers[].arn``, ``fileSystemConfigs[0].arn``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Step:
    """One member on the way, its name in lower case."""

    name: str
    each: bool = False
    """``[]``: the rest of the path is taken in every item of the list."""
    first: bool = False
    """``[0]``: the first item of the list."""


@dataclass(frozen=True)
class Path:
    """A dotted path in CloudTrail's spelling, taken apart once."""

    text: str
    steps: tuple[Step, ...]

    @classmethod
    def parse(cls, text: str) -> Path:
        """Take a path apart."""
        return cls(text, tuple(_step(part) for part in text.split(".")))

    @cached_property
    def head(self) -> str:
        """The top-level member, in lower case."""
        return self.steps[0].name

    @cached_property
    def is_plain(self) -> bool:
        """Whether the path is a top-level member and nothing more."""
        return len(self.steps) == 1 and not (self.steps[0].each or self.steps[0].first)


def key_path(attribute: str, key: str) -> str:
    """Write the path of a single key of a map, as Terraform writes it: ``tags["team"]``."""
    return f"{attribute}[{json.dumps(key, ensure_ascii=False)}]"


def _step(part: str) -> Step:
    if part.endswith("[]"):
        return Step(part[:-2].lower(), each=True)
    if part.endswith("[0]"):
        return Step(part[:-3].lower(), first=True)
    return Step(part.lower())
