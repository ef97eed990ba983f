"""Small builders of what the program reads, and the program run as a user runs it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "210987654321"
REGION = "us-east-1"
OTHER_REGION = "eu-west-1"
AWS_PROVIDER = 'provider["registry.terraform.io/hashicorp/aws"]'

SINCE, UNTIL = "2026-01-01", "2026-01-02"
"""The day on which the records below happen."""
MORNING = "2026-01-01T10:00:00Z"

FUNCTION_BLOCK = """\
resource "aws_lambda_function" "orders" {
  function_name = "orders"
}
"""


def arn(name: str, account: str = ACCOUNT, region: str = REGION) -> str:
    """Name a function by its ARN."""
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def function(name: str = "orders", account: str = ACCOUNT, region: str = REGION, **attributes: Any) -> dict[str, Any]:
    """Build a function's attributes as state has them; ``attributes`` add to them or replace them."""
    return {
        "id": name,
        "function_name": name,
        "arn": arn(name, account, region),
        "role": f"arn:aws:iam::{account}:role/{name}",
        "runtime": "python3.12",
        "handler": "index.handler",
        "memory_size": 512,
        "timeout": 10,
        "last_modified": "2025-12-01T00:00:00.000+0000",
    } | attributes


def permission(function_name: str = "orders", statement_id: str = "allow", **attributes: Any) -> dict[str, Any]:
    """Build a permission's attributes as state has them: no ARN of its own."""
    return {
        "id": statement_id,
        "function_name": function_name,
        "statement_id": statement_id,
        "action": "lambda:InvokeFunction",
        "principal": "events.amazonaws.com",
        "qualifier": "",
    } | attributes


def resource(kind: str, name: str, attributes: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build one entry of a state file's ``resources``.

    ``index_key``, ``dependencies``, ``sensitive_attributes`` and ``deposed`` go to its instance, others (``module``,
    ``provider``, ``mode``) to the entry itself.
    """
    inner = {"index_key", "dependencies", "sensitive_attributes", "deposed"}
    instance = {key: value for key, value in fields.items() if key in inner}
    outer = {key: value for key, value in fields.items() if key not in inner}
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": AWS_PROVIDER,
        "instances": [{"schema_version": 0, "attributes": dict(attributes)} | instance],
    } | outer


def orders(**attributes: Any) -> dict[str, Any]:
    """Build the state entry of the function ``aws_lambda_function.orders``."""
    return resource("aws_lambda_function", "orders", function(**attributes))


def state(*resources: Mapping[str, Any], **fields: Any) -> str:
    """Build a state file, version 4."""
    return json.dumps({"version": 4, "serial": 1, "lineage": "sample", "outputs": {}, "resources": resources} | fields)


def shown(*resources: Mapping[str, Any]) -> dict[str, Any]:
    """Build what ``terraform show -json`` prints of a state with these resources of the root module."""
    return {"format_version": "1.0", "values": {"root_module": {"resources": list(resources)}}}


def shown_resource(address: str, attributes: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build one resource of a shown state."""
    kind, name = re.sub(r"\[[^]]*\]", "", address).split(".")[-2:]
    return {
        "address": address,
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "values": dict(attributes),
    } | fields


def record(event_name: str, request: Any, response: Any = None, **fields: Any) -> dict[str, Any]:
    """Build a CloudTrail record of a successful Lambda call by the IAM user ``ops-engineer`` at the AWS CLI."""
    account, region = fields.get("recipientAccountId", ACCOUNT), fields.get("awsRegion", REGION)
    return {
        "eventVersion": "1.10",
        "userIdentity": {
            "type": "IAMUser",
            "arn": f"arn:aws:iam::{account}:user/ops-engineer",
            "accountId": account,
            "userName": "ops-engineer",
        },
        "eventTime": MORNING,
        "eventSource": "lambda.amazonaws.com",
        "eventName": event_name,
        "awsRegion": region,
        "sourceIPAddress": "198.51.100.7",
        "userAgent": "aws-cli/2.17.60",
        "requestParameters": request,
        "responseElements": response,
        "eventID": "00000000-0000-4000-8000-000000000001",
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    } | fields


def update(name: str = "orders", memory: int = 1024, **fields: Any) -> dict[str, Any]:
    """Build the record of somebody who sets a function's memory by hand."""
    account, region = fields.get("recipientAccountId", ACCOUNT), fields.get("awsRegion", REGION)
    response = {
        "functionName": name,
        "functionArn": arn(name, account, region),
        "runtime": "python3.12",
        "role": f"arn:aws:iam::{account}:role/{name}",
        "handler": "index.handler",
        "timeout": 10,
        "memorySize": memory,
        "lastModified": "2026-01-01T10:00:00.000+0000",
    }
    request = {"functionName": name, "memorySize": memory}
    return record("UpdateFunctionConfiguration20150331v2", request, response, **fields)


def added_permission(number: int = 1, name: str = "orders") -> dict[str, Any]:
    """Build the record of somebody who adds a permission by hand."""
    request = {
        "functionName": name,
        "statementId": f"AllowS3Invoke{number}",
        "action": "lambda:InvokeFunction",
        "principal": "s3.amazonaws.com",
    }
    event_id = f"00000000-0000-4000-8000-{number + 100:012}"
    return record("AddPermission20150331v2", request, {"statement": "{}"}, eventID=event_id)


def recent(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Let the records happen one a second, the last one a minute ago, each with an id of its own."""
    given = list(records)
    first = datetime.now(timezone.utc) - timedelta(seconds=60 + len(given))
    return [
        dict(each)
        | {
            "eventID": f"00000000-0000-4000-8000-{number:012}",
            "eventTime": f"{first + timedelta(seconds=number):%Y-%m-%dT%H:%M:%SZ}",
        }
        for number, each in enumerate(given)
    ]


def read_only(**fields: Any) -> dict[str, Any]:
    """Build the record of a call that changes nothing."""
    return record("GetFunction20150331v2", {"functionName": "orders"}, readOnly=True, **fields)


def root_module(folder: Path, *resources: Mapping[str, Any], text: str = FUNCTION_BLOCK) -> Path:
    """Write a root module whose local state manages ``resources``; the function ``orders`` where none are given."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "main.tf").write_text(text, encoding="utf-8")
    (folder / "terraform.tfstate").write_text(state(*(resources or (orders(),))), encoding="utf-8")
    return folder


def initialised(folder: Path, kind: str, data_folder: str = ".terraform", **config: Any) -> Path:
    """Write down a backend's settings as ``terraform init`` does; give the root module's folder."""
    written = {"version": 3, "terraform_version": "1.11.4", "backend": {"type": kind, "config": config, "hash": 1}}
    (folder / data_folder).mkdir(parents=True, exist_ok=True)
    (folder / data_folder / "terraform.tfstate").write_text(json.dumps(written), encoding="utf-8")
    (folder / "main.tf").write_text(
        f'terraform {{\n  backend "{kind}" {{\n  }}\n}}\n{FUNCTION_BLOCK}', encoding="utf-8"
    )
    return folder


def events_file(folder: Path, *records: Any) -> str:
    """Write records as CloudTrail's log files have them; give the file's path."""
    path = folder / "events.json"
    path.write_text(json.dumps({"Records": records}), encoding="utf-8")
    return str(path)


def aws_environment(endpoint_url: str) -> dict[str, str]:
    """Give the variables with which the program talks to a local AWS, as its root user."""
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "root",
        "AWS_SECRET_ACCESS_KEY": "root",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def environment(**variables: str | None) -> dict[str, str]:
    """Give a user's environment without AWS, Terraform or tfdrift-gate in it, and ``variables``."""
    kept = ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")
    base = {name: os.environ[name] for name in kept if name in os.environ}
    # A home directory without AWS profiles, and no asking around for an instance's role.
    # Nor what another test's run kept of a local AWS that has started over since.
    base |= {"HOME": "/nonexistent", "AWS_EC2_METADATA_DISABLED": "true", "TFDRIFT_GATE_NO_CACHE": "true"}
    return {name: value for name, value in {**base, **variables}.items() if value is not None}


def run(
    *arguments: str, cwd: Path | None = None, stdin: str | bytes = b"", **variables: str | None
) -> subprocess.CompletedProcess[str]:
    """Run the program as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "tfdrift_gate", *arguments],
        cwd=cwd,
        env=environment(**variables),
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


def check(root: Path, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run ``check`` on a root module over the day on which the records happen."""
    return run("check", str(root), "--since", SINCE, "--until", UNTIL, *arguments, **variables)


def external(query: Mapping[str, Any], **variables: str | None) -> subprocess.CompletedProcess[str]:
    """Run ``external`` with a query on its standard input, over the day on which the records happen."""
    return run("external", stdin=json.dumps({"since": SINCE, "until": UNTIL, **query}), **variables)
