"""What the configuration adopts by itself, where no plan tells: inside a plan, and in a check without one.

Only what the configuration gives literally counts: what a reference will be, only a plan can say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tfdrift_gate.catalog import Catalog, Resource, key_path
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.model import SENSITIVE, AttributeChange, Drift, Kind, ResourceKey
from tfdrift_gate.planned.adopted import ADOPTED, IMPORTED
from tfdrift_gate.rules.suppress import differing_keys, parted
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.declaration import Declaration


def with_literals(drift: Drift, configuration: Configuration, catalog: Catalog) -> Drift:
    """Mark as settled what of a drift the configuration says literally, or imports.

    A deletion is not adopted: that a block is not there is nothing literal, and the plan that Terraform makes tells.
    """
    resource = catalog.resources[drift.key.resource_type]
    if drift.instance is None:
        taken = (resource.type, drift.resource_id) in configuration.imports
        return replace(drift, settled=IMPORTED) if taken and drift.kind is Kind.UNMANAGED else drift
    declared = configuration.find(drift.instance.address)
    if declared is None or drift.kind is not Kind.MODIFIED:
        return drift
    changes = (part for change in drift.changes for part in _parts(change, declared, resource, drift.key))
    return replace(drift, changes=tuple(changes))


def _parts(
    change: AttributeChange, declared: Declaration, resource: Resource, key: ResourceKey
) -> tuple[AttributeChange, ...]:
    if not change.known or change.after == SENSITIVE:
        return (change,)
    keys = differing_keys(change)
    if not keys:
        return (change._replace(settled=ADOPTED),) if _says(change, declared, resource, key) else (change,)
    said = declared.literals.get("tags" if change.attribute in ("tags", "tags_all") else change.attribute)
    after = change.after or {}
    # A key that is not there may be the provider's own (default_tags), so only one that is there is adopted.
    adopted = {name for name in keys if isinstance(said, Mapping) and name in said and said[name] == after.get(name)}
    paths = {key_path(change.attribute, name) for name in adopted}
    return tuple(
        part._replace(settled=ADOPTED) if adopted >= set(differing_keys(part)) else part
        for part in parted(change, paths.__contains__)
    )


def _says(change: AttributeChange, declared: Declaration, resource: Resource, key: ResourceKey) -> bool:
    for path in (change.attribute, *change.also_named):
        name = resource.attribute_behind(path)
        if name and path in declared.literals:
            return equal(declared.literals[path], change.after, resource.attributes[name], key)
    return False
