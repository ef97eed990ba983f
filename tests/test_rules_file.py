"""The commands about the rules file, run as a user runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from tests.samples import check, events_file, orders, root_module, run, update
from tfdrift_gate.cli import cli
from tfdrift_gate.rules.waive import add_waiver

PROJECT = Path(__file__).resolve().parents[1]
ID = "0123456789abcdef"
SAID = ("--reason", "INC-1", "--owner", "payments", "--expires", "2999-12-01")
RULES = (
    "# rules of the house\nwaivers:\n  - address: 'x' # kept\n    reason: r\n    owner: o\n    expires: 2999-01-01\n"
)


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A root module with one finding; its JSON report."""
    root_module(tmp_path, orders())
    events = events_file(tmp_path, update())
    done = check(tmp_path, "--events", events, "--output", f"json={tmp_path / 'report.json'}")
    assert done.returncode == 2, done.stderr
    return tmp_path / "report.json"


def test_a_finding_is_waived_by_the_id_that_its_report_shows(report: Path) -> None:
    folder = report.parent
    id_ = json.loads(report.read_text())["findings"][0]["id"]
    done = run("waive", id_, str(folder), "--report", str(report), *SAID)
    assert (done.returncode, done.stderr) == (0, "")
    assert f'- id: "{id_}" # aws_lambda_function.orders: memory_size' in done.stdout
    assert done.stdout.startswith(f"Waived until 2999-12-01, in {folder / '.tfdrift-gate.yaml'}:2\n")
    again = check(folder, "--events", str(folder / "events.json"))
    assert again.returncode == 0, again.stdout
    assert "waiver: INC-1 (owner: payments, expires: 2999-12-01)" in again.stdout
    assert "a waiver" not in again.stdout


def test_the_report_may_come_from_a_pipe(report: Path) -> None:
    id_ = json.loads(report.read_text())["findings"][0]["id"]
    done = run("waive", id_.upper(), str(report.parent), "--report", "-", *SAID, stdin=report.read_bytes())
    assert done.returncode == 0, done.stderr
    assert "# aws_lambda_function.orders: memory_size" in done.stdout


def test_the_rules_file_of_a_parent_gets_the_waiver_and_keeps_everything_else(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    rules = tmp_path / ".tfdrift-gate.yaml"
    rules.write_bytes(RULES.replace("\n", "\r\n").encode())
    rules.chmod(0o640)
    done = run("waive", ID, *SAID, "--attribute", "memory_size", cwd=tmp_path / "infra")
    assert done.returncode == 0, done.stderr
    text = rules.read_bytes().decode()
    assert text.startswith(RULES.replace("\n", "\r\n"))
    assert text.removeprefix(RULES.replace("\n", "\r\n")).splitlines() == [
        f'  - id: "{ID}"',
        '    attributes: ["memory_size"]',
        '    reason: "INC-1"',
        '    owner: "payments"',
        "    expires: 2999-12-01",
    ]
    assert stat.S_IMODE(rules.stat().st_mode) == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git", ".tfdrift-gate.yaml", "infra"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "shared.yaml").write_text(RULES)
    (tmp_path / ".tfdrift-gate.yaml").symlink_to("shared.yaml")
    assert run("waive", ID, *SAID, cwd=tmp_path).returncode == 0
    assert (tmp_path / ".tfdrift-gate.yaml").is_symlink()
    assert ID in (tmp_path / "shared.yaml").read_text()


def test_a_file_that_is_named_is_made(tmp_path: Path) -> None:
    done = run("waive", ID, *SAID, "--rules", "rules.yaml", cwd=tmp_path)
    assert (done.returncode, os.listdir(tmp_path)) == (0, ["rules.yaml"])
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "rules.yaml").stat().st_mode) == 0o666 & ~umask


def test_a_waiver_that_somebody_else_adds_meanwhile_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / ".tfdrift-gate.yaml"
    rules.write_text("# rules of the house\n", encoding="utf-8")

    def slowly(*given: Any) -> tuple[str, int]:
        found = add_waiver(*given)
        rules.write_text(RULES, encoding="utf-8")
        return found

    monkeypatch.setattr("tfdrift_gate.rules.waive.add_waiver", slowly)
    done = CliRunner().invoke(cli, ["waive", ID, str(tmp_path), *SAID])
    assert done.exit_code == 1
    assert "somebody else changed it meanwhile" in done.output
    assert rules.read_text(encoding="utf-8") == RULES
    assert os.listdir(tmp_path) == [".tfdrift-gate.yaml"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    done = run("waive", ID, *SAID, "--dry-run", cwd=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Would waive until 2999-12-01, in ")
    assert not os.listdir(tmp_path)


REFUSED = {
    "an id that is none": (["0123"], "not the id of a finding"),
    "a glob": (["0123456789abcde*"], "not the id of a finding"),
    "a day that is none": ([ID, "--expires", "tomorrow"], "not a date"),
    "a day that never was": ([ID, "--expires", "2999-02-30"], "not a date"),
    "a day that is over": ([ID, "--expires", "2020-01-01"], "it would waive nothing"),
    "an empty reason": ([ID, "--reason", " "], "--reason: it must be a text"),
    "an empty owner": ([ID, "--owner", ""], "--owner: it must be a text"),
    "an empty attribute": ([ID, "--attribute", ""], "--attribute: it must be a text"),
    "an unknown attribute": ([ID, "--attribute", "colour"], "has an attribute colour"),
    "no folder": ([ID, "gone"], "no such folder"),
    "a place that is none": ([ID, "--rules", "gone/rules.yaml"], "No such file or directory"),
    "no report": ([ID, "--report", "gone.json"], "reading the report gone.json: No such file or directory"),
    "no JSON": ([ID, "--report", ".tfdrift-gate.yaml"], "it is not JSON"),
    "another JSON": ([ID, "--report", "other.json"], "not a report"),
    "another report": ([ID, "--report", "report.json"], "it has no such one"),
    "a waived one": (["f" * 16, "--report", "report.json"], "it is suppressed already"),
    "a repaired one": (["e" * 16, "--report", "report.json"], "it was changed back"),
    "not its attribute": (
        ["d" * 16, "--report", "report.json", "--attribute", "timeout"],
        "the finding has memory_size",
    ),
}


@pytest.mark.parametrize(("arguments", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_waived_is_said_and_the_file_stays(tmp_path: Path, arguments: list[str], said: str) -> None:
    rules = tmp_path / ".tfdrift-gate.yaml"
    rules.write_text(RULES)
    (tmp_path / "other.json").write_text("[]")
    entries = {
        place: [{"id": letter * 16, "address": "a", "changes": [{"attribute": "memory_size"}]}]
        for place, letter in (("findings", "d"), ("suppressed", "f"), ("reverted", "e"))
    }
    (tmp_path / "report.json").write_text(json.dumps(entries))
    done = run("waive", *SAID, *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("tfdrift-gate: nothing was waived\n")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert rules.read_text() == RULES
    assert not done.stdout


def test_an_invalid_rules_file_is_an_error_with_its_line_and_stays(tmp_path: Path) -> None:
    (tmp_path / ".tfdrift-gate.yaml").write_text(f"{RULES}  - address: y\n")
    done = run("waive", ID, *SAID, cwd=tmp_path)
    assert done.returncode == 1
    assert re.search(r"\.tfdrift-gate\.yaml:7: a waiver needs reason", done.stderr)
    assert (tmp_path / ".tfdrift-gate.yaml").read_text() == f"{RULES}  - address: y\n"


def test_an_option_that_is_missing_is_a_usage_error(tmp_path: Path) -> None:
    done = run("waive", ID, "--owner", "payments", cwd=tmp_path)
    assert done.returncode == 1
    assert "--reason" in done.stderr


def test_hostile_names_stay_within_the_comment(tmp_path: Path) -> None:
    finding = {
        "id": ID,
        "address": None,
        "resource_type": "aws_lambda_permission",
        "resource_id": "orders/x\n  - address: '*'\x1b[31m\u2028\u202e# \ud800",
        "changes": [{"attribute": "statement_id"}],
    }
    report = {"findings": [finding], "suppressed": [], "reverted": []}
    (tmp_path / "report.json").write_text(json.dumps(report))
    done = run("waive", ID, *SAID, "--report", "report.json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / ".tfdrift-gate.yaml").read_text(encoding="ascii")
    assert len(text.splitlines()) == 5
    assert [*yaml.safe_load(text)["waivers"][0]] == ["id", "reason", "owner", "expires"]


# rules --check, as a pre-commit hook


def hook() -> list[str]:
    (entry,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert re.search(entry["files"], "infra/prod/.tfdrift-gate.yaml")
    assert not re.search(entry["files"], "x.tfdrift-gate.yaml")
    program, *arguments = shlex.split(entry["entry"])
    assert program == "tfdrift-gate"
    return arguments


def test_the_hook_is_silent_about_rules_files_that_can_be_used(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(RULES)
    done = run(*hook(), "a.yaml", "b.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_hook_names_file_and_line_of_all_that_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(RULES.replace("owner", "onwer"))
    (tmp_path / "b.yaml").write_text(RULES)
    (tmp_path / "c.yaml").write_text(RULES.replace("2999-01-01", "soon"))
    done = run(*hook(), "a.yaml", "b.yaml", "c.yaml", "gone.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "a.yaml:5: unknown key onwer" in done.stderr
    assert "c.yaml:6: expires: 'soon' is not a date" in done.stderr
    assert "gone.yaml" in done.stderr
    assert "b.yaml" not in done.stderr


@pytest.mark.parametrize("arguments", [["--check"], ["a", "b"]])
def test_rules_with_too_much_or_too_little_is_a_usage_error(tmp_path: Path, arguments: list[str]) -> None:
    assert run("rules", *arguments, cwd=tmp_path).returncode == 1
