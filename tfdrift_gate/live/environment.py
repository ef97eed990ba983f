"""A function's environment variables held against state by name and digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from tfdrift_gate.catalog import key_path
from tfdrift_gate.live.answer import Variables, digest
from tfdrift_gate.model import ResourceInstance

_MOST_NAMES = 20
_WHOLE = ("", "environment", "environment[0]", "environment[0].variables")


@dataclass(frozen=True)
class VariablesDifference:
    """The names of the variables that differ, never their values."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def without(self, ignores: Callable[[str], bool]) -> VariablesDifference:
        """Leave out the variables whose attribute path ``ignores`` covers."""

        def kept(names: Iterable[str]) -> tuple[str, ...]:
            return tuple(name for name in names if not ignores(key_path("environment[0].variables", name)))

        return VariablesDifference(kept(self.added), kept(self.removed), kept(self.changed))

    def words(self, hidden: bool) -> str:
        """Say what differs; only how many where state marks the names themselves sensitive (``hidden``)."""
        groups = (("added", self.added), ("removed", self.removed), ("changed", self.changed))
        return "; ".join(f"{what} {len(names) if hidden else _listed(names)}" for what, names in groups if names)


def variables_difference(instance: ResourceInstance, live: object) -> VariablesDifference | None:
    """Compare; None where state or answer does not tell."""
    believed = _believed(instance)
    if believed is None or not isinstance(live, Variables) or live.digests is None:
        return None
    now = live.digests
    return VariablesDifference(
        added=tuple(sorted(set(now) - set(believed))),
        removed=tuple(sorted(set(believed) - set(now))),
        changed=tuple(sorted(name for name in set(now) & set(believed) if now[name] != believed[name])),
    )


def names_are_hidden(instance: ResourceInstance) -> bool:
    """Tell whether state marks all variables sensitive, names included, and not single ones."""
    return any(path in _WHOLE for path in instance.sensitive)


def _believed(instance: ResourceInstance) -> Mapping[str, str] | None:
    if "environment" not in instance.attributes:
        return None
    blocks = instance.attributes["environment"] or []
    if not isinstance(blocks, list) or not all(isinstance(block, Mapping) for block in blocks):
        return None
    variables = (blocks[0].get("variables") or {}) if blocks else {}
    if not isinstance(variables, Mapping) or not all(isinstance(value, str) for value in variables.values()):
        return None
    return {str(name): digest(value) for name, value in variables.items()}


def _listed(names: Iterable[str]) -> str:
    given = list(names)
    more = len(given) - _MOST_NAMES
    return ", ".join(given[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
