"""What an event data store takes in and keeps: what it does not would look just like a quiet day.

Its settings: https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventDataStore.html, selectors:
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import iso
from tfdrift_gate.sources import Question

_ELSEWHERE = "read what lies outside of it elsewhere: the trail's bucket, or athena:"


@dataclass(frozen=True)
class Held:
    """Whose records a store holds: the only accounts, the only regions; None where any may be."""

    accounts: frozenset[str] | None
    regions: frozenset[str] | None


def held_by(store: Mapping[str, Any], account: str, region: str) -> Held:
    """Tell whose records a store of ``account`` and ``region`` holds."""
    return Held(
        None if store.get("OrganizationEnabled") else frozenset({account}),
        None if store.get("MultiRegionEnabled") else frozenset({region}),
    )


def refuse_what_it_cannot_hold(store: Mapping[str, Any], question: Question) -> None:
    """Raise :class:`EventSourceError` where a store leaves out events that are asked for."""
    what, since = f"reading {question.locator}", question.window.since
    if (status := store.get("Status")) != "ENABLED":
        raise EventSourceError(f"{what}: the event data store takes no events in ({status})", _ELSEWHERE)
    created = store.get("CreatedTimestamp")
    if isinstance(created, (int, float)) and since < (made := datetime.fromtimestamp(created, timezone.utc)):
        raise EventSourceError(
            f"{what}: the event data store was made at {iso(made)}, after the window begins",
            f"let --since begin there; {_ELSEWHERE}",
        )
    days = store.get("RetentionPeriod")
    if isinstance(days, int) and since < (question.now or question.window.until) - timedelta(days=days):
        raise EventSourceError(
            f"{what}: the event data store keeps {days} days, and the window begins before them",
            f"shorten --since; {_ELSEWHERE}",
        )
    selectors = store.get("AdvancedEventSelectors") or []
    for source in sorted(question.event_sources):
        if not any(_takes_all_writes(selector.get("FieldSelectors") or [], source) for selector in selectors):
            raise EventSourceError(
                f"{what}: the event selectors of the event data store leave out writes of {source}, or may",
                f"let it take in all management events; {_ELSEWHERE}",
            )


def _takes_all_writes(fields: Iterable[Mapping[str, Any]], source: str) -> bool:
    """Tell whether a selector, all of whose fields must match, takes in every management write of a service."""
    asked = [(field.get("Field"), {key: value for key, value in field.items() if key != "Field"}) for field in fields]
    management = ("eventCategory", {"Equals": ["Management"]})
    return management in asked and all(
        each in (management, ("readOnly", {"Equals": ["false"]}))
        or (each[0] == "eventSource" and each[1].keys() == {"Equals"} and source in each[1]["Equals"])
        or (each[0] == "eventSource" and each[1].keys() == {"NotEquals"} and source not in each[1]["NotEquals"])
        for each in asked
    )
