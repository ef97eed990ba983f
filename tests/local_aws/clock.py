"""The time of the local AWS, which a test can move and stop, so that nothing has to be waited for.

Everything the local AWS stamps or compares comes from one clock: ``eventTime``, ``lastModified``, which records
LookupEvents shows by now and how many requests it lets pass in a second, and what moto stamps with its own
``utcnow`` (objects in S3, IAM's and STS's dates).
"""

from __future__ import annotations

import datetime as real
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import moto.core.utils

_ONE_CALL = timedelta(milliseconds=1)
"""How long a call takes while the clock is held: those of one second keep an order, as on the live service."""


class Clock:
    """This machine's time plus what it was moved by, or one instant while it is held. UTC."""

    def __init__(self) -> None:
        self._moved = timedelta()
        self._held: datetime | None = None
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Tell the time."""
        with self._lock:
            return self._held or datetime.now(timezone.utc) + self._moved

    def seconds(self) -> float:
        """Seconds since an arbitrary instant, which move with the clock."""
        with self._lock:
            return self._held.timestamp() if self._held else time.time() + self._moved.total_seconds()

    def advance(self, seconds: float) -> None:
        """Move forward, or back where ``seconds`` is negative; a held clock stays held at its new instant."""
        with self._lock:
            if self._held:
                self._held += timedelta(seconds=seconds)
            else:
                self._moved += timedelta(seconds=seconds)

    def hold(self) -> None:
        """Stop at the start of the next second; from then on only :meth:`advance` and calls move the clock.

        Calls take a millisecond each, so 999 of them fall into one second. A held clock is left as it is.
        """
        with self._lock:
            if self._held is None:
                now = datetime.now(timezone.utc) + self._moved
                self._held = now.replace(microsecond=0) + timedelta(seconds=1)

    def release(self) -> None:
        """Run on from the instant at which the clock was held."""
        with self._lock:
            if self._held:
                self._moved = self._held - datetime.now(timezone.utc)
                self._held = None

    def tick(self) -> datetime:
        """Tell the time at which a call takes effect; no two calls do so at one instant."""
        with self._lock:
            if self._held is None:
                return datetime.now(timezone.utc) + self._moved
            self._held += _ONE_CALL
            return self._held

    def reset(self) -> None:
        """Go with this machine's time again."""
        with self._lock:
            self._moved, self._held = timedelta(), None

    def position(self) -> tuple[timedelta, datetime | None]:
        """Return what :meth:`set_position` sets the clock to again."""
        with self._lock:
            return self._moved, self._held

    def set_position(self, position: tuple[timedelta, datetime | None]) -> None:
        """Set the clock to what :meth:`position` returned."""
        with self._lock:
            self._moved, self._held = position

    @contextmanager
    def moto_follows(self) -> Iterator[None]:
        """Make moto's ``utcnow`` tell this clock's time for as long as the context lasts."""
        clock = self

        class Datetime(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> Any:
                return clock.now().astimezone(tz) if tz else datetime.now()  # noqa: DTZ005 (as the real one)

            @classmethod
            def utcnow(cls) -> Any:
                return clock.now().replace(tzinfo=None)

        # moto's functions look the module up by name each time they are called.
        names = {name: getattr(real, name) for name in dir(real) if not name.startswith("_")}
        with patch.object(moto.core.utils, "datetime", SimpleNamespace(**names | {"datetime": Datetime})):
            yield
