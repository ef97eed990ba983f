"""What can be made to go wrong with CloudTrail, S3, Athena and STS, and LookupEvents' limit on its rate.

Limit: "a rate of two per second, per account, per region",
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

EVERYWHERE = (
    "ok",
    "access_denied",
    "internal_error",
    "throttle",
    "expired_credentials",
    "clock_skew",
    "cut",
    "slow",
)
"""``ok`` answers as usual; ``internal_error`` is HTTP 500; ``clock_skew`` puts AWS's clock six minutes ahead of the
caller's; ``cut`` closes the connection in mid-answer; ``slow`` waits ``seconds`` in mid-answer."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "cloudtrail": (*EVERYWHERE, "expired_token", "repeated_token", "duplicate_page"),
    "s3": (*EVERYWHERE, "truncated", "vanished"),
    "athena": (*EVERYWHERE, "queue_full", "query_failed", "query_cancelled", "repeated_token"),
    "sts": EVERYWHERE,
}
"""By service. ``expired_token`` refuses a page's token, ``repeated_token`` answers a page with the token it was asked
for with, ``duplicate_page`` with a new token that leads to the same page again. ``truncated`` gives the first half of
an object as if that were all, ``vanished`` says that there is no such key. ``queue_full`` is Athena's
TooManyRequestsException, ``query_failed`` and ``query_cancelled`` how a query ends."""

_ONLY = {
    "expired_token": {"cloudtrail": "LookupEvents"},
    "repeated_token": {"cloudtrail": "LookupEvents", "athena": "GetQueryResults"},
    "duplicate_page": {"cloudtrail": "LookupEvents"},
    "truncated": {"s3": "GetObject"},
    "vanished": {"s3": "GetObject"},
    "queue_full": {"athena": "StartQueryExecution"},
    "query_failed": {"athena": "GetQueryExecution"},
    "query_cancelled": {"athena": "GetQueryExecution"},
}
"""The operation that a kind is about, where it is about one."""
_LATER_PAGES = frozenset({"expired_token", "repeated_token"})


@dataclass(frozen=True)
class Asked:
    """A request, as far as it tells which fault it meets."""

    service: str
    operation: str
    key: str = ""
    """An S3 object's key, STS's RoleArn, the value of LookupEvents' attribute."""
    has_token: bool = False
    """Whether it asks for a page after the first."""


@dataclass(frozen=True)
class Fault:
    """One fault as :meth:`Faults.plan` reads it."""

    kind: str
    times: int = 1
    service: str = "cloudtrail"
    operation: str = "*"
    key: str = "*"
    seconds: float = 1.0

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Fault:
        """Read one; raises ValueError for a setting, service or kind that does not exist."""
        if unknown := set(given) - set(cls.__dataclass_fields__):
            raise ValueError(f"not a fault's setting: {', '.join(sorted(unknown))}")
        service, kind = given.get("service", "cloudtrail"), given.get("kind")
        if kind not in KINDS.get(service, ()):
            raise ValueError(f"not a fault of {service}: kind {kind!r}; kinds are {dict(KINDS)}")
        operation = _ONLY.get(str(kind), {}).get(service) or ("*" if "service" in given else "LookupEvents")
        fault = cls(**{"operation": operation, **given})
        if not isinstance(fault.times, int) or fault.times < 0:
            raise ValueError(f"not a number of times: {fault.times!r}")
        return fault

    def meets(self, asked: Asked) -> bool:
        """Tell whether it is this request's."""
        return (
            asked.service == self.service
            and fnmatchcase(asked.operation, self.operation)
            and fnmatchcase(asked.key, self.key)
            and (asked.has_token or self.kind not in _LATER_PAGES)
        )


NOTHING = Fault("ok")


class Faults:
    """Faults in order; each request takes the first that is its own, LookupEvents' once the rate limit lets it pass."""

    def __init__(self) -> None:
        self._pending: list[tuple[Fault, int]] = []
        self._lock = threading.Lock()
        self.met: Counter[str] = Counter()
        """How many requests met a fault since they were planned, by kind."""

    def plan(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace what is planned.

        Each fault is ``{"kind", "times": n, "service", "operation", "key": glob, "seconds"}``: n requests take it,
        every request from then on where n is 0, one where it is left out. Without ``service`` it is LookupEvents',
        without ``operation`` any operation's that the kind is about, without ``key`` any key's. Raises ValueError.
        """
        planned = [Fault.of(fault) for fault in faults]
        with self._lock:
            self._pending = [(fault, fault.times) for fault in planned]
            self.met = Counter()

    def take(self, asked: Asked) -> Fault:
        """Return what the request meets, :data:`NOTHING` where nothing is planned for it."""
        with self._lock:
            for number, (fault, left) in enumerate(self._pending):
                if fault.meets(asked):
                    if left == 1:
                        del self._pending[number]
                    elif left:
                        self._pending[number] = (fault, left - 1)
                    self.met[fault.kind] += 1
                    return fault
        return NOTHING


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
