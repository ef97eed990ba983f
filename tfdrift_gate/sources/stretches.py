"""Seconds of event history: which of them which read covers, and which are still to be asked for."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone

from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.sources.kept_read import KeptRead

Seconds = tuple[int, int]
"""The first and the last of consecutive seconds since 1970, both included."""


@dataclass
class Stretch:
    """Seconds of a window, the one read that is believed about them (None where none is), and its records."""

    since: int
    until: int
    read: KeptRead | None
    records: list[RawRecord]


def seconds(window: TimeWindow) -> Seconds:
    """Give the whole seconds within a window; the first lies after the last where there is none."""
    return math.ceil(window.since.timestamp()), math.floor(window.until.timestamp())


def window_of(missing: Seconds, window: TimeWindow) -> TimeWindow:
    """Make a window of seconds; where it reaches an end of the whole ``window``, with that very end."""
    first, last = seconds(window)
    return TimeWindow(
        window.since if missing[0] == first else datetime.fromtimestamp(missing[0], timezone.utc),
        window.until if missing[1] == last else datetime.fromtimestamp(missing[1], timezone.utc),
    )


def cover(whole: Seconds, reads: Iterable[KeptRead]) -> list[Stretch]:
    """Cut seconds into stretches, oldest first, each with the latest read that covers it."""
    gaps = [whole]
    stretches: list[Stretch] = []
    for read in sorted(reads, key=lambda each: (-each.at, each.name)):
        left: list[Seconds] = []
        for since, until in gaps:
            low, high = max(since, read.since), min(until, read.until)
            if low > high:
                left.append((since, until))
                continue
            stretches.append(Stretch(low, high, read, []))
            left += [(since, low - 1)] if since < low else []
            left += [(high + 1, until)] if high < until else []
        gaps = left
    stretches += [Stretch(since, until, None, []) for since, until in gaps]
    return sorted(stretches, key=lambda stretch: stretch.since)


def missing_of(stretches: Iterable[Stretch], few: int) -> list[Seconds]:
    """Give the seconds to ask for, oldest first, those between two of them that hold fewer than ``few`` records too."""
    missing: list[Seconds] = []
    between = 0
    for stretch in stretches:
        if stretch.read:
            between += len(stretch.records)
            continue
        if missing and between < few:
            missing[-1] = (missing[-1][0], stretch.until)
        else:
            missing.append((stretch.since, stretch.until))
        between = 0
    return missing
