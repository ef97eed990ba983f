"""Reads one window of one account's and region's history, by the way that takes the fewest requests to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources.lookup.found import Found
from tfdrift_gate.sources.lookup.page import History
from tfdrift_gate.sources.lookup.walk import Walk
from tfdrift_gate.sources.lookup.ways import (
    DENSER,
    EVERY,
    RECOUNT,
    Narrow,
    Way,
    choose,
    complete_ways,
    is_hopeless,
    narrow_lookups,
    narrow_requests,
)


@dataclass(frozen=True)
class Wanted:
    """What to look for."""

    event_sources: frozenset[str]
    event_names: frozenset[str] = frozenset()
    found_by_resource: frozenset[str] = frozenset()
    resources: frozenset[str] = frozenset()
    ways: tuple[str, ...] = EVERY
    """The ways that may be taken."""

    @property
    def by_name(self) -> Narrow | None:
        """The way by name that takes fewer look-ups."""
        return narrow_lookups(self.event_names, self.found_by_resource, self.resources, self.ways)


@dataclass
class Told:
    """How a window is being read; grows while it is."""

    since: float
    until: float
    reached: float
    """Everything from here on has been read, in one of the complete ways."""
    ways: dict[str, Way] = field(default_factory=dict)
    by_name: Narrow | None = None
    """The way by name that reads what is older."""
    answered: int = 0
    """How many of its look-ups came to their end."""
    known: bool = False
    """Whether an earlier run made them."""
    whole: bool = False


def read_back(history: History, found: Found, wanted: Wanted, told: Told, progress: Callable[[str], None]) -> None:
    """Read a window back from its end; raises :class:`EventSourceError`, with ``told`` saying how far it got."""
    ways = told.ways = complete_ways(wanted.event_sources, told.since, told.until, wanted.ways)
    narrow = wanted.by_name
    current = next(iter(ways.values()), None)
    recount, since_other, density, kept_before = RECOUNT, 0, 0.0, len(found.records)
    while current is not None:
        progress(f"{found.count} events, {history.requests} requests")
        before = current.reached
        current.next().step(history, found)
        current.pages += 1
        current.seconds += before - current.reached
        told.reached = min(told.reached, current.reached)
        if current.done:
            told.whole = True
            return
        if narrow:
            left = narrow_requests(
                len(narrow[1]),
                len(found.records) - kept_before,
                told.until - told.reached,
                told.reached - told.since,
            )
            pages = sum(way.pages for way in ways.values())
            if is_hopeless(ways, told.reached, history.pace.fits_before(history.end), left, pages):
                break
        since_other += 1
        density = density or current.density
        due = since_other >= recount
        following = choose(ways, current, due or current.density >= DENSER * density)
        if following is not current:
            following.move(told.reached)
            recount *= 2 if due else 1
            since_other, density, current = 0, 0.0, following
    if narrow is None:
        raise EventSourceError(f"reading {history.what}: there is nothing to ask for", "")
    _by_name(history, found, narrow, told, progress)


def _by_name(
    history: History,
    found: Found,
    narrow: Narrow,
    told: Told,
    progress: Callable[[str], None],
) -> None:
    told.by_name = narrow
    for attribute, value in narrow[1]:
        walk = Walk(attribute, value, told.since, told.reached)
        while not walk.done:
            progress(
                f"look-up {told.answered + 1} of {len(narrow[1])}, {found.count} events, {history.requests} requests"
            )
            walk.step(history, found)
        told.answered += 1
    told.whole = True
