"""Who made a call and from where: CloudTrail's ``userIdentity``, session flags and user agent.

Fields: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
The principal and the session name are signed facts; the user agent is whatever the caller chose to send.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tfdrift_gate.model import Actor

_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_CONSOLE = re.compile(
    r"Mozilla/|console\.amazonaws\.com|signin\.amazonaws\.com|AWS Internal|aws-internal/|AWSLambdaConsole/"
    r"|Coral/(Jakarta|Netty)|\[?S3Console"
)
_TERRAFORM = re.compile(r"\bTerraform/\d|\bterraform-provider-aws(cc)?/")
_CLI = re.compile(r"\[?aws-cli/")
_SDK = re.compile(r"aws-sdk|\bboto(3|core)?/|aws-toolkit|aws-cdk|pulumi|serverless-framework", re.IGNORECASE)
_TRUE = ("true", "1", "yes")


def actor_of(record: Mapping[str, Any]) -> Actor:
    """Read who made the call recorded in ``record`` (a raw CloudTrail record).

    Never raises: what is missing or of another type is None, an absent identity has type ``Unknown``.
    """
    identity = _mapping(record.get("userIdentity"))
    session = _mapping(identity.get("sessionContext"))
    issuer = _mapping(session.get("sessionIssuer"))
    kind = _text(identity.get("type")) or "Unknown"
    arn = _text(identity.get("arn"))
    session_name = _session_name(kind, arn, _text(identity.get("principalId")))
    source_identity = _text(session.get("sourceIdentity")) or _text(identity.get("sourceIdentity"))
    user_name = _text(identity.get("userName"))
    fallback = _text(issuer.get("userName")) or _text(identity.get("invokedBy"))
    if kind == "Root":
        fallback = "root"
    elif kind == "AWSAccount":
        fallback = _text(identity.get("accountId")) or _text(identity.get("principalId"))
    return Actor(
        type=kind,
        name=source_identity or session_name or user_name or fallback or arn,
        arn=arn,
        account_id=_text(identity.get("accountId")),
        session_name=session_name,
        source_identity=source_identity,
        source_ip=_text(record.get("sourceIPAddress")),
        user_agent=_text(record.get("userAgent")),
        mfa=_mfa(session, record),
        role_arn=_text(issuer.get("arn")) if issuer.get("type", "Role") == "Role" else None,
    )


def origin_of(record: Mapping[str, Any]) -> str:
    """Tell where a call came from; the first match wins, ``unknown`` where nothing matches.

    One of ``cloudformation``, ``aws-service``, ``console``, ``terraform``, ``cli``, ``sdk``, ``unknown``.
    """
    identity = _mapping(record.get("userIdentity"))
    agent = _text(record.get("userAgent")) or ""
    callers = [_text(identity.get("invokedBy")), _text(record.get("sourceIPAddress")), agent]
    services = [who for who in callers if who and _SERVICE.fullmatch(who) and not _CONSOLE.match(who)]
    if services:
        return "cloudformation" if services[0].startswith("cloudformation.") else "aws-service"
    if identity.get("type") == "AWSService" or record.get("eventType") == "AwsServiceEvent":
        return "aws-service"
    if _true(record.get("sessionCredentialFromConsole")) or _CONSOLE.search(agent):
        return "console"
    if _TERRAFORM.search(agent) and "Pulumi/" not in agent:
        return "terraform"
    if _CLI.match(agent):
        return "cli"
    return "sdk" if _SDK.search(agent) else "unknown"


def _session_name(kind: str, arn: str | None, principal: str | None) -> str | None:
    # NOTE: arn:aws:sts::<account>:assumed-role/<role>/<session>, principalId AROA…:<session>; a
    # federated user's ARN ends in federated-user/<name>.
    if kind not in ("AssumedRole", "FederatedUser"):
        return None
    if arn and arn.count("/") >= (2 if kind == "AssumedRole" else 1):
        return arn.rsplit("/", 1)[1] or None
    if principal and ":" in principal:
        return principal.split(":", 1)[1] or None
    return None


def _mfa(session: Mapping[str, Any], record: Mapping[str, Any]) -> bool | None:
    said = _mapping(session.get("attributes")).get("mfaAuthenticated")
    if said is None:
        said = _mapping(record.get("additionalEventData")).get("MFAUsed")
    return None if said is None else _true(said)


def _true(value: object) -> bool:
    return str(value).lower() in _TRUE


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
