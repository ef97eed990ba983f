"""What is to be said of a finding, a line each, harmless on a terminal: for outputs that have no table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from tfdrift_gate.instant import iso
from tfdrift_gate.model import Finding, Kind, Skipped, Unexplained
from tfdrift_gate.outputs import gfm, plan_effect, text

_BEGINS = re.compile(r"(?:by|no|not|the|this|why:) ")
_MOST = 20
"""Settings that one line lists."""
_HAPPENED = {
    Kind.MODIFIED: "changed by hand",
    Kind.DELETED: "deleted by hand",
    Kind.REPLACED: "deleted and created again by hand",
    Kind.UNMANAGED: "added by hand, and in no given state",
}
_SEEN = {
    Kind.MODIFIED: "is not as state has it",
    Kind.DELETED: "is gone",
    Kind.REPLACED: "is another one than state has",
    Kind.UNMANAGED: "is there, and in no given state",
}


def headline_of(finding: Finding) -> str:
    """Say in one line what happened to which resource: ``aws_lambda_function.fn changed by hand: timeout 10 → 30``."""
    return _headline(
        text.subject(finding),
        _HAPPENED[finding.drift.kind],
        [line for change in finding.drift.changes for line in text.changes(change, finding.drift.kind)],
    )


def headline_of_unexplained(entry: Unexplained) -> str:
    """Say in one line what Terraform's refresh saw of a resource."""
    settings = [line for change in entry.changes for line in text.changes(change, entry.kind)]
    return _headline(text.printable(entry.address), _SEEN[entry.kind], settings)


def details_of(finding: Finding) -> list[str]:
    """Say who made which change, why it is as bad as it is, and what the plan would do about it."""
    groups = text.by_event(finding)
    lines = []
    for event, changes in groups:
        names = ", ".join(text.printable(change.attribute) for change in changes) if len(groups) > 1 else ""
        how = f": {text.from_where(event)}, at {text.when(event)}" if event else ""
        by = f"by {text.who(event) if event else 'nobody seen'}{how}, {text.printable(finding.drift.key.region)}"
        lines.append(f"{names} {by}" if names else by)
    lines.extend(f"why: {text.printable(reason)}" for reason in finding.reasons)
    return lines + plan_effect.sentences(finding)


def details_of_unexplained(entry: Unexplained) -> list[str]:
    """Say why nobody is named, and what the plan would do about it."""
    sentence = f"Terraform's refresh sees this, and no event explains it: {text.printable(entry.hint)}"
    return [sentence, *plan_effect.sentences_of_unexplained(entry)]


def not_judged(reason: str, what: str, alike: Sequence[Skipped]) -> list[str]:
    """Say what could not be judged, things alike counted (see :func:`~.text.alike`), with the last one's details."""
    last = alike[-1]
    on = f", last on {text.printable(last.resource_id)}" if last.resource_id else ""
    at = f" at {iso(last.event_time)}" if last.event_time else ""
    times = f"{len(alike)} times: " if len(alike) > 1 else ""
    sentence = f"not judged: {times}{text.printable(what)}{on}{at} ({text.printable(reason)})"
    return [sentence] if last.detail == what else [sentence, text.printable(last.detail)]


def paragraph(sentences: Iterable[str]) -> str:
    """Join sentences without full stops to text that is harmless as Markdown too (see :mod:`~.gfm`).

    Nor can it hold a link of SARIF's plain text, ``[words](address)``: ``](`` is taken apart, since not every viewer
    heeds code spans, or the standard's own escapes.
    """
    return " ".join(map(_sentence, sentences))


@lru_cache(maxsize=1024)
def _sentence(words: str) -> str:
    """Make one sentence safe: the same ones come again and again. A word of ours that begins it has a capital."""
    if _BEGINS.match(words):
        words = words[0].upper() + words[1:]
    # With its full stop, since a number and a full stop begin a list.
    safe = gfm.prose(f"{words.rstrip('.')}.").replace("](", "] (")
    return safe if safe.endswith(".") else f"{safe}."


def _headline(subject: str, happened: str, settings: Iterable[str]) -> str:
    words = list(settings)
    if len(words) > _MOST:
        words = [*words[:_MOST], f"and {len(words) - _MOST} more"]
    return f"{subject} {happened}{': ' if words else ''}{', '.join(words)}"
