"""Read a table: what it has, the query that suits it, and the records that come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tfdrift_gate.aws import Credentials, JsonService, explain, region_from_environment
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import Coverage, RawRecord
from tfdrift_gate.sources import Place, Question, Reading
from tfdrift_gate.sources.athena import columns, partitions
from tfdrift_gate.sources.athena.listed import refuse_missing
from tfdrift_gate.sources.athena.present import absent_places
from tfdrift_gate.sources.athena.query import Query, write_query
from tfdrift_gate.sources.athena.run import Calls, Scan, run
from tfdrift_gate.sources.athena.size import refuse_too_much
from tfdrift_gate.sources.athena.table import DEFAULT_CATALOG, Table, TableName, read_table, table_name


@dataclass
class _Progress:
    """What is known so far, whatever comes."""

    records: list[RawRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    accounts: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    absent: frozenset[Place] = frozenset()


def read(question: Question) -> Iterator[Reading]:
    """Ask one table; one reading, with an error where it could not be read whole.

    Raises :class:`UsageError` for a locator that names no table.
    """
    name = table_name(question.locator)
    calls = Calls(question.locator, question.deadline)
    scan = Scan(question.locator, question.athena.max_scan)
    so_far = _Progress()
    error: EventSourceError | None = None
    try:
        _read(question, name, calls, scan, so_far)
    except EventSourceError as met:
        error = met
        so_far.notes.append(met.message)
    yield Reading(
        tuple(so_far.records),
        Coverage(
            source=question.locator,
            account=_only(so_far.accounts),
            region=_only(so_far.regions),
            since=question.window.since,
            until=question.window.until,
            complete=error is None,
            records_read=len(so_far.records),
            api_calls=calls.made,
            note="; ".join(so_far.notes),
            bytes_scanned=scan.scanned,
        ),
        error,
        accounts=so_far.accounts,
        regions=so_far.regions,
        absent=so_far.absent,
    )


def _only(held: frozenset[str] | None) -> str | None:
    return next(iter(held)) if held and len(held) == 1 else None


def _read(question: Question, name: TableName, calls: Calls, scan: Scan, so_far: _Progress) -> None:
    question.progress(f"reading {question.locator}")
    region = region_of(question)
    athena = service("athena", region, question)
    table = _table(athena, calls, name, question)
    so_far.accounts, so_far.regions = partitions.held_by(table)
    query = _query(question, table, name, so_far)
    refuse_missing(lambda: service("glue", region, question), calls, name, table, question)
    if (bound := question.athena.max_scan) is not None:
        refuse_too_much(table, question, region, credentials_of(question), bound, calls)
    settings: dict[str, Any] = {"QueryExecutionContext": {"Catalog": name.catalog, "Database": name.database}}
    if question.athena.workgroup:
        settings["WorkGroup"] = question.athena.workgroup
    if question.athena.output_location:
        settings["ResultConfiguration"] = {"OutputLocation": question.athena.output_location}
    for number, row in enumerate(run(athena, calls, scan, query, settings, question.progress), 1):
        body = columns.record(query.columns, row)
        so_far.records.append(RawRecord(f"{question.locator}: row {number}", body))
    so_far.absent, requests = absent_places(
        table, question, credentials_of(question), so_far.records, calls.seconds_left
    )
    calls.made += requests


def _table(athena: JsonService, calls: Calls, name: TableName, question: Question) -> Table:
    request = {"CatalogName": name.catalog, "DatabaseName": name.database, "TableName": name.table}
    if question.athena.workgroup:
        request["WorkGroup"] = question.athena.workgroup
    permission = "athena:GetTableMetadata and glue:GetTable"
    if name.catalog != DEFAULT_CATALOG:
        permission += " and athena:GetDataCatalog"
    return read_table(calls.call(athena, "GetTableMetadata", request, permission, "TableMetadata")["TableMetadata"])


def _query(question: Question, table: Table, name: TableName, so_far: _Progress) -> Query:
    """Write the query that suits the table; raises :class:`EventSourceError` where none can be trusted."""
    what, window = question.locator, question.window
    selection = columns.select(table.types)
    if selection.lacking:
        raise EventSourceError(
            f"reading {what}: the table lacks the columns {', '.join(selection.lacking)}",
            "create one over the same files as tfdrift-gate athena ddl prints it",
        )
    if selection.untold:
        so_far.notes.append(
            f"the table lacks {', '.join(selection.untold)}: less is known of who made a call and from where"
        )
    now = question.now or window.until
    partitions.refuse_what_it_cannot_hold(table, window, question.accounts, question.regions, now, what)
    pruning = partitions.prune(table, window, question.accounts, question.regions)
    if not pruning.by_time:
        keys = ", ".join(table.partition_keys) or "none"
        if question.athena.max_scan is None:
            raise EventSourceError(
                f"reading {what}: no partition of the table is known to hold a day (its keys: {keys}),"
                " so the query would scan all of it",
                "say with --max-scan what it may scan, or create a table as tfdrift-gate athena ddl prints it",
            )
        so_far.notes.append(f"all days of the table are scanned (its partition keys: {keys})")
    if pruning.note:
        so_far.notes.append(pruning.note)
    regions = () if partitions.key_among(table.partition_keys, partitions.REGIONS) else question.regions
    return write_query(name.quoted, selection, pruning, window, question.event_sources, regions)


def region_of(question: Question) -> str:
    """Tell in which region a table is: the environment's, else the only one that is asked about.

    Raises :class:`EventSourceError` where that leaves a choice.
    """
    here = region_from_environment() or (question.regions[0] if len(question.regions) == 1 else None)
    if here is None:
        raise EventSourceError(
            f"reading {question.locator}: nothing tells in which region the table is",
            "set AWS_REGION to the table's region",
        )
    return here


def credentials_of(question: Question) -> Credentials:
    """Give the credentials of the one role that reads; raises :class:`EventSourceError` where there are several."""
    roles = {
        role.replace("{account}", account)
        for role in question.roles
        for account in (question.accounts or {"{account}"})
    }
    if len(roles) > 1 or any("{account}" in role for role in roles):
        raise EventSourceError(
            f"reading {question.locator}: --assume-role names several roles, and one query is made with one",
            "name the one role that may read it, without {account}",
        )
    return Credentials(question.credentials.profile, next(iter(roles), question.credentials.assume_role))


def service(service: str, region: str, question: Question) -> JsonService:
    """Prepare calls; raises :class:`EventSourceError`."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        return JsonService(service, region, credentials_of(question))
    except (BotoCoreError, ClientError) as met:
        message, hint = explain(met, "sts:AssumeRole")
        raise EventSourceError(f"reading {question.locator}: {message}", hint) from met
