"""What was created and no given state manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tfdrift_gate.catalog import Resource
from tfdrift_gate.drift.difference import TIED, known, withheld
from tfdrift_gate.drift.equality import equal, is_unset
from tfdrift_gate.drift.fold import Net, Write, by_hand
from tfdrift_gate.drift.keyed import single_keys
from tfdrift_gate.drift.order import same_second
from tfdrift_gate.model import WITHHELD, AttributeChange, Drift, Effect, Kind, ResourceInstance, ResourceKey

_MAYBE = "made and removed within one second; nothing tells which call was the last"

Managed = Mapping[ResourceKey, Sequence[ResourceInstance]]
"""The managed instances of each resource."""


def unmanaged_drifts(
    net: Net, resource: Resource, managed: Managed, mode: str, everywhere: Managed | None = None
) -> list[Drift]:
    """Report something that was created and stands, as the mode wants it.

    ``attached`` wants what hangs on something managed, ``all`` also what hangs on nothing, ``none`` nothing. What
    Terraform itself makes for a managed resource (of those ``everywhere``) is not unmanaged, and a setting at its
    default is no creation.
    """
    parent = _parent_address(net, managed)
    if not _is_wanted(net, resource, managed, parent, mode) or _is_implied(net, resource, everywhere or managed):
        return []
    changes = tuple(change for name in resource.attributes if (change := _attribute(name, net, resource)) is not None)
    if resource.inherent and not changes:
        return []
    events = {id(change.event): change.event for change in net.history if change.asked}
    return [
        Drift(
            kind=Kind.UNMANAGED,
            key=net.key,
            resource_id=resource.id_of(net.key),
            changes=changes,
            events=tuple(events.values()),
            parent_address=parent,
            note=_MAYBE if _may_be_gone(net) else "",
        )
    ]


def created_and_deleted(net: Net, resource: Resource, managed: Managed, mode: str) -> list[Drift]:
    """Tell of what nobody manages, made and removed again inside the window by hand."""
    parent = _parent_address(net, managed)
    made = any(change.effect is Effect.CREATE and by_hand(change) for change in net.history)
    if not made or not _is_wanted(net, resource, managed, parent, mode):
        return []
    events = tuple({id(change.event): change.event for change in net.history}.values())
    return [Drift(Kind.UNMANAGED, net.key, resource.id_of(net.key), (), events, parent_address=parent)]


def _may_be_gone(net: Net) -> bool:
    """Tell whether it was removed in the second of its making, and nothing tells of it before that."""
    return bool(net.created and net.deleted) and all(same_second(change, net.history[0]) for change in net.history)


def _attribute(name: str, net: Net, resource: Resource) -> AttributeChange | None:
    attribute = resource.attributes[name]
    write = net.latest.get(name)
    if attribute.as_ == "tags":
        write = _with_keys(name, write, net)
    if write is None or (resource.inherent and is_unset(write.value, attribute, net.key)):
        return None
    if write.value is WITHHELD:
        return withheld(name, write, None)
    if write.value in (None, "", [], {}):
        return None
    change = known(name, None, write, attribute)
    return change._replace(note=TIED) if write.rivals else change


def _with_keys(name: str, whole: Write | None, net: Net) -> Write | None:
    keys = single_keys(net, name)
    if not keys:
        return whole
    base: Mapping[str, Any] = whole.value if whole and isinstance(whole.value, Mapping) else {}
    merged = {**base, **{key: write.value for key, write in keys.items()}}
    last = next(reversed(keys.values()))
    return Write({key: value for key, value in merged.items() if value is not None}, last.change, asked=True)


def _is_beside(net: Net, resource: Resource, managed: Managed) -> bool:
    """Tell whether something managed hangs on the same layer version, which itself may be in another state."""
    if resource.parent is None or resource.parent.type == "aws_lambda_function":
        return False
    return any(
        instance.parent == net.parent
        for key in managed
        if key.resource_type == net.key.resource_type
        for instance in managed[key]
    )


def _is_wanted(net: Net, resource: Resource, managed: Managed, parent: str | None, mode: str) -> bool:
    if resource.parent is None:
        return mode == "all"
    return mode in ("attached", "all") and (parent is not None or _is_beside(net, resource, managed))


def _is_implied(net: Net, resource: Resource, managed: Managed) -> bool:
    """Tell whether Terraform made it itself, for a managed resource on the same function and qualifier."""
    implied = resource.implied_by
    if implied is None:
        return False
    owner = ResourceKey(implied.type, net.key.account, net.key.region, net.key.parts[:-1])
    believed = any(
        all(instance.attributes.get(name) == value for name, value in implied.believed.items())
        for instance in managed.get(owner, ())
    )
    return believed and any(_is_as(net, resource, values) for values in implied.values)


def _is_as(net: Net, resource: Resource, values: Mapping[str, Any]) -> bool:
    return all(
        equal(net.latest[name].value if name in net.latest else None, values.get(name), attribute, net.key)
        for name, attribute in resource.attributes.items()
    )


def _parent_address(net: Net, managed: Managed) -> str | None:
    found = managed.get(net.parent, ()) if net.parent else ()
    return min((instance.address for instance in found), default=None)
