"""Attribute by attribute: where what was last written differs from what Terraform's state holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from tfdrift_gate.catalog import Attribute, Resource
from tfdrift_gate.drift.equality import at_path, believes, equal, is_unset
from tfdrift_gate.drift.fold import Net, Write, by_hand
from tfdrift_gate.drift.keyed import KeyedDifference, KeyedDifferences, policy_differences, tags_differences
from tfdrift_gate.model import WITHHELD, AttributeChange, Change, Effect, ResourceInstance, Suppression

# A modification time that an answer gives is believed when it lies this close to the record's own time.
_SANE = timedelta(minutes=1)

TIED = "set more than once within one second; nothing tells which call was the last"
"""The note of a difference whose last writer is not known."""

BY_TERRAFORM = Suppression(
    "terraform",
    "written by a call with Terraform's user agent; the user agent is the caller's to choose, so this can be forged",
)
IN_STATE = Suppression("in-state", "Terraform's state was read after this call and holds what it wrote")


@dataclass(frozen=True)
class Differences:
    """The attributes that differ from state, and those that differed for a while."""

    standing: tuple[AttributeChange, ...]
    undone: tuple[AttributeChange, ...]


def differences(net: Net, instance: ResourceInstance, resource: Resource) -> Differences:
    """Hold the net effect of all changes of one resource against one instance of it in state."""
    standing: list[AttributeChange] = []
    undone: list[AttributeChange] = []
    versions_deleted = any(change.version_deleted for change in net.history)
    for name, attribute in resource.attributes.items():
        write = net.latest.get(name)
        if attribute.as_ in ("tags", "policy") and (keyed := _keyed_differences(name, attribute, net, instance)):
            found = _keyed(keyed, name, attribute, net, instance)
        elif write is not None or (attribute.as_ == "version" and versions_deleted):
            if _merely_confirmed(name, write, net, instance):
                continue
            found = _plain(name, attribute, net, instance)
        else:
            continue
        for change, stands in found:
            (standing if stands else undone).append(change)
    return Differences(tuple(standing), tuple(undone))


def is_sane(change: Change) -> bool:
    """Tell whether the modification time that an answer gives can be believed."""
    return change.modified_at is not None and abs(change.modified_at - change.event.event_time) <= _SANE


def state_is_newer(change: Change, instance: ResourceInstance) -> bool:
    """Tell whether Terraform read the resource after ``change``: then its belief already includes it.

    Matters because records arrive minutes late: right after a repair the trail still ends with the drift.
    """
    if instance.modified_at is None:
        return False
    moment = change.modified_at if change.modified_at and is_sane(change) else change.event.event_time
    return moment < instance.modified_at.replace(microsecond=0)


def withheld(path: str, write: Write, settled: Suppression | None, also: tuple[str, ...] = ()) -> AttributeChange:
    """Say that an attribute was written to a value which CloudTrail does not show."""
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


def known(path: str, before: Any, write: Write, attribute: Attribute, removed: bool = False) -> AttributeChange:
    """Say that an attribute was written to a value."""
    return AttributeChange(
        attribute=path,
        before=before,
        after=shown(write.value, attribute),
        known=True,
        also_named=_names(path, path, attribute),
        event=write.change.event if write.asked else None,
        revealed_by=None if write.asked else write.change.event,
        removed=removed,
    )


def _merely_confirmed(name: str, write: Write | None, net: Net, instance: ResourceInstance) -> bool:
    """Tell whether an answer just showed what state holds: so it is with most attributes of most answers."""
    if write is None or write.asked or name in net.asked:
        return False
    return bool(write.value == at_path(instance.attributes, name))


def _plain(
    name: str, attribute: Attribute, net: Net, instance: ResourceInstance
) -> Iterator[tuple[AttributeChange, bool]]:
    """Give an attribute's difference, and whether it stands."""
    if attribute.only_if and instance.attributes.get(attribute.only_if) is not True:
        return
    path = _path(name, attribute, instance)
    before = shown(at_path(instance.attributes, path), attribute)
    write = net.latest.get(name)
    left = _version_left(net, str(before)) if attribute.as_ == "version" else None
    write = left or write
    if write is None or (attribute.state and before is None and not write.asked):
        return
    unknowable = bool(attribute.state) and before is None
    if write.value is WITHHELD or unknowable:
        if _says_something(write, net, is_unset(before, attribute, net.key), unknowable):
            settled = _settled(name, write, net, instance, path in attribute.unread)
            yield withheld(path, write, settled, _names(name, path, attribute)), True
        return
    contrary = [one for one in (write, *write.rivals) if not equal(before, one.value, attribute, net.key)]
    can_tell = contrary and (write.asked or believes(instance.attributes, path))
    if can_tell and (path in attribute.unread or not state_is_newer(write.change, instance)):
        stands = contrary[0]
        removed = is_unset(stands.value, attribute, net.key) and not is_unset(before, attribute, net.key)
        published = [one for one in net.asked.get(name, ()) if left and one.value == left.value]
        change = _with_others(known(path, before, stands, attribute, removed), [write, *write.rivals, *published])
        note = stands.change.note or (TIED if write.rivals else "")
        yield change._replace(note=note) if note else change, True
        return
    for earlier in reversed(net.asked.get(name, ())):
        other = earlier.value is not WITHHELD and not equal(before, earlier.value, attribute, net.key)
        if other and by_hand(earlier.change):
            yield known(path, before, earlier, attribute), False
            return


def _keyed_differences(
    name: str, attribute: Attribute, net: Net, instance: ResourceInstance
) -> KeyedDifferences | None:
    if attribute.as_ == "tags":
        return tags_differences(net, name, instance)
    return policy_differences(net, name, attribute, at_path(instance.attributes, name))


def _keyed(
    found: KeyedDifferences, name: str, attribute: Attribute, net: Net, instance: ResourceInstance
) -> Iterator[tuple[AttributeChange, bool]]:
    for stands in found.standing:
        if stands.after is WITHHELD:
            change = withheld(name, stands.writes[-1], None, attribute.also)
            yield _with_others(change, stands.writes)._replace(keys=stands.keys), True
        elif not state_is_newer(stands.writes[-1].change, instance):
            note = TIED if any(write.rivals for write in stands.writes) else ""
            yield _known_keys(stands, name, attribute, net)._replace(note=note), True
        else:
            yield _known_keys(stands, name, attribute, net), False
    if found.undone:
        yield _known_keys(found.undone, name, attribute, net), False


def _known_keys(found: KeyedDifference, name: str, attribute: Attribute, net: Net) -> AttributeChange:
    removed = is_unset(found.after, attribute, net.key) and not is_unset(found.before, attribute, net.key)
    also = tuple(other for other in (name, *attribute.also) if other != found.attribute)
    change = known(found.attribute, found.before, found.writes[-1], attribute, removed)
    return _with_others(change, found.writes)._replace(after=found.after, also_named=also, keys=found.keys)


def _with_others(change: AttributeChange, writes: Sequence[Write]) -> AttributeChange:
    """Name every call that a difference is or may be the work of: one that is trusted must not excuse another."""
    events = [one.change.event for write in writes for one in (write, *write.rivals) if one.asked]
    others = {id(event): event for event in events if event is not change.event}
    return change._replace(others=tuple(others.values()))


def _path(name: str, attribute: Attribute, instance: ResourceInstance) -> str:
    """Give the state attribute that holds the fact: the first that has a value, else the first."""
    if not attribute.state:
        return name
    return next((path for path in attribute.state if at_path(instance.attributes, path)), attribute.state[0])


def _names(name: str, path: str, attribute: Attribute) -> tuple[str, ...]:
    """Name the other attributes that hold what ``path`` does."""
    return _others(path, (name, *attribute.state, *attribute.also))


@cache
def _others(path: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(other for other in names if other != path))


def shown(value: Any, attribute: Attribute) -> Any:
    """Say null for the value by which Terraform's state says that there is none."""
    return None if attribute.none is not None and value == attribute.none else value


def _says_something(write: Write, net: Net, unset_in_state: bool, unknowable: bool) -> bool:
    """A withheld value says nothing by itself: who asked for it does, or that there now is one."""
    if not write.asked:
        return unset_in_state and not unknowable
    # State can only hold what it manages because it read it after its creation.
    return write.change is not net.created or net.deleted is not None


def _settled(name: str, write: Write, net: Net, instance: ResourceInstance, unread: bool) -> Suppression | None:
    """Why a change of a withheld value is no drift: Terraform read or wrote it since."""
    since = net.history[net.history.index(write.change) :]
    if any(not by_hand(change) and (name in change.asked or name in change.rewrites) for change in since):
        return BY_TERRAFORM
    moment = write.change.modified_at
    if not unread and moment and instance.modified_at and is_sane(write.change) and moment <= instance.modified_at:
        return IN_STATE
    return None


def _version_left(net: Net, believed: str) -> Write | None:
    """Give the newest published version after versions were deleted; withheld where it is not told.

    State holds the newest one, and numbers are never given twice. None where the newest one was not deleted.
    """
    top, known_ones = believed, {believed}
    gone: dict[str, Change] = {}
    for change in net.history:
        told = change.asked.get("version", change.revealed.get("version"))
        if change.effect is not Effect.UPDATE:
            gone, known_ones = {}, set()
        if change.version_deleted:
            gone[change.version_deleted] = change
        elif isinstance(told, str):
            top = told
            known_ones.add(told)
    if top not in gone:
        return None
    left = top
    while left in gone:
        left = str(int(left) - 1) if left.isdecimal() and len(left) < 20 else ""
    value = "$LATEST" if left == "0" else left if left in known_ones else WITHHELD
    return Write(value, gone[top], asked=True)
