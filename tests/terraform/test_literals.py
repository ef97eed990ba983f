"""What a resource block literally says: expressions, by their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terraform.test_said import block, declared, in_hcl
from tests.terraform.written_literals import LITERALS, VALUES, normal, unambiguous, written
from tfdrift_gate.terraform.literals import NOT_LITERAL, literal

NOT_LITERALS = [
    "var.memory",
    "local.tags",
    "aws_iam_role.orders.arn",
    "each.value",
    "1 + 1",
    "512 - 1",
    "-var.a",
    "!true",
    "true ? 1 : 2",
    "max(1, 2)",
    'upper("a")',
    "jsonencode(var.a)",
    "jsonencode(1.5)",
    '"${var.name}"',
    '"a-${"b"}"',
    '"%{ if true }a%{ endif }"',
    '"$$${a}"',
    '"a" == "b"',
    '["a", var.b]',
    '["a"][0]',
    '["a"][*]',
    "{ a = var.b }",
    '{ (var.a) = "b" }',
    '{ "${var.a}" = "b" }',
    '{ a = "b" }.a',
    '[for a in ["b"] : a]',
    '{ for a in ["b"] : a => a }',
    "<<EOT\n${var.a}\nEOT\n",
    "<<EOT\n\\${var.a}\nEOT\n",
    "<<-EOT\n  %{ if true }\n  a\n  %{ endif }\n  EOT\n",
    'file("a")',
    "(var.a)",
    "foo",
    "1e999",
    "[" * 60 + "]" * 60,
]


@pytest.mark.parametrize(("expression", "value"), LITERALS)
def test_a_literal_is_read_as_its_value(tmp_path: Path, expression: str, value: Any) -> None:
    said = in_hcl(tmp_path, f"  description = {expression}").literals
    assert said == {"description": value}
    assert type(said["description"]) is type(value)


@pytest.mark.parametrize("expression", NOT_LITERALS)
def test_what_terraform_works_out_is_no_literal(tmp_path: Path, expression: str) -> None:
    declaration = in_hcl(tmp_path, f"  description = {expression}\n  timeout = 3")
    assert declaration.literals == {"timeout": 3}


@pytest.mark.parametrize("text", ["", "1 2", '"a', "[1", "{ a = 1", "{ a }", "<<A\nx\n", "{ a = 1, a = 2 }", "1.2.3"])
def test_what_is_no_expression_is_no_literal(text: str) -> None:
    assert literal(text) is NOT_LITERAL


def test_the_lines_of_a_heredoc_in_a_file_with_crlf_are_not_guessed(tmp_path: Path) -> None:
    text = block('  description = <<EOT\na\nEOT\n  handler = "a.b"\n').replace("\n", "\r\n")
    (tmp_path / "main.tf").write_bytes(text.encode())
    assert declared(tmp_path).literals == {"handler": "a.b"}


# Properties: what is written is read back


@settings(max_examples=300)
@given(VALUES.filter(unambiguous), st.data())
def test_a_value_written_as_hcl_reads_back_as_it_was(value: Any, data: st.DataObject) -> None:
    assert literal(written(value, data)) == normal(value)


@given(st.text('ab1"${}%\\\n<>[](),=:.-#/* ', max_size=30))
def test_any_text_is_a_literal_or_not_but_never_an_error(text: str) -> None:
    literal(text)
