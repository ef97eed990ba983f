"""What earlier runs read of one account and region, and what of this run the next may use."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.sources.lookup.plan import Told, Wanted
from tfdrift_gate.sources.lookup.ways import Narrow

if TYPE_CHECKING:
    from tfdrift_gate.sources.event_cache import CacheKey, EventCache, Held

SEEN_WHOLE = "write events of "
"""What both complete ways have in common, so that the one uses what the other read."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Kept:
    """The cache, asked about one account and region of one endpoint."""

    cache: EventCache
    endpoint: str
    account: str
    region: str
    wanted: Wanted
    now: datetime
    """A moment before the first request of this run."""

    def held(self, window: TimeWindow) -> Held:
        """Give what was read in a complete way, and what is missing."""
        return self.cache.held(self._key(), window, self.now)

    def parts(self, missing: TimeWindow) -> list[tuple[TimeWindow, Held | None]]:
        """Cut a missing window, newest part first, by what is known of it by name; None with what is not known at all.

        What no complete way came to the end of in one run is not tried again in each.
        """
        by_name = self.wanted.by_name
        held = self.cache.held(self._key(by_name), missing, self.now) if by_name else None
        if held is None or held.missing == (missing,):
            return [(missing, None)]
        parts: list[tuple[TimeWindow, Held | None]] = [(window, None) for window in held.missing]
        parts += [(window, held) for window in _between(missing, held.missing)]
        return sorted(parts, key=lambda part: part[0].since, reverse=True)

    def keep(self, told: Told, records: Sequence[RawRecord]) -> None:
        """Keep what was read whole: a run that the deadline ends is gone on with by the next."""
        # The second that a page ended in may be on the next page too.
        since = told.since if told.whole and not told.by_name else math.floor(told.reached) + 1
        if since <= told.until:
            self.cache.keep(self._key(), _window(since, told.until), records, self.now)
        if told.whole and told.by_name:
            # What a complete way read holds all that the names would have found.
            self.cache.keep(self._key(told.by_name), _window(told.since, told.until), records, self.now)

    def _key(self, narrow: Narrow | None = None) -> CacheKey:
        from tfdrift_gate.sources.event_cache import CacheKey

        way = json.dumps(narrow) if narrow else SEEN_WHOLE + ",".join(sorted(self.wanted.event_sources))
        return CacheKey(self.endpoint, self.account, self.region, way)


def _window(since: float, until: float) -> TimeWindow:
    return TimeWindow(datetime.fromtimestamp(since, timezone.utc), datetime.fromtimestamp(until, timezone.utc))


def _between(whole: TimeWindow, missing: Sequence[TimeWindow]) -> Iterator[TimeWindow]:
    """Give what lies between the missing windows, oldest first, in whole seconds."""
    start = whole.since
    for window in missing:
        if start < window.since:
            yield TimeWindow(start, window.since - _SECOND)
        start = window.until + _SECOND
    if start <= whole.until:
        yield TimeWindow(start, whole.until)
