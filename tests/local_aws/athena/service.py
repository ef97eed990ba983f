"""The calls: StartQueryExecution, GetQueryExecution, GetQueryResults, StopQueryExecution, GetTableMetadata.

https://docs.aws.amazon.com/athena/latest/APIReference/
"""

from __future__ import annotations

import json
import threading
import uuid
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from moto.athena.models import athena_backends
from werkzeug.wrappers import Request

from tests.local_aws.athena.tables import NoSuchTable, RefusedQuery, Result, find_table, run_ddl
from tests.local_aws.broken import json_answer, json_error_answer

COURSE = ("QUEUED", "RUNNING", "SUCCEEDED")
"""What a query looks like, look by look; the last state stays."""
PAGE = 1000


class RefusedCall(Exception):
    """A call that is answered with an error."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


@dataclass
class _Execution:
    id: str
    text: str
    values: Sequence[str]
    course: deque[str]
    result: Result
    reason: str = ""
    state: str = "QUEUED"
    looks: int = 0


@dataclass
class AthenaStandIn:
    """Athena, as far as a reader of one table needs it."""

    course: Sequence[str] = COURSE
    """For queries to come."""
    reason: str = ""
    """Why a query to come ends as FAILED or CANCELLED."""
    page: int = PAGE
    """The most rows on one page, the header among them."""
    only_metadata: bool = False
    """Whether everything but GetTableMetadata is left to moto, whose results come out of a queue."""
    drops_a_page: bool = False
    """Whether the second page of results gets lost."""
    stopped: list[str] = field(default_factory=list)
    """The queries that were stopped, by id."""
    queries: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    """Text and parameters of every query that was started."""
    _faults: deque[dict[str, Any]] = field(default_factory=deque)
    _executions: dict[str, _Execution] = field(default_factory=dict)
    _by_token: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def clear(self) -> None:
        """Start over."""
        fresh = AthenaStandIn()
        for name in self.__dataclass_fields__:
            if name != "_lock":
                setattr(self, name, getattr(fresh, name))

    def plan(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Let calls fail: ``{"operation", "code", "message", "status": 400, "times": 1}``; 0 times is for ever.

        With ``"after": True`` the call is carried out and its answer lost.
        """
        self._faults = deque(dict(fault) for fault in faults)

    def answers(self, operation: str) -> bool:
        """Tell whether a call is answered here, and not by moto."""
        return operation == "GetTableMetadata" or (operation in _CALLS and not self.only_metadata)

    def application(self, account: str, region: str, operation: str) -> Any:
        """Give a WSGI application that answers one call."""

        def answer(environ: dict[str, Any], start_response: Any) -> Any:
            request = json.loads(Request(environ).get_data() or b"{}")
            try:
                found = json_answer(200, self.answer(operation, request, account, region))
            except RefusedCall as refused:
                found = json_error_answer(refused.status, refused.code, str(refused))
            return found(environ, start_response)

        return answer

    def answer(self, operation: str, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        """Answer a call; raises :class:`RefusedCall`."""
        with self._lock:
            fault = next((fault for fault in self._faults if fault["operation"] == operation), None)
            if fault and not fault.get("after"):
                self._fail(fault)
            answered: dict[str, Any] = _CALLS[operation](self, request, account, region)
            if fault:
                self._fail(fault)
            return answered

    def _fail(self, fault: dict[str, Any]) -> None:
        times = fault.setdefault("times", 1)
        if times == 1:
            self._faults.remove(fault)
        elif times:
            fault["times"] -= 1
        raise RefusedCall(fault["code"], fault.get("message", ""), fault.get("status", 400))

    def _get_table_metadata(self, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        try:
            table = find_table(account, region, request["DatabaseName"], request["TableName"])
        except NoSuchTable as missing:
            raise RefusedCall("MetadataException", str(missing)) from None
        return {"TableMetadata": table.metadata()}

    def _start_query_execution(self, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        token = request["ClientRequestToken"]
        if len(token) < 32:
            raise RefusedCall("InvalidRequestException", "clientRequestToken failed to satisfy constraint")
        if token not in self._by_token:
            self._demand_an_output_location(request, account, region)
            execution = self._run(request, account, region)
            self._executions[execution.id] = execution
            self._by_token[token] = execution.id
        return {"QueryExecutionId": self._by_token[token]}

    def _demand_an_output_location(self, request: Mapping[str, Any], account: str, region: str) -> None:
        group = athena_backends[account][region].get_work_group(request.get("WorkGroup", "primary"))
        if group is None:
            raise RefusedCall("InvalidRequestException", f"WorkGroup {request['WorkGroup']} is not found.")
        of_the_group = group["Configuration"].get("ResultConfiguration", {}).get("OutputLocation")
        if not of_the_group and not request.get("ResultConfiguration", {}).get("OutputLocation"):
            raise RefusedCall(
                "InvalidRequestException",
                "No output location provided. An output location is required either through the Workgroup result"
                " configuration setting or as an API input.",
            )

    def _run(self, request: Mapping[str, Any], account: str, region: str) -> _Execution:
        # DuckDB and sqlglot are loaded when the first query is run: most tests of the local AWS run none.
        from tests.local_aws.athena.scan import bind, run_select

        text, values = request["QueryString"], request.get("ExecutionParameters", [])
        self.queries.append((text, tuple(values)))
        new = _Execution(str(uuid.uuid4()), text, values, deque(self.course), Result((), (), 0), self.reason)
        try:
            if text.lstrip()[:6].upper() == "SELECT":
                database = request.get("QueryExecutionContext", {}).get("Database", "default")
                new.result = run_select(account, region, database, bind(text, values))
            else:
                run_ddl(account, region, text)
        except (RefusedQuery, NoSuchTable) as error:
            new.course, new.reason = deque(["QUEUED", "FAILED"]), str(error)
        return new

    def _get_query_execution(self, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        this = self._executions[request["QueryExecutionId"]]
        if this.state != "CANCELLED":
            this.state = this.course.popleft() if len(this.course) > 1 else this.course[0]
        this.looks += 1
        status = {"State": this.state, "SubmissionDateTime": 0}
        if this.state in ("FAILED", "CANCELLED") and this.reason:
            status["StateChangeReason"] = this.reason
        scanned = this.result.scanned if this.state != "QUEUED" else 0
        return {
            "QueryExecution": {
                "QueryExecutionId": this.id,
                "Query": this.text,
                "Status": status,
                "Statistics": {"DataScannedInBytes": scanned},
            }
        }

    def _get_query_results(self, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        this = self._executions[request["QueryExecutionId"]]
        if this.state != "SUCCEEDED":
            raise RefusedCall("InvalidRequestException", f"Query has not yet finished. Current state: {this.state}")
        size = min(request.get("MaxResults", PAGE), self.page)
        if not 1 <= request.get("MaxResults", PAGE) <= PAGE:
            raise RefusedCall("InvalidRequestException", "MaxResults is more than maximum allowed length 1000")
        rows = [this.result.labels, *this.result.rows]
        start = int(request.get("NextToken", "page 0").removeprefix("page "))
        end = start + size
        if self.drops_a_page and start == 0 and end < len(rows):
            end += size
        answer: dict[str, Any] = {
            "UpdateCount": 0,
            "ResultSet": {
                "Rows": [
                    {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
                    for row in rows[start : start + size]
                ],
                "ResultSetMetadata": {
                    "ColumnInfo": [{"Name": label, "Label": label, "Type": "varchar"} for label in this.result.labels]
                },
            },
        }
        return answer | ({"NextToken": f"page {end}"} if end < len(rows) else {})

    def _stop_query_execution(self, request: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
        this = self._executions[request["QueryExecutionId"]]
        self.stopped.append(this.id)
        if this.state in ("QUEUED", "RUNNING"):
            this.state, this.reason = "CANCELLED", "Query cancelled by user"
        return {}


_CALLS = {
    "GetTableMetadata": AthenaStandIn._get_table_metadata,
    "StartQueryExecution": AthenaStandIn._start_query_execution,
    "GetQueryExecution": AthenaStandIn._get_query_execution,
    "GetQueryResults": AthenaStandIn._get_query_results,
    "StopQueryExecution": AthenaStandIn._stop_query_execution,
}
