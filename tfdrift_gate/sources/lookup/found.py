"""What look-ups found in one account and region: each event once, and of those only what may matter kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import RawRecord
from tfdrift_gate.sources.json_shapes import looked_up


@dataclass
class Found:
    """Grows while pages come in. Reads and other services' events are counted and not kept."""

    region: str
    event_sources: frozenset[str]
    count: int = 0
    """Events, each once."""
    records: list[RawRecord] = field(default_factory=list)
    account: str | None = None
    """Whose history it is, as a record says."""
    _ids: set[str] = field(default_factory=set)

    def take(self, events: Iterable[Any]) -> None:
        """Take a page's events; what has no id cannot be told apart, and counts."""
        for event in events:
            event_id = id_of(event)
            if event_id is not None:
                if event_id in self._ids:
                    continue
                self._ids.add(event_id)
            self.count += 1
            if self.account is None or self._may_matter(event):
                self._keep(event)

    def hold(self, records: Collection[RawRecord]) -> None:
        """Take what an earlier run kept; it is counted and kept unless a page brings it too."""
        for record in records:
            body = record.body if isinstance(record.body, Mapping) else {}
            event_id = body.get("eventID")
            if isinstance(event_id, str):
                if event_id in self._ids:
                    continue
                self._ids.add(event_id)
            self.count += 1
            self.records.append(record)

    def _keep(self, event: Any) -> None:
        record = RawRecord(f"{self.region}: event {id_of(event) or '?'}", looked_up(event))
        if self.account is None and isinstance(record.body, Mapping):
            account = record.body.get("recipientAccountId")
            self.account = account if isinstance(account, str) else None
        if self._may_matter(event):
            self.records.append(record)

    def _may_matter(self, event: Any) -> bool:
        """Tell by what CloudTrail wrote around the record; where it says nothing, whoever reads the record decides."""
        if not isinstance(event, Mapping):
            return True
        source = event.get("EventSource")
        if '"addendum"' in str(event.get("CloudTrailEvent")):
            return True  # a correction may take back what another record says, whatever it says itself
        return event.get("ReadOnly") != "true" and (not isinstance(source, str) or source in self.event_sources)


def id_of(event: Any) -> str | None:
    """Give an event's id; None where it has none."""
    event_id = event.get("EventId") if isinstance(event, Mapping) else None
    return event_id if isinstance(event_id, str) else None


def time_of(event: Any) -> float | None:
    """Give when an event happened, in seconds since 1970; None where nothing tells."""
    told = event.get("EventTime") if isinstance(event, Mapping) else None
    if isinstance(told, datetime):
        return told.timestamp()
    if isinstance(told, (int, float)) and not isinstance(told, bool):
        return float(told)
    record = looked_up(event)
    try:
        return parse_instant(record["eventTime"]).timestamp()
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
