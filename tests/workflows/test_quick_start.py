"""The quick starts of README for GitHub Actions are run as they stand there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.action.run_action import ACTION, action_source
from tests.action.run_action import run as run_action
from tests.builders import function_state
from tests.plans import plan, planned
from tests.readme import README, between
from tests.samples import FUNCTION_BLOCK, events_file, update
from tests.terraform_cli.fixtures import cannot
from tests.workflows.actionlint import actionlint
from tests.workflows.files import ACTION as ACTION_FILE
from tests.workflows.files import WORKFLOWS, jobs, read
from tests.workflows.on_act import ACT, REPOSITORY, Ran, act, called, committed, reusable_workflow, stand_ins, tools
from tests.workflows.test_drift_gate import NO_PROGRAM, OWN
from tests.workflows.test_linters import _actionlint

GATE = next(file for file in WORKFLOWS if file.name == "drift-gate.yml")


def sample(name: str) -> str:
    found = re.fullmatch(r"```yaml\n(.*\n)```", between(README.read_text(encoding="utf-8"), name), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    """The repository of somebody who copied the workflow of README."""
    file = tmp_path / "caller" / ".github" / "workflows" / "drift.yml"
    file.parent.mkdir(parents=True)
    file.write_text(sample("workflow sample"), encoding="utf-8")
    return file


def start(folder: Path, event: dict[str, Any]) -> Ran:
    root = folder / "caller" / "infra" / "prod"
    root.mkdir(parents=True)
    (root / "main.tf").write_text("", encoding="utf-8")
    terraform = folder / "terraform"
    terraform.write_text(NO_PROGRAM, encoding="utf-8")
    terraform.chmod(0o755)
    repository = committed(folder / "caller")
    actions = {called(repository): reusable_workflow(folder / "gate"), **stand_ins()}
    environment = {"PATH": tools(folder / "bin", terraform=terraform)}
    return act(repository, "pull_request", event, actions, environment, folder / "scratch")


@pytest.mark.parametrize("name", ["workflow sample", "action sample"])
def test_a_quick_start_is_under_ten_lines(name: str) -> None:
    assert len(sample(name).splitlines()) < 10


def test_the_workflow_grants_what_the_gate_asks_for_and_gives_only_inputs_that_it_takes(workflow: Path) -> None:
    assert read(workflow)["permissions"] == jobs(GATE)["gate"]["permissions"]
    assert set(jobs(workflow)["drift"]["with"]) <= set(read(GATE)["on"]["workflow_call"]["inputs"])


def test_actionlint_has_nothing_to_say_about_the_workflow(workflow: Path) -> None:
    linter = actionlint()
    if isinstance(linter, str):
        cannot(linter)
    assert _actionlint(linter, workflow) == ""


def test_the_workflow_assumes_the_role_and_plans_the_root_module_that_it_names(workflow: Path, tmp_path: Path) -> None:
    ran = start(tmp_path, OWN)
    (asked,) = ran.asked("configure-aws-credentials")
    assert asked["GIVEN_ROLE_TO_ASSUME"] == jobs(workflow)["drift"]["with"]["aws-role-to-assume"]
    assert set(ran.jobs) == {"infra/prod"}
    assert "init" in (ran.records / "terraform").read_text(encoding="utf-8")
    assert ran.code == 1, "the stand-in for Terraform fails"


@pytest.mark.usefixtures("workflow")
def test_the_workflow_skips_a_fork(tmp_path: Path) -> None:
    ran = start(tmp_path, {"pull_request": {"number": 7, "head": {"repo": {"full_name": "mallory/infra"}}}})
    assert ran.code == 0, ran.output
    assert ran.jobs["infra/prod"].outputs["judge"]["verdict"] == "skipped"
    assert not ran.asked("configure-aws-credentials")


def test_the_action_is_given_only_inputs_that_it_takes() -> None:
    (step,) = yaml.safe_load(sample("action sample"))
    assert step["uses"] == ACTION
    assert set(step["with"]) <= set(read(ACTION_FILE)["inputs"])


@pytest.mark.long
def test_the_action_says_what_the_plan_would_do(tmp_path: Path) -> None:
    if not ACT.exists():
        cannot("act is not installed beside this Python")
    (step,) = yaml.safe_load(sample("action sample"))
    # All that is added: event history out of a file, and a window that holds it.
    step["with"] |= {"events": "infra/prod/events.json", "since": "2026-01-01", "until": "2026-01-02"}
    checkout = {"uses": "actions/checkout@0000000000000000000000000000000000000000"}
    job = {"runs-on": "ubuntu-latest", "steps": [checkout, {"id": "gate", **step}]}
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(FUNCTION_BLOCK, encoding="utf-8")
    Path(events_file(root, update())).rename(root / "events.json")
    live = planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}, configured=["memory_size"])
    (root / Path(step["with"]["plan"]).relative_to("infra/prod")).write_text(json.dumps(plan(live)), encoding="utf-8")
    code, steps = run_action(
        json.dumps({"on": "pull_request", "jobs": {"gate": job}}),
        {"infra/prod": root},
        OWN,
        action_source(tmp_path / "action"),
        tmp_path / "run",
        {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": "http://127.0.0.1:9"},
    )
    assert (code, steps["gate"].exit) == (1, "2")
    assert "this plan sets memory_size back to 512" in steps["gate"].annotations[0][2]
    assert "Merging this plan would undo 1" in steps["gate"].summary
