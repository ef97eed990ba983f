"""A plan's JSON: what Terraform believed before the plan's own refresh looked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.samples import check, events_file, function, initialised, orders, shown, shown_resource, state, update
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform.plan import read_plan

ADDRESS = "aws_lambda_function.orders"


def plan(*prior: dict[str, Any], drift: list[dict[str, Any]] | None = None, **fields: Any) -> dict[str, Any]:
    """Build a plan's JSON: the state after the refresh, and what the refresh changed."""
    return {
        "format_version": "1.2",
        "planned_values": {},
        "prior_state": shown(*prior),
        "resource_drift": drift or [],
    } | fields


def drifted(address: str, before: Any, after: Any, **fields: Any) -> dict[str, Any]:
    entry = shown_resource(address, {}, change={"actions": ["update"], "before": before, "after": after}, **fields)
    del entry["values"]
    return entry


def memories(given: dict[str, Any]) -> dict[str, Any]:
    """Give each believed instance's memory size by its address."""
    found = read_plan(json.dumps(given).encode(), "plan.json", load_catalog()).instances
    return {instance.address: instance.attributes["memory_size"] for instance in found}


def refused(text: bytes) -> StateError:
    with pytest.raises(StateError) as met:
        read_plan(text, "plan.json", load_catalog())
    assert "plan.json" in met.value.message
    assert met.value.hint
    assert "state pull" not in met.value.hint
    return met.value


def test_prior_state_is_what_terraform_believed_where_nothing_drifted() -> None:
    assert memories(plan(shown_resource(ADDRESS, function()))) == {ADDRESS: 512}


def test_what_the_refresh_changed_is_put_back() -> None:
    refreshed = shown_resource(ADDRESS, function(memory_size=1024))
    drift = drifted(ADDRESS, function(memory_size=512), function(memory_size=1024))
    assert memories(plan(refreshed, drift=[drift])) == {ADDRESS: 512}


def test_what_the_refresh_no_longer_found_is_put_back() -> None:
    drift = drifted(ADDRESS, function(), None)
    assert memories(plan(drift=[drift])) == {ADDRESS: 512}


def test_only_the_drifted_instance_is_put_back() -> None:
    names = [f'module.a["x"].{ADDRESS}[{number}]' for number in (0, 1)]
    prior = [shown_resource(name, function(memory_size=1024)) for name in names]
    drift = drifted(names[1], function(), function(memory_size=1024))
    assert memories(plan(*prior, drift=[drift])) == {names[0]: 1024, names[1]: 512}


def test_what_was_sensitive_before_stays_so() -> None:
    drift = drifted(ADDRESS, function(), function())
    drift["change"]["before_sensitive"] = {"environment": [{"variables": True}]}
    (instance,) = read_plan(json.dumps(plan(drift=[drift])).encode(), "plan.json", load_catalog()).instances
    assert instance.sensitive == ("environment[0].variables",)


def test_an_instance_that_was_moved_and_drifted_is_believed_once() -> None:
    # prior_state has it under its new address; resource_drift names both.
    drift = drifted(ADDRESS, function(), function(memory_size=1024), previous_address="aws_lambda_function.old")
    believed = memories(plan(shown_resource(ADDRESS, function(memory_size=1024)), drift=[drift]))
    assert believed == {ADDRESS: 512}


def test_drift_of_other_types_and_deposed_objects_is_left_out() -> None:
    role = drifted("aws_iam_role.role", {"name": "role"}, {"name": "role2"})
    deposed = drifted(ADDRESS, function(memory_size=1), function(), deposed="00000001")
    assert memories(plan(shown_resource(ADDRESS, function()), drift=[role, deposed])) == {ADDRESS: 512}


def test_the_plan_of_a_new_root_believes_nothing() -> None:
    given = plan()
    del given["prior_state"], given["resource_drift"]
    assert memories(given) == {}


def test_a_binary_plan_file_says_how_to_make_it_json() -> None:
    error = refused(b"PK\x03\x04rest of a zip file")
    assert "binary plan file" in error.message
    assert "terraform show -json" in error.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"Terraform will perform the following actions:", "not JSON"),
        (json.dumps(plan()).encode()[:-1], "truncated"),
        (b"[]", "not a plan"),
        (b'{"@level": "info", "type": "version"}\n{"@level": "info"}\n', "not JSON"),
        (state(orders()).encode(), "not a plan"),
        (json.dumps(shown()).encode(), "not a plan"),
        (json.dumps(plan(prior_state={"format_version": "1.0", "values": 7})).encode(), "reading the plan"),
        (json.dumps(plan(prior_state=[])).encode(), "prior_state"),
        (json.dumps(plan(prior_state="x")).encode(), "prior_state"),
        (json.dumps(plan(format_version="2.0")).encode(), "format"),
    ],
)
def test_what_is_no_plan_is_refused(text: bytes, said: str) -> None:
    assert said in refused(text).message


@pytest.mark.parametrize(
    "drift", [[7], {}, "", {"address": "x"}, [{"type": "aws_lambda_function", "change": {"before": {"a": 1}}}]]
)
def test_a_malformed_resource_drift_is_refused(drift: Any) -> None:
    refused(json.dumps(plan() | {"resource_drift": drift}).encode())


def test_a_plan_that_cannot_be_read_is_called_a_plan(tmp_path: Path) -> None:
    done = check(initialised(tmp_path / "root", "gcs"), "--plan", str(tmp_path), "--events", events_file(tmp_path))
    assert done.returncode == 1
    assert f"reading the plan {tmp_path}: " in done.stderr


def test_check_judges_against_what_was_believed_before_the_refresh(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    drift = drifted(ADDRESS, function(), function(memory_size=1024))
    file.write_text(json.dumps(plan(shown_resource(ADDRESS, function(memory_size=1024)), drift=[drift])))
    # The plan needs no state and no initialised backend beside it.
    root = initialised(tmp_path / "root", "gcs")
    done = check(root, "--plan", str(file), "--events", events_file(tmp_path, update()), "--format", "json")
    assert done.returncode == 2
    (finding,) = json.loads(done.stdout)["findings"]
    assert [(change["before"], change["after"]) for change in finding["changes"]] == [(512, 1024)]
