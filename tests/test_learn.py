"""Records → changes: each counts once, only what may matter is kept, and what is kept is shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import builders
from tests.builders import record
from tests.test_properties import EVERY
from tests.test_properties_of_every_type import EVERYTHING, HISTORIES
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.judge import judge, matters
from tfdrift_gate.gate.learn import Learned, learn
from tfdrift_gate.model import Change, RawRecord, TimeWindow
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

CATALOG = load_catalog()
SPAN = TimeWindow(builders.NOW.replace(hour=0), builders.NOW)
BELIEF = place(read_state(builders.state_text(*EVERYTHING).encode(), "state", CATALOG), CATALOG)
MANAGED = {instance.key for instance in BELIEF.instances}
REQUEST = {"functionName": "orders", "reservedConcurrentExecutions": 5}
FIRST, SECOND = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


def put(**fields: Any) -> dict[str, Any]:
    return record("PutFunctionConcurrency20171031", REQUEST, **fields)


def learned(*bodies: Any, **given_: Any) -> Learned:
    return learn((RawRecord(str(number), body) for number, body in enumerate(bodies)), SPAN, CATALOG, **given_)


def places(*bodies: Any) -> list[tuple[str | None, str]]:
    found = learned(*bodies)
    assert found.relevant == len(found.changes)
    return [(change.event.event_id, change.event.aws_region) for change in found.changes]


def test_the_same_event_id_counts_once() -> None:
    assert places(put(eventID=FIRST), put(eventID=FIRST)) == [(FIRST, "us-east-1")]


def test_a_late_copy_of_a_record_counts_once() -> None:
    late = put(eventID=FIRST, addendum={"reason": "DELIVERY_DELAY"}, awsRegion="eu-west-1")
    assert places(put(eventID=FIRST), late) == [(FIRST, "us-east-1")]


@pytest.mark.parametrize("correction_first", [False, True])
def test_a_correction_wins_over_the_record_with_its_own_id(correction_first: bool) -> None:
    corrected = put(eventID=FIRST, addendum={"reason": "UPDATED_DATA"}, awsRegion="eu-west-1")
    pair = [put(eventID=FIRST), corrected]
    assert places(*(reversed(pair) if correction_first else pair)) == [(FIRST, "eu-west-1")]


@pytest.mark.parametrize("correction_first", [False, True])
def test_a_correction_wins_over_the_record_that_it_names(correction_first: bool) -> None:
    corrected = put(eventID=SECOND, addendum={"reason": "UPDATED_DATA", "originalEventID": FIRST})
    pair = [put(eventID=FIRST), corrected]
    assert places(*(reversed(pair) if correction_first else pair)) == [(SECOND, "us-east-1")]


@pytest.mark.parametrize("correction_first", [False, True])
@pytest.mark.parametrize("event_id", [FIRST, SECOND])
def test_a_correction_that_says_that_the_call_failed_takes_the_record_away(
    event_id: str, correction_first: bool
) -> None:
    addendum = {"reason": "UPDATED_DATA", "originalEventID": FIRST}
    failed = put(eventID=event_id, addendum=addendum, errorCode="AccessDenied")
    pair = [put(eventID=FIRST), failed]
    assert places(*(reversed(pair) if correction_first else pair)) == []


def test_masked_event_ids_do_not_make_different_records_one() -> None:
    one, other = put(eventID="-"), put(eventID="-", at="10:00:01")
    assert places(one, other, one) == [("-", "us-east-1"), ("-", "us-east-1")]


def test_what_is_no_record_at_all_is_named() -> None:
    found = learned(5, None, put(eventID=FIRST), 5)
    assert [entry.detail for entry in found.skipped] == [
        "0: not a JSON object",
        "1: not a JSON object",
    ]
    assert found.relevant == 1


def test_another_services_record_never_hides_one_that_takes_part() -> None:
    other = put(eventID=FIRST, eventSource="s3.amazonaws.com")
    assert places(other, put(eventID=FIRST)) == [(FIRST, "us-east-1")]


def test_records_are_taken_one_by_one_and_none_is_held() -> None:
    held: list[int] = []

    class Body(dict[str, Any]):
        def __del__(self) -> None:
            held.remove(id(self))

    def records() -> Iterator[RawRecord]:
        for number in range(5):
            body = Body(put(at=f"10:00:0{number}"))
            held.append(id(body))
            assert len(held) <= 2
            yield RawRecord("here", body)

    assert learn(records(), SPAN, CATALOG).relevant == 5


def test_changes_with_equal_answers_share_them_and_others_do_not() -> None:
    updates = [
        builders.update_configuration({"timeout": timeout}, {"memorySize": memory}, at=f"10:00:0{number}")
        for number, (timeout, memory) in enumerate([(4, 512), (5, 512), (6, 1024)])
    ]
    one, same, other = learned(*updates).changes
    assert one.revealed is same.revealed
    assert one.key is same.key is other.key
    assert (one.revealed["memory_size"], other.revealed["memory_size"]) == (512, 1024)
    assert [change.asked["timeout"] for change in (one, same, other)] == [4, 5, 6]


def test_of_what_does_not_matter_everything_but_the_change_is_told() -> None:
    bodies = [
        builders.update_configuration({"memorySize": "much"}, name="other-teams"),
        builders.update_configuration({"memorySize": 1024, "surprise": 1}, name="other-teams", at="10:00:01"),
    ]
    without = learned(*bodies, matters=lambda _: False)
    everything = learned(*bodies)
    assert without.changes == ()
    assert len(everything.changes) == 2
    assert without.skipped == everything.skipped != ()
    assert (without.relevant, without.is_withheld) == (everything.relevant, everything.is_withheld) == (2, True)


def elsewhere(body: dict[str, Any]) -> dict[str, Any]:
    """Tell the same of a function that no state has."""
    text = builders.json.dumps(body).replace("orders", "nobodys").replace(builders.MAPPING, SECOND)
    moved: dict[str, Any] = builders.json.loads(text)
    return moved | {"eventID": "-"}


@EVERY
@given(HISTORIES, HISTORIES.map(lambda bodies: list(map(elsewhere, bodies))), st.sampled_from(["attached", "none"]))
def test_what_does_not_matter_changes_no_judgement(
    managed: list[dict[str, Any]], strange: list[dict[str, Any]], mode: str
) -> None:
    def may_matter(change: Change) -> bool:
        return matters(change, MANAGED, CATALOG, mode)

    some = learned(*managed, *strange, matters=may_matter)
    everything = learned(*managed, *strange)
    assert judge(some.changes, BELIEF.instances, CATALOG, mode) == judge(
        everything.changes, BELIEF.instances, CATALOG, mode
    )
    assert (some.skipped, some.relevant) == (everything.skipped, everything.relevant)


def test_an_update_of_what_nobody_manages_matters_only_where_such_things_are_findings() -> None:
    (update,) = learned(builders.update_configuration({"memorySize": 1024}, name="nobodys")).changes
    assert [matters(update, MANAGED, CATALOG, mode) for mode in ("attached", "none", "all")] == [False, False, True]


@EVERY
@given(HISTORIES, st.sampled_from(["attached", "all"]))
def test_answers_that_are_shared_are_judged_like_answers_that_are_not(records: list[Any], mode: str) -> None:
    again = [body | {"eventTime": body["eventTime"].replace("10:", "11:"), "eventID": "-"} for body in records]
    shared = learned(*records, *again, *records).changes
    apart = [change._replace(revealed=dict(change.revealed)) for change in shared]
    assert judge(shared, BELIEF.instances, CATALOG, mode) == judge(apart, BELIEF.instances, CATALOG, mode)
