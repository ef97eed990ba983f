"""Records from files: a file, a folder (recursive), a glob or standard input, plain or gzip.

Shapes: ``{"Records": […]}`` (a trail's log file, the console's download), a list, JSON lines, and saved
``lookup-events`` output (``{"Events": [{"CloudTrailEvent": "…"}]}``); a single record and EventBridge's
envelope (``detail``) are taken too.
"""

from __future__ import annotations

import glob
import json
import os
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import Coverage, RawRecord
from tfdrift_gate.sources import Question, Reading

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".gz", ".log")
_DIGEST = "CloudTrail-Digest"


def read(question: Question) -> Iterator[Reading]:
    """Read every file that the locator names; one reading, with an error where any could not be read whole."""
    records: list[RawRecord] = []
    error: EventSourceError | None = None
    notes: list[str] = []
    count = 0
    try:
        paths, ignored = _paths(question.locator)
        if ignored:
            notes.append(f"{ignored} other files in the folder are not record files")
        for number, path in enumerate(paths, 1):
            question.progress(f"reading {question.locator}: file {number} of {len(paths)}")
            for record in _records(path):
                count += 1
                if _is_inside(record, question):
                    records.append(record)
    except EventSourceError as met:
        error = met
        notes.append(met.message)
    if outside := count - len(records):
        notes.append(f"{outside} of {count} records lie outside the window")
    coverage = Coverage(
        source=question.locator,
        account=None,
        region=None,
        since=question.window.since,
        until=question.window.until,
        complete=error is None,
        records_read=count,
        api_calls=0,
        note="; ".join(notes),
    )
    yield Reading(tuple(records), coverage, error)


def _paths(locator: str) -> tuple[list[str], int]:
    """Give the files that a locator names, sorted, and how many others its folders hold."""
    if locator == "-":
        return ["-"], 0
    if os.path.lexists(locator):
        named = [locator]
    elif glob.has_magic(locator):
        named = [path for path in glob.glob(locator, recursive=True) if _DIGEST not in Path(path).parts]
        if not named:
            raise EventSourceError(f"reading {locator}: nothing matches", "check the pattern given to --events")
    else:
        raise EventSourceError(f"reading {locator}: no such file or folder", "check the path given to --events")
    found: dict[str, None] = {}
    others: set[str] = set()
    for path in named:
        if not os.path.isdir(path):
            found[os.path.normpath(path)] = None
            continue
        for file in map(os.path.normpath, _inside(path)):
            if file.lower().endswith(_SUFFIXES):
                found[file] = None
            else:
                others.add(file)
    if not found:
        raise EventSourceError(
            f"reading the folder {locator}: no record files in it", f"record files end in {', '.join(_SUFFIXES)}"
        )
    return sorted(found), len(others - found.keys())


def _inside(folder: str) -> Iterator[str]:
    """Every file below a folder, links followed once; raises where a folder may not be listed."""

    def closed(error: OSError) -> None:
        raise EventSourceError(
            f"reading the folder {error.filename}: {error.strerror or error}", "check the path and its rights"
        ) from None

    seen: set[str] = set()
    for above, folders, files in os.walk(folder, onerror=closed, followlinks=True):
        real = os.path.realpath(above)
        folders[:] = [name for name in folders if real not in seen and not _is_hidden(name)]
        if real not in seen:
            yield from (os.path.join(above, name) for name in files if not _is_hidden(name))
        seen.add(real)


def _is_hidden(name: str) -> bool:
    return name == _DIGEST or name.startswith(".")


def _records(path: str) -> Iterator[RawRecord]:
    name = "standard input" if path == "-" else path
    for position, body in enumerate(_bodies(_text(path, name), name), 1):
        yield RawRecord(f"{name}: record {position}", body)


def _text(path: str, name: str) -> str:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise EventSourceError(f"reading {name}: {error.strerror or error}", "check the path and its rights") from None
    if path.lower().endswith(".gz") and data[:2] != b"\x1f\x8b":
        raise EventSourceError(f"reading {name}: not a gzip file", "check that it was downloaded whole, as binary")
    if data[:2] == b"\x1f\x8b":
        data = _inflate(data, name)
    if not data.strip():
        raise EventSourceError(f"reading {name}: it is empty", 'a file without records holds {"Records": []}')
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise EventSourceError(f"reading {name}: it is not UTF-8 text", "name CloudTrail's JSON files") from None


def _inflate(data: bytes, name: str) -> bytes:
    parts: list[bytes] = []
    try:
        while data:
            # NOTE: a gzip file may hold several members one after another.
            inflater = zlib.decompressobj(wbits=31)
            parts.append(inflater.decompress(data))
            parts.append(inflater.flush())
            if not inflater.eof:
                raise EventSourceError(f"reading {name}: the gzip file is truncated", "download it again")
            data = inflater.unused_data.lstrip(b"\0")
    except zlib.error:
        raise EventSourceError(f"reading {name}: the gzip file is damaged", "download it again") from None
    return b"".join(parts)


def _bodies(text: str, name: str) -> Iterator[Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield from _lines(text, name, error)
        return
    yield from _unpack(document, name)


def _lines(text: str, name: str, whole: Exception) -> Iterator[Any]:
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    documents: list[Any] = []
    for number, line in lines:
        try:
            documents.append(json.loads(line))
        except (ValueError, RecursionError):
            if not documents:
                cut = isinstance(whole, json.JSONDecodeError) and whole.pos >= len(whole.doc.rstrip()) - 1
                said = "the JSON ends too early, as if truncated" if cut else "it is not JSON"
                raise EventSourceError(f"reading {name}: {said}", "download it again, or name another file") from None
            raise EventSourceError(
                f"reading {name}: line {number} of {lines[-1][0]} is not JSON",
                "the file is truncated or damaged",
            ) from None
    for document in documents:
        yield from _unpack(document, name)


def _unpack(document: Any, name: str) -> Iterator[Any]:
    if isinstance(document, list):
        for item in document:
            yield from _unpack(item, name) if isinstance(item, Mapping) else [item]
    elif not isinstance(document, Mapping):
        raise EventSourceError(f"reading {name}: it is JSON, but no records", "name CloudTrail's JSON files")
    elif isinstance(document.get("Records"), list):
        yield from document["Records"]
    elif isinstance(document.get("Events"), list):
        for event in document["Events"]:
            yield looked_up(event)
        if document.get("NextToken"):
            raise EventSourceError(
                f"reading {name}: it is one page of an answer that says that more follows",
                "save all pages: aws cloudtrail lookup-events without --max-items",
            )
    elif "CloudTrailEvent" in document:
        yield looked_up(document)
    elif "detail-type" in document and isinstance(document.get("detail"), Mapping):
        yield document["detail"]
    elif "eventSource" in document or "eventName" in document:
        yield document
    else:
        raise EventSourceError(f"reading {name}: it is JSON, but no records", "name CloudTrail's JSON files")


def looked_up(event: Any) -> Any:
    """Take the record out of one event of a ``lookup-events`` answer; None where it holds none."""
    text = event.get("CloudTrailEvent") if isinstance(event, Mapping) else None
    if not isinstance(text, str):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_inside(record: RawRecord, question: Question) -> bool:
    """Tell whether a record lies in the window; what has no readable time is left for the reader to name."""
    time = record.body.get("eventTime") if isinstance(record.body, Mapping) else None
    try:
        return not isinstance(time, str) or parse_instant(time) in question.window
    except (ValueError, OverflowError):
        return True
