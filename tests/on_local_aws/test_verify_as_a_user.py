"""``--verify`` through the command line, on the local AWS: what it says, what it never says, and what it costs."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION
from tests.on_local_aws.test_verify import function_attributes, reads_of
from tests.samples import aws_environment, resource, run, state

OTHER_ACCOUNT = "210987654321"
SECRETS = ("hunter2", "correct-horse-battery", "planted-by-hand-9000")
SCHEMA = json.loads((resources.files("tfdrift_gate") / "data" / "report.schema.json").read_text(encoding="utf-8"))
ORDERS = 'resource "aws_lambda_function" "orders" {\n  function_name = "orders"\n%s}\n'


class Root:
    """A root module whose state manages ``orders``, and the program run on it."""

    def __init__(self, aws: LocalAws, lambda_: Any, folder: Path) -> None:
        self.aws = aws
        self._lambda = lambda_
        self._applied = len(aws.records())
        self.folder = folder
        self.environment: dict[str, str | None] = dict(aws_environment(aws.endpoint_url))
        folder.mkdir(exist_ok=True)
        self.configure("")

    def records(self) -> list[Any]:
        """The records of everything done by hand; those of the apply bear a later time, see :func:`root`."""
        return self.aws.records()[self._applied :]

    def memory(self, size: int) -> None:
        """Set the function's memory by hand, a while after whatever came before."""
        self.aws.advance(10)
        self._lambda.update_function_configuration(FunctionName="orders", MemorySize=size)

    def variables(self, **values: str) -> None:
        """Set the function's environment variables by hand, a while after whatever came before."""
        self.aws.advance(10)
        self._lambda.update_function_configuration(FunctionName="orders", Environment={"Variables": values})

    def configure(self, lifecycle: str) -> None:
        (self.folder / "main.tf").write_text(ORDERS % lifecycle, encoding="utf-8")

    def believe(self, *entries: Mapping[str, Any]) -> None:
        (self.folder / "terraform.tfstate").write_text(state(*entries), encoding="utf-8")

    def check(self, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
        return run("check", str(self.folder), *arguments, **self.environment | variables)

    def report(self, *arguments: str) -> dict[str, Any]:
        """The JSON report of a run; demands the exit code that goes with its verdict."""
        done = self.check("--format", "json", *arguments)
        report: dict[str, Any] = json.loads(done.stdout)
        assert done.returncode == {"clean": 0, "drift": 2}[report["verdict"]], done.stderr
        assert done.stderr == ""
        jsonschema.Draft202012Validator(SCHEMA).validate(report)
        return report

    def external(self, **query: str) -> subprocess.CompletedProcess[str]:
        return run("external", stdin=json.dumps({"dir": str(self.folder), **query}), **self.environment)


@pytest.fixture
def root(aws: LocalAws, lambda_: Any, tmp_path: Path) -> Root:
    root = Root(aws, lambda_, tmp_path / "root")
    root.believe(resource("aws_lambda_function", "orders", function_attributes(lambda_)))
    # Time enough for what follows to lie in the past of a gate in another process.
    aws.advance(-7200)
    return root


def test_a_repair_that_the_trail_does_not_show_yet_is_seen(root: Root) -> None:
    root.memory(1024)
    root.aws.advance(3600)
    root.aws.set_delivery_delay(900)
    root.memory(128)
    assert root.report()["verdict"] == "drift"
    report = root.report("--verify")
    assert (report["verdict"], report["counts"]["reverted"]) == ("clean", 1)
    (reverted,) = report["reverted"]
    assert reverted["live"] == {"call": "GetFunctionConfiguration", "outcome": "reverted"}
    assert reverted["reasons"][-1] == "asked live (GetFunctionConfiguration): memory_size is as state has it"
    (change,) = reverted["changes"]
    assert (change["before"], change["after"]) == (128, 1024)
    table = root.check("--verify")
    assert table.returncode == 0
    assert "asked live (GetFunctionConfiguration): memory_size is as state has it" in table.stdout
    assert "Read lambda: 123456789012 eu-west-1" in table.stdout


def test_lambda_is_asked_only_with_verify_and_only_about_findings(root: Root) -> None:
    before = reads_of(root.aws)
    assert root.report("--verify")["verdict"] == "clean"
    root.memory(1024)
    assert root.report()["verdict"] == "drift"
    (root.folder / ".tfdrift-gate.yaml").write_text(
        'waivers:\n  - {address: "*", reason: INC-1, owner: payments, expires: 2999-01-01}\n', encoding="utf-8"
    )
    assert root.report("--verify")["counts"]["suppressed"] == 1
    assert reads_of(root.aws) == before


def test_the_environment_switches_it_on_and_the_command_line_off_again(root: Root) -> None:
    root.memory(1024)
    root.memory(128)
    root.memory(1024)
    root.environment["TFDRIFT_GATE_VERIFY"] = "true"
    assert root.report()["findings"][0]["live"]["outcome"] == "stands"
    assert "live" not in root.report("--no-verify")["findings"][0]


def test_one_read_serves_every_instance_and_several_attributes(root: Root, lambda_: Any) -> None:
    entry = resource("aws_lambda_function", "orders", function_attributes(lambda_))
    twin = resource("aws_lambda_function", "twin", function_attributes(lambda_))
    root.believe(entry, twin)
    lambda_.update_function_configuration(FunctionName="orders", MemorySize=512, Timeout=30)
    before = sum(reads_of(root.aws).values())
    report = root.report("--verify")
    assert [finding["live"]["outcome"] for finding in report["findings"]] == ["stands", "stands"]
    assert sum(reads_of(root.aws).values()) == before + 1


def test_several_families_take_one_get_function(root: Root, lambda_: Any) -> None:
    root.memory(1024)
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=5)
    lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"team": "x"})
    before = sum(reads_of(root.aws).values())
    root.aws.advance(10)
    lambda_.untag_resource(Resource=FUNCTION_ARN, TagKeys=["team"])
    (finding,) = root.report("--verify")["findings"]
    assert finding["live"] == {"call": "GetFunction", "outcome": "stands"}
    assert sum(reads_of(root.aws).values()) == before + 1


# What cannot be read


@pytest.mark.parametrize("denied", [True, False])
def test_no_permission_leaves_the_finding_the_exit_code_and_a_reason(root: Root, denied: bool) -> None:
    root.memory(1024)
    root.memory(1025)
    root.aws.set_denied(["GetFunctionConfiguration"] if denied else [])
    report = root.report("--verify")
    (finding,) = report["findings"]
    assert finding["live"]["outcome"] == ("unread" if denied else "stands")
    said = "not verified (GetFunctionConfiguration): no permission (AccessDeniedException)"
    assert (said in finding["reasons"][-1]) is denied
    assert ("allow lambda:GetFunctionConfiguration" in finding["reasons"][-1]) is denied
    assert finding["changes"][0]["after"] == 1025
    assert report["problems"] == []
    (entry,) = [entry for entry in report["coverage"] if entry["source"] == "lambda:"]
    assert entry["complete"] is not denied


def test_without_credentials_files_are_judged_all_the_same(root: Root, tmp_path: Path) -> None:
    root.memory(1024)
    (tmp_path / "trail.json").write_text(json.dumps({"Records": root.records()}), encoding="utf-8")
    root.environment = {"AWS_ENDPOINT_URL": root.aws.endpoint_url}
    (finding,) = root.report("--verify", "--events", str(tmp_path / "trail.json"))["findings"]
    assert finding["live"]["outcome"] == "unread"
    assert "no AWS credentials found" in finding["reasons"][-1]


def test_a_function_of_that_name_in_the_wrong_account_refutes_nothing(root: Root, lambda_: Any, tmp_path: Path) -> None:
    foreign = FUNCTION_ARN.replace("123456789012", OTHER_ACCOUNT)
    root.believe(resource("aws_lambda_function", "orders", function_attributes(lambda_, arn=foreign)))
    root.memory(1024)
    text = json.dumps({"Records": root.records()}).replace("123456789012", OTHER_ACCOUNT)
    (tmp_path / "trail.json").write_text(text, encoding="utf-8")
    root.memory(128)
    (finding,) = root.report("--verify", "--events", str(tmp_path / "trail.json"))["findings"]
    assert finding["live"]["outcome"] == "unread"
    assert (
        f"the credentials are of account 123456789012, and this is a resource of {OTHER_ACCOUNT}"
        in (finding["reasons"][-1])
    )


# In the plan


def test_the_plan_says_what_was_asked_and_two_runs_the_same(root: Root) -> None:
    root.memory(1024)
    done = root.external(verify="true", mode="fail")
    found = json.loads(done.stdout)
    assert (found["verdict"], found["blocking"]) == ("drift", "true")
    assert "asked live (GetFunctionConfiguration): memory_size still differs" in found["message"]
    assert done.stdout == root.external(verify="true", mode="fail").stdout
    root.memory(128)
    root.aws.set_delivery_delay(5)
    assert json.loads(root.external(verify="true").stdout)["verdict"] == "clean"


def test_a_waiver_by_the_id_of_a_verified_finding_waives_it(root: Root) -> None:
    root.variables(PASSWORD=SECRETS[1])
    root.memory(1024)
    (finding,) = root.report("--verify")["findings"]
    assert [change["known"] for change in finding["changes"]] == [True, True]
    (root.folder / ".tfdrift-gate.yaml").write_text(
        f'waivers:\n  - {{id: "{finding["id"]}", reason: INC-1, owner: payments, expires: 2999-01-01}}\n',
        encoding="utf-8",
    )
    assert root.report("--verify")["verdict"] == "clean"


def test_a_variable_under_ignore_changes_is_ignored_as_terraform_does(root: Root) -> None:
    path = 'environment[0].variables["BUILD"]'
    root.configure(f"  lifecycle {{\n    ignore_changes = [{path}]\n  }}\n")
    root.variables(PASSWORD="hunter2", BUILD="7")
    assert root.report()["verdict"] == "drift"
    report = root.report("--verify")
    (suppressed,) = report["suppressed"]
    assert suppressed["suppressed_by"]["kind"] == "ignore_changes"
    assert suppressed["reasons"][-1].endswith("environment variables: added BUILD")
    root.variables(PASSWORD=SECRETS[1], BUILD="7")
    (finding,) = root.report("--verify")["findings"]
    assert finding["reasons"][-1].endswith("environment variables: changed PASSWORD")


def test_a_tag_under_ignore_changes_is_ignored_live_too(root: Root, lambda_: Any, tmp_path: Path) -> None:
    root.configure('  lifecycle {\n    ignore_changes = [tags["build"]]\n  }\n')
    lambda_.tag_resource(Resource=FUNCTION_ARN, Tags={"build": "7", "team": "other"})
    (tmp_path / "trail.json").write_text(json.dumps({"Records": root.records()}), encoding="utf-8")
    given = ("--verify", "--events", str(tmp_path / "trail.json"))
    (finding,) = root.report(*given)["findings"]
    assert finding["changes"][0]["after"] == {"team": "other"}
    lambda_.untag_resource(Resource=FUNCTION_ARN, TagKeys=["team"])
    report = root.report(*given)
    assert report["verdict"] == "clean"
    assert {entry["suppressed_by"]["kind"] for entry in report["suppressed"]} == {"ignore_changes"}


# Secrets


def assert_no_secret(*texts: str) -> None:
    everything = "\n".join(texts)
    for secret in SECRETS:
        for form in (secret, hashlib.sha256(secret.encode()).hexdigest()[:12]):
            assert form not in everything


@pytest.mark.parametrize("debug", [None, "1"])
@pytest.mark.parametrize("live", ["changed", "as before", "denied", "gone", "again"])
def test_no_value_of_a_variable_and_no_digest_of_one_leaves_the_program(
    root: Root, lambda_: Any, tmp_path: Path, live: str, debug: str | None
) -> None:
    root.variables(PASSWORD=SECRETS[1], TOKEN=SECRETS[2])
    if live in ("gone", "again"):
        lambda_.delete_function(FunctionName="orders")
    if live == "again":
        lambda_.create_function(
            FunctionName="orders",
            Runtime="python3.12",
            Role="arn:aws:iam::123456789012:role/orders",
            Handler="index.handler",
            Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
            Environment={"Variables": {"PASSWORD": SECRETS[2]}},
        )
    records = root.records()
    if live == "as before":
        root.variables(PASSWORD="hunter2")
    root.aws.set_denied(["GetFunctionConfiguration"] if live == "denied" else [])
    (tmp_path / "trail.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    root.environment["TFDRIFT_GATE_DEBUG"] = debug
    source = str(tmp_path / "trail.json")
    done = root.check("--verify", "--events", source, "--output", f"json={tmp_path}/r.json")
    external = root.external(verify="true", events=source)
    said = [
        done.stdout,
        done.stderr,
        (tmp_path / "r.json").read_text(encoding="utf-8"),
        external.stdout,
        external.stderr,
    ]
    assert re.search("GetFunctionConfiguration", "".join(said))
    assert_no_secret(*said)
    assert "Traceback" not in "".join(said)


def test_the_names_of_the_variables_that_differ_are_told(root: Root) -> None:
    root.variables(PASSWORD=SECRETS[1], TOKEN=SECRETS[2])
    done = root.check("--verify")
    assert "environment variables: added TOKEN; changed PASSWORD" in done.stdout
    assert_no_secret(done.stdout, done.stderr)


def test_a_deleted_layer_version_stands_and_one_that_is_there_is_refuted(
    root: Root, lambda_: Any, tmp_path: Path
) -> None:
    made = lambda_.publish_layer_version(LayerName="shared", Content={"ZipFile": b"PK\x05\x06" + bytes(18)})
    attributes = {
        "layer_name": "shared",
        "arn": made["LayerVersionArn"],
        "version": "1",
        "code_sha256": made["Content"]["CodeSha256"],
        "description": "",
    }
    root.believe(resource("aws_lambda_layer_version", "shared", attributes))
    snapshot = root.aws.snapshot()
    lambda_.delete_layer_version(LayerName="shared", VersionNumber=1)
    (tmp_path / "trail.json").write_text(json.dumps({"Records": root.records()[-1:]}), encoding="utf-8")
    given = ("--verify", "--region", REGION, "--events", str(tmp_path / "trail.json"))
    assert root.report(*given)["findings"][0]["live"] == {"call": "GetLayerVersion", "outcome": "stands"}
    root.aws.restore(snapshot)
    report = root.report(*given)
    assert (report["verdict"], report["reverted"][0]["live"]["outcome"]) == ("clean", "reverted")
