"""Records in every shape in which people keep them, decoded whole.

``{"Records": […]}`` (a trail's log file, the console's download), a list, JSON lines, saved ``lookup-events`` output
(``{"Events": [{"CloudTrailEvent": "…"}]}``), a single record, and EventBridge's envelope (``detail``).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tfdrift_gate.errors import EventSourceError


def bodies(text: str, name: str) -> Iterator[Any]:
    """Give the records of a text in any of the shapes; raises :class:`EventSourceError` naming the file."""
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
