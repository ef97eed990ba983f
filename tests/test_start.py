"""What a start loads is counted, since it is paid in every plan: modules, not seconds.

A budget that is passed is first asked why: what is needed seldom is imported where it is needed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local_aws import LocalAws
from tests.samples import aws_environment, environment, function, recent, resource, root_module, update

PROGRAM = """
import sys
before = set(sys.modules)
from tfdrift_gate.__main__ import main
try:
    main()
finally:
    print(*sorted(set(sys.modules) - before), file=sys.stderr)
"""

NEVER = {"boto3", "s3transfer", "yaml", "hcl2", "lark", "tabulate"}
"""Libraries that nothing below needs."""
JUDGING = {f"tfdrift_gate.{room}" for room in ("changes", "drift", "live", "planned", "records", "rules.load")}


class Started:
    """One run of the program, and what it loaded beyond a bare interpreter."""

    def __init__(self, *arguments: str, stdin: str = "", **variables: str | None) -> None:
        self.done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments],
            input=stdin,
            env=environment(**variables),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.modules = set(self.done.stderr.splitlines()[-1].split())
        self.libraries = Counter(name.partition(".")[0] for name in self.modules)


@pytest.fixture(scope="module")
def aws() -> Iterator[LocalAws]:
    with LocalAws() as running:
        yield running


def external(folder: Path, aws: LocalAws, **variables: str) -> Started:
    root = root_module(folder, *(resource("aws_lambda_function", name, function(name)) for name in ("one", "two")))
    query = {"dir": str(root), "no_cache": "true"}
    started = Started("external", stdin=json.dumps(query), **{**aws_environment(aws.endpoint_url), **variables})
    assert started.done.returncode == 0
    return started


def test_saying_the_version_loads_little() -> None:
    started = Started("--version")
    assert started.done.stdout.startswith("tfdrift-gate")
    assert not (NEVER | JUDGING | {"botocore", "urllib3", "msgspec", "sqlite3"}) & started.modules
    assert len(started.modules) <= 115


def test_a_run_over_files_loads_no_aws_library_and_no_hcl_parser(tmp_path: Path) -> None:
    root = root_module(tmp_path)
    (tmp_path / "records.json").write_text(json.dumps({"Records": []}), encoding="utf-8")
    started = Started("check", str(root), "--events", str(tmp_path / "records.json"))
    assert started.done.returncode == 0
    assert not (NEVER | JUDGING | {"botocore", "urllib3", "sqlite3"}) & started.modules
    assert started.libraries["tfdrift_gate"] <= 62
    assert len(started.modules) <= 185


def test_a_finding_in_files_loads_no_aws_library(tmp_path: Path) -> None:
    root = root_module(tmp_path)
    (tmp_path / "records.json").write_text(json.dumps({"Records": recent([update()])}), encoding="utf-8")
    started = Started("check", str(root), "--events", str(tmp_path / "records.json"))
    assert started.done.returncode == 2
    assert not {"boto3", "botocore", "urllib3"} & started.modules


def test_an_empty_day_inside_a_plan_loads_the_connection_and_not_what_judges(aws: LocalAws, tmp_path: Path) -> None:
    aws.reset()
    started = external(tmp_path, aws)
    assert json.loads(started.done.stdout)["verdict"] == "clean"
    assert aws.requests()["cloudtrail.LookupEvents"] >= 1
    assert not (NEVER | JUDGING | {"click", "tfdrift_gate.cli"}) & started.modules
    assert not {"botocore.client", "botocore.session", "botocore.loaders"} & started.modules
    assert started.libraries["tfdrift_gate"] <= 70
    assert len(started.modules) <= 375


def test_a_profile_costs_botocores_session_and_not_boto3(aws: LocalAws, tmp_path: Path) -> None:
    aws.reset()
    (tmp_path / "config").write_text("[default]\nregion = us-east-1\n", encoding="utf-8")
    started = external(tmp_path, aws, AWS_CONFIG_FILE=str(tmp_path / "config"))
    assert not (NEVER | JUDGING) & started.modules
    assert "botocore.session" in started.modules


def test_a_start_takes_less_than_a_client_of_boto3(aws: LocalAws, tmp_path: Path) -> None:
    rival = "import sys, boto3; boto3.client('cloudtrail', 'us-east-1'); print(len(sys.modules))"
    done = subprocess.run([sys.executable, "-c", rival], env=environment(), capture_output=True, text=True, check=True)
    assert len(external(tmp_path, aws).modules) < int(done.stdout) - 50
