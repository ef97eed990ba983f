"""Attributes of which a call changes single keys: tags by their key, a policy by its statements' ids.

A single key's write stands in the fold under ``tags["team"]``; a creation writes the whole, under ``tags``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.catalog import Attribute
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.drift.fold import Net, Write
from tfdrift_gate.model import WITHHELD, ResourceInstance
from tfdrift_gate.policy import statements_of, with_statements


@dataclass(frozen=True)
class KeyedDifference:
    """What calls on single keys (and on the whole before them) made of an attribute."""

    attribute: str
    before: Any
    after: Any
    """The whole value, as Terraform writes it; withheld where one of the keys' values is."""
    writes: tuple[Write, ...]
    """What made the difference, oldest first; empty where nothing differs any more."""
    believed: Mapping[str, Any]
    """What state holds, by key."""

    def undone(self, net: Net, name: str) -> Iterator[Write]:
        """Give the writes by hand, latest first, that set a key to something else for a while."""
        for key in single_keys(net, name):
            for write in reversed(net.asked.get(path_of(name, key), ())):
                if write.change.event.origin != "terraform" and write.value != self.believed.get(key):
                    yield write

    def with_key(self, write: Write, net: Net, name: str) -> Any:
        """Give the attribute's value as it was after ``write``."""
        key = next(key for key in single_keys(net, name) if write in net.asked.get(path_of(name, key), ()))
        if isinstance(self.before, str):
            return with_statements(self.before, {key: write.value})
        whole = {**self.believed, key: write.value}
        return {key: value for key, value in whole.items() if value is not None}


def path_of(name: str, key: str) -> str:
    """Write the path of a single key: ``tags["team"]``, as Terraform writes it."""
    return f"{name}[{json.dumps(key, ensure_ascii=False)}]"


def single_keys(net: Net, name: str) -> dict[str, Write]:
    """Give the latest write of each single key of the attribute ``name``."""
    prefix = f"{name}["
    return {json.loads(path[len(prefix) : -1]): write for path, write in net.latest.items() if path.startswith(prefix)}


def tags_difference(net: Net, name: str, instance: ResourceInstance) -> KeyedDifference | None:
    """Compare tags with state, as the provider does: default tags are in ``tags_all`` only.

    What equals a default tag does not show in ``tags``; a default tag that was changed does, one that was removed
    shows in ``tags_all`` alone. None where nothing was written.
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging
    """
    keys = single_keys(net, name)
    whole = net.latest.get(name)
    if not keys and whole is None:
        return None
    own = _texts(instance.attributes.get("tags"))
    believed = _texts(instance.attributes.get("tags_all")) or own
    defaults = {key: value for key, value in believed.items() if key not in own}
    standing = believed if whole is None else _texts(whole.value)
    written = {key: write.value for key, write in keys.items()}
    after = {key: value for key, value in {**standing, **written}.items() if value is not None}
    writes = [write for key, write in keys.items() if write.value != believed.get(key)]
    if whole is not None and standing != believed:
        writes.append(whole)
    if after == believed:
        return KeyedDifference(name, own or None, own or None, (), believed)
    shown = {key: value for key, value in after.items() if defaults.get(key) != value}
    if shown != own:
        return KeyedDifference(name, own or None, shown or None, _in_order(net, writes), believed)
    return KeyedDifference("tags_all", believed, after, _in_order(net, writes), believed)


def policy_difference(net: Net, name: str, attribute: Attribute, before: Any) -> KeyedDifference | None:
    """Compare a policy with state after calls that changed single statements; None where there were none."""
    keys = single_keys(net, name)
    if not keys:
        return None
    whole = net.latest.get(name)
    base = before if whole is None else whole.value
    believed = statements_of(str(before)) or {}
    withheld = base is WITHHELD or any(write.value is WITHHELD for write in keys.values())
    after = None if withheld else with_statements(str(base), {key: write.value for key, write in keys.items()})
    writes = [*keys.values(), *([whole] if whole else [])]
    if after is None:
        return KeyedDifference(name, before, WITHHELD, _in_order(net, writes), believed)
    if equal(before, after, attribute, net.key):
        return KeyedDifference(name, before, before, (), believed)
    differing = [write for key, write in keys.items() if write.value != believed.get(key)]
    return KeyedDifference(name, before, after, _in_order(net, differing or writes), believed)


def _in_order(net: Net, writes: list[Write]) -> tuple[Write, ...]:
    place = {id(change): number for number, change in enumerate(net.history)}
    return tuple(sorted(writes, key=lambda write: place[id(write.change)]))


def _texts(value: Any) -> dict[str, str]:
    return {str(key): text for key, text in value.items()} if isinstance(value, Mapping) else {}
