"""How many requests Terraform's own refresh makes for a function: the other way to see what was changed by hand."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

from tests.local_aws import LocalAws, people
from tests.terraform_cli.binary import Terraform, terraform_on_path
from tests.terraform_cli.providers import provide

REGION = "us-east-1"
_ROOT = """
provider "aws" {
  region                      = "us-east-1"
  skip_credentials_validation = true
}

resource "aws_iam_role" "this" {
  name               = "functions"
  assume_role_policy = "{}"
}

resource "aws_lambda_function" "this" {
  count         = %d
  function_name = "fn-${count.index}"
  role          = aws_iam_role.this.arn
  filename      = "app.zip"
  runtime       = "python3.12"
  handler       = "app.handler"
}
"""


def requests_a_function(functions: int = 4) -> float | None:
    """Apply some functions on the local AWS and count Lambda's requests in ``plan -refresh-only``, a function.

    None where there is no Terraform or no AWS provider in reach. Raises RuntimeError where Terraform fails.
    """
    found = terraform_on_path()
    if isinstance(found, str):
        return None
    with tempfile.TemporaryDirectory() as name, LocalAws() as aws:
        folder = Path(name)
        providers = provide(folder / "providers", found)
        if providers.aws is None:
            return None
        environment = {
            "HOME": name,
            "PATH": os.environ.get("PATH", ""),
            "TF_CLI_CONFIG_FILE": str(providers.cli_config),
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            **people.deployer(aws.endpoint_url, REGION),
        }
        root = folder / "root"
        root.mkdir()
        (root / "main.tf").write_text(_ROOT % functions, encoding="utf-8")
        with zipfile.ZipFile(root / "app.zip", "w") as package:
            package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
        for command in (["init"], ["apply", "-auto-approve"]):
            _run(found, root, environment, *command)
        before = _of_lambda(aws)
        _run(found, root, environment, "plan", "-refresh-only")
        return (_of_lambda(aws) - before) / functions


def _run(terraform: Terraform, root: Path, environment: dict[str, str], *command: str) -> None:
    done = terraform.run(*command, "-no-color", cwd=root, env=environment)
    if done.code:
        raise RuntimeError(done.output)


def _of_lambda(aws: LocalAws) -> int:
    return sum(count for name, count in aws.requests().items() if name.startswith("lambda."))
