"""``selftest.yml``: what it asserts, and itself by the real runner."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.action.selftest import wrong
from tests.terraform_cli.binary import PROJECT
from tests.workflows.on_act import act, committed, stand_ins, tools


def _environment(tmp_path: Path, **changed: str) -> dict[str, str]:
    file = tmp_path / "report"
    file.touch()
    files = {"report": str(file), "sarif": str(file)}
    drift = {"verdict": "drift", "finding-count": "2", "max-severity": "critical", **files}
    clean = {"verdict": "clean", "finding-count": "0", "max-severity": "none", **files}
    said = {"DRIFTING": f"failure {json.dumps(drift)}", "CLEAN": f"success {json.dumps(clean)}"}
    return {"FORK": "false", **said, **changed}


def test_it_passes_what_is_as_it_should_be(tmp_path: Path) -> None:
    assert wrong(_environment(tmp_path)) == []
    assert wrong({"FORK": "true", **dict.fromkeys(("DRIFTING", "CLEAN"), 'success {"verdict": "skipped"}')}) == []


@pytest.mark.parametrize("name", ["DRIFTING", "CLEAN"])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("failure ", "success "),
        ("success ", "failure "),
        ('"drift"', '"clean"'),
        ('"clean"', '"drift"'),
        ("report", "x"),
    ],
)
def test_it_sees_what_is_wrong(tmp_path: Path, name: str, old: str, new: str) -> None:
    environment = _environment(tmp_path)
    if old in environment[name]:
        assert wrong({**environment, name: environment[name].replace(old, new, 1)})


def test_a_gate_that_skips_where_it_should_check_is_wrong(tmp_path: Path) -> None:
    assert len(wrong(_environment(tmp_path, DRIFTING='success {"verdict": "skipped"}'))) == 3


@pytest.mark.long
def test_it_passes_by_the_real_runner(tmp_path: Path) -> None:
    """The action of this commit itself, installed as on GitHub."""
    repository = tmp_path / "repository"
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, names):
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, repository / name)
    for file in (repository / ".github" / "workflows").iterdir():
        if file.name != "selftest.yml":
            file.unlink()
    environment = {"PATH": tools(tmp_path / "bin")}
    ran = act(committed(repository), "push", {}, stand_ins(), environment, tmp_path / "scratch")
    assert ran.code == 0, ran.output
    job = ran.jobs["action"]
    assert job.results["A root module that was changed by hand"] == "failure"
    assert job.results["A root module that was not"] == "success"
    assert job.outputs["drifting"]["verdict"] == "drift"
    assert job.outputs["clean"]["verdict"] == "clean"
