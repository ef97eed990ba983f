"""The rules in force, printed: as a table, as JSON, as Markdown.

They are given as plain data, as ``rules/listing.py`` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tabulate import tabulate

from tfdrift_gate.outputs.text import counted, printable

_Listing = Mapping[str, Any]
_EVERY_KIND = 4
"""How many kinds of finding there are; a rule about all of them names none."""
_RULES = ("SEVERITY", "RULE", "RESOURCE TYPES AND ATTRIBUTES", "WHEN", "WHERE FROM")
_TRUSTED = ("PIPELINE", "ROLE", "AND", "WHERE FROM")
_WAIVERS = ("WAIVER", "ATTRIBUTES", "REASON", "OWNER", "EXPIRES", "WHERE FROM")


def _as_table(listing: _Listing) -> str:
    return _sections(listing, _Style(lambda text: text, "\n", _grid))


def _as_markdown(listing: _Listing) -> str:
    return _sections(listing, _Style(lambda text: f"`{text.replace('`', chr(39))}`", "<br>", _pipes))


def _as_json(listing: _Listing) -> str:
    return json.dumps(listing, indent=2) + "\n"


@dataclass(frozen=True)
class _Style:
    """How names are set apart, lines of a cell broken and tables drawn."""

    code: Callable[[str], str]
    line_break: str
    table: Callable[[Sequence[str], Sequence[Sequence[str]]], str]

    def name(self, value: str) -> str:
        return self.code(printable(value))

    def names(self, values: Sequence[str]) -> str:
        return ", ".join(self.name(value) for value in values)

    def pairs(self, entry: Mapping[str, Any], *keys: str) -> str:
        return self.lines([f"{key} {self.name(entry[key])}" for key in keys if entry[key]])

    def lines(self, parts: Sequence[str]) -> str:
        return self.line_break.join(parts)


def _sections(listing: _Listing, style: _Style) -> str:
    """Write every section that has something."""
    rules, replaced, trusted, waivers = (listing[key] for key in ("rules", "replaced", "trusted", "waivers"))
    order = "in the order in which they are tried; the highest that matches wins"
    parts = [f"{counted(len(rules), 'rule')} in force ({printable(listing['where'])}), {order}"]
    if rules:
        parts.append(style.table(_RULES, [_rule(entry, style) for entry in rules]))
    if replaced:
        by = f"replaced by replace_defaults ({printable(listing['replaced_at'])})"
        names = style.names([entry["name"] for entry in replaced])
        parts.append(f"{counted(len(replaced), 'built-in rule')} {by}; what no rule names is low:\n\n{names}")
    if trusted:
        parts.append(counted(len(trusted), "trusted pipeline"))
        parts.append(style.table(_TRUSTED, [_trust(entry, style) for entry in trusted]))
    if waivers:
        expired = sum(entry["expired"] for entry in waivers)
        parts.append(f"{counted(len(waivers), 'waiver')}, {expired} of them expired")
        parts.append(style.table(_WAIVERS, [_waiver(entry, style) for entry in waivers]))
    return "\n\n".join(parts) + "\n"


def _rule(entry: Mapping[str, Any], style: _Style) -> list[str]:
    name = [style.name(entry["name"]), *([printable(entry["reason"])] if entry["reason"] else [])]
    for other in entry["gives_way_to"]:
        where = f" for {style.names(other['attributes'])}" if other["attributes"] else ""
        name.append(f"gives way to {style.name(other['name'])}{where}")
    about = [style.names(names) for names in (entry["resource_types"], entry["watched_attributes"]) if names]
    when = [", ".join(entry["kinds"])] if len(entry["kinds"]) < _EVERY_KIND else []
    when += [entry["when"].replace("_", " ")] if entry["when"] else []
    cells = [style.lines(lines) for lines in (name, about, when)]
    return [entry["severity"].upper(), *cells, printable(entry["where"])]


def _trust(entry: Mapping[str, Any], style: _Style) -> list[str]:
    narrowed = style.pairs(entry, "session_name", "user_agent")
    return [style.name(entry["name"]), style.name(entry["role_arn"]), narrowed, printable(entry["where"])]


def _waiver(entry: Mapping[str, Any], style: _Style) -> list[str]:
    state = "EXPIRED: no longer waives" if entry["expired"] else "in force"
    return [
        style.pairs(entry, "address", "resource_id", "id"),
        style.names(entry["attributes"]) or "all",
        printable(entry["reason"]),
        printable(entry["owner"]),
        f"{entry['expires']} ({state})",
        printable(entry["where"]),
    ]


def _grid(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [None, 40, 46, 24, None] if headers is _RULES else None
    return str(tabulate(rows, headers=headers, tablefmt="simple_grid", maxcolwidths=widths, disable_numparse=True))


def _pipes(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    safe = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [" | ".join(row) for row in [list(headers), ["---"] * len(headers), *safe]]
    return "\n".join(f"| {line} |" for line in lines)


RULES_FORMATS: Mapping[str, Callable[[_Listing], str]] = {
    "table": _as_table,
    "json": _as_json,
    "markdown": _as_markdown,
}
"""By the name that ``rules --format`` takes."""
