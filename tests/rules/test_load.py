"""A rules file is read strictly: every mistake names file, line and key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.model import Severity
from tfdrift_gate.rules.find import FILE_NAME, find_rules
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.rules.read import read_rules
from tfdrift_gate.rules.ruleset import RuleSet

CATALOG = load_catalog()
BUILT_IN = load_rules(None, CATALOG).rules


def read(text: str) -> RuleSet:
    return read_rules(text, "rules.yaml", CATALOG, BUILT_IN)


WHOLE = """\
drift_rules:
  - name: "Lambda Function Configuration"
    resource_types: ["aws_lambda_function"]
    watched_attributes: ["runtime", "memory_size", "environment", "vpc_config"]
    severity: "high"
replace_defaults: true
trusted:
  - name: deploy pipeline
    role_arn: "arn:aws:iam::*:role/terraform-deploy"
    session_name: "gha-*"
    user_agent: "*terraform-provider-aws*"
waivers:
  - address: "module.api.aws_lambda_function.fn*"
    attributes: ["memory_size"]
    reason: "INC-1234: raised during the incident"
    owner: "payments"
    expires: 2026-12-01
"""


def test_a_whole_file_is_read() -> None:
    rules = read(WHOLE)
    (rule,) = rules.rules
    assert (rule.name, rule.severity, rule.builtin) == ("Lambda Function Configuration", Severity.HIGH, False)
    assert rule.watched_attributes == ("runtime", "memory_size", "environment", "vpc_config")
    (trust,) = rules.trusted
    assert (trust.role_arn, trust.session_name) == ("arn:aws:iam::*:role/terraform-deploy", "gha-*")
    (waiver,) = rules.waivers
    assert (waiver.match, waiver.attributes) == ({"address": "module.api.aws_lambda_function.fn*"}, ("memory_size",))
    assert (waiver.owner, waiver.expires) == ("payments", date(2026, 12, 1))
    assert rules.where == "rules.yaml"


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}", "drift_rules:\nwaivers: []\n"])
def test_an_empty_file_leaves_the_built_in_rules(text: str) -> None:
    assert read(text) == RuleSet(BUILT_IN, where="rules.yaml")


def test_own_rules_come_on_top_of_the_built_in_ones_unless_they_replace_them() -> None:
    text = WHOLE.replace("replace_defaults: true", "replace_defaults: false")
    assert len(read(text).rules) == len(BUILT_IN) + 1


@pytest.mark.parametrize("word", ["low", "medium", "high", "critical", "CRITICAL"])
def test_a_severity_is_one_of_four_words(word: str) -> None:
    assert (
        read(f"drift_rules: [{{name: a, resource_types: [x], severity: {word}}}]").rules[0].severity.word
        == word.lower()
    )


def test_a_type_of_another_service_is_taken_with_whatever_attributes() -> None:
    text = "drift_rules: [{name: a, resource_types: [aws_s3_bucket], watched_attributes: [acl], severity: low}]"
    assert read(text).rules[0].watched_attributes == ("acl",)


def test_an_attribute_of_one_of_several_types_is_enough() -> None:
    types = "[aws_lambda_function, aws_lambda_alias]"
    text = f"drift_rules: [{{name: a, resource_types: {types}, watched_attributes: [routing_config], severity: low}}]"
    assert read(text).rules[0].resource_types == ("aws_lambda_function", "aws_lambda_alias")


RULE = "drift_rules:\n  - name: a\n    resource_types: [aws_lambda_function]\n    severity: high\n"
TRUST = "trusted:\n  - name: a\n    role_arn: arn\n"
WAIVER = "waivers:\n  - address: a\n    reason: r\n    owner: o\n    expires: 2026-12-01\n"

# text, line, what the message names
MISTAKES: dict[str, tuple[str, int, str]] = {
    "unknown key at the top": (RULE + "drift_rule: []\n", 5, "drift_rule"),
    "unknown key in a rule": (RULE + "    serverity: low\n", 5, "serverity"),
    "unknown key in a trusted pipeline": (TRUST + "    role: x\n", 4, "role"),
    "unknown key in a waiver": (WAIVER + "    until: x\n", 6, "until"),
    "key given twice": (RULE + "    severity: low\n", 5, "severity"),
    "top is a list": ("- a\n", 1, "rules file"),
    "top is a text": ("text\n", 1, "rules file"),
    "drift_rules is no list": ("\ndrift_rules: {a: b}\n", 2, "drift_rules"),
    "waivers is no list": ("\nwaivers: yes\n", 2, "waivers"),
    "trusted is no list": ("\n\ntrusted: 5\n", 3, "trusted"),
    "a rule is no mapping": ("drift_rules:\n  - high\n", 2, "drift rule"),
    "a waiver is no mapping": ("waivers:\n  - [a]\n", 2, "waiver"),
    "replace_defaults is no boolean": ("replace_defaults: 'true'\n", 1, "replace_defaults"),
    "a rule without a name": (RULE.replace("name: a\n    ", ""), 2, "name"),
    "a rule without types": (RULE.replace("    resource_types: [aws_lambda_function]\n", ""), 2, "resource_types"),
    "a rule without a severity": (RULE.replace("    severity: high\n", ""), 2, "severity"),
    "types are a text": (RULE.replace("[aws_lambda_function]", "aws_lambda_function"), 3, "resource_types"),
    "types are empty": (RULE.replace("[aws_lambda_function]", "[]"), 3, "resource_types"),
    "a type is a mapping": (RULE.replace("[aws_lambda_function]", "[{a: b}]"), 3, "resource_types"),
    "an unknown Lambda type": (RULE.replace("aws_lambda_function", "aws_lambda_funktion"), 3, "aws_lambda_funktion"),
    "an unknown attribute": (RULE + "    watched_attributes: [timeout, memroy_size]\n", 5, "memroy_size"),
    "attributes are a text": (RULE + "    watched_attributes: timeout\n", 5, "watched_attributes"),
    "attributes are empty": (RULE + "    watched_attributes: []\n", 5, "watched_attributes"),
    "an unknown severity": (RULE.replace("high", "severe"), 4, "severity"),
    "a null severity": (RULE.replace("high", "null"), 4, "severity"),
    "a severity that is a list": (RULE.replace("high", "[high]"), 4, "severity"),
    "an empty name": (RULE.replace("name: a", "name: ' '"), 2, "name"),
    "a boolean name": (RULE.replace("name: a", "name: true"), 2, "name"),
    "a trusted pipeline without a role": ("trusted:\n  - name: a\n    user_agent: '*'\n", 2, "role_arn"),
    "a trusted pipeline without a name": ("trusted:\n  - role_arn: a\n", 2, "name"),
    "a waiver about nothing": (WAIVER.replace("address: a\n    ", ""), 2, "address"),
    "a waiver without a reason": (WAIVER.replace("    reason: r\n", ""), 2, "reason"),
    "a waiver without an owner": (WAIVER.replace("    owner: o\n", ""), 2, "owner"),
    "a waiver without an end": (WAIVER.replace("    expires: 2026-12-01\n", ""), 2, "expires"),
    "a waiver that never ends": (WAIVER.replace("2026-12-01", "never"), 5, "expires"),
    "a waiver with an impossible end": (WAIVER.replace("2026-12-01", "2026-02-30"), 5, "expires"),
    "not YAML": ("drift_rules:\n  - [\n", 3, "rules.yaml"),
}


@pytest.mark.parametrize(("text", "line", "named"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_names_file_line_and_key(text: str, line: int, named: str) -> None:
    with pytest.raises(RulesError) as error:
        read(text)
    assert f"rules.yaml:{line}:" in error.value.message
    assert named in error.value.message
    assert error.value.hint


def test_an_attribute_that_no_type_has_is_a_mistake_in_a_waiver_too() -> None:
    with pytest.raises(RulesError, match=r"rules\.yaml:6:.*memroy_size"):
        read(WAIVER + "    attributes: [memroy_size]\n")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="nowhere"):
        load_rules(tmp_path / "nowhere.yaml", CATALOG)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff")
    with pytest.raises(RulesError, match=r"latin\.yaml.*UTF-8"):
        load_rules(tmp_path / "latin.yaml", CATALOG)


def test_the_rules_file_is_found_in_the_folder_or_above_it_up_to_the_repositorys_root(tmp_path: Path) -> None:
    root = tmp_path / "repo" / "live" / "prod"
    root.mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / FILE_NAME).write_text("", encoding="utf-8")
    assert find_rules(str(root)) is None
    (tmp_path / "repo" / FILE_NAME).write_text("", encoding="utf-8")
    assert find_rules(str(root)) == (tmp_path / "repo" / FILE_NAME).resolve()
    (root / FILE_NAME).write_text("", encoding="utf-8")
    assert find_rules(str(root)) == (root / FILE_NAME).resolve()


def test_outside_a_repository_no_folder_above_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / FILE_NAME).write_text("", encoding="utf-8")
    assert find_rules(str(tmp_path / "root")) is None


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
)
HOSTILE = {
    "a list that holds itself": "drift_rules: &a [*a]\n",
    "types that hold themselves": "drift_rules:\n  - {name: a, severity: low, resource_types: &a [*a]}\n",
    "a mapping that holds itself": "&a {waivers: *a}\n",
    "aliases of aliases": BOMB,
    "nested for ever": "drift_rules: " + "[" * 5000,
    "keys nested for ever": "? " * 5000,
    "a key nested deep": "? " + "[" * 300 + "]" * 300 + "\n: x\n",
    "a NUL": "waivers: [\0]\n",
    "a directive of the future": "%YAML 9.9\n--- {}\n--- {}\n",
    "an object of Python": "!!python/object/apply:os.system ['true']\n",
    "an escape that is no character": 'waivers: "\\UFFFFFFFF"\n',
    "half a surrogate pair": "waivers: \ud800\n",
    "an alias of nothing": "waivers: *a\n",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_yaml_is_an_error_of_the_gate(text: str) -> None:
    with pytest.raises(RulesError, match=r"rules\.yaml"):
        read(text)


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(change: Callable[[str], str]) -> None:
    (rule,) = read(change(WHOLE)).rules
    assert (rule.name, rule.where) == ("Lambda Function Configuration", "rules.yaml:2")


def test_rules_waivers_and_pipelines_know_their_lines() -> None:
    rules = read(WHOLE)
    assert [entry.where for entry in (*rules.rules, *rules.trusted, *rules.waivers)] == [
        "rules.yaml:2",
        "rules.yaml:8",
        "rules.yaml:13",
    ]
    assert {rule.where for rule in BUILT_IN} == {"built in"}
    assert (rules.replaced, rules.replaced_at) == (BUILT_IN, "rules.yaml:6")
