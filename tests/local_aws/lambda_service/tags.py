"""Tags of functions, event source mappings, code signing configurations and capacity providers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.configuration import renewed
from tests.local_aws.lambda_service.errors import invalid, not_found
from tests.local_aws.lambda_service.state import Region


def tag_resource(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Merge tags into those that are there; even the same ones again renew a function's revision id."""
    _tags(region, sent["Resource"], now).update(sent["Tags"])
    return {}


def untag_resource(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove tags; keys that are not there are no error."""
    tags = _tags(region, sent["Resource"], now)
    for key in sent["TagKeys"]:
        tags.pop(key, None)
    return {}


def list_tags(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show the tags."""
    return {"Tags": _tags(region, sent["Resource"], None)}


def _tags(region: Region, arn: str, change: datetime | None) -> dict[str, str]:
    prefix = re.escape(region.arn(""))
    matched = re.fullmatch(prefix + r"(function|event-source-mapping|code-signing-config|capacity-provider):(.+)", arn)
    if matched is None or ":" in matched[2]:
        raise invalid(f"The ARN of a resource without a qualifier is needed, not {arn}")
    kind, name = matched.groups()
    if kind == "function":
        function = region.function({"FunctionName": arn})
        if change:
            function.latest.configuration = renewed(function.latest.configuration, change)
        return function.tags
    places = {
        "event-source-mapping": region.mappings.get(name),
        "code-signing-config": region.code_signing_configs.get(arn),
        "capacity-provider": region.capacity_providers.get(name),
    }
    found = places[kind]
    if found is None:
        raise not_found()
    tags: dict[str, str] = found["tags"]
    return tags
