"""A plan's JSON (``terraform show -json PLANFILE``): what Terraform believed, what its refresh saw, what it would do.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation: ``prior_state`` is the state
*after* the refresh, with what the plan imports; ``resource_drift`` tells what the refresh changed, so its ``before``
is put back. Tried on Terraform 1.11: ``resource_changes`` names every managed instance, those without a change as
``no-op``, but for a refresh-only plan, which has none, and one with ``-target``, whose ``complete`` is false.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import ResourceInstance
from tfdrift_gate.terraform.plan_configuration import GateRun, configured_attributes, gates
from tfdrift_gate.terraform.state import (
    StateInstance,
    check_format,
    instances_of,
    marked_paths,
    name_of,
    object_of,
    parse_json,
    without_keys,
)

_SHOW = "write it with terraform show -json PLANFILE > plan.json"


@dataclass(frozen=True)
class PlannedChange:
    """What the plan would do to one managed instance."""

    address: str
    resource_type: str
    actions: tuple[str, ...]
    """``no-op``, ``create``, ``update``, ``delete``, ``forget``; a replacement is ``delete`` and ``create``."""
    before: Mapping[str, Any]
    """As the refresh found it; empty for a creation."""
    after: Mapping[str, Any]
    """What is planned; empty for a deletion."""
    unknown: tuple[str, ...] = ()
    """Attribute paths that are known only after the apply."""
    sensitive: tuple[str, ...] = ()
    """Attribute paths that the plan marks sensitive, before or after."""
    importing: bool = False


@dataclass(frozen=True)
class RefreshedInstance:
    """An instance that the plan's refresh found to differ from state."""

    before: StateInstance
    after: StateInstance | None
    """None where it is gone."""


@dataclass(frozen=True)
class Plan:
    """What a plan's JSON tells, as far as it matters here."""

    where: str
    instances: tuple[StateInstance, ...]
    """What Terraform believed before the plan's refresh; without what the plan imports."""
    changes: Mapping[str, PlannedChange] = field(default_factory=dict)
    """By address."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """The address that state has of what the plan moves, and the one that the plan has."""
    refreshed: Mapping[str, RefreshedInstance] = field(default_factory=dict)
    """By address."""
    arriving: tuple[tuple[StateInstance, PlannedChange], ...] = ()
    """What the plan would create or import, with its planned attributes."""
    configured: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By address without instance keys: what the configuration says, by attribute path, UNRESOLVED where the plan does
    not give the value."""
    gates: tuple[GateRun, ...] = ()
    """Whether the module's own gate ran in the plan, a call of the module at a time."""
    made_at: datetime | None = None
    destroys: bool = False
    """Whether it is one with ``-destroy``: then it refreshed too, and does not tell what that changed."""
    errored: bool = False
    """Whether Terraform could not finish it."""
    whole: bool = False
    """Whether it says so itself that it leaves nothing out; Terraform before 1.8 says nothing."""
    has_prior_state: bool = True

    def change_of(self, instance: ResourceInstance) -> PlannedChange | None:
        """Give what the plan would do to an instance; None where it is about another one of that address, or none."""
        return self.changes.get(instance.address) if self._is_about(instance) else None

    def refreshed_of(self, instance: ResourceInstance) -> RefreshedInstance | None:
        """Give how the plan's refresh found an instance to differ; None where it did not, or looked at another."""
        return self.refreshed.get(instance.address) if self._is_about(instance) else None

    def sensitive_of(self, address: str) -> tuple[str, ...]:
        """Name the attribute paths of an instance that the plan marks sensitive, in any of its values."""
        found: list[str] = []
        if change := self.changes.get(address):
            found.extend(change.sensitive)
        if entry := self.refreshed.get(address):
            found.extend((*entry.before.sensitive, *(entry.after.sensitive if entry.after else ())))
        return tuple(dict.fromkeys(found))

    def _is_about(self, instance: ResourceInstance) -> bool:
        return name_of(instance) in self._names

    @cached_property
    def _names(self) -> frozenset[tuple[str, str]]:
        return frozenset(map(name_of, self.instances))

    @cached_property
    def planned_blocks(self) -> frozenset[str]:
        """The addresses without instance keys that the plan names."""
        return frozenset(map(without_keys, self.changes))


def read_plan(text: bytes, where: str, catalog: Catalog) -> Plan:
    """Read a plan's JSON; raises :class:`StateError` where the file is not one."""
    what = f"the plan {where}"
    if text.startswith(b"PK\x03\x04"):
        raise StateError(f"reading {what}: it is a binary plan file", _SHOW)
    data = parse_json(text, what, "plan", _SHOW)
    if "format_version" not in data or "planned_values" not in data:
        raise StateError(f"reading {what}: it is JSON, but not a plan", _SHOW)
    check_format(data, what)
    prior = data.get("prior_state")
    if prior is not None and not isinstance(prior, Mapping):
        raise StateError(f"reading {what}: its prior_state is not formed as in a plan", _SHOW)
    try:
        found = instances_of(prior, f"{what}, its prior_state", catalog) if prior else []
    except StateError as error:
        raise StateError(error.message, _SHOW) from None
    try:
        arriving = [entry for entry in _entries(data, "resource_changes") if _is_imported(entry)]
        entries = [entry for entry in _entries(data, "resource_changes") if _is_judged(entry, catalog)]
        changes = list(map(_planned, entries))
        imported = {change.address for change in changes if change.importing}
        believed = {state.address: state for state in found if state.address not in imported}
        refreshed = {
            entry.before.address: entry
            for drift in _entries(data, "resource_drift")
            if (entry := _refreshed(drift, believed.get(str(drift.get("address"))), catalog)) is not None
        }
        configuration = object_of(data.get("configuration"))
        plan = Plan(
            where=where,
            instances=tuple({**believed, **{address: entry.before for address, entry in refreshed.items()}}.values()),
            changes={change.address: change for change in changes},
            moved={
                str(entry["previous_address"]): str(entry["address"])
                for entry in entries
                if entry.get("previous_address")
            },
            refreshed=refreshed,
            arriving=tuple(
                (_instance(change.address, change.resource_type, "", change.after, {}), change)
                for change in changes
                if "create" in change.actions or change.importing
            ),
            configured=configured_attributes(configuration, object_of(data.get("variables"))),
            gates=gates(data, configuration),
            made_at=_made_at(data.get("timestamp")),
            destroys=_destroys(data),
            errored=data.get("errored") is True,
            whole=data.get("complete") is True,
            has_prior_state=bool(_managed(prior) - {str(entry.get("address")) for entry in arriving})
            or bool(_entries(data, "resource_drift")),
        )
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as error:
        raise StateError(f"reading {what}: not formed as a plan ({type(error).__name__})", _SHOW) from None
    return plan


def _entries(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = data.get(name)
    if value is not None and not isinstance(value, list):
        raise TypeError(f"{name} is not a list")
    return value or []


def _is_judged(entry: Mapping[str, Any], catalog: Catalog) -> bool:
    return entry.get("type") in catalog.resources and not entry.get("deposed") and entry.get("mode") == "managed"


def _is_imported(entry: Mapping[str, Any]) -> bool:
    return object_of(entry.get("change")).get("importing") is not None


def _managed(state: Mapping[str, Any] | None) -> set[str]:
    """Name the managed instances of every type in a ``prior_state``; data that a plan reads stands there too."""
    found: set[str] = set()
    waiting = [object_of(object_of((state or {}).get("values")).get("root_module"))]
    for module in waiting:
        resources = module.get("resources") or ()
        found.update(str(resource["address"]) for resource in resources if resource.get("mode") == "managed")
        waiting.extend(module.get("child_modules") or ())
    return found


def _planned(entry: Mapping[str, Any]) -> PlannedChange:
    change = entry["change"]
    return PlannedChange(
        address=str(entry["address"]),
        resource_type=entry["type"],
        actions=tuple(map(str, change["actions"])),
        before=object_of(change.get("before")),
        after=object_of(change.get("after")),
        unknown=marked_paths(object_of(change.get("after_unknown") or {})),
        sensitive=(*marked_paths(change.get("before_sensitive")), *marked_paths(change.get("after_sensitive"))),
        importing=_is_imported(entry),
    )


def _refreshed(drift: Mapping[str, Any], known: StateInstance | None, catalog: Catalog) -> RefreshedInstance | None:
    change = drift.get("change") or {}
    if drift.get("type") not in catalog.resources or drift.get("deposed") or not change.get("before"):
        return None
    if drift.get("mode", "managed") != "managed":
        return None
    provider = str(drift.get("provider_name", known.provider if known else ""))
    address, kind = str(drift["address"]), str(drift["type"])
    before = _instance(address, kind, provider, change["before"], change.get("before_sensitive"))
    after = change.get("after")
    found = _instance(address, kind, provider, after, change.get("after_sensitive")) if after else None
    return RefreshedInstance(before, found)


def _instance(address: str, kind: str, provider: str, values: Any, sensitive: Any) -> StateInstance:
    return StateInstance(address, kind, provider, object_of(values), marked_paths(sensitive), ())


def _destroys(data: Mapping[str, Any]) -> bool:
    managed = [entry for entry in _entries(data, "resource_changes") if entry.get("mode") == "managed"]
    # NOTE: what merely left the configuration is deleted for a reason (delete_because_no_resource_config).
    return bool(managed) and all(
        entry["change"]["actions"] == ["delete"] and not entry.get("action_reason") for entry in managed
    )


def _made_at(value: Any) -> datetime | None:
    return parse_instant(value) if isinstance(value, str) and value else None
