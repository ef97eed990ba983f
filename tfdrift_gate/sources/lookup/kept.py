"""What earlier runs read of one account and region, and what of this run the next may use."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.sources.lookup.plan import Told, Wanted

if TYPE_CHECKING:
    from tfdrift_gate.sources.event_cache import CacheKey, EventCache, Held

SEEN_WHOLE = "write events of "
"""What both complete ways have in common, so that the one uses what the other read."""


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

    def held_by_name(self, window: TimeWindow, narrow: tuple[str, list[tuple[str, str]]]) -> Held | None:
        """Give what was read of a window by these names; None unless that is all of it."""
        held = self.cache.held(self._key(narrow), window, self.now)
        return None if held.missing else held

    def keep(self, told: Told, records: Sequence[RawRecord]) -> None:
        """Keep what was read whole: a run that the deadline ends is gone on with by the next."""
        # The second that a page ended in may be on the next page too.
        since = told.since if told.whole and not told.narrow else math.floor(told.reached) + 1
        if since <= told.until:
            self.cache.keep(self._key(), _window(since, told.until), records, self.now)
        if told.whole and told.narrow and not told.known and told.by_name:
            self.cache.keep(self._key(told.by_name), _window(told.since, since - 1), records, self.now)

    def _key(self, narrow: tuple[str, list[tuple[str, str]]] | None = None) -> CacheKey:
        from tfdrift_gate.sources.event_cache import CacheKey

        way = json.dumps(narrow) if narrow else SEEN_WHOLE + ",".join(sorted(self.wanted.event_sources))
        return CacheKey(self.endpoint, self.account, self.region, way)


def _window(since: float, until: float) -> TimeWindow:
    return TimeWindow(datetime.fromtimestamp(since, timezone.utc), datetime.fromtimestamp(until, timezone.utc))
