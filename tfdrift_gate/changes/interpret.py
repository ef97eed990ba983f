"""A record read through the catalogue: which resource, and which attributes, to which values.

Pure: the same record gives the same change. What a call *asked for* and what its answer merely *reveals*
are kept apart, since only the first has an author.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tfdrift_gate.arn import parse_function_name
from tfdrift_gate.catalog import Attribute, Catalog, EventEntry, key_path
from tfdrift_gate.changes.members import Members, is_object, items
from tfdrift_gate.changes.target import is_of_kind, key_of, parent_of
from tfdrift_gate.changes.values import NotTold, boolean, read_value, string
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import WITHHELD, Change, Effect, Record, ResourceKey, Skipped

_NAMES = frozenset({"functionname", "qualifier", "revisionid"})


@dataclass(frozen=True)
class Interpretation:
    """What one record means: at most one change, and what of it was not understood."""

    change: Change | None = None
    skipped: tuple[Skipped, ...] = field(default=())


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
    if entry.nothing_if and _is_true(request, entry.nothing_if):
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
    found = _Values(record, entry, request, answer)
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
    return Interpretation(change, (*found.unreadable, *unknown))


class _Values:
    """The attributes of one record, sorted into those asked for and those that merely show."""

    def __init__(self, record: Record, entry: EventEntry, request: Members, answer: Members) -> None:
        self._record = record
        self._entry = entry
        self._request = request
        self._answer = answer.below(under.lower()) if (under := entry.resource.answer_under) else answer
        self._answered = entry.values == "response" and record.response is not None
        self._complete = all(name.lower() in answer for name in entry.resource.complete or ("\0",))
        self.asked: dict[str, Any] = {}
        self.revealed: dict[str, Any] = {}
        self.unreadable: list[Skipped] = []

    def read(self) -> None:
        """Read every attribute that the entry tells of."""
        entry = self._entry
        for name, attribute, settable in entry.plan:
            if name in entry.sets:
                self.asked[name] = entry.sets[name]
            elif attribute.withheld == "always":
                continue
            elif attribute.as_ == "tags" and entry.effect is Effect.UPDATE:
                if settable:
                    self._tag(name)
            elif settable and self._is_asked(name, attribute):
                self._ask(name, attribute)
            elif self._answered:
                self._reveal(name, attribute)
        if entry.may_set:
            unspoken = _NAMES.union(map(str.lower, entry.may_set))
            if all(name in unspoken for name in self._request):
                self.asked.update(dict.fromkeys(entry.may_set, WITHHELD))

    def _is_asked(self, name: str, attribute: Attribute) -> bool:
        entry = self._entry
        if entry.effect is Effect.CREATE:
            return name not in entry.asks_if or _is_true(self._request, entry.asks_if[name])
        if name in entry.asks or self._names(attribute):
            return True
        return name in entry.asks_if and _is_true(self._request, entry.asks_if[name])

    def _names(self, attribute: Attribute) -> bool:
        return any(map(self._request.__contains__, attribute.heads))

    def _reveal(self, name: str, attribute: Attribute) -> None:
        """Take what the answer shows of an attribute that the call did not set."""
        value = self._answer.at(attribute.answered_at) if attribute.answered_at else None
        if value is None:
            if self._says_unset(attribute):
                self.revealed[name] = None
            return
        if attribute.is_text and value.__class__ is str:
            self.revealed[name] = value
            return
        try:
            self.revealed[name] = read_value(value, attribute)
        except NotTold:
            return
        except ValueError as error:
            self.unreadable.append(_skipped(self._record, "malformed-value", f"{name}: {error}"))

    def _ask(self, name: str, attribute: Attribute) -> None:
        """Take what the call set an attribute to."""
        try:
            told, value = self._asked_value(attribute)
        except ValueError as error:
            self.unreadable.append(_skipped(self._record, "malformed-value", f"{name}: {error}"))
            return
        if told:
            self.asked[name] = value
        elif self._entry.effect is Effect.UPDATE:
            self.asked[name] = WITHHELD

    def _asked_value(self, attribute: Attribute) -> tuple[bool, Any]:
        """Give (told, value): the answer's where it is the state after the call, else the request's."""
        if self._answered and attribute.answered_at:
            try:
                value = read_value(self._answer.at(attribute.answered_at), attribute)
                if value is not None or self._says_unset(attribute):
                    return True, value
            except NotTold:
                pass
        for path in attribute.asked_at:
            try:
                value = read_value(self._request.at(path), attribute)
            except NotTold:
                continue
            if value is not None:
                return True, value
        # What the answer would tell, and what further calls may set, a creation's silence does not.
        made = self._entry.effect is Effect.CREATE and self._entry.values == "request"
        return made or self._names(attribute), None

    def _says_unset(self, attribute: Attribute) -> bool:
        if not attribute.optional or not self._complete or attribute.answered_at is None:
            return False
        held = self._answer.get(attribute.answered_at.head)
        if held is not None and not attribute.answered_at.is_plain and not is_object(held) and items(held) is None:
            return False
        return attribute.optional != "inside" or attribute.answered_at.head in self._answer

    def _tag(self, name: str) -> None:
        """A tag call merges: it tells of single keys only. AWS's own keys are not Terraform's concern."""
        try:
            if "tags" not in self._request and "tagkeys" not in self._request:
                raise ValueError("the record does not tell which")
            added = {str(key): string(value) for key, value in _mapping(self._request.get("tags")).items()}
            removed = [string(key) for key in _listed(self._request.get("tagkeys"))]
        except ValueError as error:
            self.unreadable.append(_skipped(self._record, "malformed-value", f"{name}: {error}"))
            return
        for key, value in (*added.items(), *((key, None) for key in removed)):
            if not key.startswith("aws:"):
                self.asked[key_path(name, key)] = value


def _mapping(value: Any) -> Mapping[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ValueError("not a map")
    return value


def _listed(value: Any) -> Iterable[Any]:
    found = [] if value in (None, {}) else items(value)
    if found is None:
        raise ValueError("not a list")
    return found


def _is_true(request: Members, name: str) -> bool:
    try:
        return boolean(request.get(name.lower()))
    except ValueError:
        return False


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
        for name in sorted(map(str, body)):
            lowered = name.lower()
            if lowered not in known:
                yield f"{path}{name}"
            elif known[lowered] is not None:
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
