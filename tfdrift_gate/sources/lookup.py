"""``cloudtrail:``: event history through LookupEvents, the source that every account has.

LookupEvents gives 90 days of management events, one region a call, newest first, 50 a page, one attribute a
call, and at most 2 requests a second per account and region:
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tfdrift_gate.aws import Credentials, JsonService, client, explain, is_passing, is_throttled
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import RETENTION
from tfdrift_gate.model import Coverage, RawRecord
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.json_shapes import looked_up

REQUESTS_A_SECOND = 2
PAGE = 50
ATTEMPTS = 5
"""How often one page is asked for when the connection or the service fails; throttling counts apart."""

_PERMISSION = "cloudtrail:LookupEvents"
_MORE_TIME = "raise --deadline, shorten --since, or read the trail's files instead (--events)"


class _PastDeadline(Exception):
    pass


@dataclass
class Pace:
    """At most two requests in any second, slower after throttling, and none after the deadline."""

    deadline: float
    """Seconds from the first request."""
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    """How many were sent."""
    _sent: list[float] = field(default_factory=list)
    _end: float | None = None

    def wait(self, at_least: float = 0.0) -> None:
        """Wait for the next request's turn, ``at_least`` so many seconds; raises past the deadline."""
        now = self.clock()
        self._end = self._end if self._end is not None else now + self.deadline
        turn = now + at_least
        if len(self._sent) >= REQUESTS_A_SECOND:
            # NOTE: the service's second and ours do not begin together, so a little more than one.
            turn = max(turn, self._sent[-REQUESTS_A_SECOND] + 1.05)
        if turn > self._end:
            raise _PastDeadline
        if turn > now:
            self.sleep(turn - now)
        self.requests += 1
        self._sent.append(self.clock())
        del self._sent[:-REQUESTS_A_SECOND]


def read(question: Question) -> Iterator[Reading]:
    """Read every region of the question, each in pages; one reading a region."""
    for region in question.regions:
        for event_source in sorted(question.event_sources):
            yield read_region(question, region, event_source, Pace(question.deadline))


def read_region(question: Question, region: str, event_source: str, pace: Pace) -> Reading:
    """Read one region's events of one service; the reading has an error where that was not possible whole."""
    records: list[RawRecord] = []
    account: str | None = None
    notes = [f"every event of {event_source}, reads included"]
    error: EventSourceError | None = None
    what = f"CloudTrail's event history in {region}"
    since = max(question.window.since, (question.now or question.window.until) - RETENTION)
    try:
        cloudtrail = _service(question.credentials, region, what)
        token: str | None = None
        seen: set[str] = set()
        while True:
            question.progress(f"reading {what}: {len(records)} events, {pace.requests} requests")
            page = _page(cloudtrail, question, event_source, token, pace, f"{what}, page {len(seen) + 1}")
            for event in page.get("Events") or ():
                position = f"{region}: event {event.get('EventId', '?')}"
                records.append(RawRecord(position, looked_up(event)))
            token = page.get("NextToken")
            if not token:
                break
            if token in seen:
                raise EventSourceError(f"reading {what}: the same page was given twice", "run again")
            seen.add(token)
        account = _account(records, question, region)
        if account is None:
            notes.append("which account this is could not be asked (sts:GetCallerIdentity)")
        if question.window.since < since:
            raise EventSourceError(
                f"reading {what}: it goes back 90 days and no further, and the window begins earlier",
                "shorten --since, or read the trail's files instead (--events)",
            )
    except EventSourceError as met:
        error = met
        if records:
            notes.append(f"read back to {_oldest(records)} only")
        notes.append(met.message)
    coverage = Coverage(
        source="cloudtrail:",
        account=account,
        region=region,
        since=min(since, question.window.until),
        until=question.window.until,
        complete=error is None,
        records_read=len(records),
        api_calls=pace.requests,
        note="; ".join(notes),
    )
    return Reading(tuple(records), coverage, error)


def _service(credentials: Credentials, region: str, what: str) -> JsonService:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return JsonService("cloudtrail", region, credentials)
    except (BotoCoreError, ClientError) as met:
        message, hint = explain(met, "sts:AssumeRole")
        raise EventSourceError(f"reading {what}: {message}", hint) from met


def _page(
    cloudtrail: JsonService, question: Question, event_source: str, token: str | None, pace: Pace, what: str
) -> dict[str, Any]:
    """Ask for one page until it comes; raises :class:`EventSourceError` when it will not."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    request: dict[str, Any] = {
        "LookupAttributes": [{"AttributeKey": "EventSource", "AttributeValue": event_source}],
        "StartTime": question.window.since.timestamp(),
        "EndTime": question.window.until.timestamp(),
        "MaxResults": PAGE,
    }
    if token:
        request["NextToken"] = token
    failed = throttled = 0
    wait = 0.0
    cause, advice = "too many events for the time allowed", _MORE_TIME
    while True:
        try:
            pace.wait(wait)
            page = cloudtrail.call("LookupEvents", request)
            # NOTE: of an answer that was cut off botocore makes an empty one, which looks like a last page.
            if "Events" in page:
                return page
            failed, wait, cause = failed + 1, 0.5, "the answer was cut off"
            if failed >= ATTEMPTS:
                raise EventSourceError(
                    f"reading {what}: {cause} (tried {failed} times)", "check the network, and run again"
                )
        except _PastDeadline:
            raise EventSourceError(
                f"reading {what}: not read whole within {question.deadline:g} s: {cause}",
                advice,
            ) from None
        except (BotoCoreError, ClientError, ResponseParserError) as met:
            cause, advice = explain(met, _PERMISSION)
            advice = _MORE_TIME if is_throttled(met) else advice
            if is_throttled(met):
                throttled += 1
            else:
                failed += 1
            if not is_passing(met) or failed >= ATTEMPTS:
                message, hint = explain(met, _PERMISSION)
                tries = f" (tried {failed} times)" if failed > 1 else ""
                raise EventSourceError(f"reading {what}: {message}{tries}", hint) from met
            # Full jitter, so that gates started together do not come back together.
            wait = random.uniform(0.25, min(8.0, 0.5 * 2 ** (failed + throttled)))  # noqa: S311 - no secret


def _account(records: list[RawRecord], question: Question, region: str) -> str | None:
    """The account whose history was read: as its records say, else as the credentials do.

    An empty history of the wrong account looks exactly like a clean one.
    """
    for record in records:
        body = record.body
        if isinstance(body, dict) and isinstance(body.get("recipientAccountId"), str):
            return str(body["recipientAccountId"])
    try:
        sts = client("sts", region, question.credentials, connect_timeout=3, read_timeout=5)
        return str(sts.get_caller_identity()["Account"])
    except Exception:
        # Whoever may read event history need not reach STS: then the account is just not known.
        return None


def _oldest(records: list[RawRecord]) -> str:
    times = [record.body.get("eventTime") for record in records if isinstance(record.body, dict)]
    return min((time for time in times if isinstance(time, str)), default="?")
