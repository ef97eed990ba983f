"""The answer to Terraform's ``external`` data source: one flat object of strings, and the plan's message.

Protocol: https://registry.terraform.io/providers/hashicorp/external/latest/docs/data-sources/external. The
answer is kept in Terraform's state, so it holds nothing that differs between two runs over the same facts.
"""

from __future__ import annotations

import json

from tfdrift_gate.model import Finding, Kind, Report
from tfdrift_gate.outputs import plan_effect, text
from tfdrift_gate.outputs.json import finding_document

MOST_FINDINGS = 50
"""Findings that the answer and its message hold; the report file has all."""


def answer(report: Report, mode: str, blocking: bool, report_path: str) -> dict[str, str]:
    """Make the answer's object; every value is a text."""
    shown = report.findings[:MOST_FINDINGS]
    return {
        "verdict": report.verdict,
        "mode": mode,
        "max_severity": report.max_severity.word if report.max_severity else "none",
        "finding_count": str(len(report.findings)),
        "suppressed_count": str(len(report.suppressed)),
        "skipped_count": str(len(report.skipped)),
        "blocking": "true" if blocking else "false",
        "message": message(report, stops=mode == "fail" and blocking),
        "findings": json.dumps([finding_document(finding) for finding in shown]),
        "truncated": "true" if len(report.findings) > len(shown) else "false",
        "report_path": report_path,
    }


def switched_off(by: str = "TFDRIFT_GATE_MODE=off") -> dict[str, str]:
    """Make the answer of a gate that is switched off ``by`` something: nothing was read."""
    return {
        "verdict": "off",
        "mode": "off",
        "max_severity": "none",
        "finding_count": "0",
        "suppressed_count": "0",
        "skipped_count": "0",
        "blocking": "false",
        "message": f"tfdrift-gate is switched off ({by}): nothing was checked",
        "findings": "[]",
        "truncated": "false",
        "report_path": "",
    }


def message(report: Report, stops: bool = False) -> str:
    """Write what the plan shows a person; one line when clean.

    Where the plan ``stops``, the last lines say how to get past it.

    NOTE: Terraform re-wraps a diagnostic's lines unless they begin with a blank.
    """
    beside = [*plan_effect.outcome(report), *text.set_aside(report)]
    if not report.findings:
        return "\n".join(
            [
                "; ".join([text.headline(report), *(f"{words[0].lower()}{words[1:]}" for words in beside)]),
                *_hints(report),
            ]
        )
    lines = [text.headline(report), *(f" {sentence}" for sentence in beside)]
    for finding in report.findings[:MOST_FINDINGS]:
        lines.append("")
        lines.extend(_lines(finding))
    if (more := len(report.findings) - MOST_FINDINGS) > 0:
        lines.extend(["", f" … and {more} more: run tfdrift-gate check to see all"])
    lines.extend(_hints(report))
    lines.extend(f" Note: {text.printable(note)}" for note in report.notes)
    if stops:
        lines.extend(
            ["", *(f" {step}" for step in text.next_steps(report, "TFDRIFT_GATE_MODE=annotate terraform apply"))]
        )
    return "\n".join(lines)


def _hints(report: Report) -> list[str]:
    return [f" {text.printable(problem.hint)}" for problem in report.problems if problem.hint]


def _lines(finding: Finding) -> list[str]:
    drift = finding.drift
    head = f" {finding.severity.name:<8}  {text.subject(finding)}"
    if drift.kind is not Kind.MODIFIED:
        head += f" ({text.KINDS[drift.kind]})"
    indent = " " * 11
    region = text.printable(drift.key.region)
    lines = [head]
    for event, changes in text.by_event(finding):
        lines.extend(indent + line for change in changes for line in text.changes(change, drift.kind))
        if event:
            name = f"by {text.who(event)} ({text.from_where(event)})"
            lines.append(f"{indent}{name} at {text.when(event)}, {region}")
        else:
            lines.append(f"{indent}by nobody seen in the window, {region}")
    lines.extend(f"{indent}{sentence}" for sentence in plan_effect.sentences(finding))
    live = finding.live.words if finding.live else ()
    why = [reason for reason in finding.reasons if reason not in live]
    lines.extend(f"{indent}why: {text.printable(reason)}" for reason in why[:3])
    lines.extend(f"{indent}{text.printable(word)}" for word in live[:3])
    return lines
