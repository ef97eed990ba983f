"""Who made a call and from where: CloudTrail's ``userIdentity``, session flags and user agent.

Fields: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
The principal and the session name are signed facts; the user agent is whatever the caller chose to send.
"""

from __future__ import annotations

import marshal
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tfdrift_gate.model import Actor

# A user agent is judged by how it begins: a caller adds words at its end (TF_APPEND_USER_AGENT, AWS_EXECUTION_ENV,
# an SDK's user_agent_extra) far more easily than it replaces its tool's own first word.
_SERVICE = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_CLOUDFORMATION = re.compile(r"(.+\.)?cloudformation\..+")
_SERVICE_LINKED = re.compile(r"arn:[^:]*:iam::[^:]*:role/aws-service-role/([^/]+)/")
_CONSOLE = re.compile(
    r"\[?(Mozilla/|(console|signin)\.([a-z0-9-]+\.)*amazonaws\.com|AWS Internal|aws-internal/|AWSLambdaConsole/"
    r"|Coral/(Jakarta|Netty)|S3Console|AWS CloudWatch Console)"
)
# NOTE: an SDK's token comes first before 2019 (terraform issue 15770); terraform/ alone is 0.7 (terraform pull request
# 9806). Pulumi's bridge of the provider leaked the same words with an empty version (pulumi-aws issue 2190).
_TERRAFORM = re.compile(
    r"\[?((aws-sdk-go/\S+ \([^)]*\) )?APN/1\.0 HashiCorp/1\.0 Terraform/\d|terraform/\d|terraform-provider-aws(cc)?/)"
)
# NOTE: Crossplane runs the provider and appends its name (provider-jet-aws pull request 180). What it writes stands in
# a cluster, not in the state that is judged, so it is no Terraform run that settles anything here.
_NOT_TERRAFORM = re.compile(r"pulumi|crossplane", re.IGNORECASE)
_CLI = re.compile(r"\[?aws-cli/")
_SDK = re.compile(
    r"(?<![\w-])(aws-sdk-|boto3?/|botocore/|aws-toolkit|aws-cdk|aws-sam-cli|sam-cli|awspowershell|pulumi"
    r"|crossplane-provider|serverless-framework/)",
    re.IGNORECASE,
)
_WITH_SESSION = ("AssumedRole", "FederatedUser", "AWSAccount")

_FACTS = (
    "userIdentity",
    "sourceIPAddress",
    "userAgent",
    "sessionCredentialFromConsole",
    "eventType",
    "additionalEventData",
)
_MOST_KNOWN, _LONGEST = 2048, 4096
_known: dict[bytes, tuple[Actor, str]] = {}


def caller_of(record: Mapping[str, Any]) -> tuple[Actor, str]:
    """Read who made the call and from where: what :func:`actor_of` and :func:`origin_of` give.

    A day has few callers and many calls, so the answer is kept by everything that it is read from, and one caller is
    one object in all of its records.
    """
    try:
        facts = marshal.dumps([record.get(name) for name in _FACTS], 2)
    except ValueError:  # what JSON cannot hold, or holds too deep
        return actor_of(record), origin_of(record)
    found = _known.get(facts)
    if found is None:
        found = actor_of(record), origin_of(record)
        if len(facts) <= _LONGEST:
            if len(_known) >= _MOST_KNOWN:
                _known.clear()
            _known[facts] = found
    return found


@lru_cache(maxsize=1024)
def shared(text: str) -> str:
    """Give one object for equal texts: regions, names, roles and user agents repeat from record to record."""
    return text


def actor_of(record: Mapping[str, Any]) -> Actor:
    """Read who made the call recorded in ``record`` (a raw CloudTrail record).

    The name is the source identity, else the SSO or role session's, else the user's, else the role, account or
    service. Never raises: what is missing or of another type is None, an absent identity has type ``Unknown``.
    """
    identity = _mapping(record.get("userIdentity"))
    session = _mapping(identity.get("sessionContext"))
    issuer = _mapping(session.get("sessionIssuer"))
    kind = _text(identity.get("type")) or "Unknown"
    arn = _text(identity.get("arn"))
    account = _text(identity.get("accountId"))
    principal = _text(identity.get("principalId"))
    session_name = _session_name(kind, arn, principal)
    source_identity = _text(session.get("sourceIdentity")) or _text(identity.get("sourceIdentity"))
    # NOTE: root's userName is the account's alias, which is nobody's name.
    named = "root" if kind == "Root" else _text(identity.get("userName"))
    if kind == "AWSAccount":
        named = named or account
    elif kind == "IdentityCenterUser":
        named = named or _text(_mapping(identity.get("onBehalfOf")).get("userId"))
    agent = _text(record.get("userAgent"))
    role = _text(issuer.get("arn")) if issuer.get("type", "Role") == "Role" else None
    behind = _text(issuer.get("userName")) or _text(identity.get("invokedBy"))
    return Actor(
        type=shared(kind),
        name=source_identity or session_name or named or behind or arn or principal,
        arn=arn,
        account_id=account and shared(account),
        session_name=session_name,
        source_identity=source_identity,
        source_ip=_text(record.get("sourceIPAddress")),
        user_agent=agent and shared(agent),
        mfa=_mfa(session, record),
        role_arn=role and shared(role),
    )


def origin_of(record: Mapping[str, Any]) -> str:
    """Tell where a call came from; the first match wins, ``unknown`` where nothing matches.

    One of ``cloudformation``, ``aws-service``, ``console``, ``terraform``, ``cli``, ``sdk``, ``unknown``. Never raises.
    """
    identity = _mapping(record.get("userIdentity"))
    agent = _text(record.get("userAgent")) or ""
    if service := _service(identity, record, agent):
        return "cloudformation" if _CLOUDFORMATION.match(service) else "aws-service"
    if identity.get("type") == "AWSService" or record.get("eventType") == "AwsServiceEvent":
        return "aws-service"
    return "console" if _true(record.get("sessionCredentialFromConsole")) else _by_agent(agent)


@lru_cache(maxsize=1024)
def _by_agent(agent: str) -> str:
    if _CONSOLE.match(agent):
        return "console"
    if _TERRAFORM.match(agent) and not _NOT_TERRAFORM.search(agent):
        return "terraform"
    if _CLI.match(agent):
        return "cli"
    return "sdk" if _SDK.search(agent) else "unknown"


def _service(identity: Mapping[str, Any], record: Mapping[str, Any], agent: str) -> str | None:
    """The AWS service that made the call: by name, or by a role that it alone may assume."""
    for who in (_text(identity.get("invokedBy")), _text(record.get("sourceIPAddress")), agent):
        if who and who.endswith(_AWS) and _SERVICE.fullmatch(who) and not _CONSOLE.match(who):
            return who
    issuer = _mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer"))
    linked = _SERVICE_LINKED.match(_text(issuer.get("arn")) or "")
    return linked[1] if linked else None


def _session_name(kind: str, arn: str | None, principal: str | None) -> str | None:
    # NOTE: arn:aws:sts::<account>:assumed-role/<role>/<session> or …:federated-user/<name>; principalId
    # AROA…:<session>. Another account's call has no ARN, and a session only where a role of its own made it.
    if kind not in _WITH_SESSION:
        return None
    if kind != "AWSAccount" and arn and arn.count("/") >= (2 if kind == "AssumedRole" else 1):
        return _text(arn.rsplit("/", 1)[1])
    if principal and ":" in principal:
        return _text(principal.split(":", 1)[1])
    return None


def _mfa(session: Mapping[str, Any], record: Mapping[str, Any]) -> bool | None:
    said = _mapping(session.get("attributes")).get("mfaAuthenticated")
    if said is None:
        said = _mapping(record.get("additionalEventData")).get("MFAUsed")
    return None if said is None else _true(said)


def _true(value: object) -> bool:
    # CloudTrail writes flags as texts; whoever stored the record may have made booleans or numbers of them.
    if isinstance(value, str):
        return value.strip().lower() in ("true", "1", "yes")
    return isinstance(value, (bool, int, float)) and value == 1


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, (dict, Mapping)) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip() else None
