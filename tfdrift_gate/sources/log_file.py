"""A log file as CloudTrail writes it, and the few of its records that may count, found before anything is decoded.

Of a trail's records a few in a hundred are Lambda's writes, and building the others takes far longer than inflating
the file. What is compact JSON beginning as below can be searched by bytes:

- a record of a service holds ``"eventSource":"<service>"``, and a quote inside a string is always escaped, so a file
  without these bytes has no such record;
- the text between two record heads is decoded, for its few fields alone, wherever they occur: whatever is not a
  whole record that calls itself a read makes the whole file be split by a JSON parser, which alone tells a record
  from an object inside another record's parameters that is written like one.

So nothing is lost, and nothing that a caller planted in a request is taken for a record. A file of any other form is
for :mod:`tfdrift_gate.sources.json_shapes`. The form:
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import msgspec

_OPENING = b'{"Records":['
_HEAD = b'{"eventVersion":"'
_SEPARATOR = b"}," + _HEAD
_CLOSING = b"]}"


class _File(msgspec.Struct):
    Records: list[msgspec.Raw]


class _Summary(msgspec.Struct):
    addendum: Any = None
    eventSource: Any = None
    readOnly: Any = None
    eventTime: Any = None


_FILE = msgspec.json.Decoder(_File)
_SUMMARY = msgspec.json.Decoder(_Summary)


class Candidate(NamedTuple):
    """A record that may count, still as text: its number in the file from 1, and what the window is held against."""

    number: int
    event_time: Any
    """``eventTime`` as decoded; None where it has none."""
    text: bytes


class LogFile(NamedTuple):
    """What one file holds."""

    records_read: int
    candidates: tuple[Candidate, ...]


def search(data: bytes, event_sources: Collection[str]) -> LogFile | None:
    """Find the records of ``event_sources`` that do not call themselves reads.

    None for a file of another form, and for one that is not whole: a general reader then says what is wrong with it.
    """
    end = len(data.rstrip())
    if not data.startswith(_OPENING + _HEAD) or not data.endswith(_CLOSING, 0, end):
        return None
    places = sorted(_places(data, event_sources))
    if all(_is_whole_read(data[start:stop]) for start, stop in _around(data, places, end)):
        return LogFile(data.count(_SEPARATOR) + 1, ())
    return _split(data, places, end, event_sources)


def _places(data: bytes, event_sources: Iterable[str]) -> Iterator[int]:
    """Where an event source of interest is named, at whatever depth."""
    for event_source in event_sources:
        marker = b'"eventSource":"%s"' % event_source.encode()
        place = data.find(marker)
        while place >= 0:
            yield place
            place = data.find(marker, place + len(marker))


def _around(data: bytes, places: Iterable[int], end: int) -> Iterator[tuple[int, int]]:
    """The text from record head to record head around each place."""
    for place in places:
        separator = data.find(_SEPARATOR, place)
        yield data.rfind(_HEAD, 0, place), separator + 1 if separator >= 0 else end - len(_CLOSING)


def _is_whole_read(text: bytes) -> bool:
    """Tell whether a text is one whole record that says it only read."""
    try:
        return _says_read(_SUMMARY.decode(text))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return False


def _says_read(summary: _Summary) -> bool:
    if summary.addendum is not None:
        return False  # it may take back what another record says, whatever it says itself
    return summary.readOnly is True or summary.readOnly == "true"


def _split(data: bytes, places: list[int], end: int, event_sources: Collection[str]) -> LogFile | None:
    try:
        records = _FILE.decode(data).Records
        starts = list(accumulate((len(record) + 1 for record in records), initial=len(_OPENING)))
        if starts[-1] - 1 + len(_CLOSING) != end:
            return None  # not compact after all
        # Several mentions in one record are one record's.
        numbers = dict.fromkeys(bisect_right(starts, place) for place in places)
        candidates = []
        for number in numbers:
            text = bytes(records[number - 1])
            summary = _SUMMARY.decode(text)
            elsewhere = isinstance(summary.eventSource, str) and summary.eventSource not in event_sources
            if not elsewhere and not _says_read(summary):
                candidates.append(Candidate(number, summary.eventTime, text))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return LogFile(len(records), tuple(candidates))
