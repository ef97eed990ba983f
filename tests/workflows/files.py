"""Every workflow, example and action of the project, as text and as YAML."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.terraform_cli.binary import PROJECT

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((PROJECT / "docs" / "examples").glob("*.yml"))
ACTION = PROJECT / "action.yml"
EVERY_FILE = [*WORKFLOWS, *EXAMPLES, ACTION]


class _Loader(yaml.SafeLoader):
    """YAML 1.2's booleans, so that the key ``on`` stays a word."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Step:
    """One step, and where it stands."""

    where: str
    keys: dict[str, Any]


def read(file: Path) -> dict[str, Any]:
    """Parse one file."""
    found: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a SafeLoader
    return found


def jobs(file: Path) -> dict[str, dict[str, Any]]:
    """Give the jobs of a workflow by their ids; none of an action."""
    found: dict[str, dict[str, Any]] = read(file).get("jobs", {})
    return found


def steps(file: Path) -> Iterator[Step]:
    """Give every step of a workflow or a composite action."""
    homes = jobs(file) or {"action": read(file).get("runs", {})}
    for name, home in homes.items():
        for number, keys in enumerate(home.get("steps", []), 1):
            yield Step(f"{file.name}: {name}, step {number}", keys)
