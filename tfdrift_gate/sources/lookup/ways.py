"""The ways to ask event history, and the choice among them by counting.

Two ways see everything: all events of the services asked for, reads included (``EventSource``), and the write events
of every service (``ReadOnly=false``). Which takes fewer requests depends on the account, and changes over a day. Both
walk back in time, and what is newer than where one of them got to has been read whole, so each request of either makes
progress: nothing is asked for to no end but to count.

Two more see only what is asked for by name: the recorded names of the calls that are understood (``EventName``), and
the names of what is managed (``ResourceName``), with the event names that this does not find. A call that this version
does not know stays unseen there, a new revision of a known one too, and silence is never the answer to something not
understood. So they never take the place of a complete way that can be walked to its end, whatever they would save;
only where neither can within the deadline do they read the rest, and the reading then says, as something skipped, that
other calls were not looked for. What is understood has been asked for in full, so there is a verdict on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tfdrift_gate.sources.lookup.walk import PAGE, Walk

SERVICES, WRITES, NAMES, RESOURCES = "services", "writes", "names", "resources"
COMPLETE = (SERVICES, WRITES)
EVERY = (*COMPLETE, NAMES, RESOURCES)
FEW = 3
"""So few pages left are read without counting what another way would take."""
RECOUNT = 16
"""After so many pages, and again after twice as many, the other complete way is tried for a page."""
DENSER = 2.0
"""So is it as soon as the way taken needs so many times the pages that it did when it was chosen."""


@dataclass
class Way:
    """One or more look-ups that, taken together, are one way to ask."""

    name: str
    walks: tuple[Walk, ...]
    pages: int = 0
    """How many of its pages were read."""
    seconds: float = field(default=0.0)
    """How much history they reached over."""

    @property
    def reached(self) -> float:
        """How far back all of its look-ups got."""
        return max(walk.reached for walk in self.walks)

    @property
    def done(self) -> bool:
        """Whether nothing is left to ask for."""
        return all(walk.done for walk in self.walks)

    @property
    def is_counted(self) -> bool:
        """Whether each look-up has read a page, so that the rest can be told."""
        return all(walk.pages for walk in self.walks)

    def left(self, reached: float) -> float:
        """Tell about how many pages it would take from ``reached`` on."""
        return sum(walk.density * max(0.0, reached - walk.since) for walk in self.walks)

    @property
    def density(self) -> float:
        """Pages a second of history, by the latest ones."""
        return sum(walk.density for walk in self.walks)

    def move(self, reached: float) -> None:
        """Go on from where another way got to."""
        for walk in self.walks:
            walk.move(reached)

    def next(self) -> Walk:
        """Give the look-up that got least far."""
        return max((walk for walk in self.walks if not walk.done), key=lambda walk: walk.reached)


def complete_ways(event_sources: Iterable[str], since: float, until: float, names: Iterable[str]) -> dict[str, Way]:
    """Make the ways that see everything, of those named."""
    services = tuple(Walk("EventSource", source, since, until) for source in sorted(event_sources))
    made = {SERVICES: Way(SERVICES, services), WRITES: Way(WRITES, (Walk("ReadOnly", "false", since, until),))}
    return {name: way for name, way in made.items() if name in names}


Narrow = tuple[str, list[tuple[str, str]]]
"""A way by name: which of the two, and each lookup attribute with its value."""


def narrow_lookups(
    event_names: frozenset[str], found_by_resource: frozenset[str], resources: frozenset[str], names: Iterable[str]
) -> Narrow | None:
    """Choose the way by name that takes fewer look-ups; None where there is none.

    Which of the pages of one name are about what is managed nobody can tell before, so look-ups are counted.
    """
    by_name = [("EventName", name) for name in sorted(event_names)]
    by_resource = [("ResourceName", name) for name in sorted(resources)]
    by_resource += [("EventName", name) for name in sorted(event_names - found_by_resource)]
    choices: Mapping[str, list[tuple[str, str]]] = {
        NAMES: by_name if event_names else [],
        RESOURCES: by_resource if event_names and resources else [],
    }
    possible = [(len(lookups), name) for name, lookups in choices.items() if lookups and name in names]
    return (name, choices[name]) if possible and (name := min(possible)[1]) else None


def choose(ways: Mapping[str, Way], current: Way, try_other: bool) -> Way:
    """Choose the complete way of the next page; ``try_other``: what is known of the other one may be out of date."""
    other = next((way for way in ways.values() if way is not current), None)
    if other is None or current.left(current.reached) <= FEW:
        return current
    if not other.is_counted or try_other:
        return other
    return other if other.left(current.reached) < current.left(current.reached) else current


def is_hopeless(ways: Mapping[str, Way], reached: float, fits: int, narrow: float, pages: int) -> bool:
    """Tell whether what is left should rather be asked for by name, which takes about ``narrow`` requests.

    That is: no complete way comes to its end with the ``fits`` requests that there is time for, and asking by name
    does. The decision waits until there is just enough time left, for the sake of completeness; it is taken earlier,
    as the account's other readers have to share the rate, where by all that was counted there is no hope at all.
    """
    left = min((way.left(reached) for way in ways.values() if way.is_counted), default=0.0)
    if left <= fits or narrow > 0.9 * fits:
        return False
    return narrow > 0.6 * fits or (pages >= 4 * FEW and left > 4 * fits)


def narrow_requests(lookups: int, kept: int, seconds: float, left: float) -> float:
    """Tell about how many requests the look-ups by name take for ``left`` seconds of history.

    One each, and the pages that their events fill: as many as ``kept`` in ``seconds`` lets expect.
    """
    return lookups + (kept / PAGE) * (left / seconds if seconds > 0 else 0.0)
