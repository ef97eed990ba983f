"""How fast LookupEvents may be asked: one pace for each account and region, whoever asks.

"The rate of lookup requests is limited to two per second, per account, per Region",
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

REQUESTS = 2
SECONDS = 1.05
"""How long so many requests are spread over: the service's second and ours do not begin together."""
SLOWEST = 8 * SECONDS
_SLOWER, _QUICKER = 2.0, 0.8


class PastDeadline(Exception):
    """The next request's turn would come after the deadline."""


@dataclass
class Pace:
    """Two requests in any second at most, and fewer for a while after the service asked for that.

    The rate belongs to everybody in the account. So being throttled means that others ask too: the gap doubles, and
    comes back by a fifth with each request that passes. Threads may share it.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    seconds: float = SECONDS
    """The seconds over which two requests are spread now."""
    _turns: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, end: float, at_least: float = 0.0) -> float:
        """Wait for the next request's turn, ``at_least`` so many seconds; give the turn, for :meth:`passed`.

        ``end`` is on the clock; raises :class:`PastDeadline` where the turn would come later, at once.
        """
        with self._lock:
            now = self.clock()
            turn = now + at_least
            if len(self._turns) >= REQUESTS:
                turn = max(turn, self._turns[-REQUESTS] + self.seconds)
            if turn > end:
                raise PastDeadline
            self._turns = [*self._turns[1 - REQUESTS :], turn]
        if turn > now:
            self.sleep(turn - now)
        return turn

    def passed(self, turn: float) -> None:
        """Note that the request of this turn was let through.

        When it arrived nobody knows; with a new connection that may be well after it was sent. Half-way is assumed.
        """
        with self._lock:
            arrived = (turn + self.clock()) / 2
            self._turns = sorted(arrived if sent == turn else sent for sent in self._turns)
            self.seconds = max(SECONDS, self.seconds * _QUICKER)

    def throttled(self) -> None:
        """Note that a request was refused for its rate."""
        with self._lock:
            self.seconds = min(SLOWEST, self.seconds * _SLOWER)

    def fits_before(self, end: float) -> int:
        """Tell how many requests fit before ``end``."""
        return max(0, int((end - self.clock()) / self.seconds * REQUESTS))


_paces: dict[Hashable, Pace] = {}
_lock = threading.Lock()


def pace_of(account: Hashable, region: str) -> Pace:
    """Give the one pace of an account and region in this process."""
    with _lock:
        return _paces.setdefault((account, region), Pace())
