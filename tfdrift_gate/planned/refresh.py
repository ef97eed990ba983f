"""What the plan's own refresh saw: it settles what CloudTrail withholds, and shows drift that no event explains."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tfdrift_gate.catalog import Attribute, Catalog, Resource, key_path
from tfdrift_gate.drift.difference import shown
from tfdrift_gate.drift.equality import at_path, believes, equal, is_unset
from tfdrift_gate.instant import RETENTION, iso
from tfdrift_gate.model import (
    SENSITIVE,
    AttributeChange,
    Drift,
    Kind,
    ResourceInstance,
    ResourceKey,
    TimeWindow,
)
from tfdrift_gate.rules.suppress import differing_keys, parted
from tfdrift_gate.terraform.place import modified_at
from tfdrift_gate.terraform.plan import Plan, RefreshedInstance
from tfdrift_gate.terraform.state import StateInstance, name_of

_AS_BELIEVED = "the plan's refresh read it after this call, and found it as state has it"
_CHANGED = "CloudTrail withholds the value; the plan's refresh found it changed"
_SAME_CALL = timedelta(seconds=2)
"""Less than this lies between a call's time in CloudTrail, in whole seconds, and the time that Lambda keeps of it."""
_ENVIRONMENT = "environment"
"""The attribute whose values are never shown, whoever tells them."""


def settle(drift: Drift, plan: Plan, catalog: Catalog) -> tuple[Drift | None, Drift | None]:
    """Settle by the plan's refresh what CloudTrail withholds of a modification; give what stands and what does not.

    Only a refresh that read the resource after the call settles anything: then its ``last_modified`` is not older.
    Values that the trail shows are the trail's to tell, since a plan does not say whether it refreshed at all.
    """
    seen = _seen(drift, plan)
    if seen is None or seen.after is None or drift.kind is not Kind.MODIFIED:
        return drift, None
    resource = catalog.resources[drift.key.resource_type]
    standing: list[AttributeChange] = []
    refuted: list[AttributeChange] = []
    for change in drift.changes:
        if change.known or not was_read_after(change, seen, resource, plan):
            standing.append(change)
        elif told := _told(change, seen, resource, drift.key):
            standing.append(told)
        else:
            refuted.append(change)
    if not refuted:
        return replace(drift, changes=tuple(standing)), None
    undone = replace(drift, changes=tuple(refuted), note=_AS_BELIEVED)
    return (replace(drift, changes=tuple(standing)) if standing else None), undone


def unexplained_drifts(
    plan: Plan, instances: Sequence[ResourceInstance], judged: Iterable[Drift], catalog: Catalog
) -> list[Drift]:
    """Give what the refresh found that none of the ``judged`` drifts is about, as drifts without events.

    A value that the refresh read after the calls, and that is not theirs, is somebody else's work.
    """
    explained: dict[tuple[str, str], set[str]] = {}
    whole: set[tuple[str, str]] = set()
    for drift in judged:
        if drift.instance is None:
            continue
        known = name_of(drift.instance)
        names = explained.setdefault(known, set())
        for change in drift.changes:
            if not _is_overwritten(change, drift, plan, catalog):
                names.update(_paths(change))
        if drift.kind in (Kind.DELETED, Kind.REPLACED):
            whole.add(known)
    placed = {name_of(instance): instance for instance in instances}
    found = []
    for entry in plan.refreshed.values():
        known = name_of(entry.before)
        resource = catalog.resources[entry.before.resource_type]
        instance = placed.get(known) or _unplaced(entry.before, resource, plan)
        about = Drift(Kind.MODIFIED, instance.key, _import_id(instance, resource), (), (), instance)
        if known in whole:
            continue
        if entry.after is None:
            found.append(replace(about, kind=Kind.DELETED))
        elif changes := tuple(_differences(entry, resource, instance.key, explained.get(known, set()))):
            found.append(replace(about, changes=changes))
    return sorted(found, key=lambda drift: drift.instance.address if drift.instance else "")


def how_far_back(drift: Drift, plan: Plan, window: TimeWindow, catalog: Catalog, read: Iterable[datetime] = ()) -> str:
    """Say how far back the window would have to reach to show the event behind an unexplained drift.

    ``read`` are the times of the events on the resource that were read: what one of those moved dates nothing else.
    """
    resource = catalog.resources[drift.key.resource_type]
    seen = _seen(drift, plan)
    moment = _moved_to(seen, resource) if seen and seen.after else None
    told = moment is not None and any(_moves_it(change, resource) for change in drift.changes)
    if moment is None or not told or any(abs(moment - time) < _SAME_CALL for time in read):
        made = f" (it was before {iso(plan.made_at)})" if plan.made_at else ""
        return (
            f"nothing tells when it happened{made}: --since last-apply reaches back to when the state was last written;"
            f" event history goes back {RETENTION.days} days, a trail's files further"
        )
    when = f"AWS says that it was last modified at {iso(moment)}"
    if moment < window.until - RETENTION:
        return f"{when}, before the {RETENTION.days} days of event history: read the trail's files with --events"
    if moment < window.since:
        return f"{when}: --since {iso(moment.replace(microsecond=0))} reaches back to it"
    if moment > window.until:
        return f"{when}, after the window's end"
    return f"{when}, in the window: its event has not arrived yet (it can take 15 minutes), or was not read"


def _seen(drift: Drift, plan: Plan) -> RefreshedInstance | None:
    return plan.refreshed_of(drift.instance) if drift.instance else None


def was_read_after(change: AttributeChange, seen: RefreshedInstance, resource: Resource, plan: Plan) -> bool:
    """Tell whether the refresh read an instance after the calls that explain a change: only then it tells of those."""
    events = [event for event in (change.event, change.revealed_by, *change.others) if event]
    last = max((event.event_time for event in events), default=None)
    if last is None or seen.after is None:
        return False
    if resource.modified_at:
        moment = modified_at(seen.after, resource)
        return moment is not None and moment >= last
    return plan.made_at is not None and plan.made_at > last


def _told(
    change: AttributeChange, seen: RefreshedInstance, resource: Resource, key: ResourceKey
) -> AttributeChange | None:
    """Tell a withheld change as the refresh saw it; None where it saw no difference."""
    name = resource.attribute_behind(change.attribute)
    if name is None or seen.after is None:
        return change
    attribute = resource.attributes[name]
    for path in (change.attribute, *change.also_named):
        before, after = at_path(seen.before.attributes, path), at_path(seen.after.attributes, path)
        if not equal(before, after, attribute, key):
            told = _known_change(path if name != _ENVIRONMENT else change.attribute, before, after, attribute, key)
            also = tuple(other for other in (change.attribute, *change.also_named) if other != told.attribute)
            return told._replace(
                event=change.event,
                revealed_by=change.revealed_by,
                others=change.others,
                note=_CHANGED,
                also_named=also,
            )
    return None


def _differences(
    entry: RefreshedInstance, resource: Resource, key: ResourceKey, explained: set[str]
) -> Iterable[AttributeChange]:
    if entry.after is None:
        return
    before, after = entry.before.attributes, entry.after.attributes
    for name, attribute in resource.attributes.items():
        if attribute.only_if and before.get(attribute.only_if) is not True:
            continue
        for path in attribute.state or (name,):
            one, other = at_path(before, path), at_path(after, path)
            if explained & {name, path, *attribute.also} or equal(one, other, attribute, key):
                continue
            change = _known_change(path, one, other, attribute, key)
            keys = differing_keys(change)
            if not keys or not all(explained & set(_key_paths(change, key)) for key in keys):
                yield parted(change, explained.__contains__)[0]
            break


def _is_overwritten(change: AttributeChange, drift: Drift, plan: Plan, catalog: Catalog) -> bool:
    """Tell whether the refresh read another value than the one that a call wrote, and after that call."""
    seen = _seen(drift, plan)
    resource = catalog.resources[drift.key.resource_type]
    name = resource.attribute_behind(change.attribute)
    if seen is None or seen.after is None or name is None or not change.known or change.after == SENSITIVE:
        return False
    if differing_keys(change) or not believes(seen.after.attributes, change.attribute):
        return False
    value = at_path(seen.after.attributes, change.attribute)
    same = equal(value, change.after, resource.attributes[name], drift.key)
    return not same and was_read_after(change, seen, resource, plan)


def _paths(change: AttributeChange) -> list[str]:
    """Name what a change is about, by all its names; of a map the single keys."""
    keys = differing_keys(change)
    return [path for key in keys for path in _key_paths(change, key)] or [change.attribute, *change.also_named]


def _key_paths(change: AttributeChange, key: str) -> list[str]:
    return [key_path(name, key) for name in (change.attribute, *change.also_named)]


def _known_change(path: str, before: Any, after: Any, attribute: Attribute, key: ResourceKey) -> AttributeChange:
    also = tuple(dict.fromkeys(name for name in (*attribute.state, *attribute.also) if name != path))
    if path.partition("[")[0] == _ENVIRONMENT:
        return AttributeChange(path, SENSITIVE, SENSITIVE, known=True, event=None, also_named=also)
    removed = is_unset(after, attribute, key) and not is_unset(before, attribute, key)
    was, now = shown(before, attribute), shown(after, attribute)
    return AttributeChange(path, was, now, known=True, event=None, also_named=also, removed=removed)


def _moves_it(change: AttributeChange, resource: Resource) -> bool:
    """Tell whether the API that sets an attribute also moves ``last_modified``: tags and concurrency do not."""
    name = resource.attribute_behind(change.attribute)
    return name is not None and name not in ("tags", "reserved_concurrent_executions", "code_signing_config_arn")


def _moved_to(seen: RefreshedInstance, resource: Resource) -> datetime | None:
    if seen.after is None:
        return None
    before, after = modified_at(seen.before, resource), modified_at(seen.after, resource)
    return after if after != before else None


def _unplaced(state: StateInstance, resource: Resource, plan: Plan) -> ResourceInstance:
    key = ResourceKey(resource.type, "", "", tuple("" for _ in resource.identity))
    return ResourceInstance(state.address, resource.type, key, state.attributes, plan.sensitive_of(state.address))


def _import_id(instance: ResourceInstance, resource: Resource) -> str:
    return resource.id_of(instance.key) if instance.key.account else ""
