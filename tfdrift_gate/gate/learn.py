"""Records → changes: what takes part, what it did, and what of it was not understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.model import Change, RawRecord, Record, ResourceKey, Skipped, TimeWindow


@dataclass(frozen=True)
class Learned:
    """The changes that records tell of, what could not be judged, and how many records took part."""

    changes: tuple[Change, ...]
    skipped: tuple[Skipped, ...]
    relevant: int
    is_withheld: bool = False
    """Whether a call may have written what CloudTrail withholds without that being visible."""


class _Meaning(NamedTuple):
    change: Change | None = None
    skipped: tuple[Skipped, ...] = ()
    is_relevant: bool = False
    is_withheld: bool = False


_NOTHING = _Meaning()


def learn(
    raws: Iterable[RawRecord],
    span: TimeWindow,
    catalog: Catalog,
    matters: Callable[[Change], bool] = lambda _: True,
) -> Learned:
    """Read records, each once and of a corrected one only the correction.

    The records may come one by one: of each only its change is kept, and that only where it ``matters``. Of copies of
    one record the first that takes part counts.
    """
    coming = iter(raws)
    first = next(coming, None)
    if first is None:
        return Learned((), (), 0)
    # Most plans have no record to read, and do not load what reads them.
    from tfdrift_gate.records.record import identity_of, is_correction, read_record

    meanings: dict[str, _Meaning] = {}
    corrected: set[str] = set()
    event_sources = catalog.event_sources
    reader = _Reader(span, catalog, matters)
    whole = _again(first, coming)
    del first  # none is held
    for raw in whole:
        found = read_record(raw, event_sources)
        corrects = None
        if found is None and not is_correction(raw):
            continue
        identity, corrects = identity_of(raw)
        if corrects is not None and corrects != identity:
            corrected.add(corrects)
        if corrects is not None or identity not in meanings:
            meanings[identity] = reader.meaning_of(found)
    counted = [meaning for identity, meaning in meanings.items() if identity not in corrected]
    changes = [meaning.change for meaning in counted if meaning.change]
    changes.sort(key=lambda change: (change.event.event_time, change.event.event_id or ""))
    skipped = sorted((each for meaning in counted for each in meaning.skipped), key=_place)
    return Learned(
        tuple(changes),
        tuple(skipped),
        sum(meaning.is_relevant for meaning in counted),
        any(meaning.is_withheld for meaning in counted),
    )


def _again(first: RawRecord, others: Iterator[RawRecord]) -> Iterator[RawRecord]:
    yield first
    del first
    yield from others


class _Reader:
    """Gives what single records mean; what repeats from record to record is one object in all of them."""

    def __init__(self, span: TimeWindow, catalog: Catalog, matters: Callable[[Change], bool]) -> None:
        from tfdrift_gate.changes.interpret import interpret

        self._interpret = interpret
        self._span = span
        self._catalog = catalog
        self._matters = matters
        self._keys: dict[ResourceKey, ResourceKey] = {}
        self._revealed: dict[tuple[ResourceKey, str], Mapping[str, Any]] = {}

    def meaning_of(self, found: Record | Skipped | None) -> _Meaning:
        if isinstance(found, Skipped):
            return _Meaning(skipped=(found,))
        if found is None or found.event.event_time not in self._span:
            return _NOTHING
        change, skipped = self._interpret(found, self._catalog)
        if change is None:
            return _Meaning(None, skipped, True)
        is_withheld = bool(change.rewrites)
        return _Meaning(self._shared(change) if self._matters(change) else None, skipped, True, is_withheld)

    def _shared(self, change: Change) -> Change:
        """Let a change share what an earlier one has too: most answers say of a resource what the last one said.

        Without that, thirty values of each of a year's calls would be kept, nearly all of them equal.
        """
        key = self._keys.setdefault(change.key, change.key)
        revealed = change.revealed
        if revealed:
            place = (key, change.event.event_name)
            known = self._revealed.get(place)
            if known == revealed:
                revealed = known
            else:
                self._revealed[place] = revealed
        return change._replace(key=key, revealed=revealed)


def _place(entry: Skipped) -> tuple[float, str, str]:
    return entry.event_time.timestamp() if entry.event_time else 0.0, entry.detail, entry.event_id or ""
