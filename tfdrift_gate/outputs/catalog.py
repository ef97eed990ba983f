"""The catalogue itself, printed: as a table, as JSON, as the Markdown that README shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tabulate import tabulate

from tfdrift_gate.catalog import Catalog, EventEntry
from tfdrift_gate.model import Effect

_HEADERS = ("Event as recorded", "Terraform resource", "Attributes", "Withheld by CloudTrail")


def _attributes(entry: EventEntry) -> list[str]:
    if entry.effect is Effect.DELETE:
        return []
    settable = entry.attributes
    if entry.values == "request" and not entry.sets and entry.effect is Effect.UPDATE:
        settable = tuple(name for name in settable if entry.resource.attributes[name].response is False)
    elif entry.effect is Effect.UPDATE:
        settable = tuple(name for name in settable if entry.resource.attributes[name].response is not False)
    return list(dict.fromkeys(name.split("[")[0] for name in settable))


def _withheld(entry: EventEntry) -> list[str]:
    if entry.effect is Effect.DELETE:
        return []
    return [
        name
        for name in _attributes(entry)
        if any(
            attribute.withheld in ("always", "values")
            for path, attribute in entry.resource.attributes.items()
            if path.split("[")[0] == name
        )
    ]


def _rows(catalog: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "event_source": entry.event_source,
            "event": entry.recorded[0],
            "older_names": list(entry.recorded[1:]),
            "api": entry.api,
            "resource": entry.resource.type,
            "effect": entry.effect.value,
            "attributes": _attributes(entry),
            "withheld": _withheld(entry),
        }
        for entry in catalog.events.values()
    ]


def _as_table(catalog: Catalog) -> str:
    rows = [
        (
            row["event"],
            row["resource"],
            "\n".join(row["attributes"]) or row["effect"],
            "\n".join(row["withheld"]),
        )
        for row in _rows(catalog)
    ]
    return str(tabulate(rows, headers=_HEADERS, tablefmt="simple_grid")) + "\n"


def _as_json(catalog: Catalog) -> str:
    return json.dumps({"events": _rows(catalog)}, indent=2) + "\n"


def _as_markdown(catalog: Catalog) -> str:
    rows = [
        (
            f"`{row['event']}`",
            f"`{row['resource']}`",
            ", ".join(f"`{name}`" for name in row["attributes"]) or f"(the whole resource: {row['effect']})",
            ", ".join(f"`{name}`" for name in row["withheld"]),
        )
        for row in _rows(catalog)
    ]
    return str(tabulate(rows, headers=_HEADERS, tablefmt="github")) + "\n"


CATALOG_FORMATS: Mapping[str, Callable[[Catalog], str]] = {
    "table": _as_table,
    "json": _as_json,
    "markdown": _as_markdown,
}
"""By the name that ``catalog --format`` takes."""
