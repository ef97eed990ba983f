"""Whatever goes wrong with event history, what is found is all there is, or the reading says that it is not whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.parsers import ResponseParserError
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import record
from tests.sources.direct_history import DirectHistory, Fault, at, client_error, ids, numbered, read_of
from tfdrift_gate.sources.lookup import page as page_module
from tfdrift_gate.sources.lookup.ways import SERVICES, WRITES


@pytest.fixture(autouse=True)
def middling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the middle of every back-off, so that a failure can be seen again."""
    monkeypatch.setattr(page_module.random, "uniform", lambda low, high: (low + high) / 2)


def a_trail(count: int, apart: float = 60) -> list[dict[str, Any]]:
    name = "UpdateFunctionConfiguration20150331v2"
    return numbered(
        record(name, {"functionName": "orders"}, {}, eventTime=at(1 + int(number * apart))) for number in range(count)
    )


def all_of(trail: list[dict[str, Any]]) -> set[Any]:
    return {each["eventID"] for each in trail}


def raises(error: Exception) -> Fault:
    def answer(request: Mapping[str, Any], page: dict[str, Any]) -> dict[str, Any]:
        raise error

    return answer


def test_a_refused_token_goes_on_from_the_oldest_event_read() -> None:
    trail = a_trail(400)
    history = DirectHistory(trail, {5: raises(client_error("InvalidNextTokenException"))})
    read = read_of(history, (SERVICES,))
    assert (read.error, ids(read)) == (None, all_of(trail))
    # Eight pages, the refused one, and no page again but for one event.
    assert len(history.requests) <= 10
    assert history.requests[5]["EndTime"] < history.requests[4]["EndTime"]
    assert "NextToken" not in history.requests[5]


def test_tokens_that_are_always_refused_are_no_hindrance_where_time_passes_between_events() -> None:
    trail = a_trail(150)
    refused = raises(client_error("InvalidNextTokenException"))
    history = DirectHistory(trail, dict.fromkeys(range(2, 100, 2), refused))
    read = read_of(history, (SERVICES,))
    assert (read.error, ids(read)) == (None, all_of(trail))


def test_more_events_in_one_second_than_a_page_holds_are_read_whole_after_a_refused_token() -> None:
    trail = a_trail(130, apart=0)
    history = DirectHistory(trail, {2: raises(client_error("InvalidNextTokenException"))})
    read = read_of(history, (SERVICES,))
    assert (read.error, ids(read)) == (None, all_of(trail))


def test_a_token_that_leads_nowhere_ends_the_read_as_not_whole() -> None:
    trail = a_trail(130, apart=0)
    refused = raises(client_error("InvalidNextTokenException"))
    read = read_of(DirectHistory(trail, dict.fromkeys(range(2, 100, 2), refused)), (SERVICES,))
    assert read.error is not None
    assert "given twice" in read.error.message


def test_a_session_that_ends_in_mid_read_is_taken_up_anew_once() -> None:
    trail = a_trail(200)
    history = DirectHistory(trail, {3: raises(client_error("ExpiredTokenException"))})
    read = read_of(history, (SERVICES,))
    assert (read.error, ids(read), history.renewed) == (None, all_of(trail), 1)


def test_credentials_that_are_over_for_good_end_the_read_as_not_whole_and_what_came_is_told() -> None:
    over = raises(client_error("ExpiredTokenException"))
    history = DirectHistory(a_trail(200), dict.fromkeys(range(3, 100), over))
    read = read_of(history, (SERVICES,))
    assert read.error is not None
    assert "credentials are not accepted" in read.error.message
    assert "sign in" in read.error.hint
    assert (len(history.requests), read.found.count) == (4, 100)
    assert "read from 2026-01-01T22:20:59Z to 2026-01-02T00:00:00Z only" in read.reading().coverage.note


def test_credentials_that_never_served_are_not_tried_again() -> None:
    history = DirectHistory(a_trail(1), {1: raises(client_error("ExpiredTokenException"))})
    assert read_of(history).error is not None
    assert (len(history.requests), history.renewed) == (1, 0)


def test_throttled_for_ever_is_asked_less_and_less_often_until_the_deadline() -> None:
    throttled = raises(client_error("ThrottlingException"))
    history = DirectHistory(a_trail(200), dict.fromkeys(range(2, 1000), throttled))
    read = read_of(history, (SERVICES,))
    assert read.error is not None
    assert "ThrottlingException" in read.error.message
    assert len(history.requests) < 20
    assert history.seconds <= 61


FAULTS: dict[str, Any] = {
    "throttled": raises(client_error("ThrottlingException")),
    "failed": raises(client_error("InternalFailure", 500)),
    "cut": raises(ResponseParserError("cut")),
    "empty": lambda request, page: {},
    "token refused": raises(client_error("InvalidNextTokenException")),
    "credentials over": raises(client_error("ExpiredTokenException")),
    "not allowed": raises(client_error("AccessDeniedException")),
}


def _same_token(request: Mapping[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    return page | ({"NextToken": request["NextToken"]} if "NextToken" in request and "NextToken" in page else {})


class PageAgain:
    """Gives the page before in the place of the one that was asked for, whose token leads on."""

    def __init__(self) -> None:
        self._before: list[Any] = []

    def __call__(self, request: Mapping[str, Any], page: dict[str, Any]) -> dict[str, Any]:
        before, self._before = self._before, page["Events"]
        return page | {"Events": before} if before and "NextToken" in request else page


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, 330),
    apart=st.sampled_from([0, 0.1, 1, 60]),
    faults=st.dictionaries(st.integers(1, 15), st.sampled_from([*FAULTS, "same token"]), max_size=8),
    plan=st.sampled_from([(SERVICES,), (WRITES,), (SERVICES, WRITES)]),
)
def test_any_faults_leave_all_that_there_is_or_an_error(count: int, apart: float, faults: Any, plan: Any) -> None:
    trail = a_trail(count, apart)
    history = DirectHistory(
        trail, {number: _same_token if kind == "same token" else FAULTS[kind] for number, kind in faults.items()}
    )
    read = read_of(history, plan)
    if read.error is None:
        assert ids(read) == all_of(trail)
        assert read.found.count == len(trail)
    else:
        assert ids(read) <= all_of(trail)
        assert not read.reading().coverage.complete
        assert read.error.hint


@pytest.mark.parametrize("number", [2, 3, 4])
def test_a_page_that_comes_in_the_place_of_the_next_one_hides_nothing(number: int) -> None:
    trail = a_trail(250)
    again = PageAgain()
    watched: dict[int, Fault] = dict.fromkeys(range(1, number + 1), again)

    def only_at_last(each: int) -> Fault:
        return lambda request, page: (again(request, page), page)[0 if each == number else 1]

    read = read_of(DirectHistory(trail, {each: only_at_last(each) for each in watched}), (SERVICES,))
    assert (read.error, ids(read)) == (None, all_of(trail))


class ThrottledRole(DirectHistory):
    """A stand-in for a role that STS does not let be assumed for now: it asks for fewer requests, again and again."""

    def __init__(self, records: list[dict[str, Any]], times: int) -> None:
        super().__init__(records)
        self.left = times
        self.assumed_at: list[float] = []

    def service(self, region: str) -> Any:
        self.assumed_at.append(self.seconds)
        self.left -= 1
        if self.left >= 0:
            raise client_error("Throttling")
        return self


def test_a_role_that_may_not_be_assumed_for_now_is_waited_for() -> None:
    trail = a_trail(5)
    role = ThrottledRole(trail, times=3)
    read = read_of(role, (SERVICES,))
    assert (read.error, ids(read)) == (None, all_of(trail))
    gaps = [later - earlier for earlier, later in zip(role.assumed_at, role.assumed_at[1:], strict=False)]
    assert len(gaps) == 3
    assert min(gaps) >= 0.25


def test_a_role_that_may_never_be_assumed_ends_at_the_deadline() -> None:
    role = ThrottledRole(a_trail(5), times=10_000)
    read = read_of(role, (SERVICES,), deadline=60.0)
    assert read.error is not None
    assert "not read whole within 60 s: throttled (Throttling)" in read.error.message
    assert len(role.assumed_at) < 60


@pytest.mark.long
def test_throttled_for_a_day_is_waited_for_as_long_as_the_deadline_says() -> None:
    history = DirectHistory(a_trail(5), dict.fromkeys(range(1, 100_000), raises(client_error("ThrottlingException"))))
    read = read_of(history, (SERVICES,), deadline=86_400.0)
    assert read.error is not None
    assert "not read whole within 86400 s" in read.error.message


def test_where_no_way_is_left_to_ask_nothing_is_whole() -> None:
    read = read_of(DirectHistory(a_trail(5)), ("resources",))
    assert read.error is not None
    assert not read.reading().coverage.complete
