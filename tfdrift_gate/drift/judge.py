"""Does what was last written contradict what Terraform believes? One answer per resource.

The judge of this judgement is Terraform's own refresh: the attributes reported here are those that
``terraform plan -refresh-only`` would report, as far as CloudTrail reveals them.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from tfdrift_gate.catalog import Catalog, Resource
from tfdrift_gate.drift.consequences import with_consequences
from tfdrift_gate.drift.difference import differences, is_sane, state_is_newer
from tfdrift_gate.drift.fold import Net, by_hand, fold
from tfdrift_gate.drift.order import in_order
from tfdrift_gate.drift.unmanaged import Managed, created_and_deleted, unmanaged_drifts
from tfdrift_gate.model import (
    AttributeChange,
    Change,
    Drift,
    Effect,
    Event,
    Kind,
    ResourceInstance,
    ResourceKey,
)

_UNKNOWN_TO_STATE = "deleted, and created again with Terraform's user agent, which this state knows nothing of"


@dataclass(frozen=True)
class Judgement:
    """The drifts that stand, and those that were undone."""

    drifts: tuple[Drift, ...] = ()
    reverted: tuple[Drift, ...] = ()


def judge(
    changes: Iterable[Change],
    instances: Sequence[ResourceInstance],
    catalog: Catalog,
    unmanaged: str,
    everywhere: Managed | None = None,
) -> Judgement:
    """Judge all changes against all managed instances.

    ``unmanaged`` is ``attached`` (what hangs on something managed), ``all`` (new functions too) or ``none``.
    Each managed instance of one resource gets its own drift. ``everywhere`` is what is managed here or elsewhere, where
    that is judged apart: it is not unmanaged.
    """
    managed = by_resource(instances)
    everywhere = managed if everywhere is None else everywhere
    by_key: dict[ResourceKey, list[Change]] = {}
    for change in with_consequences(changes, instances, catalog):
        by_key.setdefault(change.key, []).append(change)
    drifts: list[Drift] = []
    reverted: list[Drift] = []
    for key, group in by_key.items():
        resource = catalog.resources[key.resource_type]
        net = fold(in_order(group), resource.attributes)
        if key in managed:
            for instance in managed[key]:
                stands, undone = _managed(net, instance, resource, managed)
                drifts.extend(stands)
                reverted.extend(undone)
        elif key in everywhere:
            continue
        elif net.created and net.alive:
            drifts.extend(unmanaged_drifts(net, resource, managed, unmanaged, everywhere))
        elif net.deleted and not net.deleted.cascade:
            reverted.extend(created_and_deleted(net, resource, managed, unmanaged))
    return Judgement(tuple(drifts), tuple(reverted))


def by_resource(instances: Iterable[ResourceInstance]) -> dict[ResourceKey, list[ResourceInstance]]:
    """Give the managed instances of each resource: there may be several of one."""
    managed: dict[ResourceKey, list[ResourceInstance]] = {}
    for instance in instances:
        managed.setdefault(instance.key, []).append(instance)
    return managed


def matters(change: Change, managed: Container[ResourceKey], catalog: Catalog, unmanaged: str) -> bool:
    """Tell whether :func:`judge` could say something else without a change, whatever the other changes are.

    False for updates of what nobody manages and hangs on nothing: of a company's trail that is most. Creations and
    deletions always matter, for what hangs on them.
    """
    return (
        change.key in managed
        or unmanaged == "all"
        or change.effect is not Effect.UPDATE
        or change.version_deleted is not None
        or change.parent is not None
        or catalog.resources[change.key.resource_type].parent is not None
    )


def _managed(
    net: Net,
    instance: ResourceInstance,
    resource: Resource,
    managed: Mapping[ResourceKey, Sequence[ResourceInstance]],
) -> tuple[list[Drift], list[Drift]]:
    parents = managed.get(instance.parent, ()) if instance.parent else ()
    parent = min((parent.address for parent in parents), default=None)
    about = Drift(Kind.MODIFIED, net.key, resource.id_of(net.key), (), (), instance, parent)
    if not net.alive and net.deleted is not None:
        drift = _deleted(net.deleted, about, _deletions(net))
        # Terraform that replaces a function has read what hangs on it before, and does not look again.
        with_function = net.deleted.cascade == "function" and by_hand(net.deleted)
        readers = parents if with_function else (instance,)
        if any(state_is_newer(net.deleted, reader) for reader in readers):
            return [], [drift] if by_hand(net.deleted) else []
        return [drift], []

    found = differences(net, instance, resource)
    life = tuple(change.event for change in net.history if change.effect is not Effect.UPDATE)
    recreated = net.deleted is not None
    if recreated and (found.standing or resource.parent is None) and _replaced_by_hand(net, instance, found.standing):
        by_terraform = net.created is not None and not by_hand(net.created)
        note = _UNKNOWN_TO_STATE if by_terraform else "deleted and created again by hand"
        events = _oldest_first([*life, *_events(found.standing, net)], net)
        return [replace(about, kind=Kind.REPLACED, changes=found.standing, events=events, note=note)], []
    stands = [replace(about, changes=found.standing, events=_events(found.standing, net))] if found.standing else []
    if net.deleted is not None and by_hand(net.deleted):
        return stands, [_deleted(net.deleted, about, _distinct(life))]
    return stands, [replace(about, changes=found.undone, events=_events(found.undone, net))] if found.undone else []


def _replaced_by_hand(net: Net, instance: ResourceInstance, changes: Sequence[AttributeChange]) -> bool:
    created = net.created
    if created is None:  # something changed it after its deletion, so it was created again, unseen
        return True
    if created.cascade:  # a setting that the new function has like every other
        return False
    if created.modified_at and instance.modified_at and is_sane(created):
        seen = created.modified_at <= instance.modified_at
        # A user agent can be forged: what this state knows nothing of, its Terraform did not make.
        return (bool(changes) and by_hand(created)) if seen else True
    return by_hand(created)


def _deleted(change: Change, about: Drift, events: tuple[Event, ...]) -> Drift:
    return replace(
        about,
        kind=Kind.DELETED,
        events=events,
        cascade=bool(change.cascade),
        note=f"deleted together with its {change.cascade}" if change.cascade else change.note,
    )


def _deletions(net: Net) -> tuple[Event, ...]:
    """The calls that deleted it, or tried to once it was gone: who of them is trusted must not excuse the others."""
    last = list(takewhile(lambda change: change.effect is Effect.DELETE, reversed(net.history)))
    return _distinct(change.event for change in reversed(last) if change is net.deleted or not change.cascade)


def _events(changes: Iterable[AttributeChange], net: Net) -> tuple[Event, ...]:
    """The calls behind some attribute changes, oldest first: every write by hand, and every one that stands."""
    changes = list(changes)
    wanted = [event for change in changes for event in (change.event, *change.others) if event]
    names = {name for change in changes for name in (change.attribute, *change.also_named, *change.keys)}
    wanted += [
        write.change.event
        for path, writes in net.asked.items()
        for write in writes
        if path in names and by_hand(write.change)
    ]
    return _oldest_first(wanted, net)


def _oldest_first(events: Iterable[Event], net: Net) -> tuple[Event, ...]:
    position = {id(change.event): number for number, change in enumerate(net.history)}
    return _distinct(sorted(events, key=lambda event: position.get(id(event), 0)))


def _distinct(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple({id(event): event for event in events}.values())
