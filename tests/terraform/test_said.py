"""What a resource block literally says, in both syntaxes, by the names that state has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.terraform.configuration import read_configuration
from tfdrift_gate.terraform.declaration import Declaration
from tfdrift_gate.terraform.root import open_root
from tfdrift_gate.terraform.said import MAPS

FUNCTION = "aws_lambda_function.orders"
MAPPING = "aws_lambda_event_source_mapping.orders"


def declared(folder: Path, address: str = FUNCTION) -> Declaration:
    found = read_configuration(open_root(str(folder), None, {}), {})
    assert not found.skipped
    declaration = found.find(address)
    assert declaration is not None
    return declaration


def block(body: str, type_: str = "aws_lambda_function") -> str:
    return f'resource "{type_}" "orders" {{\n{body}\n}}\n'


def in_hcl(folder: Path, body: str, address: str = FUNCTION) -> Declaration:
    (folder / "main.tf").write_text(block(body, address.partition(".")[0]), encoding="utf-8")
    return declared(folder, address)


def in_json(folder: Path, body: Any, address: str = FUNCTION) -> Declaration:
    type_, name = address.split(".")
    (folder / "main.tf.json").write_text(json.dumps({"resource": {type_: {name: body}}}), encoding="utf-8")
    return declared(folder, address)


# A block


def test_nested_blocks_are_named_as_in_state(tmp_path: Path) -> None:
    declaration = in_hcl(
        tmp_path,
        """
  memory_size = 512
  role        = aws_iam_role.orders.arn
  tags        = { team = "payments" }
  vpc_config {
    subnet_ids         = ["subnet-1"]
    security_group_ids = var.groups
  }
  tracing_config { mode = "Active" }
  capacity_provider_config {
    lambda_managed_instances_capacity_provider_config {
      execution_environment_memory_gib_per_vcpu = 2
    }
  }
  lifecycle { ignore_changes = [timeout] }
  depends_on = []
""",
    )
    inner = {"execution_environment_memory_gib_per_vcpu": 2}
    path = "capacity_provider_config[0].lambda_managed_instances_capacity_provider_config"
    assert declaration.literals == {
        "memory_size": 512,
        "tags": {"team": "payments"},
        "vpc_config[0].subnet_ids": ["subnet-1"],
        "tracing_config": [{"mode": "Active"}],
        "tracing_config[0].mode": "Active",
        "capacity_provider_config": [{"lambda_managed_instances_capacity_provider_config": [inner]}],
        path: [inner],
        f"{path}[0].execution_environment_memory_gib_per_vcpu": 2,
    }


REPEATED = [{"type": "BASIC_AUTH", "uri": "a"}, {"type": "VPC_SUBNET", "uri": "b"}]


@pytest.mark.parametrize("syntax", ["hcl", "json"])
def test_repeated_blocks_stand_as_a_list_at_their_type_alone(tmp_path: Path, syntax: str) -> None:
    body = {
        "source_access_configuration": REPEATED,
        "filter_criteria": {"filter": [{"pattern": "{}"}, {"pattern": '{"a":[1]}'}]},
    }
    text = """
  source_access_configuration {
    type = "BASIC_AUTH"
    uri  = "a"
  }
  source_access_configuration {
    type = "VPC_SUBNET"
    uri  = "b"
  }
  filter_criteria {
    filter { pattern = "{}" }
    filter { pattern = jsonencode({ a = [1] }) }
  }
"""
    declaration = in_hcl(tmp_path, text, MAPPING) if syntax == "hcl" else in_json(tmp_path, body, MAPPING)
    patterns = [{"pattern": "{}"}, {"pattern": '{"a":[1]}'}]
    assert declaration.literals == {
        "source_access_configuration": REPEATED,
        "filter_criteria": [{"filter": patterns}],
        "filter_criteria[0].filter": patterns,
    }


def test_json_says_what_hcl_says(tmp_path: Path) -> None:
    declaration = in_json(
        tmp_path,
        {
            "//": "a comment",
            "memory_size": 512,
            "timeout": "${var.timeout}",
            "description": "e\u0301 $${a}",
            "handler": "e\u0301",
            "layers": ["a", "${var.b}"],
            "architectures": ["arm64"],
            "kms_key_arn": None,
            "tags": {"team": "payments"},
            "environment": {"variables": {"A": "1"}},
            "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": "${var.groups}"}],
            "dynamic": {"tracing_config": {"for_each": [1], "content": {"mode": "Active"}}},
            "lifecycle": {"ignore_changes": ["timeout"]},
        },
    )
    assert declaration.literals == {
        "memory_size": 512,
        "handler": "é",
        "architectures": ["arm64"],
        "kms_key_arn": None,
        "tags": {"team": "payments"},
        "environment": [{"variables": {"A": "1"}}],
        "environment[0].variables": {"A": "1"},
        "vpc_config[0].subnet_ids": ["subnet-1"],
    }


def test_a_block_given_twice_in_json_is_two_blocks(tmp_path: Path) -> None:
    body = '{"x": {"a": 1}, "x": {"a": 2}, "dynamic": {"y": {}}, "dynamic": {"z": {}}}'
    text = f'{{"resource": {{"aws_lambda_function": {{"orders": {body}}}}}}}'
    (tmp_path / "main.tf.json").write_text(text, encoding="utf-8")
    declaration = declared(tmp_path)
    assert declaration.literals == {"x": [{"a": 1}, {"a": 2}]}


def test_json_knows_every_map_of_the_catalogue() -> None:
    maps = {
        name.rpartition(".")[2]
        for resource in load_catalog().resources.values()
        for name, attribute in resource.attributes.items()
        if attribute.as_ in ("tags", "weights", "endpoints")
    }
    assert maps | {"tags_all", "variables"} == MAPS


def test_a_dynamic_block_says_something_not_literal(tmp_path: Path) -> None:
    text = """
  dynamic "vpc_config" {
    for_each = [1]
    content { subnet_ids = ["a"] }
  }
  vpc_config { subnet_ids = ["b"] }
  dead_letter_config {}
  tracing_config { mode = null }
  memory_size = null
"""
    declaration = in_hcl(tmp_path, text)
    assert set(declaration.literals) == {
        "dead_letter_config",
        "memory_size",
        "tracing_config",
        "tracing_config[0].mode",
    }


def test_of_several_blocks_no_single_one_is_told(tmp_path: Path) -> None:
    text = '  file_system_config { arn = "a" }\n  file_system_config { arn = "b" }'
    declaration = in_hcl(tmp_path, text)
    assert set(declaration.literals) == {"file_system_config"}


def test_the_secrets_of_a_block_do_not_show_when_it_is_printed(tmp_path: Path) -> None:
    declaration = in_hcl(tmp_path, '  environment {\n    variables = { KEY = "hunter2" }\n  }')
    assert declaration.literals["environment[0].variables"] == {"KEY": "hunter2"}
    assert "hunter2" not in repr(declaration)


# Override files


def test_an_override_replaces_attributes_and_all_blocks_of_a_type(tmp_path: Path) -> None:
    (tmp_path / "override.tf").write_text(
        block('  memory_size = 1024\n  timeout = var.t\n  vpc_config { subnet_ids = ["b"] }\n  tracing_config {}')
    )
    (tmp_path / "z_override.tf.json").write_text(
        json.dumps({"resource": {"aws_lambda_function": {"orders": {"handler": "b.c"}}}})
    )
    declaration = in_hcl(
        tmp_path,
        """
  memory_size = 512
  timeout     = 3
  handler     = "a.b"
  runtime     = "python3.13"
  vpc_config {
    security_group_ids = ["g"]
    subnet_ids         = ["a"]
  }
  dynamic "tracing_config" {
    for_each = []
    content {}
  }
""",
    )
    assert declaration.literals == {
        "memory_size": 1024,
        "handler": "b.c",
        "runtime": "python3.13",
        "vpc_config": [{"subnet_ids": ["b"]}],
        "vpc_config[0].subnet_ids": ["b"],
        "tracing_config": [{}],
    }


def test_what_an_override_that_cannot_be_parsed_may_say_is_not_known(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(block("  memory_size = 512"))
    (tmp_path / "override.tf").write_text(block("  memory_size = ?"))
    found = read_configuration(open_root(str(tmp_path), None, {}), {})
    declaration = found.find(FUNCTION)
    assert declaration is not None
    assert declaration.literals == {}


def test_of_a_block_that_stands_twice_nothing_is_known(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(block("  memory_size = 512"))
    (tmp_path / "main.tofu").write_text(block("  memory_size = 1024"))
    declaration = declared(tmp_path)
    assert declaration.literals == {}
