"""The Terraform module's own promises, with a stub in the program's place that answers what a test wants.

What the real program answers is tested in test_in_terraform.py and test_external.py.
"""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import terraform_docs
from tests.terraform_cli.binary import PROJECT, Completed
from tests.terraform_cli.fixtures import Installed
from tfdrift_gate.outputs.external import switched_off
from tfdrift_gate.query import read as read_query

MODULE = PROJECT / "terraform" / "modules" / "drift_check"

STUB = """
import json, os, pathlib, sys
query = json.load(sys.stdin)
pathlib.Path("query.json").write_text(json.dumps(query))
answer = json.loads(pathlib.Path("answer.json").read_text())
if isinstance(answer, str):
    sys.exit(answer)
answer["mode"] = os.environ.get("TFDRIFT_GATE_MODE") or query["mode"]
print(json.dumps(answer))
"""

MESSAGE = "1 out-of-band change, worst HIGH\n\n HIGH  aws_lambda_function.a\n       memory_size 512 → 1024"

# Two of unlike shape: Terraform's lists want one type for all, its tuples do not.
FINDINGS = [{"address": "aws_lambda_function.a", "changes": [1, "a"]}, {"address": None, "changes": []}]


def answer(verdict: str, blocking: bool = False, **more: str) -> dict[str, str]:
    """An answer of the program, as the contract has it."""
    return {
        **switched_off(),
        "verdict": verdict,
        "blocking": "true" if blocking else "false",
        "message": MESSAGE if verdict == "drift" else "the verdict was not reached: throttled",
        "max_severity": "high" if verdict == "drift" else "none",
        "finding_count": "1" if verdict == "drift" else "0",
        "findings": json.dumps(FINDINGS if verdict == "drift" else []),
        **more,
    }


DRIFT = answer("drift", blocking=True)
CLEAN = answer("clean")


@dataclass
class Root:
    """A root module that includes the gate, with the stub as its program."""

    folder: Path
    installed: Installed

    def write(self, inputs: str = "", more: str = "") -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / "stub.py").write_text(STUB, encoding="utf-8")
        command = json.dumps([sys.executable, "stub.py"])
        if "command" not in inputs:
            inputs += f"\n  command = {command}"
        (self.folder / "main.tf").write_text(
            f'module "drift_check" {{\n  source = "{MODULE}"\n{inputs}\n}}\n\n'
            f'resource "terraform_data" "known" {{\n  input = 1\n}}\n{more}',
            encoding="utf-8",
        )

    def answer(self, given: dict[str, str] | str) -> None:
        (self.folder / "answer.json").write_text(json.dumps(given), encoding="utf-8")

    def run(self, *args: str, **environment: str) -> Completed:
        variables = {**self.installed.environment, **environment}
        return self.installed.terraform.run(*args, "-no-color", cwd=self.folder, env=variables)

    def query(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "query.json").read_text(encoding="utf-8"))
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "terraform.tfstate").read_text(encoding="utf-8"))
        return found


@pytest.fixture
def root(installed: Installed, tmp_path: Path) -> Root:
    made = Root(tmp_path / "root", installed)
    made.write('  mode = "fail"')
    done = made.run("init")
    assert done.code == 0, done.output
    return made


def applied(root: Root, inputs: str) -> Root:
    """The root, applied with a clean gate, so that a later plan has no changes of its own."""
    root.write(inputs)
    root.answer(CLEAN)
    done = root.run("apply", "-auto-approve")
    assert done.code == 0, done.output
    return root


def test_annotate_warns_and_the_plan_stays_without_changes(root: Root) -> None:
    applied(root, '  mode = "annotate"')
    root.answer(DRIFT)
    for _ in range(2):
        done = root.run("plan", "-detailed-exitcode")
        assert done.code == 0, done.output
        assert "No changes." in done.output
        assert "Warning: Check block assertion failed" in done.output
        assert "memory_size 512 → 1024" in done.output
        assert root.run("apply", "-auto-approve").code == 0


def test_fail_stops_the_plan_with_exit_code_1_and_says_why(root: Root) -> None:
    root.answer(DRIFT)
    done = root.run("plan")
    assert done.code == 1
    assert "Error: Resource postcondition failed" in done.output
    assert " HIGH  aws_lambda_function.a\n       memory_size 512 → 1024" in done.output
    assert "Check block assertion failed" not in done.output, "said once, not twice"


def test_the_environment_lets_the_repairing_plan_past_the_gate(root: Root) -> None:
    root.answer(DRIFT)
    done = root.run("apply", "-auto-approve", TFDRIFT_GATE_MODE="annotate")
    assert done.code == 0, done.output
    assert "Warning: Check block assertion failed" in done.output


def test_the_environment_makes_an_annotating_gate_stop(root: Root) -> None:
    root.write('  mode = "annotate"')
    root.answer(DRIFT)
    assert root.run("plan", TFDRIFT_GATE_MODE="fail").code == 1


def test_what_lies_below_fail_on_warns_in_fail_mode(root: Root) -> None:
    root.answer(answer("drift", blocking=False))
    done = root.run("plan")
    assert done.code == 0, done.output
    assert "Warning: Check block assertion failed" in done.output


def test_a_verdict_that_was_not_reached_warns_and_says_so(root: Root) -> None:
    root.answer(answer("incomplete"))
    done = root.run("plan")
    assert done.code == 0, done.output
    assert "Warning: Check block assertion failed" in done.output
    assert "throttled" in done.output


def test_a_clean_plan_is_silent(root: Root) -> None:
    applied(root, '  mode = "fail"')
    done = root.run("plan", "-detailed-exitcode")
    assert done.code == 0, done.output
    assert "No changes." in done.output
    assert "Warning" not in done.stdout


def test_a_clean_plan_with_a_note_is_silent_too(root: Root) -> None:
    applied(root, '  mode = "fail"')
    root.answer({**CLEAN, "message": f"{CLEAN['message']} (a waiver matches nothing in this window: x)"})
    done = root.run("plan", "-detailed-exitcode")
    assert done.code == 0, done.output
    assert "No changes." in done.output
    assert "a waiver" not in done.output


def test_off_runs_no_program(root: Root) -> None:
    root.write('  mode = "off"')
    root.answer("the stub must not run")
    done = root.run("plan")
    assert done.code == 0, done.output
    assert not (root.folder / "query.json").exists()


def test_off_by_the_environment_is_silent(root: Root) -> None:
    root.answer(switched_off())
    done = root.run("plan", TFDRIFT_GATE_MODE="off")
    assert done.code == 0, done.output
    assert "assertion failed" not in done.output


@pytest.mark.parametrize("kind", ["-refresh-only", "-destroy"])
def test_a_drift_blocks_neither_a_refresh_nor_a_destroy(root: Root, kind: str) -> None:
    applied(root, '  mode = "fail"')
    root.answer(DRIFT)
    done = root.run("plan", kind)
    assert done.code == 0, done.output
    done = root.run("apply", kind, "-auto-approve")
    assert done.code == 0, done.output


def test_a_program_that_reaches_no_verdict_stops_the_plan_with_its_own_words(root: Root) -> None:
    root.answer("tfdrift-gate: no verdict was reached\n  reading the state: it is not JSON")
    done = root.run("plan")
    assert done.code == 1
    assert "no verdict was reached" in done.output


def test_a_program_that_is_not_installed_is_named(root: Root) -> None:
    root.write('  command = ["tfdrift-gate-that-is-not-there", "external"]')
    root.answer(CLEAN)
    done = root.run("plan")
    assert done.code == 1
    assert "tfdrift-gate-that-is-not-there" in done.output


def test_an_input_that_is_known_only_after_apply_is_an_error_and_not_a_plan_that_passes_unchecked(root: Root) -> None:
    root.write("  events = [terraform_data.known.id]")
    root.answer(CLEAN)
    done = root.run("plan")
    assert done.code == 1
    assert "resource attributes that cannot be determined until apply" in " ".join(done.output.split())
    assert not (root.folder / "query.json").exists()


def test_a_secret_given_as_an_input_is_refused_since_the_query_is_kept_in_state(root: Root) -> None:
    secret = 'variable "secret" {\n  sensitive = true\n  default   = "hunter2"\n}\n'
    root.write("  profile = var.secret", secret)
    root.answer(CLEAN)
    done = root.run("plan")
    assert done.code == 1
    assert "sensitive" in done.output.lower()
    assert "hunter2" not in done.output


def test_nothing_that_differs_between_two_runs_reaches_the_state(root: Root) -> None:
    applied(root, '  mode = "annotate"')
    root.answer(DRIFT)
    states = []
    for _ in range(2):
        assert root.run("apply", "-auto-approve").code == 0
        state = root.state()
        states.append(state["resources"])
    assert states[0] == states[1]


def test_the_query_has_the_options_that_were_set_under_the_names_that_the_program_knows(root: Root) -> None:
    root.write(
        """
  mode        = "fail"
  fail_on     = "high"
  on_error    = "warn"
  since       = "7d"
  state       = ["a.tfstate", "b.tfstate"]
  events      = ["trail/", "more.json"]
  regions     = ["us-east-1", "eu-west-1"]
  rules       = "rules.yaml"
  assume_role = "arn:aws:iam::123456789012:role/reader"
  profile     = "prod"
  verify      = true
"""
    )
    root.answer(CLEAN)
    assert root.run("plan").code == 0
    query = root.query()
    version = query.pop("module_version")
    assert query == {
        "dir": ".",
        "workspace": "default",
        "mode": "fail",
        "fail_on": "high",
        "on_error": "warn",
        "since": "7d",
        "state": "a.tfstate,b.tfstate",
        "events": "trail/,more.json",
        "regions": "us-east-1,eu-west-1",
        "rules": "rules.yaml",
        "assume_role": "arn:aws:iam::123456789012:role/reader",
        "profile": "prod",
        "verify": "true",
    }
    assert read_query(json.dumps({**query, "module_version": version}).encode())["region"] == "us-east-1,eu-west-1"


def test_what_is_not_set_is_left_to_the_program(root: Root) -> None:
    root.write()
    root.answer(CLEAN)
    assert root.run("plan").code == 0
    assert set(root.query()) == {"module_version", "dir", "workspace", "mode"}


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ('  mode = "stop"', "mode must be"),
        ('  fail_on = "severe"', "fail_on must be"),
        ('  on_error = "ignore"', "on_error must be"),
        ("  command = []", "command must name a program"),
    ],
)
def test_an_input_that_means_nothing_is_refused_with_what_it_may_be(root: Root, inputs: str, said: str) -> None:
    root.write(inputs)
    root.answer(CLEAN)
    done = root.run("validate") if "command" in inputs else root.run("plan")
    assert done.code == 1
    assert said in done.output


def test_the_outputs_have_their_types(root: Root) -> None:
    outputs = ["verdict", "max_severity", "finding_count", "findings", "message", "blocking"]
    more = "\n".join(f'output "{name}" {{\n  value = module.drift_check.{name}\n}}' for name in outputs)
    root.write('  mode = "annotate"', more)
    root.answer(DRIFT)
    assert root.run("apply", "-auto-approve").code == 0
    done = root.run("output", "-json")
    values = {name: entry["value"] for name, entry in json.loads(done.stdout).items()}
    assert values == {
        "verdict": "drift",
        "max_severity": "high",
        "finding_count": 1,
        "findings": FINDINGS,
        "message": MESSAGE,
        "blocking": True,
    }


def test_the_readme_has_every_input_and_output_as_the_files_say() -> None:
    text = (MODULE / "README.md").read_text(encoding="utf-8")
    assert terraform_docs.filled(text, MODULE) == text


@pytest.mark.parametrize("folder", ["modules/drift_check", "examples/minimal"])
def test_terraform_finds_the_files_valid_and_formatted(installed: Installed, tmp_path: Path, folder: str) -> None:
    shutil.copytree(PROJECT / "terraform", tmp_path / "terraform")
    root = tmp_path / "terraform" / folder
    for command in (["init", "-backend=false"], ["validate"], ["fmt", "-check", "-recursive", str(tmp_path)]):
        done = installed.terraform.run(*command, cwd=root, env=installed.environment)
        assert done.code == 0, done.output
