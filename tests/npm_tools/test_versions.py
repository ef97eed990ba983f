from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.npm_tools import NotInstalled, install, versions


def test_each_tool_from_npm_has_one_exact_version() -> None:
    assert versions()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions().values())


def test_a_machine_without_npm_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tests.npm_tools.FOLDER", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="no npm on PATH"):
        install("@stoplight/prism-cli")


def test_an_installation_that_failed_leaves_nothing_that_looks_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tests.npm_tools.FOLDER", tmp_path / "npm")
    (tmp_path / "npm").mkdir()
    (tmp_path / "npm-stand-in").mkdir()
    stand_in = tmp_path / "npm-stand-in" / "npm"
    stand_in.write_text("#!/bin/sh\necho out of reach >&2\nexit 1\n", encoding="utf-8")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:/usr/bin:/bin")
    for _ in range(2):
        with pytest.raises(NotInstalled, match="out of reach"):
            install("@stoplight/prism-cli")
