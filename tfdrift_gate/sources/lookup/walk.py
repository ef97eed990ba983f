"""One look-up, walked back in time page by page, so that what it reached has been read whole."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources.lookup.found import Found, id_of, time_of
from tfdrift_gate.sources.lookup.page import History, TokenRefused

PAGE = 50
"""Events a page, the most there can be."""
RESTARTS = 3
"""How often a look-up begins anew without having got anything new."""
_RECENT = 2


@dataclass
class Walk:
    """One lookup attribute, asked back from ``reached`` to ``since``; both in seconds since 1970.

    Everything from ``reached`` on has been read. Where a token is refused or leads back to what was read, the walk
    begins anew there instead of from its start; the second it got to is read again, as it may have been read in part.
    """

    attribute: str
    value: str
    since: float
    reached: float
    done: bool = False
    pages: int = 0
    _from: float = math.inf
    """The end of the time range asked for."""
    _token: str | None = None
    _tokens: set[str] = field(default_factory=set)
    _ids: set[str] = field(default_factory=set)
    _restarts: int = 0
    _spans: deque[float] = field(default_factory=lambda: deque(maxlen=_RECENT))

    def move(self, reached: float) -> None:
        """Go on from ``reached``, where another way got further."""
        if reached < self.reached:
            self.reached = reached
            self._begin()

    @property
    def density(self) -> float:
        """Pages a second of history, by the latest of them; 0 where it is not known or nothing is left."""
        return 0.0 if self.done or not self._spans else len(self._spans) / max(sum(self._spans), 0.5)

    def step(self, history: History, found: Found) -> None:
        """Read one page; raises :class:`EventSourceError` where it does not come."""
        if math.isinf(self._from):
            self._from = self.reached
        request: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": self.attribute, "AttributeValue": self.value}],
            "StartTime": self.since,
            "EndTime": self._from,
            "MaxResults": PAGE,
        }
        if self._token:
            request["NextToken"] = self._token
        try:
            page = history.page(request, history.pages + 1)
        except TokenRefused:
            self._again(history)
            return
        self.pages += 1
        history.pages += 1
        events: Sequence[Any] = page["Events"]
        ids = {event_id for event in events if (event_id := id_of(event)) is not None}
        times = [time for event in events if (time := time_of(event)) is not None]
        found.take(events)
        token = page.get("NextToken")
        if (token and token in self._tokens) or self._is_known(ids, times):
            self._ids |= ids
            self._again(history)
            return
        self._restarts = 0 if ids - self._ids else self._restarts
        self._ids |= ids
        before = self.reached
        self.reached = max(self.since, min([self.reached, *times]))
        self._spans.append(before - self.reached)
        if token:
            self._token = str(token)
            self._tokens.add(self._token)
        else:
            self.done, self.reached = True, self.since

    def _is_known(self, ids: set[str], times: Sequence[float]) -> bool:
        """Tell whether a page is one that was given before, in the place of the one that was asked for.

        Only the second in which the walk began anew is expected twice.
        """
        return bool(ids) and ids <= self._ids and any(time < math.floor(self._from) for time in times)

    def _again(self, history: History) -> None:
        self._restarts += 1
        if self._restarts > RESTARTS:
            raise EventSourceError(
                f"reading {history.what}: the same page was given twice, and no other page leads on", "run again"
            )
        self._begin()

    def _begin(self) -> None:
        self._from, self._token, self._tokens = self.reached, None, set()
