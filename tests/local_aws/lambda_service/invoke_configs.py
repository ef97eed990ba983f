"""Event invoke configurations: what becomes of events that a function fails to process."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import invalid, not_found
from tests.local_aws.lambda_service.state import Region, Target

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


def put_function_event_invoke_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Replace the whole configuration."""
    return _store(region.target(sent), {}, sent, now)


def update_function_event_invoke_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent."""
    target = region.target(sent)
    return _store(target, _config(target), sent, now)


def get_function_event_invoke_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a configuration."""
    return _config(region.target(sent))


def list_function_event_invoke_configs(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List the configurations of all of a function's qualifiers."""
    attached = region.function(sent).attached.values()
    return {"FunctionEventInvokeConfigs": [each.invoke_config for each in attached if each.invoke_config]}


def delete_function_event_invoke_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Take a configuration away."""
    target = region.target(sent)
    _config(target)  # refuses where there is none
    target.attached.invoke_config = None
    return {}


def _config(target: Target) -> dict[str, Any]:
    if target.attached.invoke_config is None:
        raise not_found(f"The function {_arn(target)} doesn't have an EventInvokeConfig")
    return target.attached.invoke_config


def _arn(target: Target) -> str:
    return f"{target.function.arn}:{target.qualifier}"


def _store(target: Target, before: dict[str, Any], sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    config = {
        "DestinationConfig": {"OnSuccess": {}, "OnFailure": {}},
        **before,
        **{member: sent[member] for member in _SETTINGS if member in sent},
        "FunctionArn": _arn(target),
        "LastModified": now,
    }
    config["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}} | config["DestinationConfig"]
    for destination in config["DestinationConfig"].values():
        arn = destination.get("Destination")
        if arn and not re.fullmatch(r"arn:aws[\w-]*:(sqs|sns|lambda|events|s3):.+", arn):
            raise invalid(f"The provided destination config DestinationConfig is invalid: {arn}")
    target.attached.invoke_config = config
    return config
