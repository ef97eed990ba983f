"""A stand-in for CloudTrail Lake, for tests only: a query is run by DuckDB over the trail's records.

Calls and answers: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/ (StartQuery, DescribeQuery,
GetEventDataStore, GetQueryResults, CancelQuery). Columns:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/query-supported-event-schemas.html
"""

from __future__ import annotations

import json
import uuid
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.wrappers import Request

from tests.local_aws.broken import json_answer, json_error_answer

COURSE = ("QUEUED", "RUNNING", "FINISHED")
STORE = "EXAMPLEf852-4e8f-8bd1-bcf6cEXAMPLE"
"""The id of the only event data store; its ARN may name any account."""
MANAGEMENT = {"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}
"""The selector of a store that takes in every management event."""
_SCANNED = 1000
"""Bytes that a query is said to have scanned for each record."""
_COLUMNS = {
    "eventid": "VARCHAR",
    "eventtime": "TIMESTAMP",
    "eventsource": "VARCHAR",
    "eventname": "VARCHAR",
    "awsregion": "VARCHAR",
    "errorcode": "VARCHAR",
    "readonly": "BOOLEAN",
    "eventcategory": "VARCHAR",
    "addendum": "MAP(VARCHAR, VARCHAR)",
    "eventjson": "VARCHAR",
}


@dataclass
class _Query:
    rows: list[tuple[str, ...]]
    labels: list[str]
    scanned: int
    course: deque[str]
    state: str = "QUEUED"


@dataclass
class LakeStandIn:
    """CloudTrail Lake, as far as a reader of one event data store needs it."""

    course: Sequence[str] = COURSE
    message: str = ""
    """Why a query to come fails."""
    page: int = 1000
    loses_a_row: bool = False
    store: dict[str, Any] = field(
        default_factory=lambda: {
            "Status": "ENABLED",
            "AdvancedEventSelectors": [MANAGEMENT],
            "MultiRegionEnabled": True,
            "OrganizationEnabled": True,
            "RetentionPeriod": 2557,
            "CreatedTimestamp": 1640995200.0,
        }
    )
    """What the store is said to hold."""
    cancelled: list[str] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    _queries: dict[str, _Query] = field(default_factory=dict)

    def clear(self) -> None:
        """Start over."""
        self.__init__()  # type: ignore[misc]

    def answers(self, operation: str) -> bool:
        """Tell whether a call is Lake's."""
        return operation in _CALLS

    def application(self, records: Iterable[Any], operation: str) -> Any:
        """Give a WSGI application that answers one call over these records."""

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            request = json.loads(Request(environ).get_data() or b"{}")
            found = _CALLS[operation](self, request, records)
            return found(environ, start_response)

        return answer

    def _describe_store(self, request: Mapping[str, Any], records: Iterable[Any]) -> Any:
        if not request["EventDataStore"].endswith(f"/{STORE}"):
            return json_error_answer(400, "EventDataStoreNotFoundException", "The event data store was not found.")
        return json_answer(200, {"EventDataStoreArn": request["EventDataStore"], **self.store})

    def _start(self, request: Mapping[str, Any], records: Iterable[Any]) -> Any:
        statement = request["QueryStatement"]
        if f" FROM {STORE} " not in statement:
            return json_error_answer(400, "EventDataStoreNotFoundException", "The event data store was not found.")
        self.statements.append(statement)
        labels, rows, scanned = _run(statement.replace(f" FROM {STORE} ", " FROM the_store "), records)
        name = str(uuid.uuid4())
        self._queries[name] = _Query(rows, labels, scanned, deque(self.course))
        return json_answer(200, {"QueryId": name})

    def _describe(self, request: Mapping[str, Any], records: Iterable[Any]) -> Any:
        query = self._queries[request["QueryId"]]
        query.state = query.course.popleft() if len(query.course) > 1 else query.course[0]
        told = {"QueryStatus": query.state, "QueryStatistics": {"BytesScanned": query.scanned}}
        return json_answer(200, told | ({"ErrorMessage": self.message} if self.message else {}))

    def _results(self, request: Mapping[str, Any], records: Iterable[Any]) -> Any:
        query = self._queries[request["QueryId"]]
        start = int(request.get("NextToken", "page0").removeprefix("page"))
        end = start + min(request.get("MaxQueryResults", 1000), self.page)
        rows = query.rows[start:end]
        if self.loses_a_row:
            rows = rows[1:]
        found = {
            "QueryStatus": query.state,
            "QueryStatistics": {
                "ResultsCount": len(rows),
                "TotalResultsCount": len(query.rows),
                "BytesScanned": query.scanned,
            },
            "QueryResultRows": [
                [{label: value} for label, value in zip(query.labels, row, strict=True)] for row in rows
            ],
        }
        return json_answer(200, found | ({"NextToken": f"page{end}"} if end < len(query.rows) else {}))

    def _cancel(self, request: Mapping[str, Any], records: Iterable[Any]) -> Any:
        self.cancelled.append(request["QueryId"])
        return json_answer(200, {"QueryId": request["QueryId"], "QueryStatus": "CANCELLED"})


def _run(statement: str, records: Iterable[Any]) -> tuple[list[str], list[tuple[str, ...]], int]:
    import duckdb
    import sqlglot

    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in _COLUMNS.items())
        connection.execute(f"CREATE TABLE the_store ({columns})")
        held = 0
        for record in records:
            held += 1
            given = {name.lower(): value for name, value in record.items()}
            row = [given.get(name) for name in _COLUMNS if name not in ("addendum", "eventjson")]
            addendum = given.get("addendum") or {}
            values = [*row, list(addendum), list(addendum.values()), json.dumps(record)]
            marks = ", ".join("?" * (len(_COLUMNS) - 2))
            connection.execute(f"INSERT INTO the_store VALUES ({marks}, map(?, ?), ?)", values)  # noqa: S608
        done = connection.execute(sqlglot.transpile(statement, read="trino", write="duckdb")[0])
        rows = done.fetchall()
        return [column[0] for column in done.description], rows, held * _SCANNED


_CALLS = {
    "GetEventDataStore": LakeStandIn._describe_store,
    "StartQuery": LakeStandIn._start,
    "DescribeQuery": LakeStandIn._describe,
    "GetQueryResults": LakeStandIn._results,
    "CancelQuery": LakeStandIn._cancel,
}
