"""Who the credentials are, and the roles they assume: two calls of STS.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from tfdrift_gate.aws.boto import boto3_client
from tfdrift_gate.aws.credentials import Credentials, Keys
from tfdrift_gate.aws.errors import is_passing
from tfdrift_gate.aws.signed_post import plain_post, raise_error

_ATTEMPTS = 3
_PAUSE = 0.5
"""Seconds between them."""


def caller_account(credentials: Credentials, region: str) -> str:
    """Tell to which account the credentials belong; raises botocore's errors."""
    if credentials.assume_role:
        return _role(credentials, region)[1]
    return _ask("GetCallerIdentity", {}, credentials.profile, region)["Account"]


def assume(credentials: Credentials, region: str) -> Credentials:
    """Ask STS for the role's keys, which several services may then share; nothing to do where no role is named.

    The keys last an hour. Raises botocore's errors.
    """
    if not credentials.assume_role or credentials.keys:
        return credentials
    return replace(credentials, keys=_role(credentials, region)[0])


def _role(credentials: Credentials, region: str) -> tuple[Keys, str]:
    """Assume a role; give its keys and its account."""
    _refuse_a_short_arn(str(credentials.assume_role))
    asked = {"RoleArn": str(credentials.assume_role), "RoleSessionName": "tfdrift-gate"}
    told = _ask("AssumeRole", asked, credentials.profile, region, _ATTEMPTS)
    keys = Keys(told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"])
    return keys, told["Arn"].split(":")[4]


def _refuse_a_short_arn(arn: str) -> None:
    """Refuse what STS would, as botocore's client does before asking."""
    if len(arn) < 20:
        from botocore.exceptions import ParamValidationError

        report = f"Invalid length for parameter RoleArn, value: {len(arn)}, valid min length: 20"
        raise ParamValidationError(report=report)


def _ask(
    operation: str, parameters: Mapping[str, str], profile: str | None, region: str, attempts: int = 1
) -> dict[str, str]:
    """Call STS; give the answer's texts by name, whatever they stand in."""
    for attempt in range(1, attempts):
        try:
            return _ask_once(operation, parameters, profile, region)
        except Exception as error:
            if not is_passing(error):
                raise
            time.sleep(_PAUSE * attempt)
    return _ask_once(operation, parameters, profile, region)


def _ask_once(operation: str, parameters: Mapping[str, str], profile: str | None, region: str) -> dict[str, str]:
    post = plain_post("sts", region, profile, timeouts=(3, 5))
    if post is None:
        from botocore import xform_name

        service = boto3_client("sts", region, profile, connect_timeout=3, read_timeout=5)
        return _texts(getattr(service, xform_name(operation))(**parameters))
    body = urlencode({"Action": operation, "Version": "2011-06-15", **parameters}).encode()
    answer = post.send({"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, body)
    raise_error(answer, "query", operation)
    return _texts_of_xml(answer.body, operation)


def _texts(answer: Mapping[str, Any]) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in answer.items():
        told.update(_texts(value) if isinstance(value, Mapping) else {name: str(value)})
    return told


def _texts_of_xml(body: bytes, operation: str) -> dict[str, str]:
    from xml.etree.ElementTree import ParseError, XMLParser

    from botocore.parsers import ResponseParserError

    parser = XMLParser(encoding="utf-8")  # noqa: S314 - as botocore reads it; STS itself answers
    try:
        parser.feed(body)
        root = parser.close()
    except ParseError:
        raise ResponseParserError(f"the answer to {operation} is not XML") from None
    told = {element.tag.rpartition("}")[2]: element.text or "" for element in root.iter()}
    needed = {"GetCallerIdentity": {"Account"}, "AssumeRole": {"AccessKeyId", "SecretAccessKey", "SessionToken", "Arn"}}
    if needed[operation] - set(told):
        raise ResponseParserError(f"the answer to {operation} lacks what it should tell")
    return told
