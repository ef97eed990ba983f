"""Capacity providers, as far as their settings go: no instance is ever started."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import conflict, not_found
from tests.local_aws.lambda_service.state import Region, stamp

_SETTINGS = (
    "VpcConfig",
    "PermissionsConfig",
    "InstanceRequirements",
    "CapacityProviderScalingConfig",
    "KmsKeyArn",
    "PropagateTags",
    "TelemetryConfig",
)


def create_capacity_provider(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a capacity provider."""
    name = _name(sent)
    if name in region.capacity_providers:
        raise conflict(f"Capacity provider already exists: {name}")
    configuration = {
        "CapacityProviderArn": region.arn(f"capacity-provider:{name}"),
        "State": "Active",
        **{member: sent[member] for member in _SETTINGS if member in sent},
        "LastModified": stamp(now),
    }
    region.capacity_providers[name] = {"configuration": configuration, "tags": dict(sent.get("Tags", {}))}
    return {"CapacityProvider": configuration | {"State": "Pending"}}


def get_capacity_provider(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a capacity provider."""
    return {"CapacityProvider": _provider(region, sent)["configuration"]}


def list_capacity_providers(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List all capacity providers."""
    return {"CapacityProviders": [each["configuration"] for each in region.capacity_providers.values()]}


def update_capacity_provider(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent."""
    provider = _provider(region, sent)
    changes = {member: sent[member] for member in _SETTINGS if member in sent}
    provider["configuration"] = provider["configuration"] | changes | {"LastModified": stamp(now)}
    return {"CapacityProvider": provider["configuration"]}


def delete_capacity_provider(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove a capacity provider."""
    provider = _provider(region, sent)
    del region.capacity_providers[_name(sent)]
    return {"CapacityProvider": provider["configuration"] | {"State": "Deleting"}}


def _provider(region: Region, sent: dict[str, Any]) -> dict[str, Any]:
    if _name(sent) not in region.capacity_providers:
        raise not_found()
    return region.capacity_providers[_name(sent)]


def _name(sent: dict[str, Any]) -> str:
    name: str = sent["CapacityProviderName"]
    return name.rpartition(":")[2]
