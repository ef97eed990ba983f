"""``tfdrift-gate rules``: the rules in force, and where each came from."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings

from tests.rules.test_load import CATALOG, WHOLE
from tests.rules.test_schema import FILES, SCHEMA
from tfdrift_gate.cli import cli, main
from tfdrift_gate.errors import RulesError
from tfdrift_gate.outputs.rules import RULES_FORMATS
from tfdrift_gate.rules.listing import listing
from tfdrift_gate.rules.load import builtin_rules
from tfdrift_gate.rules.read import read_rules

BUILT_IN = builtin_rules()
KEPT = WHOLE.replace("replace_defaults: true", "replace_defaults: false")
TODAY = date(2026, 11, 30)


def listed(text: str, today: date = TODAY) -> dict[str, Any]:
    return listing(read_rules(text, "rules.yaml", CATALOG, BUILT_IN), today)


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli, ["rules", *arguments], env={"TFDRIFT_GATE_RULES": "", **environment})


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["tfdrift-gate", "rules", *arguments])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


def test_without_a_file_every_rule_is_built_in() -> None:
    found = listed("")
    assert [entry["name"] for entry in found["rules"]] == [rule.name for rule in BUILT_IN]
    assert {entry["where"] for entry in found["rules"]} == {"built in"}
    assert (found["replaced"], found["replaced_at"], found["trusted"], found["waivers"]) == ([], None, [], [])


def test_own_rules_come_first_each_with_file_and_line() -> None:
    found = listed(KEPT)
    assert [(entry["name"], entry["where"]) for entry in found["rules"][:2]] == [
        ("Lambda Function Configuration", "rules.yaml:2"),
        (BUILT_IN[0].name, "built in"),
    ]
    assert found["trusted"][0]["where"] == "rules.yaml:8"
    assert found["waivers"][0]["where"] == "rules.yaml:13"
    assert len(found["rules"]) == len(BUILT_IN) + 1


def test_replaced_built_in_rules_are_said_to_be_and_where() -> None:
    found = listed(WHOLE)
    assert [entry["name"] for entry in found["rules"]] == ["Lambda Function Configuration"]
    assert [entry["name"] for entry in found["replaced"]] == [rule.name for rule in BUILT_IN]
    assert found["replaced_at"] == "rules.yaml:6"


def gives_way(text: str) -> dict[str, list[list[str]]]:
    return {
        entry["name"]: [other["attributes"] for other in entry["gives_way_to"]]
        for entry in listed(text)["rules"]
        if entry["gives_way_to"]
    }


def test_a_built_in_rule_gives_way_for_the_attributes_that_a_rule_of_the_file_names() -> None:
    found = gives_way(KEPT)
    assert found["function-configuration"] == [["runtime", "memory_size", "environment", "vpc_config"]]
    assert found["function-vpc-removed"] == [["vpc_config"]]
    assert "function-role" not in found
    assert "mapping-changed" not in found
    assert "deleted" not in found, "what is deleted as a whole has no attributes that a rule could name"


def test_a_built_in_rule_gives_way_as_a_whole_to_a_rule_about_everything_of_its_type() -> None:
    found = gives_way("drift_rules: [{name: all, resource_types: [aws_lambda_alias], severity: low}]")
    assert found["alias-changed"] == found["deleted"] == [[]]
    assert "function-role" not in found


@pytest.mark.parametrize(("today", "expired"), [(date(2026, 11, 30), False), (date(2026, 12, 1), True)])
def test_a_waiver_has_expired_from_its_day_on(today: date, expired: bool) -> None:
    found = listed(WHOLE, today)
    assert found["waivers"][0]["expired"] is expired
    for name in ("table", "markdown"):
        assert ("EXPIRED" in RULES_FORMATS[name](found)) is expired
        assert f"1 waiver, {int(expired)} of them expired" in RULES_FORMATS[name](found)


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_what_people_read_names_everything(name: str) -> None:
    shown = RULES_FORMATS[name](listed(KEPT)) + RULES_FORMATS[name](listed(WHOLE))
    for words in (
        f"{len(BUILT_IN) + 1} rules in force (rules.yaml)",
        "gives way to",
        f"{len(BUILT_IN)} built-in rules replaced by replace_defaults (rules.yaml:6)",
        "1 trusted pipeline",
        "arn:aws:iam::*:role/terraform-deploy",
        "gha-*",
        "INC-1234: raised during the incident",
        "payments",
        "2026-12-01",
    ):
        assert words in shown


def test_json_is_the_listing_itself() -> None:
    assert json.loads(RULES_FORMATS["json"](listed(KEPT))) == listed(KEPT)


def test_a_name_out_of_the_file_breaks_no_table_and_moves_no_cursor() -> None:
    found = listed('drift_rules: [{name: "a|b\\n`c`\\e[31m", resource_types: ["*"], severity: low}]')
    (row,) = (line for line in RULES_FORMATS["markdown"](found).splitlines() if "rules.yaml:1 |" in line)
    assert "`a\\|b\\x0a'c'\\x1b[31m`" in row
    assert "\x1b" not in RULES_FORMATS["table"](found)


@settings(derandomize=True, deadline=None, database=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(FILES)
def test_every_format_can_say_whatever_the_loader_takes(document: Any) -> None:
    try:
        found = listed(json.dumps(document))
    except RulesError:
        return
    assert all(render(found).endswith("\n") for render in RULES_FORMATS.values())


def test_the_command_finds_the_file_of_the_folder_or_takes_the_one_named(tmp_path: Path) -> None:
    (tmp_path / ".tfdrift-gate.yaml").write_text(WHOLE, encoding="utf-8")
    (tmp_path / "other.yaml").write_text("", encoding="utf-8")
    found = json.loads(run(str(tmp_path), "--format", "json").stdout)
    assert found["where"] == str(tmp_path.resolve() / ".tfdrift-gate.yaml")
    other = str(tmp_path / "other.yaml")
    for shown in (
        run(str(tmp_path), "--rules", other, "--format", "json"),
        run(str(tmp_path), "--format", "json", TFDRIFT_GATE_RULES=other),
    ):
        assert json.loads(shown.stdout)["where"] == other


def test_the_schema_is_printed_as_it_ships(tmp_path: Path) -> None:
    assert json.loads(run("--schema").stdout) == SCHEMA


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nowhere"], "nowhere: no such folder"),
        (["--rules", "nowhere.yaml"], "nowhere.yaml"),
        (["--rules", "bad.yaml"], "bad.yaml:2: unknown key x"),
        (["--rules", "a\0b"], "no file has such a name"),
        (["--rules", "."], "rules file ."),
        (["--format", "sarif"], "--format sarif"),
    ],
)
def test_an_error_is_exit_code_1_and_named(
    arguments: list[str],
    named: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.yaml").write_text("waivers: []\nx: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert exit_of(monkeypatch, *arguments) == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[0] == "tfdrift-gate: no verdict was reached"
    assert named in shown.err
