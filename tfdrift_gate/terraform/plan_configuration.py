"""What a plan's JSON tells of the configuration, and whether the gate of ``drift_check`` ran while it was made.

https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, NamedTuple

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


class Unresolved(Enum):
    """The value of an expression that a plan's JSON does not give."""

    UNRESOLVED = "unresolved"


UNRESOLVED: Final = Unresolved.UNRESOLVED


def configured_attributes(configuration: Mapping[str, Any], variables: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Give, by address without instance keys, what each resource block says, by attribute path.

    A constant is its value and so is a lone reference to a variable, else it is :data:`UNRESOLVED`. What is null is
    left out: to say that is to say nothing. What ``dynamic`` blocks make is not in a plan's configuration.
    """
    values = {name: variable.get("value") for name, variable in variables.items()}
    known: dict[str, Mapping[str, Any]] = {}
    found = {}
    for called in _modules(configuration):
        given = (called.call.get("expressions") or {}) if called.call else {}
        known[called.path] = (
            values
            if called.call is None
            else {
                name: _resolved(given[name], known[called.caller])
                if name in given
                else variable.get("default", UNRESOLVED)
                for name, variable in (called.module.get("variables") or {}).items()
            }
        )
        for resource in called.module.get("resources") or ():
            said = _said(resource.get("expressions") or {}, known[called.path])
            found[f"{called.path}{resource['address']}"] = {path: value for path, value in said if value is not None}
    return found


def _said(expressions: Mapping[str, Any], variables: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, expression in expressions.items():
        path = f"{before}{name}"
        if isinstance(expression, list):
            for position, block in enumerate(expression):
                yield from _said(block, variables, f"{path}[{position}].")
        elif set(expression) <= {"constant_value", "references"}:
            yield path, _resolved(expression, variables)
        else:
            yield from _said(expression, variables, f"{path}.")


def _resolved(expression: Mapping[str, Any], variables: Mapping[str, Any]) -> Any:
    if "constant_value" in expression:
        return expression["constant_value"]
    references = [str(reference) for reference in expression.get("references") or ()]
    lone = "".join(references) if len(references) == 1 else ""
    return variables.get(lone.removeprefix("var."), UNRESOLVED) if lone.startswith("var.") else UNRESOLVED


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
    for called in _modules(configuration):
        outputs = set(called.module.get("outputs") or ())
        own = [resource for resource in called.module.get("resources") or () if resource.get("address") == _GATE]
        if called.call is not None and own and outputs >= _OUTPUTS:
            found.append(_outcome(called.path, statuses, waiting, results))
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


class _Called(NamedTuple):
    path: str
    """The module's address with a final dot; empty for the root."""
    module: Mapping[str, Any]
    call: Mapping[str, Any] | None
    caller: str


def _modules(configuration: Mapping[str, Any]) -> Iterator[_Called]:
    """Walk the modules, callers first."""
    waiting = [_Called("", configuration.get("root_module") or {}, None, "")]
    for called in waiting:
        yield called
        for name, call in (called.module.get("module_calls") or {}).items():
            waiting.append(_Called(f"{called.path}module.{name}.", call.get("module") or {}, call, called.path))


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
