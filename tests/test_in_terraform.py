"""The main job on the real thing: real Terraform, the real AWS provider, a local AWS that keeps a CloudTrail.

One story is played once for each Terraform; the tests read what each step said.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import LocalAws, people
from tests.published_examples import EXPECTED, REGION, change_by_hand
from tests.terraform_cli.binary import PROJECT, Completed
from tests.terraform_cli.fixtures import SECOND, Installed, cannot

pytestmark = pytest.mark.terraform
AT_LENGTH = pytest.mark.parametrize("installed", [pytest.param(SECOND, marks=pytest.mark.long)], indirect=True)
"""What only the second Terraform's story tells."""


@dataclass
class World:
    """A root module applied on the local AWS, and what every step of its story said."""

    folder: Path
    installed: Installed
    environment: dict[str, str]
    steps: dict[str, Completed] = field(default_factory=dict)
    reports: dict[str, Any] = field(default_factory=dict)

    def terraform(self, step: str, *args: str, **environment: str) -> Completed:
        done = self.installed.terraform.run(
            *args, "-no-color", cwd=self.folder, env={**self.environment, **environment}
        )
        self.steps[step] = done
        return done

    def check(self, step: str, *args: str) -> Completed:
        done = subprocess.run(
            [sys.executable, "-m", "tfdrift_gate", "check", *args],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.steps[step] = Completed(done.returncode, done.stdout, done.stderr)
        return self.steps[step]


def copy_example(name: str, folder: Path) -> Path:
    """Copy an example with the module it names, so that nothing is written into the project."""
    shutil.copytree(PROJECT / "terraform" / "modules", folder / "terraform" / "modules")
    root = folder / "terraform" / "examples" / name
    shutil.copytree(PROJECT / "terraform" / "examples" / name, root)
    with zipfile.ZipFile(root / "app.zip", "w") as package:
        package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    return root


@pytest.fixture(scope="module")
def world(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    folder = copy_example("four_scenarios", tmp_path_factory.mktemp("world"))
    with LocalAws() as aws:
        environment = {
            **installed.environment,
            **people.deployer(aws.endpoint_url, REGION),
            "AWS_ENDPOINT_URL": aws.endpoint_url,
        }
        made = World(folder, installed, environment)
        play(made, aws)
        yield made


def play(world: World, aws: LocalAws) -> None:
    """Apply, plan, change by hand, plan in every way, repair, plan again."""
    assert world.terraform("init", "init").code == 0, world.steps["init"].output
    world.terraform("first plan", "plan")
    assert world.terraform("apply", "apply", "-auto-approve").code == 0, world.steps["apply"].output
    world.terraform("plan after apply", "plan", "-detailed-exitcode")

    change_by_hand(aws.endpoint_url)
    world.terraform("annotate", "plan", "-var=mode=annotate")
    world.terraform("fail", "plan")
    world.terraform("override", "plan", "-out=plan.bin", TFDRIFT_GATE_MODE="annotate")
    world.terraform("refresh-only", "plan", "-refresh-only")
    world.terraform("destroy", "plan", "-destroy")
    world.check("check", "--format", "json", "--output", "table=report.txt")
    shown = world.terraform("show", "show", "-json", "plan.bin")
    (world.folder / "plan.json").write_text(shown.stdout, encoding="utf-8")
    world.check("check with plan", "--plan", "plan.json", "--format", "json")

    review(world)

    world.terraform("repair", "apply", "-auto-approve", TFDRIFT_GATE_MODE="annotate")
    developer = people.developer(aws.endpoint_url, REGION)
    developer.remove_permission(FunctionName="secure-function", StatementId="AllowS3Invoke")
    world.terraform("plan after repair", "plan", "-detailed-exitcode")
    world.check("check after repair", "--format", "json")
    world.terraform("second plan after repair", "plan", "-detailed-exitcode")
    world.steps["state"] = Completed(0, (world.folder / "terraform.tfstate").read_text(encoding="utf-8"), "")


IMPORT = """
import {
  to = aws_lambda_permission.untrusted
  id = "secure-function/AllowS3Invoke"
}

resource "aws_lambda_permission" "untrusted" {
  statement_id  = "AllowS3Invoke"
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.secure_function.function_name
  principal     = "s3.amazonaws.com"
  source_arn    = "arn:aws:s3:::untrusted-bucket"
}
"""


def review(world: World) -> None:
    """Plan a change under review that adopts some of what was made by hand, and destroys another part."""
    main = world.folder / "main.tf"
    applied = main.read_text(encoding="utf-8")
    head, _, rest = applied.partition('resource "aws_lambda_event_source_mapping"')
    changed = head.replace("memory_size   = 512", "memory_size   = 1024") + rest.partition("}\n")[2] + IMPORT
    main.write_text(changed, encoding="utf-8")
    plans: list[tuple[str, ...]] = [("review",), ("targeted", "-target=aws_lambda_function.process_orders")]
    if world.installed.terraform.name == SECOND:  # at length, among the long tests
        plans += [("unrefreshed", "-refresh=false"), ("destroying", "-destroy")]
    for name, *options in plans:
        world.terraform(f"{name} plan", "plan", f"-out={name}.bin", *options, TFDRIFT_GATE_MODE="annotate")
        shown = world.terraform(f"{name} show", "show", "-json", f"{name}.bin")
        (world.folder / f"{name}.json").write_text(shown.stdout, encoding="utf-8")
        world.check(f"{name} check", "--plan", f"{name}.json", "--format", "json")
    world.terraform("stopped plan", "plan", "-out=stopped.bin")
    shown = world.terraform("stopped show", "show", "-json", "stopped.bin")
    (world.folder / "stopped.json").write_text(shown.stdout, encoding="utf-8")
    world.check("stopped check", "--plan", "stopped.json", "--format", "json")
    world.check("literal check", "--format", "json")
    world.check("unexplained check", "--plan", "review.json", "--format", "json", "--since", "1s")
    main.write_text(applied, encoding="utf-8")


def test_the_first_plan_of_a_new_root_passes_in_fail_mode(world: World) -> None:
    done = world.steps["first plan"]
    assert done.code == 0, done.output
    assert "assertion failed" not in done.output


def test_terraforms_own_apply_is_never_reported(world: World) -> None:
    done = world.steps["plan after apply"]
    assert done.code == 0, done.output
    assert "No changes." in done.output
    assert "Warning" not in done.stdout


def test_annotate_passes_with_the_four_published_changes_in_its_warning(world: World) -> None:
    done = world.steps["annotate"]
    assert done.code == 0, done.output
    assert "Warning: Check block assertion failed" in done.output
    _shows_the_published_changes(done.output)


def test_fail_stops_the_plan_with_the_same_words(world: World) -> None:
    done = world.steps["fail"]
    assert done.code == 1, done.output
    assert "Error: Resource postcondition failed" in done.output
    _shows_the_published_changes(done.output)


def _shows_the_published_changes(output: str) -> None:
    for line in (
        "CRITICAL  aws_lambda_permission secure-function/AllowS3Invoke on aws_lambda_function.secure_function",
        "source_arn = arn:aws:s3:::untrusted-bucket",
        "by developer@example.com as AWSReservedSSO_Developer_0123456789abcdef (console, 203.0.113.24) at 20",
        "HIGH      aws_lambda_function.process_orders",
        "memory_size 512 → 1024",
        "timeout 10 → 30",
        "by ops-engineer (cli, 198.51.100.7) at 20",
        "HIGH      aws_lambda_event_source_mapping.stream_processor",
        "enabled true → false",
        "batch_size 100 → 500",
        "by oncall-admin as admin (sdk, 192.0.2.10) at 20",
        "MEDIUM    aws_lambda_function.high_traffic_api",
        "reserved_concurrent_executions none → 50",
        "by sre-team (cli, 198.51.100.23) at 20",
        ", us-east-1",
    ):
        assert line in output


def test_the_environment_lets_the_repairing_plan_past_the_gate(world: World) -> None:
    done = world.steps["override"]
    assert done.code == 0, done.output
    assert "Warning: Check block assertion failed" in done.output
    assert world.steps["repair"].code == 0, world.steps["repair"].output


@pytest.mark.parametrize("kind", ["refresh-only", "destroy"])
def test_a_drift_never_blocks_a_refresh_or_a_destroy(world: World, kind: str) -> None:
    assert world.steps[kind].code == 0, world.steps[kind].output


def test_the_repairing_apply_makes_the_next_plan_clean(world: World) -> None:
    for step in ("plan after repair", "second plan after repair"):
        done = world.steps[step]
        assert done.code == 0, done.output
        assert "No changes." in done.output
        assert "Warning" not in done.stdout


def test_after_the_repair_the_changes_are_history_and_not_findings(world: World) -> None:
    done = world.steps["check after repair"]
    assert done.code == 0, done.output
    report = json.loads(done.stdout)
    assert report["verdict"] == "clean"
    assert report["findings"] == []
    assert {finding["resource_id"] for finding in report["reverted"]} >= {"process-orders", "high-traffic-api"}


@pytest.mark.parametrize("step", ["check", "check with plan"])
@pytest.mark.parametrize("name", EXPECTED)
def test_check_finds_each_published_change(world: World, step: str, name: str) -> None:
    done = world.steps[step]
    assert done.code == 2, done.output
    report = json.loads(done.stdout)
    expected = EXPECTED[name]
    found = [
        finding
        for finding in report["findings"]
        if (finding["address"], finding["parent_address"], finding["resource_type"])
        == (expected.address, expected.parent_address, expected.resource_type)
    ]
    assert len(found) == 1
    finding = found[0]
    changes = {(change["attribute"], change["before"], change["after"]) for change in finding["changes"]}
    assert changes == set(expected.changes)
    assert all(change["known"] for change in finding["changes"])
    assert finding["kind"] == expected.kind
    assert finding["severity"] == expected.severity
    assert finding["actor"]["name"] == expected.actor
    assert finding["origin"] == expected.origin
    assert finding["region"] == REGION
    assert finding["source"]["file"] == "main.tf"


@pytest.mark.parametrize("step", ["check", "check with plan"])
def test_check_finds_nothing_else(world: World, step: str) -> None:
    report = json.loads(world.steps[step].stdout)
    assert len(report["findings"]) == len(EXPECTED)
    assert report["verdict"] == "drift"
    assert report["max_severity"] == "critical"
    assert report["suppressed"] == []
    assert report["skipped"] == []
    assert all(entry["complete"] for entry in report["coverage"])


def told(world: World, step: str, part: str = "findings") -> dict[str, str | None]:
    """Give what the plan does about each change: ``process-orders.timeout`` → ``reverts``."""
    report = json.loads(world.steps[step].stdout)
    return {
        f"{finding['resource_id'].partition('/')[0]}.{change['attribute']}": change["plan_effect"]
        for finding in report[part]
        for change in finding["changes"]
    }


MAPPING = "aws_lambda_event_source_mapping.stream_processor"


def about_the_mapping(world: World, step: str) -> str | None:
    report = json.loads(world.steps[step].stdout)
    (found,) = [finding for finding in report["findings"] if finding["address"] == MAPPING]
    effect: str | None = found["plan_effect"]
    return effect


def test_a_plan_tells_of_each_change_what_it_would_do(world: World) -> None:
    effects = told(world, "review check")
    assert effects["process-orders.timeout"] == "reverts"
    assert effects["high-traffic-api.reserved_concurrent_executions"] == "reverts"
    assert about_the_mapping(world, "review check") == "destroys"
    assert world.steps["review check"].code == 2


def test_what_the_change_under_review_adopts_is_not_held_against_it(world: World) -> None:
    report = json.loads(world.steps["review check"].stdout)
    assert {finding["suppressed_by"]["kind"] for finding in report["suppressed"]} == {"adopted"}
    effects = told(world, "review check", "suppressed")
    assert effects["process-orders.memory_size"] == "adopts"
    assert effects["secure-function.statement_id"] == "adopts"
    assert report["skipped"] == []
    assert report["unexplained"] == []


def test_a_targeted_plan_keeps_the_rest_and_says_that_its_gate_did_not_run(world: World) -> None:
    report = json.loads(world.steps["targeted check"].stdout)
    assert told(world, "targeted check")["process-orders.timeout"] == "reverts"
    assert told(world, "targeted check")["high-traffic-api.reserved_concurrent_executions"] == "keeps"
    assert about_the_mapping(world, "targeted check") == "keeps"
    assert [entry["reason"] for entry in report["skipped"]] == ["gate-not-run"]


@AT_LENGTH
def test_a_plan_without_a_refresh_changes_nothing_that_it_does_not_see(world: World) -> None:
    assert told(world, "unrefreshed check")["process-orders.timeout"] == "keeps"
    assert told(world, "unrefreshed check", "suppressed")["process-orders.memory_size"] == "adopts"


@AT_LENGTH
def test_a_destroy_plan_says_what_it_hides(world: World) -> None:
    report = json.loads(world.steps["destroying check"].stdout)
    assert {entry["reason"] for entry in report["skipped"]} == {"gate-not-run", "plan-destroys"}


def test_a_plan_that_the_gate_stopped_still_tells_what_it_would_have_done(world: World) -> None:
    assert world.steps["stopped plan"].code == 1
    report = json.loads(world.steps["stopped check"].stdout)
    assert told(world, "stopped check")["process-orders.timeout"] == "reverts"
    assert [entry["reason"] for entry in report["skipped"]] == ["plan-errored"]


def test_inside_the_plan_and_without_one_literals_and_imports_are_adopted_too(world: World) -> None:
    said = world.steps["stopped plan"].output
    assert "timeout 10 → 30" in said
    assert "memory_size" not in said
    assert "AllowS3Invoke on aws_lambda_function.secure_function" not in said
    report = json.loads(world.steps["literal check"].stdout)
    adopted = {(finding["resource_id"], finding["suppressed_by"]["kind"]) for finding in report["suppressed"]}
    assert adopted == {("process-orders", "adopted"), ("secure-function/AllowS3Invoke", "adopted")}
    assert all(effect is None for effect in told(world, "literal check").values())


def test_drift_outside_the_window_is_listed_as_unexplained(world: World) -> None:
    done = world.steps["unexplained check"]
    report = json.loads(done.stdout)
    assert done.code == 0, done.output
    assert {entry["address"] for entry in report["unexplained"]} == {
        "aws_lambda_function.process_orders",
        "aws_lambda_function.high_traffic_api",
        MAPPING,
    }
    (orders,) = [entry for entry in report["unexplained"] if entry["address"].endswith("process_orders")]
    assert "--since 20" in orders["hint"]
    effects = {change["attribute"]: change["plan_effect"] for change in orders["changes"]}
    assert effects == {"memory_size": "adopts", "timeout": "reverts"}


def test_what_the_state_keeps_of_the_gate_does_not_differ_between_runs(world: World) -> None:
    state = json.loads(world.steps["state"].stdout)
    kept = next(entry for entry in state["resources"] if entry["type"] == "external")
    result = kept["instances"][0]["attributes"]["result"]
    # The repairing apply saw the drift, so the drift is what it kept; no time of the run is in it.
    assert result["verdict"] == "drift"
    assert json.loads(result["findings"])
    report = json.loads(world.steps["check"].stdout)
    for moment in report["window"].values():
        assert moment not in json.dumps(result)


@contextmanager
def state_server(state: bytes) -> Iterator[tuple[str, list[str]]]:
    """A server for Terraform's http backend that holds one state; gives its address and the requests seen."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append("GET")
            self.send_response(200)
            self.send_header("Content-Length", str(len(state)))
            self.end_headers()
            self.wfile.write(state)

        def log_message(self, format: str, *args: Any) -> None:
            """A test's output is its own."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/state", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_state_of_any_other_backend_is_pulled_from_inside_the_running_plan(
    installed: Installed, tmp_path: Path
) -> None:
    root = copy_example("minimal", tmp_path)
    function = {
        "mode": "managed",
        "type": "aws_lambda_function",
        "name": "gone",
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [],
    }
    state = {"version": 4, "terraform_version": "1.5.0", "serial": 1, "lineage": "a", "outputs": {}}
    with state_server(json.dumps({**state, "resources": [function]}).encode()) as (address, seen):
        (root / "backend.tf").write_text(
            f'terraform {{\n  backend "http" {{\n    address = "{address}"\n  }}\n}}\n', encoding="utf-8"
        )
        (root / "empty.json").write_text('{"Records": []}', encoding="utf-8")
        environment = {**installed.environment, "TFDRIFT_GATE_EVENTS": "empty.json"}
        requests = {}
        for mode in ("init", "off", "fail"):
            seen.clear()
            command = ["init"] if mode == "init" else ["plan", f"-var=mode={mode}"]
            done = installed.terraform.run(*command, "-no-color", cwd=root, env=environment)
            assert done.code == 0, done.output
            requests[mode] = len(seen)
        assert requests["fail"] > requests["off"] > 0, "the gate reads the state too"
