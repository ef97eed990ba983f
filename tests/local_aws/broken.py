"""How each fault answers, in the form of the service that it befalls.

Error forms: AWS JSON 1.1, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html · the query protocol of STS,
https://smithy.io/2.0/aws/protocols/aws-query-protocol.html · S3 and the codes of all,
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from tests.local_aws.faults import Asked, Fault

_MISSING_BYTES = 1000
"""How many bytes a cut answer promises beyond the whole of it."""
_SKEW = timedelta(minutes=6)
_TOLERATED = timedelta(minutes=5)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"""

# By kind: the code and status of the JSON protocol, of S3 and of STS's query protocol.
_REFUSALS = {
    "access_denied": (("AccessDeniedException", 400), ("AccessDenied", 403), ("AccessDenied", 403)),
    "internal_error": (("InternalFailure", 500), ("InternalError", 500), ("InternalFailure", 500)),
    "throttle": (("ThrottlingException", 400), ("SlowDown", 503), ("Throttling", 400)),
    "expired_credentials": (("ExpiredTokenException", 400), ("ExpiredToken", 400), ("ExpiredToken", 403)),
    "clock_skew": (("InvalidSignatureException", 400), ("RequestTimeTooSkewed", 403), ("SignatureDoesNotMatch", 403)),
    "expired_token": (("InvalidNextTokenException", 400), ("", 0), ("", 0)),
    "queue_full": (("TooManyRequestsException", 400), ("", 0), ("", 0)),
    "vanished": (("", 0), ("NoSuchKey", 404), ("", 0)),
}
_MESSAGES = {
    "internal_error": "An internal error occurred.",
    "throttle": "Rate exceeded",
    "expired_credentials": "The security token included in the request is expired",
    "expired_token": "Invalid token or the passed token was used at an incorrect place.",
    "queue_full": "You have exceeded the limit for the number of queries you can run concurrently.",
    "vanished": "The specified key does not exist.",
}


def refusal(fault: Fault, asked: Asked, signed: str, now: datetime, denied: str) -> Response | None:
    """Give the answer of a fault that keeps a request from its service; None where it is let through.

    ``signed`` is the request's ``X-Amz-Date`` and ``now`` AWS's time, for what ``clock_skew`` refuses: a caller who
    signs by AWS's own ``Date`` is let through. ``denied`` is the text of a refused permission.
    """
    if fault.kind not in _REFUSALS:
        return None
    message = _MESSAGES.get(fault.kind, denied)
    if fault.kind == "clock_skew":
        now += _SKEW
        oldest = now - _TOLERATED
        if oldest <= datetime.strptime(signed, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc) <= now + _TOLERATED:
            return None
        compact = "%Y%m%dT%H%M%SZ"
        message = f"Signature expired: {signed} is now earlier than {oldest:{compact}} ({now:{compact}} - 5 min.)"
    json_error, s3_error, query_error = _REFUSALS[fault.kind]
    if asked.service == "s3":
        answer = _s3_error(*s3_error, message)
    elif asked.service == "sts":
        answer = _query_error(*query_error, message)
    else:
        answer = json_error_answer(json_error[1], json_error[0], message)
    answer.headers["Date"] = f"{now:%a, %d %b %Y %H:%M:%S} GMT"
    return answer


def damaged(fault: Fault, answer: Response) -> Response:
    """Do to a service's answer what a fault does to it on its way, or to what it says."""
    change = _CHANGES.get(fault.kind)
    return change(answer, fault) if change and answer.status_code < 300 else answer


def _cut(answer: Response, fault: Fault) -> Response:
    body = answer.get_data()
    # The server closes the connection after each answer, so the promised rest never comes.
    answer.automatically_set_content_length = False
    answer.set_data(body[: len(body) // 2])
    answer.headers["Content-Length"] = str(len(body) + _MISSING_BYTES)
    return answer


def _truncated(answer: Response, fault: Fault) -> Response:
    answer.set_data(answer.get_data()[: len(answer.get_data()) // 2])
    return answer


def _slow(answer: Response, fault: Fault) -> Response:
    body = answer.get_data()

    def parts() -> Iterator[bytes]:
        yield body[: len(body) // 2]
        time.sleep(fault.seconds)
        yield body[len(body) // 2 :]

    answer.response = parts()
    answer.headers["Content-Length"] = str(len(body))
    return answer


def _ended(answer: Response, fault: Fault) -> Response:
    said = json.loads(answer.get_data())
    status = said["QueryExecution"]["Status"]
    status["State"] = "FAILED" if fault.kind == "query_failed" else "CANCELLED"
    status["StateChangeReason"] = (
        "HIVE_CURSOR_ERROR: Please reduce your request rate."
        if fault.kind == "query_failed"
        else "Query cancelled by user"
    )
    answer.set_data(json.dumps(said))
    return answer


_CHANGES: dict[str, Callable[[Response, Fault], Response]] = {
    "cut": _cut,
    "truncated": _truncated,
    "slow": _slow,
    "query_failed": _ended,
    "query_cancelled": _ended,
}


def json_answer(status: int, value: object) -> Response:
    """Answer in AWS's JSON protocol 1.1."""
    answer = Response(json.dumps(value), status, content_type="application/x-amz-json-1.1")
    answer.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return answer


def json_error_answer(status: int, code: str, message: str) -> Response:
    """Refuse in AWS's JSON protocol 1.1."""
    answer = json_answer(status, {"__type": code, "message": message})
    answer.headers["x-amzn-ErrorType"] = code
    return answer


def _s3_error(code: str, status: int, message: str) -> Response:
    body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{body}', status, content_type="application/xml")


def _query_error(code: str, status: int, message: str) -> Response:
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        f"<RequestId>{uuid.uuid4()}</RequestId></ErrorResponse>"
    )
    return Response(body, status, content_type="text/xml")
