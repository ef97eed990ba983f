"""The reusable workflow over two root modules: real Terraform, a local AWS and its CloudTrail, the real runner."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.action.github_api import described, github_api
from tests.local_aws import LocalAws, people
from tests.terraform_cli.binary import PROJECT
from tests.terraform_cli.fixtures import FIRST, Installed, cannot
from tests.workflows.on_act import REPOSITORY, Job, Ran, act, called, committed, reusable_workflow, stand_ins, tools

REGION = "us-east-1"
ROOTS = {"infra/orders": "orders", "infra/billing": "billing"}
SECRET = "hunter2-of-the-environment"
"""What must not come out."""
FUNCTION = """
provider "aws" {{
  region = "us-east-1"
}}

resource "aws_iam_role" "this" {{
  name               = "{name}"
  assume_role_policy = "{{}}"
}}

resource "aws_lambda_function" "this" {{
  function_name = "{name}"
  role          = aws_iam_role.this.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "app.zip"
  memory_size   = 512

  environment {{
    variables = {{ PASSWORD = "{secret}" }}
  }}
}}
"""
MODULE = """
module "drift_check" {
  source = "../../modules/drift_check"
  mode   = "fail"
}
"""

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.long,
    pytest.mark.parametrize("installed", [FIRST], indirect=True, scope="module"),
]


@dataclass(frozen=True)
class Story:
    both: Ran
    clean: Ran
    comments: list[str]


@pytest.fixture(scope="module")
def story(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    folder = tmp_path_factory.mktemp("reusable")
    with LocalAws() as aws, described(folder) as prism, github_api(prism) as api:
        environment = {
            **installed.environment,
            **people.deployer(aws.endpoint_url, REGION),
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "GITHUB_API_URL": api.address,
        }
        repository = committed(_applied(folder / "caller", installed, environment))
        people.ops_engineer(aws.endpoint_url, REGION).update_function_configuration(
            FunctionName="orders", MemorySize=1024
        )
        actions = {called(repository): reusable_workflow(folder / "gate"), **stand_ins()}
        seen = {**environment, "PATH": tools(folder / "bin", terraform=installed.terraform.program)}
        event = {"pull_request": {"number": 7, "head": {"repo": {"full_name": REPOSITORY}}}}
        # act takes a whole matrix for failed once one of it is, so what passes runs once more by itself.
        token = ("--secret", "GITHUB_TOKEN=t0ken")
        done = {
            name: act(repository, "pull_request", event, actions, seen, folder / name, *token, *options)
            for name, options in {"both": (), "clean": ("--matrix", "root:infra/billing")}.items()
        }
        yield Story(done["both"], done["clean"], [comment["body"] for comment in api.comments[7]])
    assert api.violations == [], "a request that GitHub's own description does not allow"


@pytest.fixture(scope="module")
def ran(story: Story) -> Ran:
    return story.both


def _applied(repository: Path, installed: Installed, environment: dict[str, str]) -> Path:
    """Make the caller's repository, with the example of the documentation and two applied root modules."""
    workflows = repository / ".github" / "workflows"
    workflows.mkdir(parents=True)
    shutil.copy(PROJECT / "docs" / "examples" / "pull-request.yml", workflows)
    shutil.copytree(PROJECT / "terraform" / "modules", repository / "modules")
    for root, name in ROOTS.items():
        folder = repository / root
        folder.mkdir(parents=True)
        with zipfile.ZipFile(folder / "app.zip", "w") as package:
            package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
        function = FUNCTION.format(name=name, secret=SECRET)
        (folder / "main.tf").write_text(function, encoding="utf-8")
        for command in (["init"], ["apply", "-auto-approve"]):
            done = installed.terraform.run(*command, "-no-color", cwd=folder, env=environment)
            assert done.code == 0, done.output
        # Added later, so that the plan has it to read; what init left is not a checkout's.
        (folder / "main.tf").write_text(function + MODULE, encoding="utf-8")
        shutil.rmtree(folder / ".terraform")
        (folder / ".terraform.lock.hcl").unlink()
    return repository


def _job(ran: Ran, root: str) -> Job:
    assert root in ran.jobs, ran.output
    return ran.jobs[root]


def _report(ran: Ran, root: str) -> dict[str, object]:
    (file,) = ran.records.glob(f"artifact.tfdrift-gate-{root.replace('/', '-')}-*/report.json")
    found: dict[str, object] = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_a_root_module_that_was_changed_by_hand_fails_and_says_what_the_plan_would_do(ran: Ran) -> None:
    job = _job(ran, "infra/orders")
    assert ran.code == 1, ran.output
    assert job.results["Plan"] == "success", job.said
    assert job.results["Judge"] == "failure", job.said
    assert (job.outputs["judge"]["verdict"], job.outputs["judge"]["finding-count"]) == ("drift", "1")
    (finding,) = _report(ran, "infra/orders")["findings"]  # type: ignore[misc]
    assert finding["address"] == "aws_lambda_function.this"
    assert [(change["attribute"], change["plan_effect"]) for change in finding["changes"]] == [
        ("memory_size", "reverts")
    ]
    assert "1024" in job.summary


def test_the_pull_request_is_told_of_the_root_module_that_was_changed(story: Story) -> None:
    (comment,) = story.comments
    assert "`memory_size` `512` → `1024`" in comment
    assert "Merging this plan would undo 1" in comment


def test_the_other_root_module_passes_all_the_same(ran: Ran) -> None:
    job = _job(ran, "infra/billing")
    assert job.results["Judge"] == "success", job.said
    assert job.outputs["judge"]["verdict"] == "clean"
    assert _report(ran, "infra/billing")["findings"] == []


def test_the_module_inside_the_plan_finds_the_program_and_stops_nothing(ran: Ran) -> None:
    said = _job(ran, "infra/orders").said
    assert "Warning: Check block assertion failed" in said
    assert "1 out-of-band change" in said


def test_the_plan_is_deleted_before_anything_is_kept(ran: Ran) -> None:
    left = list(ran.records.glob("left.*"))
    assert len(left) == 2
    for file in left:
        assert "tfdrift-gate-plan" not in file.read_text(encoding="utf-8")
        assert "tfdrift-gate-report" in file.read_text(encoding="utf-8")


def test_the_program_is_installed_once_for_plan_and_judgement(ran: Ran) -> None:
    for file in ran.records.glob("left.*"):
        assert len(re.findall(r"^tfdrift-gate-\d+$", file.read_text(encoding="utf-8"), re.MULTILINE)) == 1


def test_no_secret_of_the_plan_comes_out_anywhere(ran: Ran) -> None:
    assert SECRET not in ran.output
    for file in ran.records.rglob("*"):
        assert file.is_dir() or SECRET not in file.read_text(encoding="utf-8")


def test_a_repository_without_code_scanning_changes_no_verdict(story: Story) -> None:
    # Its stand-in fails, as the real one does there.
    assert len(list(story.both.records.glob("sarif.*"))) == 2
    clean = story.clean
    assert _job(clean, "infra/billing").results["Tell code scanning"] == "failure"
    assert clean.code == 0, clean.output


def test_the_role_and_the_version_of_terraform_are_the_callers(ran: Ran) -> None:
    assert [asked["GIVEN_ROLE_TO_ASSUME"] for asked in ran.asked("configure-aws-credentials")] == [
        "arn:aws:iam::123456789012:role/drift-gate"
    ] * 2
    for asked in ran.asked("setup-terraform"):
        assert (asked["GIVEN_TERRAFORM_VERSION"], asked["GIVEN_TERRAFORM_WRAPPER"]) == ("latest", "false")
