"""A record read through the catalogue: which resource, and which attributes, to which values.

Pure: the same record gives the same change. What a call *asked for* and what its answer merely *reveals*
are kept apart, since only the first has an author.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tfdrift_gate.arn import parse_function_name
from tfdrift_gate.catalog import Catalog, EventEntry
from tfdrift_gate.changes.attributes import Told, is_true
from tfdrift_gate.changes.members import Members, items
from tfdrift_gate.changes.target import is_of_kind, key_of, parent_of
from tfdrift_gate.changes.values import string
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import Change, Effect, Record, ResourceKey, Skipped

_UNKNOWN = object()


class Interpretation(NamedTuple):
    """What one record means: at most one change, and what of it was not understood."""

    change: Change | None = None
    skipped: tuple[Skipped, ...] = ()


def interpret(record: Record, catalog: Catalog) -> Interpretation:
    """Read ``record`` through ``catalog``; what cannot be understood is skipped by name, never dropped."""
    entries = catalog.find(record.event_source, record.event.event_name, record.api)
    if not entries:
        if (record.event_source, record.api) in catalog.without_effect:
            return Interpretation()
        return _skip(record, "unknown-event", "a mutating event that the catalogue does not know")
    if record.request is None:
        return _skip(record, "no-target", "requestParameters is null, so the record names no resource")
    request, answer = Members(record.request), Members(record.response)
    entry = entries[0] if len(entries) == 1 else next((entry for entry in entries if is_of_kind(entry, request)), None)
    if entry is None:
        return _skip(record, "no-target", "the ARN in the request is of no kind that the catalogue knows")
    if entry.nothing_if and is_true(request, entry.nothing_if.lower()):
        return Interpretation()
    if entry.answers and record.answer_shown and record.response is None:
        return _skip(
            record,
            "not-seen-to-succeed",
            "responseElements is null although this call always answers on success",
        )
    key = key_of(record, entry.resource, (request, answer))
    if key is None:
        return _skip(record, "no-target", "the record does not name the resource it changed")
    if not key.account or not key.region:
        return _skip(
            record, "no-target", "the record tells neither by ARN nor by itself which account and region it is about"
        )
    return _change(record, entry, key, request, answer)


def _change(record: Record, entry: EventEntry, key: ResourceKey, request: Members, answer: Members) -> Interpretation:
    version = _version_deleted(entry, request)
    gone = entry.removes_unless is not None and entry.removes_unless.lower() not in request
    effect = Effect.UPDATE if version else Effect.DELETE if gone else entry.effect
    found = Told(entry, request, answer, record.response is not None)
    if effect is not Effect.DELETE:
        found.read()
    change = Change(
        event=record.event,
        key=key,
        effect=effect,
        parent=parent_of(key, entry.resource, (request, answer)),
        asked=found.asked,
        revealed=found.revealed,
        rewrites=frozenset(name for name in entry.may_set if name.lower() in request),
        modified_at=_modified_at(entry, answer),
        version_deleted=version,
        statement=_statement(entry, answer),
    )
    known = entry.understood if entry.effect is not Effect.DELETE else None
    unknown = (
        _skipped(record, "unknown-setting", f"{name}: the catalogue does not know what it sets", request)
        for name in dict.fromkeys(_not_understood(record.request, known))
    )
    unreadable = (_skipped(record, "malformed-value", detail, request) for detail in found.unreadable)
    return Interpretation(change, (*unreadable, *unknown))


def _version_deleted(entry: EventEntry, request: Members) -> str | None:
    if not entry.version_if:
        return None
    own, name = request.get(entry.version_if.lower()), request.get("functionname")
    try:
        # NOTE: tools that re-write records make a number of it.
        version = string(own) if own else None
    except ValueError:
        version = None
    return version or (parse_function_name(name).qualifier if isinstance(name, str) else None)


def _statement(entry: EventEntry, answer: Members) -> Mapping[str, Any] | None:
    text = answer.get(entry.statement) if entry.statement else None
    try:
        found = json.loads(text) if isinstance(text, str) else text
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, Mapping) else None


def _not_understood(body: Any, known: Mapping[str, Any] | None, path: str = "") -> Iterable[str]:
    """Name what of a request no attribute of the catalogue stands for, inside lists and by its shape too."""
    if known is None:
        return
    listed = items(body)
    if listed is not None:
        for item in listed:
            yield from _not_understood(item, known, path)
    elif isinstance(body, Mapping):
        # What is understood whole, nearly everything in most requests, needs no second look.
        for name in sorted(name for name in map(str, body) if known.get(name.lower(), _UNKNOWN) is not None):
            lowered = name.lower()
            if lowered not in known:
                yield f"{path}{name}"
            else:
                yield from _not_understood(body.get(name), known[lowered], f"{path}{name}.")
    elif body is not None:  # a text where an object belongs
        yield path.rstrip(".")


def _modified_at(entry: EventEntry, answer: Members) -> datetime | None:
    clock = entry.resource.modified_at
    text = answer.get(clock.event.lower()) if clock else None
    try:
        # NOTE: on mappings it is a localised text ("May 9, 2024, 9:05:41 PM"): then it is not told.
        return parse_instant(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _skip(record: Record, reason: str, detail: str) -> Interpretation:
    return Interpretation(skipped=(_skipped(record, reason, detail),))


def _skipped(record: Record, reason: str, detail: str, request: Members | None = None) -> Skipped:
    event = record.event
    # A hostile record has many members that are not understood: its request is then read once for all of them.
    name = (request or Members(record.request)).get("functionname")
    return Skipped(
        reason,
        detail,
        event.event_id,
        event.event_name,
        event.event_time,
        parse_function_name(name).name if isinstance(name, str) else None,
    )
