"""What can be made to go wrong with LookupEvents, and the limit on its rate.

Limit: "a rate of two per second, per account, per region",
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

KINDS = ("ok", "access_denied", "internal_error", "throttle", "cut")
"""``ok`` answers as usual; ``internal_error`` is HTTP 500; ``cut`` closes the connection in mid-answer."""


class Faults:
    """A queue of faults; each LookupEvents request that the rate limit lets pass takes one."""

    def __init__(self) -> None:
        self._pending: deque[list[Any]] = deque()
        self._lock = threading.Lock()

    def plan(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace what is planned.

        Each fault is ``{"kind": one of KINDS, "times": n}``: n requests take it, every request from then on
        where n is 0, one where it is left out. Raises ValueError for another kind or a negative number.
        """
        planned = [[fault.get("kind"), fault.get("times", 1)] for fault in faults]
        for kind, times in planned:
            if kind not in KINDS or not isinstance(times, int) or times < 0:
                raise ValueError(f"not a fault: kind {kind!r}, times {times!r}; kinds are {', '.join(KINDS)}")
        with self._lock:
            self._pending = deque(planned)

    def take(self) -> str:
        """Return the kind that the next request meets, ``ok`` where nothing is planned."""
        with self._lock:
            if not self._pending:
                return "ok"
            current = self._pending[0]
            kind: str = current[0]
            if current[1] == 1:
                self._pending.popleft()
            elif current[1] > 1:
                current[1] -= 1
            return kind


class RateLimit:
    """At most ``requests`` let pass within any ``seconds``, counted for each key by itself.

    ``clock`` tells seconds since an arbitrary instant.
    """

    def __init__(self, clock: Callable[[], float], requests: int = 2, seconds: float = 1.0) -> None:
        self._clock = clock
        self._requests = requests
        self._seconds = seconds
        self._passed: dict[Hashable, deque[float]] = {}
        self._lock = threading.Lock()

    def passes(self, key: Hashable) -> bool:
        """Tell whether a request passes now, and count it if it does."""
        now = self._clock()
        with self._lock:
            passed = self._passed.setdefault(key, deque(maxlen=self._requests))
            if len(passed) == self._requests and now - passed[0] < self._seconds:
                return False
            passed.append(now)
            return True
