"""Does what was last written contradict what Terraform believes? One answer per resource.

The judge of this judgement is Terraform's own refresh: the attributes reported here are those that
``terraform plan -refresh-only`` would report, as far as CloudTrail reveals them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tfdrift_gate.catalog import Attribute, Catalog, Resource
from tfdrift_gate.drift.equality import at_path, believes, equal, is_unset
from tfdrift_gate.drift.fold import Net, Write, fold, in_order, with_cascades
from tfdrift_gate.model import (
    WITHHELD,
    AttributeChange,
    Change,
    Drift,
    Effect,
    Event,
    Kind,
    ResourceInstance,
    ResourceKey,
    Suppression,
)

# A modification time that an answer gives is believed when it lies this close to the record's own time.
_SANE = timedelta(minutes=1)


@dataclass(frozen=True)
class Judgement:
    """The drifts that stand, and those that were undone."""

    drifts: tuple[Drift, ...] = ()
    reverted: tuple[Drift, ...] = ()


def judge(
    changes: Iterable[Change], instances: Sequence[ResourceInstance], catalog: Catalog, unmanaged: str
) -> Judgement:
    """Judge all changes against all managed instances.

    ``unmanaged`` is ``attached`` (what hangs on a managed function), ``all`` (new functions too) or ``none``.
    Each managed instance of one resource gets its own drift.
    """
    managed: dict[ResourceKey, list[ResourceInstance]] = {}
    for instance in instances:
        managed.setdefault(instance.key, []).append(instance)
    cascades = {name: resource.cascades for name, resource in catalog.resources.items() if resource.cascades}
    by_key: dict[ResourceKey, list[Change]] = {}
    for change in with_cascades(changes, instances, cascades):
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
        elif net.created and net.alive:
            drifts.extend(_unmanaged(net, resource, managed, unmanaged))
        elif net.deleted and not net.deleted.cascade:
            reverted.extend(_created_and_deleted(net, resource, managed, unmanaged))
    return Judgement(tuple(drifts), tuple(reverted))


def _managed(
    net: Net,
    instance: ResourceInstance,
    resource: Resource,
    managed: Mapping[ResourceKey, Sequence[ResourceInstance]],
) -> tuple[list[Drift], list[Drift]]:
    parent = _parent_address(instance.parent, managed)
    about = Drift(Kind.MODIFIED, net.key, resource.id_of(net.key), (), (), instance, parent)
    if not net.alive and net.deleted is not None:
        drift = _deleted(net.deleted, about)
        functions = managed.get(instance.parent, ()) if instance.parent and net.deleted.cascade else (instance,)
        if any(_state_is_newer(net.deleted, function) for function in functions):
            return [], [drift] if _by_hand(net.deleted) else []
        return [drift], []

    changes, undone = _attributes(net, instance, resource)
    recreated = net.deleted is not None
    life = tuple(change.event for change in net.history if change.effect is not Effect.UPDATE)
    if recreated and (changes or resource.parent is None) and _replaced_by_hand(net, instance, changes):
        note = "deleted and created again by hand"
        events = _distinct([*life, *_events(changes, net)])
        return [replace(about, kind=Kind.REPLACED, changes=changes, events=events, note=note)], []
    stands = [replace(about, changes=changes, events=_events(changes, net))] if changes else []
    if net.deleted is not None and _by_hand(net.deleted):
        return stands, [_deleted(net.deleted, about, _distinct(life))]
    return stands, [replace(about, changes=undone, events=_events(undone, net))] if undone else []


def _attributes(
    net: Net, instance: ResourceInstance, resource: Resource
) -> tuple[tuple[AttributeChange, ...], tuple[AttributeChange, ...]]:
    """The attributes that differ from state, and those that differed for a while."""
    differ: list[AttributeChange] = []
    undone: list[AttributeChange] = []
    for name, attribute in resource.attributes.items():
        write = net.latest.get(name)
        if write is None:
            continue
        path = next((path for path in attribute.state if at_path(instance.attributes, path)), None)
        path = path or (attribute.state[0] if attribute.state else name)
        before = _shown(at_path(instance.attributes, path), attribute)
        if attribute.state and before is None and not write.asked:
            continue
        unknowable = bool(attribute.state) and before is None
        if write.value is WITHHELD or unknowable:
            if _says_something(write, net, is_unset(before, attribute), unknowable):
                settled = _settled(name, write, net, instance)
                differ.append(_withheld(path, write, settled, _names(name, path, attribute)))
            continue
        same = equal(before, write.value, attribute, net.key)
        if (
            not same
            and (write.asked or believes(instance.attributes, path))
            and not _state_is_newer(write.change, instance)
        ):
            removed = is_unset(write.value, attribute) and not is_unset(before, attribute)
            differ.append(_known(path, before, write, attribute, removed))
            continue
        for earlier in reversed(net.asked.get(name, ())):
            contrary = earlier.value is not WITHHELD and not equal(before, earlier.value, attribute, net.key)
            if contrary and _by_hand(earlier.change):
                undone.append(_known(path, before, earlier, attribute))
                break
    return tuple(differ), tuple(undone)


def _says_something(write: Write, net: Net, unset_in_state: bool, unknowable: bool) -> bool:
    """A withheld value says nothing by itself: who asked for it does, or that there now is one."""
    if not write.asked:
        return unset_in_state and not unknowable
    # State can only hold what it manages because it read it after its creation.
    return write.change is not net.created or net.deleted is not None


def _settled(name: str, write: Write, net: Net, instance: ResourceInstance) -> Suppression | None:
    """Why a change of a withheld value is no drift: Terraform read or wrote it since."""
    since = net.history[net.history.index(write.change) :]
    if any(
        change.event.origin == "terraform" and (name in change.asked or name in change.rewrites) for change in since
    ):
        return Suppression(
            "terraform",
            "written by a call with Terraform's user agent; the user agent is the caller's to choose, so this"
            " can be forged",
        )
    moment = write.change.modified_at
    if moment and instance.modified_at and _is_sane(write.change) and moment <= instance.modified_at:
        return Suppression("in-state", "Terraform's state was read after this call and holds what it wrote")
    return None


def _replaced_by_hand(net: Net, instance: ResourceInstance, changes: Sequence[AttributeChange]) -> bool:
    created = net.created
    if created is None:  # something changed it after its deletion, so it was created again, unseen
        return True
    if changes:
        return _by_hand(created)
    known = created.modified_at and instance.modified_at and _is_sane(created)
    seen = bool(known and created.modified_at <= instance.modified_at)  # type: ignore[operator]
    return _by_hand(created) and not seen


def _unmanaged(
    net: Net,
    resource: Resource,
    managed: Mapping[ResourceKey, Sequence[ResourceInstance]],
    mode: str,
) -> list[Drift]:
    parent = _parent_address(net.parent, managed)
    if not _is_wanted(net, parent, mode):
        return []
    changes = tuple(
        _withheld(name, write, None) if write.value is WITHHELD else _known(name, None, write, attribute)
        for name, attribute in resource.attributes.items()
        if (write := net.latest.get(name)) and (write.value is WITHHELD or write.value not in (None, "", [], {}))
    )
    return [
        Drift(
            kind=Kind.UNMANAGED,
            key=net.key,
            resource_id=resource.id_of(net.key),
            changes=changes,
            events=_distinct(change.event for change in net.history if change.asked),
            parent_address=parent,
        )
    ]


def _created_and_deleted(
    net: Net,
    resource: Resource,
    managed: Mapping[ResourceKey, Sequence[ResourceInstance]],
    mode: str,
) -> list[Drift]:
    """What nobody manages, made and removed again inside the window by hand."""
    parent = _parent_address(net.parent, managed)
    made = any(change.effect is Effect.CREATE and _by_hand(change) for change in net.history)
    if not made or not _is_wanted(net, parent, mode):
        return []
    events = _distinct(change.event for change in net.history)
    return [Drift(Kind.UNMANAGED, net.key, resource.id_of(net.key), (), events, parent_address=parent)]


def _is_wanted(net: Net, parent: str | None, mode: str) -> bool:
    if net.parent is None:
        return mode == "all"
    return mode in ("attached", "all") and parent is not None


def _deleted(change: Change, about: Drift, events: tuple[Event, ...] = ()) -> Drift:
    return replace(
        about,
        kind=Kind.DELETED,
        events=events or (change.event,),
        cascade=change.cascade,
        note="deleted together with its function" if change.cascade else "",
    )


def _shown(value: Any, attribute: Attribute) -> Any:
    """Say null for the value by which Terraform's state says that there is none."""
    return None if attribute.none is not None and value == attribute.none else value


def _known(path: str, before: Any, write: Write, attribute: Attribute, removed: bool = False) -> AttributeChange:
    return AttributeChange(
        attribute=path,
        before=before,
        after=_shown(write.value, attribute),
        known=True,
        also_named=_names(path, path, attribute),
        event=write.change.event if write.asked else None,
        revealed_by=None if write.asked else write.change.event,
        removed=removed,
    )


def _names(name: str, path: str, attribute: Attribute) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in (name, *attribute.state, *attribute.also) if other != path))


def _withheld(path: str, write: Write, settled: Suppression | None, also: tuple[str, ...] = ()) -> AttributeChange:
    return AttributeChange(
        attribute=path,
        before=None,
        after=None,
        known=False,
        event=write.change.event if write.asked else None,
        revealed_by=None if write.asked else write.change.event,
        also_named=also,
        settled=settled,
    )


def _events(changes: Iterable[AttributeChange], net: Net) -> tuple[Event, ...]:
    """The calls behind some attribute changes, oldest first: every write by hand, and the last one."""
    changes = list(changes)
    wanted = [change.event for change in changes if change.event]
    names = {change.attribute for change in changes}
    wanted += [
        write.change.event
        for name, writes in net.asked.items()
        for write in writes
        if name in names and _by_hand(write.change)
    ]
    position = {id(change.event): number for number, change in enumerate(net.history)}
    return _distinct(sorted(wanted, key=lambda event: position.get(id(event), 0)))


def _distinct(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple({id(event): event for event in events}.values())


def _by_hand(change: Change) -> bool:
    return change.event.origin != "terraform"


def _is_sane(change: Change) -> bool:
    return change.modified_at is not None and abs(change.modified_at - change.event.event_time) <= _SANE


def _state_is_newer(change: Change, instance: ResourceInstance) -> bool:
    """Tell whether Terraform read the resource after ``change``: then its belief already includes it.

    Matters because records arrive minutes late: right after a repair the trail still ends with the drift.
    """
    if instance.modified_at is None:
        return False
    moment = change.modified_at if change.modified_at and _is_sane(change) else change.event.event_time
    return moment < instance.modified_at.replace(microsecond=0)


def _parent_address(
    parent: ResourceKey | None, managed: Mapping[ResourceKey, Sequence[ResourceInstance]]
) -> str | None:
    found = managed.get(parent, ()) if parent else ()
    return min((instance.address for instance in found), default=None)
