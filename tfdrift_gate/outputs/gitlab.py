"""``gitlab``: a Code Quality report, which GitLab compares between the two ends of a merge request.

Its form: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format. GitLab knows no suppressed entry,
so what is not held against anyone is left out. What could not be read or judged is an entry: an empty list means clean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tfdrift_gate.model import Finding, Report, RootsReport, Severity, Unexplained
from tfdrift_gate.outputs import lines, text
from tfdrift_gate.outputs.check_name import INCOMPLETE, UNEXPLAINED, check_name
from tfdrift_gate.outputs.place import Place, place_of

_SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}
_OF_A_RUN = (INCOMPLETE, "not-judged", "note")
"""What is about a root module as a whole: the same words may be said of several."""


def render(report: Report, color: bool = False) -> str:
    """Render the report as a JSON list, worst first; ``color`` has no effect.

    Everything outside ASCII is escaped, as in ``json``.
    """
    return _list(_entries(report))


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render all root modules' entries as one list, each told apart from one that another root module has alike."""
    listed: dict[str, dict[str, Any]] = {}
    for name, report in [*zip(roots.names, roots.reports, strict=True), ("", roots.shared)]:
        for entry in _entries(report):
            if entry["fingerprint"] in listed or entry["check_name"] in _OF_A_RUN:
                entry["fingerprint"] = _hash(name, entry["fingerprint"])
            listed[entry["fingerprint"]] = entry
    return _list(listed.values())


def _list(entries: Iterable[dict[str, Any]]) -> str:
    return text.json_for_a_log(json.dumps(list(entries), indent=2, allow_nan=False)) + "\n"


def _entries(report: Report) -> Iterator[dict[str, Any]]:
    here = place_of(report.checkout, None)
    for number, problem in enumerate(report.problems):
        sentences = ["no verdict was reached", problem.message, *([problem.hint] if problem.hint else [])]
        yield _entry(INCOMPLETE, "blocker", sentences, here, _hash(INCOMPLETE, number, problem.message))
    for finding in report.findings:
        yield _of_finding(finding, place_of(report.checkout, finding.source))
    for entry in report.unexplained:
        yield _of_unexplained(entry, place_of(report.checkout, entry.source))
    for reason, what, found in text.alike(report.skipped):
        yield _entry("not-judged", "info", lines.not_judged(reason, what, found), here, _hash(reason, what))
    for number, note in enumerate(report.notes):
        yield _entry("note", "info", [note], here, _hash("note", number, note))


def _of_finding(finding: Finding, place: Place) -> dict[str, Any]:
    sentences = [lines.headline_of(finding), *lines.details_of(finding)]
    name = check_name(finding.rule, finding.severity)
    return _entry(name, _SEVERITIES[finding.severity], sentences, place, finding.id)


def _of_unexplained(entry: Unexplained, place: Place) -> dict[str, Any]:
    sentences = [lines.headline_of_unexplained(entry), *lines.details_of_unexplained(entry)]
    changes = [[change.attribute, change.after, change.known] for change in entry.changes]
    return _entry(UNEXPLAINED, "info", sentences, place, _hash(UNEXPLAINED, entry.kind.value, entry.address, changes))


def _entry(name: str, severity: str, sentences: list[str], place: Place, fingerprint: str) -> dict[str, Any]:
    return {
        "description": lines.paragraph(sentences),
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": text.printable(place.path), "lines": {"begin": place.lines[0] if place.lines else 1}},
    }


def _hash(*what: Any) -> str:
    """Tell entries apart that have no id, the same in every run."""
    return hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()[:16]
