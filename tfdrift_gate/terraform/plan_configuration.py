"""What a plan's JSON tells of the configuration, and whether the gate of ``drift_check`` ran while it was made.

https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.terraform.state import without_keys

_GATE = "data.external.this"
_OUTPUTS = frozenset({"verdict", "finding_count", "blocking"})
"""What tells the module from others, whatever a caller names it and wherever its source lies."""


@dataclass(frozen=True)
class GateRun:
    """One call of the module, and what became of its gate while the plan was made."""

    module: str
    """The call's address without instance keys, e.g. ``module.drift_check``."""
    outcome: str
    """``ran``, ``off``, ``deferred`` (left until the apply) or ``left-out`` (``-target``, ``-destroy``)."""
    why: str = ""
    """Terraform's own word for a deferral (``read_because_dependency_pending``)."""


def configured_attributes(configuration: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Give, by address without instance keys, what each resource block says something about."""
    return {
        f"{path}{resource['address']}": frozenset(resource.get("expressions") or ())
        for path, module, _ in _modules(configuration)
        for resource in module.get("resources") or ()
    }


def gates(data: Mapping[str, Any], configuration: Mapping[str, Any]) -> tuple[GateRun, ...]:
    """Tell of every call of the module what became of its gate; empty where the configuration has none."""
    statuses = {str(check["address"].get("to_display")): str(check.get("status")) for check in data.get("checks") or ()}
    prior = data.get("prior_state") or {}
    results = dict(_results((prior.get("values") or {}).get("root_module") or {}))
    waiting = {
        without_keys(str(change["address"])): str(change.get("action_reason") or "")
        for change in data.get("resource_changes") or ()
        if change.get("mode") == "data" and "read" in change["change"]["actions"]
    }
    found = []
    for path, module, call in _modules(configuration):
        outputs = set(module.get("outputs") or ())
        own = [resource for resource in module.get("resources") or () if resource.get("address") == _GATE]
        if call and own and outputs >= _OUTPUTS:
            found.append(_outcome(path, statuses, waiting, results))
    return tuple(found)


def _outcome(
    path: str, statuses: Mapping[str, str], waiting: Mapping[str, str], results: Mapping[str, list[str]]
) -> GateRun:
    name, address = path.removesuffix("."), path + _GATE
    if address in waiting:
        return GateRun(name, "deferred", waiting[address])
    status = statuses.get(_shown(address, statuses))
    modes = results.get(address, [])
    # NOTE: prior_state may hold the answer of an earlier apply; only the checks tell what this plan evaluated.
    if statuses and status not in ("pass", "fail", "error"):
        return GateRun(name, "left-out")
    if not modes or set(modes) == {"off"}:
        return GateRun(name, "off" if statuses or modes else "left-out")
    return GateRun(name, "ran")


def _shown(address: str, statuses: Mapping[str, str]) -> str:
    return next((name for name in statuses if without_keys(name) == address), address)


def _modules(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]]:
    """Walk the modules: address with a final dot, the module, its call; the root's are empty and None."""
    waiting: list[tuple[str, Mapping[str, Any], Mapping[str, Any] | None]] = [
        ("", configuration.get("root_module") or {}, None)
    ]
    for path, module, call in waiting:
        yield path, module, call
        for name, inner in (module.get("module_calls") or {}).items():
            waiting.append((f"{path}module.{name}.", inner.get("module") or {}, inner))


def _results(module: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Give the mode in force that each answer of ``external`` tells, by the data source's address without keys."""
    found: dict[str, list[str]] = {}
    waiting = [module]
    for inner in waiting:
        for resource in inner.get("resources") or ():
            if resource.get("mode") == "data" and resource.get("type") == "external":
                result = (resource.get("values") or {}).get("result") or {}
                found.setdefault(without_keys(str(resource["address"])), []).append(str(result.get("mode")))
        waiting.extend(inner.get("child_modules") or ())
    yield from found.items()
