"""The nouns of a rules file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final

from tfdrift_gate.model import AttributeChange, Kind, Severity

BUILT_IN: Final = "built in"
"""Where a rule came from that no rules file holds."""


@dataclass(frozen=True)
class Rule:
    """How bad a change of some attributes of some resource types is."""

    name: str
    resource_types: tuple[str, ...]
    severity: Severity
    watched_attributes: tuple[str, ...] = ()
    """Top-level attribute names; empty for everything about the type."""
    kinds: tuple[Kind, ...] = tuple(Kind)
    when: str | None = None
    reason: str = ""
    builtin: bool = False
    where: str = BUILT_IN
    """``file:line``, or :data:`BUILT_IN`."""


@dataclass(frozen=True)
class Trust:
    """A pipeline whose changes are not held against it, told by signed facts."""

    name: str
    role_arn: str
    session_name: str | None = None
    user_agent: str | None = None
    where: str = ""
    """``file:line``."""


@dataclass(frozen=True)
class Waiver:
    """An exception with a reason, an owner and an end."""

    match: Mapping[str, str]
    """Globs by what they are matched against: ``address``, ``resource_id``, ``id``; all must match."""
    reason: str
    owner: str
    expires: date
    """From this day (UTC) on it no longer waives."""
    attributes: tuple[str, ...] = ()
    """Attribute names; empty for all of them."""
    where: str = ""
    """``file:line``."""

    def expired(self, today: date) -> bool:
        """Tell whether it no longer waives on the day (UTC) ``today``."""
        return today >= self.expires

    @property
    def words(self) -> str:
        """What it is about, as a person would name it."""
        return " ".join(self.match.values())


@dataclass(frozen=True)
class RuleSet:
    """Everything a rules file says, the built-in severities included unless they are replaced."""

    rules: tuple[Rule, ...] = ()
    trusted: tuple[Trust, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    where: str = BUILT_IN
    replaced: tuple[Rule, ...] = ()
    """The built-in rules that ``replace_defaults`` took away."""
    replaced_at: str = ""
    """Where it did, as ``file:line``; empty where it did not."""

    def about(self, resource_type: str, kind: Kind) -> tuple[Rule, ...]:
        """Give the rules that may be about a drift of that kind of a resource type, in their order."""
        found = self._by_type.get((resource_type, kind))
        if found is None:
            found = self._by_type[resource_type, kind] = tuple(
                rule
                for rule in self.rules
                if kind in rule.kinds and (resource_type in rule.resource_types or "*" in rule.resource_types)
            )
        return found

    @cached_property
    def _by_type(self) -> dict[tuple[str, Kind], tuple[Rule, ...]]:
        return {}


def glob_matches(pattern: str, text: str) -> bool:
    """Match ``*`` and ``?``; every other character, brackets of an address included, stands for itself."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def names(patterns: tuple[str, ...], change: AttributeChange) -> bool:
    """Tell whether one of the attribute names of a rule or waiver covers a change."""
    return _name(patterns, change.attribute, change.also_named)


@lru_cache(maxsize=4096)
def _name(patterns: tuple[str, ...], attribute: str, also_named: tuple[str, ...]) -> bool:
    # Every finding asks every rule about the same few attributes.
    return any(
        name.startswith(pattern) and name[len(pattern) : len(pattern) + 1] in ("", "[", ".")
        for pattern in patterns
        for name in (attribute, *also_named)
    )
