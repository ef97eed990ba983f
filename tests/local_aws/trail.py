"""The trail: the records CloudTrail holds, and when a reader gets to see each."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID

from tests.local_aws.clock import Clock

_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True)
class Entry:
    """One record in the trail."""

    time: datetime
    """``eventTime``, or when the record was planted where it holds no readable one. UTC."""
    sequence: int
    """Settles the order of records of one second: the order in which they were written."""
    account: str
    region: str
    record: Any
    """A JSON object; a planted one may be anything JSON can hold."""


class Trail:
    """Everything recorded, for all accounts and regions. Safe to share between threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def append(self, records: Iterable[Any]) -> None:
        """Write records down.

        A record that names no account or region belongs to account 123456789012 and us-east-1.
        """
        with self._lock:
            for record in records:
                fields = record if isinstance(record, dict) else {}
                entry = Entry(
                    _event_time(fields.get("eventTime")) or self._clock.now(),
                    len(self._entries),
                    str(fields.get("recipientAccountId") or DEFAULT_ACCOUNT_ID),
                    str(fields.get("awsRegion") or _DEFAULT_REGION),
                    record,
                )
                self._entries.append(entry)

    def records(self) -> list[Any]:
        """Return every record, delivered or not, in the order they were written."""
        with self._lock:
            return [entry.record for entry in self._entries]

    def delivered(self, account: str, region: str, delay: timedelta) -> list[Entry]:
        """Return what a reader in one account and region sees by now, newest first.

        A record shows up once ``delay`` has passed since its ``eventTime``.
        """
        latest = self._clock.now() - delay
        with self._lock:
            kept = [entry for entry in self._entries if (entry.account, entry.region) == (account, region)]
        seen = [entry for entry in kept if entry.time <= latest]
        return sorted(seen, key=lambda entry: (entry.time, entry.sequence), reverse=True)

    def entries(self) -> list[Entry]:
        """Return what :meth:`set_entries` makes the trail hold again."""
        with self._lock:
            return list(self._entries)

    def set_entries(self, entries: list[Entry]) -> None:
        """Hold these entries and nothing else."""
        with self._lock:
            self._entries = list(entries)

    def clear(self) -> None:
        """Forget every record."""
        self.set_entries([])


def _event_time(value: Any) -> datetime | None:
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    except (TypeError, ValueError):
        return None
