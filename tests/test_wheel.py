"""The built wheel is what users get: its data is in it, and it runs without anything of the development environment."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.terraform_cli.binary import PROJECT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    program = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(folder)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return folder / done.stdout.strip().splitlines()[-1]


def test_the_wheel_carries_every_data_file_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    data = {str(file.relative_to(PROJECT)) for file in (PROJECT / "tfdrift_gate" / "data").rglob("*") if file.is_file()}
    assert data
    assert data <= names
    assert "tfdrift_gate/py.typed" in names, "its classifier says that it is typed"
    assert not any(name.startswith(("tests/", "demo/", "terraform/")) for name in names)


def test_the_source_distribution_has_what_its_tests_and_its_two_commands_need(tmp_path: Path) -> None:
    program = "import sys; from hatchling.build import build_sdist; print(build_sdist(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    shutil.unpack_archive(tmp_path / done.stdout.strip().splitlines()[-1], tmp_path / "unpacked")
    (top,) = (tmp_path / "unpacked").iterdir()
    names = {str(file.relative_to(top)) for file in top.rglob("*") if file.is_file()}
    documents = {str(file.relative_to(PROJECT)) for pattern in ("*.md", "docs/*.md") for file in PROJECT.glob(pattern)}
    assert names >= documents | {"Makefile", "constraints.txt", "pyproject.toml", "demo/__main__.py", "tests/readme.py"}
    assert "terraform/modules/drift_check/main.tf" in names
    assert names >= {"action.yml", "action/install.sh", ".github/workflows/drift-gate.yml", "docs/examples/nightly.yml"}
    assert not any(".terraform/" in name for name in names)
    assert {Path(name).parent.parent.name for name in names if name.endswith(".tfstate")} <= {"fixtures"}, (
        "states of tests"
    )


def test_the_wheel_runs_with_its_runtime_dependencies_alone(wheel: Path, tmp_path: Path) -> None:
    """A virtual environment that sees only the wheel and the runtime dependencies' own modules."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    site = Path(next(path for path in sys.path if path.endswith("site-packages")))
    # These are what a run over files needs; nothing else of this environment is in reach.
    target = tmp_path / "modules"
    target.mkdir()
    for name in ("click", "isal", "msgspec", "yaml", "tabulate", "_yaml"):
        (target / name).symlink_to(site / name)
    zipfile.ZipFile(wheel).extractall(target)
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    (tmp_path / "records.json").write_text(json.dumps({"Records": []}), encoding="utf-8")
    for arguments, said in (
        (["--version"], "tfdrift-gate"),
        (["check", "--help"], "--fail-on"),
        (["catalog", "--format", "json"], "UpdateFunctionConfiguration20150331v2"),
        (["check", str(tmp_path), "--events", str(tmp_path / "records.json")], "No out-of-band change"),
    ):
        done = subprocess.run(
            [str(python), "-m", "tfdrift_gate", *arguments],
            env={"PYTHONPATH": str(target), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
