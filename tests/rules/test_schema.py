"""The schema of the rules file takes what the loader takes, for all that a schema can tell."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import rules_schema
from tests.rules.test_load import MISTAKES, RULE, TRUST, WAIVER, WHOLE
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.model import Severity
from tfdrift_gate.rules.load import builtin_rules
from tfdrift_gate.rules.read import known_attributes, read_rules

CATALOG = load_catalog()
BUILT_IN = builtin_rules()
KNOWN = {kind: sorted(names) for kind, names in sorted(known_attributes(CATALOG, BUILT_IN).items())}
SCHEMA = json.loads(rules_schema.FILE.read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker(["date"]))


def accepted(text: str) -> bool:
    try:
        read_rules(text, "rules.yaml", CATALOG, BUILT_IN)
    except RulesError:
        return False
    return True


def as_an_editor_reads_it(node: Any) -> Any:
    """Give a YAML document as YAML 1.2 has it (https://yaml.org/spec/1.2.2/#103-core-schema); of a key, the last."""
    if isinstance(node, yaml.MappingNode):
        return {str(key.value): as_an_editor_reads_it(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [as_an_editor_reads_it(item) for item in node.value]
    kind = node.tag.rsplit(":", 1)[-1] if node else "null"
    if kind == "null":
        return None
    if kind == "bool" and node.value.lower() in ("true", "false"):
        return node.value.lower() == "true"
    number = kind in ("int", "float") and re.fullmatch(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?", node.value)
    return float(node.value) if number else node.value


def valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(as_an_editor_reads_it(yaml.compose(text, Loader=yaml.SafeLoader))))


def test_the_shipped_schema_is_what_the_catalogue_makes_of_it() -> None:
    assert rules_schema.FILE.read_text(encoding="utf-8") == rules_schema.current(), "run make docs"


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_editor_completes_types_severities_and_each_types_attributes() -> None:
    rule = SCHEMA["$defs"]["drift_rule"]
    types = SCHEMA["$defs"]["resource_type"]["anyOf"][0]["enum"]
    assert types == [*KNOWN, "*"]
    assert rule["properties"]["severity"]["anyOf"][0]["enum"] == [level.word for level in Severity]
    for kind in KNOWN:
        (then,) = (
            condition["then"]["properties"]["watched_attributes"]["items"]["enum"]
            for condition in rule["allOf"]
            if condition["if"]["properties"].get("resource_types", {}).get("items") == {"const": kind}
        )
        assert then == KNOWN[kind]


def described(schema: Any) -> Any:
    for entry in SCHEMA["$defs"].values():
        yield from entry.get("properties", {}).items()
    yield from schema["properties"].items()


def test_every_key_says_what_it_is() -> None:
    assert [name for name, entry in described(SCHEMA) if not entry.get("description")] == []


GOOD = {
    "whole": WHOLE,
    "empty": "",
    "a comment": "# nothing\n",
    "null": "null\n",
    "empty mapping": "{}",
    "nothing in it": "drift_rules:\nwaivers: []\ntrusted: ~\n",
    "severity in capitals": RULE.replace("high", "CRITICAL"),
    "severity in some capitals": RULE.replace("high", "Low"),
    "a name that is a number": RULE.replace("name: a", "name: 5"),
    "a name that is a word of YAML 1.1": RULE.replace("name: a", "name: yes"),
    "a name that is the text true": RULE.replace("name: a", "name: 'true'"),
    "a name that is a date": RULE.replace("name: a", "name: 2026-01-01"),
    "a name that is a time": RULE.replace("name: a", "name: 1:30"),
    "every type": RULE.replace("aws_lambda_function", '"*"') + "    watched_attributes: [anything]\n",
    "another service's type": RULE.replace("aws_lambda_function", "aws_s3_bucket"),
    "another service's attribute": RULE.replace("aws_lambda_function", "aws_s3_bucket")
    + "    watched_attributes: [acl]\n",
    "an attribute of one of two types": RULE.replace("aws_lambda_function", "aws_lambda_function, aws_lambda_alias")
    + "    watched_attributes: [routing_config, memory_size]\n",
    "an attribute beside another service's type": RULE.replace("aws_lambda_function", "aws_lambda_alias, aws_s3_bucket")
    + "    watched_attributes: [memory_size]\n",
    "another name of the code": RULE + "    watched_attributes: [filename, source_code_hash]\n",
    "defaults kept": "replace_defaults: false\n",
    "a nested attribute in a waiver": WAIVER + '    attributes: ["vpc_config[0].subnet_ids", tags.team]\n',
    "a waiver of an id": WAIVER.replace("address: a", "id: 0123456789abcdef"),
    "a waiver that expired": WAIVER.replace("2026-12-01", "1999-12-31"),
    "a quoted end": WAIVER.replace("2026-12-01", "'2026-12-01'"),
    "a trusted pipeline": TRUST,
    "an alias": 'drift_rules:\n  - &a {name: a, resource_types: ["*"], severity: low}\n  - *a\n',
}
BAD = {
    "an attribute of neither type": RULE.replace("aws_lambda_function", "aws_lambda_permission, aws_lambda_alias")
    + "    watched_attributes: [memory_size]\n",
    "an attribute that only another type has": RULE + "    watched_attributes: [routing_config]\n",
    "a nested attribute in a rule": RULE + '    watched_attributes: ["vpc_config[0].subnet_ids"]\n',
    "an attribute in other letters": RULE + "    watched_attributes: [Timeout]\n",
    "a severity with a line break": RULE.replace("high", '"high\\n"'),
    "a severity in letters that only look so": RULE.replace("high", '"h\\u0131gh"'),
    "a boolean as a severity": RULE.replace("high", "true"),
    "a merge key": "base: &b {name: a}\ndrift_rules:\n  - {<<: *b}\n",
    "a word of YAML 1.1 as a boolean": "replace_defaults: yes\n",
    "no boolean": "replace_defaults:\n",
    "an end with a time": WAIVER.replace("2026-12-01", "2026-12-01T00:00:00Z"),
    "an end without hyphens": WAIVER.replace("2026-12-01", "20261201"),
    "an end in weeks": WAIVER.replace("2026-12-01", "2026-W49-2"),
    "an end in other digits": WAIVER.replace("2026-12-01", "'２０２６-12-01'"),
    "an end in year 0": WAIVER.replace("2026-12-01", "0000-12-01"),
    "a waiver's attribute that no type has": WAIVER + "    attributes: [memory_sizes]\n",
    "a waiver's attribute with a line break": WAIVER + '    attributes: ["memory_size\\n"]\n',
    "no attributes in a waiver": WAIVER + "    attributes: []\n",
    "a null reason": WAIVER.replace("reason: r", "reason:"),
    "a mapping as an owner": WAIVER.replace("owner: o", "owner: {a: b}"),
    "a rule that is null": "drift_rules:\n  -\n",
    "a text": "a text\n",
}
# What no schema can tell: it sees the document, not how it is written.
DIFFERENCES = {
    "a key that stands twice": (MISTAKES["key given twice"][0], False, True),
    "a tag": (RULE.replace("name: a", "name: !important a"), True, True),
    "a key that is no text": ("? [a]\n: b\n", False, False),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_what_the_loader_takes_the_schema_takes(text: str) -> None:
    assert accepted(text)
    assert valid(text)


MISTAKEN = {name: text for name, (text, _, _) in MISTAKES.items() if name not in ("key given twice", "not YAML")}


@pytest.mark.parametrize("text", [*MISTAKEN.values(), *BAD.values()], ids=[*MISTAKEN, *BAD])
def test_what_the_loader_refuses_the_schema_refuses(text: str) -> None:
    assert not accepted(text)
    assert not valid(text)


@pytest.mark.parametrize(("text", "loads", "fits"), DIFFERENCES.values(), ids=DIFFERENCES.keys())
def test_the_differences_are_these(text: str, loads: bool, fits: bool) -> None:
    assert (accepted(text), valid(text)) == (loads, fits)


def test_several_documents_and_what_is_no_yaml_are_for_the_loader_to_refuse() -> None:
    assert not accepted("--- {}\n--- {}\n")
    assert not accepted(MISTAKES["not YAML"][0])


def test_an_impossible_day_is_refused_by_an_editor_that_checks_formats() -> None:
    text = WAIVER.replace("2026-12-01", "2026-02-30")
    assert not accepted(text)
    assert not valid(text)
    assert jsonschema.Draft202012Validator(SCHEMA).is_valid(as_an_editor_reads_it(yaml.compose(text)))


# Documents that are nearly right

PLAIN = st.text(st.characters(max_codepoint=0xD7FF, exclude_categories=["Cs", "Cc"]), max_size=5)
ODD = st.sampled_from([None, True, False, 0, 5, 2.5, "", " ", "\n", [], {}, ["a"], {"a": "b"}, "true", "null"]) | PLAIN
NAMES = sorted({name for names in KNOWN.values() for name in names})
TYPES = st.sampled_from([*KNOWN, *KNOWN, "*", "aws_s3_bucket", "aws_lambda_funktion", "x aws_lambda_alias"])
PATHS = st.sampled_from(NAMES).flatmap(lambda name: st.sampled_from([name, f"{name}[0].a", f"{name}.a", f"{name}x"]))


def often(good: Any, bad: Any = ODD) -> Any:
    """Give what is right nine times of ten."""
    return st.integers(0, 9).flatmap(lambda number: bad if number == 0 else good)


def lists(items: Any) -> Any:
    return often(st.lists(often(items), min_size=1, max_size=3), st.lists(often(items), max_size=3) | ODD)


def mappings(required: dict[str, Any], optional: dict[str, Any]) -> Any:
    whole = st.fixed_dictionaries(required, optional=optional)
    lacking = st.fixed_dictionaries({}, optional={**required, **optional, "unknown": ODD})
    return often(whole, lacking | ODD)


TEXTS = often(st.sampled_from(["a", "INC-1: raised", "arn:aws:iam::*:role/x", 7, "*"]))
WATCHED = st.sampled_from([*NAMES, *KNOWN["aws_lambda_function"], "memroy_size"])
RULES = mappings(
    {
        "name": TEXTS,
        "resource_types": lists(TYPES),
        "severity": often(st.sampled_from(["low", "High", "CRITICAL", "mediUm", "severe", "lowest"])),
    },
    {"watched_attributes": lists(WATCHED)},
)
TRUSTED = mappings({"name": TEXTS, "role_arn": TEXTS}, {"session_name": TEXTS, "user_agent": TEXTS})
DAYS = st.dates().map(str) | st.sampled_from(["2026-02-30", "2026-12-1", "20261201", "never", "2026-13-01"])
WAIVERS = mappings(
    {"reason": TEXTS, "owner": TEXTS, "expires": often(DAYS)},
    {"address": TEXTS, "resource_id": TEXTS, "id": TEXTS, "attributes": lists(PATHS)},
)
FILES = mappings(
    {},
    {
        "drift_rules": often(st.lists(RULES, max_size=2)),
        "trusted": often(st.lists(TRUSTED, max_size=2)),
        "waivers": often(st.lists(WAIVERS, max_size=2)),
        "replace_defaults": often(st.booleans()),
    },
)
ONE_RULE = st.fixed_dictionaries({"drift_rules": st.lists(RULES, min_size=1, max_size=1)})


def test_schema_and_loader_agree_on_every_document() -> None:
    seen: Counter[bool] = Counter()

    @settings(
        derandomize=True,
        deadline=None,
        database=None,
        max_examples=600,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(FILES | ONE_RULE)
    def agree(document: Any) -> None:
        loads = accepted(json.dumps(document))
        assert VALIDATOR.is_valid(document) is loads
        seen[loads] += 1

    agree()
    assert min(seen[True], seen[False]) > 100, "a comparison that only ever sees one answer proves nothing"
