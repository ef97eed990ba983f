"""A plan's JSON (``terraform show -json PLANFILE``): what Terraform believed before it refreshed.

https://developer.hashicorp.com/terraform/internals/json-format#plan-representation: ``prior_state`` is the state
*after* the refresh; ``resource_drift`` tells what the refresh changed, so its ``before`` is put back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.state import StateInstance, check_format, instances_of, parse_json

_SHOW = "write it with terraform show -json PLANFILE > plan.json"


def read_plan(text: bytes, where: str, catalog: Catalog) -> list[StateInstance]:
    """Read the instances that Terraform believed in when it made the plan; empty before the first apply.

    Raises :class:`StateError` where the file is not a plan's JSON.
    """
    what = f"the plan {where}"
    if text.startswith(b"PK\x03\x04"):
        raise StateError(f"reading {what}: it is a binary plan file", _SHOW)
    data = parse_json(text, what)
    if "format_version" not in data or "planned_values" not in data:
        raise StateError(f"reading {what}: it is JSON, but not a plan", _SHOW)
    check_format(data, what)
    prior = data.get("prior_state")
    if prior is not None and not isinstance(prior, Mapping):
        raise StateError(f"reading {what}: its prior_state is not formed as in a plan", _SHOW)
    found = instances_of(prior, what, catalog) if prior else []
    believed = {state.address: state for state in found}
    try:
        drifts = data.get("resource_drift")
        if drifts is not None and not isinstance(drifts, list):
            raise TypeError("not a list")
        for drift in drifts or ():
            before = _before(drift, believed.get(str(drift.get("address"))), catalog)
            if before is not None:
                believed[before.address] = before
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise StateError(
            f"reading {what}: resource_drift is not formed as in a plan ({type(error).__name__})", _SHOW
        ) from None
    return list(believed.values())


def _before(drift: Mapping[str, Any], known: StateInstance | None, catalog: Catalog) -> StateInstance | None:
    change = drift.get("change") or {}
    if drift.get("type") not in catalog.resources or drift.get("deposed") or not change.get("before"):
        return None
    shown = {
        "format_version": "1.0",
        "values": {
            "root_module": {
                "resources": [
                    {
                        "address": drift["address"],
                        "mode": drift.get("mode", "managed"),
                        "type": drift["type"],
                        "provider_name": drift.get("provider_name", known.provider if known else ""),
                        "values": change["before"],
                        "sensitive_values": change.get("before_sensitive") or {},
                    }
                ]
            }
        },
    }
    return next(iter(instances_of(shown, "the plan's resource_drift", catalog)), None)
