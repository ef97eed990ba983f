"""Records → changes: what takes part, what it did, and what of it was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.model import Change, RawRecord, Record, Skipped, TimeWindow


@dataclass(frozen=True)
class Learned:
    """The changes that records tell of, what could not be judged, and how many records took part."""

    changes: tuple[Change, ...]
    skipped: tuple[Skipped, ...]
    relevant: int


def learn(raws: Sequence[RawRecord], span: TimeWindow, catalog: Catalog) -> Learned:
    """Records → changes: what takes part, what it did, and what of it was not understood."""
    if not raws:
        return Learned((), (), 0)
    # Most plans have no record to read.
    from tfdrift_gate.changes.interpret import interpret
    from tfdrift_gate.records.record import read_record, without_duplicates

    changes: list[Change] = []
    skipped: list[Skipped] = []
    relevant = 0
    event_sources = catalog.event_sources
    for raw in without_duplicates(raws):
        record = read_record(raw, event_sources)
        if isinstance(record, Skipped):
            skipped.append(record)
        elif isinstance(record, Record) and record.event.event_time in span:
            relevant += 1
            meaning = interpret(record, catalog)
            skipped.extend(meaning.skipped)
            if meaning.change:
                changes.append(meaning.change)
    changes.sort(key=lambda change: (change.event.event_time, change.event.event_id or ""))
    skipped.sort(key=_place)
    return Learned(tuple(changes), tuple(skipped), relevant)


def _place(entry: Skipped) -> tuple[float, str, str]:
    return entry.event_time.timestamp() if entry.event_time else 0.0, entry.detail, entry.event_id or ""
