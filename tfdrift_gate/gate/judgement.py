"""What was learned, held against what Terraform believes, the rules, the change under review and Lambda itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.gate.learn import Learned
from tfdrift_gate.gate.plan import about_the_plan, review, unexplained
from tfdrift_gate.gate.report import Beside, Judged
from tfdrift_gate.gate.root import Root
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
from tfdrift_gate.model import Drift, LiveCheck
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.rules.suppress import is_trusted
from tfdrift_gate.sources import Progress
from tfdrift_gate.terraform.configuration import Configuration, read_configuration


def judge_root(
    root: Root,
    learned: Learned,
    read_whole: bool,
    environment: Mapping[str, str],
    catalog: Catalog,
    now: datetime,
    progress: Progress,
    beside: Beside,
) -> Judged:
    """Judge a root module by what was learned; raises :class:`GateError` where nothing can be judged.

    ``read_whole`` tells whether everything was read: of what was not, nobody knows what a waiver would have matched.
    """
    settings, held, belief, span = root.settings, root.held, root.belief, root.span
    rules = root.rules or load_rules(None, catalog)
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
    if read_whole:
        idle = idle_waiver_notes(rules, settings, now.date(), taken_off, found.drifts, [drift for drift, _ in undone])
    return Judged(
        findings=in_order(findings),
        suppressed=in_order(taken_off),
        reverted=in_order(reverted),
        skipped=(*configuration.skipped, *unjudged),
        unexplained=unexplained(
            belief.instances,
            [*(each.drift for each in (*findings, *taken_off)), *(drift for drift, _ in checked.refuted)],
            found.reverted,
            learned.changes,
            change,
            span,
        ),
        coverage=checked.coverage,
        about_plan=plan_notes,
        about_waivers=(*waiver_notes(rules, settings, now.date()), *idle),
    )


def _attached(drifts: Sequence[Drift], catalog: Catalog) -> tuple[Drift, ...]:
    """Leave out what hangs on nothing and nobody manages."""
    return tuple(drift for drift in drifts if drift.instance or catalog.resources[drift.key.resource_type].parent)
