"""One SELECT, run by DuckDB over the objects of those partitions that its conditions leave."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from moto.s3.models import s3_backends
from sqlglot import exp
from sqlglot.tokens import TokenType

from tests.local_aws.athena.tables import RefusedQuery, Result, Table, find_table

_RECORDS = "the_records"
_KEPT: dict[tuple[Any, ...], Result] = {}


def bind(text: str, values: Sequence[str]) -> str:
    """Put execution parameters, which are SQL, in the places of the question marks."""
    marks = [token for token in sqlglot.tokenize(text, read="athena") if token.token_type is TokenType.PLACEHOLDER]
    if len(marks) != len(values):
        raise RefusedQuery(f"Incorrect number of parameters: expected {len(marks)} but found {len(values)}")
    for mark, value in reversed(list(zip(marks, values, strict=True))):
        text = text[: mark.start] + value + text[mark.end + 1 :]
    return text


def run_select(account: str, region: str, database: str, text: str) -> Result:
    """Run a SELECT over one table, or none; raises :class:`RefusedQuery` and NoSuchTable.

    The same query over the same objects has the same result, which is kept: a run whose time passes quickly could
    not wait for it each time.
    """
    select = sqlglot.parse_one(text, read="athena")
    this = (account, region, database, text, _fingerprint(account, region, database, select))
    if this not in _KEPT:
        _KEPT[this] = _run_select(account, region, database, select)
    return _KEPT[this]


def _fingerprint(account: str, region: str, database: str, select: exp.Expression) -> tuple[Any, ...]:
    tables = [find_table(account, region, each.db or database, each.name) for each in select.find_all(exp.Table)]
    objects = [
        (name, key, bucket.keys[key].etag)
        for name, bucket in s3_backends[account]["aws"].buckets.items()
        for key in bucket.keys.keys()  # noqa: SIM118 - moto's own kind of mapping
    ]
    return (str(tables), tuple(objects) if tables else ())


def _run_select(account: str, region: str, database: str, select: exp.Expression) -> Result:
    with duckdb.connect() as connection:
        scanned = 0
        for named in list(select.find_all(exp.Table)):
            table = find_table(account, region, named.db or database, named.name)
            scanned += _scan(connection, account, table, _conditions(select))
            named.replace(exp.to_table(_RECORDS))
        try:
            done = connection.execute(select.sql("duckdb"))
            rows = done.fetchall()
        except duckdb.Error as error:
            raise RefusedQuery(f"COLUMN_NOT_FOUND or the like: {error}") from error
        labels = tuple(column[0].lower() for column in done.description)
    return Result(labels, tuple(tuple(map(_text, row)) for row in rows), scanned)


def _conditions(select: exp.Expression) -> list[exp.Expression]:
    where = select.args.get("where")
    if where is None:
        return []
    return list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]


def _scan(
    connection: duckdb.DuckDBPyConnection, account: str, table: Table, conditions: Sequence[exp.Expression]
) -> int:
    """Load the records of the partitions that the conditions leave; give the bytes read."""
    _demand_injected(table, conditions)
    objects = list(_objects(account, table))
    kept = _pruned(connection, table, conditions, [place for _, place in objects])
    read = [(data, place) for data, place in objects if tuple(place.items()) in kept]
    _load(connection, table, read)
    return sum(len(data) for data, _ in read)


def _objects(account: str, table: Table) -> Iterator[tuple[bytes, dict[str, str]]]:
    for name, bucket in sorted(s3_backends[account]["aws"].buckets.items()):
        for key in sorted(bucket.keys.keys()):
            place = table.place(f"s3://{name}/{key}")
            if place is not None:
                yield bucket.keys[key].value, place


def _demand_injected(table: Table, conditions: Sequence[exp.Expression]) -> None:
    told = {
        column.name for each in conditions if isinstance(each, (exp.In, exp.EQ)) for column in each.find_all(exp.Column)
    }
    for key in table.injected():
        if key not in told:
            raise RefusedQuery(
                f"CONSTRAINT_VIOLATION: For the injected projected partition column {key},"
                " the WHERE clause must contain only static equality conditions"
            )


def _pruned(
    database: duckdb.DuckDBPyConnection,
    table: Table,
    conditions: Sequence[exp.Expression],
    places: Sequence[Mapping[str, str]],
) -> set[tuple[tuple[str, Any], ...]]:
    """Give the partitions that the conditions on keys alone leave, as a query's planner does."""
    about_keys = [
        each
        for each in conditions
        if (names := {c.name for c in each.find_all(exp.Column)}) and names <= set(table.keys)
    ]
    every = {tuple(place.items()) for place in places}
    if not about_keys:
        return every
    columns = ", ".join(f'"{key}" {_duckdb(kind)}' for key, kind in table.keys.items())
    database.execute(f"CREATE TABLE the_partitions ({columns}, number INTEGER)")
    listed = sorted(every)
    for number, place in enumerate(listed):
        values = [dict(place)[key] for key in table.keys]
        marks = ", ".join("?" * len(values))
        database.execute(f"INSERT INTO the_partitions VALUES ({marks}, ?)", [*values, number])  # noqa: S608
    where = exp.and_(*(each.copy() for each in about_keys)).sql("duckdb")
    left = database.execute(f"SELECT number FROM the_partitions WHERE {where}").fetchall()  # noqa: S608
    return {listed[number] for (number,) in left}


def _load(database: duckdb.DuckDBPyConnection, table: Table, read: Sequence[tuple[bytes, Mapping[str, str]]]) -> None:
    """Make a table of the records, as Athena's CloudTrail input format and its JSON serde show them."""
    types = {name: exp.DataType.build(kind, dialect="hive") for name, kind in (table.columns | table.keys).items()}
    columns = {name: kind.sql("duckdb") for name, kind in types.items()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        with file.open("w", encoding="utf-8") as lines:
            for data, place in read:
                for record in json.loads(gzip.decompress(data)).get("Records", []):
                    given = {name.lower(): value for name, value in record.items()} | dict(place)
                    row = {name: _shown(given.get(name), kind) for name, kind in types.items()}
                    lines.write(json.dumps(row) + "\n")
        options = "format = 'newline_delimited', maximum_object_size = 100000000"
        listed = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
        database.execute(
            f"CREATE TABLE {_RECORDS} AS SELECT * FROM read_json('{file}', columns = {{{listed}}}, {options})"  # noqa: S608
        )


def _shown(value: Any, kind: exp.DataType) -> Any:
    """Show a value of a record as a column of a type has it: what is no text is its JSON text where one is wanted."""
    if value is None:
        return None
    if kind.is_type("struct"):
        if not isinstance(value, Mapping):
            return None
        members = {name.lower(): inner for name, inner in value.items()}
        return {each.name: _shown(members.get(each.name.lower()), each.args["kind"]) for each in kind.expressions}
    if kind.is_type("array"):
        return [_shown(item, kind.expressions[0]) for item in value] if isinstance(value, list) else None
    if kind.is_type("map"):
        return {name: _shown(inner, kind.expressions[1]) for name, inner in value.items()}
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), ensure_ascii=False)
        # A lone half of a pair is no character; Java writes a question mark.
        return text.encode("utf-8", "replace").decode()
    return int(value) if kind.is_type(*exp.DataType.INTEGER_TYPES) else value


def _duckdb(kind: str) -> str:
    return exp.DataType.build(kind, dialect="hive").sql("duckdb")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
