"""Invocations, which succeed and run nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.state import Region


def invoke(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Answer an invocation of a function that is there with ``null``."""
    return {"ExecutedVersion": region.target(sent).number, "Payload": b"null"}


def get_account_settings(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show an account's limits as they are without asking for more, and what it uses."""
    reserved = sum(function.reserved_concurrency or 0 for function in region.functions.values())
    sizes = [
        version.configuration["CodeSize"] for each in region.functions.values() for version in each.versions.values()
    ]
    return {
        "AccountLimit": {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": 1000 - reserved},
        "AccountUsage": {"FunctionCount": len(region.functions), "TotalCodeSize": sum(sizes)},
    }
