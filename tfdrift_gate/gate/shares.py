"""Of all changes that a run learned of, each root module's own: to judge it by all would take as long for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tfdrift_gate.model import Change, ResourceInstance, ResourceKey, TimeWindow


class Shares:
    """Changes, found by what they are about and by what that hangs on.

    All changes of one resource stay together: one of them may tell what it hangs on, and another that it is gone.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        self._changes = changes
        self._about: dict[ResourceKey, list[int]] = {}
        self._on: dict[ResourceKey, dict[ResourceKey, None]] = {}
        for number, change in enumerate(changes):
            self._about.setdefault(change.key, []).append(number)
            if change.parent is not None:
                self._on.setdefault(change.parent, {})[change.key] = None

    def of(self, instances: Iterable[ResourceInstance], span: TimeWindow) -> list[Change]:
        """Give what may concern some instances: about them, what they hang on, and what hangs on either.

        In the order in which all changes stand, as far as they lie in the window.
        """
        keys = {key for each in instances for key in (each.key, each.parent) if key is not None}
        keys.update([child for key in keys for child in self._on.get(key, ())])
        numbers = sorted(number for key in keys for number in self._about.get(key, ()))
        return [change for number in numbers if (change := self._changes[number]).event.event_time in span]

    def within(self, span: TimeWindow) -> list[Change]:
        """Give all of them that lie in the window."""
        return [change for change in self._changes if change.event.event_time in span]
