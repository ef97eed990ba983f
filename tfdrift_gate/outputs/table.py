"""``table``: the report for people, coloured where the terminal shows colours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tabulate import tabulate

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Coverage, Finding, Report, Severity, Skipped
from tfdrift_gate.outputs import text

_COLORS = {Severity.CRITICAL: "1;37;41", Severity.HIGH: "1;31", Severity.MEDIUM: "1;33", Severity.LOW: "1;36"}
_DIM, _BOLD = "2", "1"


def render(report: Report, color: bool = False) -> str:
    """Render headline, findings, and everything that is not a finding but must be known."""
    parts = [_paint(text.headline(report), _BOLD, color)]
    if report.findings:
        rows = [_row(finding, color) for finding in report.findings]
        parts.append(
            tabulate(rows, headers=["SEVERITY", "RESOURCE", "CHANGE", "WHO", "WHEN"], tablefmt="simple")
        )
    parts.extend(_section("Not held against anyone", report.suppressed))
    parts.extend(_section("Changed and changed back", report.reverted))
    if report.skipped:
        parts.append("\n".join(["Not judged:", *(f"  {line}" for line in _skipped(report.skipped))]))
    if report.notes:
        parts.append("\n".join(f"Note: {text.printable(note)}" for note in report.notes))
    if report.coverage:
        parts.append("\n".join(_paint(f"Read {_coverage(entry)}", _DIM, color) for entry in report.coverage))
    return "\n\n".join(parts) + "\n"


def _row(finding: Finding, color: bool) -> list[str]:
    drift = finding.drift
    last = finding.last_event
    changes = [text.change(change, drift.kind) for change in drift.changes]
    if drift.kind.value != "modified":
        changes.insert(0, drift.kind.value)
    changes.extend(_paint(text.printable(reason), _DIM, color) for reason in finding.reasons)
    name = [finding.address or f"{drift.key.resource_type} {drift.resource_id}"]
    name = [text.printable(part) for part in name]
    if not finding.address and drift.parent_address:
        name.append(f"on {text.printable(drift.parent_address)}")
    place = f"{drift.key.region} {drift.key.account}"
    if finding.source:
        place = f"{text.printable(finding.source.file)}:{finding.source.line}, {place}"
    name.append(_paint(place, _DIM, color))
    return [
        _paint(finding.severity.name, _COLORS[finding.severity], color),
        "\n".join(name),
        "\n".join(changes),
        f"{text.who(last)}\n{text.from_where(last)}",
        text.when(last),
    ]


def _section(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    lines = [f"{title}:"]
    for finding in findings:
        changes = ", ".join(text.change(change, finding.drift.kind) for change in finding.drift.changes)
        what = changes or finding.drift.kind.value
        line = f"  {text.subject(finding)}: {what}, by {text.who(finding.last_event)} at {text.when(finding.last_event)}"
        if finding.suppressed_by:
            line += f"\n    {finding.suppressed_by.kind}: {text.printable(finding.suppressed_by.reason)}"
        lines.append(line)
    return ["\n".join(lines)]


def _skipped(entries: Sequence[Skipped]) -> list[str]:
    """What was not judged, alike things counted."""
    counts = Counter((entry.reason, entry.event_name or entry.detail) for entry in entries)
    return [
        f"{number} × {text.printable(what)} ({reason})" for (reason, what), number in sorted(counts.items())
    ]


def _coverage(entry: Coverage) -> str:
    place = " ".join(part for part in (entry.account, entry.region) if part)
    state = "" if entry.complete else ", NOT WHOLE"
    requests = f", {text.counted(entry.api_calls, 'request')}" if entry.api_calls else ""
    note = f" ({text.printable(entry.note)})" if entry.note else ""
    return (
        f"{text.printable(entry.source)} {place}".rstrip()
        + f" from {iso(entry.since)} to {iso(entry.until)}: {text.counted(entry.records_read, 'record')}"
        + f"{requests}{state}{note}"
    )


def _paint(shown: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{shown}\x1b[0m" if color else shown
