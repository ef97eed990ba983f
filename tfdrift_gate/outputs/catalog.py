"""The catalogue itself, printed: as a table, as JSON, as the Markdown that README shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tabulate import tabulate

from tfdrift_gate.catalog import Catalog, EventEntry
from tfdrift_gate.model import Effect

_HEADERS = ("Event as recorded", "Terraform resource", "Attributes", "Withheld by CloudTrail")
_WITHHELD = {
    "always": "value",
    "values": "value, not whether there is one",
    "empty": "value where code is taken by reference",
}


def _heads(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(name.split("[")[0] for name in names))


def _withheld(entry: EventEntry) -> dict[str, str]:
    """What of an event CloudTrail shows nobody, by attribute."""
    found: dict[str, str] = {}
    for name in entry.can_set:
        if how := entry.resource.attributes[name].withheld:
            found[name.split("[")[0]] = _WITHHELD[how]
    return found


def _rows(catalog: Catalog) -> list[dict[str, Any]]:
    rows = []
    for entries in catalog.events.values():
        first = entries[0]
        withheld = {name: how for entry in entries for name, how in _withheld(entry).items()}
        rows.append(
            {
                "event_source": first.event_source,
                "event": first.recorded[0],
                "older_names": list(first.recorded[1:]),
                "api": first.api,
                "resources": [entry.resource.type for entry in entries],
                "resource": first.resource.type,
                "effect": first.effect.value,
                "attributes": _heads(name for entry in entries for name in entry.can_set),
                "withheld": list(withheld),
                "withheld_how": withheld,
            }
        )
    return rows


def _what(row: Mapping[str, Any], quoted: Callable[[str], str], separator: str) -> str:
    if row["effect"] == Effect.DELETE.value:
        return "(the whole resource)"
    return separator.join(map(quoted, row["attributes"]))


def _as_table(catalog: Catalog) -> str:
    rows = [
        (
            row["event"],
            "\n".join(row["resources"]),
            _what(row, str, "\n"),
            "\n".join(f"{name}: {how}" for name, how in row["withheld_how"].items()),
        )
        for row in _rows(catalog)
    ]
    return str(tabulate(rows, headers=_HEADERS, tablefmt="simple_grid")) + "\n"


def _as_json(catalog: Catalog) -> str:
    silent = sorted(api for _, api in catalog.without_effect)
    return json.dumps({"events": _rows(catalog), "without_effect": silent}, indent=2) + "\n"


def _as_markdown(catalog: Catalog) -> str:
    def code(text: str) -> str:
        return f"`{text}`"

    lines = [f"| {' | '.join(_HEADERS)} |", "|---|---|---|---|"]
    for row in _rows(catalog):
        cells = (
            code(row["event"]),
            ", ".join(map(code, row["resources"])),
            _what(row, code, ", "),
            "; ".join(f"{code(name)}: {how}" for name, how in row["withheld_how"].items()),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


CATALOG_FORMATS: Mapping[str, Callable[[Catalog], str]] = {
    "table": _as_table,
    "json": _as_json,
    "markdown": _as_markdown,
}
"""By the name that ``catalog --format`` takes."""
