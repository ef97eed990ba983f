"""What every workflow, example and the action keep to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.workflows.files import ACTION, EVERY_FILE, EXAMPLES, WORKFLOWS, jobs, read, steps

_USES = re.compile(r"^\s*(?:- )?uses: (?P<what>\S+)(?P<rest>.*)$", re.MULTILINE)
_PINNED = re.compile(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40}")
_VERSION = re.compile(r" # v\d+\.\d+\.\d+")

every_file = pytest.mark.parametrize("file", EVERY_FILE, ids=lambda file: str(file.name))
every_workflow = pytest.mark.parametrize("file", [*WORKFLOWS, *EXAMPLES], ids=lambda file: str(file.name))


def test_nothing_is_overlooked() -> None:
    assert {file.name for file in WORKFLOWS} >= {"ci.yml", "drift-gate.yml", "release.yml", "selftest.yml"}
    assert {file.name for file in EXAMPLES} >= {"nightly.yml", "own-plan.yml", "pull-request.yml"}


@every_file
def test_every_third_party_is_pinned_by_its_commit_and_says_its_version(file: Path) -> None:
    found = list(_USES.finditer(file.read_text(encoding="utf-8")))
    in_yaml = [step.keys["uses"] for step in steps(file) if "uses" in step.keys]
    in_yaml += [job["uses"] for job in jobs(file).values() if "uses" in job]
    assert sorted(match["what"] for match in found) == sorted(in_yaml), (
        "one is written in a way this test does not read"
    )
    for match in found:
        if not match["what"].startswith("./"):
            assert _PINNED.fullmatch(match["what"]), match["what"]
            assert _VERSION.fullmatch(match["rest"]), match[0]


def test_one_third_party_is_the_same_commit_everywhere() -> None:
    commits: dict[str, set[str]] = {}
    for file in EVERY_FILE:
        for match in _USES.finditer(file.read_text(encoding="utf-8")):
            if "@" in match["what"]:
                commits.setdefault(match["what"].split("@")[0], set()).add(match["what"] + match["rest"])
    assert not [said for said in commits.values() if len(said) > 1]


@every_file
def test_no_expression_is_pasted_into_a_script(file: Path) -> None:
    for step in steps(file):
        assert "${{" not in step.keys.get("run", ""), step.where
        assert "${{" not in step.keys.get("shell", ""), step.where


@every_workflow
def test_a_workflow_has_no_permission_and_each_job_lists_its_own(file: Path) -> None:
    assert read(file)["permissions"] == {}
    for name, job in jobs(file).items():
        assert isinstance(job.get("permissions"), dict), f"{file.name}: {name}"
        assert set(job["permissions"].values()) <= {"read", "write"}


@every_workflow
def test_no_checkout_leaves_a_token_behind(file: Path) -> None:
    for step in steps(file):
        if step.keys.get("uses", "").startswith("actions/checkout@"):
            assert step.keys["with"]["persist-credentials"] == "false", step.where


@every_workflow
def test_no_workflow_runs_a_forks_pull_request_with_the_repositorys_rights(file: Path) -> None:
    assert not {"pull_request_target", "workflow_run"} & set(read(file)["on"])


def test_the_reusable_workflow_takes_every_input_of_the_action_and_hands_it_on() -> None:
    gate = next(file for file in WORKFLOWS if file.name == "drift-gate.yml")
    inputs = set(read(gate)["on"]["workflow_call"]["inputs"])
    of_the_action = set(read(ACTION)["inputs"])
    # These it makes itself: the plan, and the job's own token.
    made = {"plan", "token"}
    assert inputs == (of_the_action - made) | {
        "root-modules",
        "aws-role-to-assume",
        "aws-region",
        "terraform-version",
    }
    (judge,) = (step.keys for step in steps(gate) if step.keys.get("id") == "judge")
    assert set(judge["with"]) == of_the_action - {"token"}
    for name in of_the_action - made - {"working-directory"}:  # which one of root-modules may stand for
        assert judge["with"][name] == f"${{{{ inputs.{name} }}}}"


def test_the_example_grants_what_the_reusable_workflow_asks_for() -> None:
    gate = next(file for file in WORKFLOWS if file.name == "drift-gate.yml")
    example = next(file for file in EXAMPLES if file.name == "pull-request.yml")
    (asked,) = jobs(gate).values()
    (granting,) = jobs(example).values()
    assert granting["permissions"] == asked["permissions"]
    assert set(granting["with"]) <= set(read(gate)["on"]["workflow_call"]["inputs"])
