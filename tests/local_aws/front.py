"""The WSGI application in front of moto's: answers and records Lambda, answers LookupEvents, hands on the rest.

Athena's and Lake's calls go to stand-ins. What is planned to go wrong does so here.
"""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from tests.local_aws.athena import AthenaStandIn
from tests.local_aws.broken import damaged, json_answer, json_error_answer, refusal
from tests.local_aws.clock import Clock
from tests.local_aws.event_names import is_management_event
from tests.local_aws.faults import KINDS, NOTHING, Asked, Fault, Faults, RateLimit
from tests.local_aws.identity import Caller, CredentialScope, caller_of, credential_scope
from tests.local_aws.lake import LakeStandIn
from tests.local_aws.lambda_call import read_answer, read_call
from tests.local_aws.lambda_service.service import LambdaService, error_answer, operations
from tests.local_aws.lookup_events import LookupEvents, RefusedLookup
from tests.local_aws.record import Circumstances, lambda_record
from tests.local_aws.trail import Trail

_NOT_IMPLEMENTED = 501
"""Answered to calls of operations that are not there; such a call never reached Lambda and is not recorded."""


class CloudTrailFront:
    """A WSGI application that stands between callers and moto."""

    def __init__(self, moto: Any) -> None:
        self.clock = Clock()
        self.trail = Trail(self.clock)
        self.lambda_service = LambdaService()
        self.athena = AthenaStandIn()
        self.lake = LakeStandIn()
        self.faults = Faults()
        self.delivery_delay = timedelta()
        """How long after its ``eventTime`` LookupEvents starts to show a record."""
        self.denied: frozenset[str] = frozenset()
        """The Lambda operations that nobody may call."""
        self.public_keys: list[dict[str, str]] = []
        """What ListPublicKeys answers in every region: ``{"Fingerprint", "Value"}``, the value in base64."""
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
        self.lake.clear()
        self.trail.clear()
        self._lookup.forget()
        self.faults.plan([])
        self.delivery_delay = timedelta()
        self.denied = frozenset()
        self._answered.clear()
        self.public_keys = []
        self.requests.clear()
        self._rate = RateLimit(self.clock.seconds)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        scope = credential_scope(environ.get("HTTP_AUTHORIZATION", ""))
        service = scope.service if scope else "unsigned"
        target = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        if scope and service == "cloudtrail" and target == "LookupEvents":
            self._count("cloudtrail.LookupEvents")
            return self._answer_lookup(Request(environ), scope)(environ, start_response)
        if scope and service == "cloudtrail" and target == "ListPublicKeys":
            self._count("cloudtrail.ListPublicKeys")
            return json_answer(200, {"PublicKeyList": self.public_keys})(environ, start_response)
        if scope and service == "lambda":
            return self._answer_lambda(environ, scope)(environ, start_response)
        operation = target or _form(environ).get("Action", [""])[0] or environ["REQUEST_METHOD"]
        self._count(f"{service}.{operation}")
        return self._answer_moto(environ, scope, operation)(environ, start_response)

    def _count(self, request: str) -> None:
        with self._count_lock:
            self.requests[request] += 1

    def set_rate_limit(self, requests: int) -> None:
        """Let LookupEvents answer so many requests a second."""
        self._rate = RateLimit(self.clock.seconds, requests)

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
            return json_error_answer(400, "ThrottlingException", "Rate exceeded")
        wanted = json.loads(request.get_data() or b"{}")
        attributes = wanted.get("LookupAttributes") or [{}]
        value = attributes[0].get("AttributeValue", "")
        asked = Asked("cloudtrail", "LookupEvents", value, "NextToken" in wanted)
        fault = self.faults.take(asked)
        if refused := self._refusal(fault, asked, scope, request.headers):
            return refused
        try:
            found = self._lookup.answer(
                wanted, caller.account, scope.region, self.delivery_delay, again=fault.kind == "duplicate_page"
            )
        except RefusedLookup as refused_lookup:
            return json_error_answer(400, refused_lookup.code, str(refused_lookup))
        if fault.kind == "repeated_token":
            found["NextToken"] = wanted["NextToken"]
        return damaged(fault, json_answer(200, found))

    def _answer_moto(self, environ: dict[str, Any], scope: CredentialScope | None, operation: str) -> Any:
        """Let moto answer, with what goes wrong on the way."""
        if scope is None or scope.service not in KINDS:
            return self._moto
        asked = Asked(scope.service, operation)
        if scope.service == "s3":
            asked = s3_asked(environ)
        elif scope.service == "sts":
            asked = Asked("sts", operation, _form(environ).get("RoleArn", [""])[0])
        fault = self.faults.take(asked)
        application = self._behind(scope, operation)
        if fault is NOTHING:
            return application
        request = Request(environ)
        token = json.loads(request.get_data()).get("NextToken") if fault.kind == "repeated_token" else None
        if refused := self._refusal(fault, asked, scope, request.headers):
            return refused
        answer = Response.from_app(application, environ)
        if token:
            answer.set_data(json.dumps(json.loads(answer.get_data()) | {"NextToken": token}))
        return damaged(fault, answer)

    def _refusal(self, fault: Fault, asked: Asked, scope: CredentialScope, headers: Mapping[str, str]) -> Any:
        denied = _not_authorized(caller_of(scope.access_key_id), f"{asked.service}:{asked.operation}")
        return refusal(fault, asked, headers.get("X-Amz-Date", ""), self.clock.now(), denied)

    def _behind(self, scope: CredentialScope, operation: str) -> Any:
        """Give the application that answers: moto, but for Athena's and Lake's calls."""
        if scope.service == "cloudtrail" and self.lake.answers(operation):
            return self.lake.application(self.trail.records(), operation)
        if scope.service != "athena" or not self.athena.answers(operation):
            return self._moto
        return self.athena.application(caller_of(scope.access_key_id).account, scope.region, operation)


def _form(environ: dict[str, Any]) -> dict[str, list[str]]:
    """Read the form of a request in AWS's query protocol, leaving its body to be read again."""
    if not environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return parse_qs(body.decode("utf-8", "replace"))


def s3_asked(environ: dict[str, Any]) -> Asked:
    """Tell what S3 is asked, of a request in path style: ``/bucket/key``."""
    key = environ.get("PATH_INFO", "").lstrip("/").partition("/")[2]
    method = environ["REQUEST_METHOD"]
    if method == "GET" and not key:
        return Asked("s3", "ListObjectsV2" if "list-type=2" in environ.get("QUERY_STRING", "") else "GetBucket")
    return Asked("s3", f"{method.capitalize()}{'Object' if key else 'Bucket'}", key)


def _not_authorized(caller: Caller, action: str) -> str:
    return (
        f"User: {caller.user_identity['arn']} is not authorized to perform: {action} "
        f"because no identity-based policy allows the {action} action"
    )
