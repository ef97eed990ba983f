"""Whose drift is not held against them: what the configuration ignores, then waivers, then trusted pipelines.

Last comes what is settled already: adopted by the change under review, or read by Terraform since. Each takes the
attributes it covers; what is left of a drift stays a drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from tfdrift_gate.catalog import key_path
from tfdrift_gate.model import AttributeChange, Drift, Event, Kind, Suppression
from tfdrift_gate.rules.fingerprint import fingerprint
from tfdrift_gate.rules.ruleset import Trust, Waiver, glob_matches, names

_Covers = Callable[[AttributeChange], bool]
_Ignores = Callable[[str], bool]
_Exceptions = Sequence[tuple[Suppression, _Ignores]]


def suppress(
    drift: Drift,
    exceptions: _Exceptions,
    waivers: Sequence[Waiver],
    trusted: Sequence[Trust],
    today: date,
) -> tuple[Drift | None, list[tuple[Drift, Suppression]]]:
    """Take off a drift what is not held against anyone; give what stands and what was taken, with why.

    ``exceptions`` are why the configuration ignores attribute paths, each with the test whether it covers one; the
    first that does counts. ``today`` is the day (UTC) on which a waiver that expires then no longer waives.
    """
    taken: list[tuple[Drift, Suppression]] = []
    left: Drift | None = drift
    for why, ignores in exceptions:
        if left is not None and left.kind is Kind.MODIFIED:
            parts = tuple(part for change in left.changes for part in parted(change, ignores))
            left = _take(replace(left, changes=parts), partial(_is_ignored, ignores), why, taken)
    standing = [waiver for waiver in waivers if not waiver.expired(today)]
    ids: set[str] = set()
    for waiver in standing:
        left = _waive(waiver, left, ids, taken)
    for trust in trusted:
        if left is None:
            break
        if left.kind is Kind.MODIFIED:
            left = _take(left, partial(_trusts_change, trust), _trusted(trust), taken)
        elif left.events and all(_trusts(trust, event) for event in left.events):
            taken.append((left, _trusted(trust)))
            left = None
    if left is not None and left.settled:
        taken.append((left, left.settled))
        return None, taken
    for reason in dict.fromkeys(change.settled for change in left.changes if change.settled) if left else ():
        left = _take(left, partial(_settled_by, reason), reason, taken)
    # NOTE: the id that a report shows is that of what is left in the end.
    for waiver in standing:
        if "id" in waiver.match:
            left = _waive(waiver, left, ids, taken)
    return left, taken


def is_covered(drift: Drift, waiver: Waiver) -> bool:
    """Tell whether a waiver would take anything off a drift if nothing else did."""
    return _waive(waiver, drift, set(), []) is not drift


def is_trusted(drift: Drift, trusted: Sequence[Trust]) -> bool:
    """Tell whether every event of a drift was a trusted pipeline's."""
    return bool(drift.events) and all(any(_trusts(trust, event) for trust in trusted) for event in drift.events)


def _is_ignored(ignores: _Ignores, change: AttributeChange) -> bool:
    if any(map(ignores, (change.attribute, *change.also_named))):
        return True
    differing = differing_keys(change)
    return bool(differing) and all(_ignores_key(ignores, change, key) for key in differing)


def parted(change: AttributeChange, ignores: Callable[[str], bool]) -> tuple[AttributeChange, ...]:
    """Part a map's change where ``ignores`` covers the paths of some of the keys that differ (``tags["team"]``).

    Gives what is left, then what is covered; the change as it is where all of its keys are covered, or none.
    """
    ignored = {key for key in differing_keys(change) if _ignores_key(ignores, change, key)}
    if not ignored or ignored == set(differing_keys(change)):
        return (change,)
    before, after = change.before or {}, change.after or {}
    only = {**_without(before, ignored), **_within(after, ignored)}
    rest = {**_without(after, ignored), **_within(before, ignored)}
    return change._replace(after=rest or None), change._replace(after=only or None)


def differing_keys(change: AttributeChange) -> list[str]:
    """Name the keys of a map that differ; empty where the attribute is no map, or its values are not known."""
    before, after = change.before or {}, change.after or {}
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return []
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _ignores_key(ignores: _Ignores, change: AttributeChange, key: str) -> bool:
    return any(ignores(key_path(name, key)) for name in (change.attribute, *change.also_named))


def _within(values: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in keys}


def _without(values: Mapping[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key not in keys}


def _take(
    drift: Drift | None,
    covers: _Covers,
    why: Suppression,
    taken: list[tuple[Drift, Suppression]],
    whole: bool = False,
) -> Drift | None:
    """Split a drift: what ``covers`` says (or all of it) goes to ``taken``, the rest is given back.

    Only a modification can be split; a resource that somebody added is covered attribute by attribute or not
    at all, and a deletion or replacement only as a whole.
    """
    if drift is None:
        return None
    by_attribute = drift.kind in (Kind.MODIFIED, Kind.UNMANAGED)
    covered = tuple(change for change in drift.changes if by_attribute and covers(change))
    if whole or (covered and len(covered) == len(drift.changes)):
        taken.append((drift, why))
        return None
    if not covered or drift.kind is not Kind.MODIFIED:
        return drift
    taken.append((_part(drift, covered), why))
    return _part(drift, tuple(change for change in drift.changes if change not in covered))


def _part(drift: Drift, changes: tuple[AttributeChange, ...]) -> Drift:
    """The part of a drift that has only ``changes``, with the events that explain those."""
    own = {id(event) for change in changes for event in (change.event, *change.others)}
    events = tuple(event for event in drift.events if id(event) in own)
    return replace(drift, changes=changes, events=events or drift.events)


def _waive(waiver: Waiver, drift: Drift | None, ids: set[str], taken: list[tuple[Drift, Suppression]]) -> Drift | None:
    """Take off a drift what a waiver covers. ``ids`` collects the ids by which it was known before parts were taken."""
    if drift is None:
        return None
    if "id" in waiver.match:
        ids.add(fingerprint(drift))
    if not _is_about(waiver, drift, ids):
        return drift
    return _take(drift, partial(_names, waiver), _waived(waiver), taken, whole=not waiver.attributes)


def _is_about(waiver: Waiver, drift: Drift, ids: Iterable[str]) -> bool:
    subjects = {
        "address": [drift.instance.address] if drift.instance else [],
        "resource_id": [drift.resource_id],
        "id": ids,
    }
    return all(any(glob_matches(pattern, text) for text in subjects[what]) for what, pattern in waiver.match.items())


def _names(waiver: Waiver, change: AttributeChange) -> bool:
    return names(waiver.attributes, change)


def _trusts_change(trust: Trust, change: AttributeChange) -> bool:
    return all(_trusts(trust, event) for event in (change.event, *change.others))


def _settled_by(reason: Suppression, change: AttributeChange) -> bool:
    return change.settled == reason


def _waived(waiver: Waiver) -> Suppression:
    details = {"owner": waiver.owner, "expires": waiver.expires.isoformat()}
    return Suppression("waiver", waiver.reason, details, waiver.where)


def _trusted(trust: Trust) -> Suppression:
    return Suppression("trusted", f'made by the trusted pipeline "{trust.name}"', {"role_arn": trust.role_arn})


def _trusts(trust: Trust, event: Event | None) -> bool:
    if event is None:
        return False
    actor = event.actor
    wanted = (
        (trust.role_arn, actor.role_arn),
        (trust.session_name, actor.session_name),
        (trust.user_agent, actor.user_agent),
    )
    return all(pattern is None or (text is not None and glob_matches(pattern, text)) for pattern, text in wanted)
