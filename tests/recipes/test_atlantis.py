"""The recipe for Atlantis: its step, run by ``sh -c`` as Atlantis runs it."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.recipes import snippet
from tests.recipes.machine import Machine

CONFIG = yaml.safe_load(snippet("atlantis.md", "repos.yaml"))
STEPS: list[Any] = CONFIG["workflows"]["drift-gate"]["plan"]["steps"]


def step(machine: Machine) -> subprocess.CompletedProcess[str]:
    """Make the plan as the steps before do, and run the last one."""
    planfile, showfile = machine.root / "default.tfplan", machine.root / "default.json"
    environment = {
        "PLANFILE": str(planfile),
        "SHOWFILE": str(showfile),
        "ATLANTIS_TERRAFORM_VERSION": "1.11.4",
        **{each["env"]["name"]: each["env"]["value"] for each in STEPS if "env" in each},
    }
    # Atlantis keeps each version of Terraform as a program of its own name.
    (machine.folder / "stand-in" / "bin" / "terraform").rename(machine.folder / "stand-in/bin/terraform1.11.4")
    planned = machine.run("terraform1.11.4", "plan", f"-out={planfile}", cwd=machine.root, **environment)
    assert planned.returncode == 0, planned.stderr
    return machine.run("sh", "-c", STEPS[-1]["run"]["command"], cwd=machine.root, **environment)


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_workflow_is_the_one_that_the_repositories_have() -> None:
    assert [repo["workflow"] for repo in CONFIG["repos"]] == list(CONFIG["workflows"])


def test_the_gate_comes_after_the_plan_which_is_let_pass() -> None:
    assert [each if isinstance(each, str) else next(iter(each)) for each in STEPS] == ["env", "init", "plan", "run"]


def test_a_change_by_hand_fails_the_step_and_takes_the_plan_file_away(machine: Machine) -> None:
    done = step(machine)
    assert done.returncode == 2, done.stderr
    assert "memory_size 512 → 1024" in done.stdout
    assert files_of(machine.root) == ["main.tf"]


def test_nothing_changed_leaves_the_plan_to_be_applied(machine: Machine) -> None:
    machine.happened()
    assert step(machine).returncode == 0
    assert files_of(machine.root) == ["default.tfplan", "main.tf"]


def test_no_verdict_takes_the_plan_file_away_as_well(machine: Machine) -> None:
    machine.nothing_can_be_read()
    assert step(machine).returncode == 1
    assert files_of(machine.root) == ["main.tf"]


@pytest.mark.parametrize("given", ["not json", ""])
def test_a_plan_that_cannot_be_shown_takes_the_plan_file_away_as_well(machine: Machine, given: str) -> None:
    machine.write("stand-in/plan.json", given)
    assert step(machine).returncode == 1
    assert files_of(machine.root) == ["main.tf"]
