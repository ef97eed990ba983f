"""Says in a reader's words how event history was read, how far, and what was not looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import iso
from tfdrift_gate.model import Skipped
from tfdrift_gate.sources.lookup.plan import Told
from tfdrift_gate.sources.lookup.ways import NAMES, RESOURCES, SERVICES, WRITES, Way

NOT_LOOKED_FOR = "calls-not-looked-for"
"""The reason of what is skipped where only known names were asked for."""


def note_of(
    told: Sequence[Told],
    event_sources: frozenset[str],
    account: str | None,
    held: int | None,
    error: EventSourceError | None,
) -> str:
    """Tell the way that was chosen with the numbers it was chosen by, and what of the window was read."""
    notes = list(dict.fromkeys(_choice(each, event_sources) for each in told if each.ways or each.by_name))
    if held is not None:
        events = f"{held} event{'' if held == 1 else 's'}"
        notes.append(f"the rest is known from an earlier run ({events}; --no-cache reads it again)")
    if error is not None:
        unread = next((each for each in told if not each.whole), None)
        if unread is not None and unread.reached < unread.until:
            notes.append(f"read from {_iso(unread.reached)} to {_iso(told[0].until)} only")
        elif unread is not None:
            notes.append("nothing was read whole")
        if unread is not None and unread.by_name:
            notes.append(f"before that {unread.answered} of {len(unread.by_name[1])} look-ups by name")
        notes.append(error.message)
    elif account is None:
        notes.append("which account this is could not be asked (sts:GetCallerIdentity)")
    return "; ".join(note for note in notes if note)


def skipped_of(told: Sequence[Told], event_sources: frozenset[str], region: str) -> tuple[Skipped, ...]:
    """Name what was not looked for, so that silence is no answer to a call that is not understood."""
    parts = [f"from {_iso(each.since)} to {_iso(each.reached)}" for each in told if each.by_name]
    if not parts:
        return ()
    services = ", ".join(sorted(event_sources))
    detail = (
        f"{region}, {' and '.join(parts)}: only calls of {services} that this version knows were looked for, by name,"
        " as all events are too many for the deadline"
    )
    return (Skipped(NOT_LOOKED_FOR, detail),)


def words(way: str, event_sources: frozenset[str]) -> str:
    """Name a way as a reader of a report knows it."""
    services = ", ".join(sorted(event_sources))
    return {
        SERVICES: f"every event of {services}, reads included",
        WRITES: "the write events of every service",
        NAMES: f"the known calls of {services} by their names",
        RESOURCES: f"the known calls of {services} by the names of what is managed, or else by their own",
    }[way]


def _choice(told: Told, event_sources: frozenset[str]) -> str:
    walked = sorted((way for way in told.ways.values() if way.pages), key=lambda way: -way.seconds)
    said = [words(way.name, event_sources) for way in walked[:1]]
    if len(walked) > 1:
        # What was counted, not what it would come to: a night says little about the day.
        chosen, other = map(_counted, walked)
        said = [f"{said[0]} ({chosen}; {words(walked[1].name, event_sources)}: {other})"]
    if told.by_name:
        before = f"before {_iso(told.reached)} " if told.reached < told.until else ""
        known = ", an earlier run's" if told.known else ""
        said.append(f"{before}{words(told.by_name[0], event_sources)} ({len(told.by_name[1])} look-ups{known})")
    return "; ".join(said)


def _counted(way: Way) -> str:
    """Say how many requests reached over how much of the window."""
    requests = f"{way.pages} request{'' if way.pages == 1 else 's'}"
    for unit, seconds in (("h", 3600), ("min", 60)):
        if way.seconds >= seconds:
            return f"{requests} for {way.seconds / seconds:.3g} {unit}"
    return f"{requests} for {way.seconds:.3g} s"


def _iso(seconds: float) -> str:
    return iso(datetime.fromtimestamp(seconds, timezone.utc))
