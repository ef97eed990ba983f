"""State in both of Terraform's forms: which instances there are, and where in AWS each has its place."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.samples import (
    ACCOUNT,
    AWS_PROVIDER,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    arn,
    function,
    orders,
    permission,
    resource,
    shown,
    shown_resource,
    state,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.model import ResourceInstance
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import Belief, StateInstance, read_state

CATALOG = load_catalog()
WEST = AWS_PROVIDER + ".west"


def read(text: str) -> list[StateInstance]:
    return read_state(text.encode(), "sample", CATALOG)


def believe(*resources: Mapping[str, Any]) -> Belief:
    return place(read(state(*resources)), CATALOG)


def believed(address: str, *resources: Mapping[str, Any]) -> ResourceInstance:
    """Place the resources; give the instance with this address."""
    belief = believe(*resources)
    assert not belief.skipped
    (found,) = (instance for instance in belief.instances if instance.address == address)
    return found


def addresses(text: str) -> list[str]:
    return [instance.address for instance in read(text)]


# What is in a state file


@pytest.mark.parametrize(
    ("fields", "address"),
    [
        ({}, "aws_lambda_function.orders"),
        ({"index_key": 0}, "aws_lambda_function.orders[0]"),
        ({"index_key": "a"}, 'aws_lambda_function.orders["a"]'),
        ({"index_key": 'ü"x'}, 'aws_lambda_function.orders["ü\\"x"]'),
        ({"module": "module.api"}, "module.api.aws_lambda_function.orders"),
        (
            {"module": 'module.api["eu"].module.inner[0]', "index_key": "a"},
            'module.api["eu"].module.inner[0].aws_lambda_function.orders["a"]',
        ),
    ],
)
def test_an_instance_has_its_full_address(fields: dict[str, Any], address: str) -> None:
    assert addresses(state(resource("aws_lambda_function", "orders", function(), **fields))) == [address]


def test_data_sources_deposed_objects_and_other_types_are_left_out() -> None:
    text = state(
        resource("aws_lambda_function", "read", function(), mode="data"),
        resource("aws_lambda_function", "old", function(), deposed="00000001"),
        resource("aws_iam_role", "role", {"id": "role"}),
        orders(),
    )
    assert addresses(text) == ["aws_lambda_function.orders"]


def test_sensitive_paths_are_kept() -> None:
    paths = [
        [{"type": "get_attr", "value": "environment"}],
        [
            {"type": "get_attr", "value": "vpc_config"},
            {"type": "index", "value": {"value": 0, "type": "number"}},
            {"type": "get_attr", "value": "subnet_ids"},
        ],
    ]
    (instance,) = read(state(resource("aws_lambda_function", "orders", function(), sensitive_attributes=paths)))
    assert instance.sensitive == ("environment", "vpc_config[0].subnet_ids")


@pytest.mark.parametrize("resources", [[], None])
def test_a_state_may_manage_nothing(resources: Any) -> None:
    assert read(json.dumps({"version": 4, "resources": resources})) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"version": 4, "resources": {}}',
        '{"version": 4, "resources": ""}',
        '{"version": 4, "resources": 0}',
        json.dumps({"version": 4, "resources": [{**orders(), "instances": {}}]}),
        json.dumps({"version": 4, "resources": [{**orders(), "instances": ""}]}),
        json.dumps({"version": 4, "resources": [{key: orders()[key] for key in ("type", "name", "instances")}]}),
        state(resource("aws_lambda_function", "orders", function(), dependencies="x")),
        state(resource("aws_lambda_function", "orders", function(), sensitive_attributes={})),
        json.dumps(
            {"version": 4, "resources": [{**orders(), "instances": [{"attributes": []}]}]},
        ),
        '{"format_version": "1.0", "values": []}',
        '{"format_version": "1.0", "values": {"root_module": []}}',
        '{"format_version": "1.0", "values": {"root_module": {"resources": {}}}}',
        '{"format_version": "1.0", "values": {"root_module": {"child_modules": {}}}}',
        json.dumps(shown({**shown_resource("aws_lambda_function.orders", function()), "values": []})),
        json.dumps(shown({**shown_resource("aws_lambda_function.orders", function()), "mode": None})),
    ],
)
def test_a_part_of_another_type_is_refused_never_taken_for_an_empty_one(text: str) -> None:
    with pytest.raises(StateError, match="not formed as a state"):
        read(text)


@pytest.mark.parametrize("version", ["2.0", "10.1", "x", 1, None, ["1.0"]])
def test_a_shown_state_of_an_unknown_major_version_is_refused(version: Any) -> None:
    with pytest.raises(StateError, match="format"):
        read(json.dumps({"format_version": version, "values": {"root_module": {}}}))


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.9"])
def test_a_shown_state_of_a_known_major_version_is_read(version: str) -> None:
    shown_state = shown(shown_resource("aws_lambda_function.orders", function())) | {"format_version": version}
    assert addresses(json.dumps(shown_state)) == ["aws_lambda_function.orders"]


def test_a_version_that_is_no_number_is_not_quoted() -> None:
    with pytest.raises(StateError) as met:
        read('{"version": {"password": "hunter2"}}')
    assert "hunter2" not in met.value.message


# What terraform show -json prints


def test_a_shown_state_says_the_same_as_the_file() -> None:
    text = json.dumps(
        shown(
            shown_resource("aws_lambda_function.orders", function(), sensitive_values={"environment": True}),
            shown_resource("aws_lambda_function.read", function(), mode="data"),
            shown_resource("aws_lambda_function.old", function(), deposed_key="00000001"),
            shown_resource("aws_iam_role.role", {}),
        )
    )
    (instance,) = read(text)
    assert (instance.address, instance.sensitive) == ("aws_lambda_function.orders", ("environment",))
    assert place([instance], CATALOG) == place(
        read(
            state(
                resource(
                    "aws_lambda_function",
                    "orders",
                    function(),
                    sensitive_attributes=[[{"type": "get_attr", "value": "environment"}]],
                )
            )
        ),
        CATALOG,
    )


def test_modules_of_a_shown_state_are_walked() -> None:
    data = shown(shown_resource("aws_lambda_function.orders", function()))
    inner = {"resources": [shown_resource('module.a["x"].module.b.aws_lambda_function.orders[0]', function())]}
    data["values"]["root_module"]["child_modules"] = [{"resources": [], "child_modules": [inner]}]
    assert addresses(json.dumps(data)) == [
        "aws_lambda_function.orders",
        'module.a["x"].module.b.aws_lambda_function.orders[0]',
    ]


def test_a_shown_state_before_the_first_apply_manages_nothing() -> None:
    assert read('{"format_version": "1.0"}') == []


def test_a_plan_named_as_a_state_is_never_taken_for_an_empty_one() -> None:
    resources = [shown_resource("aws_lambda_function.orders", function())]
    plan = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": resources}},
        "resource_changes": [],
        "prior_state": shown(*resources),
    }
    try:
        found = addresses(json.dumps(plan))
    except StateError:
        return
    assert found == ["aws_lambda_function.orders"]


# Where in AWS


def test_a_functions_arn_tells_its_place() -> None:
    key = believed("aws_lambda_function.orders", orders(account=OTHER_ACCOUNT, region=OTHER_REGION)).key
    assert (key.account, key.region, key.parts) == (OTHER_ACCOUNT, OTHER_REGION, ("orders",))


def test_belief_knows_every_region_and_account() -> None:
    far = resource("aws_lambda_function", "far", function("far", account=OTHER_ACCOUNT, region=OTHER_REGION))
    belief = believe(orders(), far)
    assert belief.regions == (OTHER_REGION, REGION)
    assert belief.accounts == {ACCOUNT, OTHER_ACCOUNT}


def test_a_functions_clock_is_read() -> None:
    instance = believed("aws_lambda_function.orders", orders(last_modified="2025-12-01T01:02:03.000+0000"))
    assert instance.modified_at is not None
    assert instance.modified_at.isoformat() == "2025-12-01T01:02:03+00:00"


@pytest.mark.parametrize("named", ["orders", f"{ACCOUNT}:function:orders", arn("orders"), f"{arn('orders')}:live"])
def test_a_satellite_of_provider_5_stands_where_its_function_does(named: str) -> None:
    function_there = orders()
    elsewhere = resource("aws_lambda_function", "far", function("far", account=OTHER_ACCOUNT, region=OTHER_REGION))
    allow = resource("aws_lambda_permission", "allow", permission(named))
    instance = believed("aws_lambda_permission.allow", function_there, elsewhere, allow)
    assert (instance.key.account, instance.key.region) == (ACCOUNT, REGION)
    assert instance.key.parts == ("orders", "live" if named.endswith(":live") else "", "allow")
    assert instance.parent is not None
    assert instance.parent.parts == ("orders",)


def test_of_functions_with_one_name_the_one_of_the_same_provider_is_its() -> None:
    near = orders()
    far = resource("aws_lambda_function", "far", function("orders", region=OTHER_REGION), provider=WEST)
    allow = resource("aws_lambda_permission", "allow", permission(), provider=WEST)
    assert believed("aws_lambda_permission.allow", near, far, allow).key.region == OTHER_REGION


@pytest.mark.parametrize("index", [None, 0])
def test_of_functions_with_one_name_and_provider_the_one_it_depends_on_is_its(index: int | None) -> None:
    indexed = {} if index is None else {"index_key": index}
    near = orders()
    far = resource("aws_lambda_function", "far", function("orders", region=OTHER_REGION), **indexed)
    allow = resource("aws_lambda_permission", "allow", permission(), dependencies=["aws_lambda_function.far"])
    assert believed("aws_lambda_permission.allow", near, far, allow).key.region == OTHER_REGION


def test_a_dependency_in_an_indexed_module_is_followed() -> None:
    # State writes dependencies without instance keys.
    near = orders() | {"module": 'module.near["x"]'}
    far = resource("aws_lambda_function", "orders", function("orders", region=OTHER_REGION), module='module.far["x"]')
    allow = resource(
        "aws_lambda_permission",
        "allow",
        permission(),
        module='module.far["x"]',
        dependencies=["module.far.aws_lambda_function.orders"],
    )
    assert believed('module.far["x"].aws_lambda_permission.allow', near, far, allow).key.region == OTHER_REGION


def test_a_satellite_of_provider_6_says_its_region_itself() -> None:
    near = orders()
    far = resource("aws_lambda_function", "far", function("orders", region=OTHER_REGION) | {"region": OTHER_REGION})
    allow = resource("aws_lambda_permission", "allow", permission(region=OTHER_REGION))
    key = believed("aws_lambda_permission.allow", near, far, allow).key
    assert (key.account, key.region) == (ACCOUNT, OTHER_REGION)


def test_a_satellite_of_a_function_managed_elsewhere_stands_where_all_the_others_do() -> None:
    allow = resource("aws_lambda_permission", "allow", permission("somebody-elses"))
    key = believed("aws_lambda_permission.allow", orders(), allow).key
    assert (key.account, key.region) == (ACCOUNT, REGION)


@pytest.mark.parametrize(
    "others", [[], [orders(), resource("aws_lambda_function", "far", function("far", region="x-1"))]]
)
def test_a_satellite_whose_place_cannot_be_told_is_skipped_by_name(others: list[Any]) -> None:
    belief = believe(*others, resource("aws_lambda_permission", "allow", permission("somebody-elses")))
    (skipped,) = belief.skipped
    assert skipped.reason == "unplaced-instance"
    assert "aws_lambda_permission.allow" in skipped.detail
    assert len(belief.instances) == len(others)


def test_a_mapping_is_placed_by_its_arn_or_its_functions() -> None:
    attributes = {"id": "u-1", "uuid": "u-1", "function_name": "orders", "function_arn": arn("orders")}
    mapping = resource("aws_lambda_event_source_mapping", "stream", attributes)
    instance = believed("aws_lambda_event_source_mapping.stream", mapping)
    assert (instance.key.account, instance.key.region, instance.key.parts) == (ACCOUNT, REGION, ("u-1",))


@pytest.mark.parametrize(
    "fields",
    [
        {"attributes": {"id": {"secret": "hunter2"}}},
        {"attributes": {}},
        {"attributes": {"id": "hunter2"}, "sensitive_attributes": [[{"type": "get_attr", "value": "id"}]]},
        {"attributes": {"id": "hunter2"}, "sensitive_attributes": [[]]},
    ],
)
def test_an_id_that_is_no_text_or_is_sensitive_is_not_shown(fields: dict[str, Any]) -> None:
    (skipped,) = believe(resource("aws_lambda_permission", "p", **fields)).skipped
    assert skipped.resource_id is None
    assert "hunter2" not in skipped.detail


def test_an_instance_without_its_name_is_skipped_by_name() -> None:
    belief = believe(orders(), resource("aws_lambda_alias", "live", {"function_name": "orders", "name": None}))
    (skipped,) = belief.skipped
    assert "aws_lambda_alias.live" in skipped.detail


@pytest.mark.parametrize(
    "attributes",
    [
        {"function_name": 7, "arn": None},
        {"arn": "arn:aws:lambda:us-east-1:123456789012:function:orders", "function_name": ["orders"]},
        {"last_modified": "yesterday", "arn": arn("orders"), "function_name": "orders"},
    ],
)
def test_attributes_of_another_type_end_no_run(attributes: dict[str, Any]) -> None:
    belief = believe(resource("aws_lambda_function", "odd", attributes))
    assert len(belief.instances) + len(belief.skipped) == 1
