"""The nightly example by the real runner: one issue is opened, kept up to date, and closed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests import samples
from tests.action.github_api import GitHubApi, github_api
from tests.local_aws import LocalAws, people
from tests.on_local_aws.requests import zipped
from tests.terraform_cli.binary import PROJECT
from tests.workflows.on_act import Ran, act, committed, stand_ins, tools

pytestmark = pytest.mark.long

INIT = "#!/bin/sh\nexit 0\n"
"""A stand-in for Terraform: the state is a local file, so that init has nothing to do."""


@dataclass(frozen=True)
class Night:
    """What one run did, and the issues after it."""

    ran: Ran
    issues: list[dict[str, Any]]
    requests: list[tuple[str, str]]


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, prism: int) -> Iterator[list[Night]]:
    """Three nights: after a change by hand, once more, after its repair."""
    folder = tmp_path_factory.mktemp("nightly")
    repository = committed(_repository(folder / "repository"))
    with LocalAws() as aws, github_api(prism) as api:
        deployer = people.deployer(aws.endpoint_url, samples.REGION)
        functions = _deploy(aws.endpoint_url, deployer)
        environment = {
            **deployer,
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "GITHUB_API_URL": api.address,
            "PATH": os.pathsep.join([str(_python(folder / "venv")), _terraform(folder)]),
            "PIP_FIND_LINKS": f"{_released(folder / 'dist')} {os.environ.get('PIP_FIND_LINKS', '')}".strip(),
        }
        found = []
        for name, memory in (("first", 1024), ("second", None), ("third", 512)):
            if memory:
                by = people.ops_engineer(aws.endpoint_url, samples.REGION) if memory == 1024 else functions
                by.update_function_configuration(FunctionName="orders", MemorySize=memory)
            found.append(_night(repository, environment, folder / name, api))
        yield found
    assert api.violations == [], "a request that GitHub's own description does not allow"


def _night(repository: Path, environment: dict[str, str], scratch: Path, api: GitHubApi) -> Night:
    api.requests.clear()
    ran = act(repository, "schedule", {}, stand_ins(), environment, scratch, "--secret", "GITHUB_TOKEN=t0ken")
    return Night(ran, [dict(issue) for issue in api.issues], list(api.requests))


def _repository(folder: Path) -> Path:
    workflows = folder / ".github" / "workflows"
    workflows.mkdir(parents=True)
    shutil.copy(PROJECT / "docs" / "examples" / "nightly.yml", workflows)
    samples.root_module(folder / "infra" / "orders")
    return folder


def _deploy(endpoint_url: str, credentials: dict[str, str]) -> Any:
    """Create the function that the state knows, as Terraform's role; gives its Lambda client."""
    session = boto3.Session(
        credentials["AWS_ACCESS_KEY_ID"],
        credentials["AWS_SECRET_ACCESS_KEY"],
        credentials.get("AWS_SESSION_TOKEN"),
        samples.REGION,
    )
    role = session.client("iam", endpoint_url=endpoint_url).create_role(
        RoleName="orders", AssumeRolePolicyDocument="{}"
    )
    functions = session.client("lambda", endpoint_url=endpoint_url)
    functions.create_function(
        FunctionName="orders",
        Role=role["Role"]["Arn"],
        Runtime="python3.12",
        Handler="index.handler",
        Code={"ZipFile": zipped("def handler(event, context):\n    return event\n")},
        MemorySize=512,
        Timeout=10,
    )
    return functions


def _python(folder: Path) -> Path:
    """Make a Python of the runner's own, since the workflow installs the program into the one that it finds."""
    venv.create(folder, with_pip=True)
    return folder / "bin"


def _terraform(folder: Path) -> str:
    terraform = folder / "terraform"
    terraform.write_text(INIT, encoding="utf-8")
    terraform.chmod(0o755)
    return tools(folder / "bin", terraform=terraform)


def _released(folder: Path) -> Path:
    """Build the wheel that PyPI would serve."""
    program = "import sys; from hatchling.build import build_wheel; build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(folder)], cwd=PROJECT, capture_output=True, check=True)
    return folder


def test_the_first_night_fails_and_opens_an_issue(nights: list[Night]) -> None:
    night = nights[0]
    assert night.ran.code == 1, night.ran.output
    (issue,) = night.issues
    assert issue["state"] == "open", night.ran.output
    assert issue["title"] == "Drift check of infra/orders"
    assert "`memory_size` `512` → `1024`" in issue["body"]


def test_the_second_night_fails_and_opens_no_second_one(nights: list[Night]) -> None:
    night = nights[1]
    assert night.ran.code == 1, night.ran.output
    assert [issue["state"] for issue in night.issues] == ["open"]
    assert "POST" not in {method for method, path in night.requests if path.endswith("/issues")}


def test_the_night_after_the_repair_passes_and_closes_it(nights: list[Night]) -> None:
    night = nights[2]
    assert night.ran.code == 0, night.ran.output
    assert [issue["state"] for issue in night.issues] == ["closed"]
