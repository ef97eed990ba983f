"""Which partitions can hold the window: what of a table is scanned, and so what is paid.

Two forms are documented: keys ``region``, ``year``, ``month``, ``day`` (with ``account`` for an organisation), whose
partitions are listed, https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table.html; and a key
``timestamp`` of ``yyyy/MM/dd``, whose partitions are computed,
https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-partition-projection.html
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources.athena.columns import quoted
from tfdrift_gate.sources.athena.table import Table

LATE = timedelta(days=1, hours=1)
"""How long after a call the file with its record may be put away: its day is the delivery's, not the call's."""

ACCOUNTS = ("account", "accountid", "account_id", "aws_account_id", "recipientaccountid")
REGIONS = ("region", "aws_region", "awsregion")
"""How a key that holds the account, or the region, is called."""
_NUMBERS = ("int", "integer", "bigint", "smallint", "tinyint")
_FORMAT = re.compile(r"yyyy([^A-Za-z]?)MM\1dd(?:([^A-Za-z]?)HH)?")
_FROM_NOW = re.compile(r"NOW\s*(?:([+-])\s*(\d{1,5})\s*(SECOND|MINUTE|HOUR|DAY|WEEK|MONTH|YEAR)S?)?")
# At least so many days: a table must not be taken to begin earlier than it does.
_DAYS = {"SECOND": 0, "MINUTE": 0, "HOUR": 0, "DAY": 1, "WEEK": 7, "MONTH": 28, "YEAR": 365}


@dataclass(frozen=True)
class Pruning:
    """Conditions on partition keys, with the values of their ``?`` as SQL literals."""

    conditions: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    by_time: bool = False
    """Whether they keep the scan to the days of the window."""
    note: str = ""
    """Which partitions these are, in words."""


def literal(text: str) -> str:
    """Write a text as SQL does. Values of ``?`` are SQL, so texts among them need quotation marks.

    https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
    """
    return "'" + text.replace("'", "''") + "'"


def days_of(window: TimeWindow) -> tuple[date, ...]:
    """Give every day under which records of a window may have been put away."""
    first = window.since.astimezone(timezone.utc).date()
    last = (window.until.astimezone(timezone.utc) + LATE).date()
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def prune(table: Table, window: TimeWindow, accounts: Collection[str], regions: Collection[str]) -> Pruning:
    """Say which partitions can hold the window, of these accounts and regions where they are known."""
    days = days_of(window)
    keys = table.partition_keys
    told: list[str] = []
    conditions: list[str] = []
    values: list[str] = []
    for names, wanted in ((ACCOUNTS, accounts), (REGIONS, regions)):
        if (key := key_among(keys, names)) and wanted:
            conditions.append(f"{quoted(key)} IN ({_marks(wanted)})")
            values.extend(_typed(value, keys[key]) for value in sorted(wanted))
            told.append(f"{key} {', '.join(sorted(wanted))}")
    by_time = _by_parts(keys, days) if "year" in keys else _by_day(table, days)
    if by_time:
        conditions.extend(by_time[0])
        values.extend(by_time[1])
        told.append(f"{days[0]} to {days[-1]}")
    note = f"partitions: {', '.join(told)}" if told else ""
    return Pruning(tuple(conditions), tuple(values), bool(by_time), note)


def held_by(table: Table) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """Tell the only accounts and the only regions whose records a table holds; None where any may be."""
    account, region = table.place
    return _held(table, ACCOUNTS, account), _held(table, REGIONS, region)


def _held(table: Table, names: tuple[str, ...], one: str | None) -> frozenset[str] | None:
    key = key_among(table.partition_keys, names)
    if key and table.projection(key, "type").lower() == "enum":
        return frozenset(value.strip() for value in table.projection(key, "values").split(","))
    return frozenset({one}) if one and not key else None


def refuse_what_it_cannot_hold(
    table: Table, window: TimeWindow, accounts: Collection[str], regions: Collection[str], now: datetime, what: str
) -> None:
    """Raise :class:`EventSourceError` where computed partitions leave out what is asked for.

    A query over partitions that are not there gives nothing, which looks just like a quiet day.
    """
    for names, wanted, option in ((ACCOUNTS, accounts, "state"), (REGIONS, regions, "--region")):
        key = key_among(table.partition_keys, names)
        kind = table.projection(key, "type").lower() if key else ""
        if kind == "injected" and not wanted:
            raise EventSourceError(
                f"reading {what}: its partitions need to be told the {names[0]}, and none is known",
                f"{option} tells it; or list the table's in projection.{key}.values",
            )
    key = "year" if "year" in table.partition_keys else projected_day(table)
    begins, _, ends = table.projection(key, "range").partition(",") if key else ("", "", "")
    if not begins:
        return
    first, last = _moment(begins, table, key, now, end=False), _moment(ends, table, key, now, end=True)
    if (first and first > window.since.date()) or (last and last < min(window.until, now).date()):
        raise EventSourceError(
            f"reading {what}: its partitions reach from {begins} to {ends}, and the window goes beyond",
            f"change projection.{key}.range of the table, or --since and --until",
        )


def key_among(keys: Iterable[str], names: tuple[str, ...]) -> str:
    """Give the key that has one of these names; empty where none has."""
    return next((key for key in keys if key in names), "")


def _by_parts(keys: Mapping[str, str], days: tuple[date, ...]) -> tuple[list[str], list[str]]:
    """Conditions on year, month and day, whichever there are, however they are written (``1`` or ``01``)."""
    years = sorted({str(day.year) for day in days})
    conditions = [f'"year" IN ({_marks(years)})']
    values = [_typed(year, keys["year"]) for year in years]
    parts: list[str] = []
    forms: list[str] = []
    for key, form in (("year", "%Y"), ("month", "%m"), ("day", "%d")):
        if key not in keys:
            break
        text = f"CAST({quoted(key)} AS varchar)"
        parts.append(text if key == "year" else f"lpad({text}, 2, '0')")
        forms.append(form)
    joined = " || '/' || ".join(parts)
    conditions.append(f"{joined} BETWEEN ? AND ?")
    form = "/".join(forms)
    values += [literal(days[0].strftime(form)), literal(days[-1].strftime(form))]
    return conditions, values


def _by_day(table: Table, days: tuple[date, ...]) -> tuple[list[str], list[str]] | None:
    """Conditions on one key that holds the day; None where none is known to."""
    for key, kind in table.partition_keys.items():
        if kind == "date":
            return [f"{quoted(key)} BETWEEN ? AND ?"], [f"DATE '{day.isoformat()}'" for day in (days[0], days[-1])]
    if not (key := projected_day(table)):
        return None
    form = table.projection(key, "format")
    return [f"{quoted(key)} BETWEEN ? AND ?"], [
        literal(written_day(days[0], form, "00")),
        literal(written_day(days[-1], form, "23")),
    ]


def projected_day(table: Table) -> str:
    """Give the computed key that holds the day; empty where none does, or in a form in which days have no order."""
    for key in table.partition_keys:
        is_date = table.projection(key, "type").lower() == "date"
        if is_date and _FORMAT.fullmatch(table.projection(key, "format")):
            return key
    return ""


def written_day(day: date, form: str, hour: str = "") -> str:
    """Write a day (and hour) in the form of a computed key, ``yyyy/MM/dd``."""
    return form.replace("yyyy", f"{day:%Y}").replace("MM", f"{day:%m}").replace("dd", f"{day:%d}").replace("HH", hour)


def _moment(text: str, table: Table, key: str, now: datetime, end: bool) -> date | None:
    """Read one end of a range; None where it cannot be read, and then nothing is refused for it."""
    text = text.strip()
    if found := _FROM_NOW.fullmatch(text.upper()):
        days = _DAYS[found[3]] * int(found[2]) if found[1] else 0
        return (now + timedelta(days=days if found[1] == "+" else -days)).date()
    if key == "year":
        return date(int(text), 12 if end else 1, 31 if end else 1) if re.fullmatch(r"\d{4}", text) else None
    form = table.projection(key, "format").replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d")
    try:
        return datetime.strptime(text, form.replace("HH", "%H")).date()  # noqa: DTZ007 - a day
    except ValueError:
        return None


def _typed(value: str, kind: str) -> str:
    return value if kind in _NUMBERS and value.isdecimal() else literal(value)


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values))
