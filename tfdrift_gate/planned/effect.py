"""What a plan would do about a drift, attribute by attribute: ``reverts``, ``adopts``, ``keeps`` or ``destroys``.

A plan adopts what somebody made by hand where the value that it plans is the one that stands in AWS *and* the
configuration says so: a computed attribute that nobody configured is merely kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from tfdrift_gate.catalog import Catalog, Resource, key_path
from tfdrift_gate.drift.equality import at_path, equal, is_unset
from tfdrift_gate.model import SENSITIVE, AttributeChange, Drift, Kind, PlanEffect, ResourceKey
from tfdrift_gate.planned.adopted import ADOPTED, GONE_TOO, IMPORTED
from tfdrift_gate.planned.keys import differing_keys
from tfdrift_gate.rules.redact import covers
from tfdrift_gate.rules.suppress import parted
from tfdrift_gate.terraform.plan import Plan, PlannedChange
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
    change = plan.changes.get(drift.instance.address)
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


def _untouched(drift: Drift, plan: Plan) -> PlanEffect:
    """Of what the plan does not name: gone from AWS, from the configuration and so from the plan, or left alone."""
    address = without_keys(drift.instance.address) if drift.instance else ""
    gone_too = drift.kind is Kind.DELETED and plan.whole and address not in plan.configured
    return PlanEffect.ADOPTS if gone_too else PlanEffect.KEEPS


def _of_a_deleted(change: PlannedChange) -> PlanEffect:
    if "create" in change.actions:
        return PlanEffect.REVERTS
    # Without a refresh the plan deletes what is gone already.
    return PlanEffect.ADOPTS if change.actions in (("delete",), ("forget",)) else PlanEffect.KEEPS


def _all(drift: Drift, effect: PlanEffect) -> Drift:
    changes = tuple(replace(change, plan_effect=effect) for change in drift.changes)
    whole = effect if drift.kind is not Kind.MODIFIED or not changes else None
    settled = GONE_TOO if effect is PlanEffect.ADOPTS and drift.kind is Kind.DELETED else drift.settled
    return replace(drift, changes=changes, plan_effect=whole, settled=settled)


def _unmanaged(drift: Drift, plan: Plan, arrivals: Arrivals, resource: Resource) -> Drift:
    arriving = arrivals.imported.get(drift.key)
    if arriving is not None:
        told = _with_changes(drift, arriving, plan, resource)
        # What the import itself takes on is adopted, configured word for word or not.
        changes = tuple(
            change
            if change.plan_effect is PlanEffect.REVERTS
            else replace(change, plan_effect=PlanEffect.ADOPTS, settled=IMPORTED)
            for change in told.changes
        )
        all_adopted = all(change.plan_effect is PlanEffect.ADOPTS for change in changes)
        settled = IMPORTED if all_adopted else drift.settled
        return replace(drift, changes=changes, plan_effect=PlanEffect.ADOPTS, settled=settled)
    if drift.key in arrivals.created:
        return replace(_all(drift, PlanEffect.KEEPS), note=drift.note or _MADE_AGAIN)
    parent = plan.changes.get(drift.parent_address) if drift.parent_address else None
    if parent is not None and "delete" in parent.actions:
        return _all(drift, PlanEffect.DESTROYS)
    return drift if plan.errored and parent is None else _all(drift, PlanEffect.KEEPS)


def _with_changes(drift: Drift, planned: PlannedChange, plan: Plan, resource: Resource) -> Drift:
    configured = plan.configured.get(without_keys(planned.address), frozenset())
    refreshed = plan.refreshed.get(planned.address)
    seen = None
    if refreshed and refreshed.after:
        seen = (refreshed.before.attributes, refreshed.after.attributes)
    judged = _Planned(planned, configured, seen, resource, drift.key)
    changes = tuple(part for change in drift.changes for part in judged.parts_of(change))
    return replace(drift, changes=changes)


@dataclass(frozen=True)
class _Planned:
    """One instance's planned change, held against single attributes."""

    planned: PlannedChange
    configured: frozenset[str]
    seen: tuple[Mapping[str, Any], Mapping[str, Any]] | None
    """State before and after the refresh, where that found a difference."""
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
            return replace(change, plan_effect=PlanEffect.ADOPTS, settled=ADOPTED)
        if not any(self._is_touched(path) for path in (change.attribute, *change.also_named)):
            return replace(change, plan_effect=PlanEffect.KEEPS)
        value = at_path(self.planned.after, change.attribute)
        shown = not self._is_unknown(change.attribute) and not self._is_hidden(change)
        told = replace(change, plan_effect=PlanEffect.REVERTS, planned_known=shown)
        return replace(told, planned=self._as_shown(change.attribute, value)) if shown else told

    def _adopts(self, change: AttributeChange) -> bool:
        if not change.known or change.after == SENSITIVE:  # the value cannot be compared, or is not here to be
            names = (change.attribute, *change.also_named)
            return any(_top(name) in self.configured for name in names) and any(map(self._refresh_saw, names))
        for path in (change.attribute, *change.also_named):
            name = self.resource.attribute_behind(path)
            attribute = self.resource.attributes[name] if name else None
            if attribute is None or self._is_unknown(path) or _top(path) not in self.planned.after:
                continue
            same = equal(at_path(self.planned.after, path), change.after, attribute, self.key)
            says = _top(path) in self.configured or is_unset(change.after, attribute, self.key)
            if same and says:
                return True
        return False

    def _adopts_key(self, change: AttributeChange, key: str) -> bool:
        """Of tags: ``tags_all`` is ``tags`` and the provider's own, so what it plans is what is configured."""
        for path in ("tags_all", "tags") if change.attribute in ("tags", "tags_all") else (change.attribute,):
            values = self.planned.after.get(path)
            if isinstance(values, Mapping) and not self._is_unknown(path):
                return bool(values.get(key) == (change.after or {}).get(key))
        return False

    def _refresh_saw(self, path: str) -> bool:
        """Tell whether the refresh found a withheld value changed, and the plan leaves it at that."""
        if self.seen is None or self._is_touched(path):
            return False
        before, after = self.seen
        return bool(at_path(before, path) != at_path(after, path))

    def _is_touched(self, path: str) -> bool:
        if self._is_unknown(path):
            return True
        before, after = at_path(self.planned.before, path), at_path(self.planned.after, path)
        name = self.resource.attribute_behind(path)
        if name:
            return not equal(before, after, self.resource.attributes[name], self.key)
        return bool(before != after)

    def _is_unknown(self, path: str) -> bool:
        marks = at_path(self.planned.after_unknown, path)
        top = self.planned.after_unknown.get(_top(path))
        return top is True or _has_true(marks)

    def _is_hidden(self, change: AttributeChange) -> bool:
        """Tell whether a planned value must not be shown: what CloudTrail withholds may be secret in a plan too."""
        names = (change.attribute, *change.also_named)
        behind = self.resource.attribute_behind(change.attribute)
        if not change.known or (behind and self.resource.attributes[behind].withheld):
            return True
        return any(covers(path, name) for path in self.planned.sensitive for name in names)

    def _as_shown(self, path: str, value: Any) -> Any:
        name = self.resource.attribute_behind(path)
        none = self.resource.attributes[name].none if name else None
        return None if none is not None and value == none else value


def _top(path: str) -> str:
    return path.partition("[")[0].partition(".")[0]


def _has_true(marks: Any) -> bool:
    if isinstance(marks, Mapping):
        return any(map(_has_true, marks.values()))
    if isinstance(marks, list):
        return any(map(_has_true, marks))
    return marks is True
