"""The single keys of a map that a change is about."""

from __future__ import annotations

from collections.abc import Mapping

from tfdrift_gate.model import AttributeChange


def differing_keys(change: AttributeChange) -> list[str]:
    """Name the keys that differ; empty where the attribute is no map, or its values are not known."""
    before, after = change.before or {}, change.after or {}
    if not (change.known and isinstance(before, Mapping) and isinstance(after, Mapping)):
        return []
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]
