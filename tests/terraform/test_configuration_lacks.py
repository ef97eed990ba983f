"""What the configuration certainly has no block for any more, and what it imports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tfdrift_gate.terraform.configuration import Configuration, read_configuration
from tfdrift_gate.terraform.root import open_root

ORDERS = "aws_lambda_function.orders"
OTHER = 'resource "aws_lambda_function" "other" {}\n'
OTHER_JSON = json.dumps({"resource": {"aws_lambda_function": {"other": {}}}})
CALL = 'module "api" {\n  source = "./api"\n}\n'


def read(folder: Path, files: Mapping[str, str]) -> Configuration:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read_configuration(open_root(str(folder), None, {}), {})


@pytest.mark.parametrize("files", [{"main.tf": OTHER}, {"main.tf": "locals {}\n"}, {"main.tf.json": OTHER_JSON}])
@pytest.mark.parametrize(
    "address", [ORDERS, f'{ORDERS}["a"]', f"module.gone.{ORDERS}", f"module.gone[0].module.x.{ORDERS}"]
)
def test_a_block_that_is_gone_is_lacking(tmp_path: Path, files: Mapping[str, str], address: str) -> None:
    assert read(tmp_path, files).lacks(address)


def test_what_has_a_block_is_not_lacking_whatever_its_key(tmp_path: Path) -> None:
    found = read(tmp_path, {"main.tf": OTHER + CALL, "api/main.tf": OTHER})
    for address in ("aws_lambda_function.other", 'aws_lambda_function.other["gone"]'):
        assert not found.lacks(address)
        assert not found.lacks(f"module.api[3].{address}")


def test_a_block_that_is_gone_from_a_called_module_is_lacking(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"main.tf": CALL, "api/main.tf": 'module "inner" {\n  source = "../inner"\n}\n', "inner/a.tf": ""}
    )
    for path in ("", "module.api.", "module.api.module.inner.", "module.api.module.gone."):
        assert found.lacks(f"{path}{ORDERS}"), path


WRITTEN = [
    'resource "aws_lambda_function" "orders" { # }\n}\n',
    "resource aws_lambda_function orders {}\n",
    '  \tresource\t"aws_lambda_function"   "orders" {}\n',
    '/* a */ resource /* b */ "aws_lambda_function" "orders" {}\n',
    '/* a\n b */ resource "aws_lambda_function" "orders" {}\n',
    'resource /* a\n */ "aws_lambda_function" "orders" {}\n',
]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_block_however_it_is_written_is_not_lacking(tmp_path: Path, text: str) -> None:
    assert not read(tmp_path, {"main.tf": text}).lacks(ORDERS)
    assert not read(tmp_path, {"main.tf": text.replace("\n", "\r\n")}).lacks(ORDERS)


@pytest.mark.parametrize(
    "text",
    [
        '/* x\n*/ module "api" {\n  source = "./api"\n}\n',
        'module api {\n  source = "./api"\n}\n',
        '\tmodule "api" { source = "./api" }\n',
    ],
)
def test_a_call_however_it_is_written_is_followed(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, {"main.tf": text, "api/main.tf": OTHER})
    assert not found.lacks("module.api.aws_lambda_function.other")
    assert found.lacks(f"module.api.{ORDERS}")


UNREAD: list[dict[str, str]] = [
    {},
    {"README.md": ""},
    {".main.tf": OTHER},
    {"main.tf": OTHER, "broken.tf": 'resource "aws_lambda_function" "x" {\n'},
    {"main.tf": OTHER, "broken.tf.json": '{"resource": {"aws_lambda_function": '},
]


@pytest.mark.parametrize("files", UNREAD)
def test_nothing_is_lacking_where_the_module_was_not_read_whole(tmp_path: Path, files: dict[str, str]) -> None:
    found = read(tmp_path, files)
    assert not found.lacks(ORDERS)
    assert not found.lacks(f"module.gone.{ORDERS}")


@pytest.mark.parametrize("files", UNREAD)
def test_nothing_is_lacking_in_a_called_module_that_was_not_read_whole(tmp_path: Path, files: dict[str, str]) -> None:
    (tmp_path / "api").mkdir()
    found = read(tmp_path, {"main.tf": CALL, **{f"api/{name}": text for name, text in files.items()}})
    assert not found.lacks(f"module.api.{ORDERS}")
    assert not found.lacks(f"module.api.module.gone.{ORDERS}")
    assert found.lacks(ORDERS)


@pytest.mark.parametrize("source", ["./api", "registry/x/aws", "${path.module}/api", ""])
def test_nothing_is_lacking_in_a_module_that_is_not_on_disk(tmp_path: Path, source: str) -> None:
    found = read(tmp_path, {"main.tf": f'module "api" {{\n  source = "{source}"\n}}\n'})
    assert not found.lacks(f"module.api.{ORDERS}")
    assert not found.lacks(f"module.api.module.inner.{ORDERS}")
    assert found.lacks(ORDERS)


def test_nothing_is_lacking_in_a_module_that_calls_itself(tmp_path: Path) -> None:
    found = read(tmp_path, {"main.tf": CALL, "api/main.tf": 'module "again" {\n  source = "../api"\n}\n'})
    assert not found.lacks(f"module.api.module.again.{ORDERS}")


def test_nothing_is_lacking_in_a_configuration_that_was_not_read() -> None:
    assert not Configuration({}).lacks(ORDERS)


@pytest.mark.parametrize(
    ("place", "from_", "moved", "stays"),
    [
        ("", ORDERS, [ORDERS, f"{ORDERS}[0]"], ["aws_lambda_function.orders2", f"module.api.{ORDERS}"]),
        ("", f'{ORDERS}["a b"]', [ORDERS], [f"module.api.{ORDERS}"]),
        (
            "",
            "module.old",
            [f"module.old.{ORDERS}", f"module.old[1].module.x.{ORDERS}"],
            [ORDERS, f"module.older.{ORDERS}"],
        ),
        ("api/", f"module . old . {ORDERS}", [f"module.api.module.old.{ORDERS}"], [f"module.old.{ORDERS}", ORDERS]),
    ],
)
@pytest.mark.parametrize("syntax", ["hcl", "json"])
def test_what_is_moved_is_not_lacking(
    tmp_path: Path, place: str, from_: str, moved: list[str], stays: list[str], syntax: str
) -> None:
    text = f"moved {{\n  from = {from_}\n  to   = aws_lambda_function.new\n}}\n"
    name, body = "moved.tf", text
    if syntax == "json":
        name, body = "moved.tf.json", json.dumps({"moved": [{"from": from_, "to": "aws_lambda_function.new"}]})
    found = read(tmp_path, {"main.tf": OTHER + CALL, "api/main.tf": OTHER, f"{place}{name}": body})
    assert not found.skipped
    assert [address for address in moved if found.lacks(address)] == []
    assert [address for address in stays if not found.lacks(address)] == []


# Imports

IMPORT = 'import {\n  to = aws_lambda_permission.s3\n  id = "orders/AllowS3"\n}\n'
KEY = ("aws_lambda_permission", "orders/AllowS3")


@pytest.mark.parametrize("before", ["", OTHER, 'locals { "a" = 1 }\n', "/* a\n*/ "])
def test_a_literal_import_is_found(tmp_path: Path, before: str) -> None:
    assert read(tmp_path, {"main.tf": before.replace('"a"', "a") + IMPORT}).imports == {KEY: "aws_lambda_permission.s3"}


def test_an_import_in_json_is_found(tmp_path: Path) -> None:
    blocks = [
        {"to": "module.api.aws_lambda_permission.s3", "id": "orders/AllowS3"},
        {"to": "aws_lambda_permission.sns", "id": "orders/${var.id}"},
        {"to": "aws_lambda_permission.sqs", "for_each": "${var.all}", "id": "a/b"},
    ]
    found = read(tmp_path, {"main.tf.json": json.dumps({"import": blocks})})
    assert found.imports == {KEY: "module.api.aws_lambda_permission.s3"}


@pytest.mark.parametrize(
    "to",
    [
        "aws_lambda_permission.s3[0]",
        'aws_lambda_permission.s3["a b"]',
        'module.api["x"].module.y[0].aws_lambda_permission.s3',
    ],
)
def test_an_import_of_an_instance_has_its_whole_address(tmp_path: Path, to: str) -> None:
    assert read(tmp_path, {"main.tf": IMPORT.replace("aws_lambda_permission.s3", to)}).imports == {KEY: to}


@pytest.mark.parametrize(
    "body",
    [
        "  to = aws_lambda_permission.s3\n  id = var.id\n",
        '  to = aws_lambda_permission.s3\n  id = "orders/${var.statement}"\n',
        '  for_each = var.all\n  to = aws_lambda_permission.s3[each.key]\n  id = "orders/AllowS3"\n',
        '  to = aws_lambda_permission.s3[var.key]\n  id = "orders/AllowS3"\n',
        '  to = aws_lambda_permission.s3["${var.key}"]\n  id = "orders/AllowS3"\n',
        '  to = aws_lambda_permission.s3\n  identity = { function_name = "orders" }\n',
        '  id = "orders/AllowS3"\n',
    ],
)
def test_an_import_that_is_not_literal_is_none(tmp_path: Path, body: str) -> None:
    assert read(tmp_path, {"main.tf": f"import {{\n{body}}}\n"}).imports == {}


def test_only_the_root_module_imports(tmp_path: Path) -> None:
    found = read(tmp_path, {"main.tf": CALL, "api/main.tf": IMPORT, "api/b.tf.json": json.dumps({"import": {}})})
    assert not found.skipped
    assert found.imports == {}
