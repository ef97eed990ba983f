"""What the change under review would do about the drifts: by its plan where there is one, else by its configuration."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.model import (
    Change,
    Drift,
    Event,
    ResourceInstance,
    ResourceKey,
    Skipped,
    SourceRange,
    TimeWindow,
    Unexplained,
)
from tfdrift_gate.planned.effect import NONE_ARRIVE, Arrivals, as_ignored, with_effects
from tfdrift_gate.planned.literal import with_literals
from tfdrift_gate.planned.refresh import how_far_back, settle, unexplained_drifts
from tfdrift_gate.rules.redact import redact
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.plan import Plan
from tfdrift_gate.terraform.state import Belief, StateInstance, name_of


@dataclass(frozen=True)
class Review:
    """The change under review: its configuration, and its plan where one is given."""

    configuration: Configuration
    catalog: Catalog
    plan: Plan | None = None
    arrivals: Arrivals = NONE_ARRIVE
    ambiguous: frozenset[str] = frozenset()
    """Addresses that several of the given states have: of which of them the configuration speaks it does not say."""

    def settled(self, drift: Drift) -> tuple[Drift | None, Drift | None]:
        """Settle what CloudTrail withholds by what the plan's refresh saw; give what stands and what does not."""
        return settle(drift, self.plan, self.catalog) if self.plan else (drift, None)

    def with_effects(self, drift: Drift, is_ignored: bool = False) -> Drift:
        """Say what the plan would do about a drift, and mark as settled what the change under review adopts.

        What the configuration ignores it does not adopt.
        """
        if self.plan is None:
            if drift.instance and drift.instance.address in self.ambiguous:
                return drift
            return with_literals(drift, self.configuration, self.catalog)
        told = with_effects(drift, self.plan, self.arrivals, self.catalog)
        return as_ignored(told) if is_ignored else told


def review(
    configuration: Configuration, plan: Plan | None, believed: Iterable[StateInstance], belief: Belief, catalog: Catalog
) -> Review:
    """Make a review; what the plan would create or import gets its place in AWS beside what is ``believed``."""
    if plan is None:
        if len(belief.accounts) > 1 or len(belief.regions) > 1:
            # The same id may be another thing there, and an import block does not say where its own is.
            configuration = replace(configuration, imports={})
        states = list(believed)
        twice = {address for address, many in Counter(state.address for state in states).items() if many > 1}
        # One root given twice is one thing: what its state says is the id of it tells that.
        names = {name_of(state) for state in states if state.address in twice}
        addresses = Counter(address for address, _ in names)
        return Review(configuration, catalog, ambiguous=frozenset(name for name in addresses if addresses[name] > 1))
    account = next(iter(belief.accounts)) if len(belief.accounts) == 1 else None
    region = belief.regions[0] if len(belief.regions) == 1 else None
    everything = place([*(state for state, _ in plan.arriving), *believed], catalog, account, region)
    keys = {id(instance.attributes): instance.key for instance in everything.instances}
    placed = [(keys[id(state.attributes)], change) for state, change in plan.arriving if id(state.attributes) in keys]
    imported = {key: change for key, change in placed if change.importing}
    created = frozenset(key for key, change in placed if not change.importing)
    return Review(configuration, catalog, plan, Arrivals(imported, created))


def unexplained(
    instances: Iterable[ResourceInstance],
    told: Iterable[Drift],
    reverted: Iterable[Drift],
    changes: Iterable[Change],
    made: Review,
    window: TimeWindow,
) -> tuple[Unexplained, ...]:
    """List what the plan's refresh saw and nothing that is ``told``, suppressed things included, is about.

    What was ``reverted`` explains it as well, where the plan looked before that. ``changes`` are what was read.
    """
    plan = made.plan
    if plan is None:
        return ()
    listed = []
    later = [drift for drift in reverted if drift.events and _is_after(drift.events[-1], plan)]
    times: dict[ResourceKey, list[datetime]] = {}
    for change in changes:
        times.setdefault(change.key, []).append(change.event.event_time)
    for drift in unexplained_drifts(plan, list(instances), [*told, *later], made.catalog):
        shown = redact(made.with_effects(drift))
        address = drift.instance.address if drift.instance else ""
        declared = made.configuration.find(address)
        source: SourceRange | None = declared.source if declared else None
        listed.append(
            Unexplained(
                address=address,
                resource_type=drift.key.resource_type,
                resource_id=drift.resource_id or None,
                kind=drift.kind,
                changes=tuple(change._replace(settled=None) for change in shown.changes),
                hint=how_far_back(drift, plan, window, made.catalog, times.get(drift.key, ())),
                source=source,
                whole_effect=shown.plan_effect,
            )
        )
    return tuple(listed)


def _is_after(event: Event, plan: Plan) -> bool:
    return plan.made_at is None or event.event_time >= plan.made_at.replace(microsecond=0)


def about_the_plan(plan: Plan | None, has_state: bool) -> tuple[tuple[Skipped, ...], tuple[str, ...]]:
    """Say what of a plan is not there: a gate that did not run in it, or its end. Gives what is skipped, and notes.

    ``has_state`` tells whether a state was given beside it.
    """
    if plan is None:
        return (), ()
    skipped = []
    notes = []
    for gate in plan.gates:
        if gate.outcome == "deferred":
            why = f" ({gate.why})" if gate.why else ""
            detail = f"{gate.module}: its gate waits for the apply{why}, so it did not judge this plan"
            skipped.append(Skipped("gate-not-run", detail))
        elif gate.outcome == "left-out":
            why = "Terraform could not finish it" if plan.errored else "left out by -target, or the plan destroys"
            detail = f"{gate.module}: its gate did not run in this plan: {why}"
            skipped.append(Skipped("gate-not-run", detail))
        elif gate.outcome == "off":
            notes.append(f"{gate.module} was switched off in this plan: its gate judged nothing")
    if plan.destroys and not has_state:
        detail = (
            f"{plan.where}: a destroy plan has refreshed what it holds and does not say what that changed:"
            " name the state with --state to see what was changed by hand"
        )
        skipped.append(Skipped("plan-destroys", detail))
    if plan.errored:
        detail = (
            f"{plan.where}: Terraform could not finish the plan, and what it did not reach has no plan_effect:"
            " make it with TFDRIFT_GATE_MODE=annotate where the module's own gate stopped it"
        )
        skipped.append(Skipped("plan-errored", detail))
    return tuple(skipped), tuple(notes)
