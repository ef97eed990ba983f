"""The report's JSON Schema, as the package ships it, and reports of every kind."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from tests.samples import (
    SINCE,
    UNTIL,
    added_permission,
    events_file,
    function,
    orders,
    record,
    resource,
    root_module,
    update,
)
from tfdrift_gate.cli import cli

SCHEMA = json.loads((resources.files("tfdrift_gate") / "data" / "report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def of_clean(folder: Path) -> dict[str, Any]:
    return report(root_module(folder / "root"), events_file(folder))


def of_drift(folder: Path) -> dict[str, Any]:
    return report(root_module(folder / "root"), events_file(folder, update()))


def of_deletion(folder: Path) -> dict[str, Any]:
    deletion = record("DeleteFunction20150331", {"functionName": "orders"}, None)
    return report(root_module(folder / "root"), events_file(folder, deletion))


def of_unmanaged(folder: Path) -> dict[str, Any]:
    return report(root_module(folder / "root"), events_file(folder, added_permission()))


def of_withheld_values(folder: Path) -> dict[str, Any]:
    answer = update(memory=512)["responseElements"] | {"environment": {}}
    request = {"functionName": "orders", "environment": {}}
    change = record("UpdateFunctionConfiguration20150331v2", request, answer)
    return report(root_module(folder / "root"), events_file(folder, change))


def of_suppressed(folder: Path) -> dict[str, Any]:
    root = root_module(folder / "root")
    waiver = '{address: "*", reason: INC-1234, owner: payments, expires: 2999-01-01}'
    (root / ".tfdrift-gate.yaml").write_text(f"waivers:\n  - {waiver}\n")
    return report(root, events_file(folder, update()))


def of_reverted(folder: Path) -> dict[str, Any]:
    back = update(memory=512, eventTime="2026-01-01T11:00:00Z", eventID="00000000-0000-4000-8000-000000000002")
    return report(root_module(folder / "root"), events_file(folder, update(), back))


def of_skipped(folder: Path) -> dict[str, Any]:
    odd = record("PutSomethingNew", {"functionName": "orders"}, None)
    return report(root_module(folder / "root"), events_file(folder, odd, "no record at all"))


def of_incomplete(folder: Path) -> dict[str, Any]:
    return report(root_module(folder / "root"), str(folder / "gone.json"))


def of_bad_usage(folder: Path) -> dict[str, Any]:
    return report(root_module(folder / "root"), events_file(folder), "--since", "banana")


def of_no_state_yet(folder: Path) -> dict[str, Any]:
    root = root_module(folder / "root")
    (root / "terraform.tfstate").unlink()
    return report(root, events_file(folder, update()))


def of_many(folder: Path) -> dict[str, Any]:
    """One of everything in one report."""
    other = resource("aws_lambda_function", "other", function("other"))
    gone = record("DeleteFunction20150331", {"functionName": "other"}, None, eventID="f")
    odd = record("PutSomethingNew", {"functionName": "orders"}, None, eventID="g")
    root = root_module(folder / "root", orders(), other)
    return report(root, events_file(folder, update(), added_permission(), gone, odd))


def of_several(folder: Path) -> dict[str, Any]:
    """Of three root modules one is clean, one has a drift and one cannot be read."""
    drifting, broken = root_module(folder / "drifting"), root_module(folder / "broken")
    (broken / "terraform.tfstate").write_text("{")
    clean = root_module(folder / "clean", resource("aws_lambda_function", "other", function("other")))
    odd = record("PutSomethingNew", {"functionName": "orders"}, None, eventID="g")
    return report(drifting, events_file(folder, update(), odd), str(broken), str(clean))


SCENARIOS: dict[str, tuple[Callable[[Path], dict[str, Any]], str, str]] = {
    # scenario: (its report, its verdict, the list that has something)
    "clean": (of_clean, "clean", ""),
    "drift": (of_drift, "drift", "findings"),
    "deletion": (of_deletion, "drift", "findings"),
    "unmanaged": (of_unmanaged, "drift", "findings"),
    "withheld": (of_withheld_values, "drift", "findings"),
    "suppressed": (of_suppressed, "clean", "suppressed"),
    "reverted": (of_reverted, "clean", "reverted"),
    "skipped": (of_skipped, "clean", "skipped"),
    "incomplete": (of_incomplete, "incomplete", "problems"),
    "bad usage": (of_bad_usage, "incomplete", "problems"),
    "no state yet": (of_no_state_yet, "clean", "notes"),
    "many": (of_many, "drift", "skipped"),
    "several": (of_several, "incomplete", "roots"),
}


def report(root: Path, events: str, *arguments: str) -> dict[str, Any]:
    window = ("--since", SINCE, "--until", UNTIL)
    given = ["check", str(root), *window, "--events", events, "--format", "json", *arguments]
    found: dict[str, Any] = json.loads(CliRunner().invoke(cli, given).stdout)
    return found


def closed(schema: Any) -> Any:
    """Make every object of the schema refuse keys that it does not describe."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict):
        result.setdefault("additionalProperties", False)
    return result


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every value that holds no others."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [leaf for key, inner in items for leaf in leaves(inner, (*path, key))]
    yield from below or [path]


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the path of every object."""
    if isinstance(value, dict):
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from objects(inner, (*path, key))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


def test_the_schema_is_a_schema_and_describes_everything() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["description"]
    assert all(entry.get("description") or "$ref" in entry for entry in SCHEMA["properties"].values() if entry)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_report_is_valid_and_has_only_keys_that_the_schema_describes(tmp_path: Path, scenario: str) -> None:
    make, verdict, filled = SCENARIOS[scenario]
    found = make(tmp_path)
    assert (found["verdict"], bool(found[filled]) if filled else True) == (verdict, True)
    VALIDATOR.validate(found)
    jsonschema.Draft202012Validator(closed(SCHEMA)).validate(found)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A report that has findings, suppressed ones and skipped entries."""
    found = of_many(tmp_path_factory.mktemp("many"))
    found["suppressed"] = of_suppressed(tmp_path_factory.mktemp("suppressed"))["suppressed"]
    found["reverted"] = of_reverted(tmp_path_factory.mktemp("reverted"))["reverted"]
    found["problems"] = of_incomplete(tmp_path_factory.mktemp("incomplete"))["problems"]
    found["roots"] = of_several(tmp_path_factory.mktemp("several"))["roots"]
    VALIDATOR.validate(found)
    return found


def test_a_value_of_a_wrong_type_is_refused_wherever_it_stands(full: dict[str, Any]) -> None:
    # An attribute may have any value: only those two may be anything.
    paths = [path for path in leaves(full) if not {"before", "after"} & set(path)]
    assert len(paths) > 100
    for path in paths:
        changed = copy.deepcopy(full)
        at(changed, path[:-1])[path[-1]] = {"of a": ["wrong", "type"]}
        assert not VALIDATOR.is_valid(changed), path


def test_a_key_that_is_missing_is_refused_wherever_it_stands(full: dict[str, Any]) -> None:
    optional = {"owner", "expires", "roots"}  # of a waiver; of a run over several root modules
    for path in objects(full):
        if {"before", "after"} & set(path):
            continue
        for key in set(at(full, path)) - optional:
            changed = copy.deepcopy(full)
            del at(changed, path)[key]
            assert not VALIDATOR.is_valid(changed), (*path, key)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("schema_version",), "2.0"),
        (("verdict",), "fine"),
        (("max_severity",), "awful"),
        (("counts", "findings"), -1),
        (("window", "since"), "yesterday"),
        (("findings", 0, "kind"), "moved"),
        (("findings", 0, "severity"), None),
        (("findings", 0, "origin"), "browser"),
        (("findings", 0, "id"), ""),
    ],
)
def test_a_value_that_cannot_be_is_refused(full: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    changed = copy.deepcopy(full)
    at(changed, path[:-1])[path[-1]] = value
    assert not VALIDATOR.is_valid(changed)
