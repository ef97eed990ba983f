"""Names, types, partitions, the printed table: the pure parts of ``athena:``."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timezone
from typing import Any

import pytest
import sqlglot
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from tests.samples import ACCOUNT, REGION
from tests.sources.quick_time import QuickTime
from tfdrift_gate.aws import Credentials
from tfdrift_gate.cli import cli
from tfdrift_gate.errors import UsageError
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.records.identity import actor_of, origin_of
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.athena import columns, size
from tfdrift_gate.sources.athena.ddl import Wanted, create_table
from tfdrift_gate.sources.athena.partitions import days_of, literal, prune
from tfdrift_gate.sources.athena.query import write_query
from tfdrift_gate.sources.athena.run import Calls
from tfdrift_gate.sources.athena.table import Table, hive_type, read_table, table_name

DAY = TimeWindow(datetime(2025, 12, 31, 22, 30, tzinfo=timezone.utc), datetime(2026, 1, 1, 23, 30, tzinfo=timezone.utc))


def parsed(text: str, dialect: str = "athena") -> exp.Create:
    created = sqlglot.parse_one(text, read=dialect)
    assert isinstance(created, exp.Create)
    return created


def printed(wanted: Wanted) -> Table:
    """Read a printed table as GetTableMetadata would show it."""
    created = parsed(create_table(wanted))
    properties = created.args["properties"].expressions
    keys = next(each for each in properties if isinstance(each, exp.PartitionedByProperty))

    def shown(definitions: list[Any]) -> list[dict[str, str]]:
        return [{"Name": each.name, "Type": each.args["kind"].sql("hive")} for each in definitions]

    return read_table(
        {
            "Columns": shown(created.this.expressions),
            "PartitionKeys": shown(keys.this.expressions),
            "Parameters": {each.name: each.args["value"].name for each in properties if type(each) is exp.Property},
        }
    )


WANTED = {
    "one account": Wanted("my-trail", accounts=(ACCOUNT,), regions=(REGION,)),
    "an organisation": Wanted("my-trail", "some/prefix/", "o-exampleorgid"),
}


@pytest.mark.parametrize("name", WANTED)
@pytest.mark.parametrize("dialect", ["athena", "hive"])
def test_the_printed_table_is_sql(name: str, dialect: str) -> None:
    created = parsed(create_table(WANTED[name]), dialect)
    assert created.this.this.name == "cloudtrail_logs"


@pytest.mark.parametrize("name", WANTED)
def test_the_printed_table_lacks_nothing(name: str) -> None:
    selection = columns.select(printed(WANTED[name]).types)
    assert (selection.lacking, selection.untold) == ((), ())
    fields = {".".join(column.path) for column in selection.columns}
    assert fields == {*columns.REQUIRED, *columns.TELLING, *columns.FURTHER}


@pytest.mark.parametrize("name", WANTED)
def test_the_query_over_the_printed_table_is_sql_and_prunes(name: str) -> None:
    table = printed(WANTED[name])
    pruning = prune(table, DAY, {ACCOUNT}, {REGION})
    query = write_query('"default"."t"', columns.select(table.types), pruning, DAY, {"lambda.amazonaws.com"})
    for dialect in ("athena", "trino"):
        select = sqlglot.parse_one(query.text, read=dialect)
        assert len(list(select.find_all(exp.Placeholder))) == len(query.values)
        assert tuple(each.alias for each in select.expressions) == query.labels
    assert query.values[:4] == (literal(ACCOUNT), literal(REGION), "'2025/12/31'", "'2026/01/03'")
    assert pruning.by_time


def test_a_prefix_and_an_organisation_are_in_the_path() -> None:
    text = create_table(WANTED["an organisation"])
    assert "LOCATION 's3://my-trail/some/prefix/AWSLogs/o-exampleorgid/'" in text
    assert "'s3://my-trail/some/prefix/AWSLogs/o-exampleorgid/${account}/CloudTrail/${region}/${timestamp}'" in text


@pytest.mark.parametrize(
    "wrong",
    [
        {"bucket": "My_Bucket'"},
        {"prefix": "it's"},
        {"prefix": "${account}"},
        {"organization_id": "org"},
        {"accounts": ("12",)},
        {"regions": ("mars'",)},
        {"table": "a;b"},
        {"database": "a`b"},
    ],
)
def test_what_cannot_be_part_of_a_table_is_a_usage_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"is no (bucket|prefix|organization's id|account|region|table|database)$"):
        create_table(Wanted(**{"bucket": "my-trail"} | wrong))


def test_the_command_prints_the_table() -> None:
    options = ["--bucket", "my-trail", "--account", ACCOUNT, "--region", REGION, "--region", "eu-west-1"]
    done = CliRunner().invoke(cli, ["athena", "ddl", *options, "--database", "logs", "--table", "trail"])
    assert done.exit_code == 0
    wanted = Wanted("my-trail", accounts=(ACCOUNT,), regions=("eu-west-1", REGION), database="logs", table="trail")
    assert done.output == create_table(wanted)
    assert "'projection.region.values' = 'eu-west-1,us-east-1'" in done.output


def test_the_command_refuses_what_cannot_be() -> None:
    done = CliRunner().invoke(cli, ["athena", "ddl", "--bucket", "my-trail", "--account", "me"])
    assert done.exit_code != 0
    assert "--account" in done.output


def test_nobody_else_loads_any_of_it() -> None:
    program = (
        "import sys, tfdrift_gate.cli, tfdrift_gate.gate, tfdrift_gate.sources.files, tfdrift_gate.sources.lookup\n"
        "print([name for name in sys.modules if 'sources.athena' in name or 'sources.lake' in name])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Names and types


def test_a_locator_names_catalogue_database_and_table() -> None:
    assert table_name("athena:logs.trail").quoted == '"logs"."trail"'
    assert table_name("athena:lake.logs.trail").quoted == '"lake"."logs"."trail"'


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_locator_gets_a_quotation_mark_into_the_query(text: str) -> None:
    try:
        name = table_name(f"athena:{text}")
    except UsageError:
        return
    assert name.quoted.count('"') in (4, 6)


def test_a_struct_is_read_however_it_is_written() -> None:
    kind = "STRUCT<type: string, deep:struct<a:array<struct<b:string,c:int>>,m:map<string,string>>,d:decimal(10,2)>"
    assert hive_type(kind) == {
        "type": "string",
        "deep": {"a": "array<struct<b:string,c:int>>", "m": "map<string,string>"},
        "d": "decimal(10,2)",
    }


@pytest.mark.parametrize(
    ("location", "place"),
    [
        ("s3://b/AWSLogs/123456789012/CloudTrail/us-east-1", ("123456789012", "us-east-1")),
        ("s3://b/p/AWSLogs/o-exampleorgid/123456789012/CloudTrail/", ("123456789012", None)),
        ("s3://b/AWSLogs/123456789012/CloudTrail/ap-southeast-2/2026/", ("123456789012", "ap-southeast-2")),
        ("s3://b/AWSLogs/123456789012/", (None, None)),
        ("s3://b/AWSLogs/", (None, None)),
        ("s3://b/elsewhere/", (None, None)),
    ],
)
def test_a_location_tells_whose_records_there_are(location: str, place: tuple[str | None, str | None]) -> None:
    assert Table({}, {}, {"location": location}).place == place


def test_computed_partitions_lie_below_the_location_where_no_template_says_otherwise() -> None:
    keys = {"account": "string", "dt": "string"}
    properties = {"location": "s3://b/p/", "projection.enabled": "true"}
    assert Table({}, keys, properties).template == "s3://b/p/account=${account}/dt=${dt}"
    assert Table({}, keys, {"location": "s3://b/p/"}).template == ""
    assert Table({}, {}, {"location": "s3://b/p/"}).template == "s3://b/p/"


# Partitions


def test_a_late_record_lies_in_a_later_days_partition() -> None:
    assert days_of(DAY) == (date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3))


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("yyyy/MM/dd", ("'2025/12/31'", "'2026/01/03'")),
        ("yyyy-MM-dd", ("'2025-12-31'", "'2026-01-03'")),
        ("yyyyMMdd", ("'20251231'", "'20260103'")),
        ("yyyy/MM/dd/HH", ("'2025/12/31/00'", "'2026/01/03/23'")),
    ],
)
def test_a_computed_day_is_compared_in_its_own_form(form: str, values: tuple[str, str]) -> None:
    properties = {
        "projection.enabled": "TRUE",
        "projection.dt.type": "date",
        "projection.dt.format": form,
    }
    pruning = prune(Table({}, {"dt": "string"}, properties), DAY, (), ())
    assert (pruning.conditions, pruning.values) == (('"dt" BETWEEN ? AND ?',), values)


@pytest.mark.parametrize("form", ["dd-MM-yyyy", "MMM d yyyy", "yyyy/MM/dd/HH/mm", ""])
def test_days_in_a_form_without_order_are_not_compared(form: str) -> None:
    properties = {"projection.enabled": "true", "projection.dt.type": "date", "projection.dt.format": form}
    assert not prune(Table({}, {"dt": "string"}, properties), DAY, (), ()).by_time


def test_a_day_of_unknown_form_is_not_compared() -> None:
    assert not prune(Table({}, {"dt": "string"}, {}), DAY, (), ()).by_time


# Records


SELECTED = columns.select(printed(Wanted("my-trail")).types).columns


@settings(deadline=None)  # no timed test
@given(st.text(), st.text(), st.booleans())
def test_what_is_put_together_tells_the_same_actor(name: str, agent: str, console: bool) -> None:
    record: dict[str, Any] = {
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE:{name}",
            "sessionContext": {"attributes": {"mfaAuthenticated": "false"}, "sourceIdentity": name},
        },
        "userAgent": agent,
    }
    if console:
        record["sessionCredentialFromConsole"] = "true"

    def value(path: tuple[str, ...]) -> str | None:
        here: Any = record
        for step in path:
            here = here.get(step) if isinstance(here, dict) else None
        return here

    body = columns.record(SELECTED, [value(column.path) for column in SELECTED])
    assert (actor_of(body), origin_of(body)) == (actor_of(record), origin_of(record))


class _SlowBucket:
    """Stands in for S3: a listing without end, whose every page takes 30 seconds."""

    def __init__(self, time: QuickTime) -> None:
        self._time = time
        self.asked = 0

    def list_objects_v2(self, **_: Any) -> dict[str, Any]:
        self._time.sleep(30.0)
        self.asked += 1
        return {"Contents": [{"Size": 1}], "IsTruncated": True, "NextContinuationToken": str(self.asked)}


def test_a_size_is_asked_for_no_longer_than_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    time = QuickTime()
    bucket = _SlowBucket(time)
    monkeypatch.setattr(size, "client", lambda *_: bucket)
    calls = Calls("athena:default.t", 60.0, clock=time.clock, sleep=time.sleep)
    table = Table({}, {}, {"location": "s3://b/AWSLogs/"})
    question = Question("athena:default.t", DAY, frozenset(), ("us-east-1",), frozenset())
    size.refuse_too_much(table, question, "us-east-1", Credentials(), 10**9, calls)
    assert (bucket.asked, calls.made) == (2, 2)
