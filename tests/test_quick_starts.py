"""README's quick starts work as they are written, and are short."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests import readme
from tests.builders import function_state, state_text, update_configuration
from tests.recipes.machine import Machine
from tests.terraform_cli.fixtures import Installed

TEXT = readme.README.read_text(encoding="utf-8")
AT_MOST = 9


def quick_start(title: str) -> str:
    """Give one quick start's section."""
    found = re.search(rf"^## Quick start: {title}\n(.*?)^## ", TEXT, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def block(section: str, language: str = "") -> str:
    """Give a section's first block of a language."""
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def an_hour_ago() -> dict[str, str]:
    return {"eventTime": (datetime.now(timezone.utc) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")}


def test_each_quick_start_is_under_ten_lines() -> None:
    titles = re.findall(r"^## Quick start: (.*)$", TEXT, re.MULTILINE)
    assert len(titles) >= 2
    for title in titles:
        # What is typed or copied; the longest block is the quick start, the others say more of it.
        blocks = re.findall(r"^```\w*\n(.*?)^```$", quick_start(title), re.DOTALL | re.MULTILINE)
        assert blocks
        assert all(len(each.splitlines()) <= AT_MOST for each in blocks)


COMMANDS = [line.partition("#")[0].strip() for line in block(quick_start("on the command line")).splitlines()]


@pytest.mark.parametrize("command", COMMANDS[1:])
def test_each_line_of_the_command_line_reports_the_change_by_hand(machine: Machine, command: str) -> None:
    (gone_to,) = re.findall(r"cd (\S+)", COMMANDS[0])
    raised = update_configuration({"memorySize": 1024}, **an_hour_ago())
    machine.happened(raised)
    root = machine.folder / gone_to
    assert root.is_dir()
    (root / "terraform.tfstate").write_text(state_text(function_state()), encoding="utf-8")
    machine.write(f"{gone_to}/trail/day.json", json.dumps({"Records": [raised]}))
    shutil.copy(machine.environment["STAND_IN_PLAN"], root / "plan.json")
    for name in ("TFDRIFT_GATE_SINCE", "TFDRIFT_GATE_UNTIL"):
        del machine.environment[name]
    done = machine.run("sh", "-c", command, cwd=root)
    assert done.returncode == 2, done.stderr
    assert "memory_size" in done.stdout
    if "report.txt" in command:
        assert "memory_size 512 → 1024" in (root / "report.txt").read_text(encoding="utf-8")
        assert json.loads(done.stdout)["verdict"] == "drift"
    if "--plan" in command:
        assert "this plan sets memory_size back to 512" in done.stdout


@pytest.mark.terraform
@pytest.mark.parametrize(
    "page", [readme.README, readme.PROJECT / "terraform" / "modules" / "drift_check" / "README.md"]
)
def test_the_modules_pinned_source_is_fetched_at_that_release(installed: Installed, tmp_path: Path, page: Path) -> None:
    (source,) = re.findall(r'^  source = ("git::.*")$', page.read_text(encoding="utf-8"), re.MULTILINE)
    address, ref = re.fullmatch(r'"git::(https://.*\.git)//.*\?ref=(\S+)"', source).groups()  # type: ignore[union-attr]
    # A repository of this machine in the place of GitHub's, with the release's tag.
    repository = tmp_path / "repository"
    shutil.copytree(readme.PROJECT / "terraform" / "modules", repository / "terraform" / "modules")
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    who = ("-c", "user.name=a test", "-c", "user.email=test@example.com")
    for command in (["add", "-A"], ["commit", "-q", "-m", "A release"], ["tag", ref]):
        subprocess.run(["git", *who, *command], cwd=repository, check=True)
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(f'module "drift_check" {{\n  source = {source}\n}}\n', encoding="utf-8")
    git = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": f"url.file://{repository}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
    }
    git |= {"GIT_CONFIG_KEY_1": "protocol.file.allow", "GIT_CONFIG_VALUE_1": "always"}
    done = installed.terraform.run("get", "-no-color", cwd=root, env={**installed.environment, **git})
    assert done.code == 0, done.output
    assert (root / ".terraform/modules/drift_check/terraform/modules/drift_check/main.tf").is_file()


@pytest.mark.terraform
def test_the_module_as_shown_stops_a_plan_and_lets_a_clean_one_pass(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(block(quick_start("in the plan"), "hcl"), encoding="utf-8")
    shutil.copytree(readme.PROJECT / "terraform" / "modules", tmp_path / "modules")
    (tmp_path / "state.json").write_text(state_text(function_state()), encoding="utf-8")
    events = tmp_path / "events.json"
    events.write_text('{"Records": []}', encoding="utf-8")
    # What is judged is a state beside this root, so that no provider of AWS is needed.
    environment = {
        **installed.environment,
        "TFDRIFT_GATE_STATE": str(tmp_path / "state.json"),
        "TFDRIFT_GATE_EVENTS": str(events),
    }

    def terraform(*command: str, **more: str) -> tuple[int, str]:
        done = installed.terraform.run(*command, "-no-color", cwd=tmp_path, env={**environment, **more})
        return done.code, done.output

    code, output = terraform("init")
    assert code == 0, output
    code, output = terraform("plan", "-detailed-exitcode")
    assert (code, "No changes." in output) == (0, True), output
    raised = update_configuration({"memorySize": 1024}, **an_hour_ago())
    events.write_text(json.dumps({"Records": [raised]}), encoding="utf-8")
    code, output = terraform("plan")
    assert code == 1, output
    assert "memory_size 512 → 1024" in output
    code, output = terraform("apply", "-auto-approve", TFDRIFT_GATE_MODE="annotate")
    assert code == 0, output
