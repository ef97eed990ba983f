"""What botocore's errors mean: whether to ask again, and what to tell a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tfdrift_gate.errors import GateError

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
_CLOCK = ("RequestTimeTooSkewed", "RequestInTheFuture")
_SIGN_IN = "sign in again, or set AWS_PROFILE, --profile, or the AWS_… variables of a role that may read it"


@contextmanager
def reading(what: str, error_class: type[GateError], permission: str) -> Iterator[None]:
    """Turn botocore's errors into ``error_class``: ``what`` was being read, ``permission`` is what it takes."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except (BotoCoreError, ClientError, ResponseParserError) as error:
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
    from botocore.parsers import ResponseParserError

    code = error_code(error)
    if code in _NO_PERMISSION:
        return f"no permission ({code})", f"allow {permission} to the role or user that runs the gate"
    if _is_about_time(error):
        return f"this machine's clock and AWS's differ by minutes ({code})", "set this machine's clock, and run again"
    if code in _BAD_CREDENTIALS:
        return f"the AWS credentials are not accepted ({code})", _SIGN_IN
    if is_throttled(error):
        return f"throttled ({code})", "wait a minute and run again, or raise --deadline"
    if isinstance(error, (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)):
        return "no AWS credentials found", _SIGN_IN
    if isinstance(error, exceptions.ProfileNotFound):
        return str(error), "name a profile of ~/.aws/config"
    if isinstance(error, exceptions.IncompleteReadError):
        return "the answer was cut off", "check the network, and run again"
    if isinstance(error, ResponseParserError):
        return f"the answer is none of AWS's: {error}", "check the proxy between here and AWS, and AWS_ENDPOINT_URL"
    if isinstance(error, exceptions.EndpointConnectionError):
        # NOTE: its own text holds the whole URL of one call; the host is what can be looked into.
        host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).netloc or "the endpoint"
        return f"{host} cannot be reached", "check the network, a proxy, the region's name and AWS_ENDPOINT_URL"
    if isinstance(error, (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError)):
        host = urlsplit(str(error.kwargs.get("endpoint_url", ""))).netloc or "the endpoint"
        return f"{host} did not answer in time", "run again; if it stays, check the network and a proxy"
    text = " ".join(str(error).split())
    return text[:500], "run again; if it stays, the message above is AWS's own"


def _is_about_time(error: Exception) -> bool:
    """Tell whether a signature was refused for its time, as botocore signs by this machine's clock whatever it says.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
    """
    response = getattr(error, "response", None)
    said = response.get("Error", {}).get("Message", "") if isinstance(response, dict) else ""
    return error_code(error) in _CLOCK or str(said).startswith(("Signature expired", "Signature not yet current"))
