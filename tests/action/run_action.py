"""The action by the real runner ``act``, on this machine itself, in a repository of somebody who uses it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.terraform_cli.binary import PROJECT
from tests.workflows.on_act import ACT, committed, main_entries, of_this_machine, tools

ACTION = "OWNER/tfdrift-gate@v0"
_SHIPPED = ("action.yml", "action", "tfdrift_gate", "pyproject.toml", "constraints.txt", "README.md", "LICENSE")


@dataclass
class Step:
    """What one step did."""

    result: str = ""
    """``success`` or ``failure``."""
    annotations: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    """Level, properties and message of each."""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    said: str = ""
    commands: set[str] = field(default_factory=set)
    """Every workflow command that the runner obeyed."""
    exit: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)
    """All that act said of it, in order."""


def action_source(folder: Path) -> Path:
    """Copy what a checkout of the action holds, without what the tests made."""
    for name in _SHIPPED:
        found = PROJECT / name
        if found.is_dir():
            shutil.copytree(found, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy(found, folder / name)
    return folder


def run(
    workflow: str,
    roots: Mapping[str, Path],
    event: Mapping[str, Any],
    source: Path,
    folder: Path,
    environment: Mapping[str, str],
    event_name: str = "pull_request",
) -> tuple[int, dict[str, Step]]:
    """Run a workflow in a repository that holds ``roots``; gives act's exit code and what each step did, by its id."""
    repository = folder / "repository"
    (repository / ".github" / "workflows").mkdir(parents=True)
    (repository / ".github" / "workflows" / "drift.yml").write_text(workflow, encoding="utf-8")
    for name, root in roots.items():
        shutil.copytree(root, repository / name)
    committed(repository)
    (folder / "event.json").write_text(json.dumps(event), encoding="utf-8")
    command = [str(ACT), event_name, "--json", "--platform", "ubuntu-latest=-self-hosted"]
    command += ["--eventpath", str(folder / "event.json"), "--action-cache-path", str(folder / "act")]
    command += ["--no-cache-server", "--local-repository", f"{ACTION}={source}"]
    seen = {**environment, "PATH": tools(folder / "bin")}
    command += [word for name, value in seen.items() for word in ("--env", f"{name}={value}")]
    done = subprocess.run(
        command,
        cwd=repository,
        env={**of_this_machine(), "PATH": seen["PATH"], "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    return done.returncode, _steps(done.stdout)


def _steps(output: str) -> dict[str, Step]:
    found: dict[str, Step] = {}
    for entry in main_entries(output):
        outer, *inner = entry["stepID"]
        step = found.setdefault(outer, Step())
        step.log.append(entry)
        command = entry.get("command")
        if command:
            step.commands.add(command)
        if command in ("error", "warning", "notice"):
            step.annotations.append((command, entry.get("kvPairs") or {}, entry["arg"]))
        elif command == "set-output" and not inner:
            step.outputs[entry["name"]] = entry["arg"]
        elif command == "summary" and not inner:
            step.summary = entry["content"]
        elif entry.get("raw_output"):
            step.said += entry["msg"]
        elif "stepResult" in entry and not inner:
            step.result = entry["stepResult"]
        elif entry["msg"].startswith("exit status "):
            step.exit = entry["msg"].removeprefix("exit status ")
    return found
