"""How to read attributes out of an event's records: worked out once an event, of which each record has some thirty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tfdrift_gate.catalog.path import Path
from tfdrift_gate.model import Effect

if TYPE_CHECKING:
    from tfdrift_gate.catalog.entries import Attribute, EventEntry


class Look(NamedTuple):
    """Where one member of an answer shows one attribute."""

    name: str
    attribute: Attribute
    inner: str | None
    """The member of that one which is the value; empty where that one is the value, None where the way is longer."""
    verbatim: type | None
    """The class whose values in a record are the attribute's value as they stand; None where none are."""


class Shown(NamedTuple):
    """What one top-level member of an answer shows."""

    head: str
    """The member, in lower case."""
    is_object: bool
    """Whether one of its looks is into it."""
    looks: tuple[Look, ...]
    silent: Mapping[str, None]
    """The attributes that are not set where a complete answer lacks the member, each with null."""


@dataclass(frozen=True)
class Looks:
    """What a record of one event may tell, and which of it the call asked for."""

    attributes: Mapping[str, Attribute]
    """Every attribute to read, in the resource's order."""
    always_asked: frozenset[str]
    """The attributes that every such call sets."""
    asked_by: Mapping[str, tuple[str, ...]]
    """The attributes that a call sets whose request has a member, by that member's name in lower case."""
    asked_where: tuple[tuple[str, str], ...]
    """Attributes that a call sets whose request has a member that is true, and that member."""
    _shown: dict[frozenset[str], tuple[Shown, ...]] = field(default_factory=dict)

    def beside(self, asked: frozenset[str]) -> tuple[Shown, ...]:
        """Give what an answer shows beside the attributes that the call ``asked`` for."""
        found = self._shown.get(asked)
        if found is None:
            if len(self._shown) >= _MOST_KEPT:
                self._shown.clear()
            found = self._shown[asked] = tuple(
                _shown({name: attribute for name, attribute in self.attributes.items() if name not in asked})
            )
        return found


_MOST_KEPT = 256
"""Requests name few of an event's attributes, and mostly the same; a hostile trail may try them all."""


def looks_of(entry: EventEntry) -> Looks:
    """Work out how the records of an event are read."""
    if entry.effect is Effect.DELETE:
        return Looks({}, frozenset(), {}, ())
    settable = set(entry.can_set)
    attributes = {
        name: attribute for name, attribute in entry.resource.attributes.items() if _may_tell(name, attribute, entry)
    }
    asked_by: dict[str, tuple[str, ...]] = {}
    for name, attribute in attributes.items() if entry.effect is Effect.UPDATE else ():
        for head in attribute.heads if name in settable else ():
            asked_by[head] = (*asked_by.get(head, ()), name)
    return Looks(
        attributes=attributes,
        always_asked=frozenset(
            name for name, attribute in attributes.items() if _is_always_asked(name, attribute, entry)
        ),
        asked_by=asked_by,
        asked_where=tuple(
            (name, entry.asks_if[name].lower()) for name in attributes if name in settable and name in entry.asks_if
        ),
    )


def _may_tell(name: str, attribute: Attribute, entry: EventEntry) -> bool:
    if name in entry.hides:
        return False
    if name not in entry.sets and attribute.withheld == "always":
        return False
    if name in entry.can_set:
        return True
    return entry.values == "response" and (name in entry.sets or not _merges(attribute, entry))


def _is_always_asked(name: str, attribute: Attribute, entry: EventEntry) -> bool:
    if name in entry.sets:
        return True
    if name not in entry.can_set:
        return False
    created = entry.effect is Effect.CREATE and name not in entry.asks_if
    return created or _merges(attribute, entry) or (entry.effect is Effect.UPDATE and name in entry.asks)


def _merges(attribute: Attribute, entry: EventEntry) -> bool:
    """Tell whether a call sets single keys of an attribute, and leaves the others."""
    return attribute.as_ == "tags" and entry.effect is Effect.UPDATE


def _shown(attributes: Mapping[str, Attribute]) -> Iterator[Shown]:
    by_head: dict[str, dict[str, Attribute]] = {}
    for name, attribute in attributes.items():
        if attribute.answered_at is not None:
            by_head.setdefault(attribute.answered_at.head, {})[name] = attribute
    for head, inside in by_head.items():
        looks = tuple(_look(name, attribute, attribute.answered_at) for name, attribute in inside.items())
        silent = [name for name, attribute in inside.items() if attribute.optional not in (False, "inside")]
        yield Shown(head, any(look.inner for look in looks), looks, dict.fromkeys(silent))


def _look(name: str, attribute: Attribute, path: Path | None) -> Look:
    steps = () if path is None or any(step.each or step.first for step in path.steps) else path.steps
    return Look(
        name=name,
        attribute=attribute,
        inner="" if len(steps) == 1 else steps[1].name if len(steps) == 2 else None,
        verbatim=None if attribute.withheld else _VERBATIM.get(attribute.as_),
    )


_VERBATIM: Mapping[str, type] = {
    **dict.fromkeys(("string", "function", "layer", "last", "principal", "json", "policy"), str),
    **dict.fromkeys(("boolean", "enabled"), bool),
}
