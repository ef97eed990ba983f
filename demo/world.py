"""The demo's world without Terraform: the same functions made with boto3, and the state Terraform would keep."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3

from tests.published_examples import REGION

_FUNCTIONS: Mapping[str, Mapping[str, int]] = {
    "process-orders": {"MemorySize": 512, "Timeout": 10},
    "secure-function": {"MemorySize": 128, "Timeout": 3},
    "stream-processor": {"MemorySize": 128, "Timeout": 3},
    "high-traffic-api": {"MemorySize": 128, "Timeout": 3},
}


def write_state(endpoint_url: str, credentials: Mapping[str, str], path: Path) -> None:
    """Make the four functions and the mapping, and write a state (version 4) that holds them."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=endpoint_url,
            aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=credentials["AWS_SESSION_TOKEN"],
        )

    role = client("iam").create_role(RoleName="four-scenarios-lambda", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    kinesis, functions = client("kinesis"), client("lambda")
    kinesis.create_stream(StreamName="orders", ShardCount=1)
    stream = kinesis.describe_stream(StreamName="orders")["StreamDescription"]["StreamARN"]
    resources = []
    for name, settings in _FUNCTIONS.items():
        made = functions.create_function(
            FunctionName=name,
            Role=role,
            Runtime="python3.12",
            Handler="app.handler",
            Code={"ZipFile": _package()},
            **settings,
        )
        resources.append(_function(name, made))
    mapping = functions.create_event_source_mapping(
        FunctionName="stream-processor", EventSourceArn=stream, BatchSize=100, StartingPosition="LATEST"
    )
    resources.append(_mapping(mapping))
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "demo", "resources": resources}
    path.write_text(json.dumps(state, indent=2), encoding="utf-8")


def _package() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    return buffer.getvalue()


def _function(name: str, made: Mapping[str, Any]) -> dict[str, Any]:
    return _managed(
        "aws_lambda_function",
        name.replace("-", "_"),
        {
            "function_name": name,
            "arn": made["FunctionArn"],
            "role": made["Role"],
            "runtime": made["Runtime"],
            "handler": made["Handler"],
            "memory_size": made["MemorySize"],
            "timeout": made["Timeout"],
            "architectures": made["Architectures"],
            "code_sha256": made["CodeSha256"],
            "last_modified": made["LastModified"],
            "reserved_concurrent_executions": -1,
        },
    )


def _mapping(made: Mapping[str, Any]) -> dict[str, Any]:
    return _managed(
        "aws_lambda_event_source_mapping",
        "stream_processor",
        {
            "uuid": made["UUID"],
            "function_arn": made["FunctionArn"],
            "function_name": made["FunctionArn"],
            "event_source_arn": made["EventSourceArn"],
            "batch_size": 100,
            "enabled": True,
            "starting_position": "LATEST",
        },
    )


def _managed(kind: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": name,
        "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
        "instances": [{"schema_version": 0, "attributes": attributes}],
    }
