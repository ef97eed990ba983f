"""Settings beside a function's configuration: runtime management, recursion, scaling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import invalid
from tests.local_aws.lambda_service.state import Region, Target


def put_runtime_management_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Say when a function or version gets a new runtime; ``Manual`` names the one it runs on."""
    target = region.target(sent)
    mode, arn = sent["UpdateRuntimeOn"], sent.get("RuntimeVersionArn")
    if (mode == "Manual") != bool(arn):
        raise invalid("RuntimeVersionArn is required where UpdateRuntimeOn is Manual, and not allowed elsewhere.")
    target.attached.runtime_management = {"UpdateRuntimeOn": mode} | ({"RuntimeVersionArn": arn} if arn else {})
    if arn:
        target.version.configuration |= {"RuntimeVersionConfig": {"RuntimeVersionArn": arn}}
    return _runtime_management(target)


def get_runtime_management_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show when a function or version gets a new runtime."""
    return _runtime_management(region.target(sent))


def put_function_recursion_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Say whether a function may call itself in a loop."""
    region.function(sent).recursive_loop = sent["RecursiveLoop"]
    return {"RecursiveLoop": sent["RecursiveLoop"]}


def get_function_recursion_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show whether a function may call itself in a loop."""
    return {"RecursiveLoop": region.function(sent).recursive_loop}


def put_function_scaling_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Set the bounds between which a version on a capacity provider scales."""
    target = region.target(sent)
    target.attached.scaling = dict(sent.get("FunctionScalingConfig", {}))
    return {"FunctionState": "Active"}


def get_function_scaling_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show the bounds between which a version scales."""
    target = region.target(sent)
    bounds = target.attached.scaling or {}
    return {
        "FunctionArn": target.arn,
        "AppliedFunctionScalingConfig": bounds,
        "RequestedFunctionScalingConfig": bounds,
    }


def _runtime_management(target: Target) -> dict[str, Any]:
    return {"UpdateRuntimeOn": "Auto"} | (target.attached.runtime_management or {}) | {"FunctionArn": target.arn}
