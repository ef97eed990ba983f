"""When two values are the same, as Terraform's provider sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.builders import ACCOUNT, OTHER_ACCOUNT, OTHER_REGION, REGION, function_arn
from tfdrift_gate.catalog import Attribute, load_catalog
from tfdrift_gate.drift.equality import at_path, believes, equal, is_unset
from tfdrift_gate.model import ResourceKey

RESOURCES = load_catalog().resources
FUNCTION = ResourceKey("aws_lambda_function", ACCOUNT, REGION, ("orders",))
KINDS = {
    "fn": "aws_lambda_function",
    "perm": "aws_lambda_permission",
    "map": "aws_lambda_event_source_mapping",
    "capacity": "aws_lambda_capacity_provider",
}
WEIGHTS = "routing_config[0].additional_version_weights"


def attribute(name: str) -> Attribute:
    kind, _, path = name.partition(" ")
    return RESOURCES[KINDS.get(kind, "aws_lambda_alias")].attributes[path]


def same(name: str, one: Any, other: Any) -> bool:
    found = equal(one, other, attribute(name), FUNCTION)
    assert equal(other, one, attribute(name), FUNCTION) is found, "equality goes both ways"
    return found


def filters(*patterns: Any) -> list[Any]:
    return [{"filter": [{"pattern": json.dumps(pattern)} for pattern in patterns]}] if patterns else []


EQUAL = {
    "numbers by value": ("fn memory_size", 512, 512.0),
    "a number as text": ("fn memory_size", 512, "512"),
    "a boolean as text": ("map enabled", True, "true"),
    "sets without order": ("fn vpc_config[0].subnet_ids", ["a", "b"], ["b", "a"]),
    "sets without repetition": ("fn vpc_config[0].security_group_ids", ["a", "b", "a"], ["b", "a"]),
    "null and empty text": ("fn kms_key_arn", None, ""),
    "null and empty list": ("fn layers", None, []),
    "an absent block and an empty list": ("fn vpc_config[0].subnet_ids", None, []),
    "an absent description and an empty one": ("fn description", None, ""),
    "no reservation, -1 and null": ("fn reserved_concurrent_executions", -1, None),
    "no reservation, -1 and its text": ("fn reserved_concurrent_executions", None, "-1"),
    "API default of memory": ("fn memory_size", None, 128),
    "API default of timeout": ("fn timeout", 3, None),
    "API default of tracing": ("fn tracing_config[0].mode", None, "PassThrough"),
    "API default of a mapping's state": ("map enabled", None, True),
    "API default of the batching window": ("map maximum_batching_window_in_seconds", None, 0),
    "filters by meaning": ("map filter_criteria", filters({"a": [1], "b": [2]}), filters({"b": [2], "a": [1]})),
    "filters without order": ("map filter_criteria", filters({"a": [1]}, {"b": [2]}), filters({"b": [2]}, {"a": [1]})),
    "no filters, however said": ("map filter_criteria", [], None),
    "an empty filter block": ("map filter_criteria", [None], []),
    "a function's name and ARN": ("map function_name", "orders", function_arn()),
    "a function's partial ARN and ARN": ("map function_name", f"{ACCOUNT}:function:orders", function_arn()),
    "the unpublished version and none": ("map function_name", f"{function_arn()}:$LATEST", "orders"),
    "an account and its root ARN": ("perm principal", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"),
    "an account and its root ARN elsewhere": ("perm principal", ACCOUNT, f"arn:aws-cn:iam::{ACCOUNT}:root"),
    "weights by value": (f"alias {WEIGHTS}", {"2": 0.1}, {"2": "0.10"}),
    "no weights, however said": (f"alias {WEIGHTS}", {}, None),
}


@pytest.mark.parametrize(("name", "one", "other"), EQUAL.values(), ids=EQUAL.keys())
def test_values_that_mean_the_same_are_equal(name: str, one: Any, other: Any) -> None:
    assert same(name, one, other)


DIFFERENT = {
    "numbers": ("fn memory_size", 512, 513),
    "booleans": ("map enabled", True, "false"),
    "sets with another member": ("fn vpc_config[0].subnet_ids", ["a"], ["a", "b"]),
    "layers in another order": ("fn layers", ["a", "b"], ["b", "a"]),
    "a set and none": ("fn vpc_config[0].subnet_ids", ["a"], None),
    "throttled and unreserved": ("fn reserved_concurrent_executions", 0, -1),
    "throttled and absent": ("fn reserved_concurrent_executions", 0, None),
    "disabled and absent": ("map enabled", False, None),
    "not the default": ("fn timeout", None, 4),
    "texts in another case": ("fn handler", "index.handler", "Index.handler"),
    "other filters": ("map filter_criteria", filters({"a": [1]}), filters({"a": [2]})),
    "filters and none": ("map filter_criteria", filters({"a": [1]}), []),
    "another function": ("map function_name", "orders", function_arn("billing")),
    "another account's function": ("map function_name", "orders", function_arn(account=OTHER_ACCOUNT)),
    "another region's function": ("map function_name", "orders", function_arn(region=OTHER_REGION)),
    "another alias of the function": ("map function_name", "orders:live", "orders:next"),
    "an alias and the function": ("map function_name", f"{function_arn()}:live", function_arn()),
    "another account": ("perm principal", ACCOUNT, f"arn:aws:iam::{OTHER_ACCOUNT}:root"),
    "a user of the account": ("perm principal", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/root"),
    "other weights": (f"alias {WEIGHTS}", {"2": 0.1}, {"2": 0.2}),
    "other versions": (f"alias {WEIGHTS}", {"2": 0.1}, {"3": 0.1}),
    "a value of another type": ("fn memory_size", 512, ["x"]),
}


@pytest.mark.parametrize(("name", "one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_values_that_mean_something_else_differ(name: str, one: Any, other: Any) -> None:
    assert not same(name, one, other)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (f"alias {WEIGHTS}", "half"),
        ("map filter_criteria", ["x"]),
        ("map filter_criteria", [{"filter": [{}]}]),
        ("fn memory_size", 10**400),
    ],
)
def test_a_value_of_a_strange_shape_differs_instead_of_ending_the_run(name: str, value: Any) -> None:
    usual = {"memory_size": 512, "filter_criteria": filters({"a": [1]}), WEIGHTS: {"2": 0.1}}
    assert not same(name, value, usual[name.partition(" ")[2]])


def test_a_number_beyond_any_range_inside_a_list_of_blocks_differs_instead_of_ending_the_run() -> None:
    name = "capacity capacity_provider_scaling_config[0].scaling_policies"
    assert not same(name, [{"target_value": 10**400}], [{"target_value": 50}])


@pytest.mark.parametrize("value", [None, "", [], {}, [None], [{}, None], -1])
def test_every_way_of_saying_nothing_is_unset(value: Any) -> None:
    assert is_unset(value, attribute("fn reserved_concurrent_executions"), FUNCTION)


@pytest.mark.parametrize("value", [0, "0", 1])
def test_zero_is_a_value(value: Any) -> None:
    assert not is_unset(value, attribute("fn reserved_concurrent_executions"), FUNCTION)


def test_a_path_into_state_is_looked_up_and_none_where_a_step_is_absent() -> None:
    state = {"vpc_config": [{"subnet_ids": ["a"]}], "layers": None, "timeout": 3}
    assert at_path(state, "vpc_config[0].subnet_ids") == ["a"]
    assert at_path(state, "vpc_config[1].subnet_ids") is None
    assert at_path(state, "layers[0]") is None
    assert at_path(state, "timeout[0].x") is None
    assert at_path(state, "nothing") is None


def test_state_that_lacks_an_attribute_believes_nothing_about_it() -> None:
    assert believes({"vpc_config": []}, "vpc_config[0].subnet_ids")
    assert believes({"layers": None}, "layers")
    assert not believes({}, "layers")


def test_an_unset_list_equals_the_apis_default_list() -> None:
    assert same("fn architectures", None, ["x86_64"])
    assert not same("fn architectures", None, ["arm64"])
