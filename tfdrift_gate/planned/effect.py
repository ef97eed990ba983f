"""What a plan would do about a drift, attribute by attribute: ``reverts``, ``adopts``, ``keeps`` or ``destroys``.

A plan adopts what somebody made by hand where the value that it plans is the one that stands in AWS *and* the
configuration says so: a computed attribute that nobody configured is merely kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tfdrift_gate.catalog import Attribute, Catalog, Resource, key_path
from tfdrift_gate.drift.difference import shown
from tfdrift_gate.drift.equality import at_path, equal, is_unset
from tfdrift_gate.model import SENSITIVE, AttributeChange, Drift, Kind, PlanEffect, ResourceKey
from tfdrift_gate.planned.adopted import ADOPTED, GONE_TOO, IMPORTED
from tfdrift_gate.planned.refresh import was_read_after
from tfdrift_gate.rules.redact import covers
from tfdrift_gate.rules.suppress import differing_keys, parted
from tfdrift_gate.terraform.plan import Plan, PlannedChange, RefreshedInstance
from tfdrift_gate.terraform.state import without_keys

_MADE_AGAIN = "this plan creates the same thing: its apply will find that it is there already; import it instead"


@dataclass(frozen=True)
class Arrivals:
    """What the plan would bring under Terraform's care, by its place in AWS."""

    imported: Mapping[ResourceKey, PlannedChange]
    created: frozenset[ResourceKey]


NONE_ARRIVE = Arrivals({}, frozenset())
"""Where no plan is given."""


def with_effects(drift: Drift, plan: Plan, arrivals: Arrivals, catalog: Catalog) -> Drift:
    """Say of a drift and each of its changes what the plan would do; what it adopts is settled.

    Where Terraform could not finish the plan, what it did not reach is left unsaid.
    """
    resource = catalog.resources[drift.key.resource_type]
    if drift.instance is None:
        return _unmanaged(drift, plan, arrivals, resource)
    change = plan.change_of(drift.instance)
    if change is None:
        return drift if plan.errored else _all(drift, _untouched(drift, plan))
    if drift.kind is Kind.DELETED:
        return _all(drift, _of_a_deleted(change))
    if change.actions == ("delete",):
        return _all(drift, PlanEffect.DESTROYS)
    if change.actions == ("forget",):
        return _all(drift, PlanEffect.KEEPS)
    told = _with_changes(drift, change, plan, resource)
    replaced = PlanEffect.REVERTS if "create" in change.actions else PlanEffect.KEEPS
    return replace(told, plan_effect=replaced if drift.kind is Kind.REPLACED or not drift.changes else None)


def as_ignored(drift: Drift) -> Drift:
    """Of what ``ignore_changes`` covers a plan carries the value that stands, whatever the configuration says."""
    changes = tuple(
        change._replace(plan_effect=PlanEffect.KEEPS) if change.plan_effect is PlanEffect.ADOPTS else change
        for change in drift.changes
    )
    return replace(drift, changes=changes)


def _untouched(drift: Drift, plan: Plan) -> PlanEffect:
    """Of what the plan does not name: gone from AWS, from the configuration and so from the plan, or left alone."""
    seen = plan.refreshed_of(drift.instance) if drift.instance else None
    if drift.kind is not Kind.DELETED or not plan.whole or seen is None or seen.after is not None:
        return PlanEffect.KEEPS
    address = without_keys(seen.before.address)
    # Where the plan names other instances of the block, it no longer wants this one.
    gone_too = address not in plan.configured or address in plan.planned_blocks
    return PlanEffect.ADOPTS if gone_too else PlanEffect.KEEPS


def _of_a_deleted(change: PlannedChange) -> PlanEffect:
    if "create" in change.actions:
        return PlanEffect.REVERTS
    # Without a refresh the plan deletes what is gone already.
    return PlanEffect.ADOPTS if change.actions in (("delete",), ("forget",)) else PlanEffect.KEEPS


def _all(drift: Drift, effect: PlanEffect) -> Drift:
    changes = tuple(change._replace(plan_effect=effect) for change in drift.changes)
    whole = effect if drift.kind is not Kind.MODIFIED or not changes else None
    settled = GONE_TOO if effect is PlanEffect.ADOPTS and drift.kind is Kind.DELETED else drift.settled
    return replace(drift, changes=changes, plan_effect=whole, settled=settled)


def _unmanaged(drift: Drift, plan: Plan, arrivals: Arrivals, resource: Resource) -> Drift:
    arriving = arrivals.imported.get(drift.key)
    if arriving is not None:
        told = _with_changes(drift, arriving, plan, resource)
        # What the import itself takes on is adopted, configured word for word or not.
        changes = tuple(
            change._replace(plan_effect=PlanEffect.ADOPTS, settled=IMPORTED)
            if change.plan_effect is not PlanEffect.REVERTS and _takes_on(arriving, change, resource, drift.key)
            else change
            for change in told.changes
        )
        all_adopted = all(change.plan_effect is PlanEffect.ADOPTS for change in changes)
        settled = IMPORTED if all_adopted else drift.settled
        return replace(
            drift, changes=changes, plan_effect=PlanEffect.ADOPTS, settled=settled, sensitive=arriving.sensitive
        )
    if drift.key in arrivals.created:
        return replace(_all(drift, PlanEffect.KEEPS), note=drift.note or _MADE_AGAIN)
    parent = plan.changes.get(drift.parent_address) if drift.parent_address else None
    function = resource.part(drift.key, "function")
    if parent is not None and function and parent.before.get("function_name") not in (function, None):
        parent = None  # another root's, of the same address
    if parent is not None and "delete" in parent.actions:
        return _all(drift, PlanEffect.DESTROYS)
    return drift if plan.errored and parent is None else _all(drift, PlanEffect.KEEPS)


def _takes_on(importing: PlannedChange, change: AttributeChange, resource: Resource, key: ResourceKey) -> bool:
    """Tell whether an import has read what stands in AWS now, and not what stood there before a later call."""
    name = resource.attribute_behind(change.attribute)
    read = at_path(importing.before, change.attribute)
    return name is None or read is None or not change.known or equal(read, change.after, resource.attributes[name], key)


def _with_changes(drift: Drift, planned: PlannedChange, plan: Plan, resource: Resource) -> Drift:
    configured = plan.configured.get(without_keys(planned.address), {})
    seen = plan.refreshed_of(drift.instance) if drift.instance else None
    judged = _Planned(planned, configured, plan, seen, resource, drift.key)
    changes = tuple(part for change in drift.changes for part in judged.parts_of(change))
    return replace(drift, changes=changes)


@dataclass(frozen=True)
class _Planned:
    """One instance's planned change, held against single attributes."""

    planned: PlannedChange
    configured: Mapping[str, Any]
    """What the configuration says, by attribute path."""
    plan: Plan
    seen: RefreshedInstance | None
    """What the refresh found, where that is another thing than state has."""
    resource: Resource
    key: ResourceKey

    def parts_of(self, change: AttributeChange) -> tuple[AttributeChange, ...]:
        """Say what becomes of an attribute; of a map in parts, where the plan adopts only some of its keys."""
        keys = differing_keys(change)
        adopted = {key for key in keys if self._adopts_key(change, key)}
        if adopted and adopted != set(keys):
            paths = {key_path(change.attribute, key) for key in adopted}
            return tuple(self._told(part) for part in parted(change, paths.__contains__))
        return (self._told(change),)

    def _told(self, change: AttributeChange) -> AttributeChange:
        keys = differing_keys(change)
        if all(self._adopts_key(change, key) for key in keys) if keys else self._adopts(change):
            return change._replace(plan_effect=PlanEffect.ADOPTS, settled=ADOPTED)
        is_made_anew = "create" in self.planned.actions
        if not is_made_anew and not any(map(self._is_touched, (change.attribute, *change.also_named))):
            return change._replace(plan_effect=PlanEffect.KEEPS)
        told = change._replace(plan_effect=PlanEffect.REVERTS)
        if self._is_unknown(change.attribute) or self._is_hidden(change):
            return told
        return told._replace(planned=self._as_shown(change), planned_known=True)

    def _adopts(self, change: AttributeChange) -> bool:
        if not change.known or change.after == SENSITIVE:  # the value cannot be compared, or is not here to be
            names = (change.attribute, *change.also_named)
            return any(map(self._is_configured, names)) and any(self._refresh_saw(change, name) for name in names)
        for path in (change.attribute, *change.also_named):
            name = self.resource.attribute_behind(path)
            attribute = self.resource.attributes[name] if name else None
            if attribute is None or self._is_unknown(path) or _top(path) not in self.planned.after:
                continue
            same = equal(at_path(self.planned.after, path), change.after, attribute, self.key)
            if same and (is_unset(change.after, attribute, self.key) or self._says(path, change.after, attribute)):
                return True
        return False

    def _says(self, path: str, value: Any, attribute: Attribute) -> bool:
        """Tell whether the configuration says something of a path; where AWS would fill it in, this very value."""
        if not attribute.computed:
            return self._is_configured(path)
        return path in self.configured and equal(self.configured[path], value, attribute, self.key)

    def _is_configured(self, path: str) -> bool:
        return any(covers(said, path) for said in self.configured)

    def _adopts_key(self, change: AttributeChange, key: str) -> bool:
        """Of tags: ``tags_all`` is ``tags`` and the provider's own, so what it plans is what is configured."""
        are_tags = change.attribute in ("tags", "tags_all")
        for path in ("tags_all", "tags") if are_tags else (change.attribute,):
            values = at_path(self.planned.after, path)
            if values is None and not are_tags and _top(path) in self.planned.after:
                values = {}  # the block around it is not there
            if isinstance(values, Mapping) and not self._is_unknown(path):
                # A key that only tags lacks may be the provider's own, where that is not known yet.
                told = path != "tags" or key in values or not self._is_unknown("tags_all")
                return told and bool(values.get(key) == (change.after or {}).get(key))
        return False

    def _refresh_saw(self, change: AttributeChange, path: str) -> bool:
        """Tell whether the refresh found what a call wrote to a withheld value, and the plan leaves it at that."""
        if self.seen is None or self.seen.after is None or self._is_touched(path):
            return False
        by_call = change.event or change.revealed_by or change.others
        if by_call and not was_read_after(change, self.seen, self.resource, self.plan):
            return False
        return bool(at_path(self.seen.before.attributes, path) != at_path(self.seen.after.attributes, path))

    def _is_touched(self, path: str) -> bool:
        if self._is_unknown(path):
            return True
        before, after = at_path(self.planned.before, path), at_path(self.planned.after, path)
        name = self.resource.attribute_behind(path)
        if name:
            return not equal(before, after, self.resource.attributes[name], self.key)
        return bool(before != after)

    def _is_unknown(self, path: str) -> bool:
        return any(covers(mark, path) for mark in self.planned.unknown)

    def _is_hidden(self, change: AttributeChange) -> bool:
        """Tell whether a planned value must not be shown: what CloudTrail withholds may be secret in a plan too."""
        names = (change.attribute, *change.also_named)
        behind = self.resource.attribute_behind(change.attribute)
        if not change.known or (behind and self.resource.attributes[behind].withheld):
            return True
        return any(covers(path, name) for path in self.planned.sensitive for name in names)

    def _as_shown(self, change: AttributeChange) -> Any:
        """Give the planned value as reports write it: the old one where it is the same to the provider."""
        value = at_path(self.planned.after, change.attribute)
        name = self.resource.attribute_behind(change.attribute)
        if name is None:
            return value
        attribute = self.resource.attributes[name]
        if change.known and equal(value, change.before, attribute, self.key):
            return change.before
        return shown(value, attribute)


def _top(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]
