"""A machine on which a recipe runs: the program, a stand-in for Terraform, saved events, no AWS."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.builders import function_state, update_configuration
from tests.plans import plan, planned
from tests.recipes import snippet

RAISED = update_configuration({"memorySize": 1024})
"""ops-engineer raises orders' memory by hand; the plan sets it back."""
SECRET = "hunter2"

_TERRAFORM = """#!/bin/sh
# A stand-in for Terraform: its plan is the JSON that STAND_IN_PLAN names, and passes only where the gate lets it.
case $1 in -chdir=*) cd "${1#-chdir=}" || exit 1; shift ;; esac
command=$1
shift
for word; do last=$word; case $word in -out=*) out=${word#-out=} ;; esac; done
case $command in
init) ;;
plan) [ "$TFDRIFT_GATE_MODE" = annotate ] || exit 1; echo binary > "$out" ;;
show) [ -f "$last" ] && cat "$STAND_IN_PLAN" ;;
*) exit 1 ;;
esac
"""


@dataclass
class Machine:
    """A folder, the environment in it, and the folder for temporary files."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def copy(self, page: str, *names: str) -> None:
        """Copy files out of a page, as its reader does."""
        for name in names:
            self.write(name, snippet(page, name))

    def run(self, *command: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=cwd or self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def happened(self, *records: Mapping[str, Any]) -> None:
        """Let these events be the history that the program reads."""
        self.write("events.json", json.dumps({"Records": list(records)}))

    def nothing_can_be_read(self) -> None:
        """Take the history away: no verdict can be reached."""
        (self.folder / "events.json").unlink()

    def left_behind(self, folders: Iterable[Path] = ()) -> list[Path]:
        """Name the files that hold the plan or its secret."""
        everywhere = [path for folder in (self.temporary, self.root, *folders) for path in folder.rglob("*")]
        return [path for path in everywhere if path.is_file() and SECRET in path.read_text(encoding="utf-8")]

    @property
    def root(self) -> Path:
        return self.folder / "infra" / "prod"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.temporary.mkdir()
    made.root.mkdir(parents=True)
    made.write("infra/prod/main.tf", 'resource "aws_lambda_function" "orders" {\n  memory_size = 512\n}\n')
    state = function_state(environment=[{"variables": {"PASSWORD": SECRET}}])
    given = plan(planned(state, {"memory_size": 1024}, {"memory_size": 512}, configured=["memory_size"]))
    made.write("stand-in/plan.json", json.dumps(given))
    made.write("stand-in/bin/terraform", _TERRAFORM).chmod(0o755)
    gate = f'#!/bin/sh\nexec "{sys.executable}" -m tfdrift_gate "$@"\n'
    made.write("stand-in/bin/tfdrift-gate", gate).chmod(0o755)
    made.environment = {
        "PATH": os.pathsep.join([str(tmp_path / "stand-in" / "bin"), "/usr/bin", "/bin"]),
        "HOME": str(tmp_path),
        "TMPDIR": str(made.temporary),
        "STAND_IN_PLAN": str(tmp_path / "stand-in" / "plan.json"),
        "TFDRIFT_GATE_EVENTS": str(tmp_path / "events.json"),
        "TFDRIFT_GATE_SINCE": "2026-01-01",
        "TFDRIFT_GATE_UNTIL": "2026-01-02",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    made.happened(RAISED)
    return made
