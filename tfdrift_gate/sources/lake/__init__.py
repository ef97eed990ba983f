"""``lake:ARN``: an event data store of CloudTrail Lake, for those who have one; it takes no new customers.

A query is SQL of Trino's over the store's id, whose column ``eventJson`` is the whole record; a row is a list of maps
of one column each. ``store`` tells what the store can hold. SQL:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-limitations.html, columns:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html, rows:
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetQueryResults.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from tfdrift_gate.aws import JsonService, error_code
from tfdrift_gate.aws import explain as explain_any
from tfdrift_gate.errors import EventSourceError, UsageError
from tfdrift_gate.model import Coverage, RawRecord
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.athena.explain import explain_end
from tfdrift_gate.sources.athena.partitions import literal
from tfdrift_gate.sources.athena.query import READS
from tfdrift_gate.sources.athena.read import service
from tfdrift_gate.sources.athena.run import FIRST_LOOK, LAST_LOOK, PAGE, Calls, Scan, stopping
from tfdrift_gate.sources.lake.store import Held, held_by, refuse_what_it_cannot_hold

_ARN = re.compile(
    r"arn:aws[a-z-]*:cloudtrail:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):eventdatastore/(?P<id>[A-Za-z0-9-]{1,64})"
)
# As tfdrift_gate.sources.athena.query has it.
_CHANGES = (
    "((errorCode IS NULL OR errorCode = '')"
    f" AND CASE WHEN readOnly IS NULL THEN NOT regexp_like(eventName, '{READS}') ELSE NOT readOnly END"
    " AND (eventCategory IS NULL OR eventCategory <> 'Data')"
    " OR element_at(addendum, 'reason') = 'UPDATED_DATA')"
)
_WAITING = ("QUEUED", "RUNNING")


def read(question: Question) -> Iterator[Reading]:
    """Ask one event data store; one reading, with an error where it could not be read whole.

    Raises :class:`UsageError` for a locator that names no event data store.
    """
    found = _ARN.fullmatch(question.locator.partition(":")[2])
    if not found:
        raise UsageError(
            f"reading --events {question.locator}: not the ARN of an event data store",
            "write for example lake:arn:aws:cloudtrail:us-east-1:111122223333:eventdatastore/…",
        )
    calls = Calls(question.locator, question.deadline, explain=_explain)
    scan = Scan(question.locator, question.athena.max_scan)
    records: list[RawRecord] = []
    error: EventSourceError | None = None
    held = Held(None, None)
    try:
        lake = service("cloudtrail", found["region"], question)
        this = {"EventDataStore": found[0]}
        store = calls.call(lake, "GetEventDataStore", this, "cloudtrail:GetEventDataStore", "EventDataStoreArn")
        held = held_by(store, found["account"], found["region"])
        refuse_what_it_cannot_hold(store, question)
        for number, body in enumerate(_bodies(lake, found["id"], question, calls, scan), 1):
            records.append(RawRecord(f"{question.locator}: row {number}", body))
    except EventSourceError as met:
        error = met
    coverage = Coverage(
        source=question.locator,
        account=None,
        region=None,
        since=question.window.since,
        until=question.window.until,
        complete=error is None,
        records_read=len(records),
        api_calls=calls.made,
        note=error.message if error else "",
        bytes_scanned=scan.scanned,
    )
    yield Reading(tuple(records), coverage, error, accounts=held.accounts, regions=held.regions)


def write_query(store: str, question: Question) -> str:
    """Write the query over a store (its id); StartQuery has no parameters to bind.

    All that is put into the text are names of services and regions, quoted, and moments.
    """
    since, until = (_moment(end) for end in (question.window.since, question.window.until + timedelta(seconds=1)))
    conditions = [
        f"eventSource IN ({_listed(question.event_sources)})",
        f"eventTime >= '{since}' AND eventTime < '{until}'",
        _CHANGES,
    ]
    if question.regions:
        conditions.append(f"awsRegion IN ({_listed(question.regions)})")
    return f"SELECT eventJson FROM {store} WHERE {' AND '.join(conditions)} ORDER BY eventTime, eventID"  # noqa: S608


def _bodies(lake: JsonService, store: str, question: Question, calls: Calls, scan: Scan) -> Iterator[Any]:
    text = write_query(store, question)
    started = calls.call(lake, "StartQuery", {"QueryStatement": text}, "cloudtrail:StartQuery", "QueryId")
    this = {"QueryId": started["QueryId"]}
    with stopping(lambda: lake.call("CancelQuery", this)):
        state, pause = "QUEUED", FIRST_LOOK
        while state in _WAITING:
            calls.wait(pause, f"the query is {state}")
            pause = min(pause * 1.5, LAST_LOOK)
            seen = calls.call(lake, "DescribeQuery", this, "cloudtrail:DescribeQuery", "QueryStatus")
            state = str(seen["QueryStatus"])
            question.progress(f"reading {calls.what}: {state.lower()}")
            scan.saw((seen.get("QueryStatistics") or {}).get("BytesScanned"))
        if state != "FINISHED":
            message, hint = explain_end(state, str(seen.get("ErrorMessage") or ""))
            raise EventSourceError(f"reading {calls.what}: {message}", hint)
    given, promised = 0, 0
    request, permission = {**this, "MaxQueryResults": PAGE}, "cloudtrail:GetQueryResults"
    for page in calls.pages(lake, "GetQueryResults", request, permission, "QueryStatistics"):
        promised = int((page.get("QueryStatistics") or {}).get("TotalResultsCount") or 0)
        for row in page.get("QueryResultRows") or ():
            given += 1
            yield _body(row, calls.what)
    if given != promised:
        raise EventSourceError(
            f"reading {calls.what}: the result has {given} rows where the query found {promised}", "run again"
        )


def _body(row: Any, what: str) -> Any:
    text = next((value for each in row for name, value in each.items() if name.lower() == "eventjson"), "")
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        raise EventSourceError(f"reading {what}: a row of the result holds no record", "run again") from None


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S}"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in sorted(texts))


def _explain(error: Exception, permission: str) -> tuple[str, str]:
    code = error_code(error)
    if code in (
        "EventDataStoreNotFoundException",
        "EventDataStoreARNInvalidException",
        "InactiveEventDataStoreException",
    ):
        return f"there is no such event data store, or it takes no queries ({code})", "check the ARN given to --events"
    if code == "MaxConcurrentQueriesException":
        return "too many queries run at once (MaxConcurrentQueriesException)", "run again later"
    return explain_any(error, f"{permission} (and kms:Decrypt where the store has a key of its own)")
