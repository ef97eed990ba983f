"""Words for people, and the one place where hostile text is made harmless for a terminal.

Actor names, user agents and resource names come from CloudTrail and are anybody's to choose.
"""

from __future__ import annotations

import json
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.catalog import key_path
from tfdrift_gate.instant import iso
from tfdrift_gate.model import (
    SENSITIVE,
    AttributeChange,
    Checkout,
    Coverage,
    Event,
    Finding,
    Kind,
    Report,
    Skipped,
    Suppression,
)

LONGEST_VALUE = 120
"""Characters of one value that a person is shown."""

KINDS: Mapping[Kind, str] = {
    Kind.MODIFIED: "modified",
    Kind.DELETED: "deleted",
    Kind.REPLACED: "deleted and created again",
    Kind.UNMANAGED: "unmanaged: in no given state",
}
"""What happened, in words."""

_PLAIN = re.compile(r"[^\s\"'\\,→]+")
# Control and format characters (ANSI escapes, bidirectional overrides, zero-width) and line separators.
_HARMFUL = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
# NOTE: GitHub's runner takes `##[name]` anywhere in a line for a command, and `::name …::` where a line begins with it
# (https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs). A word may come to stand first in a line.
# Azure Pipelines has `##vso[…]` and TeamCity `##teamcity[…]`.
_COMMAND = re.compile(r"(?:(?<=\s)|^):(?=:[A-Za-z-]+(?:\s|::|$))|#(?=#[A-Za-z]*\[)")
_COMMAND_IN_JSON = re.compile(r"#(?=#[A-Za-z]*\[)")


def printable(text: str, longest: int = 1000) -> str:
    """Make text safe to print on one line, on a terminal and in the log of a CI system.

    What could move a cursor, reorder letters or be a workflow command is written out.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    safe = text[: longest + 1]
    if not safe.isprintable():
        safe = "".join(
            character if unicodedata.category(character) not in _HARMFUL else _written_out(character)
            for character in safe
        )
    if "::" in safe or "##" in safe:
        safe = _COMMAND.sub(lambda found: _written_out(found[0]), safe)
    return safe if len(text) <= longest else safe[:longest] + "…"


def json_for_a_log(written: str) -> str:
    """Give JSON of the same meaning in which no runner finds a command: ``##[name]`` stands in texts alone."""
    return _COMMAND_IN_JSON.sub(r"\\u0023", written) if "##" in written else written


def value(given: Any) -> str:
    """Write an attribute's value: bare where it is one word, as JSON otherwise, ``none`` where there is none."""
    if given is None or given == "" or given == []:
        return "none"
    if isinstance(given, str) and _PLAIN.fullmatch(given):
        return printable(given, LONGEST_VALUE)
    return printable(json.dumps(given, ensure_ascii=False, sort_keys=True), LONGEST_VALUE)


@dataclass(frozen=True)
class Shown:
    """One setting that was changed, as people are shown it; every text is harmless on a terminal."""

    name: str
    old: str | None
    """None of an addition, and where no value can be shown."""
    new: str | None
    """None where no value can be shown."""
    instead: str = ""
    """What is said where no value can be shown."""

    @property
    def words(self) -> str:
        """``memory_size 512 → 1024``; of an addition only what was added."""
        if self.new is None:
            return f"{self.name} {self.instead}"
        return f"{self.name} = {self.new}" if self.old is None else f"{self.name} {self.old} → {self.new}"


_WITHHELD = "changed (CloudTrail withholds the value)"
_HIDDEN = "changed (values hidden)"


def shown(given: AttributeChange, kind: Kind) -> list[Shown]:
    """Show one attribute's change, of a map the change of each key (``tags["team"]``)."""
    name = printable(given.attribute)
    if not given.known:
        return [Shown(name, None, None, _WITHHELD)]
    if kind is Kind.UNMANAGED:
        return [Shown(name, None, value(given.after))]
    if SENSITIVE in (given.before, given.after):
        return [Shown(name, None, None, _HIDDEN)]
    before, after = given.before or {}, given.after or {}
    if isinstance(before, Mapping) and isinstance(after, Mapping) and (before or after):
        return [
            Shown(printable(key_path(given.attribute, str(key))), value(before.get(key)), value(after.get(key)))
            for key in sorted({**before, **after}, key=str)
            if before.get(key) != after.get(key)
        ]
    return [Shown(name, value(given.before), value(given.after))]


def shown_all(given: Iterable[AttributeChange], kind: Kind) -> list[Shown]:
    """Show the changes of several attributes, in their order."""
    return [each for entry in given for each in shown(entry, kind)]


def changes(given: AttributeChange, kind: Kind) -> list[str]:
    """Write one attribute's change, of a map the change of each key: ``tags["team"] payments → growth``."""
    return [each.words for each in shown(given, kind)]


def subject(finding: Finding) -> str:
    """Name the resource of a finding: its address, or its type and id and what it hangs on."""
    if finding.address:
        return printable(finding.address)
    drift = finding.drift
    named = f"{drift.key.resource_type} {printable(drift.resource_id)}"
    return f"{named} on {printable(drift.parent_address)}" if drift.parent_address else named


def by_event(finding: Finding) -> list[tuple[Event | None, list[AttributeChange]]]:
    """Group a finding's changes by the call that made them, so that each has its author; oldest call first.

    A finding without attribute changes has one group: its last event.
    """
    if not finding.drift.changes:
        return [(finding.last_event, [])]
    groups: dict[int, tuple[Event | None, list[AttributeChange]]] = {}
    for entry in finding.drift.changes:
        event = entry.event if finding.drift.kind is Kind.MODIFIED else finding.last_event
        groups.setdefault(id(event), (event, []))[1].append(entry)
    return sorted(groups.values(), key=lambda group: (group[0] is None, group[0].event_time if group[0] else 0))


def who(event: Event | None) -> str:
    """Name who made a call: the person or session, and the role behind it."""
    if event is None:
        return "unknown"
    actor = event.actor
    role = actor.role_arn.rsplit("/", 1)[-1] if actor.role_arn else None
    parts = [actor.name or "unknown"]
    if actor.session_name and role and role != actor.name:
        parts.append(f"as {role}")
    return printable(" ".join(parts), 200)


def from_where(event: Event | None) -> str:
    """Say how and from which address a call was made: ``console, 203.0.113.9``."""
    if event is None:
        return "unknown origin"
    return printable(", ".join(part for part in (event.origin, event.actor.source_ip) if part), 200)


def when(event: Event | None) -> str:
    """Say when a call was made (UTC)."""
    return iso(event.event_time) if event else "at an unknown time"


def suppression(why: Suppression) -> str:
    """Say why a finding is not held against anyone: ``waiver: INC-1 (owner: payments, expires: 2026-12-01)``."""
    details = ", ".join(f"{name.replace('_', ' ')}: {printable(given, 200)}" for name, given in why.details.items())
    return f"{why.kind}: {printable(why.reason)}" + (f" ({details})" if details else "")


def headline(report: Report) -> str:
    """Say the verdict in one sentence."""
    if report.problems:
        so_far = f"; found so far: {counted(len(report.findings), 'out-of-band change')}" if report.findings else ""
        return f"No verdict was reached: {printable(report.problems[0].message)}{so_far}"
    unjudged = f" ({counted(len(report.skipped), 'thing')} could not be judged)" if report.skipped else ""
    if not report.findings:
        noted = f" ({'; '.join(printable(note) for note in report.notes)})" if report.notes else ""
        settled = " that is not accounted for" if report.suppressed or report.reverted else ""
        return f"No out-of-band change of a Lambda resource found{settled}{noted}{unjudged}"
    worst = report.max_severity.name if report.max_severity else ""
    return f"{counted(len(report.findings), 'out-of-band change')} of Lambda resources, worst {worst}{unjudged}"


def notes_beside(report: Report) -> tuple[str, ...]:
    """Give the notes that the headline does not say already."""
    return report.notes if report.findings or report.problems else ()


def set_aside(report: Report) -> list[str]:
    """Count what was changed by hand and is no finding, with why; nothing where there is none."""
    found = []
    if report.suppressed:
        kinds = Counter(each.suppressed_by.kind for each in report.suppressed if each.suppressed_by)
        why = ", ".join(f"{number} {SET_ASIDE.get(kind, kind)}" for kind, number in sorted(kinds.items()))
        found.append(f"Not held against anyone: {why}")
    if report.reverted:
        found.append(f"Changed and changed back: {len(report.reverted)}")
    if report.unexplained:
        found.append(f"Seen by Terraform's refresh, explained by no event: {len(report.unexplained)}")
    return found


SET_ASIDE: Mapping[str, str] = {
    "adopted": "adopted by the configuration",
    "waiver": "waived",
    "ignore_changes": "covered by ignore_changes",
    "ignore_tags": "covered by ignore_tags",
    "trusted": "made by a trusted pipeline",
    "terraform": "made by Terraform as its user agent says",
    "in-state": "already in state",
}
"""Why a finding does not count, in words, by the kind of its suppression."""


def alike(skipped: Iterable[Skipped]) -> list[tuple[str, str, list[Skipped]]]:
    """Group what could not be judged: reason, what it was about, and all that are alike in both."""
    groups: dict[tuple[str, str], list[Skipped]] = {}
    for entry in skipped:
        groups.setdefault((entry.reason, entry.event_name or entry.detail), []).append(entry)
    return [(reason, what, found) for (reason, what), found in sorted(groups.items(), key=lambda item: item[0])]


def latest(alike: Iterable[Skipped]) -> Skipped | None:
    """Give the last of some things that could not be judged, where any has a time."""
    timed = [entry for entry in alike if entry.event_time]
    return max(timed, key=lambda entry: str(entry.event_time), default=None)


def coverage(entry: Coverage) -> str:
    """Say what one read of one source saw, and whether whole."""
    place = printable(" ".join(part for part in (entry.account, entry.region) if part))
    scanned = f", {entry.bytes_scanned:,} bytes scanned" if entry.bytes_scanned is not None else ""
    state = "" if entry.complete else ", NOT WHOLE"
    requests = f", {counted(entry.api_calls, 'request')}" if entry.api_calls else ""
    note = f" ({printable(entry.note)})" if entry.note else ""
    moment = (
        f"at {iso(entry.since)}" if entry.since == entry.until else f"from {iso(entry.since)} to {iso(entry.until)}"
    )
    source = f"{printable(entry.source)} {place}".rstrip()
    return f"{source} {moment}: {counted(entry.records_read, 'record')}{requests}{scanned}{state}{note}"


def apply_command(checkout: Checkout) -> str:
    """Write the command that sets back what Terraform manages, past a gate in the root module itself.

    ``TFDRIFT_GATE_MODE=annotate terraform -chdir=infra/prod apply``
    """
    named = f"TF_WORKSPACE={shlex.quote(checkout.workspace)} " if checkout.workspace else ""
    where = f"-chdir={shlex.quote(checkout.folder)} " if checkout.folder else ""
    return printable(f"{named}TFDRIFT_GATE_MODE=annotate terraform {where}apply")


def next_steps(report: Report, apply: str) -> list[str]:
    """Say what can be done about the findings; ``apply`` is the command that repairs."""
    steps = []
    if any(finding.address for finding in report.findings):
        steps.append(f"To set back what Terraform manages: {apply}")
    if any(finding.drift.kind is Kind.UNMANAGED for finding in report.findings):
        steps.append("What nobody manages stays until it is imported or removed by hand")
    return steps


def counted(number: int, noun: str) -> str:
    """Write a number with its noun, plural where it is not one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
