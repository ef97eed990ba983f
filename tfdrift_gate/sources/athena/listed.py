"""Partitions that somebody lists: a day that nobody added gives no rows, which looks just like a quiet day.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta, timezone
from itertools import islice, product
from typing import Any

from tfdrift_gate.aws import JsonService
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.athena.partitions import ACCOUNTS, REGIONS, days_of, key_among, literal
from tfdrift_gate.sources.athena.run import Calls
from tfdrift_gate.sources.athena.table import Table, TableName

_NAMED = 5
"""How many of the missing partitions an error names."""

Place = tuple[str, str, str]
"""Account, region and day (``2026/01/31``, or as much of it as the keys tell); empty where no key tells."""


def refuse_missing(
    glue: Callable[[], JsonService], calls: Calls, name: TableName, table: Table, question: Question
) -> None:
    """Raise :class:`EventSourceError` where a day of the window has no partition in an account and region asked for.

    Nothing is asked of a table whose partitions are computed, or whose keys do not tell the day.
    """
    tells_day = "year" in table.partition_keys or "date" in table.partition_keys.values()
    if table.is_projected or not tells_day:
        return
    here = {_place(table, values) for values in _partitions(glue(), calls, name, table, question)}
    missing = list(islice(_missing(table, question, here), _NAMED + 1))
    if missing:
        more = " and more" if len(missing) > _NAMED else ""
        told = ", ".join(" ".join(part for part in place if part) for place in missing[:_NAMED])
        raise EventSourceError(
            f"reading {calls.what}: the table has no partition for {told}{more}",
            "add it with ALTER TABLE … ADD PARTITION, or create a table whose partitions are computed:"
            " tfdrift-gate athena ddl",
        )


def _missing(table: Table, question: Question, here: Collection[Place]) -> Iterator[Place]:
    accounts = _asked_for(table, ACCOUNTS, question.accounts)
    regions = _asked_for(table, REGIONS, question.regions)
    known = [(account if account else "", region if region else "") for account, region in product(accounts, regions)]
    # Where nobody says which accounts or regions, one of them suffices.
    seen = {(place[0] if known[0][0] else "", place[1] if known[0][1] else "", place[2]) for place in here}
    now = question.now or question.window.until
    last = min(question.window.until, now).astimezone(timezone.utc).date()
    day, told = question.window.since.astimezone(timezone.utc).date(), set[str]()
    while day <= last:
        written = _day(table, day)
        if written not in told:
            yield from ((*place, written) for place in known if (*place, written) not in seen)
        told.add(written)
        day += timedelta(days=1)


def _asked_for(table: Table, names: tuple[str, ...], wanted: Collection[str]) -> Sequence[str]:
    return sorted(wanted) if key_among(table.partition_keys, names) and wanted else [""]


def _partitions(
    glue: JsonService, calls: Calls, name: TableName, table: Table, question: Question
) -> Iterator[Sequence[str]]:
    request: dict[str, Any] = {
        "DatabaseName": name.database,
        "TableName": name.table,
        "Expression": _expression(table, question),
        "ExcludeColumnSchema": True,
    }
    while True:
        page = calls.call(glue, "GetPartitions", request, "glue:GetPartitions", "Partitions")
        yield from (partition.get("Values") or [] for partition in page["Partitions"])
        if not page.get("NextToken") or page["NextToken"] == request.get("NextToken"):
            return
        request["NextToken"] = page["NextToken"]
        calls.wait(0, "partitions are left to list")


def _expression(table: Table, question: Question) -> str:
    """Keep the list to what may count; a partition more than needed does no harm."""
    keys = table.partition_keys
    parts = []
    for names, wanted in ((ACCOUNTS, question.accounts), (REGIONS, question.regions)):
        if (key := key_among(keys, names)) and wanted and keys[key] in ("string", "varchar"):
            parts.append(f"{key} IN ({', '.join(literal(value) for value in sorted(wanted))})")
    if keys.get("year") in ("string", "varchar"):
        years = sorted({str(day.year) for day in days_of(question.window)})
        parts.append(f"year IN ({', '.join(literal(year) for year in years)})")
    return " AND ".join(parts)


def _place(table: Table, values: Sequence[str]) -> Place:
    of: Mapping[str, str] = dict(zip(table.partition_keys, values, strict=False))
    account = of.get(key_among(of, ACCOUNTS), "")
    region = of.get(key_among(of, REGIONS), "")
    if "year" in of:
        day = "/".join(of[key].zfill(2) for key in ("year", "month", "day") if key in of)
    else:
        day = next((of[key].replace("-", "/") for key, kind in table.partition_keys.items() if kind == "date"), "")
    return account, region, day


def _day(table: Table, day: date) -> str:
    keys = table.partition_keys
    parts = [form for key, form in (("year", "%Y"), ("month", "%m"), ("day", "%d")) if key in keys]
    return day.strftime("/".join(parts) if "year" in keys else "%Y/%m/%d")
