"""The steps of one run, in their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.checkout import find_checkout
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.gate.believe import believed, with_the_plans_secrets
from tfdrift_gate.gate.history import ask, coverage, question, unread_accounts, unread_regions
from tfdrift_gate.gate.learn import learn
from tfdrift_gate.gate.plan import about_the_plan, review, unexplained
from tfdrift_gate.gate.settle import (
    Checked,
    finding,
    idle_waiver_notes,
    in_order,
    reviewed,
    suppressed,
    verified_live,
    waiver_notes,
)
from tfdrift_gate.instant import RETENTION, parse_bound, window
from tfdrift_gate.model import Drift, LiveCheck, Problem, Report, TimeWindow
from tfdrift_gate.rules.load import find_rules, load_rules
from tfdrift_gate.rules.suppress import is_trusted
from tfdrift_gate.settings import LAST_APPLY, Settings, since_last_apply
from tfdrift_gate.sources import Progress, can_be_proven, source_for
from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.root import open_root
from tfdrift_gate.terraform.state import place


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
    if settings.validate_digests and not all(map(can_be_proven, settings.events)):
        raise UsageError(
            "reading --validate-digests: digests prove a trail's files, and other event history is asked for",
            "name the trail's bucket or a copy of it with --events (s3://bucket/prefix, a folder)",
        )
    # The window's own words are checked before anything is read.
    until = parse_bound(settings.until, "until", now) if settings.until else now
    since = parse_bound(settings.since, "since", now) if settings.since != LAST_APPLY else until - RETENTION
    window(since, until)

    held = believed(settings, root, environment, catalog)
    here = settings.region[0] if len(settings.region) == 1 else region_from_environment()
    belief = with_the_plans_secrets(place(held.instances, catalog, region_read=here), held.plan)
    if settings.since == LAST_APPLY:
        told = [text.written_at for text in held.texts if text.text is not None]
        since = max(since_last_apply(told), until - RETENTION) if told or not held.notes else since
    # A plan in the very second of the apply has a window of that second.
    span = TimeWindow(min(since, until), until)

    asked = question(settings, span, belief, catalog, now, progress)
    readings = [
        reading
        for locator, read in zip(settings.events, readers, strict=True)
        for reading in ask(read, replace(asked, locator=locator), bool(held.instances), settings)
    ]
    accounts = {reading.coverage.account for reading in readings if reading.coverage.account}
    if len(accounts) == 1:
        placed = place(held.instances, catalog, account_read=next(iter(accounts)), region_read=here)
        belief = with_the_plans_secrets(placed, held.plan)
    errors = [reading.error for reading in readings if reading.error] or unread_accounts(readings, belief)
    learned = learn([record for reading in readings for record in reading.records], span, catalog)
    judged = judge(learned.changes, belief.instances, catalog, settings.unmanaged)
    configuration = Configuration({})
    if judged.drifts or judged.reverted or (held.plan and held.plan.refreshed):
        configuration = read_configuration(root, environment)
    change = review(configuration, held.plan, held.instances, belief, catalog)
    left, taken_off = suppressed(judged.drifts, rules, change, settings, now.date())
    held_against = reviewed(left, change, rules, settings, now.date())
    taken_off.extend(finding(drift, rules, configuration, why) for drift, why in held_against.adopted)
    checked = Checked([(drift, None, told) for drift, told in held_against.standing], [])
    if settings.verify and held_against.standing:
        checked = verified_live(held_against.standing, catalog, change, settings, now, progress)
    taken_off.extend(finding(drift, rules, configuration, why, live) for drift, why, live in checked.ignored)
    findings = [finding(drift, rules, configuration, live=live, id_of=told) for drift, live, told in checked.standing]
    undone: list[tuple[Drift, LiveCheck | None]] = [
        (drift, None) for drift in (*judged.reverted, *held_against.refuted) if not is_trusted(drift, rules.trusted)
    ]
    reverted = [finding(drift, rules, configuration, live=live) for drift, live in [*undone, *checked.refuted]]
    unjudged, plan_notes = about_the_plan(held.plan, bool(settings.state))
    idle: list[str] = []
    if not errors:
        idle = idle_waiver_notes(rules, settings, now.date(), taken_off, judged.drifts, [drift for drift, _ in undone])
    return Report(
        window=span,
        records_read=sum(reading.coverage.records_read for reading in readings),
        records_relevant=learned.relevant,
        managed=len(belief.instances),
        coverage=(*coverage(readings, learned.changes, held.plan), *checked.coverage),
        findings=in_order(findings),
        suppressed=in_order(taken_off),
        reverted=in_order(reverted),
        skipped=(*belief.skipped, *learned.skipped, *configuration.skipped, *unjudged),
        unexplained=unexplained(
            belief.instances,
            [*(each.drift for each in (*findings, *taken_off)), *(drift for drift, _ in checked.refuted)],
            judged.reverted,
            learned.changes,
            change,
            span,
        ),
        checkout=find_checkout(root.folder, environment, settings.workspace),
        notes=(
            *held.notes,
            *plan_notes,
            *unread_regions(settings, belief),
            *waiver_notes(rules, settings, now.date()),
            *idle,
        ),
        problems=tuple(Problem(error.message, error.hint) for error in errors),
    )


def without_verdict(
    settings: Settings | None, environment: Mapping[str, str], error: GateError, now: datetime
) -> Report:
    """Make the report of a run that could judge nothing because of ``error``."""
    try:
        until = parse_bound(settings.until, "until", now) if settings and settings.until else now
        since = parse_bound(settings.since, "since", now) if settings else now
    except UsageError:
        since = until = now
    return Report(
        window=TimeWindow(since, until),
        checkout=find_checkout(
            Path(settings.dir if settings else "."), environment, settings.workspace if settings else None
        ),
        problems=(Problem(error.message, error.hint),),
    )
