"""One root module in a run: what is known of it before event history is asked, and its report after that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog
from tfdrift_gate.checkout import find_checkout
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.gate.believe import Believed, believed, with_the_plans_secrets
from tfdrift_gate.gate.history import unread_accounts, unread_regions
from tfdrift_gate.gate.learn import Learned
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
from tfdrift_gate.model import Drift, LiveCheck, Problem, Report, ResourceInstance, ResourceKey, Skipped, TimeWindow
from tfdrift_gate.rules.load import find_rules, load_rules
from tfdrift_gate.rules.ruleset import RuleSet
from tfdrift_gate.rules.suppress import is_trusted
from tfdrift_gate.settings import LAST_APPLY, Settings, since_last_apply
from tfdrift_gate.sources import Progress, Reading, can_be_proven, source_for
from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.place import Places, place
from tfdrift_gate.terraform.root import RootModule, open_root
from tfdrift_gate.terraform.state import Belief


@dataclass(frozen=True)
class Root:
    """A root module before event history is asked: its rules, what Terraform believes, and its own window."""

    settings: Settings
    module: RootModule
    rules: RuleSet
    held: Believed
    belief: Belief
    span: TimeWindow


@dataclass(frozen=True)
class Beside:
    """What a root module is judged beside: the other root modules of the run."""

    managed: Mapping[ResourceKey, Sequence[ResourceInstance]] | None = None
    """What any of the run's root modules manages; None where it is the only one."""
    notes: Sequence[str] = ()
    """What must be said of this one because of the others."""
    strangers: bool = True
    """Whether what hangs on nothing and nobody manages is told here: one of the root modules does."""


def open_and_believe(settings: Settings, environment: Mapping[str, str], catalog: Catalog, now: datetime) -> Root:
    """Read the rules and what Terraform believes; raises :class:`GateError` where that cannot be done."""
    rules = load_rules(Path(settings.rules) if settings.rules else find_rules(settings.dir), catalog)
    module = open_root(settings.dir, settings.workspace, environment)
    check_options(settings, now)
    until = parse_bound(settings.until, "until", now) if settings.until else now
    since = parse_bound(settings.since, "since", now) if settings.since != LAST_APPLY else until - RETENTION

    held = believed(settings, module, environment, catalog)
    belief = with_the_plans_secrets(place(held.instances, catalog, region_read=_here(settings)), held.plan)
    if settings.since == LAST_APPLY:
        told = [text.written_at for text in held.texts if text.text is not None]
        since = max(since_last_apply(told), until - RETENTION) if told or not held.notes else since
    # A plan in the very second of the apply has a window of that second.
    return Root(settings, module, rules, held, belief, TimeWindow(min(since, until), until))


def placed_beside(root: Root, functions: Places, catalog: Catalog) -> Root:
    """Place what a root module's own state does not place by the functions of the run's other root modules."""
    if not root.belief.skipped:
        return root
    placed = place(root.held.instances, catalog, region_read=_here(root.settings), elsewhere=functions)
    return replace(root, belief=with_the_plans_secrets(placed, root.held.plan))


def check_options(settings: Settings, now: datetime) -> None:
    """Look at what needs no file: the sources' and the window's own words. Raises :class:`UsageError`."""
    for locator in settings.events:
        source_for(locator)
    if [*settings.state, *settings.events, settings.plan].count("-") > 1:
        raise UsageError("reading standard input: - is named more than once", "name a file for one of them")
    if settings.validate_digests and not all(map(can_be_proven, settings.events)):
        raise UsageError(
            "reading --validate-digests: digests prove a trail's files, and other event history is asked for",
            "name the trail's bucket or a copy of it with --events (s3://bucket/prefix, a folder)",
        )
    # The window's own words are checked before anything is read.
    until = parse_bound(settings.until, "until", now) if settings.until else now
    window(parse_bound(settings.since, "since", now) if settings.since != LAST_APPLY else until - RETENTION, until)


def placed_after_reading(root: Root, readings: Sequence[Reading], catalog: Catalog) -> Root:
    """Place what state alone does not place, where the account that was read tells it."""
    accounts = {reading.coverage.account for reading in readings if reading.coverage.account}
    if len(accounts) != 1 or root.belief.accounts:
        return root
    account = next(iter(accounts))
    placed = place(root.held.instances, catalog, account_read=account, region_read=_here(root.settings))
    return replace(root, belief=with_the_plans_secrets(placed, root.held.plan))


def judged(
    root: Root,
    readings: Sequence[Reading],
    learned: Learned,
    environment: Mapping[str, str],
    catalog: Catalog,
    now: datetime,
    progress: Progress,
    skipped: Sequence[Skipped] = (),
    beside: Beside = Beside(),
) -> Report:
    """Judge a root module by what was read and learned; ``skipped`` is what of that was not understood.

    The report's ``coverage`` lacks what ``readings`` cover: that is for the run to tell. Raises :class:`GateError`
    where nothing could be judged.
    """
    settings, rules, held, belief, span = root.settings, root.rules, root.held, root.belief, root.span
    counting = [reading for reading in readings if beside.managed is None or _concerns(reading, root)]
    errors = [reading.error for reading in counting if reading.error] or unread_accounts(readings, belief)
    found = judge(learned.changes, belief.instances, catalog, settings.unmanaged, beside.managed)
    if not beside.strangers:
        found = replace(found, drifts=_attached(found.drifts, catalog), reverted=_attached(found.reverted, catalog))
    configuration = Configuration({})
    if found.drifts or found.reverted or (held.plan and held.plan.refreshed):
        configuration = read_configuration(root.module, environment)
    change = review(configuration, held.plan, held.instances, belief, catalog)
    left, taken_off = suppressed(found.drifts, rules, change, settings, now.date())
    held_against = reviewed(left, change, rules, settings, now.date())
    taken_off.extend(finding(drift, rules, configuration, why) for drift, why in held_against.adopted)
    checked = Checked([(drift, None, told) for drift, told in held_against.standing], [])
    if settings.verify and held_against.standing:
        checked = verified_live(held_against.standing, catalog, change, settings, now, progress)
    taken_off.extend(finding(drift, rules, configuration, why, live) for drift, why, live in checked.ignored)
    findings = [finding(drift, rules, configuration, live=live, id_of=told) for drift, live, told in checked.standing]
    undone: list[tuple[Drift, LiveCheck | None]] = [
        (drift, None) for drift in (*found.reverted, *held_against.refuted) if not is_trusted(drift, rules.trusted)
    ]
    reverted = [finding(drift, rules, configuration, live=live) for drift, live in [*undone, *checked.refuted]]
    unjudged, plan_notes = about_the_plan(held.plan, bool(settings.state))
    idle: list[str] = []
    if not errors:
        idle = idle_waiver_notes(rules, settings, now.date(), taken_off, found.drifts, [drift for drift, _ in undone])
    return Report(
        window=span,
        records_read=sum(reading.coverage.records_read for reading in readings),
        records_relevant=learned.relevant,
        managed=len(belief.instances),
        coverage=checked.coverage,
        findings=in_order(findings),
        suppressed=in_order(taken_off),
        reverted=in_order(reverted),
        skipped=(*belief.skipped, *skipped, *configuration.skipped, *unjudged),
        unexplained=unexplained(
            belief.instances,
            [*(each.drift for each in (*findings, *taken_off)), *(drift for drift, _ in checked.refuted)],
            found.reverted,
            learned.changes,
            change,
            span,
        ),
        checkout=find_checkout(root.module.folder, environment, settings.workspace),
        notes=(
            *held.notes,
            *beside.notes,
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
    """Make the report of a run, or of one root module in it, that could judge nothing because of ``error``."""
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


def _here(settings: Settings) -> str | None:
    return settings.region[0] if len(settings.region) == 1 else region_from_environment()


def _concerns(reading: Reading, root: Root) -> bool:
    """Tell whether a root module's verdict depends on a read: on those of where it manages something.

    What is looked for everywhere, or may be anywhere, depends on all of them.
    """
    belief, read = root.belief, reading.coverage
    if root.settings.unmanaged == "all" or belief.skipped:
        return True
    there = read.account is None or read.account in belief.accounts
    return there and (read.region is None or read.region in belief.regions)


def _attached(drifts: Sequence[Drift], catalog: Catalog) -> tuple[Drift, ...]:
    """Leave out what hangs on nothing and nobody manages."""
    return tuple(drift for drift in drifts if drift.instance or catalog.resources[drift.key.resource_type].parent)
