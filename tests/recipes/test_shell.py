"""The script for any CI system."""

from __future__ import annotations

import json
import os
import shutil
from xml.etree import ElementTree

import pytest

from tests.builders import function_state, state_text
from tests.recipes import PAGES, files
from tests.recipes.machine import RAISED, Machine
from tests.terraform_cli.fixtures import PROJECT, Installed

RUN = ("sh", "drift-gate.sh", "infra/prod", "--output", "junit=drift.xml", "--output", "markdown=drift.md")


def test_the_page_shows_how_the_script_is_run() -> None:
    assert " ".join(RUN) in (PAGES / "shell.md").read_text(encoding="utf-8")


def test_a_change_by_hand_fails_with_2_and_the_reports_say_what_the_plan_does(machine: Machine) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    done = machine.run(*RUN)
    assert done.returncode == 2, done.stderr
    assert "memory_size 512 → 1024" in done.stdout
    report = (machine.folder / "drift.md").read_text(encoding="utf-8")
    assert "this plan sets `memory_size` back to 512: ops-engineer's change is lost" in report
    suites = ElementTree.parse(machine.folder / "drift.xml").getroot()  # noqa: S314 - our own output
    assert suites.get("failures") == "1"


def test_nothing_changed_passes(machine: Machine) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    machine.happened()
    assert machine.run(*RUN).returncode == 0


def test_no_verdict_fails_with_1_and_the_report_says_so(machine: Machine) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    machine.nothing_can_be_read()
    done = machine.run(*RUN)
    assert done.returncode == 1
    assert "no verdict was reached" in done.stderr
    assert "No verdict" in (machine.folder / "drift.md").read_text(encoding="utf-8")


def test_a_plan_that_fails_fails_and_nothing_is_checked(machine: Machine) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    machine.write("stand-in/bin/terraform", "#!/bin/sh\nexit 1\n")
    done = machine.run(*RUN)
    assert done.returncode == 1
    assert not (machine.folder / "drift.md").exists()


@pytest.mark.parametrize("readable", [True, False])
def test_nothing_of_the_plan_is_left(machine: Machine, readable: bool) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    if not readable:
        machine.nothing_can_be_read()
    machine.run(*RUN)
    assert list(machine.temporary.iterdir()) == []
    assert machine.left_behind() == []


def test_the_jenkinsfile_runs_the_same_script() -> None:
    language, text = files("shell.md")["Jenkinsfile"]
    assert language == "groovy"
    assert "sh drift-gate.sh infra/prod --output junit=drift.xml" in text
    assert text.count("{") == text.count("}")


@pytest.mark.terraform
def test_the_script_goes_past_the_modules_own_gate_and_judges_real_terraforms_plan(
    machine: Machine, installed: Installed, tmp_path_factory: pytest.TempPathFactory
) -> None:
    machine.copy("shell.md", "drift-gate.sh")
    # A provider's socket lies in the folder for temporary files, and its path may have hardly more than 100 characters.
    temporary = tmp_path_factory.mktemp("t")
    shutil.copytree(PROJECT / "terraform" / "modules", machine.folder / "modules")
    gate = 'module "drift_check" {\n  source = "../../modules/drift_check"\n  mode   = "fail"\n}\n'
    machine.write("infra/prod/main.tf", gate)
    # What is judged is a state beside this root, so that no provider of AWS is needed.
    state = machine.write("state.json", state_text(function_state()))
    (machine.folder / "stand-in" / "bin" / "terraform").unlink()
    given = {**installed.environment, "TFDRIFT_GATE_STATE": str(state), "TMPDIR": str(temporary)}
    given["PATH"] = os.pathsep.join([str(machine.folder / "stand-in" / "bin"), given["PATH"]])
    done = machine.run(*RUN, "--output", "json=drift.json", **given)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Check block assertion failed" in done.stdout
    report = json.loads((machine.folder / "drift.json").read_text(encoding="utf-8"))
    assert [finding["events"][0]["event_id"] for finding in report["findings"]] == [RAISED["eventID"]]
    assert report["skipped"] == []
    assert [path for path in temporary.rglob("*") if path.is_file()] == []
