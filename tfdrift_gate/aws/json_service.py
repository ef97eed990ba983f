"""Event history's and Athena's protocol: JSON 1.1."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tfdrift_gate.aws.client import client
from tfdrift_gate.aws.credentials import Credentials
from tfdrift_gate.aws.signed_post import Answer, plain_post, raise_error
from tfdrift_gate.aws.sts import assume

_TARGETS = {
    "cloudtrail": "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
    "athena": "AmazonAthena",
}
"""The prefix of ``X-Amz-Target``, as botocore's models have it (``targetPrefix``)."""


class JsonService:
    """A service of AWS's JSON protocol 1.1, asked one attempt a call: its user paces and repeats calls itself.

    https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    """

    def __init__(self, service: str, region: str, credentials: Credentials) -> None:
        """Prepare calls; raises as :func:`client`, and for a role that cannot be assumed."""
        self._target = _TARGETS.get(service)
        self._post = None
        if self._target:
            self._post = plain_post(service, region, credentials.profile, assume(credentials, region).keys)
        self._client = None if self._post else client(service, region, credentials)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation (``LookupEvents``); times are seconds since 1970 and bytes base64 texts, both ways.

        Raises botocore's errors; an answer that was cut off, or is no JSON object, is one.
        """
        if self._post is None:
            return self._through_client(operation, request)
        headers = {"X-Amz-Target": f"{self._target}.{operation}", "Content-Type": "application/x-amz-json-1.1"}
        answer = self._post.send(headers, json.dumps(request).encode())
        raise_error(answer, "json", operation)
        return _object(answer, operation)

    def _through_client(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        from botocore import xform_name

        answer = getattr(self._client, xform_name(operation))(**request)
        answer.pop("ResponseMetadata", None)
        told: dict[str, Any] = _as_sent(answer)
        return told


def _object(answer: Answer, operation: str) -> dict[str, Any]:
    try:
        # An operation that tells nothing may answer with nothing.
        told = json.loads(answer.body) if answer.body else {}
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        from botocore.parsers import ResponseParserError

        raise ResponseParserError(f"the answer to {operation} is not a JSON object")
    return told


def _as_sent(value: Any) -> Any:
    """Undo botocore's reading of times and bytes."""
    if isinstance(value, dict):
        return {key: _as_sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_sent(item) for item in value]
    if isinstance(value, bytes):
        return b64encode(value).decode()
    return value.timestamp() if isinstance(value, datetime) else value
