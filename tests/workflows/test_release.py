"""``.ci/release-notes``: nothing is released whose versions differ, or that CHANGELOG does not tell of."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terraform_cli.binary import PROJECT
from tfdrift_gate import __version__

OF_THE_NOTES = (
    ".ci/release-notes",
    "tfdrift_gate/__init__.py",
    "terraform/modules/drift_check/main.tf",
    "CHANGELOG.md",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in OF_THE_NOTES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    sections = ["# Changelog", "## [Unreleased]", "- later", f"## [{__version__}] - 2026-12-01", "- this", "## [0.0.1]"]
    (tmp_path / "CHANGELOG.md").write_text("\n\n".join([*sections, "- old\n"]), encoding="utf-8")
    return tmp_path


def _notes(project: Path, tag: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(project / ".ci" / "release-notes"), tag]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_notes_are_the_section_of_the_tags_version(project: Path) -> None:
    done = _notes(project, f"v{__version__}")
    assert (done.returncode, done.stdout) == (0, "- this\n")


@pytest.mark.parametrize("tag", ["v9.9.9", "v0", "nonsense"])
def test_a_tag_of_another_version_is_refused(project: Path, tag: str) -> None:
    done = _notes(project, tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"the tag is {tag}, and tfdrift_gate/__init__.py says {__version__}" in done.stderr


@pytest.mark.parametrize("name", OF_THE_NOTES[1:3])
def test_a_package_or_module_of_another_version_is_refused(project: Path, name: str) -> None:
    file = project / name
    file.write_text(file.read_text(encoding="utf-8").replace(f'"{__version__}"', '"8.8.8"'), encoding="utf-8")
    done = _notes(project, f"v{__version__}")
    assert done.returncode == 1
    assert f"{name} says 8.8.8" in done.stderr


def test_a_version_that_changelog_does_not_tell_of_is_refused(project: Path) -> None:
    (project / "CHANGELOG.md").write_text("# Changelog\n\n## [Unreleased]\n\n- this\n", encoding="utf-8")
    done = _notes(project, f"v{__version__}")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"CHANGELOG.md has no section [{__version__}]" in done.stderr
