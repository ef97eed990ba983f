"""The query: whole records of the successful writes of some services within a window, and nothing else.

It keeps what :mod:`tfdrift_gate.records.record` counts as a change and what it could not read; every value is bound
to a ``?``, names are the table's own. It runs as it stands in Athena's engine 3 (Trino).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources.athena.columns import Selected, Selection, quoted
from tfdrift_gate.sources.athena.partitions import Pruning, literal

IN_ALL = "rows_in_all"
"""The last column: how many rows there are, so that a page that got lost is noticed."""

READS = "^(Get|List|Describe|Search)[A-Z]"
"""Records from before 2020 do not say whether they are reads; then their names do."""


@dataclass(frozen=True)
class Query:
    """A query's text, the values of its ``?`` in order (as SQL literals), and what its columns mean."""

    text: str
    values: tuple[str, ...]
    columns: tuple[Selected, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The result's column names, in order."""
        return (*(column.label for column in self.columns), IN_ALL)


def write_query(
    table: str,
    selection: Selection,
    pruning: Pruning,
    window: TimeWindow,
    event_sources: Collection[str],
    regions: Collection[str] = (),
) -> Query:
    """Write the query over a table (its quoted name); ``regions`` are those that no partition key keeps apart."""
    sources = sorted(event_sources)
    expressions = [f"{column.expression} AS {quoted(column.label)}" for column in selection.columns]
    conditions = [
        *pruning.conditions,
        # NOTE: what names no service cannot be read, and is told; a line that is no record at all is not.
        (
            f'("eventsource" IN ({", ".join("?" * len(sources))})'
            ' OR ("eventsource" IS NULL AND ("eventid" IS NOT NULL OR "eventname" IS NOT NULL)))'
        ),
        '("eventtime" BETWEEN ? AND ? OR "eventtime" IS NULL OR "eventtime" NOT LIKE \'____-__-__T__:__:__Z\')',
        _changes(selection),
    ]
    if regions:
        conditions.append(f'("awsregion" IS NULL OR "awsregion" IN ({", ".join("?" * len(regions))}))')
    text = "\n".join(
        [
            "SELECT",
            ",\n".join(f"  {part}" for part in [*expressions, f'count(*) OVER () AS "{IN_ALL}"']),
            f"FROM {table}",
            "WHERE " + "\n  AND ".join(conditions),
            'ORDER BY "eventtime", "eventid"',
        ]
    )
    span = (_second(window.since), _second(window.until, up=True))
    values = (*pruning.values, *map(literal, (*sources, *span, *sorted(regions))))
    return Query(text, values, selection.columns)


def _changes(selection: Selection) -> str:
    """Say what counts as a change: a management call, no read, that did not fail; or the correction of any record."""
    parts = ['("errorcode" IS NULL OR "errorcode" = \'\')']
    by_name = f'"eventname" IS NULL OR NOT regexp_like("eventname", \'{READS}\')'
    if flag := _text(selection, "readOnly"):
        parts.append(f"CASE WHEN {flag} IS NULL THEN ({by_name}) ELSE lower({flag}) <> 'true' END")
    else:
        parts.append(f"({by_name})")
    if flag := _text(selection, "managementEvent"):
        parts.append(f"({flag} IS NULL OR lower({flag}) <> 'false')")
    if flag := _text(selection, "eventCategory"):
        parts.append(f"({flag} IS NULL OR {flag} <> 'Data')")
    change = " AND ".join(parts)
    # NOTE: a correction may say that a call failed after all; it takes the first record's place before either is read.
    if reason := _text(selection, "addendum.reason"):
        return f"(({change}) OR {reason} = 'UPDATED_DATA')"
    return f"({change})"


def _text(selection: Selection, field: str) -> str:
    path = tuple(field.split("."))
    return next((column.expression for column in selection.columns if column.path == path), "")


def _second(moment: datetime, up: bool = False) -> str:
    """Write a moment as CloudTrail writes ``eventTime``, in whole seconds; the exact window is cut afterwards."""
    moment = moment.astimezone(timezone.utc)
    if up and moment.microsecond:
        moment += timedelta(seconds=1)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
