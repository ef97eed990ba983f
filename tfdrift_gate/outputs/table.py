"""``table``: the report for people at a terminal of a hundred columns, coloured where it shows colours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Finding, Kind, Report, RootsReport, Severity, Skipped, Unexplained
from tfdrift_gate.outputs import plan_effect, text
from tfdrift_gate.outputs import roots as words

WIDTH = 100
"""Columns that lines are wrapped at; a single longer word stays whole, so that it can be copied."""

_COLORS = {Severity.CRITICAL: "1;37;41", Severity.HIGH: "1;31", Severity.MEDIUM: "1;33", Severity.LOW: "1;36"}
_DIM, _BOLD = "2", "1"
_INDENT = 10
_WIDEST_NAME, _WIDEST_OLD = 40, 24


def render(report: Report, color: bool = False) -> str:
    """Render headline, findings, and everything that is not a finding but must be known."""
    # What a person or a script searches for stands on one line, however wide the terminal.
    head = [_paint(text.headline(report), _BOLD, color), *plan_effect.outcome(report), *text.set_aside(report)]
    parts = [head, *(_finding(finding, color) for finding in report.findings)]
    parts.append(
        [line for step in text.next_steps(report, text.apply_command(report.checkout)) for line in _wrapped(step)]
    )
    parts.append(_section("Not held against anyone:", map(_set_aside, report.suppressed)))
    parts.append(_section("Changed and changed back:", map(_set_aside, report.reverted)))
    parts.append(_section("Seen by Terraform's refresh, explained by no event:", map(_unexplained, report.unexplained)))
    parts.append(_section("Not judged:", ([_skipped(*found)] for found in text.alike(report.skipped))))
    parts.append([f"Note: {text.printable(note)}" for note in text.notes_beside(report)])
    parts.append(_read(report, color))
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render a section for each root module, then what is said of all of them."""
    sections = [
        f"{_paint(f'== Root module {name} ==', _BOLD, color)}\n\n{render(report, color)}"
        for name, report in words.each(roots)
    ]
    shared = roots.shared
    parts = [[_paint(f"== All {len(sections)} root modules ==", _BOLD, color)], [words.headline(roots)]]
    parts.append(_section("Not judged:", ([_skipped(*found)] for found in text.alike(shared.skipped))))
    parts.append(_read(shared, color))
    return "\n".join([*sections, "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"])


def _read(report: Report, color: bool) -> list[str]:
    read = [line for entry in report.coverage for line in _wrapped(f"Read {text.coverage(entry)}", 2)]
    return [_paint(line, _DIM, color) for line in read]


def _finding(finding: Finding, color: bool) -> list[str]:
    drift = finding.drift
    happened = f" ({text.KINDS[drift.kind]})" if drift.kind is not Kind.MODIFIED else ""
    head = _wrapped(f"{finding.severity.name:<{_INDENT}}{text.subject(finding)}{happened}", _INDENT)
    head[0] = head[0].replace(finding.severity.name, _paint(finding.severity.name, _COLORS[finding.severity], color), 1)
    lines = []
    groups = text.by_event(finding)
    columns = _Columns(text.shown_all(drift.changes, drift.kind))
    for event, changes in groups:
        for shown in text.shown_all(changes, drift.kind):
            lines.extend(columns.lines(shown))
        who = f"by {text.who(event)} ({text.from_where(event)}) at {text.when(event)}"
        lines.extend(_wrapped(who if event else "by nobody seen in the window", 2, _INDENT))
    for sentence in plan_effect.sentences(finding):
        lines.extend(_wrapped(sentence, 2, _INDENT))
    place = [f"{drift.key.region} {drift.key.account}"]
    if finding.source:
        place.append(f"{finding.source.file}:{finding.source.line}")
    # Sentences stand on one line each, so that they can be searched for.
    faint = [text.printable(f"why: {reason}") for reason in finding.reasons]
    faint.extend(_wrapped(text.printable(", ".join([*place, f"id {finding.id}"])), 2, _INDENT))
    return [*head, *(" " * _INDENT + line for line in lines), *(" " * _INDENT + _paint(e, _DIM, color) for e in faint)]


class _Columns:
    """Where the settings of one finding stand, so that each ``old → new`` is below the other."""

    def __init__(self, settings: Sequence[text.Shown]) -> None:
        self._name = min(max((len(each.name) for each in settings), default=0), _WIDEST_NAME)
        self._old = min(max((len(each.old or "") for each in settings), default=0), _WIDEST_OLD)

    def lines(self, shown: text.Shown) -> list[str]:
        """Write a setting on one line, or old and new on lines of their own where that would be too long."""
        name = f"{shown.name:<{self._name}}"
        if shown.new is None:
            return _wrapped(f"{name} {shown.instead}", 2, _INDENT)
        line = f"{name} = {shown.new}" if shown.old is None else f"{name} {shown.old:<{self._old}} → {shown.new}"
        if _INDENT + len(line) <= WIDTH:
            return [line]
        if shown.old is None:
            return [shown.name, *_wrapped(f"  = {shown.new}", 4, _INDENT)]
        return [shown.name, *_wrapped(f"    {shown.old}", 4, _INDENT), *_wrapped(f"  → {shown.new}", 4, _INDENT)]


def _section(title: str, entries: Iterable[list[str]]) -> list[str]:
    """Write entries below a title, the first line of each less far to the right than its others."""
    lines: list[str] = []
    for first, *others in entries:
        lines.extend(f"  {line}" for line in _wrapped(first, 2, 2))
        lines.extend(f"    {line}" for words in others for line in _wrapped(words, 2, 4))
    return [title, *lines] if lines else []


def _set_aside(finding: Finding) -> list[str]:
    drift = finding.drift
    changes = ", ".join(shown.words for shown in text.shown_all(drift.changes, drift.kind)) or drift.kind.value
    event = finding.last_event
    entry = [f"{text.subject(finding)}: {changes}, by {text.who(event)} at {text.when(event)}"]
    if finding.suppressed_by:
        entry.append(text.suppression(finding.suppressed_by))
    live = finding.live.words if finding.live else ()
    return [*entry, *map(text.printable, live), *plan_effect.sentences(finding)]


def _unexplained(entry: Unexplained) -> list[str]:
    changes = ", ".join(shown.words for shown in text.shown_all(entry.changes, entry.kind)) or entry.kind.value
    hint = text.printable(entry.hint)
    return [f"{text.printable(entry.address)}: {changes}", hint, *plan_effect.sentences_of_unexplained(entry)]


def _skipped(reason: str, what: str, alike: Sequence[Skipped]) -> str:
    return f"{len(alike)} × {text.printable(what)} ({text.printable(reason)}){_last(alike)}"


def _last(alike: Sequence[Skipped]) -> str:
    """When the last of some alike things was, and on what."""
    last = text.latest(alike)
    if last is None or last.event_time is None:
        return ""
    on = f" on {text.printable(last.resource_id)}" if last.resource_id else ""
    return f", last at {iso(last.event_time)}{on}"


def _wrapped(words: str, hanging: int = 2, indented: int = 0) -> list[str]:
    """Break a line between words so that it is no longer than the width less what it is ``indented`` by.

    Further lines begin with a mark, so that none begins with a word that somebody chose. Words are never broken.
    """
    lines: list[str] = []
    line = ""
    for number, word in enumerate(words.split(" ")):
        if number and len(line) + 1 + len(word) > WIDTH - indented and line.strip():
            lines.append(line)
            line = f"{'↳ ':>{hanging}}{word}"
        else:
            line = f"{line} {word}" if number else word
    return [*lines, line]


def _paint(shown: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{shown}\x1b[0m" if color else shown
