"""The recipe for pre-commit: its hook is the one that this repository offers, and does what the page says."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest
import yaml

from tests.recipes import snippet
from tests.recipes.machine import Machine
from tests.terraform_cli.binary import PROJECT

CONFIG = yaml.safe_load(snippet("pre-commit.md", ".pre-commit-config.yaml"))
OFFERED = {hook["id"]: hook for hook in yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text("utf-8"))}
HOOK = OFFERED[CONFIG["repos"][0]["hooks"][0]["id"]]


def commit(machine: Machine, text: str) -> subprocess.CompletedProcess[str]:
    """Run the hook's command on a rules file as pre-commit does: with the names of the files that it takes."""
    machine.write("infra/prod/.tfdrift-gate.yaml", text)
    return machine.run(*shlex.split(HOOK["entry"]), "infra/prod/.tfdrift-gate.yaml")


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        (".tfdrift-gate.yaml", True),
        ("infra/prod/.tfdrift-gate.yaml", True),
        ("infra/prod/main.tf", False),
        ("a.tfdrift-gate.yaml", False),
    ],
)
def test_the_hook_takes_rules_files_alone(name: str, taken: bool) -> None:
    assert bool(re.search(HOOK["files"], name)) is taken


def test_a_good_rules_file_passes(machine: Machine) -> None:
    assert commit(machine, "drift_rules: []\n").returncode == 0


@pytest.mark.parametrize(
    "text", ["drift_rulez: []\n", "waivers:\n  - address: a\n    reason: r\n    owner: o\n", "drift_rules: [\n"]
)
def test_a_mistake_stops_the_commit_with_file_and_line(machine: Machine, text: str) -> None:
    done = commit(machine, text)
    assert done.returncode != 0
    assert re.search(r"infra/prod/\.tfdrift-gate\.yaml:\d", done.stdout + done.stderr)
