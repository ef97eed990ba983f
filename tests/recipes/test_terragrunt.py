"""The recipe for Terragrunt: its hook's command, as Terragrunt would start it."""

from __future__ import annotations

import subprocess
from typing import Any

import hcl2

from tests.recipes import snippet
from tests.recipes.machine import Machine

CONFIG = hcl2.loads(snippet("terragrunt.md", "root.hcl"))["terraform"][0]


def _block(kind: str) -> dict[str, Any]:
    ((name, body),) = CONFIG[kind][0].items()
    assert name.strip('"') == "drift_gate"
    return dict(body)


def _texts(values: list[str]) -> list[str]:
    return [value.strip('"') for value in values]


def _command() -> list[str]:
    """Give the hook's command; a heredoc is what stands between its markers, without the common indentation."""
    *program, script = _block("after_hook")["execute"]
    text = script.strip('"')
    if text.startswith("<<-EOT"):
        lines = text.splitlines()[1:-1]
        text = "\n".join(line.strip() for line in lines)
    return [*_texts(program), text.replace('\\"', '"')]


def hook(machine: Machine) -> subprocess.CompletedProcess[str]:
    """Plan with the arguments and the environment that the recipe gives, then run the hook beside it."""
    given = _block("extra_arguments")
    names = {name.strip('"'): value.strip('"') for name, value in given["env_vars"].items()}
    planned = machine.run("terraform", "plan", *_texts(given["arguments"]), cwd=machine.root, **names)
    assert planned.returncode == 0, planned.stderr
    return machine.run(*_command(), cwd=machine.root, TG_CTX_TF_PATH="terraform", **names)


def test_arguments_and_hook_are_those_of_plan_alone() -> None:
    for kind in ("extra_arguments", "after_hook"):
        assert _texts(_block(kind)["commands"]) == ["plan"]


def test_a_change_by_hand_fails_the_hook(machine: Machine) -> None:
    done = hook(machine)
    assert done.returncode == 2, done.stderr
    assert "memory_size 512 → 1024" in done.stdout


def test_nothing_changed_passes(machine: Machine) -> None:
    machine.happened()
    assert hook(machine).returncode == 0


def test_no_verdict_fails_the_hook(machine: Machine) -> None:
    machine.nothing_can_be_read()
    assert hook(machine).returncode == 1


def test_a_hook_that_runs_elsewhere_finds_no_plan_and_fails(machine: Machine) -> None:
    done = machine.run(*_command(), cwd=machine.temporary, TG_CTX_TF_PATH="terraform")
    assert done.returncode != 0


def test_nothing_of_the_plan_is_left(machine: Machine) -> None:
    hook(machine)
    assert [path.name for path in machine.root.iterdir()] == ["main.tf"]
