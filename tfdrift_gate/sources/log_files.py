"""Many files read side by side, in their order and with little memory: of each only the records that may count stay.

Fetching and inflating let the other threads run, so they overlap with the search through what is already inflated.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import Coverage, RawRecord
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.inflate import inflate, is_gzip
from tfdrift_gate.sources.json_shapes import bodies
from tfdrift_gate.sources.log_file import search
from tfdrift_gate.sources.record_store import RecordStore, position

if TYPE_CHECKING:
    from tfdrift_gate.sources.digests import Proof

RECORD_FILES = (".json", ".jsonl", ".ndjson", ".gz", ".log")
"""How the names of files with records end."""
SHOWN = 5
"""How many files that could not be read a note names."""

Fetch = Callable[[str], bytes]
"""Gives a file's bytes by its name; raises :class:`EventSourceError` naming it."""


@dataclass
class Gathered:
    """What came of many files."""

    records: RecordStore = field(default_factory=RecordStore)
    records_read: int = 0
    outside: int = 0
    """How many of the records that may count lie outside of the window."""
    errors: list[EventSourceError] = field(default_factory=list)
    """One for each file that could not be read whole."""


def gather(
    names: Sequence[str],
    fetch: Fetch,
    question: Question,
    side_by_side: int | None = None,
    proof: Proof | None = None,
) -> Gathered:
    """Read files, in the order of their names; what cannot be read is named, and the others are read all the same.

    ``side_by_side`` is how many are fetched at once: as many as there are processors unless said otherwise. A
    ``proof`` is shown every inflated file; what it finds wrong with all of them comes first among the errors.
    """

    def whole(name: str) -> bytes:
        text = _inflated(fetch(name), name)
        if proof:
            proof.prove(name, text)
        return text

    gathered = Gathered(errors=list(proof.errors) if proof else [])
    for number, (name, got) in enumerate(_fetched(names, whole, side_by_side or os.cpu_count() or 1), 1):
        question.progress(f"reading {question.locator}: file {number} of {len(names)}")
        try:
            _take(got(), name, question, gathered)
        except EventSourceError as error:
            gathered.errors.append(error)
    return gathered


def reading_of(
    gathered: Gathered,
    notes: Sequence[str],
    question: Question,
    account: str | None = None,
    region: str | None = None,
    api_calls: int = 0,
) -> Reading:
    """Make the reading of what was gathered: whole where nothing went wrong, and what did is among the ``notes``.

    Its error is the first of many, and how many more there are; the note names a few of them.
    """
    error, errors = None, gathered.errors
    told = [*notes, *(each.message for each in errors[:SHOWN])]
    if errors:
        more = f" (and {len(errors) - 1} more such {'error' if len(errors) == 2 else 'errors'})"
        error = EventSourceError(errors[0].message + (more if len(errors) > 1 else ""), errors[0].hint)
    if len(errors) > SHOWN:
        told.append(f"and {len(errors) - SHOWN} more such errors")
    if gathered.outside:
        told.append(f"{gathered.outside} of {gathered.records_read} records lie outside the window")
    coverage = Coverage(
        source=question.locator,
        account=account,
        region=region,
        since=question.window.since,
        until=question.window.until,
        complete=error is None,
        records_read=gathered.records_read,
        api_calls=api_calls,
        note="; ".join(told),
    )
    return Reading(gathered.records, coverage, error)


def _fetched(names: Sequence[str], whole: Fetch, side_by_side: int) -> Iterator[tuple[str, Callable[[], bytes]]]:
    if len(names) < 2:
        for name in names:
            yield name, partial(whole, name)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[tuple[str, Future[bytes]]] = deque()
    with ThreadPoolExecutor(side_by_side) as pool:
        for name in names:
            waiting.append((name, pool.submit(whole, name)))
            # Bounded: what is inflated and not yet searched takes memory.
            if len(waiting) > side_by_side:
                ready, future = waiting.popleft()
                yield ready, future.result
        while waiting:
            ready, future = waiting.popleft()
            yield ready, future.result


def _inflated(data: bytes, name: str) -> bytes:
    if name.lower().endswith(".gz") and not is_gzip(data):
        raise EventSourceError(f"reading {name}: not a gzip file", "check that it was downloaded whole, as binary")
    if is_gzip(data):
        data = inflate(data, name)
    if not data.strip():
        raise EventSourceError(f"reading {name}: it is empty", 'a file without records holds {"Records": []}')
    return data


def _take(data: bytes, name: str, question: Question, gathered: Gathered) -> None:
    found = search(data, sorted(question.event_sources))
    if found is None:
        _take_whole(_text(data, name), name, question, gathered)
        return
    gathered.records_read += found.records_read
    for number, event_time, text in found.candidates:
        if _is_inside(event_time, question):
            gathered.records.add_text(name, number, text)
        else:
            gathered.outside += 1


def _text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EventSourceError(f"reading {name}: it is not UTF-8 text", "name CloudTrail's JSON files") from None


def _take_whole(text: str, name: str, question: Question, gathered: Gathered) -> None:
    for number, body in enumerate(bodies(text, name), 1):
        gathered.records_read += 1
        if not _may_count(body, question.event_sources):
            continue
        if _is_inside(body.get("eventTime") if isinstance(body, Mapping) else None, question):
            gathered.records.add(RawRecord(position(name, number), body))
        else:
            gathered.outside += 1


def _may_count(body: Any, event_sources: Iterable[str]) -> bool:
    """Tell whether a record may be one of the services asked for; what says nothing of that may be."""
    event_source = body.get("eventSource") if isinstance(body, Mapping) else None
    return not isinstance(event_source, str) or event_source in event_sources


def _is_inside(event_time: Any, question: Question) -> bool:
    """Tell whether an ``eventTime`` lies in the window; what is no readable time is left for the reader to name."""
    try:
        return not isinstance(event_time, str) or parse_instant(event_time) in question.window
    except (ValueError, OverflowError):
        return True
