"""A stand-in for the way to CloudTrail: the local AWS's own LookupEvents without transport, on a clock of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from tests.local_aws.clock import Clock
from tests.local_aws.lookup_events import LookupEvents, RefusedLookup
from tests.local_aws.trail import Trail
from tests.samples import ACCOUNT, REGION
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.lookup.caller import Caller
from tfdrift_gate.sources.lookup.pace import Pace
from tfdrift_gate.sources.lookup.region import RegionRead
from tfdrift_gate.sources.lookup.ways import EVERY

NOW = datetime(2026, 1, 2, tzinfo=timezone.utc)
DAY = TimeWindow(NOW - timedelta(days=1), NOW)
LATENCY = 0.1
"""Seconds that each request takes."""

Fault = Callable[[Mapping[str, Any], dict[str, Any]], dict[str, Any]]
"""What becomes of a request's answer: another answer, or an error raised."""


class DirectHistory(Caller):
    """Answers as the local AWS does, at once; ``faults`` says, by the request's number from 1, what goes wrong."""

    def __init__(self, records: Iterable[Any], faults: Mapping[int, Fault] | None = None) -> None:
        super().__init__(credentials=question().credentials)
        self._clock = Clock()
        self._clock.hold()
        self._clock.advance((NOW - self._clock.now()).total_seconds())
        self.trail = Trail(self._clock)
        self.trail.append(records)
        self._events = LookupEvents(self.trail, self._clock)
        self._faults = faults or {}
        self.seconds = 0.0
        """The time by the clock that requests are paced and ended by."""
        self.asked: Counter[tuple[str, str]] = Counter()
        """How often each lookup attribute was asked for, by key and value."""
        self.requests: list[Mapping[str, Any]] = []
        self.renewed = 0

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def service(self, region: str) -> Any:
        """Give what answers."""
        return self

    def renew(self) -> None:
        """Count it."""
        self.renewed += 1

    def account(self, region: str, *_: Any) -> str | None:
        """Tell the account."""
        return ACCOUNT

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a LookupEvents request."""
        assert operation == "LookupEvents"
        self.sleep(LATENCY)
        self.requests.append(request)
        (attribute,) = request["LookupAttributes"]
        self.asked[attribute["AttributeKey"], attribute["AttributeValue"]] += 1
        try:
            answer = self._events.answer(request, ACCOUNT, REGION, timedelta())
        except RefusedLookup as refused:
            raise client_error(refused.code) from None
        fault = self._faults.get(len(self.requests))
        return fault(request, answer) if fault else answer

    def forget_tokens(self) -> None:
        """Refuse the tokens given out so far."""
        self._events.forget()


def client_error(code: str, status: int = 400) -> ClientError:
    """Make the error that a service's answer becomes."""
    return ClientError(
        {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "LookupEvents"
    )


def question(**fields: Any) -> Question:
    """Ask about a day of Lambda's events, as the gate does."""
    catalog = load_catalog()
    asked = Question(
        locator="cloudtrail:",
        window=DAY,
        event_sources=catalog.event_sources,
        regions=(REGION,),
        accounts=frozenset({ACCOUNT}),
        event_names=catalog.names_in_history,
        found_by_resource=catalog.names_found_by_resource,
        now=NOW,
    )
    return replace(asked, **fields)


def read_of(history: DirectHistory, ways: Sequence[str] = EVERY, cache: Any = None, **fields: Any) -> RegionRead:
    """Read, to the end or to the deadline."""
    asked = question(**fields)
    pace = Pace(lambda: history.seconds, history.sleep)
    made = partial(RegionRead, asked, history, REGION, history.seconds + asked.deadline, cache, "")
    read = made(ways=tuple(ways), pace=pace)
    read.run(lambda _: None)
    return read


def ids(read: RegionRead) -> set[Any]:
    """Name the records found."""
    return {record.body["eventID"] for record in read.found.records}


def at(seconds: float) -> str:
    """Write the moment so many seconds before the end of the day."""
    return f"{NOW - timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def numbered(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each record an id of its own."""
    return [dict(each) | {"eventID": f"00000000-0000-4000-8000-{number:012}"} for number, each in enumerate(records)]
