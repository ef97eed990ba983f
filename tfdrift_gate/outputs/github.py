"""``github``: workflow commands, which GitHub Actions shows as annotations at the block's lines.

Commands, escapes and limits: https://docs.github.com/actions/reference/workflow-commands-for-github-actions and, for
how a line is taken apart, https://github.com/actions/runner (src/Runner.Common/ActionCommand.cs). Ten annotations of
each level are kept a step; more would be dropped by GitHub without a word, so they are counted here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from tfdrift_gate.model import Checkout, Finding, Kind, Problem, Report, RootsReport, Severity, SourceRange, Unexplained
from tfdrift_gate.outputs import plan_effect, text
from tfdrift_gate.outputs import roots as words
from tfdrift_gate.outputs.checkout import path_of

MOST_OF_A_LEVEL = 10
"""Annotations of one level that GitHub keeps of a step."""
LONGEST_MESSAGE = 4096
"""UTF-16 units of a message that the runner passes on (``_maxIssueMessageLength`` of src/Runner.Worker/
ExecutionContext.cs); what is beyond it cuts without a word."""
_LONGEST_LINE = 1000
_SHORTENED = "… shortened to fit: the JSON report has all"
_MOST_SETTINGS, _MOST_CALLS, _MOST_REASONS = 20, 5, 10
"""Of a call, and of an annotation."""
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}
_BY_LEVEL = ("error", "warning", "notice")
_HAPPENED = {
    Kind.MODIFIED: "was changed by hand",
    Kind.DELETED: "was deleted by hand",
    Kind.REPLACED: "was deleted and created again by hand",
    Kind.UNMANAGED: "was added by hand, and no given state has it",
}


@dataclass(frozen=True)
class _Annotation:
    level: str
    what: str
    """What is counted where there is no room: ``high``, ``unexplained`` …"""
    title: str
    lines: tuple[str, ...]
    source: SourceRange | None = None
    last: tuple[str, ...] = ()
    """Further lines, which stay where others have to go: what the plan would do."""

    def command(self, checkout: Checkout) -> str:
        """Write the workflow command: one line."""
        properties = {"title": self.title}
        path = path_of(checkout, self.source)
        if self.source and path and text.printable(path) == path:
            where = {"file": path, "line": str(self.source.line), "endLine": str(self.source.end_line)}
            properties = where | properties
        written = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        return f"::{self.level} {written}::{_data(chr(10).join(self._fitting()))}"

    def _fitting(self) -> list[str]:
        """Give the lines, at most :data:`LONGEST_MESSAGE` long together; where some had to go, one says so."""
        if _length((*self.lines, *self.last)) <= LONGEST_MESSAGE:
            return [*self.lines, *self.last]
        last = _first_of(self.last, LONGEST_MESSAGE // 2)
        return [*_first_of(self.lines, LONGEST_MESSAGE - _length((_SHORTENED, *last))), _SHORTENED, *last]


def render(report: Report, color: bool = False) -> str:
    """Render the headline as plain text, then the commands, worst first; ``color`` has no effect.

    What has no room is counted in a last line of plain text: one more command would cost one of the ten.
    """
    lines = [f"tfdrift-gate: {text.headline(report)}"]
    lines.extend(f"tfdrift-gate: {sentence}" for sentence in (*plan_effect.outcome(report), *text.set_aside(report)))
    lines.extend(_commands((annotation, report.checkout) for annotation in _annotations(report)))
    return "\n".join(lines) + "\n"


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render the headline over all root modules and each one's, then the commands, worst first over all of them.

    The limits are the step's, so they hold for all together. Every annotation says whose it is.
    """
    lines = [f"tfdrift-gate: {words.headline(roots)}"]
    found: list[tuple[_Annotation, Checkout]] = []
    for name, report in words.each(roots):
        said = (text.headline(report), *plan_effect.outcome(report), *text.set_aside(report))
        lines.extend(f"tfdrift-gate: {name}: {sentence}" for sentence in said)
        found.extend(
            (replace(annotation, lines=(f"root module {name}", *annotation.lines)), report.checkout)
            for annotation in _annotations(report)
        )
    found.extend((annotation, Checkout()) for annotation in _annotations(roots.shared))
    lines.extend(_commands(sorted(found, key=lambda entry: _BY_LEVEL.index(entry[0].level))))
    return "\n".join(lines) + "\n"


def _commands(found: Iterable[tuple[_Annotation, Checkout]]) -> Iterator[str]:
    """Write annotations, worst first, and a last line about those for which there is no room."""
    room: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for annotation, checkout in found:
        room[annotation.level] += 1
        if room[annotation.level] <= MOST_OF_A_LEVEL:
            yield annotation.command(checkout)
        else:
            left[annotation.what] += 1
    if left:
        counted = ", ".join(f"{number} {what}" for what, number in left.items())
        yield f"tfdrift-gate: {left.total()} more without an annotation ({counted}): the JSON report has all"


def warning(message: str) -> str:
    """Write one warning that is about the run itself, not about a resource."""
    return _Annotation("warning", "", "tfdrift-gate", (text.printable(message),)).command(Checkout())


def _annotations(report: Report) -> list[_Annotation]:
    """Make every annotation there would be without limits, worst first."""
    return sorted(_unordered(report), key=lambda annotation: _BY_LEVEL.index(annotation.level))


def _unordered(report: Report) -> Iterator[_Annotation]:
    yield from map(_of_problem, report.problems)
    yield from map(_of_finding, report.findings)
    yield from map(_of_unexplained, report.unexplained)
    if report.skipped:
        yield _of_skipped(report)
    for note in text.notes_beside(report):
        yield _Annotation("notice", "notes", "tfdrift-gate", (text.printable(note),))


def _of_problem(problem: Problem) -> _Annotation:
    hint = (text.printable(problem.hint),) if problem.hint else ()
    return _Annotation(
        "error", "problems", "No verdict was reached: drift was not ruled out", (text.printable(problem.message), *hint)
    )


def _of_finding(finding: Finding) -> _Annotation:
    drift = finding.drift
    lines = [text.subject(finding)]
    calls = text.by_event(finding)
    for event, changes in calls[:_MOST_CALLS]:
        lines.extend(_settings(text.shown_all(changes, drift.kind)))
        by = f"by {text.who(event)} ({text.from_where(event)}) at {text.when(event)}" if event else "by nobody seen"
        lines.append(f"{by}, {text.printable(drift.key.region)}")
    if len(calls) > _MOST_CALLS:
        lines.append(f"… and {text.counted(len(calls) - _MOST_CALLS, 'more call')}")
    lines.extend(f"why: {text.printable(reason)}" for reason in finding.reasons[:_MOST_REASONS])
    title = f"{finding.severity.name} {text.printable(finding.address or drift.key.resource_type, 150)}"
    return _Annotation(
        _LEVELS[finding.severity],
        finding.severity.word,
        f"{title} {_HAPPENED[drift.kind]}",
        tuple(lines),
        finding.source,
        tuple(plan_effect.sentences(finding)),
    )


def _of_unexplained(entry: Unexplained) -> _Annotation:
    address = text.printable(entry.address)
    lines = [
        address,
        *_settings(text.shown_all(entry.changes, entry.kind)),
        f"Terraform's refresh sees this, and no event explains it: {text.printable(entry.hint)}",
    ]
    title = f"Unexplained drift of {address[:150]}"
    planned = tuple(plan_effect.sentences_of_unexplained(entry))
    return _Annotation("warning", "unexplained", title, tuple(lines), entry.source, planned)


def _of_skipped(report: Report) -> _Annotation:
    reasons = Counter(entry.reason for entry in report.skipped)
    counted = ", ".join(f"{number} × {text.printable(reason)}" for reason, number in sorted(reasons.items()))
    what = text.counted(len(report.skipped), "thing")
    return _Annotation("notice", "not judged", f"{what} could not be judged", (counted,))


def _settings(shown: Iterable[text.Shown]) -> list[str]:
    words = [each.words for each in shown]
    more = len(words) - _MOST_SETTINGS
    return words if more <= 0 else [*words[:_MOST_SETTINGS], f"… and {text.counted(more, 'more setting')}"]


def _length(lines: Iterable[str]) -> int:
    """Count the UTF-16 units of lines, each with its line break."""
    return sum(len(line.encode("utf-16-le")) // 2 + 1 for line in lines)


def _first_of(lines: Iterable[str], room: int) -> list[str]:
    """Give the first lines that fit, overlong ones shortened."""
    found: list[str] = []
    for line in lines:
        short = line if len(line) <= _LONGEST_LINE else f"{line[:_LONGEST_LINE]}…"
        room -= _length((short,))
        if room < 0:
            break
        found.append(short)
    return found


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
