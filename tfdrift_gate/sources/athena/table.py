"""A table as Athena describes it: its columns, partition keys and properties.

https://docs.aws.amazon.com/athena/latest/APIReference/API_TableMetadata.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.errors import UsageError

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,127}")
_CATALOG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_@/-]{0,255}")
DEFAULT_CATALOG = "AwsDataCatalog"
"""The account's own Glue catalogue, https://docs.aws.amazon.com/athena/latest/ug/data-sources-glue.html"""

IN_TEMPLATE = re.compile(r"\$\{(\w+)\}")
"""A partition key in :attr:`Table.template`."""

_PLACE = re.compile(r"/AWSLogs/(?:o-[a-z0-9]{10,32}/)?(\d{12})/CloudTrail(?:/([a-z]{2}[a-z-]*-\d))?(?:/|$)")


@dataclass(frozen=True)
class TableName:
    """Which table: ``athena:DATABASE.TABLE`` or ``athena:CATALOG.DATABASE.TABLE``."""

    catalog: str
    database: str
    table: str

    @property
    def quoted(self) -> str:
        """Write it as SQL does; the default catalogue needs no naming."""
        parts = (self.database, self.table) if self.catalog == DEFAULT_CATALOG else (self.catalog, *self.parts)
        return ".".join(f'"{part}"' for part in parts)

    @property
    def parts(self) -> tuple[str, str]:
        """Database and table."""
        return self.database, self.table


@dataclass(frozen=True)
class Table:
    """What a table has. Every name is in lower case."""

    types: Mapping[str, Any]
    """See :data:`tfdrift_gate.sources.athena.columns.Types`."""
    partition_keys: Mapping[str, str]
    """The type of each key, in order."""
    properties: Mapping[str, str]

    @property
    def is_projected(self) -> bool:
        """Tell whether its partitions are computed instead of listed.

        https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
        """
        return self.properties.get("projection.enabled", "").lower() == "true"

    def projection(self, key: str, setting: str) -> str:
        """Give a setting of a projected key (``type``, ``range``); empty where there is none."""
        return self.properties.get(f"projection.{key}.{setting}", "") if self.is_projected else ""

    @property
    def template(self) -> str:
        """Where the files of a partition lie: ``s3://…/${key}/…`` of a table whose partitions are computed.

        Without a template of its own that is ``key=value`` below the table's location; of a table without partitions it
        is the location itself, and of one whose partitions are listed nothing:
        https://docs.aws.amazon.com/athena/latest/ug/partition-projection-setting-up.html
        """
        location = self.properties.get("location", "")
        if self.is_projected:
            below = "".join(f"/{key}=${{{key}}}" for key in self.partition_keys)
            return self.properties.get("storage.location.template") or (location and location.rstrip("/") + below)
        return location if not self.partition_keys else ""

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Tell the one account and the one region whose records it holds; None where it may hold several.

        A trail writes to ``AWSLogs/ACCOUNT/CloudTrail/REGION/``:
        https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
        """
        found = _PLACE.search(self.template or self.properties.get("location", ""))
        return (found[1], found[2]) if found else (None, None)


def table_name(locator: str) -> TableName:
    """Read ``athena:[CATALOG.]DATABASE.TABLE``; raises :class:`UsageError`."""
    parts = locator.partition(":")[2].split(".")
    catalog, *rest = parts if len(parts) == 3 else (DEFAULT_CATALOG, *parts)
    if len(rest) != 2 or not _CATALOG.fullmatch(catalog) or not all(_NAME.fullmatch(part) for part in rest):
        raise UsageError(
            f"reading --events {locator}: not athena:DATABASE.TABLE",
            "write for example athena:default.cloudtrail_logs; letters, digits, _ and - make a name",
        )
    return TableName(catalog, rest[0], rest[1])


def read_table(metadata: Mapping[str, Any]) -> Table:
    """Read ``TableMetadata`` out of an answer of GetTableMetadata."""
    return Table(
        types={name: hive_type(kind) for name, kind in _named(metadata.get("Columns"))},
        partition_keys=dict(_named(metadata.get("PartitionKeys"))),
        properties={str(key): str(value) for key, value in (metadata.get("Parameters") or {}).items()},
    )


def hive_type(text: str) -> Any:
    """Read a type as Hive writes it: a struct as a mapping of its members' types, all else as the text itself.

    ``struct<type:string,sessioncontext:struct<…>>`` → ``{"type": "string", "sessioncontext": {…}}``
    """
    text = "".join(text.split()).lower()
    if not (text.startswith("struct<") and text.endswith(">")):
        return text
    return {name: hive_type(kind) for name, _, kind in (part.partition(":") for part in _parts(text[7:-1]))}


def _parts(text: str) -> Iterator[str]:
    depth = start = 0
    for position, character in enumerate(text):
        depth += {"<": 1, "(": 1, ">": -1, ")": -1}.get(character, 0)
        if character == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    if text[start:]:
        yield text[start:]


def _named(columns: Iterable[Mapping[str, Any]] | None) -> Iterator[tuple[str, str]]:
    return ((str(column.get("Name", "")).lower(), str(column.get("Type", "")).lower()) for column in columns or ())
