"""Of every resource type: what a plan adopts, sets back, keeps and imports of what was done by hand."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests import builders
from tests.builders import function_state, only
from tests.lives import CHANGED, DELETED, LIVES, MADE
from tests.plans import GONE, adopted, check, effects, plan, planned
from tfdrift_gate.drift.equality import at_path
from tfdrift_gate.model import Kind, PlanEffect

FUNCTION = "aws_lambda_function"
# The first is made on a layer that nobody manages, the second with another policy than the one in state.
IMPORTED = sorted({*MADE} - {"aws_lambda_layer_version_permission", "aws_lambda_code_signing_config"})
# A setting that was put back to its default is one that the configuration may leave out.
SET = sorted({*CHANGED} - {"aws_lambda_runtime_management_config"})


def with_value(state: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Give the top-level attribute that holds a path, with another value there."""
    attributes = copy.deepcopy(state["instances"][0]["attributes"])
    top, *steps = path.replace("[0]", "").split(".")
    if not steps:
        return {top: value}
    inner = attributes[top]
    for step in steps[:-1]:
        inner = inner[0][step]
    inner[0][steps[-1]] = value
    return {top: attributes[top]}


def beside_its_function(kind: str, *instances: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return plan(*([] if kind == FUNCTION else [planned(function_state())]), *instances, **fields)


@pytest.mark.parametrize("kind", SET)
@pytest.mark.parametrize("effect", ["adopts", "reverts", "keeps"])
def test_a_change_is_told_by_what_is_planned(tmp_path: Path, kind: str, effect: str) -> None:
    life = LIVES[kind]
    assert life.changes is not None
    live: dict[str, Any] = {}
    for path, (before, after) in life.differs.items():
        assert at_path(life.state["instances"][0]["attributes"], path) == before
        live |= with_value(life.state, path, after)
    goal = {name: life.state["instances"][0]["attributes"][name] for name in live} if effect == "reverts" else None
    one = planned(life.state, live, goal, configured=[*live] if effect != "keeps" else [])
    report = check(tmp_path, [life.changes()], beside_its_function(kind, one))
    if effect == "adopts":
        assert report.verdict == "clean"
        assert {name.partition(".")[2] for name in adopted(report)} == set(life.differs)
    else:
        assert set(effects(report).values()) == {effect}
    assert report.unexplained == ()


@pytest.mark.parametrize("kind", DELETED)
def test_a_deletion_is_undone_or_adopted(tmp_path: Path, kind: str) -> None:
    life = LIVES[kind]
    assert life.deletes is not None
    again = beside_its_function(kind, planned(life.state, GONE))
    report = check(tmp_path, [life.deletes()], again)
    assert only(report.findings).plan_effect is PlanEffect.REVERTS
    assert report.unexplained == ()
    again["resource_changes"] = [entry for entry in again["resource_changes"] if entry["type"] != kind]
    again["configuration"] = {"root_module": {}}
    assert check(tmp_path, [life.deletes()], again).verdict == "clean"


@pytest.mark.parametrize("kind", IMPORTED)
def test_what_was_added_is_adopted_by_an_import(tmp_path: Path, kind: str) -> None:
    life = LIVES[kind]
    assert life.creates is not None
    one = planned(life.state, importing={"id": "whatever"})
    report = check(tmp_path, [life.creates()], beside_its_function(kind, one), unmanaged="all")
    assert [finding.drift.kind for finding in report.suppressed] == [Kind.UNMANAGED]
    assert report.verdict == "clean"


@pytest.mark.parametrize("kind", SET)
def test_without_a_plan_a_change_is_adopted_by_its_literal_alone(tmp_path: Path, kind: str) -> None:
    life = LIVES[kind]
    assert life.changes is not None
    name = life.state["name"]
    states = [life.state] if kind == FUNCTION else [function_state(), life.state]
    for place, adopts in enumerate((True, False)):
        said: dict[str, Any] = {}
        for path, (before, after) in life.differs.items():
            said |= with_value(life.state, path, after if adopts else before)
        folder = tmp_path / str(place)
        folder.mkdir()
        (folder / "main.tf.json").write_text(json.dumps({"resource": {kind: {name: said}}}), encoding="utf-8")
        report = builders.check(folder, [life.changes()], states)
        assert report.verdict == ("clean" if adopts else "drift")
        assert bool(adopted(report)) is adopts
