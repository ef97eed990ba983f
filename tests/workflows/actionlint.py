"""actionlint, built once by the Go of this machine into ``.venv/go``: ``python -m tests.workflows.actionlint``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.terraform_cli.binary import PROJECT

VERSION = "v1.7.12"
_FOLDER = PROJECT / ".venv" / "go"


def actionlint() -> Path | str:
    """Give the program, building it where it is not there yet, or the reason why it cannot be had."""
    program = _FOLDER / f"actionlint-{VERSION}"
    if program.exists():
        return program
    go = shutil.which("go")
    if go is None:
        return "there is no Go on PATH to build actionlint with"
    scratch = _FOLDER / f"building-{os.getpid()}"
    done = subprocess.run(
        [go, "install", f"github.com/rhysd/actionlint/cmd/actionlint@{VERSION}"],
        env={**os.environ, "GOBIN": str(scratch), "GOFLAGS": "-modcacherw"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode != 0:
        return f"actionlint cannot be built: {done.stderr.strip()[-200:]}"
    # Renamed last, so that a build that was cut short is not taken for one.
    (scratch / "actionlint").rename(program)
    scratch.rmdir()
    return program


if __name__ == "__main__":
    found = actionlint()
    print(found)
    sys.exit(isinstance(found, str))
