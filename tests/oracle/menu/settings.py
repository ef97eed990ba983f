"""Settings beside a function's own: tags, code signing, runtime management, recursion."""

from __future__ import annotations

from typing import Any

from tests.oracle.call import Call
from tests.oracle.menu.taste import Taste, arn

OTHER_PROFILE = "arn:aws:signer:<region>:<account>:/signing-profiles/orders/klmnopqrst"


def tag(taste: Taste) -> list[Call]:
    """Tag what can be tagged, or take tags away; ``stage`` is a default tag of the provider's."""
    mapping = "arn:aws:lambda:<region>:<account>:event-source-mapping:<queue_mapping>"
    resource = taste.random.choice((arn("full"), arn("full"), arn("bare"), mapping, "<signing>"))
    subject = f"{resource} tags"
    own = {} if resource == arn("bare") else {"team": "orders"}
    if taste.original:
        spare = [key for key in ("extra", "team") if key not in own]
        return [
            Call("TagResource", {"Resource": resource, "Tags": {"stage": "test"} | own}, subject),
            Call("UntagResource", {"Resource": resource, "TagKeys": spare}, subject),
        ]
    if taste.often(0.6):
        tags = taste.of(
            {"team": "orders"},
            {"team": "payments"},
            {"extra": "yes"},
            {"extra": "yes", "team": "orders"},
            {"stage": "test"},
            {"stage": "production"},
        )
        return [Call("TagResource", {"Resource": resource, "Tags": tags}, subject)]
    keys = taste.of(["team"], ["extra"], ["team", "extra"], ["absent"], ["stage"], ["stage", "team"])
    return [Call("UntagResource", {"Resource": resource, "TagKeys": keys}, subject)]


def sign(taste: Taste) -> list[Call]:
    """Change whose code is trusted, or which function cares."""
    if taste.random.random() < 0.5:
        named = {"FunctionName": taste.name(taste.random.choice(("full", "bare")))}
        if (taste.original and named["FunctionName"].endswith("full")) or taste.often(0.5):
            said = named | {"CodeSigningConfigArn": taste.of("<signing>", "<signing>", "<signing>0")}
            return [Call("PutFunctionCodeSigningConfig", said, "signing of a function")]
        return [Call("DeleteFunctionCodeSigningConfig", named, "signing of a function")]
    named = {"CodeSigningConfigArn": "<signing>"}
    if taste.often(0.15):
        return [Call("DeleteCodeSigningConfig", named, "signing")]
    if taste.often(0.1):
        publishers = {"SigningProfileVersionArns": ["<profile>"]}
        return [Call("CreateCodeSigningConfig", {"AllowedPublishers": publishers}, "another signing")]
    settings: dict[str, tuple[Any, ...]] = {
        "Description": ("whom we trust", "changed by hand", ""),
        "AllowedPublishers": (
            {"SigningProfileVersionArns": ["<profile>"]},
            {"SigningProfileVersionArns": [OTHER_PROFILE]},
            {"SigningProfileVersionArns": [OTHER_PROFILE, "<profile>"]},
        ),
        "CodeSigningPolicies": (
            {"UntrustedArtifactOnDeployment": "Warn"},
            {"UntrustedArtifactOnDeployment": "Enforce"},
        ),
    }
    return [Call("UpdateCodeSigningConfig", named | taste.some(settings), "signing")]


def manage_runtime(taste: Taste) -> list[Call]:
    """Say when a function gets a new runtime."""
    said: dict[str, Any] = {"UpdateRuntimeOn": taste.of("FunctionUpdate", "Auto", "Manual")}
    if said["UpdateRuntimeOn"] == "Manual" and not taste.often(0.2):
        said["RuntimeVersionArn"] = "arn:aws:lambda:<region>::runtime:" + 64 * "0"
    named = taste.target("bare", taste.of("", "", "$LATEST"))
    return [Call("PutRuntimeManagementConfig", named | said, "runtime")]


def recurse(taste: Taste) -> list[Call]:
    """Say whether a function may call itself in a loop."""
    said = {"FunctionName": taste.name("bare"), "RecursiveLoop": taste.of("Allow", "Terminate")}
    return [Call("PutFunctionRecursionConfig", said, "recursion")]
