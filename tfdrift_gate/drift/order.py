"""The order in which the changes of one resource took effect.

CloudTrail's clock ticks in whole seconds and its files are not ordered. Within one second the answers' own
modification times decide, then what the answers show of each other; what cannot be told is said to be tied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cmp_to_key
from itertools import groupby

from tfdrift_gate.model import WITHHELD, Change, Effect


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Sort the changes of one resource by time.

    Within a second a creation needs that there is nothing and a deletion that there is something (an edit of a
    permission is Remove + Add), and updates need something to update. The event id makes the rest stable, or the
    change itself where published records mask their ids.
    """
    ordered: list[Change] = []
    exists: bool | None = None
    for _, group in groupby(sorted(changes, key=lambda change: change.event.event_time), _second):
        second = list(group)
        if len(second) > 1:
            if len({change.event.event_id for change in second}) < len(second):
                second.sort(key=repr)
            second.sort(key=lambda change: change.event.event_id or "")
            second.sort(key=lambda change: change.modified_at.timestamp() if change.modified_at else 0.0)
            second = _within_a_second(second, exists)
        ordered.extend(second)
        exists = ordered[-1].effect is not Effect.DELETE
    return ordered


def same_second(one: Change, other: Change) -> bool:
    """Tell whether CloudTrail's clock does not tell two calls apart."""
    return _second(one) == _second(other)


def tied(one: Change, other: Change) -> bool:
    """Tell whether nothing says which of two changes of one resource came last."""
    if not same_second(one, other) or (one.effect is not other.effect and not _put_and_update(one, other)):
        return False
    if one.modified_at and other.modified_at and one.modified_at != other.modified_at:
        return False
    return not _by_statement(one, other) and _by_answers(one, other) == 0


def _put_and_update(one: Change, other: Change) -> bool:
    """Tell whether a call replaced what an update changed: unlike a creation, a put needs no absence."""
    return Effect.DELETE not in (one.effect, other.effect) and any(
        change.effect is Effect.CREATE and change.event.event_name.startswith("Put") for change in (one, other)
    )


def _within_a_second(second: Sequence[Change], exists: bool | None) -> list[Change]:
    final = [change for change in second if change.final]
    deletions = [change for change in second if change.effect is Effect.DELETE and not change.final]
    creations = [change for change in second if change.effect is Effect.CREATE]
    updates = sorted(
        (change for change in second if change.effect is Effect.UPDATE), key=cmp_to_key(_by_time_and_answers)
    )
    life: list[Change] = []
    turn = creations if exists is False else deletions
    while deletions or creations:
        turn = turn or creations or deletions
        life.append(turn.pop(0))
        turn = deletions if turn is creations else creations
    creation = max((place for place, change in enumerate(life) if change.effect is Effect.CREATE), default=-1)
    return [*life[: creation + 1], *updates, *life[creation + 1 :], *final]


def _by_time_and_answers(one: Change, other: Change) -> int:
    if one.modified_at and other.modified_at and one.modified_at != other.modified_at:
        return -1 if one.modified_at < other.modified_at else 1
    return _by_statement(one, other) or _by_answers(one, other)


def _by_statement(one: Change, other: Change) -> int:
    """Order two calls on one statement of a policy: AddPermission refuses an id that is there, so Remove came first."""
    for name in one.asked:
        if name.startswith("policy[") and name in other.asked:
            return (other.asked[name] is None) - (one.asked[name] is None)
    return 0


def _by_answers(one: Change, other: Change) -> int:
    """Order two calls by their answers: one that lacks what the other asked for was given before it.

    0 where both lack the other's values, or neither does.
    """
    return _lacks(other, one) - _lacks(one, other)


def _lacks(answered: Change, asking: Change) -> bool:
    """Tell whether an answer that describes the whole resource shows something else than another call asked for."""
    if not answered.revealed:
        return False
    told = {**answered.revealed, **answered.asked}
    return any(
        told.get(name, value) not in (value, WITHHELD) for name, value in asking.asked.items() if value is not WITHHELD
    )


def _second(change: Change) -> int:
    return int(change.event.event_time.timestamp())
