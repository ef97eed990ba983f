"""Tools of the tests that come from npm, each at the exact version that ``package.json`` here names.

A package is installed when it is first asked for, by the machine's own npm and its settings, into a folder of its
own under ``.venv/npm``; nothing is installed twice, however many tests ask at once. Where npm or the package cannot
be had, the test that asks is skipped with the reason, or fails where CI demands it (:func:`cannot`).

``python -m tests.npm_tools`` installs all of them ahead (``make npm-tools``).
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests.terraform_cli.fixtures import cannot

PROJECT = Path(__file__).resolve().parents[2]
FOLDER = PROJECT / ".venv" / "npm"
_TIMEOUT = 600
# Scripts of packages do not run, nothing is written beside node_modules, and what is printed is only what went wrong.
_HOW = ("--ignore-scripts", "--no-package-lock", "--no-save", "--no-audit", "--no-fund", "--loglevel=error")


class NotInstalled(Exception):
    """Why a package cannot be had on this machine."""


def versions() -> dict[str, str]:
    """Give each package's pinned version by its name."""
    given: dict[str, str] = json.loads(Path(__file__).with_name("package.json").read_text(encoding="utf-8"))[
        "dependencies"
    ]
    return given


@cache
def package(name: str) -> Path:
    """Give the folder of an installed package, for a test: skips (or fails in CI) where it cannot be had."""
    try:
        return install(name)
    except NotInstalled as reason:
        cannot(f"npm package {name}: {reason}")


def program(name: str, file: str) -> Path:
    """Give a program inside a package, executable (no package's own script has made it so)."""
    path = package(name) / file
    path.chmod(path.stat().st_mode | 0o111)
    return path


def install(name: str) -> Path:
    """Install a package that ``package.json`` names unless it is there, and give its folder.

    Raises :class:`NotInstalled`.
    """
    version = versions()[name]
    home = FOLDER / f"{name.lstrip('@').replace('/', '-')}-{version}"
    found = home / "node_modules" / name
    if home.is_dir():
        return found
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("there is no npm on PATH")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with home.with_name(f"{home.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.is_dir():
            _install(npm, f"{name}@{version}", home)
    return found


def _install(npm: str, wanted: str, home: Path) -> None:
    """Install beside the final place and rename, so that an interrupted installation is done again."""
    unfinished = home.with_name(f"{home.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    (unfinished / "package.json").write_text('{"private": true}\n', encoding="utf-8")
    try:
        done = subprocess.run(
            [npm, "install", *_HOW, wanted], cwd=unfinished, capture_output=True, text=True, timeout=_TIMEOUT
        )
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"npm took longer than {_TIMEOUT} s") from None
    if done.returncode:
        raise NotInstalled(done.stderr.strip() or f"npm ended with {done.returncode}")
    os.rename(unfinished, home)
