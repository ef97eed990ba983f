"""Drifts → findings: whose are not held against anyone, what Lambda itself says of the rest, how bad they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.gate.plan import Review
from tfdrift_gate.gate.shared_rules import MATCHES_NOTHING
from tfdrift_gate.live.choose import asks_of
from tfdrift_gate.live.read import ask_accounts
from tfdrift_gate.live.verdict import unasked, verified
from tfdrift_gate.model import Coverage, Drift, Finding, LiveCheck, SourceRange, Suppression
from tfdrift_gate.rules.fingerprint import fingerprint
from tfdrift_gate.rules.redact import redact
from tfdrift_gate.rules.ruleset import RuleSet
from tfdrift_gate.rules.severity import severity_of
from tfdrift_gate.rules.suppress import is_covered, suppress
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources import Progress
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.declaration import IGNORED, Exceptions

MOST_IDLE = 5
"""Waivers that take nothing off which a report names; a clean plan's message is one line."""


@dataclass(frozen=True)
class Reviewed:
    """Drifts after the change under review had its say."""

    standing: list[tuple[Drift, Drift]]
    """Each with itself as CloudTrail told it."""
    refuted: list[Drift]
    """As state has it, by what the plan's refresh saw."""
    adopted: list[tuple[Drift, Suppression]]


@dataclass(frozen=True)
class Checked:
    """Drifts as Lambda itself tells, each with what it said."""

    standing: list[tuple[Drift, LiveCheck | None, Drift]]
    """The last of each: as CloudTrail told it. Waivers know a finding by that, so its id is that one's."""
    refuted: list[tuple[Drift, LiveCheck | None]]
    ignored: tuple[tuple[Drift, Suppression, LiveCheck], ...] = ()
    """What of the live values the configuration ignores, as it may single keys of a map."""
    coverage: tuple[Coverage, ...] = ()


def suppressed(
    drifts: Iterable[Drift], rules: RuleSet, change: Review, settings: Settings, today: date
) -> tuple[list[Drift], list[Finding]]:
    """Take off the drifts what is not held against anyone; give what is left, and that."""
    standing: list[Drift] = []
    taken_off: list[Finding] = []
    waivers = () if settings.no_waivers else rules.waivers
    for drift in drifts:
        exceptions = change.configuration.exceptions(drift.instance.address if drift.instance else None)
        left, taken = suppress(drift, exceptions, waivers, rules.trusted, today)
        if left is not None:
            standing.append(left)
        ignored = [why for why, _ in exceptions]
        taken_off.extend(
            finding(change.with_effects(part, why in ignored), rules, change.configuration, why, id_of=part)
            for part, why in taken
        )
    return standing, taken_off


def reviewed(drifts: Iterable[Drift], change: Review, rules: RuleSet, settings: Settings, today: date) -> Reviewed:
    """Hold drifts against the change under review: what its plan settles, would do, and adopts."""
    # What is adopted in part leaves another drift, whose id a report shows: a waiver may name it by that.
    waivers = [waiver for waiver in rules.waivers if "id" in waiver.match and not settings.no_waivers]
    standing: list[tuple[Drift, Drift]] = []
    refuted: list[Drift] = []
    adopted: list[tuple[Drift, Suppression]] = []
    for drift in drifts:
        stands, undone = change.settled(drift)
        refuted.extend([undone] if undone else [])
        if stands is not None:
            left, taken = suppress(change.with_effects(stands), (), waivers, (), today)
            adopted.extend(taken)
            # What is adopted in part is another drift, as after a waiver; what is merely told better is the same.
            standing.extend([(left, left if taken else drift)] if left else [])
    return Reviewed(standing, refuted, adopted)


def verified_live(
    drifts: Sequence[tuple[Drift, Drift]],
    catalog: Catalog,
    change: Review,
    settings: Settings,
    now: datetime,
    progress: Progress,
) -> Checked:
    """Ask Lambda about what would be a finding, at most one read a resource; each drift comes with itself as told."""
    configuration = change.configuration
    asks = {ask.key: ask for ask in asks_of((drift for drift, _ in drifts), catalog)}
    asked = ask_accounts(asks.values(), settings.credentials_for, settings.deadline, progress)
    answers = {key: answer for one in asked for key, answer in one.answers.items()}
    standing: list[tuple[Drift, LiveCheck | None, Drift]] = []
    refuted: list[tuple[Drift, LiveCheck | None]] = []
    ignored: list[tuple[Drift, Suppression, LiveCheck]] = []
    for drift, told in drifts:
        exceptions = configuration.exceptions(drift.instance.address if drift.instance else None)
        ask = asks.get(drift.key)
        resource = catalog.resources[drift.key.resource_type]
        found = unasked(drift)
        if ask:
            found = verified(drift, ask, answers[ask.key], resource, now, _covered_by(exceptions))
        if found.stands:
            stands, live = found.stands
            left, taken = suppress(change.with_effects(stands), exceptions, (), (), now.date())
            standing.extend([(left, live, told)] if left else [])
            ignored.extend((part, why, live) for part, why in taken)
        if found.refuted:
            refuted.append(found.refuted)
        if found.ignored:
            ignored.append((found.ignored[0], IGNORED, found.ignored[1]))
    return Checked(standing, refuted, tuple(ignored), tuple(said for one in asked for said in one.coverage(now)))


def waiver_notes(rules: RuleSet, settings: Settings, today: date) -> list[str]:
    """Name the waivers that no longer waive."""
    if settings.no_waivers:
        return []
    return [
        f"a waiver has expired and no longer waives: {waiver.words} ({waiver.reason}; owner {waiver.owner},"
        f" expired {waiver.expires.isoformat()})"
        for waiver in rules.waivers
        if waiver.expired(today)
    ]


def idle_waiver_notes(
    rules: RuleSet,
    settings: Settings,
    today: date,
    suppressed: Iterable[Finding],
    drifts: Sequence[Drift],
    reverted: Sequence[Drift],
) -> list[str]:
    """Name the waivers that took nothing off this run's ``drifts``, and why, so that somebody may take them out.

    Only of a run that read everything: of what was not read nobody knows what it would have matched.
    """
    if settings.no_waivers:
        return []
    used = {finding.suppressed_by.where for finding in suppressed if finding.suppressed_by}
    notes = []
    for waiver in rules.waivers:
        if waiver.where in used or waiver.expired(today):
            continue
        said = MATCHES_NOTHING
        if any(is_covered(drift, waiver) for drift in drifts):
            said = "a waiver is not needed, what it names is suppressed without it"
        elif any(is_covered(drift, waiver) for drift in reverted):
            said = "a waiver is not needed, what it names was changed back"
        where = PurePath(waiver.where).name
        notes.append(f"{said}: {waiver.words} ({where}; owner {waiver.owner}; expires {waiver.expires.isoformat()})")
    more = len(notes) - MOST_IDLE
    return [*notes[:MOST_IDLE], *([f"{more} more waivers take nothing off"] if more > 0 else [])]


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The one order of every output: worst first, then address, then resource id."""
    return tuple(
        sorted(
            findings,
            key=lambda finding: (
                -finding.severity,
                finding.address or "",
                finding.drift.resource_id,
                finding.id,
            ),
        )
    )


def finding(
    drift: Drift,
    rules: RuleSet,
    configuration: Configuration,
    suppressed_by: Suppression | None = None,
    live: LiveCheck | None = None,
    id_of: Drift | None = None,
) -> Finding:
    """Make a drift a finding: how bad it is, where its block stands, and nothing secret in it.

    ``id_of`` is the drift by which waivers know it, where that is another.
    """
    verdict = severity_of(drift, rules.about(drift.key.resource_type, drift.kind))
    declared = configuration.find(drift.instance.address if drift.instance else drift.parent_address)
    source: SourceRange | None = declared.source if declared else None
    return Finding(
        id=fingerprint(id_of or drift),
        drift=redact(drift),
        severity=verdict.severity,
        rule=verdict.rule,
        reasons=(*verdict.reasons, *(live.words if live else ())),
        source=source,
        suppressed_by=suppressed_by,
        live=live,
    )


def _covered_by(exceptions: Exceptions) -> Callable[[str], bool]:
    return lambda attribute: any(covers(attribute) for _, covers in exceptions)
