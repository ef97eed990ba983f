"""What hangs on a function and its aliases: the aliases, URLs, retries of events, provisioned concurrency."""

from __future__ import annotations

from typing import Any

from tests.oracle.call import Call
from tests.oracle.menu.taste import OTHER_QUEUE, QUEUE, Taste


def alias(taste: Taste) -> list[Call]:
    """Point an alias elsewhere, delete it, or make it again."""
    named = {"FunctionName": taste.name("full"), "Name": taste.of("live", "live", "live", "other")}
    subject = f"alias {named['Name']}"
    settings = {
        "FunctionVersion": ("1", "2", "$LATEST"),
        "Description": ("what callers use", "changed by hand", ""),
        "RoutingConfig": ({}, {"AdditionalVersionWeights": {"2": 0.1}}, {"AdditionalVersionWeights": {"1": 0.25}}),
    }
    if taste.often(0.15):
        return [Call("DeleteAlias", named, subject)]
    chosen = taste.some(settings)
    if taste.often(0.2):
        create = named | {"FunctionVersion": "1", "Description": "what callers use"} | chosen
        return taste.of(
            [Call("DeleteAlias", named, subject), Call("CreateAlias", create, subject)],
            [Call("CreateAlias", create, subject)],
        )
    return [Call("UpdateAlias", named | chosen | taste.stale(), subject)]


def reach(taste: Taste) -> list[Call]:
    """Change a function's URL, delete it, or make it again."""
    qualifier = taste.of("", "live", "live")
    named = taste.target("full", qualifier)
    subject = f"url {qualifier}"
    if qualifier:
        settings = {"AuthType": ("NONE", "AWS_IAM"), "InvokeMode": ("RESPONSE_STREAM", "BUFFERED"), "Cors": _CORS[::-1]}
    else:
        settings = {"AuthType": ("AWS_IAM", "NONE"), "InvokeMode": ("BUFFERED", "RESPONSE_STREAM"), "Cors": _CORS}
    delete = Call("DeleteFunctionUrlConfig", named, subject)
    create = {"AuthType": "NONE" if qualifier else "AWS_IAM"} | taste.some(settings)
    return taste.of(
        [Call("UpdateFunctionUrlConfig", named | taste.some(settings), subject)],
        [Call("UpdateFunctionUrlConfig", named | taste.some(settings), subject)],
        [delete],
        [delete, Call("CreateFunctionUrlConfig", named | create, subject)],
        [Call("CreateFunctionUrlConfig", named | create, subject)],
    )


_CORS: tuple[Any, ...] = (
    {"AllowOrigins": ["https://example.com"], "MaxAge": 60},
    {"AllowOrigins": ["*"], "MaxAge": 60, "AllowCredentials": True},
    {"AllowOrigins": ["https://example.com"], "AllowMethods": ["GET", "POST"], "ExposeHeaders": ["x-trace"]},
    {},
)


def retry(taste: Taste) -> list[Call]:
    """Change what becomes of failed events, whole or in part, or delete it."""
    qualifier = taste.of("", "", "live")
    named = taste.target("full", qualifier)
    subject = f"retries {qualifier}"
    settings: dict[str, tuple[Any, ...]] = {
        "MaximumRetryAttempts": (2, 0) if qualifier else (1, 0, 2),
        "MaximumEventAgeInSeconds": (21600, 60) if qualifier else (120, 60, 21600),
        "DestinationConfig": (
            {"OnFailure": {} if qualifier else {"Destination": QUEUE}},
            {"OnFailure": {"Destination": OTHER_QUEUE}},
            {"OnSuccess": {"Destination": QUEUE}, "OnFailure": {"Destination": QUEUE}},
            {"OnSuccess": {}, "OnFailure": {}},
        ),
    }
    api = taste.of("PutFunctionEventInvokeConfig", "UpdateFunctionEventInvokeConfig", "DeleteFunctionEventInvokeConfig")
    if api == "DeleteFunctionEventInvokeConfig":
        return [Call(api, named, subject)]
    said = named | taste.some(settings)
    if api == "PutFunctionEventInvokeConfig":
        said.setdefault("MaximumRetryAttempts", settings["MaximumRetryAttempts"][0])
    return [Call(api, said, subject)]


def provision(taste: Taste) -> list[Call]:
    """Keep more or fewer environments ready, or none."""
    named = taste.target("full", "live")
    if taste.often(0.3):
        return [Call("DeleteProvisionedConcurrencyConfig", named, "provisioned")]
    said = named | {"ProvisionedConcurrentExecutions": taste.of(2, 1, 3, 50)}
    return [Call("PutProvisionedConcurrencyConfig", said, "provisioned")]
