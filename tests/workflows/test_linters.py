"""zizmor and actionlint have nothing to say, with no comment and no setting that silences them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_cli.binary import PROJECT
from tests.terraform_cli.fixtures import cannot
from tests.workflows.actionlint import actionlint
from tests.workflows.files import EVERY_FILE, EXAMPLES, WORKFLOWS

ZIZMOR = Path(sys.executable).parent / "zizmor"


@pytest.fixture(scope="module")
def linter() -> Path:
    found = actionlint()
    if isinstance(found, str):
        cannot(found)
    return found


def _actionlint(program: Path, *files: Path) -> str:
    command = [str(program), "-no-color", "-config-file", "/dev/null", "-shellcheck=", "-pyflakes=", *map(str, files)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False).stdout


def _zizmor(*files: Path) -> list[dict[str, Any]]:
    if not ZIZMOR.exists():
        cannot("zizmor is not installed; it needs Python 3.11")
    command = [str(ZIZMOR), "--offline", "--no-config", "--persona=pedantic", "--format=json", *map(str, files)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_actionlint_has_nothing_to_say(linter: Path) -> None:
    assert _actionlint(linter, *WORKFLOWS, *EXAMPLES) == ""


def test_actionlint_would_say_something(linter: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text(WORKFLOWS[0].read_text(encoding="utf-8").replace("runs-on:", "runs_on:"), encoding="utf-8")
    assert 'unexpected key "runs_on"' in _actionlint(linter, broken)


def test_zizmor_has_nothing_to_say_but_what_actionlint_and_act_forbid() -> None:
    # zizmor would have "$/" for "./". actionlint refuses that (see the next test), act cannot run it, GitHub Enterprise
    # Server does not know it; and in drift-gate.yml "./" is no local action but a checkout of that file's own commit.
    found = {
        (each["ident"], each["locations"][0]["symbolic"]["key"]["Local"]["verbatim_path"])
        for each in _zizmor(*EVERY_FILE)
    }
    assert {ident for ident, _ in found} == {"self-repository"}
    assert {Path(file).name for _, file in found} == {"drift-gate.yml", "selftest.yml"}


def test_the_exception_ends_when_actionlint_learns_of_it(linter: Path, tmp_path: Path) -> None:
    learnt = tmp_path / "learnt.yml"
    learnt.write_text(
        "on: push\njobs:\n  job:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: $/\n", encoding="utf-8"
    )
    assert 'specifying action "$/" in invalid format' in _actionlint(linter, learnt), 'now "./" can become "$/"'


def test_zizmor_would_say_something(tmp_path: Path) -> None:
    gate = next(file for file in WORKFLOWS if file.name == "drift-gate.yml").read_text(encoding="utf-8")
    pasted = tmp_path / "pasted.yml"
    pasted.write_text(gate.replace('rm -rf -- "$FOLDER"', "rm -rf ${{ inputs.rules }}"), encoding="utf-8")
    assert "template-injection" in {each["ident"] for each in _zizmor(pasted)}


@pytest.mark.parametrize("file", EVERY_FILE, ids=lambda file: str(file.name))
def test_no_linter_is_silenced(file: Path) -> None:
    assert not re.search(r"zizmor: *ignore|shellcheck disable", _comments(file))


def test_no_linter_is_configured() -> None:
    for name in ("zizmor.yml", ".github/zizmor.yml", ".github/actionlint.yml", ".github/actionlint.yaml"):
        assert not (PROJECT / name).exists()


def _comments(file: Path) -> str:
    return "\n".join(re.findall(r"#.*", file.read_text(encoding="utf-8")))
