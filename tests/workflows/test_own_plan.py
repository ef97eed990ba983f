"""The example of a workflow that plans by itself, by the real runner: the action judges that plan, and none is left."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.action.run_action import action_source
from tests.action.test_nightly import _python, _released
from tests.builders import function_state
from tests.plans import plan, planned
from tests.samples import FUNCTION_BLOCK, events_file, update
from tests.terraform_cli.fixtures import cannot
from tests.workflows.files import ACTION, EXAMPLES, jobs, read
from tests.workflows.on_act import ACT, Ran, act, committed, stand_ins, tools
from tests.workflows.test_drift_gate import FORK, OWN

EXAMPLE = next(file for file in EXAMPLES if file.name == "own-plan.yml")
(JOB,) = jobs(EXAMPLE).values()
(GATE,) = (step for step in JOB["steps"] if step.get("id") == "gate")

WINDOW = ('since: "2026-01-01"', 'until: "2026-01-02"')

_TERRAFORM = """#!/bin/sh
# A stand-in for Terraform: its plan is the JSON that STAND_IN_PLAN names. Where the program is not on PATH, or the
# module's own gate is not let pass, it fails, as the plan of a configuration with that module would.
case $1 in
version | init) ;;
plan) [ "$TFDRIFT_GATE_MODE" = annotate ] && tfdrift-gate --version && echo binary > plan.bin ;;
show)
  cat "$STAND_IN_PLAN"
  ls -l plan.bin plan.json | cut -c 1-10 > "$STAND_IN_RECORDS/modes"
  ;;
esac
"""


def test_the_action_is_given_the_plan_that_the_job_makes_and_deletes() -> None:
    assert set(GATE["with"]) <= set(read(ACTION)["inputs"])
    assert GATE["with"]["working-directory"] == JOB["env"]["ROOT"]
    assert GATE["with"]["plan"] == f"{JOB['env']['ROOT']}/plan.json"
    last = JOB["steps"][-1]
    assert (last["if"], last["run"]) == ("always()", "rm -f plan.bin plan.json")


def run(folder: Path, event: dict[str, object], environment: dict[str, str]) -> Ran:
    """Run the example in the repository of somebody who copied it, on a drifting root module."""
    if not ACT.exists():
        cannot("act is not installed beside this Python")
    repository = folder / "caller"
    (repository / ".github" / "workflows").mkdir(parents=True)
    # All that is added: event history out of a file, a window that holds it, and a last look at the folder.
    given = f"          plan: {GATE['with']['plan']}"
    text = EXAMPLE.read_text(encoding="utf-8")
    assert text.count(given) == 1
    added = "".join(f"          {line}\n" for line in ("events: infra/prod/events.json", *WINDOW))
    look = '      - if: always()\n        run: ls infra/prod > "$STAND_IN_RECORDS/left"\n'
    workflow = text.replace(given, f"{added}{given}") + look
    (repository / ".github" / "workflows" / "plan.yml").write_text(workflow, encoding="utf-8")
    root = repository / JOB["env"]["ROOT"]
    root.mkdir(parents=True)
    (root / "main.tf").write_text(FUNCTION_BLOCK, encoding="utf-8")
    events_file(root, update())
    terraform = folder / "terraform"
    terraform.write_text(_TERRAFORM, encoding="utf-8")
    terraform.chmod(0o755)
    path = os.pathsep.join([environment.pop("PATH", ""), tools(folder / "bin", terraform=terraform)])
    actions = {GATE["uses"]: action_source(folder / "action"), **stand_ins()}
    environment |= {"PATH": path}
    return act(committed(repository), "pull_request", event, actions, environment, folder / "scratch")


@pytest.mark.long
def test_the_change_by_hand_fails_the_job_and_nothing_of_the_plan_is_left(tmp_path: Path) -> None:
    live = planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}, configured=["memory_size"])
    (tmp_path / "plan.json").write_text(json.dumps(plan(live)), encoding="utf-8")
    environment = {
        "PATH": str(_python(tmp_path / "venv")),
        "PIP_FIND_LINKS": f"{_released(tmp_path / 'dist')} {os.environ.get('PIP_FIND_LINKS', '')}".strip(),
        "STAND_IN_PLAN": str(tmp_path / "plan.json"),
        "GITHUB_API_URL": "http://127.0.0.1:9",
    }
    ran = run(tmp_path, OWN, environment)
    (job,) = ran.jobs.values()
    assert ran.code == 1, ran.output
    assert job.outputs["gate"]["verdict"] == "drift", ran.output
    assert "Merging this plan would undo 1" in job.summary
    assert (ran.records / "modes").read_text(encoding="utf-8").splitlines() == ["-rw-------"] * 2
    assert job.results["Delete the plan"] == "success"
    assert (ran.records / "left").read_text(encoding="utf-8").split() == ["events.json", "main.tf"]
    (asked,) = ran.asked("setup-terraform")
    assert asked["GIVEN_TERRAFORM_WRAPPER"] == "false"


def test_a_forks_pull_request_skips_the_job(tmp_path: Path) -> None:
    ran = run(tmp_path, FORK, {})
    assert ran.code == 0, ran.output
    assert not any(job.results for job in ran.jobs.values())
    assert not list(ran.records.iterdir())
