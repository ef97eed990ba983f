"""Literals as Terraform and the AWS provider read them."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.terraform.test_said import declared
from tests.terraform.written_literals import LITERALS, VALUES, unambiguous, written
from tests.terraform_cli.binary import Terraform, terraform_on_path
from tests.terraform_cli.fixtures import FIRST, Installed, cannot
from tfdrift_gate.terraform.literals import NOT_LITERAL, literal

TERRAFORM = terraform_on_path()


@pytest.mark.skipif(not isinstance(TERRAFORM, Terraform), reason=str(TERRAFORM))
def test_terraform_reads_the_same_values(tmp_path: Path) -> None:
    assert isinstance(TERRAFORM, Terraform)
    values: list[Any] = []
    texts: list[str] = [text for text, _ in LITERALS]

    @settings(max_examples=150, database=None, derandomize=True)
    @given(VALUES.filter(unambiguous), st.data())
    def collect(value: Any, data: st.DataObject) -> None:
        texts.append(written(value, data))

    collect()
    values = [literal(text) for text in texts]
    assert NOT_LITERAL not in values
    outputs = "".join(f'output "o{at}" {{\n  value = {text}\n}}\n' for at, text in enumerate(texts))
    (tmp_path / "main.tf").write_text(outputs, encoding="utf-8")
    environment = {**os.environ, "TF_IN_AUTOMATION": "1"}
    for command in (["init"], ["plan", "-out=p"]):
        done = TERRAFORM.run(*command, "-no-color", cwd=tmp_path, env=environment)
        assert done.code == 0, done.output
    shown = json.loads(TERRAFORM.run("show", "-json", "p", cwd=tmp_path, env=environment).stdout)
    planned = [shown["output_changes"][f"o{at}"]["after"] for at in range(len(texts))]
    for text, mine, terraforms in zip(texts, values, planned, strict=True):
        assert alike(mine, terraforms), (text, mine, terraforms)


def alike(mine: Any, terraforms: Any) -> bool:
    if isinstance(mine, float) and isinstance(terraforms, (int, float)):
        return math.isclose(mine, terraforms, rel_tol=1e-12)
    if isinstance(mine, list) and isinstance(terraforms, list):
        return len(mine) == len(terraforms) and all(map(alike, mine, terraforms))
    if isinstance(mine, dict) and isinstance(terraforms, dict):
        return mine.keys() == terraforms.keys() and all(alike(mine[name], terraforms[name]) for name in mine)
    return bool(type(mine) is type(terraforms) and mine == terraforms)


PLANNED = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}
resource "aws_lambda_function" "orders" {
  function_name                  = "orders"
  role                           = "arn:aws:iam::123456789012:role/orders"
  handler                        = "a.b"
  runtime                        = "python3.12"
  filename                       = "code.zip"
  memory_size                    = "1024"
  timeout                        = 30
  reserved_concurrent_executions = -1
  layers                         = ["arn:aws:lambda:us-east-1:123456789012:layer:a:1"]
  architectures                  = ["arm64"]
  tags                           = { "cost center" = 7, team = "e\\u0301" }
  environment {
    variables = { A = "$${1}" }
  }
  vpc_config {
    subnet_ids         = ["subnet-1"]
    security_group_ids = ["sg-1"]
  }
  tracing_config { mode = "Active" }
  dead_letter_config { target_arn = "arn:aws:sqs:us-east-1:123456789012:q" }
}
resource "aws_lambda_event_source_mapping" "orders" {
  function_name           = "orders"
  batch_size              = 500
  enabled                 = false
  topics                  = ["t"]
  function_response_types = ["ReportBatchItemFailures"]
  self_managed_event_source {
    endpoints = { KAFKA_BOOTSTRAP_SERVERS = "a:9092" }
  }
  source_access_configuration {
    type = "VPC_SUBNET"
    uri  = "subnet:subnet-1"
  }
  source_access_configuration {
    type = "VPC_SECURITY_GROUP"
    uri  = "security_group:sg-1"
  }
  filter_criteria {
    filter { pattern = jsonencode({ body = { a = ["<&>", null, true, 1] } }) }
    filter { pattern = "{}" }
  }
  destination_config {
    on_failure { destination_arn = "arn:aws:sqs:us-east-1:123456789012:q" }
  }
}
resource "aws_lambda_alias" "orders" {
  name             = "live"
  function_name    = "orders"
  function_version = 2
  routing_config {
    additional_version_weights = { "1" = 0.25 }
  }
}
"""


@pytest.mark.terraform
@pytest.mark.long
@pytest.mark.parametrize("installed", [FIRST], indirect=True)
def test_the_literals_of_a_block_are_where_the_provider_plans_them(installed: Installed, tmp_path: Path) -> None:
    if installed.providers.aws is None:
        cannot("the AWS provider cannot be had")
    (tmp_path / "code.zip").write_bytes(b"")
    (tmp_path / "main.tf").write_text(PLANNED, encoding="utf-8")
    for command in (["init"], ["plan", "-refresh=false", "-out=p"]):
        done = installed.terraform.run(*command, "-no-color", cwd=tmp_path, env=installed.environment)
        assert done.code == 0, done.output
    shown = json.loads(installed.terraform.run("show", "-json", "p", cwd=tmp_path, env=installed.environment).stdout)
    planned = {entry["address"]: entry["values"] for entry in shown["planned_values"]["root_module"]["resources"]}
    compared = 0
    for address, values in planned.items():
        for path, mine in declared(tmp_path, address).literals.items():
            assert mentions(at(values, path), mine), (address, path, mine, at(values, path))
            compared += 1
    assert compared > 30


def at(values: Any, path: str) -> Any:
    for step in path.replace("[0]", ".0").split("."):
        values = values[int(step)] if step == "0" else values[step]
    return values


def mentions(terraforms: Any, mine: Any) -> bool:
    """Tell whether a planned value is what was written; sets have no order, and a number may be a text."""
    if isinstance(mine, list):
        return len(mine) == len(terraforms) and all(any(mentions(theirs, one) for theirs in terraforms) for one in mine)
    if isinstance(mine, dict):
        return all(mentions(terraforms[name], value) for name, value in mine.items())
    return bool(mine == terraforms or str(mine) == str(terraforms))
