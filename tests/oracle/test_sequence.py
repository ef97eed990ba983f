"""Sequences are the same for a seed, reach every operation, and leave no order of calls to luck."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice, pairwise
from random import Random
from typing import Any

import pytest

from tests.local_aws.lambda_call import service_model
from tests.oracle.call import Call, filled, may_share_second
from tests.oracle.left_out import OPERATIONS, tables
from tests.oracle.menu import MOVES, Taste
from tests.oracle.sequence import sequences
from tests.oracle.world import PEOPLE

NAMES = dict.fromkeys(
    (
        *("cell", "account", "region", "role", "queue", "stream", "bucket", "key", "files", "profile"),
        *("queue_mapping", "stream_mapping", "signing", "layer_version"),
    ),
    "x",
)


@pytest.fixture(scope="module")
def many() -> list[Call]:
    return [call for calls in islice(sequences(1), 1500) for call in calls]


def test_a_seed_always_gives_the_same_sequences() -> None:
    assert list(islice(sequences(7), 20)) == list(islice(sequences(7), 20))
    assert list(islice(sequences(7), 20)) != list(islice(sequences(8), 20))


def test_every_mutating_operation_of_lambda_is_called_or_left_out_with_a_reason(many: list[Call]) -> None:
    mutating = {name for name in service_model().operation_names if not name.startswith(("Get", "List"))}
    called = {call.api for call in many}
    assert mutating - called - set(OPERATIONS) == set()
    assert called & set(OPERATIONS) == set()


def test_every_operation_left_out_is_told_to_the_reader() -> None:
    assert all(f"  {name}: " in tables() for name in OPERATIONS)


def test_every_placeholder_stands_for_something(many: list[Call]) -> None:
    for call in many:
        assert "<" not in json.dumps(filled(call.arguments, NAMES))


def test_every_move_can_be_put_back() -> None:
    for move, _ in MOVES:
        for seed in range(20):
            first = move(Taste(Random(seed), original=True))
            assert all("RevisionId" not in call.arguments and "DryRun" not in call.arguments for call in first)


def arguments(many: list[Call], name: str) -> list[Any]:
    return [call.arguments[name] for call in many if name in call.arguments]


def test_sequences_hold_dry_runs_stale_revisions_and_every_way_to_name_a_function(many: list[Call]) -> None:
    assert True in arguments(many, "DryRun")
    assert arguments(many, "RevisionId")
    assert arguments(many, "Qualifier")
    named = Counter(str(name).split("<")[0].split(":")[0] for name in arguments(many, "FunctionName"))
    assert set(named) == {"", "arn"}
    assert any(str(name).startswith("<account>:function:") for name in arguments(many, "FunctionName"))
    assert any(str(name).endswith("-full:live") for name in arguments(many, "FunctionName"))


def test_sequences_repeat_calls_and_put_things_back(many: list[Call]) -> None:
    neighbours = pairwise(many)
    assert any((one.api, one.arguments) == (other.api, other.arguments) for one, other in neighbours)
    assert {call.who for call in many} == set(PEOPLE)


def call(api: str, subject: str = "full") -> Call:
    return Call(api, {}, subject)


def test_two_writers_of_one_thing_share_a_second_only_where_their_order_is_recorded() -> None:
    memory = Call("UpdateFunctionConfiguration", {"FunctionName": "f", "MemorySize": 512}, "full")
    handler = Call("UpdateFunctionConfiguration", {"FunctionName": "f", "Handler": "x.y"}, "full")
    assert may_share_second([memory], handler), "the later answer shows what the earlier one set"
    assert not may_share_second([memory, handler], memory)
    assert may_share_second([call("RemovePermission", "p")], call("AddPermission", "p"))
    assert not may_share_second([call("AddPermission", "p")], call("RemovePermission", "p"))
    assert not may_share_second([call("UpdateAlias", "a")], call("UpdateAlias", "a"))
    assert may_share_second([call("UpdateAlias", "a")], call("UpdateAlias", "b"))


def test_what_others_hang_on_never_comes_or_goes_in_anybodys_second() -> None:
    assert not may_share_second([call("PutFunctionConcurrency", "c")], call("DeleteFunction"))
    assert not may_share_second([call("CreateFunction")], call("PutFunctionConcurrency", "c"))
