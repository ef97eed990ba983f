"""Asked without botocore's clients, AWS is asked the same and understood the same: each against the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any

import botocore.auth
import pytest
from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError

from tests.aws.stand_in import Request, StandIn, http
from tests.local_aws import LocalAws
from tests.samples import recent, update
from tfdrift_gate.aws import Credentials, JsonService, client, error_code, explain, is_passing
from tfdrift_gate.aws.signed_post import plain_post
from tfdrift_gate.errors import UsageError

REGION = "eu-west-1"
NOBODY = Credentials()
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "cloudtrail",
        "LookupEvents",
        {
            "LookupAttributes": [{"AttributeKey": "EventSource", "AttributeValue": "lambda.amazonaws.com"}],
            "StartTime": 1767225600,
            "EndTime": 1767312000,
            "MaxResults": 50,
            "NextToken": "ü/+=",
        },
    ),
    ("athena", "GetQueryExecution", {"QueryExecutionId": "11111111-2222-4333-8444-555555555555"}),
    ("athena", "StopQueryExecution", {"QueryExecutionId": "11111111-2222-4333-8444-555555555555"}),
]
LOOKUP = CALLS[0]


def by_botocore(service: str, operation: str, request: dict[str, Any]) -> Any:
    answer = getattr(client(service, REGION, NOBODY), xform_name(operation))(**request)
    answer.pop("ResponseMetadata")
    return answer


def lightly(service: str, operation: str, request: dict[str, Any]) -> Any:
    asked = JsonService(service, REGION, NOBODY)
    assert asked._client is None, "asked through botocore's client"
    return asked.call(operation, request)


def told(ask: Any, call: tuple[str, str, dict[str, Any]] = LOOKUP) -> Any:
    """The answer, or what is known of the error: botocore's class (not a client's own), its code, whether it passes."""
    try:
        return ask(*call)
    except ClientError as error:
        return "ClientError", error_code(error), error.response["Error"]["Message"], _status(error), is_passing(error)
    except BotoCoreError as error:
        return type(error).__name__, explain(error, "nothing"), is_passing(error)


def _status(error: ClientError) -> Any:
    return error.response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.fixture
def one_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock that signatures are made by stands still."""
    name = "get_current_datetime"
    if not hasattr(botocore.auth, name):
        pytest.skip("this botocore signs by another clock")
    now = datetime(2026, 1, 2, 3, 4, 5)  # noqa: DTZ001 - as botocore has it
    monkeypatch.setattr(botocore.auth, name, lambda *_, **__: now)


# Asking


@pytest.mark.parametrize("token", [None, "session/+=token"])
@pytest.mark.parametrize("call", CALLS, ids=[operation for _, operation, _ in CALLS])
@pytest.mark.usefixtures("one_moment")
def test_the_request_is_the_one_that_botocores_client_sends_its_signature_included(
    monkeypatch: pytest.MonkeyPatch, call: tuple[str, str, dict[str, Any]], token: str | None
) -> None:
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    with StandIn(http("200 OK", b"{}")) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        told(by_botocore, call)
        told(lightly, call)
        its, ours = aws.requests
    assert (ours.line, ours.body) == (its.line, its.body)
    # Of its own botocore adds an id and a count for the retries that there are none of.
    beside = {"user-agent", "amz-sdk-invocation-id", "amz-sdk-request"}
    assert _without(ours, beside) == _without(its, beside)
    assert ("x-amz-security-token" in ours.headers) == bool(token)
    assert ours.headers["user-agent"].startswith("tfdrift-gate/")


def _without(request: Request, names: set[str]) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if name not in names}


def test_connections_trust_and_pass_what_botocores_client_trusts_and_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "bundle.pem"))
    ours = JsonService("cloudtrail", REGION, NOBODY)._post._http  # type: ignore[union-attr]
    its = client("cloudtrail", REGION, NOBODY)._endpoint.http_session
    for part in ("_verify", "_cert_file", "_socket_options"):
        assert getattr(ours, part) == getattr(its, part)
    assert ours._verify == str(tmp_path / "bundle.pem")
    assert ours._proxy_config._proxies == its._proxy_config._proxies != {}
    assert str(ours._timeout) == str(its._timeout)


# Answers


@pytest.fixture(scope="module")
def local_aws() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


def test_an_answer_is_botocores_with_its_times_as_they_were_sent(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
    local_aws.append_records(recent([update(awsRegion=REGION), update(awsRegion=REGION)]))
    request: tuple[str, str, dict[str, Any]] = ("cloudtrail", "LookupEvents", {"MaxResults": 1})
    its, ours = by_botocore(*request), lightly(*request)
    assert its.pop("NextToken")
    assert ours.pop("NextToken")
    assert len(ours["Events"]) == 1
    for event in its["Events"]:
        event["EventTime"] = event["EventTime"].timestamp()
    assert ours == its


ERRORS = {
    "throttled": http("400 Bad Request", b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    "a name with its namespace": http(
        "400 Bad Request", b'{"__type":"com.amazon#AccessDeniedException","Message":"no"}'
    ),
    "a name with its page": http(
        "400 Bad Request", b'{"__type":"AccessDeniedException:http://internal/","message":"no"}'
    ),
    "a name in the header alone": http(
        "400 Bad Request", b'{"message":"no"}', "x-amzn-ErrorType: AccessDeniedException"
    ),
    "an old query service's name": http(
        "400 Bad Request", b'{"__type":"X","message":"no"}', "x-amzn-query-error: Old.Name;Sender"
    ),
    "a failure": http("500 Internal Server Error", b'{"__type":"InternalFailure","message":"an internal error"}'),
    "a failure in HTML": http("503 Service Unavailable", b"<html><body>busy</body></html>"),
    "a failure without a word": http("502 Bad Gateway", b""),
    "a proxy's page": http("403 Forbidden", b"<h1>not from here</h1>"),
    "a redirection": http("301 Moved Permanently", b"", "Location: http://127.0.0.1:9/"),
    "too large": http("413 Payload Too Large", b"{}"),
    "closed without an answer": None,
    "not HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
}


@pytest.mark.parametrize("answer", ERRORS.values(), ids=ERRORS)
def test_an_error_is_the_one_that_botocores_client_raises(
    answer: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        its, ours = told(by_botocore), told(lightly)
        assert len(aws.requests) == 2, "each asks once"
    assert isinstance(its, tuple)
    assert ours == its


def test_whoever_cannot_be_reached_is_named_as_botocores_client_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert told(lightly) == told(by_botocore)
    assert told(lightly)[0] == "EndpointConnectionError"


def test_an_answer_that_does_not_come_in_time_is_botocores_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(http("200 OK", b"{}"), silence=3) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)

        def its(service: str, operation: str, request: dict[str, Any]) -> Any:
            return getattr(client(service, REGION, NOBODY, read_timeout=0.2), xform_name(operation))(**request)

        def ours(service: str, operation: str, request: dict[str, Any]) -> Any:
            return plain_post(service, REGION, None, timeouts=(5, 0.2)).send({}, b"{}")  # type: ignore[union-attr]

        assert told(ours) == told(its)
        assert told(ours)[0] == "ReadTimeoutError"


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", b'{"Events": [', promised=4000),
        http("200 OK", b"", promised=4000),
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{",
        http("200 OK", b'{"Events": []'),
        http("200 OK", b"[]"),
        http("200 OK", b"<html>sign in first</html>", "Content-Type: text/html"),
        http("200 OK", b'{"Events": "\xff"}'),
        http("200 OK", b"[" * 100_000),
    ],
    ids=[
        "cut off",
        "cut off at once",
        "cut off in its head",
        "cut off in a chunk",
        "half",
        "a list",
        "a page",
        "not UTF-8",
        "nested too deep",
    ],
)
def test_what_botocores_client_would_take_for_an_empty_answer_is_an_error_that_may_pass(
    answer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from botocore.parsers import ResponseParserError

    with StandIn(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises((BotoCoreError, ResponseParserError)) as raised:
            lightly(*LOOKUP)
    assert is_passing(raised.value)
    message, hint = explain(raised.value, "cloudtrail:LookupEvents")
    assert message
    assert hint


def test_an_operation_may_answer_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(http("200 OK", b"")) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        assert lightly(*CALLS[2]) == {} == by_botocore(*CALLS[2])


# Where botocore's client is needed


def test_where_botocore_must_say_its_client_asks_and_gives_the_same(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
    local_aws.append_records(recent([update(awsRegion=REGION)]))
    plainly = lightly("cloudtrail", "LookupEvents", {})
    monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "false")
    through = JsonService("cloudtrail", REGION, NOBODY)
    assert through._post is None
    assert through.call("LookupEvents", {}) == plainly


@pytest.mark.parametrize("url", ["not a URL", "http://", "ftp:/x", "http://user:secret@a host:9/"])
def test_an_endpoint_that_is_no_url_is_a_usage_error_that_does_not_show_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    with pytest.raises(UsageError) as raised:
        JsonService("cloudtrail", REGION, NOBODY)
    assert "secret" not in raised.value.message + raised.value.hint


def test_a_service_whose_protocol_is_not_known_here_is_botocores_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    with StandIn(http("200 OK", json.dumps({"TableList": []}).encode())) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        assert JsonService("glue", REGION, NOBODY).call("GetTables", {"DatabaseName": "d"}) == {"TableList": []}


def test_times_are_numbers_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime(2026, 1, 1, tzinfo=timezone.utc).timestamp()
    with StandIn(http("200 OK", json.dumps({"Events": [{"EventTime": now}]}).encode())) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        assert lightly("cloudtrail", "LookupEvents", {})["Events"] == [{"EventTime": now}]
        monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", "false")
        assert JsonService("cloudtrail", REGION, NOBODY).call("LookupEvents", {})["Events"] == [{"EventTime": now}]
