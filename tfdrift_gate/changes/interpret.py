"""A record read through the catalogue: which resource, and which attributes, to which values.

Pure: the same record gives the same change. What a call *asked for* and what its answer merely *reveals*
are kept apart, since only the first has an author.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tfdrift_gate.catalog import Attribute, Catalog, EventEntry, Resource
from tfdrift_gate.changes.values import NotTold, at, member, read_value
from tfdrift_gate.function_name import parse_function_name
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import WITHHELD, Change, Effect, Record, ResourceKey, Skipped

# Members of a request that name or condition the call and set nothing.
_NOT_SETTINGS = frozenset({"functionname", "qualifier", "revisionid", "fullyqualifiedarn", "dryrun", "publish"})


@dataclass(frozen=True)
class Interpretation:
    """What one record means: at most one change, and what of it was not understood."""

    change: Change | None = None
    skipped: tuple[Skipped, ...] = field(default=())


def interpret(record: Record, catalog: Catalog) -> Interpretation:
    """Read ``record`` through ``catalog``; what cannot be understood is skipped by name, never dropped."""
    entry = catalog.find(record.event_source, record.event.event_name, record.api)
    if entry is None:
        if (record.event_source, record.api) in catalog.without_effect:
            return Interpretation()
        return _skip(record, "unknown-event", "a mutating event that the catalogue does not know")
    if record.request is None:
        return _skip(record, "no-target", "requestParameters is null, so the record names no resource")
    if entry.nothing_if and str(member(record.request, entry.nothing_if)).lower() == "true":
        return Interpretation()
    if entry.answers and record.answer_shown and record.response is None:
        return _skip(
            record,
            "not-seen-to-succeed",
            "responseElements is null although this call always answers on success",
        )
    if entry.version_if and _qualifier(record):
        return Interpretation()
    key = _key(record, entry.resource)
    if key is None:
        return _skip(record, "no-target", "the record does not name the resource it changed")
    if not key.account or not key.region:
        return _skip(
            record, "no-target", "the record tells neither by ARN nor by itself which account and region it is about"
        )
    return _change(record, entry, key)


def _change(record: Record, entry: EventEntry, key: ResourceKey) -> Interpretation:
    asked: dict[str, Any] = {}
    revealed: dict[str, Any] = {}
    unreadable: list[Skipped] = []
    for name, attribute in entry.resource.attributes.items() if entry.effect is not Effect.DELETE else ():
        is_asked = _is_asked(record, entry, name, attribute)
        try:
            if name in entry.sets:
                asked[name] = entry.sets[name]
            elif attribute.withheld != "always":
                told, value = _value(record, entry, attribute)
                if told:
                    (asked if is_asked else revealed)[name] = value
                elif is_asked and entry.effect is Effect.UPDATE:
                    asked[name] = WITHHELD
        except ValueError as error:
            if is_asked:
                unreadable.append(_skipped(record, "malformed-value", f"{name}: {error}"))
    unreadable.extend(
        _skipped(record, "unknown-setting", f"{name}: the catalogue does not know what it sets")
        for name in _unknown_members(record.request, entry)
    )
    rewrites = frozenset(name for name in entry.may_set if member(record.request, name) is not None)
    if entry.may_set and not _names_a_setting(record.request, entry):
        asked.update(dict.fromkeys(entry.may_set, WITHHELD))
    return Interpretation(
        Change(
            event=record.event,
            key=key,
            effect=entry.effect,
            parent=_parent(record, entry.resource, key),
            asked=asked,
            revealed=revealed,
            rewrites=rewrites,
            modified_at=_modified_at(record, entry),
        ),
        tuple(unreadable),
    )


def _is_asked(record: Record, entry: EventEntry, name: str, attribute: Attribute) -> bool:
    if entry.effect is Effect.CREATE:
        return attribute.withheld != "always"
    return name in entry.asks or member(record.request, attribute.head) is not None


def _value(record: Record, entry: EventEntry, attribute: Attribute) -> tuple[bool, Any]:
    """Give (told, value): the answer's where it is the state after the call, else the request's."""
    if entry.values == "response" and record.response is not None and attribute.answer:
        try:
            value = read_value(at(record.response, attribute.answer), attribute)
            if value is not None or (attribute.optional and _is_complete(record, entry)):
                return True, value
        except NotTold:
            pass
    try:
        value = read_value(at(record.request, attribute.field), attribute)
    except NotTold:
        value = None
    if value is not None:
        return True, value
    # What the answer would tell, and what further calls may set, a creation's silence does not.
    made = entry.effect is Effect.CREATE and entry.values == "request"
    return made or member(record.request, attribute.head) is not None, None


def _is_complete(record: Record, entry: EventEntry) -> bool:
    needed = entry.resource.complete
    return bool(needed) and all(member(record.response, name) is not None for name in needed)


def _unknown_members(request: Mapping[str, Any] | None, entry: EventEntry) -> list[str]:
    """Name the settings of an update that no attribute of the catalogue stands for."""
    if entry.effect is not Effect.UPDATE:
        return []
    known = entry.request_members | _NOT_SETTINGS
    return sorted(str(name) for name in request or () if str(name).lower() not in known)


def _names_a_setting(request: Mapping[str, Any] | None, entry: EventEntry) -> bool:
    withheld = {name.lower() for name in entry.may_set}
    return any(str(name).lower() not in _NOT_SETTINGS | withheld for name in request or ())


def _key(record: Record, resource: Resource) -> ResourceKey | None:
    parts: list[str] = []
    for part in resource.identity.values():
        value = member(record.request, part.event)
        if value is None:
            value = member(record.response, part.event)
        if part.as_ == "qualifier":
            parts.append(_qualifier(record))
        elif not isinstance(value, str) or not value:
            return None
        else:
            parts.append(parse_function_name(value).name if part.as_ == "function" else value)
    account, region = _place(record, resource)
    return ResourceKey(resource.type, account, region, tuple(parts))


def _place(record: Record, resource: Resource) -> tuple[str, str]:
    """Account and region of the function's ARN where the record has one, else those that recorded it."""
    for body, name in (
        (record.request, "functionName"),
        (record.response, "functionArn"),
        (record.response, "aliasArn"),
    ):
        value = member(body, name)
        if isinstance(value, str):
            named = parse_function_name(value)
            if named.account and named.account.isdigit():
                return named.account, named.region or record.event.aws_region
    return record.account or "", record.event.aws_region


def _qualifier(record: Record) -> str:
    own = member(record.request, "qualifier")
    if isinstance(own, str) and own:
        return own
    name = member(record.request, "functionName")
    return (parse_function_name(name).qualifier or "") if isinstance(name, str) else ""


def _parent(record: Record, resource: Resource, key: ResourceKey) -> ResourceKey | None:
    if resource.parent is None:
        return None
    for name in resource.parent.event:
        for body in (record.response, record.request):
            value = member(body, name)
            if isinstance(value, str) and value:
                named = parse_function_name(value)
                return ResourceKey(
                    "aws_lambda_function",
                    named.account or key.account,
                    named.region or key.region,
                    (named.name,),
                )
    return None


def _modified_at(record: Record, entry: EventEntry) -> datetime | None:
    clock = entry.resource.modified_at
    if clock is None:
        return None
    text = member(record.response, clock.event)
    try:
        # NOTE: on mappings it is a localised text ("May 9, 2024, 9:05:41 PM"): then it is not told.
        return parse_instant(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _skip(record: Record, reason: str, detail: str) -> Interpretation:
    return Interpretation(skipped=(_skipped(record, reason, detail),))


def _skipped(record: Record, reason: str, detail: str) -> Skipped:
    event = record.event
    name = member(record.request, "functionName")
    return Skipped(
        reason,
        detail,
        event.event_id,
        event.event_name,
        event.event_time,
        parse_function_name(name).name if isinstance(name, str) else None,
    )
