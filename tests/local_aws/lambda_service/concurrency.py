"""Reserved and provisioned concurrency."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import Refused, invalid
from tests.local_aws.lambda_service.state import LATEST, Region, Target, stamp

_ACCOUNT = 1000
"""What an account may run at once unless it asked for more; 100 of them can't be reserved."""
_UNRESERVED = 100


def put_function_concurrency(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Reserve concurrency; 0 stops the function."""
    function = region.function(sent)
    wanted: int = sent["ReservedConcurrentExecutions"]
    others = sum(each.reserved_concurrency or 0 for each in region.functions.values() if each is not function)
    if others + wanted > _ACCOUNT - _UNRESERVED:
        raise invalid(
            "Specified ReservedConcurrentExecutions for function decreases account's "
            f"UnreservedConcurrentExecution below its minimum value of [{_UNRESERVED}]."
        )
    kept_ready = (each.provisioned for each in function.attached.values() if each.provisioned)
    if wanted < sum(each["RequestedProvisionedConcurrentExecutions"] for each in kept_ready):
        raise invalid("ReservedConcurrentExecutions can't be less than what is provisioned for the function.")
    function.reserved_concurrency = wanted
    return {"ReservedConcurrentExecutions": wanted}


def get_function_concurrency(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show what is reserved, or nothing."""
    reserved = region.function(sent).reserved_concurrency
    return {} if reserved is None else {"ReservedConcurrentExecutions": reserved}


def delete_function_concurrency(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Reserve nothing."""
    region.function(sent).reserved_concurrency = None
    return {}


def put_provisioned_concurrency_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Keep a number of a version's or alias's environments ready."""
    target = region.target(sent)
    wanted: int = sent["ProvisionedConcurrentExecutions"]
    if target.number == LATEST:
        raise invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
    reserved = target.function.reserved_concurrency
    if reserved is not None and wanted > reserved:
        raise invalid(
            "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function"
        )
    target.attached.provisioned = {"RequestedProvisionedConcurrentExecutions": wanted, "LastModified": stamp(now)}
    return _with_status(target.attached.provisioned, 0, "IN_PROGRESS")


def get_provisioned_concurrency_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show what is kept ready."""
    return _ready(_config(region.target(sent)))


def list_provisioned_concurrency_configs(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List what is kept ready of all of a function's versions and aliases."""
    function = region.function(sent)
    kept = {qualifier: attached.provisioned for qualifier, attached in function.attached.items()}
    return {
        "ProvisionedConcurrencyConfigs": [
            _ready(config) | {"FunctionArn": f"{function.arn}:{qualifier}"}
            for qualifier, config in kept.items()
            if config
        ]
    }


def delete_provisioned_concurrency_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Keep nothing ready; nothing kept is no error."""
    region.target(sent).attached.provisioned = None
    return {}


def _config(target: Target) -> dict[str, Any]:
    if target.attached.provisioned is None:
        raise Refused(
            "ProvisionedConcurrencyConfigNotFoundException",
            "No Provisioned Concurrency Config found for this function",
            404,
        )
    return target.attached.provisioned


def _ready(config: dict[str, Any]) -> dict[str, Any]:
    return _with_status(config, config["RequestedProvisionedConcurrentExecutions"], "READY")


def _with_status(config: dict[str, Any], ready: int, status: str) -> dict[str, Any]:
    return config | {
        "AllocatedProvisionedConcurrentExecutions": ready,
        "AvailableProvisionedConcurrentExecutions": ready,
        "Status": status,
    }
