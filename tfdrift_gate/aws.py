"""The only importer of boto3: clients, credentials, and what its errors mean to a person.

boto3 is imported inside functions: a run over files never pays for it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tfdrift_gate.errors import GateError, UsageError

_NO_PERMISSION = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403", "Forbidden")
_BAD_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "AuthFailure",
)
_THROTTLED = (
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "SlowDown",
)
_SIGN_IN = "sign in again, or set AWS_PROFILE, --profile, or the AWS_… variables of a role that may read it"


@dataclass(frozen=True)
class Credentials:
    """Which AWS credentials to use: a profile, a role to assume, or boto3's own chain."""

    profile: str | None = None
    assume_role: str | None = None


def region_from_environment() -> str | None:
    """Give the region that the environment names, as the AWS CLI and the provider read it."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def client(
    service: str, region: str | None, credentials: Credentials, endpoint_url: str | None = None, **config: Any
) -> Any:
    """Make a client that does one attempt per call (its user paces and repeats them itself).

    ``config`` goes to :class:`botocore.config.Config`. Without ``endpoint_url`` the endpoint variables
    (``AWS_ENDPOINT_URL``, ``AWS_ENDPOINT_URL_<SERVICE>``) are boto3's to honour. Raises botocore's errors
    (wrap in :func:`reading`), and :class:`UsageError` for an endpoint that is no URL.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    settings: dict[str, Any] = {
        "connect_timeout": 5,
        "read_timeout": 20,
        "retries": {"total_max_attempts": 1},
        "user_agent_extra": "tfdrift-gate",
    }
    settings.update(config)
    region = region or region_from_environment() or "us-east-1"
    try:
        session = boto3.Session(profile_name=credentials.profile, region_name=region)
        if credentials.assume_role:
            sts = session.client("sts", config=Config(**{**settings, "retries": {"total_max_attempts": 3}}))
            role = sts.assume_role(RoleArn=credentials.assume_role, RoleSessionName="tfdrift-gate")["Credentials"]
            session = boto3.Session(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"], region)
        return session.client(service, endpoint_url=endpoint_url, config=Config(**settings))
    except BotoCoreError:
        raise
    except ValueError:
        # What botocore says of an endpoint that is no URL; the text may hold a password.
        raise UsageError(
            f"reaching AWS ({service}): the endpoint is no URL",
            "check AWS_ENDPOINT_URL, AWS_ENDPOINT_URL_… and endpoint_url of the profile",
        ) from None


class JsonService:
    """A service of AWS's JSON protocol 1.1, asked one attempt a call: its user paces and repeats calls itself.

    https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    """

    def __init__(self, service: str, region: str, credentials: Credentials) -> None:
        """Prepare calls; raises as :func:`client`."""
        self._client = client(service, region, credentials)

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Call an operation (``LookupEvents``); times are sent as seconds since 1970. Raises botocore's errors."""
        from botocore import xform_name

        answer: dict[str, Any] = getattr(self._client, xform_name(operation))(**request)
        return answer


@contextmanager
def reading(what: str, error_class: type[GateError], permission: str) -> Iterator[None]:
    """Turn botocore's errors into ``error_class``: ``what`` was being read, ``permission`` is what it takes."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        message, hint = explain(error, permission)
        raise error_class(f"reading {what}: {message}", hint) from error


def error_code(error: Exception) -> str:
    """Give the service's error code; empty for an error that no service sent."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def is_throttled(error: Exception) -> bool:
    """Tell whether the service asked for fewer requests."""
    return error_code(error) in _THROTTLED


def is_bad_credentials(error: Exception) -> bool:
    """Tell whether the service knows the caller's credentials for none, or for none any more."""
    return error_code(error) in _BAD_CREDENTIALS


def is_passing(error: Exception) -> bool:
    """Tell whether the same call may well go through a moment later: throttled, 5xx, a broken connection."""
    from botocore import exceptions
    from botocore.parsers import ResponseParserError

    if isinstance(error, exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return is_throttled(error) or int(status or 0) >= 500
    if isinstance(error, (exceptions.SSLError, exceptions.ProxyConnectionError)):
        return False
    passing = (
        exceptions.ConnectionError,
        exceptions.HTTPClientError,
        exceptions.IncompleteReadError,
        exceptions.ResponseStreamingError,
        ResponseParserError,
    )
    return isinstance(error, passing)


def explain(error: Exception, permission: str) -> tuple[str, str]:
    """Say what a botocore error means and what to do; neither text holds a credential."""
    from botocore import exceptions

    code = error_code(error)
    if code in _NO_PERMISSION:
        return f"no permission ({code})", f"allow {permission} to the role or user that runs the gate"
    if code in _BAD_CREDENTIALS:
        return f"the AWS credentials are not accepted ({code})", _SIGN_IN
    if is_throttled(error):
        return f"throttled ({code})", "wait a minute and run again, or raise --deadline"
    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return "no AWS credentials found", _SIGN_IN
    if isinstance(error, exceptions.ProfileNotFound):
        return str(error), "name a profile of ~/.aws/config"
    if isinstance(error, exceptions.EndpointConnectionError):
        # NOTE: its own text holds the whole URL of one call; the host is what can be looked into.
        host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).netloc or "the endpoint"
        return f"{host} cannot be reached", "check the network, a proxy, the region's name and AWS_ENDPOINT_URL"
    text = " ".join(str(error).split())
    return text[:500], "run again; if it stays, the message above is AWS's own"
