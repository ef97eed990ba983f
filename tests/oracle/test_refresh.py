"""Terraform's resource_drift read into (address, attribute) pairs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oracle.refresh import ANOTHER, differing, refreshed

ADDRESS = 'module.cell["c00"].aws_lambda_function.full'


def drift(before: Any, after: Any, actions: tuple[str, ...] = ("update",), kind: str = "aws_lambda_function") -> Any:
    change = {"actions": list(actions), "before": before, "after": after}
    return {"resource_drift": [{"address": ADDRESS, "type": kind, "change": change}]}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"memory_size": 128}, {"memory_size": 256}, {"memory_size"}),
        ({"tags": {"a": "1"}}, {"tags": {"a": "2"}}, {"tags"}),
        ({"layers": ["a", "b"]}, {"layers": ["b", "a"]}, {"layers"}),
        (
            {"vpc_config": [{"subnet_ids": ["a"], "vpc_id": "v"}]},
            {"vpc_config": [{"subnet_ids": ["b"], "vpc_id": "v"}]},
            {"vpc_config[0].subnet_ids"},
        ),
        (
            {"routing_config": []},
            {"routing_config": [{"additional_version_weights": {"2": 0.1}}]},
            {"routing_config[0].additional_version_weights"},
        ),
        (
            {"destination_config": [{"on_failure": [{"destination": "a"}]}]},
            {"destination_config": [{"on_failure": []}]},
            {"destination_config[0].on_failure[0].destination"},
        ),
    ],
)
def test_each_leaf_that_differs_is_named_as_the_gate_names_it(before: Any, after: Any, paths: set[str]) -> None:
    assert set(differing(before, after)) == paths


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"description": None}, {"description": ""}),
        ({"layers": None}, {"layers": []}),
        ({"tags": None}, {"tags": {}}),
        ({"cors": []}, {"cors": [{"allow_credentials": False, "max_age": 0, "allow_origins": []}]}),
        ({"scaling_config": []}, {"scaling_config": [None]}),
        ({"destination_config": []}, {"destination_config": [{"on_failure": []}]}),
    ],
)
def test_unset_is_unset_whichever_way_it_is_written(before: Any, after: Any) -> None:
    assert set(differing(before, after)) == set()
    assert set(differing(after, before)) == set()


def test_false_and_zero_are_values_where_the_block_was_there_before_and_after() -> None:
    assert set(differing({"enabled": True}, {"enabled": False})) == {"enabled"}
    assert set(differing({"reserved": None}, {"reserved": 0})) == {"reserved"}


def test_a_resource_that_is_gone_is_one_pair() -> None:
    assert refreshed(drift({"memory_size": 128}, None, ("delete",))) == {(ADDRESS, "deleted")}


def test_variables_and_filters_are_compared_as_one_attribute() -> None:
    before = {"environment": [{"variables": {"a": "1"}}], "filter_criteria": []}
    after = {"environment": [], "filter_criteria": [{"filter": [{"pattern": "{}"}]}]}
    assert refreshed(drift(before, after)) == {(ADDRESS, "environment"), (ADDRESS, "filter_criteria")}


def test_a_layer_permission_that_reads_another_statement_is_told_apart_from_one_that_is_gone() -> None:
    before, after = {"statement_id": "mine", "principal": "1"}, {"statement_id": "other", "principal": "*"}
    found = refreshed(drift(before, after, kind="aws_lambda_layer_version_permission"))
    assert found == {(ADDRESS, ANOTHER)}


def test_a_plan_without_drift_has_no_pairs() -> None:
    assert refreshed({}) == set()
