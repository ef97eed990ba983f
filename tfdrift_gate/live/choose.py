"""Which one read tells most about the findings of a resource."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tfdrift_gate.catalog import Catalog, LiveRead, Resource
from tfdrift_gate.model import Drift, Kind, ResourceKey


@dataclass(frozen=True)
class Ask:
    """One read about one resource."""

    key: ResourceKey
    read: LiveRead
    request: tuple[tuple[str, str | int], ...]
    """Member and value, in the catalogue's order."""


def asks_of(drifts: Iterable[Drift], catalog: Catalog) -> list[Ask]:
    """Choose at most one read for each resource that drifted, in a stable order.

    Instances that share a resource share its read. A resource that no read can tell more about has none.
    """
    by_key: dict[ResourceKey, list[Drift]] = {}
    for drift in drifts:
        by_key.setdefault(drift.key, []).append(drift)
    asks = []
    for key in sorted(by_key, key=lambda key: (key.account, key.region, key.resource_type, key.parts)):
        resource = catalog.resources[key.resource_type]
        read = _chosen(by_key[key], resource)
        if read is None:
            continue
        try:
            asks.append(Ask(key, read, tuple(resource.request_of(read, key).items())))
        except ValueError:
            continue  # a version that is no number: there is no such thing to ask about
    return asks


def _chosen(drifts: Sequence[Drift], resource: Resource) -> LiveRead | None:
    """Take the read that shows most of what drifted, the narrower of two that show alike.

    Whether a thing is there at all the first read tells.
    """
    if any(drift.kind in (Kind.DELETED, Kind.UNMANAGED) for drift in drifts):
        return resource.live[0] if resource.live else None
    wanted = {resource.attribute_behind(change.attribute) for drift in drifts for change in drift.changes}
    best = max(resource.live, key=lambda read: len(wanted & set(read.attributes)), default=None)
    return best if best and wanted & set(best.attributes) else None
