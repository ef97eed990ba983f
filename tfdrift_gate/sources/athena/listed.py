"""Partitions that somebody lists: a day that nobody added gives no rows, which looks just like a quiet day.

https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta, timezone
from itertools import islice, product
from typing import Any

from tfdrift_gate.aws import JsonService
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.athena.partitions import ACCOUNTS, REGIONS, days_of, key_among, literal
from tfdrift_gate.sources.athena.run import Calls
from tfdrift_gate.sources.athena.table import DEFAULT_CATALOG, Table, TableName

_COMPUTED = "create a table whose partitions are computed: tfdrift-gate athena ddl"
_DAY = "%Y/%m/%d"
_A_DAY = re.compile(r"\d{4}[-/]\d{2}[-/]\d{2}")
_NAMED = 5
"""How many of the missing partitions an error names."""

PlaceAndDay = tuple[str, str, str]
"""Account, region and day (``2026/01/31``, or as much of it as the keys tell); empty where no key tells."""


def refuse_missing(
    glue: Callable[[], JsonService], calls: Calls, name: TableName, table: Table, question: Question
) -> None:
    """Raise :class:`EventSourceError` where a day of the window has no partition in an account and region asked for.

    Nothing is asked of a table without partitions, or whose partitions are computed. Where the keys do not tell the
    day, and a partition does not hold every day, whether one is missing cannot be told: that is refused too.
    """
    if table.is_projected or not table.partition_keys:
        return
    if name.catalog != DEFAULT_CATALOG:
        raise EventSourceError(
            f"reading {calls.what}: its partitions are listed in the catalogue {name.catalog}, so that a day without"
            " one would not be noticed",
            f"ask the table of the account's own catalogue, or {_COMPUTED}",
        )
    partitions = list(_partitions(glue(), calls, name, table, question))
    here = {_place(table, values) for values in partitions}
    if partitions and _form(table) == _DAY and not any(day for _, _, day in here):
        raise EventSourceError(
            f"reading {calls.what}: no partition key of the table tells the day (its keys:"
            f" {', '.join(table.partition_keys)}), so that a day without its partition would not be noticed",
            _COMPUTED,
        )
    missing = list(islice(_missing(table, question, here), _NAMED + 1))
    if missing:
        more = " and more" if len(missing) > _NAMED else ""
        told = ", ".join(" ".join(part for part in place if part) for place in missing[:_NAMED])
        raise EventSourceError(
            f"reading {calls.what}: the table has no partition for {told or 'anything'}{more}",
            f"add it with ALTER TABLE … ADD PARTITION, or {_COMPUTED}",
        )


def _missing(table: Table, question: Question, here: Collection[PlaceAndDay]) -> Iterator[PlaceAndDay]:
    accounts = _asked_for(table, ACCOUNTS, question.accounts)
    regions = _asked_for(table, REGIONS, question.regions)
    known = [(account if account else "", region if region else "") for account, region in product(accounts, regions)]
    # Where nobody says which accounts or regions, one of them suffices.
    seen = {(place[0] if known[0][0] else "", place[1] if known[0][1] else "", place[2]) for place in here}
    now = question.now or question.window.until
    last = min(question.window.until, now).astimezone(timezone.utc).date()
    day, told = question.window.since.astimezone(timezone.utc).date(), set[str]()
    while day <= last:
        written = day.strftime(_form(table))
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


def _place(table: Table, values: Sequence[str]) -> PlaceAndDay:
    of: Mapping[str, str] = dict(zip(table.partition_keys, values, strict=False))
    account = of.get(key_among(of, ACCOUNTS), "")
    region = of.get(key_among(of, REGIONS), "")
    if "year" in of:
        day = "/".join(of[key].zfill(2) for key in ("year", "month", "day") if key in of)
    else:
        day = next((value.replace("-", "/") for value in of.values() if _A_DAY.fullmatch(value)), "")
    return account, region, day


def _form(table: Table) -> str:
    """Tell how much of a day the keys tell; nothing where a partition holds every day of its account and region."""
    keys = table.partition_keys
    if "year" in keys:
        return "/".join(form for key, form in (("year", "%Y"), ("month", "%m"), ("day", "%d")) if key in keys)
    return _DAY if set(keys) - {*ACCOUNTS, *REGIONS} else ""
