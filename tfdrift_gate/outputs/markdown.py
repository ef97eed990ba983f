"""``markdown``: what a reviewer reads on the pull request: the step summary, and a comment.

A comment holds 65,536 characters and a step summary 1 MiB (https://docs.github.com/rest/issues/comments and
https://docs.github.com/actions/reference/workflow-commands-for-github-actions). What does not fit is left out on
purpose: first the details, then rows of the table, and a line says what. Everything that came from CloudTrail passes
:mod:`tfdrift_gate.outputs.gfm`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from tfdrift_gate.model import AttributeChange, Event, Finding, Kind, Report, Severity
from tfdrift_gate.outputs import gfm, plan_effect, text
from tfdrift_gate.outputs.checkout import page_of, path_of
from tfdrift_gate.outputs.next_steps import steps
from tfdrift_gate.outputs.sections import sections

LONGEST = 65_000
"""Characters of the whole; a comment has room for a marker beside it."""
_MOST_IN_A_CELL = 8
"""Settings that one row shows; its details show more."""
_MOST_IN_DETAILS = 40
_MOST_STEPS = 10
_MOST_STEPS_SHORTENED = 3
_MOST_LINES_SHORTENED = 10
_EVERY = 10_000_000
_ROOM_FOR_THE_CUT = 600
"""Characters for the line that says what was cut."""


def render(report: Report, color: bool = False) -> str:
    """Render the report, at most :data:`LONGEST` characters; ``color`` has no effect."""
    head = _head(report)
    headers, rows = _table(report)
    details = [_details(report, finding) for finding in report.findings]
    fixed = [*sections(report, _EVERY), *_next(report, _MOST_STEPS)]
    whole = _put_together(head, headers, rows, details, fixed, "")
    if len(whole) <= LONGEST:
        return whole
    fixed = [*sections(report, _MOST_LINES_SHORTENED), *_next(report, _MOST_STEPS_SHORTENED)]
    room = LONGEST - _ROOM_FOR_THE_CUT - len(_put_together(head, headers, [], [], fixed, ""))
    shown = _fitting(rows, room, 1)
    room -= sum(len(line) + 1 for line in rows[:shown])
    detailed = _fitting(details, room, 2) if shown == len(rows) else 0
    cut = _cut(report.findings, shown, detailed)
    return _put_together(head, headers, rows[:shown], details[:detailed], fixed, cut)


def _put_together(
    head: Sequence[str],
    headers: Sequence[str],
    rows: Sequence[str],
    details: Sequence[str],
    fixed: Sequence[str],
    cut: str,
) -> str:
    table = [gfm.table(headers, rows)] if rows or headers else []
    return "\n\n".join([*head, *([cut] if cut else []), *table, *details, *fixed]) + "\n"


def _fitting(parts: Sequence[str], room: int, between: int) -> int:
    """Count the parts, from the first on, that fit into so many characters."""
    ends = accumulate(len(part) + between for part in parts)
    return next((number for number, end in enumerate(ends) if end > room), len(parts))


def _cut(findings: Sequence[Finding], shown: int, detailed: int) -> str:
    """Say what was left out, counted by severity, and where it is."""
    left = []
    if rows := findings[shown:]:
        left.append(f"{text.counted(len(rows), 'row')} of the table ({_by_severity(rows)})")
    if folded := findings[detailed:]:
        left.append(f"the details of {text.counted(len(folded), 'finding')} ({_by_severity(folded)})")
    left.append(f"what is beyond the first {_MOST_LINES_SHORTENED} lines of each section below")
    listed = f"{', '.join(left[:-1])} and {left[-1]}"
    return f"> **Shortened to fit:** left out are {listed}. The JSON report (`--output json=report.json`) has all."


def _by_severity(findings: Iterable[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counted[level]} {level.word}" for level in sorted(Severity, reverse=True) if counted[level])


def _head(report: Report) -> list[str]:
    parts = [f"### tfdrift-gate: {gfm.prose(text.headline(report))}"]
    parts.extend(f"**{sentence}.**" for sentence in plan_effect.outcome(report, "Merging this plan"))
    if report.problems:
        parts.append("**Nothing was ruled out: what follows may not be all.** What was being read:")
        parts.append("\n".join(f"- {gfm.prose(problem.message)}" for problem in report.problems))
    if aside := text.set_aside(report):
        parts.append(" · ".join(f"{gfm.prose(sentence)}" for sentence in aside))
    return parts


def _table(report: Report) -> tuple[list[str], list[str]]:
    """Give headers and rows; both empty where there is no finding."""
    if not report.findings:
        return [], []
    with_plan = any(finding.plan_effect for finding in report.findings)
    headers = ["Severity", "Resource", "Changed by hand", "Who", "When"]
    if with_plan:
        headers.append("What this plan does")
    return headers, [_row(report, finding, with_plan) for finding in report.findings]


def _row(report: Report, finding: Finding, with_plan: bool) -> str:
    groups = text.by_event(finding)
    cells = [
        f"**{finding.severity.name}**",
        _resource(report, finding),
        _changed(finding),
        _each(groups, _who),
        _each(groups, _when),
    ]
    if with_plan:
        cells.append(gfm.LINE_BREAK.join(map(gfm.prose, plan_effect.sentences(finding)[:_MOST_IN_A_CELL])))
    return gfm.row(cells)


def _resource(report: Report, finding: Finding) -> str:
    drift = finding.drift
    name = gfm.code(finding.address or f"{drift.key.resource_type} {drift.resource_id}", 300)
    lines = [gfm.link(name, page_of(report.checkout, finding.source))]
    if not finding.address and drift.parent_address:
        lines.append(f"on {gfm.code(drift.parent_address, 300)}")
    path = path_of(report.checkout, finding.source)
    if finding.source and path:
        lines.append(gfm.code(f"{path}:{finding.source.line}", 300))
    return gfm.LINE_BREAK.join(lines)


def _changed(finding: Finding) -> str:
    kind = finding.drift.kind
    lines = [f"**{text.KINDS[kind]}**"] if kind is not Kind.MODIFIED else []
    settings = text.shown_all(finding.drift.changes, kind)
    lines.extend(_setting(each) for each in settings[:_MOST_IN_A_CELL])
    if len(settings) > _MOST_IN_A_CELL:
        lines.append(f"and {text.counted(len(settings) - _MOST_IN_A_CELL, 'more setting')}")
    return gfm.LINE_BREAK.join(lines)


def _setting(shown: text.Shown) -> str:
    name = gfm.code(shown.name, 200)
    if shown.new is None:
        return f"{name} {text.WITHHELD_WORDS}"
    new = gfm.code(shown.new)
    return f"{name} = {new}" if shown.old is None else f"{name} {gfm.code(shown.old)} → {new}"


def _each(groups: Sequence[tuple[Event | None, Sequence[AttributeChange]]], said: Callable[[Event | None], str]) -> str:
    """Say something of each call; where there are several, with the settings that it changed."""
    if len(groups) == 1:
        return said(groups[0][0])
    lines = []
    for event, changes in groups[:_MOST_IN_A_CELL]:
        names = ", ".join(gfm.code(change.attribute, 200) for change in changes[:_MOST_IN_A_CELL])
        lines.append(f"{names}: {said(event)}")
    return gfm.LINE_BREAK.join(lines)


def _who(event: Event | None) -> str:
    if event is None:
        return "nobody seen"
    return f"{gfm.code(text.who(event))} ({gfm.code(text.from_where(event))})"


def _when(event: Event | None) -> str:
    return gfm.code(text.when(event)) if event else "unknown"


def _details(report: Report, finding: Finding) -> str:
    drift = finding.drift
    lines = [f"- why {finding.severity.name}: {gfm.prose(reason)}" for reason in finding.reasons]
    if finding.rule:
        lines.append(f"- rule {gfm.code(finding.rule)}")
    if drift.note:
        lines.append(f"- {gfm.prose(drift.note)}")
    settings = text.shown_all(drift.changes, drift.kind)
    if len(settings) > _MOST_IN_A_CELL:
        lines.extend(f"- {_setting(each)}" for each in settings[:_MOST_IN_DETAILS])
        if len(settings) > _MOST_IN_DETAILS:
            lines.append(f"- and {text.counted(len(settings) - _MOST_IN_DETAILS, 'more setting')}")
    lines.extend(f"- {gfm.prose(sentence)}" for sentence in plan_effect.sentences(finding))
    lines.extend(_event(event) for event in drift.events[-_MOST_IN_DETAILS:])
    lines.append(f"- account {gfm.code(drift.key.account)}, region {gfm.code(drift.key.region)}")
    lines.append(f"- import id {gfm.code(drift.resource_id)}, finding {gfm.code(finding.id)}")
    about = f"<b>{finding.severity.name}</b> {gfm.html(text.subject(finding))}: why, by which calls, ids"
    return gfm.folded(about, "\n".join(lines))


def _event(event: Event) -> str:
    agent = f", {gfm.code(event.actor.user_agent, 200)}" if event.actor.user_agent else ""
    event_id = f", event {gfm.code(event.event_id, 100)}" if event.event_id else ""
    return f"- {_when(event)} {gfm.code(event.event_name, 200)} by {_who(event)}{agent}{event_id}"


def _next(report: Report, most: int) -> list[str]:
    found = steps(report, most)
    return ["#### What to do next", *found] if found else []
