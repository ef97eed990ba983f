"""The catalogue: what is understood, and that a mistake in it is found when it is loaded."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from tests import parsed_data
from tfdrift_gate.catalog import load_catalog, read_catalog
from tfdrift_gate.changes.values import read_value
from tfdrift_gate.errors import CatalogError
from tfdrift_gate.model import Effect, ResourceKey

CATALOG = load_catalog()
LAMBDA = "lambda.amazonaws.com"

TEN = {
    "CreateFunction",
    "DeleteFunction",
    "UpdateFunctionCode",
    "UpdateFunctionConfiguration",
    "PutFunctionConcurrency",
    "AddPermission",
    "RemovePermission",
    "CreateEventSourceMapping",
    "UpdateEventSourceMapping",
    "DeleteEventSourceMapping",
}


@pytest.mark.parametrize(
    "api", sorted(TEN | {"CreateAlias", "UpdateAlias", "DeleteAlias", "DeleteFunctionConcurrency"})
)
def test_the_ten_events_the_alias_events_and_the_removal_of_concurrency_are_understood(api: str) -> None:
    assert (LAMBDA, api) in CATALOG.events


@pytest.mark.parametrize(
    ("name", "api"),
    [
        ("UpdateFunctionConfiguration20150331v2", "UpdateFunctionConfiguration"),
        ("UpdateFunctionCode20150331", "UpdateFunctionCode"),
        ("UploadFunction", "UpdateFunctionCode"),
        ("AddEventSource", "CreateEventSourceMapping"),
        ("RemoveEventSource", "DeleteEventSourceMapping"),
        ("AddPermission20990101v7", "AddPermission"),
    ],
)
def test_an_event_is_found_under_its_names_of_today_of_old_and_of_a_later_revision(name: str, api: str) -> None:
    bare = re.sub(r"20\d{6}(v\d+)?$", "", name)
    assert [entry.api for entry in CATALOG.find(LAMBDA, name, bare)] == [api]


def test_the_same_name_of_another_service_is_another_event() -> None:
    assert CATALOG.find("kms.amazonaws.com", "CreateAlias", "CreateAlias") == ()
    assert CATALOG.find("sns.amazonaws.com", "AddPermission", "AddPermission") == ()


def test_what_changes_nothing_is_not_also_understood_as_a_change() -> None:
    assert not CATALOG.without_effect & set(CATALOG.events)


def test_only_creations_and_updates_may_change_attributes() -> None:
    for entries in CATALOG.events.values():
        for entry in entries:
            assert bool(entry.can_set) is (entry.effect is not Effect.DELETE), entry.api


@pytest.mark.parametrize(
    ("resource_type", "parts", "written"),
    [
        ("aws_lambda_function", ("orders",), "orders"),
        ("aws_lambda_permission", ("orders", "", "allow"), "orders/allow"),
        ("aws_lambda_permission", ("orders", "live", "allow"), "orders:live/allow"),
        ("aws_lambda_permission", ("orders", "", "{function}"), "orders/{function}"),
        ("aws_lambda_event_source_mapping", ("1-2",), "1-2"),
        ("aws_lambda_alias", ("orders", "live"), "orders/live"),
    ],
)
def test_a_resource_is_named_by_terraforms_import_id(resource_type: str, parts: tuple[str, ...], written: str) -> None:
    key = ResourceKey(resource_type, "123456789012", "us-east-1", parts)
    assert CATALOG.resources[resource_type].id_of(key) == written


def catalogue(**changes: Any) -> dict[str, Any]:
    body: dict[str, Any] = {
        "event_source": "example.amazonaws.com",
        "resources": {
            "aws_example": {
                "identity": {"name": {"state": "name", "event": "name"}},
                "import_id": "{name}",
                "attributes": {"size": {"field": "size", "as": "number"}},
            }
        },
        "events": {"PutExample": {"recorded": ["PutExample"], "resource": "aws_example", "effect": "update"}},
    }
    return body | changes


def test_what_is_loaded_is_what_the_yaml_says() -> None:
    assert parsed_data.stale() == [], "run make docs"
    for source in parsed_data.SOURCES:
        read, loaded = yaml.safe_load(source.read_text()), json.loads(source.with_suffix(".json").read_text())
        assert loaded == read
        assert [*map(list, loaded.values())] == [*map(list, read.values())], "the order of entries is a promise too"


def test_json_that_its_yaml_no_longer_says_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = parsed_data.DATA
    shutil.copytree(before, tmp_path / "data")
    monkeypatch.setattr(parsed_data, "DATA", tmp_path / "data")
    monkeypatch.setattr(
        parsed_data, "SOURCES", [tmp_path / "data" / source.relative_to(before) for source in parsed_data.SOURCES]
    )
    rules = tmp_path / "data" / "rules.yaml"
    rules.write_text(rules.read_text().replace("severity: high", "severity: low", 1))
    (tmp_path / "data" / "catalog" / "lambda.json").unlink()
    (tmp_path / "data" / "catalog" / "gone.json").write_text("{}")
    assert parsed_data.stale() == ["catalog/gone.json", "catalog/lambda.json", "rules.json"]


def test_a_small_catalogue_is_read() -> None:
    source, resources, (entry,), silent = read_catalog("example.yaml", yaml.safe_dump(catalogue()))
    assert (source, entry.api, entry.resource, silent) == (
        "example.amazonaws.com",
        "PutExample",
        resources["aws_example"],
        (),
    )


EVENT = {"recorded": ["PutExample"], "resource": "aws_example", "effect": "update"}


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (catalogue(events={"PutExample": EVENT | {"colour": "red"}}), "colour"),
        (catalogue(events={"PutExample": EVENT | {"sets": {"weight": 1}}}), "weight"),
        (catalogue(events={"PutExample": EVENT | {"asks": ["weight"]}}), "weight"),
        (catalogue(events={"PutExample": EVENT | {"resource": "aws_other"}}), "aws_other"),
        (
            catalogue(
                resources={
                    "aws_example": catalogue()["resources"]["aws_example"]
                    | {"attributes": {"size": {"field": "size", "as": "colour"}}}
                }
            ),
            "colour",
        ),
        (catalogue(resources={"aws_example": {"identity": {}, "import_id": ""}}), "attributes"),
        (catalogue(events=[]), "example.yaml"),
        ([], "example.yaml"),
    ],
)
def test_a_mistake_in_a_catalogue_is_an_error_that_names_file_and_key(body: Any, named: str) -> None:
    with pytest.raises(CatalogError) as error:
        read_catalog("example.yaml", yaml.safe_dump(body))
    assert "example.yaml" in error.value.message
    assert named in error.value.message


LIVE = {"call": "GetExample", "request": {"Name": "{name}"}}


def with_live(**read: Any) -> Any:
    example = catalogue()["resources"]["aws_example"]
    return catalogue(resources={"aws_example": example | {"live": [LIVE | read]}})


def test_a_live_read_shows_every_attribute_but_those_it_says() -> None:
    _, resources, _, _ = read_catalog("example.yaml", yaml.safe_dump(with_live()))
    (read,) = resources["aws_example"].live
    assert set(read.attributes) == set(resources["aws_example"].attributes)
    key = ResourceKey("aws_example", "123456789012", "us-east-1", ("orders",))
    assert resources["aws_example"].request_of(read, key) == {"Name": "orders"}


@pytest.mark.parametrize(
    ("read", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"attributes": ["weight"]}, "weight"),
        ({"without": ["weight"]}, "weight"),
        ({"lacks": ["weight"]}, "weight"),
        ({"members": {"weight": "Weight"}}, "weight"),
        ({"request": {"Name": "{nickname}"}}, "nickname"),
    ],
)
def test_a_mistake_in_a_live_read_is_an_error_that_names_file_and_key(read: Any, named: str) -> None:
    with pytest.raises(CatalogError) as error:
        read_catalog("example.yaml", yaml.safe_dump(with_live(**read)))
    assert "example.yaml" in error.value.message
    assert named in error.value.message


@pytest.mark.parametrize("resource_type", sorted(load_catalog().resources))
def test_every_resource_can_be_asked_about_live_with_members_that_the_api_has(resource_type: str) -> None:
    resource = load_catalog().resources[resource_type]
    model = botocore.session.Session().get_service_model("lambda")
    assert resource.live
    for read in resource.live:
        operation = model.operation_model(read.call)
        asked = operation.input_shape.members
        assert set(read.request) <= set(asked)
        assert set(operation.input_shape.required_members) <= set(read.request)
        told = operation.output_shape.members
        members = [*read.complete, *read.members.values(), read.arn, read.none_without, read.state, read.statement]
        for member in members if not read.statement else [read.statement, *read.complete]:
            assert member is None or member.split(".")[0] in told, (read.call, member)
        errors = {shape.name for shape in operation.error_shapes}
        assert set(read.absent) <= errors


@pytest.mark.parametrize("resource_type", sorted(load_catalog().resources))
def test_a_live_read_names_numbers_as_numbers(resource_type: str) -> None:
    resource = load_catalog().resources[resource_type]
    key = ResourceKey(resource_type, "123456789012", "us-east-1", ("7",) * len(resource.identity))
    model = botocore.session.Session().get_service_model("lambda")
    for read in resource.live:
        for member, value in resource.request_of(read, key).items():
            numeric = model.operation_model(read.call).input_shape.members[member].type_name in ("integer", "long")
            assert isinstance(value, int) is numeric


def test_an_effect_that_does_not_exist_is_an_error_that_names_the_file() -> None:
    body = catalogue(events={"PutExample": EVENT | {"effect": "explode"}})
    with pytest.raises(CatalogError, match=r"example\.yaml"):
        read_catalog("example.yaml", yaml.safe_dump(body))


def test_text_that_is_not_yaml_is_a_catalogue_error() -> None:
    with pytest.raises(CatalogError, match=r"example\.yaml"):
        read_catalog("example.yaml", "a: [")


def test_what_is_taken_verbatim_out_of_a_record_is_what_reading_it_would_give() -> None:
    samples: dict[type, list[Any]] = {str: ["", "x", "1", "$LATEST", "{}", "None"], bool: [True, False]}
    verbatim = [
        look
        for entries in CATALOG.events.values()
        for entry in entries
        for shown in entry.looks.beside(frozenset())
        for look in shown.looks
        if look.verbatim
    ]
    assert {look.verbatim for look in verbatim} == {str, bool}
    for look in verbatim:
        for value in samples[look.verbatim or str]:
            read = read_value(value, look.attribute)
            assert (read, type(read)) == (value, type(value)), look.name
