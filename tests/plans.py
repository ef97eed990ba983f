"""Builders of a plan's JSON, and the program run on one.

``terraform show -json PLANFILE`` as Terraform 1.11 writes it: https://developer.hashicorp.com/terraform/internals/json-format
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tfdrift_gate.gate
from tests.builders import NOW
from tfdrift_gate.model import Report
from tfdrift_gate.settings import Settings

GONE: Mapping[str, Any] = {}
"""What a refresh finds of something that is not there any more."""

MADE_AT = "2026-01-01T22:00:00Z"
"""When the plans were made: after the calls, an hour before the run."""


def planned(
    state: Mapping[str, Any],
    live: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    *,
    configured: Iterable[str] = (),
    address: str | None = None,
    actions: Iterable[str] | None = None,
    unknown: Mapping[str, Any] | None = None,
    sensitive: Mapping[str, Any] | None = None,
    importing: Mapping[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """Build what a plan tells of one instance.

    ``state`` is an entry of a state file; ``live`` what differs in AWS (:data:`GONE` for all of it, None for nothing),
    ``after`` what the plan changes of that. ``configured`` names what the resource block says.
    """
    believed = state["instances"][0]["attributes"]
    found = None if live is not None and not live else {**believed, **(live or {})}
    goal = None if after is not None and not after else {**(found or believed), **(after or {})}
    if actions is None:
        actions = (
            ["create"] if found is None else ["delete"] if goal is None else ["no-op" if goal == found else "update"]
        )
    return {
        "address": address or f"{state['type']}.{state['name']}",
        "type": state["type"],
        "name": state["name"],
        "believed": believed,
        "found": found,
        "goal": goal,
        "actions": list(actions),
        "configured": sorted(configured),
        "unknown": unknown or {},
        "sensitive": sensitive or {},
        "importing": importing,
        "fields": fields,
    }


def plan(*instances: Mapping[str, Any], refreshed: bool = True, **fields: Any) -> dict[str, Any]:
    """Build a plan's JSON; ``fields`` add to it or replace what it has."""
    prior, changes, drift, blocks = [], [], [], []
    for one in instances:
        about = {
            "address": one["address"],
            "mode": "managed",
            "type": one["type"],
            "name": one["name"],
            "provider_name": "registry.terraform.io/hashicorp/aws",
        }
        before = one["found"] if refreshed else one["believed"]
        if before is not None:
            prior.append({**about, "values": before})
        change = {
            "actions": one["actions"],
            "before": before,
            "after": one["goal"],
            "after_unknown": one["unknown"],
            "before_sensitive": {},
            "after_sensitive": one["sensitive"],
        }
        if one["importing"] is not None:
            change["importing"] = one["importing"]
        changes.append({**about, "change": change, **one["fields"]})
        if refreshed and one["found"] != one["believed"] and one["importing"] is None:
            gone = {"actions": ["delete" if one["found"] is None else "update"]}
            drift.append({**about, "change": {**gone, "before": one["believed"], "after": one["found"]}})
        if one["goal"] is not None:
            expressions = {name: {} for name in one["configured"]}
            block = {"address": f"{one['type']}.{one['name']}", "mode": "managed", "expressions": expressions}
            blocks.append({**block, "type": one["type"], "name": one["name"]})
    return {
        "format_version": "1.2",
        "planned_values": {"root_module": {}},
        "resource_drift": drift,
        "resource_changes": changes,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "configuration": {"root_module": {"resources": blocks}},
        "timestamp": MADE_AT,
        "complete": True,
        "errored": False,
    } | fields


def check(folder: Path, records: Iterable[Any], given: Mapping[str, Any], **settings: Any) -> Report:
    """Judge records against a plan with the whole program behind the command line."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.json").write_text(json.dumps({"Records": list(records)}), encoding="utf-8")
    (folder / "plan.json").write_text(json.dumps(given), encoding="utf-8")
    named = {"dir": str(folder), "events": (str(folder / "events.json"),), "plan": str(folder / "plan.json")}
    return tfdrift_gate.gate.check(Settings(**{**named, **settings}), {}, NOW)


def effects(report: Report) -> dict[str, str | None]:
    """Give what the plan does about each change of the findings: ``orders.memory_size`` → ``reverts``."""
    return {
        f"{finding.drift.resource_id}.{change.attribute}": change.plan_effect.value if change.plan_effect else None
        for finding in report.findings
        for change in finding.drift.changes
    }


def adopted(report: Report) -> set[str]:
    """Name what is suppressed as adopted: ``orders.memory_size``, or ``orders`` where it has no changes."""
    return {
        f"{finding.drift.resource_id}.{change}" if change else finding.drift.resource_id
        for finding in report.suppressed
        if finding.suppressed_by and finding.suppressed_by.kind == "adopted"
        for change in [change.attribute for change in finding.drift.changes] or [""]
    }
