"""Every way to ask event history finds the same; the one that is taken takes the fewest requests to a whole answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.samples import ACCOUNT, REGION, arn, orders, permission, record, resource, state
from tests.sources.direct_history import DAY, LATENCY, NOW, DirectHistory, at, ids, numbered, read_of
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.gate.history import question as asked
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources.lookup.note import NOT_LOOKED_FOR
from tfdrift_gate.sources.lookup.ways import NAMES, RESOURCES, SERVICES, WRITES
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

CATALOG = load_catalog()
COMPLETE_PLANS = [(SERVICES,), (WRITES,), (SERVICES, WRITES)]
BY_NAME = [(NAMES,), (RESOURCES,)]
MANAGED = ("orders", "billing")
RESOURCES_MANAGED = {(ACCOUNT, REGION): frozenset([*MANAGED, *map(arn, MANAGED)])}


def call(name: str, function: str = "orders", seconds: float = 60, **fields: Any) -> dict[str, Any]:
    """Build the record of a call about a function, so many seconds before the end."""
    request = {"resource": arn(function)} if name.startswith(("Tag", "Untag")) else {"functionName": function}
    return record(name, request, None, eventTime=at(seconds), **fields)


def read_call(seconds: float, **fields: Any) -> dict[str, Any]:
    return call("GetFunction20150331v2", seconds=seconds, readOnly=True, **fields)


def write_elsewhere(seconds: float) -> dict[str, Any]:
    return record("PutObject", {}, eventSource="s3.amazonaws.com", eventTime=at(seconds))


NAMES_OF_CALLS = sorted(CATALOG.names_in_history)

a_call = st.builds(
    call,
    st.sampled_from(NAMES_OF_CALLS),
    st.sampled_from([*MANAGED, "theirs"]),
    # A narrow range, so that many share a second and a page ends inside of one.
    st.integers(1, 40),
)
noise = st.one_of(
    st.builds(read_call, st.integers(1, 40)),
    st.builds(write_elsewhere, st.integers(1, 40)),
    st.builds(call, st.just("PutSomethingNew"), seconds=st.integers(1, 40)),
    st.builds(call, st.sampled_from(NAMES_OF_CALLS), seconds=st.integers(1, 40), errorCode=st.just("Throttled")),
    # Another service's call of the same name.
    st.builds(call, st.sampled_from(["TagResource", "CreateFunction"]), eventSource=st.just("ecs.amazonaws.com")),
)
trails = st.lists(st.one_of(a_call, noise), max_size=230).map(numbered)


def mutating_lambda(trail: list[dict[str, Any]]) -> set[str]:
    return {each["eventID"] for each in trail if not each["readOnly"] and each["eventSource"] == "lambda.amazonaws.com"}


@settings(max_examples=25, deadline=None)
@given(trail=trails)
def test_the_complete_ways_find_every_write_event_of_any_trail_and_count_each_event_once(trail: Any) -> None:
    for plan in COMPLETE_PLANS:
        read = read_of(DirectHistory(trail), plan)
        assert read.error is None
        assert ids(read) == mutating_lambda(trail)
        assert len(read.found.records) == len(ids(read))
        assert read.found.count == len({each["eventID"] for each in trail if _is_seen(each, plan)}) or len(plan) > 1


def _is_seen(each: dict[str, Any], plan: tuple[str, ...]) -> bool:
    return each["eventSource"] == "lambda.amazonaws.com" if plan == (SERVICES,) else not each["readOnly"]


@settings(max_examples=25, deadline=None)
@given(trail=trails)
def test_by_name_every_call_that_is_understood_is_found(trail: Any) -> None:
    read = read_of(DirectHistory(trail), (NAMES,), deadline=600.0)
    understood = {each["eventID"] for each in trail if each["eventName"] in CATALOG.names_in_history}
    assert read.error is None
    assert ids(read) == understood & mutating_lambda(trail)


@settings(max_examples=25, deadline=None)
@given(trail=trails)
def test_by_resource_every_call_about_what_is_managed_is_found(trail: Any) -> None:
    read = read_of(DirectHistory(trail), (RESOURCES,), deadline=600.0, resources=RESOURCES_MANAGED)
    about_others = {
        each["eventID"]
        for each in trail
        if each["eventName"] in CATALOG.names_found_by_resource and "theirs" in str(each["requestParameters"])
    }
    understood = {each["eventID"] for each in trail if each["eventName"] in CATALOG.names_in_history}
    # What failed has no resources, and takes no part.
    failed = {each["eventID"] for each in trail if "errorCode" in each}
    assert read.error is None
    assert ids(read) - failed == (understood & mutating_lambda(trail)) - about_others - failed


# The choice


def spread(count: int, make: Any, first: float = 0, last: float = 86_400) -> list[dict[str, Any]]:
    """Make so many records, evenly from ``first`` to ``last`` seconds before the end."""
    step = (last - first) / max(count, 1)
    return [make(first + step * (number + 0.5)) for number in range(count)]


def a_write(seconds: float) -> dict[str, Any]:
    return call("UpdateFunctionConfiguration20150331v2", seconds=seconds)


def requests_of(trail: list[dict[str, Any]], plan: tuple[str, ...]) -> int:
    history = DirectHistory(trail)
    read = read_of(history, plan, deadline=3600.0)
    assert (read.error, ids(read)) == (None, mutating_lambda(trail))
    return len(history.requests)


@pytest.mark.parametrize(
    ("reads", "writes", "elsewhere"),
    [
        # The benchmark's day: 3,000 Lambda events, and other services are busier.
        pytest.param(2900, 100, 5000, marks=pytest.mark.long),
        (900, 100, 600),
        (900, 100, 100),
        (100, 900, 0),
        (600, 50, 600),
        (0, 0, 900),
        (900, 0, 0),
    ],
)
def test_a_day_takes_at_most_three_requests_more_than_the_smaller_complete_plan(
    reads: int, writes: int, elsewhere: int
) -> None:
    trail = numbered([*spread(reads, read_call), *spread(writes, a_write), *spread(elsewhere, write_elsewhere)])
    plans = [requests_of(trail, (SERVICES,)), requests_of(trail, (WRITES,))]
    assert requests_of(trail, (SERVICES, WRITES)) <= min(plans) + 3


def test_where_the_day_is_lambdas_and_the_night_is_not_both_ways_together_take_fewer_than_either() -> None:
    half = 43_200
    trail = numbered(
        [
            *spread(1500, read_call, 0, half),
            *spread(100, write_elsewhere, 0, half),
            *spread(100, read_call, half, 2 * half),
            *spread(1500, write_elsewhere, half, 2 * half),
        ]
    )
    plans = [requests_of(trail, (SERVICES,)), requests_of(trail, (WRITES,))]
    assert requests_of(trail, (SERVICES, WRITES)) < min(plans) / 2


def test_a_quiet_day_takes_one_request() -> None:
    assert requests_of(numbered(spread(50, a_write)), (SERVICES, WRITES)) == 1


def test_the_choice_is_told_with_the_numbers_it_was_made_by() -> None:
    trail = numbered([*spread(950, read_call), *spread(50, a_write), *spread(450, write_elsewhere)])
    note = read_of(DirectHistory(trail)).reading().coverage.note
    assert note == (
        "the write events of every service (10 requests for 22.8 h;"
        " every event of lambda.amazonaws.com, reads included: 1 request for 1.2 h)"
    )


# By name, where nothing else comes to its end


def a_busy_day() -> list[dict[str, Any]]:
    """Seventeen hundred requests' worth in each complete way, by what its last minutes tell."""
    return numbered(
        [
            *spread(1500, read_call, 0, 1500),
            *spread(1500, write_elsewhere, 0, 1500),
            *spread(40, a_write),
            call("PutSomethingNew", seconds=80_000),
        ]
    )


def test_no_complete_way_that_comes_to_its_end_gives_way_to_one_by_name() -> None:
    # 60 requests of either complete way come to their end in a minute, and 47 by name would be fewer.
    trail = numbered([*spread(3000, read_call), *spread(3000, write_elsewhere), *spread(20, a_write)])
    read = read_of(DirectHistory(trail))
    assert (read.error, ids(read), read.reading().skipped) == (None, mutating_lambda(trail), ())


def test_where_no_complete_way_fits_the_rest_is_asked_for_by_name_and_what_is_not_seen_is_skipped() -> None:
    trail = a_busy_day()
    history = DirectHistory(trail)
    read = read_of(history)
    reading = read.reading()
    assert (read.error, reading.coverage.complete) == (None, True)
    unknown = {each["eventID"] for each in trail if each["eventName"] == "PutSomethingNew"}
    assert ids(read) == mutating_lambda(trail) - unknown
    (skipped,) = reading.skipped
    assert skipped.reason == NOT_LOOKED_FOR
    assert "only calls of lambda.amazonaws.com that this version knows were looked for" in skipped.detail
    assert "the known calls of lambda.amazonaws.com by their names (47 look-ups)" in reading.coverage.note
    assert history.seconds <= 60


def test_few_managed_functions_are_asked_for_by_their_own_names() -> None:
    history = DirectHistory(a_busy_day())
    read = read_of(history, resources={(ACCOUNT, REGION): frozenset(["orders", arn("orders")])})
    assert (read.error, len(read.reading().skipped)) == (None, 1)
    assert history.asked["ResourceName", "orders"] == history.asked["ResourceName", arn("orders")] == 1
    assert history.asked["EventName", "UpdateFunctionConfiguration20150331v2"] == 0, "found by the function's name"
    assert history.asked["EventName", "UpdateFunctionUrlConfig"] == 1, "not found by any resource's name"


def test_many_managed_functions_are_not() -> None:
    history = DirectHistory(a_busy_day())
    names = frozenset(text for number in range(20) for text in (f"f{number}", arn(f"f{number}")))
    read_of(history, resources={(ACCOUNT, REGION): names})
    assert not any(key == "ResourceName" for key, _ in history.asked)


def test_where_not_even_that_fits_what_was_read_is_told_and_the_rest_is_not_judged() -> None:
    history = DirectHistory(a_busy_day())
    read = read_of(history, deadline=10.0)
    assert read.error is not None
    assert "not read whole within 10 s: too many events" in read.error.message
    coverage = read.reading().coverage
    assert not coverage.complete
    assert "read from 2026-01-01T23:" in coverage.note
    assert " to 2026-01-02T00:00:00Z only" in coverage.note
    assert not any(key == "EventName" for key, _ in history.asked), "a patchwork would be no better"
    assert history.seconds <= 10 + LATENCY, "no request begins after it"


# The names


def test_a_look_up_by_name_asks_for_what_event_history_can_hold() -> None:
    today = {entries[0].recorded[0] for entries in CATALOG.events.values()}
    # The preview API of 2014-11-11, which SDKs still ship, has names without a suffix.
    preview = {"AddEventSource", "DeleteFunction", "RemoveEventSource", "UpdateFunctionConfiguration", "UploadFunction"}
    assert CATALOG.names_in_history == today | preview
    assert len(CATALOG.names_in_history) == 47


def test_the_preview_apis_names_are_those_that_botocore_ships() -> None:
    import botocore.session

    model = botocore.session.get_session().get_service_model("lambda", "2014-11-11")
    changing = {name for name in model.operation_names if not name.startswith(("Get", "List", "Invoke"))}
    assert changing <= CATALOG.names_in_history


def test_no_name_is_asked_for_that_a_hundred_other_calls_share() -> None:
    # Every service's tag calls are TagResource; Lambda's own carry a date.
    assert not {"TagResource", "UntagResource", "AddPermission", "CreateAlias"} & CATALOG.names_in_history


def test_what_is_managed_is_looked_for_under_its_functions_name_and_its_arn() -> None:
    def resources(*entries: Any, **options: Any) -> Any:
        belief = place(read_state(state(*entries).encode(), "state", CATALOG), CATALOG)
        return asked(Settings(**options), DAY, belief, CATALOG, NOW, lambda _: None).resources

    mapping = resource("aws_lambda_event_source_mapping", "queue", {"uuid": "u", "function_arn": arn("billing")})
    anywhere = resource("aws_lambda_permission", "allow", permission("theirs"))
    found = resources(orders(), resource("aws_lambda_permission", "allow", permission("orders")), mapping)
    here = f"arn:aws:lambda:{REGION}:{ACCOUNT}"
    assert found == {(ACCOUNT, REGION): {"orders", f"{here}:function:orders", f"{here}:event-source-mapping:u"}}
    # A permission on a function that another root manages is found under that function's name.
    assert "theirs" in resources(orders(), anywhere)[ACCOUNT, REGION]
    # What nobody manages has no name to look for, and what has no place could be under any.
    assert resources(orders(), unmanaged="all") == resources(anywhere) == {}


def test_a_correction_is_kept_whatever_it_says_itself() -> None:
    correction = read_call(60, addendum={"reason": "UPDATED_DATA", "originalEventID": "a"})
    reading = read_of(DirectHistory(numbered([correction, read_call(70)]))).reading()
    assert [record.body["addendum"]["originalEventID"] for record in reading.records] == ["a"]
    assert reading.coverage.records_read == 2
