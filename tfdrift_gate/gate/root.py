"""One root module in a run: what is known of it before event history is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog
from tfdrift_gate.checkout import find_checkout
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.gate.believe import Believed, believed, with_the_plans_secrets
from tfdrift_gate.instant import RETENTION, parse_bound, window
from tfdrift_gate.model import Problem, Report, TimeWindow
from tfdrift_gate.rules.find import find_rules
from tfdrift_gate.settings import LAST_APPLY, Settings, since_last_apply
from tfdrift_gate.sources import Reading, can_be_proven, source_for
from tfdrift_gate.terraform.place import Places, place
from tfdrift_gate.terraform.root import RootModule, open_root
from tfdrift_gate.terraform.state import Belief

if TYPE_CHECKING:
    from tfdrift_gate.rules.ruleset import RuleSet


@dataclass(frozen=True)
class Root:
    """A root module before event history is asked: its rules, what Terraform believes, and its own window."""

    settings: Settings
    module: RootModule
    rules: RuleSet | None
    """Those of its rules file; None where it has none."""
    held: Believed
    belief: Belief
    span: TimeWindow


def open_and_believe(settings: Settings, environment: Mapping[str, str], catalog: Catalog, now: datetime) -> Root:
    """Read the rules and what Terraform believes; raises :class:`GateError` where that cannot be done."""
    rules = None
    if file := Path(settings.rules) if settings.rules else find_rules(settings.dir):
        from tfdrift_gate.rules.load import load_rules

        rules = load_rules(file, catalog)
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
