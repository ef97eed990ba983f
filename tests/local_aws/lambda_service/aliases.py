"""Aliases: names for a function's versions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import check_revision, conflict, invalid, not_found
from tests.local_aws.lambda_service.state import LATEST, Function, Region


def create_alias(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Give a version a name."""
    function = region.function(sent)
    name = sent["Name"]
    arn = f"{function.arn}:{name}"
    if name in function.aliases:
        raise conflict(f"Alias already exists: {arn}")
    alias = {
        "AliasArn": arn,
        "Name": name,
        "FunctionVersion": sent["FunctionVersion"],
        "Description": sent.get("Description", ""),
    } | _routing(sent)
    _check(function, alias)
    function.aliases[name] = alias | {"RevisionId": str(uuid.uuid4())}
    return function.aliases[name]


def get_alias(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show an alias."""
    return _alias(region.function(sent), sent["Name"])


def list_aliases(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List a function's aliases, or those of one version."""
    aliases = region.function(sent).aliases.values()
    return {"Aliases": [a for a in aliases if sent.get("FunctionVersion") in (None, a["FunctionVersion"])]}


def update_alias(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent; an empty routing configuration clears the weights. Always a new revision."""
    function = region.function(sent)
    before = _alias(function, sent["Name"])
    check_revision(sent.get("RevisionId"), before["RevisionId"])
    after = before | {member: sent[member] for member in ("FunctionVersion", "Description") if member in sent}
    if "RoutingConfig" in sent:
        after.pop("RoutingConfig", None)
        after |= _routing(sent)
    _check(function, after)
    function.aliases[sent["Name"]] = after | {"RevisionId": str(uuid.uuid4())}
    return function.aliases[sent["Name"]]


def delete_alias(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Take a name away with all that hangs on it; one that is not there is no error."""
    function = region.function(sent)
    if function.aliases.pop(sent["Name"], None):
        function.attached.pop(sent["Name"], None)
    return {}


def _alias(function: Function, name: str) -> dict[str, Any]:
    if name not in function.aliases:
        raise not_found(f"Cannot find alias arn: {function.arn}:{name}")
    return function.aliases[name]


def _routing(sent: dict[str, Any]) -> dict[str, Any]:
    weights = sent.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    return {"RoutingConfig": {"AdditionalVersionWeights": weights}} if weights else {}


def _check(function: Function, alias: dict[str, Any]) -> None:
    weights = alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})
    for version in (alias["FunctionVersion"], *weights):
        if version not in function.versions:
            raise not_found(f"Function not found: {function.arn}:{version}")
    if weights and LATEST in {alias["FunctionVersion"], *weights}:
        raise invalid("$LATEST is not supported for an alias pointing to more than 1 version.")
    if alias["FunctionVersion"] in weights:
        raise invalid(f"Invalid function version {alias['FunctionVersion']}. Function version is the same twice.")
    if len(weights) > 1:
        raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
    if any(not 0 <= weight <= 1 for weight in weights.values()):
        raise invalid("Weights must be between 0 and 1.")
