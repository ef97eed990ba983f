"""``markdown``: what a reviewer reads on the pull request: the step summary, and a comment.

A comment holds 65,536 characters and a step summary 1 MiB (https://docs.github.com/rest/issues/comments and
https://docs.github.com/actions/reference/workflow-commands-for-github-actions). What does not fit is left out on
purpose: first the details, then rows of the table, and a line says what. Everything that came from CloudTrail passes
:mod:`tfdrift_gate.outputs.gfm`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tfdrift_gate.model import Finding, PlanEffect, Report, RootsReport, Severity
from tfdrift_gate.outputs import gfm, plan_effect, rows, text
from tfdrift_gate.outputs import roots as words
from tfdrift_gate.outputs.next_steps import steps
from tfdrift_gate.outputs.sections import beyond, entries, sections

LONGEST = 65_000
"""Bytes of the whole, so characters at most: a comment has room for a marker beside it."""
_MOST_STEPS = 10
"""Findings that the next steps spell out."""
_SHORTENED = (10, 3, 0)
"""Lines of each section and findings of the next steps in what is shortened: the first that leaves room for rows."""
_ROOM_FOR_ROWS = 20_000
_SHORTEST_LINE = 20
"""Bytes of the shortest line of a section."""
_ROOM_FOR_THE_CUT = 600
"""Bytes for the line that says what was cut."""
_MOST_PROBLEMS = 5
_ROOM_FOR_THE_OVERVIEW = 15_000
"""Bytes of the table of root modules."""
_ROOM_FOR_THE_SHARED = 15_000
"""Bytes about what was read for all root modules."""
_SHORTEST_SECTION = 400
"""Bytes for which it is worth while to try to write a root module's section."""


def render(report: Report, color: bool = False) -> str:
    """Render the report, at most :data:`LONGEST` bytes; ``color`` has no effect."""
    return _written(report, LONGEST)


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render a section for each root module below a table of them all, at most :data:`LONGEST` bytes together.

    What each section takes is its share of the room; what none needs is the others'. A section for which there is no
    room is left out, and a line says so.
    """
    head = [f"### tfdrift-gate: {gfm.prose(words.headline(roots))}", _overview(roots)]
    for most in _SHORTENED:
        shared = sections(roots.shared, most)
        if _size("".join(shared)) <= _ROOM_FOR_THE_SHARED:
            break
    room = LONGEST - _ROOM_FOR_THE_CUT - _size("\n\n".join([*head, *shared]))
    told: dict[int, str] = {}
    # The shortest first: what they leave is the longer ones'.
    named = enumerate(zip(roots.reports, roots.names, strict=True))
    whole = {number: _size(_written(report, LONGEST, name)) for number, (report, name) in named}
    for waiting, number in enumerate(sorted(whole, key=lambda each: whole[each])):
        share = room // (len(whole) - waiting)
        section = _written(roots.reports[number], share, roots.names[number]) if share >= _SHORTEST_SECTION else ""
        if section and _size(section) + 2 <= share:
            told[number] = section.rstrip("\n")
            room -= _size(section) + 2
    left = len(roots.reports) - len(told)
    cut = f"> **Shortened to fit:** left out are the sections of {text.counted(left, 'root module')}."
    said = [f"{cut} The JSON report (`--output json=report.json`) has all."] if left else []
    return "\n\n".join([*head, *said, *(told[number] for number in sorted(told)), *shared]) + "\n"


def _overview(roots: RootsReport) -> str:
    lines = [
        gfm.row(
            [
                gfm.code(name, 100),
                report.verdict,
                str(len(report.findings)),
                report.max_severity.name if report.max_severity else "",
            ]
        )
        for name, report in zip(roots.names, roots.reports, strict=True)
    ]
    shown = _fitting(lines, _ROOM_FOR_THE_OVERVIEW, len("\n"))
    more = [gfm.row([f"and {len(lines) - shown} more", "", "", ""])] if shown < len(lines) else []
    return gfm.table(["Root module", "Verdict", "Changes", "Worst"], [*lines[:shown], *more])


def _written(report: Report, longest: int, name: str | None = None) -> str:
    listed = [*report.findings, *_adopted(report)]
    with_plan = any(finding.plan_effect for finding in listed)
    page = _Page(
        head=_head(report, name),
        columns=rows.headers(with_plan) if listed else [],
        rows=list(_while_there_is_room(rows.row_of(report, finding, with_plan) for finding in listed)),
        details=list(_while_there_is_room(map(rows.details_of, report.findings))),
    )
    all_there = len(page.rows) == len(listed) and len(page.details) == len(report.findings)
    if all_there and entries(report) <= LONGEST // _SHORTEST_LINE:
        whole = page.written([*sections(report, LONGEST), *_next(report, _MOST_STEPS)])
        if _size(whole) <= longest:
            return whole
    return _shortened(report, listed, page, longest)


@dataclass(frozen=True)
class _Page:
    """What a page is put together of."""

    head: Sequence[str]
    columns: Sequence[str]
    rows: Sequence[str]
    details: Sequence[str]

    def written(self, rest: Sequence[str], shown: int | None = None, detailed: int | None = None, cut: str = "") -> str:
        """Put the page together, of rows and details only the first so many."""
        table = [gfm.table(self.columns, self.rows[:shown])] if self.columns else []
        said = [cut] if cut else []
        return "\n\n".join([*self.head, *said, *table, *self.details[:detailed], *rest]) + "\n"


def _shortened(report: Report, listed: Sequence[Finding], page: _Page, longest: int) -> str:
    for most in _SHORTENED:
        rest = [*sections(report, most), *_next(report, min(most, 3))]
        room = longest - _ROOM_FOR_THE_CUT - _size(page.written(rest, 0, 0))
        if room >= min(_ROOM_FOR_ROWS, longest // 3):
            break
    shown = _fitting(page.rows, room, len("\n"))
    room -= sum(_size(line) + 1 for line in page.rows[:shown])
    detailed = _fitting(page.details, room, len("\n\n")) if shown == len(listed) else 0
    left = [
        (f"{text.counted(len(listed) - shown, 'row')} of the table", listed[shown:]),
        (f"the details of {text.counted(len(report.findings) - detailed, 'finding')}", report.findings[detailed:]),
    ]
    said = [f"{what} ({_by_severity(findings)})" for what, findings in left if findings]
    if more := beyond(report, most):
        said.append(f"{text.counted(more, 'line')} of the folded sections")
    listing = f"{', '.join(said[:-1])} and {said[-1]}" if len(said) > 1 else "".join(said) or "further steps"
    cut = f"> **Shortened to fit:** left out are {listing}. The JSON report (`--output json=report.json`) has all."
    return page.written(rest, shown, detailed, cut)


def _size(written: str) -> int:
    return len(written.encode())


def _adopted(report: Report) -> list[Finding]:
    """What the change under review writes into the configuration: no finding, and what a reviewer looks for."""
    return [
        each
        for each in report.suppressed
        if each.suppressed_by and each.suppressed_by.kind == "adopted" and each.plan_effect is PlanEffect.ADOPTS
    ]


def _while_there_is_room(parts: Iterable[str]) -> Iterator[str]:
    """Give parts until they alone are longer than the whole may be: what comes behind is cut in any case."""
    length = 0
    for part in parts:
        if length > LONGEST:
            return
        length += _size(part)
        yield part


def _fitting(parts: Sequence[str], room: int, between: int) -> int:
    """Count the parts, from the first on, that fit into so many bytes."""
    ends = accumulate(_size(part) + between for part in parts)
    return next((number for number, end in enumerate(ends) if end > room), len(parts))


def _by_severity(findings: Iterable[Finding]) -> str:
    counted = Counter(finding.severity for finding in findings)
    return ", ".join(f"{counted[level]} {level.word}" for level in sorted(Severity, reverse=True) if counted[level])


def _head(report: Report, name: str | None) -> list[str]:
    named = report.checkout.root if name is None else name
    about = f" {gfm.code(named)}" if named else ""
    parts = [f"### tfdrift-gate{about}: {gfm.prose(text.headline(report))}"]
    if report.problems:
        parts.append("**Nothing was ruled out: what follows may not be all.** What was being read:")
        read = [f"- {gfm.prose(problem.message)}" for problem in report.problems[:_MOST_PROBLEMS]]
        if len(report.problems) > _MOST_PROBLEMS:
            read.append(f"- and {len(report.problems) - _MOST_PROBLEMS} more")
        parts.append("\n".join(read))
    parts.extend(f"**{sentence}.**" for sentence in plan_effect.outcome(report, "Merging this plan"))
    if aside := text.set_aside(report):
        parts.append(" · ".join(map(gfm.prose, aside)))
    return parts


def _next(report: Report, most: int) -> list[str]:
    found = steps(report, most)
    return ["#### What to do next", *found] if found else []
