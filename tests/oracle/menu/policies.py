"""Who may call a function or use a layer: statements one by one, and policies replaced whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.oracle.call import Call
from tests.oracle.menu.taste import Taste, arn

_STATEMENTS: Mapping[str, tuple[str, str, Mapping[str, tuple[Any, ...]]]] = {
    "AllowTopic": (
        "full",
        "",
        {
            "Principal": ("sns.amazonaws.com", "s3.amazonaws.com", "*"),
            "SourceArn": ("arn:aws:sns:us-east-1:123456789012:orders", "arn:aws:sns:us-east-1:123456789012:other"),
        },
    ),
    "AllowBucket": (
        "full",
        "live",
        {
            "Principal": ("s3.amazonaws.com", "sns.amazonaws.com"),
            "SourceArn": ("arn:aws:s3:::orders", "arn:aws:s3:::other"),
            "SourceAccount": ("123456789012", "210987654321"),
        },
    ),
    "AllowAccount": (
        "bare",
        "",
        {"Principal": ("210987654321", "arn:aws:iam::210987654321:root", "345678901234", "*")},
    ),
    # Nobody manages this one; what it does must not be taken for the others'.
    "AllowStranger": ("full", "", {"Principal": ("*", "events.amazonaws.com")}),
}


def permit(taste: Taste) -> list[Call]:
    """Add or remove a statement of a policy, or edit one, which takes both calls."""
    sid = taste.random.choice(tuple(_STATEMENTS))
    function, qualifier, settings = _STATEMENTS[sid]
    named = {"StatementId": sid} | taste.target(function, qualifier)
    values = {name: taste.of(values[0], *values) for name, values in settings.items()}
    if len(values) > 1 and taste.often(0.15):
        values.pop(taste.random.choice([name for name in values if name != "Principal"]))
    action = taste.of("lambda:InvokeFunction", "lambda:InvokeFunction", "lambda:GetFunction")
    add = Call("AddPermission", {"Action": action} | named | values, f"permission {sid}", hurried=taste.often(0.5))
    remove = Call("RemovePermission", named | taste.stale(), f"permission {sid}")
    return taste.of([remove, add], [remove, add], [remove], [add])


def replace_policy(taste: Taste) -> list[Call]:
    """Replace a function's whole policy, or delete it."""
    target = taste.random.choice((arn("full"), arn("bare"), arn("full") + ":live"))
    if taste.often(0.3):
        return [Call("DeleteResourcePolicy", {"ResourceArn": target}, f"{target} policy")]
    statement: dict[str, Any] = {
        "Sid": taste.of("AllowTopic", "AllowTopic", "AllowBucket", "AllowAccount", "AllowStranger"),
        "Effect": "Allow",
        "Principal": taste.of({"Service": "sns.amazonaws.com"}, {"AWS": "arn:aws:iam::210987654321:root"}, "*"),
        "Action": "lambda:InvokeFunction",
        "Resource": target,
        "Condition": {"ArnLike": {"AWS:SourceArn": "arn:aws:sns:us-east-1:123456789012:orders"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    return [Call("PutResourcePolicy", {"ResourceArn": target, "Policy": policy}, f"{target} policy")]


def layer(taste: Taste) -> list[Call]:
    """Publish a layer's next version, delete one, or change who may use it."""
    named = {"LayerName": taste.of("<cell>-shared", "arn:aws:lambda:<region>:<account>:layer:<cell>-shared")}
    version = named | {"VersionNumber": taste.of(1, 1, 2)}
    sid = taste.of("AllowPartner", "AllowPartner", "AllowOther")
    subject = f"layer permission {sid}"
    settings = {"Principal": taste.of("210987654321", "345678901234", "*"), "Action": "lambda:GetLayerVersion"}
    remove = Call("RemoveLayerVersionPermission", version | {"StatementId": sid}, subject)
    add = Call("AddLayerVersionPermission", version | {"StatementId": sid} | settings, subject)
    content = {"S3Bucket": "packages", "S3Key": "other.zip"}
    return taste.of(
        [remove, add],
        [remove],
        [add],
        [remove, add],
        [Call("DeleteLayerVersion", version, "layer")],
        [Call("PublishLayerVersion", named | {"Content": content}, "layer")],
    )
