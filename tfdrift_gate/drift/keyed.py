"""Attributes of which a call changes single keys: tags by their key, a policy by its statements' ids.

A single key's write stands in the fold under ``tags["team"]``; a creation writes the whole, under ``tags``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from tfdrift_gate.catalog import Attribute, key_path
from tfdrift_gate.drift.equality import equal
from tfdrift_gate.drift.fold import Net, Write, by_hand
from tfdrift_gate.model import WITHHELD, ResourceInstance
from tfdrift_gate.policy import statements_of, with_statements

_Found = TypeVar("_Found")


@dataclass(frozen=True)
class KeyedDifference:
    """What calls on single keys (and on the whole before them) made of an attribute."""

    attribute: str
    before: Any
    after: Any
    """The whole value, as Terraform writes it; withheld where one of the keys' values is."""
    writes: tuple[Write, ...]
    """What made the difference, oldest first."""
    keys: tuple[str, ...] = ()
    """The single keys that differ, as the fold names them: ``tags["team"]``."""


@dataclass(frozen=True)
class KeyedDifferences:
    """What of such an attribute differs from state, and what of it differed for a while."""

    standing: tuple[KeyedDifference, ...] = ()
    """One for each author, where single keys have several."""
    undone: KeyedDifference | None = None


def single_keys(net: Net, name: str) -> dict[str, Write]:
    """Give the latest write of each single key of the attribute ``name``."""
    return _by_key(net.latest, name)


def _by_key(by_path: Mapping[str, _Found], name: str) -> dict[str, _Found]:
    prefix = f"{name}["
    return {json.loads(path[len(prefix) : -1]): found for path, found in by_path.items() if path.startswith(prefix)}


def tags_differences(net: Net, name: str, instance: ResourceInstance) -> KeyedDifferences | None:
    """Compare tags with state, as the provider does; None where nothing was written."""
    whole = net.latest.get(name)
    own = _texts(instance.attributes.get("tags"))
    believed = _texts(instance.attributes.get("tags_all")) or own
    keys = _latest(net, name, believed)
    if not keys and whole is None:
        return None
    standing = believed if whole is None else _texts(whole.value)
    if _changed(standing, _values(keys)) == believed:
        earlier = _undone(net, name, believed)
        shown = _shown(name, own, believed, _changed(believed, _values(earlier)))
        return KeyedDifferences(undone=_difference(net, name, shown, earlier) if earlier else None)
    differing = {key: write for key, write in keys.items() if write.value != believed.get(key)}
    rest = [whole] if whole is not None and standing != believed else []
    parts = [differing] if rest else _by_author(differing)
    return KeyedDifferences(
        tuple(
            _difference(net, name, _shown(name, own, believed, _changed(standing, _values(part))), part, rest)
            for part in parts
        )
    )


def policy_differences(net: Net, name: str, attribute: Attribute, before: Any) -> KeyedDifferences | None:
    """Compare a policy with state after calls that changed single statements; None where there were none."""
    believed = statements_of(str(before)) or {}
    keys, earlier = _latest(net, name, believed), _undone(net, name, believed)
    whole = net.latest.get(name)
    base = before if whole is None else whole.value
    if not keys and (not earlier or not equal(before, base, attribute, net.key)):
        return None
    withheld = base is WITHHELD or any(write.value is WITHHELD for write in keys.values())
    after = None if withheld else with_statements(str(base), _values(keys))
    rest = [whole] if whole else []
    if after is None:
        return KeyedDifferences((_difference(net, name, (name, before, WITHHELD), keys, rest),))
    if equal(before, after, attribute, net.key):
        shown = with_statements(str(before), _values(earlier))
        return KeyedDifferences(undone=_difference(net, name, (name, before, shown), earlier) if earlier else None)
    differing = {key: write for key, write in keys.items() if write.value != believed.get(key)}
    return KeyedDifferences((_difference(net, name, (name, before, after), differing, [] if differing else rest),))


def _latest(net: Net, name: str, believed: Mapping[str, Any]) -> dict[str, Write]:
    """Give the latest write of each key; of several in one second, one that contradicts state, if any does."""
    found = single_keys(net, name)
    for key, write in found.items():
        contrary = (rival for rival in write.rivals if rival.value != believed.get(key))
        if write.value == believed.get(key) and (rival := next(contrary, None)):
            found[key] = rival._replace(rivals=(write,))
    return found


def _undone(net: Net, name: str, believed: Mapping[str, Any]) -> dict[str, Write]:
    """Give, of each key, the last write by hand that set it to something else for a while."""
    found = {}
    for key, writes in _by_key(net.asked, name).items():
        for write in writes:
            if by_hand(write.change) and write.value not in (believed.get(key), WITHHELD):
                found[key] = write
    return found


def _shown(
    name: str, own: Mapping[str, str], believed: Mapping[str, str], after: Mapping[str, str]
) -> tuple[str, Any, Any]:
    """Tell tags as the provider does: attribute, before and after.

    What equals a default tag does not show in ``tags``; a default tag that was changed does, one that was removed
    shows in ``tags_all`` alone.
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/resource-tagging
    """
    defaults = {key: value for key, value in believed.items() if key not in own}
    shown = {key: value for key, value in after.items() if defaults.get(key) != value}
    return (name, own or None, shown or None) if shown != own else (f"{name}_all", believed, after)


def _difference(
    net: Net, name: str, shown: tuple[str, Any, Any], keys: Mapping[str, Write], rest: Iterable[Write] = ()
) -> KeyedDifference:
    place = {id(change): number for number, change in enumerate(net.history)}
    writes = sorted([*keys.values(), *rest], key=lambda write: place[id(write.change)])
    return KeyedDifference(*shown, tuple(writes), tuple(key_path(name, key) for key in keys))


def _by_author(keys: Mapping[str, Write]) -> list[dict[str, Write]]:
    """Part keys by who set them, so that nobody answers for another's."""
    parts: dict[tuple[str | None, ...], dict[str, Write]] = {}
    for key, write in keys.items():
        event = write.change.event
        author = (event.actor.arn, event.actor.name, event.actor.source_identity, event.origin)
        parts.setdefault(author, {})[key] = write
    return list(parts.values())


def _values(keys: Mapping[str, Write]) -> dict[str, Any]:
    return {key: write.value for key, write in keys.items()}


def _changed(values: Mapping[str, Any], written: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**values, **written}.items() if value is not None}


def _texts(value: Any) -> dict[str, str]:
    return {str(key): text for key, text in value.items()} if isinstance(value, Mapping) else {}
