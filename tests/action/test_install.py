"""What the action installs before it can judge: what fails there is no verdict, and never looks like a drift."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.action.run_action import action_source
from tests.terraform_cli.binary import PROJECT

INSTALL = PROJECT / "action" / "install.sh"


def install(folder: Path, path: str = os.environ["PATH"], **environment: str) -> tuple[int, str, str]:
    """Source the script as a step with ``shell: bash`` does; gives exit code, log and summary."""
    (folder / "temp").mkdir(exist_ok=True)
    summary = folder / "summary"
    summary.touch()
    bash = next(found for name in ("/bin/bash", "/usr/bin/bash") if (found := Path(name)).exists())
    done = subprocess.run(
        [bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", f'source "{INSTALL}"; echo installed'],
        cwd=folder,
        env={
            "PATH": path,
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder / "temp"),
            "GITHUB_STEP_SUMMARY": str(summary),
            "ACTION": str(PROJECT),
            "VERSION": "",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, summary.read_text(encoding="utf-8")


def test_whatever_pip_exits_with_is_no_verdict_and_no_module_of_the_checked_repository_is_imported(
    tmp_path: Path,
) -> None:
    # venv imports logging, and the repository is the current folder.
    (tmp_path / "logging.py").write_text("raise SystemExit('the repository is on the path')\n", encoding="utf-8")
    # pip exits with 3 where it cannot read a setting, and asks no registry.
    code, log, summary = install(tmp_path, PIP_TIMEOUT="soon")
    assert "the repository is on the path" not in log
    assert code == 1, log
    assert "::error title=No verdict was reached%3A drift was not ruled out::the program could not be installed" in log
    assert "**Nothing was ruled out.**" in summary
    assert not list((tmp_path / "temp").glob("*/.ready")), "the next step would take it for installed"


@pytest.mark.long
def test_the_folder_of_the_action_may_have_blanks_and_a_second_use_installs_nothing(tmp_path: Path) -> None:
    action = action_source(tmp_path / "my runner" / "the action@v0")
    code, log, _ = install(tmp_path, ACTION=str(action))
    assert (code, log) == (0, "installed\n")
    # The same checkout under another name, as the action and the reusable workflow see it.
    code, log, _ = install(tmp_path, ACTION=f"{action}/../the action@v0/.", PIP_TIMEOUT="soon")
    assert (code, log) == (0, "installed\n")


@pytest.mark.long
def test_a_version_that_installs_nothing_is_no_verdict(tmp_path: Path) -> None:
    code, log, summary = install(tmp_path, VERSION="0.1.0; python_version < '3'")
    assert code == 1, log
    assert "what was installed does not run" in summary
    assert not list((tmp_path / "temp").glob("*/.ready"))


def test_a_runner_without_python_is_told_so(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("cksum", "cut"):
        (programs / name).symlink_to(Path("/usr/bin") / name)
    code, log, summary = install(tmp_path, str(programs))
    assert code == 1
    assert "there is no Python on this runner" in log
    assert "there is no Python on this runner" in summary


def test_a_python_without_venv_is_told_so(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    python = programs / "python3"
    python.write_text("#!/bin/sh\nexit 2\n", encoding="utf-8")
    python.chmod(0o755)
    code, log, _ = install(tmp_path, f"{programs}:{os.environ['PATH']}")
    assert code == 1
    assert "no virtual environment could be made" in log


def test_the_reusable_workflow_and_its_action_install_once_though_they_spell_the_folder_differently(
    tmp_path: Path,
) -> None:
    # GitHub's GITHUB_ACTION_PATH of "uses: ./folder" is WORKSPACE/./folder.
    made = set()
    for number, action in enumerate((str(PROJECT), f"{PROJECT.parent}/./{PROJECT.name}")):
        folder = tmp_path / str(number)
        (folder / "programs").mkdir(parents=True)
        python = folder / "programs" / "python3"
        python.write_text('#!/bin/sh\nmkdir "$5"\nexit 2\n', encoding="utf-8")
        python.chmod(0o755)
        install(folder, f"{python.parent}:{os.environ['PATH']}", ACTION=action)
        made |= {each.name for each in (folder / "temp").iterdir()}
    assert len(made) == 1
