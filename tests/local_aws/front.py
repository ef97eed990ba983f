"""The WSGI application in front of moto's: answers and records Lambda, answers LookupEvents and Athena."""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from tests.local_aws.athena import AthenaStandIn
from tests.local_aws.athena.service import RefusedCall
from tests.local_aws.clock import Clock
from tests.local_aws.event_names import is_management_event
from tests.local_aws.faults import Faults, RateLimit
from tests.local_aws.identity import Caller, CredentialScope, caller_of, credential_scope
from tests.local_aws.lambda_call import read_answer, read_call
from tests.local_aws.lambda_service.service import LambdaService, error_answer, operations
from tests.local_aws.lookup_events import LookupEvents, RefusedLookup
from tests.local_aws.record import Circumstances, lambda_record
from tests.local_aws.trail import Trail

_MISSING_BYTES = 1000
"""How many bytes a cut answer promises beyond the whole of it."""
_NOT_IMPLEMENTED = 501
"""Answered to calls of operations that are not there; such a call never reached Lambda and is not recorded."""


class CloudTrailFront:
    """A WSGI application that stands between callers and moto."""

    def __init__(self, moto: Any) -> None:
        self.clock = Clock()
        self.trail = Trail(self.clock)
        self.lambda_service = LambdaService()
        self.athena = AthenaStandIn()
        self.faults = Faults()
        self.delivery_delay = timedelta()
        """How long after its ``eventTime`` LookupEvents starts to show a record."""
        self.denied: frozenset[str] = frozenset()
        """The Lambda operations that nobody may call."""
        self.requests: Counter[str] = Counter()
        """How many arrived, by ``service.Operation``, or ``service.METHOD`` where no more is known."""
        self._count_lock = threading.Lock()
        self._answered: dict[str, Response] = {}
        """What successful Lambda calls were answered, by the id that an SDK gives a call and its own retries."""
        self._moto = moto
        self._lookup = LookupEvents(self.trail, self.clock)
        self._rate = RateLimit(self.clock.seconds)
        # One Lambda call at a time, so that the order of records is the order in which calls took effect.
        self.lambda_lock = threading.Lock()

    def clear(self) -> None:
        """Start over with an empty trail, no functions, no faults, no delay, no counts and this machine's time."""
        self.clock.reset()
        self.lambda_service.clear()
        self.athena.clear()
        self.trail.clear()
        self._lookup.forget()
        self.faults.plan([])
        self.delivery_delay = timedelta()
        self.denied = frozenset()
        self._answered.clear()
        self.requests.clear()
        self._rate = RateLimit(self.clock.seconds)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scope = credential_scope(environ.get("HTTP_AUTHORIZATION", ""))
        service = scope.service if scope else "unsigned"
        target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if scope and service == "cloudtrail" and target == "LookupEvents":
            self._count("cloudtrail.LookupEvents")
            return self._answer_lookup(Request(environ), scope)(environ, start_response)
        if scope and service == "lambda":
            return self._answer_lambda(environ, scope)(environ, start_response)
        if scope and service == "athena" and self.athena.answers(target):
            self._count(f"athena.{target}")
            return self._answer_athena(Request(environ), scope, target)(environ, start_response)
        operation = target or _form_action(environ) or environ["REQUEST_METHOD"]
        self._count(f"{service}.{operation}")
        return self._moto(environ, start_response)

    def _count(self, request: str) -> None:
        with self._count_lock:
            self.requests[request] += 1

    def forget_tokens(self) -> None:
        """Make LookupEvents refuse the tokens it gave out."""
        self._lookup.forget()

    def _answer_lambda(self, environ: dict[str, Any], scope: CredentialScope) -> Response:
        request = Request(environ)
        body = request.get_data()
        raw_path, _, query = environ["RAW_URI"].partition("?")
        call = read_call(request.method, raw_path, query, request.headers, body)
        self._count(f"lambda.{call.api if call else request.method}")
        if call is None or call.api not in operations():
            name = call.api if call else "this operation"
            return error_answer(_NOT_IMPLEMENTED, "UnknownOperationException", f"The local AWS does not have {name}.")
        caller = caller_of(scope.access_key_id)
        invocation = request.headers.get("amz-sdk-invocation-id", "")
        with self.lambda_lock:
            # An SDK that lost an answer asks again, and a create would be refused as done already; the AWS provider
            # then tries on for minutes.
            if again := self._answered.get(invocation):
                return again
            now = self.clock.tick()
            if call.api in self.denied:
                answer = error_answer(403, "AccessDeniedException", _not_authorized(caller, f"lambda:{call.api}"))
            else:
                answer = self.lambda_service.answer(call, caller.account, scope.region, now)
            answer.headers["x-amzn-RequestId"] = str(uuid.uuid4())
            if is_management_event(call.api):
                about = Circumstances(
                    caller=caller,
                    region=scope.region,
                    source_ip=request.headers.get("X-Forwarded-For", request.remote_addr or "").split(",")[0],
                    user_agent=request.headers.get("User-Agent", ""),
                    request_id=answer.headers["x-amzn-RequestId"],
                    completed=now,
                )
                read = read_answer(call.operation, answer.status_code, answer.headers, answer.get_data())
                self.trail.append([lambda_record(call, read, about)])
            if invocation and answer.status_code < 300:
                self._answered[invocation] = answer
        return answer

    def _answer_lookup(self, request: Request, scope: CredentialScope) -> Response:
        caller = caller_of(scope.access_key_id)
        if not self._rate.passes((caller.account, scope.region)):
            return _throttled()
        kind = self.faults.take()
        if kind == "throttle":
            return _throttled()
        if kind == "access_denied":
            return _error(400, "AccessDeniedException", _not_authorized(caller, "cloudtrail:LookupEvents"))
        if kind == "internal_error":
            return _error(500, "InternalFailure", "An internal error occurred.")
        try:
            found = self._lookup.answer(
                json.loads(request.get_data() or b"{}"), caller.account, scope.region, self.delivery_delay
            )
        except RefusedLookup as refused:
            return _error(400, refused.code, str(refused))
        return _cut(found) if kind == "cut" else _json(200, found)

    def _answer_athena(self, request: Request, scope: CredentialScope, operation: str) -> Response:
        account = caller_of(scope.access_key_id).account
        try:
            return _json(
                200, self.athena.answer(operation, json.loads(request.get_data() or b"{}"), account, scope.region)
            )
        except RefusedCall as refused:
            answer = _json(refused.status, {"__type": refused.code, "Message": str(refused), **refused.fields})
            answer.headers["x-amzn-ErrorType"] = refused.code
            return answer


def _form_action(environ: dict[str, Any]) -> str:
    """Return the ``Action`` of a request in AWS's query protocol, leaving its body to be read again."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return ""
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode("utf-8", "replace")).get("Action", [""])[0]


def _json(status: int, value: Any) -> Response:
    answer = Response(json.dumps(value), status, content_type="application/x-amz-json-1.1")
    answer.headers["x-amzn-RequestId"] = str(uuid.uuid4())
    return answer


def _error(status: int, code: str, message: str) -> Response:
    answer = _json(status, {"__type": code, "message": message})
    answer.headers["x-amzn-ErrorType"] = code
    return answer


def _throttled() -> Response:
    return _error(400, "ThrottlingException", "Rate exceeded")


def _not_authorized(caller: Caller, action: str) -> str:
    return (
        f"User: {caller.user_identity['arn']} is not authorized to perform: {action} "
        f"because no identity-based policy allows the {action} action"
    )


def _cut(value: Any) -> Response:
    body = json.dumps(value).encode()
    answer = _json(200, value)
    # The server closes the connection after each answer, so the promised rest never comes.
    answer.automatically_set_content_length = False
    answer.set_data(body[: len(body) // 2])
    answer.headers["Content-Length"] = str(len(body) + _MISSING_BYTES)
    return answer
