"""What is managed by more than one state: each has its finding, and every reader must know of the other."""

from __future__ import annotations

from collections.abc import Sequence

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.gate.root import Root
from tfdrift_gate.model import ResourceKey

MOST_TWICE = 5
"""Resources that a root module's notes name."""
_MOST_HOLDERS = 3


def managed_twice(roots: Sequence[Root], catalog: Catalog) -> list[list[str]]:
    """Give the notes of each root module about what another state manages too, one of its own or another's."""
    notes: list[list[str]] = [[] for _ in roots]
    if len(roots) < 2 and all(len(root.held.states) < 2 for root in roots):
        return notes
    holders: dict[ResourceKey, list[tuple[int, str, str]]] = {}
    for number, root in enumerate(roots):
        whole = root.held.plan.where if root.held.plan else root.settings.dir
        where = {id(each.attributes): name for name, instances in root.held.states for each in instances}
        for instance in root.belief.instances:
            stands = (number, where.get(id(instance.attributes), whole), instance.address)
            holders.setdefault(instance.key, []).append(stands)
    for key, found in holders.items():
        if len({(number, where) for number, where, _ in found}) < 2:
            continue
        named = [f"{address} ({where})" for _, where, address in found[:_MOST_HOLDERS]]
        more = len(found) - _MOST_HOLDERS
        if more > 0:
            named.append(f"{more} more")
        resource_id = catalog.resources[key.resource_type].id_of(key)
        listing = f"{', '.join(named[:-1])} and {named[-1]}"
        note = f"{key.resource_type} {resource_id} is managed by more than one state: {listing}"
        for number in sorted({number for number, _, _ in found}):
            notes[number].append(note)
    return [_shortened(each) for each in notes]


def _shortened(notes: list[str]) -> list[str]:
    more = len(notes) - MOST_TWICE
    return notes if more <= 0 else [*notes[:MOST_TWICE], f"{more} more resources are managed by more than one state"]
