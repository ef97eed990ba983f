"""A query run to its end: started, waited for, read page by page, and stopped where it may not go on.

States and statistics: https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

from __future__ import annotations

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tfdrift_gate.aws import JsonService, is_passing, is_throttled
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources.athena.explain import COSTS, MORE_TIME, explain_call, explain_end
from tfdrift_gate.sources.athena.query import Query

ATTEMPTS = 5
"""How often one call is made when the connection or the service fails; throttling counts apart."""
FIRST_LOOK, LAST_LOOK = 0.25, 5.0
"""Seconds between two looks at a query that runs: at first, and at most."""
PAGE = 1000
"""https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html (MaxResults)"""

Explain = Callable[[Exception, str], tuple[str, str]]


@dataclass
class Calls:
    """The calls of one read to one service: repeated where that may help, and none after the deadline."""

    what: str
    """What is being read, for errors."""
    deadline: float
    """Seconds from when this was made."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    explain: Explain = explain_call
    made: int = 0
    _end: float = field(init=False)

    def __post_init__(self) -> None:
        self._end = self.clock() + self.deadline

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline; 0 past it."""
        return max(0.0, self._end - self.clock())

    def wait(self, seconds: float, waiting_for: str, advice: str = MORE_TIME) -> None:
        """Wait; raises :class:`EventSourceError` instead where that would go beyond the deadline."""
        if self.clock() + seconds > self._end:
            raise EventSourceError(
                f"reading {self.what}: not read whole within {self.deadline:g} s: {waiting_for}", advice
            )
        self.sleep(seconds)

    def call(
        self, service: JsonService, operation: str, request: Mapping[str, Any], permission: str, needs: str = ""
    ) -> dict[str, Any]:
        """Call until an answer comes that holds ``needs``; raises :class:`EventSourceError` when none will."""
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        failed = throttled = 0
        while True:
            try:
                self.made += 1
                answer = service.call(operation, request)
                # NOTE: of an answer that was cut off botocore makes an empty one.
                if not needs or needs in answer:
                    return answer
                failed += 1
                cause, advice = "the answer was cut off", "check the network, and run again"
                passing = True
            except (BotoCoreError, ClientError, ResponseParserError) as met:
                cause, advice = self.explain(met, permission)
                passing = is_passing(met)
                throttled, failed = throttled + is_throttled(met), failed + (not is_throttled(met))
            if not passing or failed >= ATTEMPTS:
                tries = f" (tried {failed} times)" if failed > 1 else ""
                raise EventSourceError(f"reading {self.what}: {cause}{tries}", advice)
            # Full jitter, so that gates started together do not come back together.
            pause = random.uniform(0.25, min(8.0, 0.5 * 2 ** min(failed + throttled, 16)))  # noqa: S311 - no secret
            self.wait(pause, cause, advice)

    def pages(
        self, service: JsonService, operation: str, request: Mapping[str, Any], permission: str, needs: str
    ) -> Iterator[Mapping[str, Any]]:
        """Give every page of a result; raises :class:`EventSourceError` as :meth:`call`, and for a repeated page."""
        asked, seen = dict(request), set[str]()
        while True:
            page = self.call(service, operation, asked, permission, needs)
            yield page
            token = page.get("NextToken")
            if not token:
                return
            if token in seen:
                raise EventSourceError(f"reading {self.what}: the same page was given twice", "run again")
            seen.add(token)
            asked["NextToken"] = token
            self.wait(0, "pages of the result are left")


@dataclass
class Scan:
    """What a query has scanned so far, and how much it may."""

    what: str
    bound: int | None
    scanned: int | None = None

    def saw(self, scanned: object) -> None:
        """Take note of the bytes scanned; raises :class:`EventSourceError` where they are too many."""
        if isinstance(scanned, int):
            self.scanned = max(scanned, self.scanned or 0)
        if self.bound is not None and (self.scanned or 0) > self.bound:
            raise EventSourceError(
                f"reading {self.what}: stopped after scanning {self.scanned} bytes, --max-scan allows {self.bound}",
                f"raise --max-scan, or shorten --since: {COSTS}",
            )


@contextmanager
def stopping(stop: Callable[[], object]) -> Iterator[None]:
    """Stop what runs whenever the work on it ends early: an error, the deadline, an interrupt."""
    try:
        yield
    except BaseException:
        with suppress(Exception):
            stop()
        raise


def run(
    athena: JsonService,
    calls: Calls,
    scan: Scan,
    query: Query,
    settings: Mapping[str, Any],
    told: Callable[[str], None],
) -> Iterator[Sequence[str | None]]:
    """Run a query and give its rows; raises :class:`EventSourceError` after what rows came, and stops it.

    ``settings`` go to StartQueryExecution (workgroup, output location, database).
    """
    # The token makes a start whose answer got lost the same query when it is tried again, and not a second one.
    request = {
        "QueryString": query.text,
        "ExecutionParameters": list(query.values),
        "ClientRequestToken": f"tfdrift-gate-{uuid.uuid4()}",
        **settings,
    }
    started = calls.call(athena, "StartQueryExecution", request, "athena:StartQueryExecution", "QueryExecutionId")
    this = {"QueryExecutionId": started["QueryExecutionId"]}
    with stopping(lambda: athena.call("StopQueryExecution", this)):
        _wait(athena, calls, scan, this, told)
    yield from _rows(athena, calls, this, query.labels)


def _wait(athena: JsonService, calls: Calls, scan: Scan, this: Mapping[str, Any], told: Callable[[str], None]) -> None:
    pause, failures = FIRST_LOOK, 0
    state = "QUEUED"
    while state != "SUCCEEDED":
        calls.wait(pause, f"the query is {state}")
        pause = min(pause * 1.5, LAST_LOOK)
        answer = calls.call(athena, "GetQueryExecution", this, "athena:GetQueryExecution", "QueryExecution")
        execution = answer["QueryExecution"]
        status = execution.get("Status") or {}
        state = str(status.get("State", "?"))
        told(f"reading {calls.what}: {state.lower()}")
        scan.saw((execution.get("Statistics") or {}).get("DataScannedInBytes"))
        error = status.get("AthenaError") or {}
        # NOTE: Athena itself may put a failed query back into its queue.
        failures += state == "FAILED"
        if state == "CANCELLED" or (state == "FAILED" and (not error.get("Retryable") or failures > 3)):
            message, hint = explain_end(state, str(status.get("StateChangeReason") or error.get("ErrorMessage") or ""))
            raise EventSourceError(f"reading {calls.what}: {message}", hint)


def _rows(
    athena: JsonService, calls: Calls, this: Mapping[str, Any], labels: tuple[str, ...]
) -> Iterator[Sequence[str | None]]:
    """Give the rows of every page, without the first page's header; the last column says how many there must be."""
    promised, given = 0, 0
    request = {**this, "MaxResults": PAGE}
    permission = "athena:GetQueryResults, and s3:GetObject where results go,"
    for number, page in enumerate(calls.pages(athena, "GetQueryResults", request, permission, "ResultSet")):
        rows = [_row(row) for row in page["ResultSet"].get("Rows") or ()]
        if number == 0:
            if not rows or tuple(rows[0]) != labels:
                raise EventSourceError(f"reading {calls.what}: the result is not the query's own", "run again")
            del rows[0]
        for row in rows:
            if len(row) != len(labels) or not (row[-1] or "").isdecimal():
                raise EventSourceError(f"reading {calls.what}: a row of the result is cut off", "run again")
            promised, given = int(row[-1] or 0), given + 1
            yield row[:-1]
    if promised != given:
        raise EventSourceError(
            f"reading {calls.what}: the result has {given} rows where the query found {promised}", "run again"
        )


def _row(row: Mapping[str, Any]) -> list[str | None]:
    return [datum.get("VarCharValue") for datum in row.get("Data") or ()]
