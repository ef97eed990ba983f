"""What is to be said of a finding, a line each, harmless on a terminal: for outputs that have no table."""

from __future__ import annotations

from collections.abc import Iterable

from tfdrift_gate.model import Finding, Kind, Suppression, Unexplained
from tfdrift_gate.outputs import plan_effect, text

_MOST = 20
"""Settings that one line lists."""
_HAPPENED = {
    Kind.MODIFIED: "changed by hand",
    Kind.DELETED: "deleted by hand",
    Kind.REPLACED: "deleted and created again by hand",
    Kind.UNMANAGED: "added by hand, and in no given state",
}


def headline_of(finding: Finding) -> str:
    """Say in one line what happened to which resource: ``aws_lambda_function.fn changed by hand: timeout 10 → 30``."""
    return _headline(
        text.subject(finding),
        finding.drift.kind,
        [line for change in finding.drift.changes for line in text.changes(change, finding.drift.kind)],
    )


def headline_of_unexplained(entry: Unexplained) -> str:
    """Say in one line what Terraform's refresh saw of a resource."""
    settings = [line for change in entry.changes for line in text.changes(change, entry.kind)]
    return _headline(text.printable(entry.address), entry.kind, settings)


def details_of(finding: Finding) -> list[str]:
    """Say who made which change, why it is as bad as it is, and what the plan would do about it."""
    groups = text.by_event(finding)
    lines = []
    for event, changes in groups:
        names = ", ".join(text.printable(change.attribute) for change in changes) if len(groups) > 1 else ""
        by = f"by {text.who(event)} ({text.from_where(event)}) at {text.when(event)}" if event else "by nobody seen"
        lines.append(f"{f'{names} ' if names else ''}{by}, {text.printable(finding.drift.key.region)}")
    lines.extend(f"why: {text.printable(reason)}" for reason in finding.reasons)
    return lines + plan_effect.sentences(finding)


def details_of_unexplained(entry: Unexplained) -> list[str]:
    """Say why nobody is named, and what the plan would do about it."""
    sentence = f"Terraform's refresh sees this, and no event explains it: {text.printable(entry.hint)}"
    return [sentence, *plan_effect.sentences_of_unexplained(entry)]


def why_suppressed(why: Suppression) -> str:
    """Say why a finding does not count: ``waiver: INC-1234 (expires 2026-12-01, owner payments)``."""
    details = ", ".join(
        f"{text.printable(name)} {text.printable(value)}" for name, value in sorted(why.details.items())
    )
    return f"{text.printable(why.kind)}: {text.printable(why.reason)}{f' ({details})' if details else ''}"


def _headline(subject: str, kind: Kind, settings: Iterable[str]) -> str:
    words = list(settings)
    if len(words) > _MOST:
        words = [*words[:_MOST], f"and {len(words) - _MOST} more"]
    return f"{subject} {_HAPPENED[kind]}{': ' if words else ''}{', '.join(words)}"
