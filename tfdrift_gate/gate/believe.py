"""What Terraform believes, from where the options say: states, a plan, or the root module's own backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.settings import LAST_APPLY, Settings
from tfdrift_gate.terraform.fetch import StateText, fetch_discovered, fetch_named
from tfdrift_gate.terraform.root import RootModule
from tfdrift_gate.terraform.state import Belief, StateInstance, name_of, read_state

if TYPE_CHECKING:
    from tfdrift_gate.terraform.plan import Plan


@dataclass(frozen=True)
class Believed:
    """The instances that state or plan hold, the states' texts, the plan, and what a reader must know of them."""

    instances: list[StateInstance]
    texts: tuple[StateText, ...] = ()
    notes: tuple[str, ...] = ()
    plan: Plan | None = None
    states: tuple[tuple[str, list[StateInstance]], ...] = ()
    """Where each state was read, and what stood in it."""


def believed(settings: Settings, root: RootModule, environment: Mapping[str, str], catalog: Catalog) -> Believed:
    """Read the instances: as named, with those that the plan holds, else from the root's own backend.

    Raises :class:`StateError` where they cannot be read.
    """
    plan = None
    if settings.plan:
        from tfdrift_gate.terraform.plan import read_plan

        text = fetch_named(settings.plan, settings.credentials, "plan")
        plan = read_plan(text.text or b"", text.where, catalog)
        if not settings.state:
            # A plan does not say when the state was last written; the state itself does.
            dated = settings.since == LAST_APPLY and plan.has_prior_state
            texts = [fetch_discovered(root, settings.credentials, environment)] if dated else []
            return Believed(list(plan.instances), tuple(texts), _no_prior_state(plan), plan)
    if settings.state:
        texts = [fetch_named(locator, settings.credentials) for locator in settings.state]
    else:
        texts = [fetch_discovered(root, settings.credentials, environment)]
    notes = tuple(f"no state yet: looked for it in {text.where}" for text in texts if text.text is None)
    states = tuple((text.where, read_state(text.text, text.where, catalog)) for text in texts if text.text)
    found = [instance for _, instances in states for instance in instances]
    if plan is None:
        return Believed(found, tuple(texts), notes, states=states)
    # One root may be given as both; the same address in two states is two things.
    names = list(map(name_of, found))
    known = set(names)
    planned = {name_of(instance): instance for instance in plan.instances}
    added = [instance for name, instance in planned.items() if name not in known]
    # What the plan moves is known by the address that the configuration has.
    kept = [
        instance
        for instance, (address, id_) in zip(found, names, strict=True)
        if (plan.moved.get(address), id_) not in planned
    ]
    if names and planned and len(kept) == len(found) and len(added) == len(planned):
        notes += (f"the plan {plan.where} is about nothing that the given states manage: is it another root module's?",)
    return Believed([*kept, *added], tuple(texts), notes, plan, states)


def with_the_plans_secrets(belief: Belief, plan: Plan | None) -> Belief:
    """Count as sensitive also what only the plan marks so: the change under review may be what marks it."""
    if plan is None:
        return belief
    instances = tuple(
        replace(instance, sensitive=tuple(dict.fromkeys((*instance.sensitive, *marks)))) if marks else instance
        for instance in belief.instances
        for marks in [plan.sensitive_of(instance.address)]
    )
    return replace(belief, instances=instances)


def _no_prior_state(plan: Plan) -> tuple[str, ...]:
    return () if plan.has_prior_state else (f"no state yet: the plan {plan.where} has no prior state",)
