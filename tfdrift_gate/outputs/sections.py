"""The Markdown of all that is no finding and must be known: set aside, undone, unexplained, not judged, read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Coverage, Finding, Report, Skipped, Unexplained
from tfdrift_gate.outputs import gfm, plan_effect, text

_Entry = TypeVar("_Entry")


def entries(report: Report) -> int:
    """Count the lines of all sections."""
    return sum(_counts(report))


def beyond(report: Report, most: int) -> int:
    """Count the lines that are left out where every section has at most ``most``."""
    return sum(max(0, number - most) for number in _counts(report))


def _counts(report: Report) -> list[int]:
    alike = text.alike(report.skipped)
    beside = (report.suppressed, report.reverted, report.unexplained, text.notes_beside(report), report.coverage, alike)
    return [len(entries) for entries in beside]


def sections(report: Report, most: int) -> list[str]:
    """Write every section that has something, each with at most ``most`` lines."""
    notes = text.notes_beside(report)
    found = [f"> {gfm.prose(note)}" for note in notes[:most]]
    if len(notes) > most:
        found.append(f"> and {text.counted(len(notes) - most, 'more note')}")
    found.extend(_section("Not held against anyone", report.suppressed, _suppressed, most))
    found.extend(_section("Changed and changed back", report.reverted, _reverted, most))
    title = "Seen by Terraform's refresh, explained by no event"
    found.extend(_section(title, report.unexplained, _unexplained, most, is_open=True))
    alike = text.alike(report.skipped)
    found.extend(_section("Not judged", alike, _skipped, most, len(report.skipped)))
    whole = all(entry.complete for entry in report.coverage)
    found.extend(_section("What was read" if whole else "What was read, NOT WHOLE", report.coverage, _coverage, most))
    return found


def _section(
    title: str,
    entries: Sequence[_Entry],
    line: Callable[[_Entry], str],
    most: int,
    counted: int | None = None,
    is_open: bool = False,
) -> list[str]:
    if not entries:
        return []
    lines = [f"- {line(entry)}" for entry in entries[:most]]
    if len(entries) > most:
        lines.append(f"- and {len(entries) - most} more")
    number = len(entries) if counted is None else counted
    return [gfm.folded(f"<b>{title}</b> ({number})", "\n".join(lines), is_open)]


def _suppressed(finding: Finding) -> str:
    why = finding.suppressed_by
    words = f"**{why.kind}**: {gfm.prose(why.reason)}" if why else ""
    details = (
        "".join(f", {gfm.prose(name)} {gfm.code(value, 200)}" for name, value in why.details.items()) if why else ""
    )
    return _lines([_what(finding), f"{words}{details}", *map(gfm.prose, plan_effect.sentences(finding))])


def _reverted(finding: Finding) -> str:
    live = finding.live.words if finding.live else ()
    return _lines([_what(finding), *map(gfm.prose, live)])


def _what(finding: Finding) -> str:
    drift, event = finding.drift, finding.last_event
    changes = ", ".join(gfm.prose(each.words) for each in text.shown_all(drift.changes, drift.kind)[:8])
    by = f"by {gfm.code(text.who(event))} at {gfm.code(text.when(event))}" if event else "by nobody seen"
    return f"{gfm.code(text.subject(finding), 300)}: {changes or text.KINDS[drift.kind]}, {by}"


def _unexplained(entry: Unexplained) -> str:
    changes = ", ".join(gfm.prose(each.words) for each in text.shown_all(entry.changes, entry.kind)[:8])
    head = f"{gfm.code(entry.address, 300)}: {changes or text.KINDS[entry.kind]}"
    return _lines([head, gfm.prose(entry.hint), *map(gfm.prose, plan_effect.sentences_of_unexplained(entry))])


def _skipped(alike: tuple[str, str, Sequence[Skipped]]) -> str:
    reason, what, entries = alike
    last = text.latest(entries)
    when = f", last at {gfm.code(iso(last.event_time))}" if last and last.event_time else ""
    on = f" on {gfm.code(last.resource_id, 200)}" if last and last.resource_id else ""
    return f"{len(entries)} × {gfm.prose(what)} ({gfm.code(reason, 100)}){when}{on}"


def _coverage(entry: Coverage) -> str:
    return gfm.prose(text.coverage(entry))


def _lines(parts: Iterable[str]) -> str:
    return gfm.LINE_BREAK.join(part for part in parts if part)
