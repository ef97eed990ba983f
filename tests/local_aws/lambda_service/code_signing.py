"""Code signing configurations, and which functions use them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import Refused, conflict, not_found
from tests.local_aws.lambda_service.state import Region, stamp

_SETTINGS = ("Description", "AllowedPublishers", "CodeSigningPolicies")


def create_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a configuration; what nobody trusted signed is warned about unless it says otherwise."""
    identity = f"csc-{uuid.uuid4().hex[:17]}"
    arn = region.arn(f"code-signing-config:{identity}")
    configuration = {
        "CodeSigningConfigId": identity,
        "CodeSigningConfigArn": arn,
        "Description": "",
        "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Warn"},
        **{member: sent[member] for member in _SETTINGS if member in sent},
        "LastModified": stamp(now),
    }
    region.code_signing_configs[arn] = {"configuration": configuration, "tags": dict(sent.get("Tags", {}))}
    return {"CodeSigningConfig": configuration}


def get_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a configuration."""
    return {"CodeSigningConfig": _config(region, sent, not_found())["configuration"]}


def list_code_signing_configs(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List all configurations."""
    return {"CodeSigningConfigs": [each["configuration"] for each in region.code_signing_configs.values()]}


def update_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent."""
    config = _config(region, sent, not_found())
    changes = {member: sent[member] for member in _SETTINGS if member in sent}
    config["configuration"] = config["configuration"] | changes | {"LastModified": stamp(now)}
    return {"CodeSigningConfig": config["configuration"]}


def delete_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove a configuration that no function uses."""
    _config(region, sent, not_found())
    if _users(region, sent["CodeSigningConfigArn"]):
        raise conflict("Cannot delete a code signing configuration that is used by a function.")
    del region.code_signing_configs[sent["CodeSigningConfigArn"]]
    return {}


def list_functions_by_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List the functions that use a configuration."""
    _config(region, sent, not_found())
    return {"FunctionArns": _users(region, sent["CodeSigningConfigArn"])}


def put_function_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a function use a configuration from its next deployment on."""
    function = region.function(sent)
    arn = sent["CodeSigningConfigArn"]
    _config(region, sent, _NO_CONFIG)
    function.code_signing_config = arn
    return {"CodeSigningConfigArn": arn, "FunctionName": function.name}


def get_function_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show which configuration a function uses, if any."""
    function = region.function(sent)
    used = {"CodeSigningConfigArn": function.code_signing_config} if function.code_signing_config else {}
    return used | {"FunctionName": function.name}


def delete_function_code_signing_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Make a function use none; nothing used is no error."""
    region.function(sent).code_signing_config = None
    return {}


_NO_CONFIG = Refused(
    "CodeSigningConfigNotFoundException",
    "The code signing configuration cannot be found. Check that the provided configuration is not deleted.",
    404,
)


def _config(region: Region, sent: dict[str, Any], refusal: Refused) -> dict[str, Any]:
    if sent["CodeSigningConfigArn"] not in region.code_signing_configs:
        raise refusal
    return region.code_signing_configs[sent["CodeSigningConfigArn"]]


def _users(region: Region, arn: str) -> list[str]:
    return [each.arn for each in region.functions.values() if each.code_signing_config == arn]
