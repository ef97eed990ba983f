"""Who signed a request: the access key, looked up where moto's IAM and STS keep it.

``userIdentity``: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
moto checks no signature, so the access key alone decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/([^/,\s]+)/aws4_request")
_PARTITION = "aws"


@dataclass(frozen=True)
class CredentialScope:
    """What a Signature Version 4 ``Authorization`` header says about its request."""

    access_key_id: str
    region: str
    service: str
    """The signing name: ``lambda``, ``cloudtrail``, ``s3``."""


@dataclass(frozen=True)
class Caller:
    """Whose access key signed a request."""

    account: str
    user_identity: dict[str, Any]
    """As a record's ``userIdentity``."""


def credential_scope(authorization: str) -> CredentialScope | None:
    """Read an ``Authorization`` header; None for one that is not Signature Version 4, an empty one included.

    Form: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
    """
    matched = _CREDENTIAL.search(authorization)
    return CredentialScope(*matched.groups()) if matched else None


def caller_of(access_key_id: str) -> Caller:
    """Find the owner of an access key; one nobody was given belongs to moto's own account's root user."""
    for account in list(iam_backends):
        for user in list(iam_backends[account][_PARTITION].users.values()):
            if user.has_access_key(access_key_id):
                identity = {
                    "type": "IAMUser",
                    # moto's own ids lack the prefix that tells a user by its id.
                    "principalId": "AIDA" + user.id[:17].upper(),
                    "arn": user.arn,
                    "accountId": account,
                    "accessKeyId": access_key_id,
                    "userName": user.name,
                }
                return Caller(account, identity)
    for account in list(sts_backends):
        session = sts_backends[account][_PARTITION].get_assumed_role_from_access_key(access_key_id)
        if session is not None:
            return Caller(session.account_id, _assumed_role(session))
    identity = {
        "type": "Root",
        "principalId": DEFAULT_ACCOUNT_ID,
        "arn": f"arn:aws:iam::{DEFAULT_ACCOUNT_ID}:root",
        "accountId": DEFAULT_ACCOUNT_ID,
        "accessKeyId": access_key_id,
    }
    return Caller(DEFAULT_ACCOUNT_ID, identity)


def _assumed_role(session: AssumedRole) -> dict[str, Any]:
    # The session's ARN lacks the role's path, the issuer's has it.
    return {
        "type": "AssumedRole",
        "principalId": session.user_id,
        "arn": session.arn,
        "accountId": session.account_id,
        "accessKeyId": session.access_key_id,
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": session.user_id.split(":")[0],
                "arn": session.role_arn,
                "accountId": session.account_id,
                "userName": session.role_arn.rsplit("/", 1)[1],
            },
            "attributes": {
                "creationDate": session.access_key.create_date.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "mfaAuthenticated": "false",
            },
        },
    }
