"""How AWS names things: ARNs, and the forms in which callers name a Lambda function or layer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_LAMBDA_ARN = re.compile(r"arn:([^:]+):lambda:([a-z0-9-]+):(\d+):([a-z-]+):(.+)", re.DOTALL)
_ROLE_ARN = re.compile(r"arn:[^:]+:iam::(\d{12}):role/.+")

# NOTE: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html (partition); the first match wins.
_PARTITIONS = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)


@dataclass(frozen=True)
class LambdaArn:
    """An ARN of one of Lambda's things: ``arn:aws:lambda:us-east-1:123456789012:function:orders``."""

    region: str
    account: str
    kind: str
    """``function``, ``layer``, ``event-source-mapping``, ``code-signing-config``, ``capacity-provider``."""
    rest: str
    """What follows the kind: ``orders:live``."""


@dataclass(frozen=True)
class FunctionName:
    """A function's name taken apart; what the caller left out is None."""

    name: str
    qualifier: str | None = None
    account: str | None = None
    region: str | None = None


@lru_cache(maxsize=4096)
def parse_lambda_arn(text: str) -> LambdaArn | None:
    """Take an ARN of Lambda's apart; None for anything else."""
    found = _LAMBDA_ARN.fullmatch(text)
    return LambdaArn(found[2], found[3], found[4], found[5]) if found else None


@lru_cache(maxsize=4096)
def parse_function_name(text: str) -> FunctionName:
    """Take apart a name, a partial ARN or a full ARN, each with or without ``:qualifier``.

    ``requestParameters.functionName`` is whatever the caller sent. Forms:
    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html (FunctionName). Text in none of
    these forms is taken as a name, so that it can match nothing else.
    """
    if ":" not in text:
        return FunctionName(text)
    parts = text.split(":")
    if parts[0] == "arn" and len(parts) >= 7 and parts[5] == "function":
        return FunctionName(parts[6], _qualifier(parts[7:]), parts[4] or None, parts[3] or None)
    if len(parts) >= 3 and parts[1] == "function":
        return FunctionName(parts[2], _qualifier(parts[3:]), parts[0] or None)
    if len(parts) >= 2 and parts[0] == "function":
        return FunctionName(parts[1], _qualifier(parts[2:]))
    if len(parts) == 2:
        return FunctionName(parts[0], _qualifier(parts[1:]))
    return FunctionName(text)


def layer_name(text: str) -> str:
    """Reduce a layer's name, ARN or version ARN to its name.

    Forms: https://docs.aws.amazon.com/lambda/latest/api/API_DeleteLayerVersion.html (LayerName)
    """
    found = parse_lambda_arn(text)
    return found.rest.split(":")[0] if found and found.kind == "layer" else text


def last_part(text: str) -> str:
    """Give the last part of an ARN, or the text itself where it is none."""
    return text.rsplit(":", 1)[-1]


@lru_cache(maxsize=256)
def partition_of(region: str) -> str:
    """Name the partition that a region belongs to; ``aws`` for every region without a prefix of its own."""
    return next((partition for prefix, partition in _PARTITIONS if region.startswith(prefix)), "aws")


def _qualifier(rest: list[str]) -> str | None:
    return rest[0] if len(rest) == 1 and rest[0] else None


def roles_of(roles: Iterable[str], accounts: Iterable[str]) -> tuple[str, ...]:
    """Write ``{account}`` out, once for each account; each role once, in the order given."""
    found = (
        role.replace("{account}", account)
        for role in roles
        for account in (sorted(accounts) if "{account}" in role else [""])
    )
    return tuple(dict.fromkeys(found))


def account_of(role: str) -> str | None:
    """Tell whose role an ARN names (``arn:aws:iam::123456789012:role/auditor``); None for anything else."""
    found = _ROLE_ARN.fullmatch(role)
    return found[1] if found else None
