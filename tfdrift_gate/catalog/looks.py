"""How to read attributes out of an event's records: worked out once an event, of which each record has some thirty."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tfdrift_gate.model import Effect

if TYPE_CHECKING:
    from tfdrift_gate.catalog.entries import Attribute, EventEntry


class Look(NamedTuple):
    """Where the answer to a call shows one attribute."""

    name: str
    attribute: Attribute
    head: str | None
    """The top-level member of the answer, in lower case; None where no answer shows it."""
    inner: str | None
    """The member of that one which is the value; empty where that one is the value, None where the way is longer."""
    silent: bool
    """Whether a complete answer that lacks the member says that the attribute is not set."""
    verbatim: type | None
    """The class whose values in a record are the attribute's value as they stand; None where none are."""


@dataclass(frozen=True)
class Looks:
    """What a record of one event may tell, and which of it the call asked for."""

    looks: tuple[Look, ...]
    """Every attribute to read, in the resource's order."""
    always_asked: frozenset[str]
    """The attributes that every such call sets."""
    asked_by: Mapping[str, tuple[str, ...]]
    """The attributes that a call sets whose request has a member, by that member's name in lower case."""
    asked_where: tuple[tuple[str, str], ...]
    """Attributes that a call sets whose request has a member that is true, and that member."""


def looks_of(entry: EventEntry) -> Looks:
    """Work out how the records of an event are read."""
    if entry.effect is Effect.DELETE:
        return Looks((), frozenset(), {}, ())
    settable = set(entry.can_set)
    looks = tuple(
        _look(name, attribute)
        for name, attribute in entry.resource.attributes.items()
        if _may_tell(name, attribute, entry)
    )
    asked_by: dict[str, tuple[str, ...]] = {}
    for look in looks if entry.effect is Effect.UPDATE else ():
        for head in look.attribute.heads if look.name in settable else ():
            asked_by[head] = (*asked_by.get(head, ()), look.name)
    return Looks(
        looks=looks,
        always_asked=frozenset(look.name for look in looks if _is_always_asked(look, entry)),
        asked_by=asked_by,
        asked_where=tuple(
            (look.name, entry.asks_if[look.name].lower())
            for look in looks
            if look.name in settable and look.name in entry.asks_if
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


def _is_always_asked(look: Look, entry: EventEntry) -> bool:
    if look.name in entry.sets:
        return True
    if look.name not in entry.can_set:
        return False
    created = entry.effect is Effect.CREATE and look.name not in entry.asks_if
    return created or _merges(look.attribute, entry) or (entry.effect is Effect.UPDATE and look.name in entry.asks)


def _merges(attribute: Attribute, entry: EventEntry) -> bool:
    """Tell whether a call sets single keys of an attribute, and leaves the others."""
    return attribute.as_ == "tags" and entry.effect is Effect.UPDATE


def _look(name: str, attribute: Attribute) -> Look:
    path = attribute.answered_at
    steps = () if path is None or any(step.each or step.first for step in path.steps) else path.steps
    return Look(
        name=name,
        attribute=attribute,
        head=path.head if path else None,
        inner="" if len(steps) == 1 else steps[1].name if len(steps) == 2 else None,
        silent=attribute.optional not in (False, "inside"),
        verbatim=None if attribute.withheld else _VERBATIM.get(attribute.as_),
    )


_VERBATIM: Mapping[str, type] = {
    **dict.fromkeys(("string", "function", "layer", "last", "principal", "json", "policy"), str),
    **dict.fromkeys(("boolean", "enabled"), bool),
}
