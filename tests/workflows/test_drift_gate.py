"""The reusable workflow, called as the example in the documentation calls it, by the real runner."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terraform_cli.binary import PROJECT
from tests.workflows.on_act import (
    COMMIT,
    GATE,
    REPOSITORY,
    Ran,
    act,
    called,
    committed,
    reusable_workflow,
    stand_ins,
    tools,
)

FORK = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "stranger/infra"}}}}
DELETED_FORK = {"pull_request": {"number": 7, "head": {"repo": None}}}
OWN = {"pull_request": {"number": 7, "head": {"repo": {"full_name": REPOSITORY}}}}

NO_PROGRAM = '#!/bin/sh\n[ "$1" = version ] && exit\necho "$0 $*" >> "$STAND_IN_RECORDS/terraform"\nexit 1\n'
"""A stand-in for Terraform that only says how it was called, and fails."""


def caller(folder: Path, alone: str = "") -> Path:
    """Make the repository of somebody who copied the example of the documentation; it runs on a schedule as well."""
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    example = (PROJECT / "docs" / "examples" / "pull-request.yml").read_text(encoding="utf-8")
    if alone:
        example = re.sub(r"root-modules: .*", f"working-directory: {alone}", example)
    (workflows / "drift.yml").write_text(example.replace("on:\n", "on:\n  schedule:\n", 1), encoding="utf-8")
    for root in ("orders", "billing"):
        (folder / "infra" / root).mkdir(parents=True)
        (folder / "infra" / root / "main.tf").write_text("", encoding="utf-8")
    return folder


def run(
    folder: Path, event: dict[str, object], commit: str = COMMIT, event_name: str = "pull_request", alone: str = ""
) -> Ran:
    terraform = folder / "terraform"
    terraform.write_text(NO_PROGRAM, encoding="utf-8")
    terraform.chmod(0o755)
    repository = committed(caller(folder / "caller", alone))
    actions = {called(repository): reusable_workflow(folder / "gate", commit), **stand_ins()}
    environment = {"PATH": tools(folder / "bin", terraform=terraform)}
    return act(repository, event_name, event, actions, environment, folder / "scratch")


@pytest.fixture(scope="module")
def of_a_fork(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return run(tmp_path_factory.mktemp("fork"), FORK)


def test_a_forks_pull_request_passes_and_is_told_that_nothing_was_checked(of_a_fork: Ran) -> None:
    assert of_a_fork.code == 0, of_a_fork.output
    assert set(of_a_fork.jobs) == {"infra/orders", "infra/billing"}
    for job in of_a_fork.jobs.values():
        assert job.outputs["judge"]["verdict"] == "skipped"
        assert "Nothing was checked." in job.summary
        assert "clean" not in job.summary


def test_nothing_of_a_fork_is_checked_out_or_run_and_no_role_is_assumed(of_a_fork: Ran) -> None:
    steps = {"Find this workflow's own commit", "Check out the gate", "Judge"}
    assert all(set(job.results) == steps for job in of_a_fork.jobs.values())
    assert [asked["GIVEN_REPOSITORY"] for asked in of_a_fork.asked("checkout")] == [GATE, GATE]
    assert not of_a_fork.asked("configure-aws-credentials")
    assert not (of_a_fork.records / "terraform").exists()


def test_a_fork_that_was_deleted_is_one_all_the_same(tmp_path: Path) -> None:
    ran = run(tmp_path, DELETED_FORK)
    assert [job.outputs["judge"]["verdict"] for job in ran.jobs.values()] == ["skipped", "skipped"], ran.output


def test_the_gate_is_checked_out_at_the_commit_of_the_workflow_itself(of_a_fork: Ran) -> None:
    for asked in of_a_fork.asked("checkout"):
        assert asked["GIVEN_REPOSITORY"] == GATE
        assert asked["GIVEN_REF"] == COMMIT
        assert asked["GIVEN_PERSIST_CREDENTIALS"] == "false"


@pytest.mark.parametrize("commit", ["", "main", "--upload-pack=x"])
def test_where_the_server_does_not_tell_its_commit_nothing_runs(tmp_path: Path, commit: str) -> None:
    ran = run(tmp_path, OWN, commit)
    assert ran.code == 1
    assert all(job.results == {"Find this workflow's own commit": "failure"} for job in ran.jobs.values())
    assert len(ran.jobs) == 2


@pytest.mark.parametrize("event_name", ["pull_request", "schedule"])
def test_a_plan_that_fails_fails_the_job_and_is_judged_by_nobody(tmp_path: Path, event_name: str) -> None:
    ran = run(tmp_path, OWN if event_name == "pull_request" else {}, event_name=event_name)
    assert ran.code == 1
    for job in ran.jobs.values():
        assert job.results["Plan"] == "failure", ran.output
        assert job.results["Delete the plan"] == "success"
        assert not {"Judge", "Keep the report", "Tell code scanning"} & set(job.results)


def test_a_single_root_module_may_be_named_as_in_the_action(tmp_path: Path) -> None:
    assert set(run(tmp_path, FORK, alone="infra/billing").jobs) == {"infra/billing"}
