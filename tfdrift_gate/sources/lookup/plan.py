"""Reads one window of one account's and region's history, by the way that takes the fewest requests to the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tfdrift_gate.sources.lookup.found import Found
from tfdrift_gate.sources.lookup.page import History
from tfdrift_gate.sources.lookup.walk import Walk
from tfdrift_gate.sources.lookup.ways import (
    EVERY,
    RECOUNT,
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


@dataclass
class Told:
    """How a window is being read; grows while it is."""

    since: float
    until: float
    reached: float
    """Everything from here on has been read, in one of the complete ways."""
    ways: dict[str, Way] = field(default_factory=dict)
    narrow: str | None = None
    """The way by name that read the rest, and what it was."""
    lookups: int = 0
    answered: int = 0
    """How many of the look-ups by name came to their end."""
    whole: bool = False


def read_back(history: History, found: Found, wanted: Wanted, told: Told, progress: Callable[[str], None]) -> None:
    """Read a window back from its end; raises :class:`EventSourceError`, with ``told`` saying how far it got."""
    ways = told.ways = complete_ways(wanted.event_sources, told.since, told.until, wanted.ways)
    narrow = narrow_lookups(wanted.event_names, wanted.found_by_resource, wanted.resources, wanted.ways)
    current = next(iter(ways.values()), None)
    recount, since_other, kept_before = RECOUNT, 0, len(found.records)
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
        following = choose(ways, current, since_other + RECOUNT - recount)
        if following is not current:
            following.move(told.reached)
            if following.is_counted:
                recount *= 2
            since_other, current = 0, following
    if narrow:
        _by_name(history, found, narrow, told, progress)


def _by_name(
    history: History,
    found: Found,
    narrow: tuple[str, list[tuple[str, str]]],
    told: Told,
    progress: Callable[[str], None],
) -> None:
    told.narrow, told.lookups = narrow[0], len(narrow[1])
    for attribute, value in narrow[1]:
        walk = Walk(attribute, value, told.since, told.reached)
        while not walk.done:
            progress(
                f"look-up {told.answered + 1} of {told.lookups}, {found.count} events, {history.requests} requests"
            )
            walk.step(history, found)
        told.answered += 1
    told.whole = True
