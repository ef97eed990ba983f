"""``table``: the report for people, coloured where the terminal shows colours."""

from __future__ import annotations

from collections.abc import Sequence

from tabulate import tabulate

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Coverage, Finding, Kind, Report, Severity, Skipped
from tfdrift_gate.outputs import text
from tfdrift_gate.outputs.lines import why_suppressed

_COLORS = {Severity.CRITICAL: "1;37;41", Severity.HIGH: "1;31", Severity.MEDIUM: "1;33", Severity.LOW: "1;36"}
_DIM, _BOLD = "2", "1"


def render(report: Report, color: bool = False) -> str:
    """Render headline, findings, and everything that is not a finding but must be known."""
    parts = [_paint(text.headline(report), _BOLD, color)]
    if report.findings:
        rows = [_row(finding, color) for finding in report.findings]
        parts.append(
            tabulate(rows, headers=["SEVERITY", "RESOURCE", "CHANGE", "WHO, FROM WHERE, WHEN"], tablefmt="simple")
        )
        parts.append("\n".join(text.next_steps(report)))
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
    name = [text.printable(finding.address or f"{drift.key.resource_type} {drift.resource_id}")]
    if not finding.address and drift.parent_address:
        name.append(f"on {text.printable(drift.parent_address)}")
    place = [text.printable(f"{drift.key.region} {drift.key.account}")]
    if finding.source:
        place.append(f"{text.printable(finding.source.file)}:{finding.source.line}")
    place.append(f"id {finding.id}")
    changes = [text.KINDS[drift.kind]] if drift.kind is not Kind.MODIFIED else []
    people: list[str] = []
    for event, group in text.by_event(finding):
        said = [line for change in group for line in text.changes(change, drift.kind)]
        changes.extend(said)
        people.extend([""] * (len(changes) - len(said) - len(people)))
        people.extend([text.who(event), text.from_where(event), text.when(event)])
        changes.extend([""] * (len(people) - len(changes)) if event is not finding.last_event else [])
    why = [_paint(f"why: {text.printable(reason)}", _DIM, color) for reason in finding.reasons]
    return [
        _paint(finding.severity.name, _COLORS[finding.severity], color),
        "\n".join([*name, *(_paint(part, _DIM, color) for part in place)]),
        "\n".join([*changes, *why]),
        "\n".join(people),
    ]


def _section(title: str, findings: Sequence[Finding]) -> list[str]:
    if not findings:
        return []
    lines = [f"{title}:"]
    for finding in findings:
        changes = ", ".join(
            line for change in finding.drift.changes for line in text.changes(change, finding.drift.kind)
        )
        what = changes or finding.drift.kind.value
        line = (
            f"  {text.subject(finding)}: {what}, by {text.who(finding.last_event)} at {text.when(finding.last_event)}"
        )
        if finding.suppressed_by:
            line += f"\n    {why_suppressed(finding.suppressed_by)}"
        if finding.live:
            line += "".join(f"\n    {text.printable(word)}" for word in finding.live.words)
        lines.append(line)
    return ["\n".join(lines)]


def _skipped(entries: Sequence[Skipped]) -> list[str]:
    """What was not judged, alike things counted."""
    alike: dict[tuple[str, str], list[Skipped]] = {}
    for entry in entries:
        alike.setdefault((entry.reason, entry.event_name or entry.detail), []).append(entry)
    return [
        f"{len(found)} × {text.printable(what)} ({reason}){_last(found)}"
        for (reason, what), found in sorted(alike.items(), key=lambda item: item[0])
    ]


def _last(alike: Sequence[Skipped]) -> str:
    """When the last of some alike things was, and on what."""
    last = max((entry for entry in alike if entry.event_time), key=lambda entry: str(entry.event_time), default=None)
    if last is None or last.event_time is None:
        return ""
    on = f" on {text.printable(last.resource_id)}" if last.resource_id else ""
    return f", last at {iso(last.event_time)}{on}"


def _coverage(entry: Coverage) -> str:
    place = text.printable(" ".join(part for part in (entry.account, entry.region) if part))
    state = "" if entry.complete else ", NOT WHOLE"
    requests = f", {text.counted(entry.api_calls, 'request')}" if entry.api_calls else ""
    note = f" ({text.printable(entry.note)})" if entry.note else ""
    moment = (
        f"at {iso(entry.since)}" if entry.since == entry.until else f"from {iso(entry.since)} to {iso(entry.until)}"
    )
    return (
        f"{text.printable(entry.source)} {place}".rstrip()
        + f" {moment}: {text.counted(entry.records_read, 'record')}"
        + f"{requests}{state}{note}"
    )


def _paint(shown: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{shown}\x1b[0m" if color else shown
