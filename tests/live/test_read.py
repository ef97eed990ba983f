"""How Lambda is asked: bounded, within a deadline, in the right account, and never raising."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.builders import ACCOUNT, MAPPING, OTHER_ACCOUNT, REGION
from tests.live.lambda_stand_in import Script, serving
from tfdrift_gate.aws import Credentials
from tfdrift_gate.catalog import LiveRead, load_catalog
from tfdrift_gate.live.choose import Ask
from tfdrift_gate.live.read import ATTEMPTS, Asked, Lambda
from tfdrift_gate.model import ResourceKey

CATALOG = load_catalog()
SECRET = "hunter2-planted"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Script]:
    with serving(Script()) as running:
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL_LAMBDA", "AWS_ENDPOINT_URL_STS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "root")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "root")
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield running


class Time:
    """A clock that only sleeping, and asking it, moves on."""

    def __init__(self, step: float = 0.0) -> None:
        self.now = 0.0
        self.step = step

    def __call__(self) -> float:
        self.now += self.step
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def ask_of(kind: str, *parts: str, account: str = ACCOUNT, region: str = REGION) -> Ask:
    resource = CATALOG.resources[kind]
    key = ResourceKey(kind, account, region, parts)
    read = resource.live[0]
    return Ask(key, read, tuple(resource.request_of(read, key).items()))


FUNCTION = ask_of("aws_lambda_function", "orders")
OTHER = ask_of("aws_lambda_function", "other")
SOURCE = ask_of("aws_lambda_event_source_mapping", MAPPING)


def asked(*asks: Ask, deadline: float = 60.0, time: Time | None = None, **credentials: str) -> Asked:
    clock = time or Time()
    return Lambda(Credentials(**credentials), deadline, clock=clock, sleep=clock.sleep).ask(asks)


def problem(*asks: Ask, **options: Any) -> str:
    found = asked(*asks, **options)
    answer = found.answers[asks[-1].key]
    assert (answer.body, answer.absent) == (None, False)
    return answer.problem


def test_an_answer_is_given_as_lambda_wrote_it(script: Script) -> None:
    script.answer({"MemorySize": 512, "NotYetInAnyBotocore": {"A": 1}})
    found = asked(FUNCTION)
    assert found.answers[FUNCTION.key].body == {"MemorySize": 512, "NotYetInAnyBotocore": {"A": 1}}
    assert (found.calls, found.account) == ({REGION: 1}, ACCOUNT)


def test_the_request_names_the_function_by_its_arn(script: Script) -> None:
    script.answer({})
    asked(FUNCTION)
    assert "function%3Aorders" in script.paths[0].replace(":", "%3A")
    assert ACCOUNT in script.paths[0]


def test_what_is_not_there_is_known_to_be_absent(script: Script) -> None:
    script.error(404, "ResourceNotFoundException")
    assert asked(FUNCTION).answers[FUNCTION.key].absent


def test_another_404_is_no_absence(script: Script) -> None:
    script.answer(b"<html>no such page</html>", 404, Content_Type="text/html")
    assert not asked(FUNCTION).answers[FUNCTION.key].absent
    assert problem(FUNCTION)


def test_no_permission_says_what_to_allow_and_is_asked_once(script: Script) -> None:
    script.error(403, "AccessDeniedException", SECRET)
    said = problem(FUNCTION)
    assert "lambda:GetFunctionConfiguration" in said
    assert SECRET not in said
    assert len(script.paths) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequestsException"), (500, "ServiceException"), (503, "ServiceUnavailable")]
)
def test_what_passes_is_asked_again_a_few_times(script: Script, status: int, code: str) -> None:
    script.error(status, code, SECRET)
    found = asked(FUNCTION)
    assert found.calls == {REGION: ATTEMPTS} == {REGION: len(script.paths)}
    said = found.answers[FUNCTION.key].problem
    assert code in said
    assert SECRET not in said


def test_what_passes_may_come_through_in_the_end(script: Script) -> None:
    script.error(429, "TooManyRequestsException").error(500, "ServiceException").answer({"MemorySize": 512})
    assert asked(FUNCTION).answers[FUNCTION.key].body == {"MemorySize": 512}
    assert len(script.paths) == 3


def test_an_answer_that_was_cut_off_is_not_an_empty_one(script: Script) -> None:
    script.answer(b'{"MemorySize": 51')
    assert "cut off" in problem(FUNCTION)


@pytest.mark.parametrize("body", [b"[]", b"5", b'"text"', b"", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_object_is_no_answer(script: Script, body: bytes) -> None:
    script.answer(body)
    assert problem(FUNCTION)


def test_a_connection_that_breaks_is_said(script: Script) -> None:
    script.answer(b'{"MemorySize": 512, "Descr', Content_Length="9999")
    assert problem(FUNCTION)


def test_nothing_is_asked_after_the_deadline(script: Script) -> None:
    script.answer({"MemorySize": 512})
    found = asked(FUNCTION, OTHER, deadline=5, time=Time(step=4))
    assert found.answers[FUNCTION.key].body
    assert found.answers[OTHER.key].problem == "not asked within 5 s (--deadline)"
    assert len(script.paths) == 1


def test_waiting_ends_at_the_deadline(script: Script) -> None:
    script.error(429, "TooManyRequestsException")
    assert problem(FUNCTION, deadline=0.3).startswith("not asked within 0.3 s")
    assert len(script.paths) < ATTEMPTS


def test_alike_reads_are_made_once(script: Script) -> None:
    script.answer({"Policy": "{}"})
    asks = [ask_of("aws_lambda_permission", "orders", "", sid) for sid in ("a", "b", "c")]
    found = asked(*asks)
    assert (len(found.answers), len(script.paths)) == (3, 1)


def test_each_region_is_asked_by_itself(script: Script) -> None:
    script.answer({})
    elsewhere = ask_of("aws_lambda_function", "orders", region="eu-west-1")
    assert asked(FUNCTION, elsewhere).calls == {REGION: 1, "eu-west-1": 1}


# Whose account


def test_a_resource_of_another_account_is_not_asked_about(script: Script) -> None:
    script.answer({"MemorySize": 512})
    foreign = ask_of("aws_lambda_function", "orders", account=OTHER_ACCOUNT)
    said = problem(foreign)
    assert ACCOUNT in said
    assert OTHER_ACCOUNT in said
    assert script.paths == []


def test_where_the_account_is_not_known_an_arn_still_names_it(script: Script) -> None:
    script.account = None
    script.error(404, "ResourceNotFoundException")
    found = asked(FUNCTION, SOURCE)
    assert found.account is None
    assert found.answers[FUNCTION.key].absent
    assert "sts:GetCallerIdentity" in found.answers[SOURCE.key].problem


# No way to ask


def test_no_credentials_are_said_once_for_all(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("HOME", "/nonexistent")
    assert "no AWS credentials found" in problem(FUNCTION, OTHER)
    assert script.paths == []


def test_a_profile_that_is_not_there_is_said(script: Script) -> None:
    assert "nobody" in problem(FUNCTION, profile="nobody")


def test_credentials_that_are_not_accepted_are_tried_once(script: Script) -> None:
    script.error(403, "UnrecognizedClientException")
    assert "not accepted" in problem(FUNCTION, OTHER)
    assert len(script.paths) == 1


def test_an_endpoint_that_is_not_there_is_tried_a_few_times_for_all(
    script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9")
    found = asked(FUNCTION, OTHER)
    assert found.answers[OTHER.key].problem
    assert found.calls[REGION] <= ATTEMPTS


def test_an_operation_that_this_boto3_does_not_know_is_said(script: Script) -> None:
    read = LiveRead("GetFunctionFromTheFuture", {"FunctionName": "orders"}, ())
    assert "does not know GetFunctionFromTheFuture" in problem(Ask(FUNCTION.key, read, (("FunctionName", "orders"),)))


def test_a_request_that_botocore_refuses_concerns_that_one_alone(script: Script) -> None:
    script.answer({"MemorySize": 512})
    odd = Ask(OTHER.key, OTHER.read, (("FunctionName", ""),))
    found = asked(odd, FUNCTION)
    assert "ParamValidationError" in found.answers[OTHER.key].problem
    assert found.answers[FUNCTION.key].body


def test_an_error_code_that_is_any_text_is_not_repeated(script: Script) -> None:
    script.error(400, f"Odd {SECRET} \x1b[31m", SECRET)
    said = problem(FUNCTION)
    assert SECRET not in said
    assert "\x1b" not in said


def test_the_coverage_says_how_many_could_not_be_read(script: Script) -> None:
    from tests.builders import NOW

    script.answer({"MemorySize": 512}).error(403, "AccessDeniedException")
    (entry,) = asked(FUNCTION, OTHER).coverage(NOW)
    assert (entry.source, entry.account, entry.region, entry.api_calls) == ("lambda:", ACCOUNT, REGION, 2)
    assert entry.complete is False
    assert "2 resources, 1 of them could not be read: no permission" in entry.note
