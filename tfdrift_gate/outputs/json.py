"""``json``: the whole report, the source of truth of every other tool.

Its JSON Schema is ``tfdrift_gate/data/report.schema.json``. Keys are only ever added within a major
``schema_version``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tfdrift_gate import __version__
from tfdrift_gate.instant import iso
from tfdrift_gate.model import (
    UNKNOWN_ACTOR,
    Actor,
    AttributeChange,
    Coverage,
    Event,
    Finding,
    Problem,
    Report,
    RootsReport,
    Severity,
    Skipped,
    SourceRange,
    Unexplained,
)
from tfdrift_gate.outputs.text import json_for_a_log

SCHEMA_VERSION = "1.0"

_quoted = json.encoder.encode_basestring_ascii
_SCALARS = frozenset({str, int, float, bool, type(None)})


def render(report: Report, color: bool = False) -> str:
    """Render the report as indented JSON; ``color`` has no effect.

    Everything outside ASCII is escaped, so that no text out of CloudTrail acts on a terminal that shows it, and so is
    what GitHub's runner would take for a command of its older form (``##[name]``, anywhere in a line).
    """
    return json_for_a_log(indented(document(report))) + "\n"


def indented(value: Any) -> str:
    """Write JSON as :func:`json.dumps` does with ``indent=2, allow_nan=False``, in a fraction of its time.

    With an indent the standard library writes in Python: of a report of thousands of findings that takes longer than
    judging them.
    """
    import msgspec

    text = json.dumps(value, allow_nan=False)
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:  # half of a surrogate pair, which somebody may have put into a user agent
        return json.dumps(value, indent=2, allow_nan=False)


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render a run over several root modules as one object of the same keys, and of each root module ``roots``."""
    return json_for_a_log(indented(document_of_roots(roots))) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Make the report's JSON object, keys in the contract's order."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "tfdrift-gate", "version": __version__},
        "verdict": report.verdict,
        "max_severity": report.max_severity.word if report.max_severity else None,
        "window": {"since": iso(report.window.since), "until": iso(report.window.until)},
        "counts": _counts(report),
        "coverage": [_coverage(entry) for entry in report.coverage],
        "findings": [finding_document(finding) for finding in report.findings],
        "suppressed": [finding_document(finding) for finding in report.suppressed],
        "reverted": [finding_document(finding) for finding in report.reverted],
        "skipped": [_skipped(entry) for entry in report.skipped],
        "unexplained": [unexplained_document(entry) for entry in report.unexplained],
        "notes": list(report.notes),
        "problems": _problems(report.problems),
    }


def document_of_roots(roots: RootsReport) -> dict[str, Any]:
    """Make the JSON object of a run over several root modules: every entry of a list says in ``root`` whose it is."""
    named = list(zip(roots.names, roots.reports, strict=True))
    shared = roots.shared
    findings = roots.findings
    suppressed = roots.in_order(report.suppressed for report in roots.reports)
    reverted = roots.in_order(report.reverted for report in roots.reports)
    skipped: list[tuple[str | None, Skipped]] = [(None, entry) for entry in shared.skipped]
    skipped.extend((name, entry) for name, report in named for entry in report.skipped)
    unexplained = [(name, entry) for name, report in named for entry in report.unexplained]
    whole = replace(
        shared,
        managed=sum(report.managed for report in roots.reports),
        coverage=(*shared.coverage, *(entry for report in roots.reports for entry in report.coverage)),
        findings=tuple(finding for _, finding in findings),
        suppressed=tuple(finding for _, finding in suppressed),
        reverted=tuple(finding for _, finding in reverted),
        skipped=tuple(entry for _, entry in skipped),
        unexplained=tuple(entry for _, entry in unexplained),
        notes=roots.notes,
        problems=roots.problems,
    )
    return document(whole) | {
        "findings": [finding_document(finding) | {"root": name} for name, finding in findings],
        "suppressed": [finding_document(finding) | {"root": name} for name, finding in suppressed],
        "reverted": [finding_document(finding) | {"root": name} for name, finding in reverted],
        "skipped": [_skipped(entry) | {"root": name} for name, entry in skipped],
        "unexplained": [unexplained_document(entry) | {"root": name} for name, entry in unexplained],
        "roots": [_root(name, report) for name, report in named],
    }


def _root(name: str, report: Report) -> dict[str, Any]:
    return {
        "root": name,
        "folder": report.checkout.folder or ".",
        "workspace": report.checkout.workspace,
        "verdict": report.verdict,
        "max_severity": report.max_severity.word if report.max_severity else None,
        "window": {"since": iso(report.window.since), "until": iso(report.window.until)},
        "counts": _counts(report),
        "notes": list(report.notes),
        "problems": _problems(report.problems),
    }


def _counts(report: Report) -> dict[str, Any]:
    by_severity = {level.word: 0 for level in Severity}
    for finding in report.findings:
        by_severity[finding.severity.word] += 1
    return {
        "records_read": report.records_read,
        "records_relevant": report.records_relevant,
        "managed": report.managed,
        "findings": len(report.findings),
        "suppressed": len(report.suppressed),
        "reverted": len(report.reverted),
        "skipped": len(report.skipped),
        "unexplained": len(report.unexplained),
        "by_severity": by_severity,
    }


def _problems(problems: Iterable[Problem]) -> list[dict[str, str]]:
    return [{"message": problem.message, "hint": problem.hint} for problem in problems]


def finding_document(finding: Finding) -> dict[str, Any]:
    """Make one finding's JSON object; a suppressed one says by what, a verified one what came of that."""
    drift = finding.drift
    last = finding.last_event
    entry: dict[str, Any] = {
        "id": finding.id,
        "kind": drift.kind.value,
        "address": finding.address,
        "parent_address": drift.parent_address,
        "resource_type": drift.key.resource_type,
        "resource_id": drift.resource_id,
        "account": drift.key.account,
        "region": drift.key.region,
        "changes": [_change(change) for change in drift.changes],
        "severity": finding.severity.word,
        "rule": finding.rule,
        "reasons": list(finding.reasons),
        "plan_effect": finding.plan_effect.value if finding.plan_effect else None,
        "origin": last.origin if last else "unknown",
        "actor": _actor(last.actor if last else UNKNOWN_ACTOR),
        "events": [_event(event) for event in drift.events],
        "source": None,
    }
    if finding.source:
        entry["source"] = _source(finding.source)
    if finding.live:
        entry["live"] = {"call": finding.live.call, "outcome": finding.live.outcome}
    if finding.suppressed_by:
        why = finding.suppressed_by
        entry["suppressed_by"] = {"kind": why.kind, "reason": why.reason, **why.details}
    return entry


def _change(change: AttributeChange) -> dict[str, Any]:
    return {
        "attribute": change.attribute,
        "before": change.before,
        "after": change.after,
        "known": change.known,
        "event_id": change.event.event_id if change.event else None,
        "plan_effect": change.plan_effect.value if change.plan_effect else None,
    }


def _source(source: SourceRange) -> dict[str, Any]:
    return {"file": source.file, "line": source.line, "end_line": source.end_line}


def unexplained_document(entry: Unexplained) -> dict[str, Any]:
    """Make the JSON object of a drift that no event explains."""
    return {
        "kind": entry.kind.value,
        "address": entry.address,
        "resource_type": entry.resource_type,
        "resource_id": entry.resource_id,
        "changes": [_change(change) for change in entry.changes],
        "plan_effect": entry.plan_effect.value if entry.plan_effect else None,
        "hint": entry.hint,
        "source": _source(entry.source) if entry.source else None,
    }


def _event(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "event_name": event.event_name,
        "event_time": iso(event.event_time),
        "aws_region": event.aws_region,
        "actor": _actor(event.actor),
        "origin": event.origin,
    }


def _actor(actor: Actor) -> dict[str, Any]:
    return {
        "type": actor.type,
        "name": actor.name,
        "arn": actor.arn,
        "account_id": actor.account_id,
        "session_name": actor.session_name,
        "source_identity": actor.source_identity,
        "source_ip": actor.source_ip,
        "user_agent": actor.user_agent,
        "mfa": actor.mfa,
        "role_arn": actor.role_arn,
    }


def _coverage(entry: Coverage) -> dict[str, Any]:
    return {
        "source": entry.source,
        "account": entry.account,
        "region": entry.region,
        "since": iso(entry.since),
        "until": iso(entry.until),
        "complete": entry.complete,
        "records_read": entry.records_read,
        "api_calls": entry.api_calls,
        "bytes_scanned": entry.bytes_scanned,
        "note": entry.note,
    }


def _skipped(entry: Skipped) -> dict[str, Any]:
    return {
        "reason": entry.reason,
        "detail": entry.detail,
        "event_id": entry.event_id,
        "event_name": entry.event_name,
        "event_time": iso(entry.event_time) if entry.event_time else None,
        "resource_id": entry.resource_id,
    }
