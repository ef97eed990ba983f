"""The configuration's blocks: where each stands and what it tells Terraform to ignore."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.samples import SINCE, UNTIL, check, environment, events_file, record, root_module, update
from tfdrift_gate.model import SourceRange
from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.declaration import Declaration
from tfdrift_gate.terraform.root import open_root

ORDERS = "aws_lambda_function.orders"


def read(folder: Path) -> Configuration:
    return read_configuration(open_root(str(folder), None, {}), {})


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def function_block(lifecycle: str = "", name: str = "orders") -> str:
    return f'resource "aws_lambda_function" "{name}" {{\n  function_name = "{name}"\n{lifecycle}}}\n'


def declared(folder: Path, text: str, address: str = ORDERS) -> Declaration:
    """Write one file; find the block of an address in it."""
    write(folder, "main.tf", text)
    found = read(folder)
    assert not found.skipped
    declaration = found.find(address)
    assert declaration is not None
    return declaration


def ignored(folder: Path, expression: str) -> Declaration:
    return declared(folder, function_block(f"  lifecycle {{\n    ignore_changes = {expression}\n  }}\n"))


# Where


def test_a_block_is_found_with_its_lines(tmp_path: Path) -> None:
    text = "# a comment\n\nlocals { a = 1 }\n\n" + function_block()
    assert declared(tmp_path, text).source == SourceRange("main.tf", 5, 7)


def test_a_block_in_any_of_several_files_is_found(tmp_path: Path) -> None:
    write(tmp_path, "api.tf", function_block(name="api"))
    write(tmp_path, "versions.tf", "terraform {}\n")
    write(tmp_path, "orders.tofu", function_block())
    found = read(tmp_path)
    sources = [found.find(address) for address in (ORDERS, "aws_lambda_function.api")]
    assert [entry.source.file for entry in sources if entry] == ["orders.tofu", "api.tf"]


@pytest.mark.parametrize("key", ["[0]", '["a"]', '["a.b"]', '["a]b"]', '["a\\"b"]', '["module.x"]'])
def test_every_instance_of_a_block_is_found(tmp_path: Path, key: str) -> None:
    assert declared(tmp_path, function_block(), f"{ORDERS}{key}").source.line == 1


def test_what_is_not_declared_is_not_found(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", function_block())
    assert read(tmp_path).find("aws_lambda_function.other") is None
    assert read(tmp_path).find(None) is None


def test_a_block_with_everything_that_hcl_has_is_found(tmp_path: Path) -> None:
    text = """\
variable "names" { type = map(object({ memory = optional(number, 128) })) }
resource "aws_lambda_function" "orders" {
  for_each      = { for name, each in var.names : name => each if each.memory > 128 }
  function_name = "orders-${each.key}%{if true}-x%{endif}"
  description   = <<-EOT
    a } brace and a "quote"
  EOT
  environment {
    variables = merge({ A = "1" }, { for k, v in var.names : upper(k) => "${v.memory}" })
  }
  dynamic "vpc_config" {
    for_each = [1]
    content { subnet_ids = [] }
  }
  /* lifecycle { ignore_changes = all } */
  lifecycle {
    precondition {
      condition     = alltrue([for name in keys(var.names) : can(regex("^[a-z]+$", name))])
      error_message = "lower case"
    }
    ignore_changes = [ # what others set
      memory_size,
    ]
  }
}
"""
    declaration = declared(tmp_path, text, f'{ORDERS}["a"]')
    assert declaration.source == SourceRange("main.tf", 2, 25)
    assert declaration.ignore_changes == ("memory_size",)


# Modules


def test_local_modules_are_followed_as_deep_as_they_go(tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(root, "main.tf", 'module "api" {\n  source = "./modules/api"\n}\n')
    write(root, "modules/api/main.tf", 'module "inner" {\n  source = "../../../shared"\n}\n' + function_block())
    write(tmp_path, "shared/main.tf", "\n" + function_block())
    found = read(root)
    outer, inner = (found.find(f"{path}.{ORDERS}") for path in ('module.api["eu"]', "module.api[0].module.inner"))
    assert outer is not None
    assert outer.source == SourceRange("modules/api/main.tf", 4, 6)
    assert inner is not None
    assert inner.source == SourceRange("../shared/main.tf", 2, 4)


def test_a_folder_called_twice_is_found_under_both_names(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", "".join(f'module "{name}" {{\n  source = "./m"\n}}\n' for name in ("a", "b")))
    write(tmp_path, "m/main.tf", function_block())
    found = read(tmp_path)
    assert all(found.find(f"module.{name}.{ORDERS}") for name in ("a", "b"))


@pytest.mark.parametrize("data_folder", [".terraform", "data"])
def test_installed_modules_are_found_through_modules_json(
    tmp_path: Path, data_folder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = [
        {"Key": "", "Source": "", "Dir": "."},
        {"Key": "api", "Source": "registry.terraform.io/x/api/aws", "Dir": f"{data_folder}/modules/api"},
        {"Key": "api.store", "Source": "./store", "Dir": f"{data_folder}/modules/api/store"},
    ]
    write(tmp_path, f"{data_folder}/modules/modules.json", json.dumps({"Modules": modules}))
    write(tmp_path, "main.tf", 'module "api" {\n  source  = "x/api/aws"\n  version = "1.0.0"\n}\n')
    write(tmp_path, f"{data_folder}/modules/api/main.tf", 'module "store" {\n  source = "./store"\n}\n')
    write(tmp_path, f"{data_folder}/modules/api/store/main.tf", function_block())
    variables = {} if data_folder == ".terraform" else {"TF_DATA_DIR": data_folder}
    found = read_configuration(open_root(str(tmp_path), None, variables), variables).find(
        f"module.api.module.store.{ORDERS}"
    )
    assert found is not None
    assert found.source.file == f"{data_folder}/modules/api/store/main.tf"


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"Modules": [{"Key": "api"}]}'])
def test_a_modules_json_that_cannot_be_read_costs_only_what_it_names(tmp_path: Path, manifest: str) -> None:
    write(tmp_path, ".terraform/modules/modules.json", manifest)
    write(tmp_path, "main.tf", 'module "api" {\n  source = "x/api/aws"\n}\n' + function_block())
    assert read(tmp_path).find(ORDERS) is not None


def test_a_module_that_calls_itself_ends(tmp_path: Path) -> None:
    # Terraform refuses it; whatever a folder holds, the read comes to an end.
    root = root_module(tmp_path / "root", text='module "again" {\n  source = "./"\n}\n')
    window = ["--since", SINCE, "--until", UNTIL, "--events", events_file(tmp_path, update())]
    command = [sys.executable, "-m", "tfdrift_gate", "check", str(root), *window]
    done = subprocess.run(command, env=environment(), capture_output=True, timeout=60, check=False)
    assert done.returncode == 2


# ignore_changes


@pytest.mark.parametrize("expression", ["all", '"all"'])
def test_all_ignores_every_attribute(tmp_path: Path, expression: str) -> None:
    declaration = ignored(tmp_path, expression)
    assert declaration.ignores("memory_size")
    assert declaration.ignores("vpc_config[0].subnet_ids")


@pytest.mark.parametrize(
    "expression", ["[memory_size, timeout]", '["memory_size", "timeout"]', "[\n memory_size,\n timeout,\n]"]
)
def test_a_list_ignores_what_it_names_and_nothing_else(tmp_path: Path, expression: str) -> None:
    declaration = ignored(tmp_path, expression)
    assert declaration.ignores("memory_size")
    assert declaration.ignores("timeout")
    assert not declaration.ignores("memory")
    assert not declaration.ignores("memory_size_limit")
    assert not declaration.ignores("runtime")


def test_an_empty_list_and_no_lifecycle_ignore_nothing(tmp_path: Path) -> None:
    assert not ignored(tmp_path, "[]").ignores("memory_size")
    assert not declared(tmp_path, function_block()).ignores("memory_size")


def test_a_block_covers_what_lies_in_it(tmp_path: Path) -> None:
    declaration = ignored(tmp_path, "[vpc_config]")
    assert declaration.ignores("vpc_config")
    assert declaration.ignores("vpc_config[0].subnet_ids")


def test_a_nested_attribute_covers_itself_alone(tmp_path: Path) -> None:
    declaration = ignored(tmp_path, "[vpc_config[0].subnet_ids]")
    assert declaration.ignores("vpc_config[0].subnet_ids")
    assert not declaration.ignores("vpc_config[0].security_group_ids")
    assert not declaration.ignores("vpc_config")


def test_a_map_key_covers_itself_alone(tmp_path: Path) -> None:
    declaration = ignored(tmp_path, '[tags["team"], environment[0].variables["A"]]')
    assert declaration.ignores('tags["team"]')
    assert not declaration.ignores('tags["other"]')
    assert not declaration.ignores("tags")
    assert declaration.ignores('environment[0].variables["A"]')
    assert not declaration.ignores("environment")


def test_a_map_key_keeps_its_blanks(tmp_path: Path) -> None:
    assert ignored(tmp_path, '[tags["Cost Center"]]').ignores('tags["Cost Center"]')


def test_another_blocks_lifecycle_does_not_count(tmp_path: Path) -> None:
    other = function_block("  lifecycle {\n    ignore_changes = all\n  }\n", name="other")
    assert not declared(tmp_path, other + function_block()).ignores("memory_size")


def code_update() -> dict[str, Any]:
    update_of_code = update()
    response = update_of_code["responseElements"] | {"memorySize": 512, "codeSha256": "bmV3"}
    request = {"functionName": "orders", "publish": False, "dryRun": False}
    return record("UpdateFunctionCode20150331v2", request, response)


def suppressed_kinds(folder: Path, expression: str, change: dict[str, Any]) -> tuple[int, list[str]]:
    block = function_block(f"  lifecycle {{\n    ignore_changes = {expression}\n  }}\n")
    root = root_module(folder / "root", text=block)
    done = check(root, "--events", events_file(folder, change), "--format", "json")
    report = json.loads(done.stdout)
    assert (len(report["findings"]) + len(report["suppressed"])) == 1
    return done.returncode, [entry["suppressed_by"]["kind"] for entry in report["suppressed"]]


def test_what_is_ignored_is_suppressed_and_said(tmp_path: Path) -> None:
    assert suppressed_kinds(tmp_path, "[memory_size]", update()) == (0, ["ignore_changes"])


def test_what_is_not_ignored_stays_a_finding(tmp_path: Path) -> None:
    assert suppressed_kinds(tmp_path, "[timeout]", update()) == (2, [])


@pytest.mark.parametrize("expression", ["[source_code_hash]", "[filename, source_code_hash]"])
def test_code_is_ignored_where_the_hash_that_terraform_compares_is(tmp_path: Path, expression: str) -> None:
    assert suppressed_kinds(tmp_path, expression, code_update()) == (0, ["ignore_changes"])


def test_code_is_held_against_somebody_where_nothing_is_ignored(tmp_path: Path) -> None:
    assert suppressed_kinds(tmp_path, "[]", code_update()) == (2, [])


def test_environment_is_ignored_where_its_variables_are(tmp_path: Path) -> None:
    shown = update()
    request = {"functionName": "orders", "environment": {}}
    response = shown["responseElements"] | {"memorySize": 512, "environment": {}}
    change = record("UpdateFunctionConfiguration20150331v2", request, response)
    assert suppressed_kinds(tmp_path, "[environment[0].variables]", change) == (0, ["ignore_changes"])


# Files that cannot be parsed


def test_a_file_that_cannot_be_parsed_costs_its_lines_and_says_so(tmp_path: Path) -> None:
    write(tmp_path, "bad.tf", 'resource "aws_lambda_function" "orders" {{{\n')
    write(tmp_path, "good.tf", function_block(name="api"))
    found = read(tmp_path)
    assert found.find(ORDERS) is None
    assert found.find("aws_lambda_function.api") is not None
    (skipped,) = found.skipped
    assert skipped.reason == "unparsed-configuration"
    assert skipped.detail.startswith("bad.tf: ")


@pytest.mark.parametrize(
    "content", [b"\xff\xfeaws_lambda_function", b'{"resource": [{"aws_lambda_function": {}}]}', b"{"]
)
def test_an_odd_file_ends_no_run(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, "good.tf", function_block())
    (tmp_path / ("odd.tf" if content[:1] == b"\xff" else "odd.tf.json")).write_bytes(content)
    assert read(tmp_path).find(ORDERS) is not None


def test_the_verdict_stands_without_lines(tmp_path: Path) -> None:
    root = root_module(tmp_path / "root", text='resource "aws_lambda_function" "orders" {{{\n')
    done = check(root, "--events", events_file(tmp_path, update()), "--format", "json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["findings"][0]["source"]) == (2, None)
    assert "main.tf" in report["skipped"][0]["detail"]


def test_a_file_without_lambda_or_modules_is_not_even_parsed(tmp_path: Path) -> None:
    write(tmp_path, "other.tf", 'resource "aws_s3_bucket" "b" {{{\n')
    assert read(tmp_path).skipped == ()


# Configuration in JSON


def test_json_blocks_are_found_with_line_and_ignore_changes(tmp_path: Path) -> None:
    body = {"function_name": "x", "lifecycle": {"ignore_changes": ["memory_size"]}}
    text = json.dumps({"resource": {"aws_lambda_function": {"orders": body}}}, indent=2)
    write(tmp_path, "main.tf.json", text)
    found = read(tmp_path).find(f"{ORDERS}[0]")
    assert found is not None
    assert (found.source.file, found.source.line) == ("main.tf.json", 4)
    assert found.ignores("memory_size")
    assert not found.ignores("timeout")


@pytest.mark.parametrize(
    "lifecycle", [{"ignore_changes": "all"}, [{"ignore_changes": "all"}], {"ignore_changes": ["all"]}]
)
def test_json_may_ignore_all(tmp_path: Path, lifecycle: Any) -> None:
    write(
        tmp_path,
        "main.tf.json",
        json.dumps({"resource": {"aws_lambda_function": {"orders": {"lifecycle": lifecycle}}}}),
    )
    found = read(tmp_path).find(ORDERS)
    assert found is not None
    assert found.ignores("anything")


def test_a_module_called_from_json_is_followed(tmp_path: Path) -> None:
    write(tmp_path, "main.tf.json", json.dumps({"module": {"api": {"source": "./api"}}}))
    write(tmp_path, "api/main.tf.json", json.dumps({"resource": {"aws_lambda_function": {"orders": {}}}}))
    found = read(tmp_path).find(f"module.api.{ORDERS}")
    assert found is not None
    assert found.source.file == "api/main.tf.json"


def test_json_may_write_every_level_as_a_list(tmp_path: Path) -> None:
    body = {"lifecycle": [{"ignore_changes": ['tags["team"]', "environment[0].variables"]}]}
    write(tmp_path, "main.tf.json", json.dumps([{"resource": [{"aws_lambda_function": [{"orders": [body]}]}]}]))
    found = read(tmp_path)
    declaration = found.find(ORDERS)
    assert declaration is not None
    assert declaration.ignores('tags["team"]')
    assert declaration.ignores("environment[0].variables")
    assert not declaration.ignores("timeout")
    assert found.skipped == ()


def test_a_json_blocks_lines_are_its_own_and_not_those_of_another_text_like_its_name(tmp_path: Path) -> None:
    text = """\
{
  "//": "orders",
  "locals": {"orders": "orders"},
  "resource": {
    "aws_iam_role": {"orders": {"name": "orders"}},
    "aws_lambda_function": {
      "\\u006frders": {
        "function_name": "}"
      }
    }
  }
}
"""
    write(tmp_path, "main.tf.json", text)
    found = read(tmp_path).find(ORDERS)
    assert found is not None
    assert found.source == SourceRange("main.tf.json", 7, 9)


# ignore_changes in every spelling


def test_a_star_is_all(tmp_path: Path) -> None:
    assert ignored(tmp_path, '["*"]').ignores("memory_size")


@pytest.mark.parametrize(
    ("written", "covered"),
    [
        ("tags.team", 'tags["team"]'),
        ('tags[ "team" ]', 'tags["team"]'),
        ('"tags[\\"team\\"]"', 'tags["team"]'),
        ('tags["a\\"b"]', 'tags["a\\"b"]'),
        ('tags["a.b"]', 'tags["a.b"]'),
        ('tags["a]b"]', 'tags["a]b"]'),
        ("environment.0.variables", "environment[0].variables"),
        ('environment[0].variables["A"]', 'environment[0].variables["A"]'),
        ('environment[0].variables["A"]', "environment[0].variables.A"),
        ("vpc_config[0]", "vpc_config[0].subnet_ids"),
        ("description /* of others */", "description"),
    ],
)
def test_a_path_is_the_same_however_it_is_written(tmp_path: Path, written: str, covered: str) -> None:
    declaration = ignored(tmp_path, f"[timeout, # slow\n    {written}, // others\n  ]")
    assert declaration.ignores(covered)
    assert declaration.ignores("timeout")
    for other in ("memory_size", 'tags["other"]', "environment", "vpc_config[1].subnet_ids", "vpc_config", "tag"):
        assert not declaration.ignores(other)


@pytest.mark.parametrize("attribute", ["", "[", "tags[", 'tags["', "tags..a", "x" * 10_000, "tags[" + "9" * 5000 + "]"])
def test_what_is_no_path_is_ignored_by_none(attribute: str) -> None:
    assert not Declaration(SourceRange("main.tf", 1, 1), ('tags["a"]', "x[", "")).ignores(attribute or "y")


# Override files


def overridden(folder: Path, base: str, override: str, name: str = "override.tf") -> Declaration:
    """Write a block and an override of its lifecycle; find it."""
    block = function_block(f"  lifecycle {{\n    {base}\n  }}\n")
    write(folder, "zz.tf", "\n" + block)
    write(folder, name, f'resource "aws_lambda_function" "orders" {{\n  lifecycle {{\n    {override}\n  }}\n}}\n')
    found = read(folder).find(ORDERS)
    assert found is not None
    return found


@pytest.mark.parametrize("name", ["override.tf", "a_override.tf", "override.tofu", "a_override.tofu"])
def test_an_override_file_is_laid_over_the_block_that_keeps_its_place(tmp_path: Path, name: str) -> None:
    found = overridden(tmp_path, "ignore_changes = [timeout]", "ignore_changes = [memory_size]", name)
    assert found.source == SourceRange("zz.tf", 2, 7)
    assert found.ignore_changes == ("memory_size",)


@pytest.mark.parametrize("override", ["prevent_destroy = true", "ignore_changes = []"])
def test_an_override_that_ignores_nothing_leaves_what_was_ignored(tmp_path: Path, override: str) -> None:
    assert overridden(tmp_path, "ignore_changes = [timeout]", override).ignore_changes == ("timeout",)


def test_what_is_ignored_as_a_whole_stays_so_under_an_override(tmp_path: Path) -> None:
    assert overridden(tmp_path, "ignore_changes = all", "ignore_changes = [timeout]").ignores("memory_size")


def test_override_files_are_laid_over_in_the_order_of_their_names(tmp_path: Path) -> None:
    for name in ("b", "a", "c"):
        text = function_block(f"  lifecycle {{\n    ignore_changes = [{name}]\n  }}\n")
        write(tmp_path, f"{name}_override.tf", text)
    assert declared(tmp_path, function_block()).ignore_changes == ("c",)


def test_an_override_in_json_is_laid_over_too(tmp_path: Path) -> None:
    body = {"lifecycle": {"ignore_changes": ["timeout"]}}
    write(tmp_path, "x_override.tf.json", json.dumps({"resource": {"aws_lambda_function": {"orders": body}}}))
    assert declared(tmp_path, function_block()).ignore_changes == ("timeout",)


def test_an_override_of_nothing_declares_nothing(tmp_path: Path) -> None:
    write(tmp_path, "override.tf", function_block() + 'module "api" {\n  source = "./api"\n}\n')
    write(tmp_path, "api/main.tf", function_block())
    assert read(tmp_path).declarations == {}


def test_an_override_may_name_another_source_of_a_module(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", 'module "api" {\n  source = "./old"\n}\n')
    write(tmp_path, "override.tf", 'module "api" {\n  source = "./new"\n}\n')
    write(tmp_path, "old/main.tf", function_block())
    write(tmp_path, "new/main.tf", "\n" + function_block())
    found = read(tmp_path).find(f"module.api.{ORDERS}")
    assert found is not None
    assert found.source.file == "new/main.tf"


# Files as they come


@pytest.mark.parametrize("encode", [lambda text: b"\xef\xbb\xbf" + text, lambda text: text.replace(b"\n", b"\r\n")])
def test_a_byte_order_mark_and_the_line_ends_of_windows_change_nothing(
    tmp_path: Path, encode: Callable[[bytes], bytes]
) -> None:
    text = "# é\n" + function_block(
        "  description = <<EOT\n}\nEOT\n  lifecycle {\n    ignore_changes = [timeout]\n  }\n"
    )
    (tmp_path / "main.tf").write_bytes(encode(text.encode()))
    found = read(tmp_path)
    declaration = found.find(ORDERS)
    assert found.skipped == ()
    assert declaration is not None
    assert declaration.source == SourceRange("main.tf", 2, 10)
    assert declaration.ignore_changes == ("timeout",)


@pytest.mark.parametrize("name", [".#main.tf", "main.tf~", "#main.tf#", ".main.tf", "main.tf.bak", "main.tfvars"])
def test_an_editors_own_files_are_none_of_terraforms(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, "resource {{{")
    assert read(tmp_path) == Configuration({})


def test_a_folder_named_like_a_file_is_no_file(tmp_path: Path) -> None:
    write(tmp_path, "modules.tf/main.tf", function_block())
    assert read(tmp_path) == Configuration({})


def test_links_are_followed_and_a_link_to_nowhere_is_said(tmp_path: Path) -> None:
    write(tmp_path, "shared/common.tf", function_block())
    write(tmp_path, "root/main.tf", 'module "m" {\n  source = "./m"\n}\n')
    (tmp_path / "root" / "common.tf").symlink_to("../shared/common.tf")
    (tmp_path / "root" / "m").symlink_to("../shared")
    (tmp_path / "root" / "gone.tf").symlink_to("nowhere.tf")
    (tmp_path / "root" / "loop.tf").symlink_to("loop.tf")
    found = read(tmp_path / "root")
    sources = [found.find(address) for address in (ORDERS, f"module.m.{ORDERS}")]
    assert [entry.source.file for entry in sources if entry] == ["common.tf", "m/common.tf"]
    assert [entry.detail.split(":")[0] for entry in found.skipped] == ["gone.tf", "loop.tf"]


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.tf")
    write(tmp_path, "main.tf", function_block())
    found = read(tmp_path)
    assert found.find(ORDERS) is not None
    assert [entry.detail.split(":")[0] for entry in found.skipped] == ["pipe.tf"]


def test_a_file_too_long_to_parse_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfdrift_gate.terraform.hcl_blocks.LONGEST", 200)
    write(tmp_path, "main.tf", function_block(name="small"))
    write(tmp_path, "long.tf", function_block() + "# " + "x" * 200 + "\n")
    write(tmp_path, "other.tf", "# " + "x" * 200 + "\n")
    found = read(tmp_path)
    assert list(found.declarations) == ["aws_lambda_function.small"]
    assert [entry.detail for entry in found.skipped] == [
        "long.tf: not parsed (too long to be parsed): no lines, no ignore_changes and no ignore_tags from it"
    ]


@pytest.mark.parametrize(
    "inner", ["[" * 3000 + "]" * 3000, '"${' * 300 + "1" + '}"' * 300, "(" * 3000 + "1" + ")" * 3000]
)
def test_deep_nesting_is_read_or_said(tmp_path: Path, inner: str) -> None:
    write(tmp_path, "deep.tf", function_block(f"  description = {inner}\n", name="deep"))
    write(tmp_path, "main.tf", function_block())
    found = read(tmp_path)
    assert found.find(ORDERS) is not None
    assert (found.find("aws_lambda_function.deep") is None) == bool(found.skipped)


def test_a_json_file_nested_beyond_all_depth_is_said(tmp_path: Path) -> None:
    write(tmp_path, "deep.tf.json", '{"module": ' + "[" * 100_000 + "]" * 100_000 + "}")
    write(tmp_path, "main.tf", function_block())
    found = read(tmp_path)
    assert found.find(ORDERS) is not None
    assert [entry.reason for entry in found.skipped] == ["unparsed-configuration"]


# What an unparsed file does not cost

UNPARSED = "locals { x = { schlüssel = = 1 } }\n"


def test_a_local_module_called_from_an_unparsed_file_is_still_followed(tmp_path: Path) -> None:
    call = '# module "old" {\nmodule "api" {\n  # where it is\n  source = "./api"\n}\n'
    write(tmp_path, "main.tf", UNPARSED + call + 'module "far" {\n  version = "1"\n}\n')
    write(tmp_path, "api/main.tf", function_block())
    found = read(tmp_path)
    assert list(found.declarations) == [f"module.api.{ORDERS}"]
    assert len(found.skipped) == 1


def test_an_installed_module_called_from_an_unparsed_file_is_still_followed(tmp_path: Path) -> None:
    modules = [{"Key": key, "Dir": f".terraform/modules/{key}"} for key in ("api", "api.store", "module")]
    write(tmp_path, ".terraform/modules/modules.json", json.dumps({"Modules": modules}))
    write(tmp_path, "main.tf", UNPARSED + 'module "api" {\n  source = "x/api/aws"\n}\n')
    for entry in modules:
        write(tmp_path, f"{entry['Dir']}/main.tf", function_block())
    found = read(tmp_path)
    assert set(found.declarations) == {f"module.api.{ORDERS}", f"module.module.{ORDERS}"}


def test_a_module_installed_once_and_called_no_more_is_not_followed(tmp_path: Path) -> None:
    manifest = {"Modules": [{"Key": "api", "Dir": ".terraform/modules/api"}]}
    write(tmp_path, ".terraform/modules/modules.json", json.dumps(manifest))
    write(tmp_path, ".terraform/modules/api/main.tf", function_block())
    write(tmp_path, "main.tf", function_block())
    assert list(read(tmp_path).declarations) == [ORDERS]


def test_a_file_that_is_called_twice_is_complained_of_once(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", "".join(f'module "{name}" {{\n  source = "./m"\n}}\n' for name in ("a", "b")))
    write(tmp_path, "m/main.tf", function_block() + UNPARSED)
    assert [entry.detail.split(":")[0] for entry in read(tmp_path).skipped] == ["m/main.tf"]


def test_modules_that_call_each_other_end(tmp_path: Path) -> None:
    write(tmp_path, "main.tf", 'module "a" {\n  source = "./a"\n}\n')
    write(tmp_path, "a/main.tf", 'module "b" {\n  source = "../b"\n}\n' + function_block())
    write(tmp_path, "b/main.tf", 'module "a" {\n  source = "../a"\n}\nmodule "root" {\n  source = "../"\n}\n')
    assert list(read(tmp_path).declarations) == [f"module.a.{ORDERS}"]


def test_modules_that_call_more_and_more_modules_end_and_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tfdrift_gate.terraform.configuration.MOST_MODULES", 50)
    for number in range(12):
        calls = "".join(f'module "{name}" {{\n  source = "../m{number + 1}"\n}}\n' for name in ("a", "b"))
        write(tmp_path, f"m{number}/main.tf", calls + function_block())
    found = read(tmp_path / "m0")
    assert 50 <= len(found.declarations) <= 52
    assert "more than 50 module calls" in found.skipped[0].detail


@pytest.mark.parametrize("source", ["./" + "a" * 5000, "./a\\u0000b", "./nowhere", "./main.tf.json", "", 5, None])
def test_a_module_that_is_nowhere_costs_nothing_else(tmp_path: Path, source: Any) -> None:
    text = json.dumps({"module": {"api": {"source": source}}}).replace("\\\\u", "\\u")
    write(tmp_path, "main.tf.json", text)
    write(tmp_path, "main.tf", function_block())
    assert list(read(tmp_path).declarations) == [ORDERS]


HCL = st.lists(
    st.sampled_from(
        [
            *('resource "aws_lambda_function" "orders" {', 'module "a" {', 'source = "./a"', "lifecycle {", "}", "\n"),
            *('provider "aws" {', "ignore_tags {", "keys = [", "providers = {", "aws.b = aws.a", "provider = aws.a"),
            *("ignore_changes = [", "tags", '["a"]', ",", "]", "<<EOT", "EOT", "/*", "*/", "#", '"', "${", "all", "="),
        ]
    ),
    max_size=25,
).map(" ".join)
KEYS = [
    "resource",
    "module",
    "provider",
    "providers",
    "aws",
    "alias",
    "ignore_tags",
    "keys",
    "aws_lambda_function",
    "orders",
    "lifecycle",
    "ignore_changes",
    "source",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["./a", "all", "tags"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3),
)


@settings(derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(HCL, JSON)
def test_any_configuration_is_read_or_said(text: str, document: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), "main.tf", text)
        write(Path(folder), "main.tf.json", json.dumps(document, indent=1))
        write(Path(folder), "a/good.tf", function_block())
        found = read(Path(folder))
    assert all(isinstance(path, str) for entry in found.declarations.values() for path in entry.ignore_changes)
    assert all(entry.reason == "unparsed-configuration" for entry in found.skipped)
