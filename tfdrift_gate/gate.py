"""One run, from options to report: the order of the steps, and nothing else.

sources → records → changes → drift (against what Terraform believes) → rules → live → report. Every step it calls is
pure but for reading what the options name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog, load_catalog
from tfdrift_gate.changes.interpret import interpret
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.errors import EventSourceError, GateError, UsageError
from tfdrift_gate.instant import RETENTION, parse_bound, window
from tfdrift_gate.live.choose import asks_of
from tfdrift_gate.live.read import Lambda
from tfdrift_gate.live.verdict import unasked, verified
from tfdrift_gate.model import (
    Change,
    Coverage,
    Drift,
    Finding,
    LiveCheck,
    Problem,
    RawRecord,
    Record,
    Report,
    Skipped,
    SourceRange,
    Suppression,
    TimeWindow,
)
from tfdrift_gate.records.record import read_record, without_duplicates
from tfdrift_gate.rules.fingerprint import fingerprint
from tfdrift_gate.rules.load import find_rules, load_rules
from tfdrift_gate.rules.redact import redact
from tfdrift_gate.rules.ruleset import RuleSet
from tfdrift_gate.rules.severity import severity_of
from tfdrift_gate.rules.suppress import is_trusted, suppress
from tfdrift_gate.settings import LAST_APPLY, Settings, since_last_apply
from tfdrift_gate.sources import Progress, Question, Reading, Source, source_for
from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.declaration import IGNORED, Exceptions
from tfdrift_gate.terraform.fetch import StateText, fetch_discovered, fetch_named
from tfdrift_gate.terraform.plan import read_plan
from tfdrift_gate.terraform.root import RootModule, open_root
from tfdrift_gate.terraform.state import Belief, StateInstance, place, read_state

_WITHHELD_NOTE = "CloudTrail does not show environment variables: a change of them beside other settings stays unseen"


def check(
    settings: Settings, environment: Mapping[str, str], now: datetime, progress: Progress = lambda _: None
) -> Report:
    """Judge a root module and report everything learned.

    ``now`` ends the window unless ``until`` does. Raises :class:`GateError` where nothing could be judged;
    a source that could not be read whole is told in the report, whose verdict is then ``incomplete``.
    """
    catalog = load_catalog()
    rules = load_rules(Path(settings.rules) if settings.rules else find_rules(settings.dir), catalog)
    root = open_root(settings.dir, settings.workspace, environment)
    readers = [source_for(locator) for locator in settings.events]
    if [*settings.state, *settings.events, settings.plan].count("-") > 1:
        raise UsageError("reading standard input: - is named more than once", "name a file for one of them")
    # The window's own words are checked before anything is read.
    until = parse_bound(settings.until, "until", now) if settings.until else now
    since = parse_bound(settings.since, "since", now) if settings.since != LAST_APPLY else until - RETENTION
    window(since, until)

    found, texts, notes = _believed(settings, root, environment, catalog)
    here = settings.region[0] if len(settings.region) == 1 else region_from_environment()
    belief = place(found, catalog, region_read=here)
    if settings.since == LAST_APPLY:
        told = [text.written_at for text in texts if text.text is not None]
        since = max(since_last_apply(told), until - RETENTION) if told or not notes else since
    # A plan in the very second of the apply has a window of that second.
    span = TimeWindow(min(since, until), until)

    asked = replace(_question(settings, span, belief, catalog, progress), now=now)
    readings = [
        reading
        for locator, read in zip(settings.events, readers, strict=True)
        for reading in (_ask(read, replace(asked, locator=locator), bool(found), settings))
    ]
    accounts = {reading.coverage.account for reading in readings if reading.coverage.account}
    if len(accounts) == 1:
        belief = place(found, catalog, account_read=next(iter(accounts)), region_read=here)
    errors = [reading.error for reading in readings if reading.error] or _unread_accounts(readings, belief)
    learned = _learn([record for reading in readings for record in reading.records], span, catalog)
    judged = judge(learned.changes, belief.instances, catalog, settings.unmanaged)
    configuration = Configuration({})
    if judged.drifts or judged.reverted:
        configuration = read_configuration(root, environment)
    left, suppressed = _suppressed(judged.drifts, rules, configuration, settings, now.date())
    checked = _Checked([(drift, None, drift) for drift in left], [])
    if settings.verify and left:
        checked = _verified(left, catalog, configuration, settings, now, progress)
    suppressed.extend(_finding(drift, rules, configuration, why, live) for drift, why, live in checked.ignored)
    findings = [_finding(drift, rules, configuration, live=live, id_of=told) for drift, live, told in checked.standing]
    undone: list[tuple[Drift, LiveCheck | None]] = [
        (drift, None) for drift in judged.reverted if not is_trusted(drift, rules.trusted)
    ]
    reverted = [_finding(drift, rules, configuration, live=live) for drift, live in [*undone, *checked.refuted]]
    return Report(
        window=span,
        records_read=sum(reading.coverage.records_read for reading in readings),
        records_relevant=learned.relevant,
        managed=len(belief.instances),
        coverage=(*_coverage(readings, learned.changes), *checked.coverage),
        findings=_sorted(findings),
        suppressed=_sorted(suppressed),
        reverted=_sorted(reverted),
        skipped=(*belief.skipped, *learned.skipped, *configuration.skipped),
        notes=(*notes, *_unread_regions(settings, belief), *_waiver_notes(rules, settings, now.date())),
        problems=tuple(Problem(error.message, error.hint) for error in errors),
    )


def without_verdict(settings: Settings | None, error: GateError, now: datetime) -> Report:
    """Make the report of a run that could judge nothing because of ``error``."""
    try:
        until = parse_bound(settings.until, "until", now) if settings and settings.until else now
        since = parse_bound(settings.since, "since", now) if settings else now
    except UsageError:
        since = until = now
    return Report(window=TimeWindow(since, until), problems=(Problem(error.message, error.hint),))


def _believed(
    settings: Settings, root: RootModule, environment: Mapping[str, str], catalog: Catalog
) -> tuple[list[StateInstance], list[StateText], list[str]]:
    """State's instances: as named, else as the plan holds them, else from the root's own backend."""
    if settings.plan:
        plan = fetch_named(settings.plan, settings.credentials, "plan")
        planned = read_plan(plan.text or b"", plan.where, catalog)
        if not settings.state:
            return planned, [], []
    if settings.state:
        texts = [fetch_named(locator, settings.credentials) for locator in settings.state]
    else:
        texts = [fetch_discovered(root, settings.credentials, environment)]
    notes = [f"no state yet: looked for it in {text.where}" for text in texts if text.text is None]
    found = [instance for text in texts if text.text for instance in read_state(text.text, text.where, catalog)]
    return found, texts, notes


def _question(settings: Settings, span: TimeWindow, belief: Belief, catalog: Catalog, progress: Progress) -> Question:
    named = belief.regions
    if not named and (here := region_from_environment()):
        named = (here,)
    return Question(
        locator="",
        window=span,
        event_sources=catalog.event_sources,
        regions=settings.region or named,
        accounts=belief.accounts,
        credentials=settings.credentials,
        deadline=settings.deadline,
        progress=progress,
    )


def _ask(read: Source, question: Question, manages: bool, settings: Settings) -> Iterable[Reading]:
    """Ask one source; event history is not asked for where nothing could come of it."""
    live = question.locator.startswith("cloudtrail:")
    if live and not manages and settings.unmanaged != "all":
        note = "not asked: the given states manage no Lambda resource"
        yield Reading((), _nothing_read(question, note, complete=True))
    elif live and not question.regions:
        error = EventSourceError(
            "reading CloudTrail's event history: neither state nor the environment names a region",
            "name one with --region or AWS_REGION",
        )
        yield Reading((), _nothing_read(question, error.message, complete=False), error)
    else:
        yield from read(question)


def _unread_accounts(readings: Sequence[Reading], belief: Belief) -> list[EventSourceError]:
    """Name the accounts whose event history nobody read.

    An empty history of another account looks just like a clean one.

    Files tell no account of their own, so they are taken at their word.
    """
    live = [reading for reading in readings if reading.coverage.api_calls]
    if not live or len(live) < len(readings) or all(reading.coverage.account is None for reading in live):
        return []
    read = {reading.coverage.account for reading in live} - {None}
    for reading in live:
        read.update(
            raw.body["recipientAccountId"]
            for raw in reading.records
            if isinstance(raw.body, dict) and isinstance(raw.body.get("recipientAccountId"), str)
        )
    unread = sorted(belief.accounts - read)
    if not unread:
        return []
    return [
        EventSourceError(
            "reading CloudTrail's event history: the credentials belong to account"
            f" {', '.join(sorted(map(str, read)))}, and state also manages resources of {', '.join(unread)}",
            "use credentials of that account: --profile, --assume-role or the AWS_… variables",
        )
    ]


def _unread_regions(settings: Settings, belief: Belief) -> list[str]:
    """Name the regions that ``--region`` leaves out although state manages something there."""
    left_out = sorted(set(belief.regions) - set(settings.region)) if settings.region else []
    live = any(locator.startswith("cloudtrail:") for locator in settings.events)
    if not left_out or not live:
        return []
    return [f"state also manages resources in {', '.join(left_out)}, which --region leaves out: not judged there"]


def _nothing_read(question: Question, note: str, complete: bool) -> Coverage:
    span = question.window
    return Coverage(question.locator, None, None, span.since, span.until, complete, 0, 0, note)


@dataclass(frozen=True)
class _Learned:
    changes: tuple[Change, ...]
    skipped: tuple[Skipped, ...]
    relevant: int


def _learn(raws: Sequence[RawRecord], span: TimeWindow, catalog: Catalog) -> _Learned:
    """Records → changes: what takes part, what it did, and what of it was not understood."""
    changes: list[Change] = []
    skipped: list[Skipped] = []
    relevant = 0
    event_sources = catalog.event_sources
    for raw in without_duplicates(raws):
        record = read_record(raw, event_sources)
        if isinstance(record, Skipped):
            skipped.append(record)
        elif isinstance(record, Record) and record.event.event_time in span:
            relevant += 1
            meaning = interpret(record, catalog)
            skipped.extend(meaning.skipped)
            if meaning.change:
                changes.append(meaning.change)
    changes.sort(key=lambda change: (change.event.event_time, change.event.event_id or ""))
    skipped.sort(key=lambda entry: (entry.event_time.timestamp() if entry.event_time else 0.0, entry.detail))
    return _Learned(tuple(changes), tuple(skipped), relevant)


def _suppressed(
    drifts: Iterable[Drift], rules: RuleSet, configuration: Configuration, settings: Settings, today: date
) -> tuple[list[Drift], list[Finding]]:
    """Take off the drifts what is not held against anyone; give what is left, and that."""
    standing: list[Drift] = []
    suppressed: list[Finding] = []
    waivers = () if settings.no_waivers else rules.waivers
    for drift in drifts:
        exceptions = configuration.exceptions(drift.instance.address if drift.instance else None)
        left, taken = suppress(drift, exceptions, waivers, rules.trusted, today)
        if left is not None:
            standing.append(left)
        suppressed.extend(_finding(part, rules, configuration, why) for part, why in taken)
    return standing, suppressed


def _covered_by(exceptions: Exceptions) -> Callable[[str], bool]:
    return lambda attribute: any(covers(attribute) for _, covers in exceptions)


@dataclass(frozen=True)
class _Checked:
    """Drifts as Lambda itself tells, each with what it said."""

    standing: list[tuple[Drift, LiveCheck | None, Drift]]
    """The last of each: as CloudTrail told it. Waivers know a finding by that, so its id is that one's."""
    refuted: list[tuple[Drift, LiveCheck | None]]
    ignored: tuple[tuple[Drift, Suppression, LiveCheck], ...] = ()
    """What of the live values the configuration ignores, as it may single keys of a map."""
    coverage: tuple[Coverage, ...] = ()


def _verified(
    drifts: Sequence[Drift],
    catalog: Catalog,
    configuration: Configuration,
    settings: Settings,
    now: datetime,
    progress: Progress,
) -> _Checked:
    """Ask Lambda about what would be a finding, at most one read a resource."""
    asks = {ask.key: ask for ask in asks_of(drifts, catalog)}
    asked = Lambda(settings.credentials, settings.deadline, progress).ask(asks.values())
    standing: list[tuple[Drift, LiveCheck | None, Drift]] = []
    refuted: list[tuple[Drift, LiveCheck | None]] = []
    ignored: list[tuple[Drift, Suppression, LiveCheck]] = []
    for drift in drifts:
        exceptions = configuration.exceptions(drift.instance.address if drift.instance else None)
        ask = asks.get(drift.key)
        resource = catalog.resources[drift.key.resource_type]
        found = unasked(drift)
        if ask:
            found = verified(drift, ask, asked.answers[ask.key], resource, now, _covered_by(exceptions))
        if found.stands:
            stands, live = found.stands
            left, taken = suppress(stands, exceptions, (), (), now.date())
            standing.extend([(left, live, drift)] if left else [])
            ignored.extend((part, why, live) for part, why in taken)
        if found.refuted:
            refuted.append(found.refuted)
        if found.ignored:
            ignored.append((found.ignored[0], IGNORED, found.ignored[1]))
    return _Checked(standing, refuted, tuple(ignored), asked.coverage(now))


def _finding(
    drift: Drift,
    rules: RuleSet,
    configuration: Configuration,
    suppressed_by: Suppression | None = None,
    live: LiveCheck | None = None,
    id_of: Drift | None = None,
) -> Finding:
    verdict = severity_of(drift, rules.rules)
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


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
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


def _coverage(readings: Sequence[Reading], changes: Sequence[Change]) -> tuple[Coverage, ...]:
    found = [reading.coverage for reading in readings]
    if found and any(change.rewrites for change in changes):
        found[0] = replace(found[0], note="; ".join(part for part in (found[0].note, _WITHHELD_NOTE) if part))
    return tuple(found)


def _waiver_notes(rules: RuleSet, settings: Settings, today: date) -> list[str]:
    if settings.no_waivers:
        return []
    return [
        f"a waiver has expired and no longer waives: {waiver.words} ({waiver.reason}; owner {waiver.owner},"
        f" expired {waiver.expires.isoformat()})"
        for waiver in rules.waivers
        if today >= waiver.expires
    ]
