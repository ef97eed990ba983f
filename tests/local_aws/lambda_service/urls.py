"""Function URLs: one for a function, one for each of its aliases."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import conflict, not_found
from tests.local_aws.lambda_service.state import Attached, Region, stamp


def create_function_url_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Give a function or alias a URL."""
    target = region.target(sent, aliases_only=True)
    if target.attached.url:
        raise conflict(
            f"Failed to create function url config for [functionArn = {target.arn}]. Error message:  "
            "FunctionUrlConfig exists for this Lambda function"
        )
    url = {
        "FunctionUrl": f"https://{uuid.uuid4().hex}.lambda-url.{region.name}.on.aws/",
        "FunctionArn": target.arn,
        "AuthType": sent["AuthType"],
        "CreationTime": stamp(now),
        "LastModifiedTime": stamp(now),
        "InvokeMode": sent.get("InvokeMode", "BUFFERED"),
    }
    if sent.get("Cors"):
        url["Cors"] = sent["Cors"]
    target.attached.url = url
    return {member: value for member, value in url.items() if member != "LastModifiedTime"}


def get_function_url_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a URL."""
    return _url(region, sent)[1]


def list_function_url_configs(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """List the URLs of a function and its aliases."""
    return {"FunctionUrlConfigs": [a.url for a in region.function(sent).attached.values() if a.url]}


def update_function_url_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Change what was sent; empty CORS settings remove them."""
    attached, before = _url(region, sent)
    after = before | {member: sent[member] for member in ("AuthType", "InvokeMode", "Cors") if member in sent}
    if not after.get("Cors"):
        after.pop("Cors", None)
    attached.url = after | {"LastModifiedTime": stamp(now)}
    return attached.url


def delete_function_url_config(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Take a URL away."""
    attached, _ = _url(region, sent)
    attached.url = None
    return {}


def _url(region: Region, sent: dict[str, Any]) -> tuple[Attached, dict[str, Any]]:
    attached = region.target(sent, aliases_only=True).attached
    if attached.url is None:
        raise not_found()
    return attached, attached.url
