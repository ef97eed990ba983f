"""The order of changes, the last writer of each attribute, and what goes with a function."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.builders import ACCOUNT, REGION
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.fold import Net, fold
from tfdrift_gate.drift.order import in_order
from tfdrift_gate.model import UNKNOWN_ACTOR, WITHHELD, Change, Effect, Event, ResourceKey

FUNCTION = ResourceKey("aws_lambda_function", ACCOUNT, REGION, ("orders",))
PERMISSION = ResourceKey("aws_lambda_permission", ACCOUNT, REGION, ("orders", "", "allow"))
ALIAS = ResourceKey("aws_lambda_alias", ACCOUNT, REGION, ("orders", "live"))
ATTRIBUTES = load_catalog().resources["aws_lambda_function"].attributes
MORNING = datetime(2026, 1, 1, 10, tzinfo=timezone.utc)


def change(effect: Effect, second: int, event_id: str = "a", key: ResourceKey = FUNCTION, **fields: Any) -> Change:
    event = Event(event_id, effect.value, MORNING + timedelta(seconds=second), REGION, UNKNOWN_ACTOR, "cli")
    return Change(event=event, key=key, effect=effect, **fields)


def updated(second: int, event_id: str = "a", revealed: dict[str, Any] | None = None, **asked: Any) -> Change:
    return change(Effect.UPDATE, second, event_id, asked=asked, revealed=revealed or {})


def net(*changes: Change) -> Net:
    return fold(in_order(changes), ATTRIBUTES)


def test_changes_are_ordered_by_time() -> None:
    first, second, third = (updated(n) for n in range(3))
    assert in_order([third, first, second]) == [first, second, third]


def test_within_a_second_a_removal_comes_before_the_addition() -> None:
    added, removed = change(Effect.CREATE, 0, "a"), change(Effect.DELETE, 0, "b")
    assert in_order([added, removed]) == in_order([removed, added]) == [removed, added]


def test_within_a_second_a_creation_comes_before_the_updates_of_what_it_made() -> None:
    created, changed = change(Effect.CREATE, 0, "b"), updated(0, "a")
    assert in_order([changed, created]) == [created, changed]


def test_within_a_second_an_update_comes_before_the_deletion() -> None:
    deleted, changed = change(Effect.DELETE, 0, "a"), updated(0, "b")
    assert in_order([deleted, changed]) == [changed, deleted]


def test_within_a_second_the_resources_own_clock_orders_what_carries_it() -> None:
    late = change(Effect.UPDATE, 0, "a", modified_at=MORNING + timedelta(milliseconds=900))
    early = change(Effect.UPDATE, 0, "b", modified_at=MORNING + timedelta(milliseconds=100))
    assert in_order([late, early]) == [early, late]


def test_an_earlier_second_stays_earlier_whatever_happened_in_it() -> None:
    created, deleted = change(Effect.CREATE, 0), change(Effect.DELETE, 1)
    assert in_order([deleted, created]) == [created, deleted]


def test_the_last_writer_of_each_attribute_counts() -> None:
    first, second = updated(0, memory_size=1024, timeout=30), updated(1, memory_size=512)
    folded = net(first, second)
    assert {name: write.value for name, write in folded.latest.items()} == {"memory_size": 512, "timeout": 30}
    assert folded.latest["memory_size"].change == second
    assert folded.latest["timeout"].change == first
    assert [write.value for write in folded.asked["memory_size"]] == [1024, 512]


def test_an_answer_that_confirms_a_value_leaves_it_to_the_call_that_asked_for_it() -> None:
    first, second = updated(0, memory_size=1024), updated(1, revealed={"memory_size": 1024}, timeout=30)
    write = net(first, second).latest["memory_size"]
    assert (write.change, write.asked) == (first, True)


def test_an_answer_with_another_value_tells_of_a_call_that_was_not_seen() -> None:
    first, second = updated(0, memory_size=1024), updated(1, revealed={"memory_size": 2048}, timeout=30)
    write = net(first, second).latest["memory_size"]
    assert (write.value, write.change, write.asked) == (2048, second, False)


def test_an_answer_that_shows_a_withheld_value_keeps_its_author() -> None:
    first = updated(0, code_sha256=WITHHELD)
    second = updated(1, revealed={"code_sha256": "abc"})
    write = net(first, second).latest["code_sha256"]
    assert (write.value, write.change, write.asked) == ("abc", first, True)


def test_an_answer_that_withholds_a_known_value_takes_nothing_from_it() -> None:
    first = updated(0, code_sha256="abc")
    write = net(first, updated(1, revealed={"code_sha256": WITHHELD})).latest["code_sha256"]
    assert (write.value, write.change) == ("abc", first)


def test_what_was_deleted_last_is_gone_with_everything_that_was_set() -> None:
    folded = net(updated(0, memory_size=1024), change(Effect.DELETE, 1))
    assert (folded.alive, folded.created, dict(folded.latest)) == (False, None, {})
    assert folded.deleted is not None


def test_what_was_created_again_lives_with_what_the_creation_set() -> None:
    created = change(Effect.CREATE, 2, asked={"timeout": 3})
    folded = net(updated(0, memory_size=1024), change(Effect.DELETE, 1), created)
    assert (folded.alive, folded.created) == (True, created)
    assert {name: write.value for name, write in folded.latest.items() if write.value is not None} == {"timeout": 3}
    assert folded.latest["reserved_concurrent_executions"].value is None, "a new function has none reserved"


def test_what_is_created_forgets_what_was_set_before_even_where_its_deletion_was_not_seen() -> None:
    folded = net(updated(0, environment=WITHHELD), change(Effect.CREATE, 1, asked={"timeout": 3}))
    assert {name: write.value for name, write in folded.latest.items()} == {"timeout": 3}


def test_what_is_changed_after_its_deletion_lives_again() -> None:
    folded = net(change(Effect.DELETE, 0), updated(1, timeout=30))
    assert folded.alive
    assert folded.created is None
