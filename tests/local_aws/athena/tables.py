"""Tables and partitions, kept in moto's Glue: made from Hive's DDL, read as Athena reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.glue.models import glue_backends

_ADD_PARTITION = re.compile(
    r"\s*ALTER\s+TABLE\s+(?P<table>\S+)\s+ADD\s+(?:IF\s+NOT\s+EXISTS\s+)?PARTITION\s*\((?P<values>[^)]*)\)"
    r"\s*LOCATION\s+'(?P<location>[^']*)'\s*;?\s*",
    re.IGNORECASE,
)


class NoSuchTable(Exception):
    """What Glue does not know."""


class RefusedQuery(Exception):
    """A query that fails, with what Athena says of it."""


@dataclass(frozen=True)
class Result:
    """What a query found and read."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    scanned: int
    """Bytes of the objects read, as they lie there (compressed)."""


@dataclass(frozen=True)
class Partition:
    """Where a partition's files lie: a prefix, as ``s3://bucket/…``."""

    values: Mapping[str, str]
    location: str


@dataclass(frozen=True)
class Table:
    """A table as Glue has it."""

    name: str
    columns: Mapping[str, str]
    """Hive's type of each column."""
    keys: Mapping[str, str]
    location: str
    parameters: Mapping[str, str]
    partitions: tuple[Partition, ...]

    def metadata(self) -> dict[str, Any]:
        """Describe it as GetTableMetadata does."""
        return {
            "Name": self.name,
            "TableType": "EXTERNAL_TABLE",
            "Columns": [{"Name": name, "Type": kind} for name, kind in self.columns.items()],
            "PartitionKeys": [{"Name": name, "Type": kind} for name, kind in self.keys.items()],
            "Parameters": {"EXTERNAL": "TRUE", **self.parameters, "location": self.location},
        }

    def place(self, url: str) -> dict[str, str] | None:
        """Tell in which partition an object lies; None where no query sees it."""
        if self.parameters.get("projection.enabled") == "true":
            found = re.match(self._template() + "/", url)
            return found.groupdict() if found else None
        if not self.keys:
            return {} if _is_below(url, self.location) else None
        return next((dict(each.values) for each in self.partitions if _is_below(url, each.location)), None)

    def _template(self) -> str:
        pieces = re.split(r"\$\{(\w+)\}", self.parameters["storage.location.template"])
        return "".join(
            f"(?P<{piece}>{self._values(piece)})" if number % 2 else re.escape(piece)
            for number, piece in enumerate(pieces)
        )

    def _values(self, key: str) -> str:
        kind = self.parameters[f"projection.{key}.type"]
        if kind == "enum":
            return "|".join(map(re.escape, self.parameters[f"projection.{key}.values"].split(",")))
        if kind == "date":
            return re.sub("[A-Za-z]", r"\\d", self.parameters[f"projection.{key}.format"])
        return r"\d+" if kind == "integer" else "[^/]+"

    def injected(self) -> Iterator[str]:
        """Give the keys whose values every query must name."""
        return (key for key in self.keys if self.parameters.get(f"projection.{key}.type") == "injected")


def find_table(account: str, region: str, database: str, name: str) -> Table:
    """Read a table out of moto's Glue; raises :class:`NoSuchTable`."""
    try:
        table = glue_backends[account][region].databases[database.lower()].tables[name.lower()]
    except KeyError:
        raise NoSuchTable(f"Entity Not Found: {database}.{name}") from None
    given = table.as_dict()
    keys = {key["Name"].lower(): key["Type"].lower() for key in given.get("PartitionKeys", [])}
    return Table(
        name=name.lower(),
        columns={each["Name"].lower(): each["Type"].lower() for each in given["StorageDescriptor"]["Columns"]},
        keys=keys,
        location=given["StorageDescriptor"].get("Location", ""),
        parameters=given.get("Parameters", {}),
        partitions=tuple(
            Partition(dict(zip(keys, each.values, strict=True)), each.partition_input["StorageDescriptor"]["Location"])
            for each in table.partitions.values()
        ),
    )


def run_ddl(account: str, region: str, text: str) -> None:
    """Run CREATE EXTERNAL TABLE or ALTER TABLE … ADD PARTITION as Athena does: by telling Glue."""
    import sqlglot
    from sqlglot import exp

    backend = glue_backends[account][region]
    if added := _ADD_PARTITION.fullmatch(text):
        database, _, name = added["table"].replace("`", "").rpartition(".")
        values = [value.strip().partition("=")[2].strip().strip("'") for value in added["values"].split(",")]
        given = {"Values": values, "StorageDescriptor": {"Location": added["location"]}}
        backend.create_partition(database or "default", name, given)
        return
    created = sqlglot.parse_one(text, read="athena")
    assert isinstance(created, exp.Create), text
    schema = created.this
    database, name = schema.this.db or "default", schema.this.name
    properties = created.args["properties"].expressions
    found: dict[str, Any] = {type(each).__name__: each for each in properties}
    keys = found.get("PartitionedByProperty")
    location = found["LocationProperty"].this.name
    parameters = {each.name: each.args["value"].name for each in properties if type(each) is exp.Property}
    if database not in backend.databases:
        backend.create_database(database, {"Name": database})
    backend.create_table(
        database,
        name,
        {
            "Name": name,
            "StorageDescriptor": {"Columns": _columns(schema.expressions), "Location": location},
            "PartitionKeys": _columns(keys.this.expressions) if keys else [],
            "Parameters": parameters,
        },
    )


def _is_below(url: str, location: str) -> bool:
    return url.startswith(location.rstrip("/") + "/")


def _columns(definitions: list[Any]) -> list[dict[str, str]]:
    return [
        {"Name": each.name.lower(), "Type": "".join(each.args["kind"].sql("hive").lower().split())}
        for each in definitions
    ]
