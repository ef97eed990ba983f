"""CloudTrail's LookupEvents over the trail, without transport, limits and faults.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.local_aws.clock import Clock
from tests.local_aws.lookup_resources import lookup_resources
from tests.local_aws.trail import Entry, Trail

_RETENTION = timedelta(days=90)
_PAGE = 50


class RefusedLookup(Exception):
    """A request that LookupEvents refuses with HTTP 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        """The API's error code: ``InvalidNextTokenException``."""


class LookupEvents:
    """Answers LookupEvents requests and remembers the tokens it gave out."""

    def __init__(self, trail: Trail, clock: Clock) -> None:
        self._trail = trail
        self._clock = clock
        self._tokens: dict[str, tuple[str, tuple[datetime, int] | None]] = {}
        self._lock = threading.Lock()

    def answer(
        self, request: Mapping[str, Any], account: str, region: str, delay: timedelta, again: bool = False
    ) -> dict[str, Any]:
        """Answer one request, both in the API's JSON form, newest event first.

        The token of an answer that is to be given ``again`` leads to the same page.
        Raises :class:`RefusedLookup` for more than one or an unknown lookup attribute, a time range or page
        size out of bounds, another event category than ``insight``, and a token given out for another query
        or never.
        """
        wanted = _lookup_attribute(request.get("LookupAttributes") or [])
        since, until = _time_range(request.get("StartTime"), request.get("EndTime"), self._clock.now())
        size = request.get("MaxResults", _PAGE)
        if not 1 <= size <= _PAGE:
            raise RefusedLookup("InvalidMaxResultsException", f"A page holds 1 to {_PAGE} events.")
        if "EventCategory" in request:
            if request["EventCategory"] != "insight":
                raise RefusedLookup("InvalidEventCategoryException", "The event category is not valid.")
            return {"Events": []}
        query = json.dumps([account, region, *(request.get(key) for key in _QUERY)])
        after = self._position(request.get("NextToken"), query)
        found = [
            entry
            for entry in self._trail.delivered(account, region, delay)
            if since <= entry.time <= until
            and wanted(entry)
            and (after is None or (entry.time, entry.sequence) < after)
        ]
        page = found[:size]
        answer: dict[str, Any] = {"Events": [event_of(entry) for entry in page]}
        if again:
            answer["NextToken"] = self._token(query, after)
        elif len(found) > size:
            answer["NextToken"] = self._token(query, (page[-1].time, page[-1].sequence))
        return answer

    def forget(self) -> None:
        """Make every token given out so far invalid."""
        with self._lock:
            self._tokens.clear()

    def _token(self, query: str, position: tuple[datetime, int] | None) -> str:
        token = secrets.token_urlsafe(48)
        with self._lock:
            self._tokens[token] = (query, position)
        return token

    def _position(self, token: str | None, query: str) -> tuple[datetime, int] | None:
        if token is None:
            return None
        with self._lock:
            issued_for, position = self._tokens.get(token, (None, None))
        if issued_for != query:
            raise RefusedLookup("InvalidNextTokenException", "The token was not given out for this query.")
        return position


def event_of(entry: Entry) -> dict[str, Any]:
    """Wrap a record as LookupEvents returns it; what the record does not say is left out.

    A planted record that is a text becomes ``CloudTrailEvent`` as it stands.
    """
    text = entry.record if isinstance(entry.record, str) else json.dumps(entry.record)
    return _around(entry) | {"CloudTrailEvent": text}


def _around(entry: Entry) -> dict[str, Any]:
    """Tell what stands beside the record, by which look-ups select."""
    record = entry.record if isinstance(entry.record, dict) else {}
    read_only = record.get("readOnly")
    event = {
        "EventId": record.get("eventID"),
        "EventName": record.get("eventName"),
        "ReadOnly": None if read_only is None else str(read_only).lower(),
        "AccessKeyId": _identity(record).get("accessKeyId"),
        "EventTime": entry.time.timestamp(),
        "EventSource": record.get("eventSource"),
        "Username": username_of(record),
        "Resources": lookup_resources(record),
    }
    return {key: value for key, value in event.items() if value is not None}


def username_of(record: Mapping[str, Any]) -> str | None:
    """Return ``Username``: IAM user, session of a role or ``root``; None where the record names nobody."""
    identity = _identity(record)
    if identity.get("type") == "AssumedRole":
        return str(identity.get("arn", "")).rpartition("/")[2] or None
    return "root" if identity.get("type") == "Root" else identity.get("userName")


def _identity(record: Mapping[str, Any]) -> Mapping[str, Any]:
    identity = record.get("userIdentity")
    return identity if isinstance(identity, dict) else {}


def _named_resource(event: Mapping[str, Any], key: str, value: str) -> bool:
    return any(resource.get(key) == value for resource in event["Resources"])


def _same(event: Mapping[str, Any], key: str, value: str) -> bool:
    return event.get(key) == value


_QUERY = ("LookupAttributes", "StartTime", "EndTime")
_ATTRIBUTES: dict[str, Callable[[Mapping[str, Any], str, str], bool]] = {
    "EventId": _same,
    "EventName": _same,
    "ReadOnly": _same,
    "Username": _same,
    "ResourceType": _named_resource,
    "ResourceName": _named_resource,
    "EventSource": _same,
    "AccessKeyId": _same,
}


def _lookup_attribute(attributes: list[Mapping[str, str]]) -> Callable[[Entry], bool]:
    if not attributes:
        return lambda entry: True
    key, value = attributes[0].get("AttributeKey", ""), attributes[0].get("AttributeValue", "")
    if len(attributes) > 1 or key not in _ATTRIBUTES:
        raise RefusedLookup("InvalidLookupAttributesException", "One known lookup attribute at most.")
    return lambda entry: _ATTRIBUTES[key](_around(entry), key, value)


def _time_range(start: float | None, end: float | None, now: datetime) -> tuple[datetime, datetime]:
    oldest = now - _RETENTION
    since = oldest if start is None else datetime.fromtimestamp(start, timezone.utc)
    until = now if end is None else datetime.fromtimestamp(end, timezone.utc)
    if since > until:
        raise RefusedLookup("InvalidTimeRangeException", "The start of the time range is after its end.")
    return max(since, oldest), until
