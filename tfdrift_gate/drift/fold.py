"""The changes of one resource folded in time order: the last writer of each attribute counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.drift.order import tied
from tfdrift_gate.model import WITHHELD, Change, Effect, ResourceKey


class Write(NamedTuple):
    """The value of an attribute after a call; a tuple, since there are some thirty of them to an event."""

    value: Any
    change: Change
    asked: bool
    """False where the call's answer merely revealed the value."""
    rivals: tuple[Write, ...] = ()
    """Other values asked for in the same second; nothing tells which of them stands."""


@dataclass(frozen=True)
class Net:
    """What all changes of one resource come to."""

    key: ResourceKey
    parent: ResourceKey | None
    history: tuple[Change, ...]
    """Every change, in order."""
    alive: bool
    """Whether the resource is there after the last change."""
    deleted: Change | None
    """The last deletion, also where something was created again after it."""
    created: Change | None
    """The creation that nothing deleted."""
    latest: Mapping[str, Write] = field(default_factory=dict)
    """By attribute: what stands now. A single tag stands under ``tags["team"]``, a statement likewise."""
    asked: Mapping[str, tuple[Write, ...]] = field(default_factory=dict)
    """By attribute: everything that was asked for, in order."""


def by_hand(change: Change) -> bool:
    """Tell whether a call was somebody's, and not one with Terraform's user agent."""
    return change.event.origin != "terraform"


def fold(changes: Sequence[Change], attributes: Mapping[str, Attribute]) -> Net:
    """Fold the changes of one resource (at least one), given in order."""
    latest: dict[str, Write] = {}
    asked: dict[str, list[Write]] = {}
    deleted = created = None
    alive = True
    # What was revealed since a value last changed: the same once more (learning lets changes share it) says nothing.
    said: set[int] = set()
    for change in changes:
        if change.effect is Effect.DELETE:
            # Deleting an alias that is gone succeeds too: the first call is the one that deleted it.
            if alive:
                deleted, created, alive, latest = change, None, False, {}
                said.clear()
            continue
        alive = True
        if change.effect is Effect.CREATE:
            before, created, latest = latest, change, {}
            said.clear()
            if deleted is not None:
                # Whatever the old one had, the new one has only what its creation says.
                unsaid = (name for name, attribute in attributes.items() if not attribute.withheld)
                latest = {name: Write(None, change, asked=True) for name in unsaid}
        else:
            before = latest
        for name, value in change.asked.items():
            known = before.get(name)
            write = Write(value, change, True, _rivals(known, value, change))
            latest[name] = write
            asked.setdefault(name, []).append(write)
            if known is None or known.value != value or known.rivals:
                said.clear()
        if id(change.revealed) in said:
            continue
        for name, value in change.revealed.items():
            seen = latest.get(name)
            if seen is None:
                latest[name] = Write(value, change, False)
            elif seen.value != value or seen.rivals:
                latest[name] = _revealed(seen, value, change, attributes[name])
            else:
                continue
            if latest[name] is not seen:
                said.clear()
        said.add(id(change.revealed))
    return Net(
        key=changes[0].key,
        parent=next((change.parent for change in reversed(changes) if change.parent), None),
        history=tuple(changes),
        alive=alive,
        deleted=deleted,
        created=created,
        latest=latest,
        asked={name: tuple(writes) for name, writes in asked.items()},
    )


def _rivals(known: Write | None, value: Any, change: Change) -> tuple[Write, ...]:
    if known is None or not known.asked or known.value == value or not tied(known.change, change):
        return ()
    return (*known.rivals, known)


def _revealed(known: Write, value: Any, change: Change, attribute: Attribute) -> Write:
    """An answer confirms what was written before, or tells of a call that was never seen."""
    if known.value is WITHHELD or value is WITHHELD:
        if known.value is WITHHELD and value is not WITHHELD:
            return Write(value, known.change, known.asked)
        if known.value is WITHHELD or not equal(known.value, None, attribute, change.key):
            return known
        return Write(value, change, asked=False)
    if not known.rivals:
        return known if equal(known.value, value, attribute, change.key) else Write(value, change, asked=False)
    for write in (known, *known.rivals):
        if equal(write.value, value, attribute, change.key):
            # What an answer shows settles which of several calls in one second was the last.
            return Write(write.value, write.change, write.asked)
    return Write(value, change, asked=False)
