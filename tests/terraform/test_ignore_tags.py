"""The AWS provider's ``ignore_tags``: which tags each resource's provider hides, out of blocks and the environment.

That Terraform finds the same blocks is shown in ``tests/on_local_aws/test_ignore_tags.py``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.root import open_root

ORDERS = "aws_lambda_function.orders"


def read(folder: Path, **environment: str) -> Configuration:
    return read_configuration(open_root(str(folder), None, environment), environment)


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def function(arguments: str = "") -> str:
    return f'resource "aws_lambda_function" "orders" {{\n  function_name = "orders"\n{arguments}}}\n'


def provider(keys: str = "", alias: str = "", prefixes: str = "", name: str = "aws") -> str:
    """Write a provider block; without lists it has no ``ignore_tags``."""
    lines = [f"  alias = {json.dumps(alias)}"] if alias else []
    if keys or prefixes:
        lists = (("keys", keys), ("key_prefixes", prefixes))
        lines += ["  ignore_tags {", *(f"    {label} = {given}" for label, given in lists if given), "  }"]
    return "\n".join([f'provider "{name}" {{', '  region = "us-east-1"', *lines, "}\n"])


def module(name: str, arguments: str = "", source: str = "./m") -> str:
    return f'module "{name}" {{\n  source = "{source}"\n{arguments}}}\n'


def ignores(configuration: Configuration, key: str, address: str = ORDERS) -> bool:
    """Tell whether one tag of a resource is ignored, in ``tags`` and ``tags_all`` alike."""
    declaration = configuration.find(address)
    assert declaration is not None
    answers = {declaration.ignores(f"{name}[{json.dumps(key)}]") for name in ("tags", "tags_all")}
    assert len(answers) == 1
    return answers.pop()


def ignored(folder: Path, *keys: str, address: str = ORDERS, **environment: str) -> set[str]:
    """Read the configuration; give those of the keys that are ignored."""
    found = read(folder, **environment)
    assert found.skipped == ()
    return {key for key in keys if ignores(found, key, address)}


# Which tags


def test_a_key_is_ignored_as_it_is_and_a_prefix_as_far_as_it_goes(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", provider('["CostCenter"]', prefixes='["kubernetes.io/"]') + function())
    keys = ("CostCenter", "kubernetes.io/x", "kubernetes.io/", "costcenter", "CostCenter2", "kubernetes.io", "team")
    assert ignored(tmp_path, *keys) == {"CostCenter", "kubernetes.io/x", "kubernetes.io/"}


def test_nothing_but_single_tags_is_ignored(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", provider('["A", "tags"]', prefixes='[""]') + function())
    declaration = read(tmp_path).find(ORDERS)
    assert declaration is not None
    assert declaration.ignores('tags["A"]')
    for attribute in ("tags", "tags_all", 'environment[0].variables["A"]', "A", 'other["A"]', 'tags["A"]["A"]'):
        assert not declaration.ignores(attribute)


def test_a_block_that_ignores_nothing_and_none_at_all_ignore_nothing(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", "provider aws {\n  ignore_tags {\n  }\n}\n" + function())
    assert ignored(tmp_path, "A") == set()
    write(tmp_path, "main.tf", function())
    assert ignored(tmp_path, "A") == set()


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ('["A", "B",]', {"A", "B"}),
        ('[ # which\n "A", /* and */ "B"\n]', {"A", "B"}),
        ("var.keys", set()),
        ("local.keys", set()),
        ('toset(["A"])', set()),
        ('concat(["A"], var.keys)', set()),
        ('var.some ? ["A"] : ["B"]', set()),
        ('[for key in ["A"] : key]', set()),
        ('[["A"]]', set()),
        ('"A"', set()),
        ('["A", var.key, "${var.key}", upper("B")]', {"A"}),
        ('["\\u0041"]', {"A"}),
    ],
)
def test_literal_texts_of_a_list_are_known_and_nothing_else(tmp_path: Path, written: str, known: set[str]) -> None:
    write(tmp_path, "main.tf", provider(written) + function())
    assert ignored(tmp_path, "A", "B", "${var.key}", "") == known


def test_a_dynamic_block_is_not_known(tmp_path: Path) -> None:
    block = 'dynamic "ignore_tags" {\n    for_each = var.x\n    content {\n      keys = ["A"]\n    }\n  }\n'
    write(tmp_path, "main.tf", f'provider "aws" {{\n  {block}}}\n' + function())
    assert ignored(tmp_path, "A") == set()


# Whose provider


def test_a_resource_has_the_provider_it_names_and_else_the_default_one(tmp_path: Path) -> None:
    write(tmp_path, "providers.tf", provider('["A"]') + provider('["B"]', "west") + provider(alias="bare"))
    for argument, expected in (
        ("", {"A"}),
        ("  provider = aws\n", {"A"}),
        ("  provider = aws.west # there\n", {"B"}),
        ('  provider = "aws.west"\n', {"B"}),
        ("  provider = aws.west[each.key]\n", {"B"}),
        ("  provider = aws.bare\n", set()),
        ("  provider = aws.nowhere\n", set()),
    ):
        write(tmp_path, "main.tf", function(argument))
        assert ignored(tmp_path, "A", "B") == expected, argument


def test_another_providers_block_is_none_of_its(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", provider('["A"]', name="awscc") + provider('["B"]', name="amazon") + function())
    assert ignored(tmp_path, "A", "B") == set()
    write(tmp_path, "main.tf", provider('["B"]', name="amazon") + function("  provider = amazon\n"))
    assert ignored(tmp_path, "A", "B") == {"B"}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", {"A"}),
        ("  providers = {\n    aws = aws.west\n  }\n", {"B"}),
        ('  providers = { "aws": "aws.west" }\n', {"B"}),
        ("  providers = { aws = aws.bare }\n", set()),
        ("  providers = { aws = aws.nowhere }\n", set()),
        ("  providers = { aws.peer = aws.west }\n", {"A"}),
    ],
)
def test_a_module_has_what_it_is_handed_and_else_its_callers_default(
    tmp_path: Path, arguments: str, expected: set[str]
) -> None:
    blocks = provider('["A"]') + provider('["B"]', "west") + provider(alias="bare")
    write(tmp_path, "main.tf", blocks + module("a", arguments))
    # Two floors down it is the same.
    write(tmp_path, "m/main.tf", function() + module("b", source="./inner"))
    write(tmp_path, "m/inner/main.tf", function())
    for address in (f"module.a.{ORDERS}", f'module.a["x"].module.b[0].{ORDERS}'):
        assert ignored(tmp_path, "A", "B", address=address) == expected


def test_an_alias_is_handed_under_the_modules_own_name_for_it_and_never_inherited(tmp_path: Path) -> None:
    calls = module("a", "  providers = { aws.mine = aws.west }\n") + module("b")
    write(tmp_path, "main.tf", provider('["B"]', "west") + provider('["C"]', "mine") + calls)
    write(tmp_path, "m/main.tf", function("  provider = aws.mine\n"))
    assert ignored(tmp_path, "B", "C", address=f"module.a.{ORDERS}") == {"B"}
    assert ignored(tmp_path, "B", "C", address=f"module.b.{ORDERS}") == set()


@pytest.mark.parametrize("block", ['provider "aws" {}\n', provider(), provider('["B"]')])
def test_a_modules_own_block_stands_unless_one_is_handed_in(tmp_path: Path, block: str) -> None:
    calls = module("a") + module("b", "  providers = { aws = aws }\n")
    write(tmp_path, "main.tf", provider('["A"]') + calls)
    write(tmp_path, "m/main.tf", function())
    write(tmp_path, "m/providers.tf", block)
    assert ignored(tmp_path, "A", "B", address=f"module.a.{ORDERS}") == ({"B"} if '"B"' in block else set())
    assert ignored(tmp_path, "A", "B", address=f"module.b.{ORDERS}") == {"A"}


# JSON and override files


def test_json_says_all_of_it_too(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "provider": {
            "aws": [
                {"ignore_tags": [{"keys": ["A", "${var.b}"], "key_prefixes": "no list"}]},
                {"alias": "west", "ignore_tags": {"key_prefixes": ["B"]}},
            ]
        },
        "resource": {"aws_lambda_function": {"orders": {"provider": "aws.west"}, "plain": {}}},
        "module": {"a": {"source": "./m", "providers": {"aws": "aws.west"}}, "b": {"source": "./m"}},
    }
    write(tmp_path, "main.tf.json", json.dumps(document))
    write(tmp_path, "m/main.tf.json", json.dumps({"resource": {"aws_lambda_function": {"orders": {}}}}))
    keys = ("A", "B1", "${var.b}", "no list")
    assert ignored(tmp_path, *keys) == {"B1"}
    assert ignored(tmp_path, *keys, address="aws_lambda_function.plain") == {"A"}
    assert ignored(tmp_path, *keys, address=f"module.a.{ORDERS}") == {"B1"}
    assert ignored(tmp_path, *keys, address=f"module.b.{ORDERS}") == {"A"}
    write(tmp_path, "m/providers.tf.json", json.dumps({"provider": {"aws": {}}}))
    assert ignored(tmp_path, *keys, address=f"module.b.{ORDERS}") == set()


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (provider('["B"]'), {"B"}),
        (provider(prefixes='["B"]'), {"B"}),
        (provider(), {"A"}),
        (provider('["B"]', "west"), {"A"}),
        (function("  provider = aws.other\n"), {"C"}),
    ],
)
def test_an_overrides_block_takes_the_place_of_the_one_there_is(
    tmp_path: Path, override: str, expected: set[str]
) -> None:
    write(tmp_path, "main.tf", provider('["A"]') + provider('["C"]', "other") + function())
    write(tmp_path, "override.tf", override)
    assert ignored(tmp_path, "A", "B", "C") == expected


def test_an_override_may_be_all_that_is_said_of_a_provider(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", function())
    write(tmp_path, "local_override.tf", provider('["A"]'))
    assert ignored(tmp_path, "A") == {"A"}


# Files that are not parsed


def test_a_provider_that_says_nothing_of_tags_is_not_even_parsed(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", provider('["A"]') + function() + module("a"))
    write(tmp_path, "m/main.tf", function())
    write(tmp_path, "other.tf", 'provider "kubernetes" {{{\n')
    write(tmp_path, "words.tf", "locals { ignore_tags = {{{ }\n")
    assert ignored(tmp_path, "A", address=f"module.a.{ORDERS}") == {"A"}


def test_of_a_file_that_cannot_be_parsed_no_provider_is_known(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", function())
    write(tmp_path, "providers.tf", provider('["A"]') + "= =\n")
    found = read(tmp_path)
    assert not ignores(found, "A")
    assert [entry.detail.split(":")[0] for entry in found.skipped] == ["providers.tf"]


@pytest.mark.parametrize("name", ["providers.tf", "providers.tf.json"])
def test_a_module_whose_blocks_are_not_known_inherits_nothing_but_has_what_it_is_handed(
    tmp_path: Path, name: str
) -> None:
    calls = module("a") + module("b", "  providers = { aws = aws }\n")
    write(tmp_path, "main.tf", provider('["A"]') + calls)
    write(tmp_path, "m/main.tf", function())
    write(tmp_path, f"m/{name}", '{"provider": {"aws": = }}' if name.endswith("json") else provider() + "= =\n")
    found = read(tmp_path)
    assert not ignores(found, "A", f"module.a.{ORDERS}")
    assert ignores(found, "A", f"module.b.{ORDERS}")
    assert len(found.skipped) == 1


def test_a_module_of_whose_call_nothing_is_known_inherits_nothing(tmp_path: Path) -> None:
    manifest = {"Modules": [{"Key": "far", "Dir": "m"}]}
    write(tmp_path, ".terraform/modules/modules.json", json.dumps(manifest))
    write(tmp_path, "providers.tf", provider('["A"]'))
    write(tmp_path, "main.tf", "= =\n" + module("near") + module("far", source="x/far/aws"))
    write(tmp_path, "m/main.tf", function())
    found = read(tmp_path)
    assert [ignores(found, "A", f"module.{name}.{ORDERS}") for name in ("near", "far")] == [False, False]


# The environment


def test_the_environment_adds_to_every_provider_block_and_to_none(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", provider('["A"]') + function() + module("a", "  providers = { aws = aws.bare }\n"))
    write(tmp_path, "m/main.tf", function())
    variables = {"TF_AWS_IGNORE_TAGS_KEYS": " B ,, C d,", "TF_AWS_IGNORE_TAGS_KEY_PREFIXES": "p/,"}
    keys = ("A", "B", "C d", "p/x", "p", "b", "")
    assert ignored(tmp_path, *keys, **variables) == {"A", "B", "C d", "p/x"}
    assert ignored(tmp_path, *keys, address=f"module.a.{ORDERS}", **variables) == {"B", "C d", "p/x"}


def test_the_environment_counts_for_a_resource_without_a_block_too(tmp_path: Path) -> None:
    found = read(tmp_path, TF_AWS_IGNORE_TAGS_KEYS="A")
    assert any(covers('tags["A"]') for _, covers in found.exceptions(ORDERS))
    assert not any(covers('tags["B"]') for _, covers in found.exceptions(ORDERS))
    assert found.exceptions(None) == ()


@pytest.mark.parametrize("text", ["", ",", "  , "])
def test_an_environment_that_names_nothing_ignores_nothing(tmp_path: Path, text: str) -> None:
    write(tmp_path, "main.tf", function())
    variables = {"TF_AWS_IGNORE_TAGS_KEYS": text, "TF_AWS_IGNORE_TAGS_KEY_PREFIXES": text}
    assert ignored(tmp_path, "", "A", " ", **variables) == set()
