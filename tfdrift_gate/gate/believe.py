"""What Terraform believes, from where the options say: states, a plan, or the root module's own backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.settings import Settings
from tfdrift_gate.terraform.fetch import StateText, fetch_discovered, fetch_named
from tfdrift_gate.terraform.plan import read_plan
from tfdrift_gate.terraform.root import RootModule
from tfdrift_gate.terraform.state import StateInstance, read_state


@dataclass(frozen=True)
class Believed:
    """The instances that state or plan hold, the states' texts, and what a reader must know of them."""

    instances: list[StateInstance]
    texts: tuple[StateText, ...] = ()
    notes: tuple[str, ...] = ()


def believed(settings: Settings, root: RootModule, environment: Mapping[str, str], catalog: Catalog) -> Believed:
    """Read the instances: as named, else as the plan holds them, else from the root's own backend.

    Raises :class:`StateError` where they cannot be read.
    """
    if settings.plan:
        plan = fetch_named(settings.plan, settings.credentials, "plan")
        planned = read_plan(plan.text or b"", plan.where, catalog)
        if not settings.state:
            return Believed(planned)
    if settings.state:
        texts = [fetch_named(locator, settings.credentials) for locator in settings.state]
    else:
        texts = [fetch_discovered(root, settings.credentials, environment)]
    notes = tuple(f"no state yet: looked for it in {text.where}" for text in texts if text.text is None)
    found = [instance for text in texts if text.text for instance in read_state(text.text, text.where, catalog)]
    return Believed(found, tuple(texts), notes)
