"""The changes of one resource folded in time order: the last writer of each attribute counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.model import WITHHELD, Change, Effect, ResourceInstance, ResourceKey


@dataclass(frozen=True)
class Write:
    """The value of an attribute after a call."""

    value: Any
    change: Change
    asked: bool
    """False where the call's answer merely revealed the value."""


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
    """By attribute: what stands now."""
    asked: Mapping[str, tuple[Write, ...]] = field(default_factory=dict)
    """By attribute: everything that was asked for, in order."""


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Sort the changes of one resource by time.

    CloudTrail's clock ticks in whole seconds. Within one, a creation must follow a deletion (an edit of a
    permission is Remove + Add) and updates need something to update; the answers' own modification times order
    what carries them; the event id makes the rest stable.
    """
    ordered: list[Change] = []
    for _, group in groupby(sorted(changes, key=lambda change: change.event.event_time), _second):
        second = list(group)
        creates = any(change.effect is Effect.CREATE for change in second)
        phases = (Effect.DELETE, Effect.CREATE, Effect.UPDATE) if creates else (Effect.UPDATE, Effect.DELETE)
        second.sort(
            key=lambda change: (
                phases.index(change.effect),
                change.modified_at.timestamp() if change.modified_at else 0.0,
                change.event.event_id or "",
            )
        )
        ordered.extend(second)
    return ordered


def fold(changes: Sequence[Change], attributes: Mapping[str, Attribute]) -> Net:
    """Fold the changes of one resource (at least one), given in order."""
    latest: dict[str, Write] = {}
    asked: dict[str, list[Write]] = {}
    deleted = created = None
    alive = True
    for change in changes:
        if change.cascade and not alive:
            continue
        if change.effect is Effect.DELETE:
            deleted, created, alive, latest = change, None, False, {}
            continue
        alive = True
        if change.effect is Effect.CREATE:
            created, latest = change, {}
            if deleted is not None:
                # Whatever the old one had, the new one has only what its creation says.
                unsaid = (name for name, attribute in attributes.items() if not attribute.withheld)
                latest = {name: Write(None, change, asked=True) for name in unsaid}
        for name, value in change.asked.items():
            write = Write(value, change, asked=True)
            latest[name] = write
            asked.setdefault(name, []).append(write)
        for name, value in change.revealed.items():
            latest[name] = _revealed(latest.get(name), value, change, attributes[name])
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


def with_cascades(
    changes: Iterable[Change], instances: Iterable[ResourceInstance], cascades: Mapping[str, tuple[str, ...]]
) -> list[Change]:
    """Add a deletion for everything that AWS deletes together with a function, without a record of its own.

    ``cascades`` maps a type to the types that go with it; what hangs on it is known from state
    (``instances``) and from the changes themselves.
    """
    given = list(changes)
    children: dict[ResourceKey, set[ResourceKey]] = {}
    things: list[ResourceInstance | Change] = [*instances, *given]
    for thing in things:
        if thing.parent is not None and thing.key.resource_type in cascades.get(thing.parent.resource_type, ()):
            children.setdefault(thing.parent, set()).add(thing.key)
    return given + [
        Change(event=change.event, key=child, effect=Effect.DELETE, parent=change.key, cascade=True)
        for change in given
        if change.effect is Effect.DELETE
        for child in sorted(children.get(change.key, ()), key=lambda key: (key.resource_type, key.parts))
    ]


def _revealed(known: Write | None, value: Any, change: Change, attribute: Attribute) -> Write:
    """An answer confirms what was written before, or tells of a call that was never seen."""
    if known is None:
        return Write(value, change, asked=False)
    if known.value is WITHHELD or value is WITHHELD:
        if known.value is WITHHELD and value is not WITHHELD:
            return Write(value, known.change, known.asked)
        if known.value is WITHHELD or not equal(known.value, None, attribute, change.key):
            return known
        return Write(value, change, asked=False)
    return known if equal(known.value, value, attribute, change.key) else Write(value, change, asked=False)


def _second(change: Change) -> int:
    return int(change.event.event_time.timestamp())
