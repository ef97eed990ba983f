"""A tainted instance is replaced by the next apply; until then the gate says of it what Terraform's refresh says."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from tests.builders import check
from tests.local_aws import LocalAws, people
from tests.terraform_cli.fixtures import FIRST, Installed, cannot

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.long,
    pytest.mark.parametrize("installed", [FIRST], indirect=True),
]

REGION = "us-east-1"
ROOT = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_role" "role" {
  name               = "orders"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "orders" {
  for_each      = toset(["sound", "tainted", "deleted"])
  function_name = each.key
  role          = aws_iam_role.role.arn
  runtime       = "python3.12"
  handler       = "app.handler"
  filename      = "${path.module}/app.zip"
  memory_size   = 256
}
"""
SOUND, TAINTED, DELETED = (f'aws_lambda_function.orders["{name}"]' for name in ("sound", "tainted", "deleted"))


def test_a_tainted_instance_is_judged_as_the_refresh_judges_it(installed: Installed, tmp_path: Path) -> None:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    root = tmp_path / "root"
    root.mkdir()
    (root / "main.tf").write_text(ROOT, encoding="utf-8")
    with zipfile.ZipFile(root / "app.zip", "w") as package:
        package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    with LocalAws() as aws:
        environment = {
            **installed.environment,
            **people.deployer(aws.endpoint_url, REGION),
            "AWS_ENDPOINT_URL": aws.endpoint_url,
        }

        def terraform(*args: str) -> str:
            done = installed.terraform.run(*args, "-no-color", cwd=root, env=environment)
            assert done.code == 0, done.output
            return done.stdout

        terraform("init")
        terraform("apply", "-auto-approve")
        terraform("apply", "-refresh-only", "-auto-approve")
        for address in (TAINTED, DELETED):
            terraform("taint", address)
        aws.advance(60)
        by_hand = people.ops_engineer(aws.endpoint_url, REGION)
        for name in ("sound", "tainted"):
            by_hand.update_function_configuration(FunctionName=name, MemorySize=512)
        by_hand.delete_function(FunctionName="deleted")

        terraform("plan", "-refresh-only", "-out=refresh.bin")
        drifted = json.loads(terraform("show", "-json", "refresh.bin")).get("resource_drift", [])
        refreshed = {each["address"]: (each["change"]["after"] or {}).get("memory_size") for each in drifted}
        state = (root / "terraform.tfstate").read_text(encoding="utf-8")
        found = {}
        for finding in check(tmp_path / "gate", aws.records(), state, now=aws.now()).findings:
            changes = {change.attribute: change.after for change in finding.drift.changes}
            found[finding.address] = changes.get("memory_size")
    assert [instance.get("status") for instance in json.loads(state)["resources"][1]["instances"]].count("tainted") == 2
    assert found == refreshed
    assert refreshed == {SOUND: 512, TAINTED: 512, DELETED: None}, "a tainted instance answers for its settings"
