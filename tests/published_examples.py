"""The four examples of the published page: who changes what by hand, and what must come out.

https://github.com/higakikeita/tfdrift-falco (docs/services/lambda.md, "Example Drift Scenarios"). The demo makes the
same changes, so what README shows is what the tests demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3

from tests.local_aws import people

REGION = "us-east-1"


@dataclass(frozen=True)
class Expected:
    """What a finding must say: (attribute, before, after) of each change, and the rest as the report has it."""

    address: str | None
    parent_address: str | None
    resource_type: str
    kind: str
    severity: str
    changes: tuple[tuple[str, Any, Any], ...]
    actor: str
    origin: str


EXPECTED: Mapping[str, Expected] = {
    "memory and timeout": Expected(
        address="aws_lambda_function.process_orders",
        parent_address=None,
        resource_type="aws_lambda_function",
        kind="modified",
        severity="high",
        changes=(("memory_size", 512, 1024), ("timeout", 10, 30)),
        actor="ops-engineer",
        origin="cli",
    ),
    "permission": Expected(
        address=None,
        parent_address="aws_lambda_function.secure_function",
        resource_type="aws_lambda_permission",
        kind="unmanaged",
        severity="critical",
        changes=(
            ("statement_id", None, "AllowS3Invoke"),
            ("action", None, "lambda:InvokeFunction"),
            ("principal", None, "s3.amazonaws.com"),
            ("source_arn", None, "arn:aws:s3:::untrusted-bucket"),
        ),
        actor="developer@example.com",
        origin="console",
    ),
    "mapping": Expected(
        address="aws_lambda_event_source_mapping.stream_processor",
        parent_address="aws_lambda_function.stream_processor",
        resource_type="aws_lambda_event_source_mapping",
        kind="modified",
        severity="high",
        changes=(("enabled", True, False), ("batch_size", 100, 500)),
        actor="oncall-admin",
        origin="sdk",
    ),
    "concurrency": Expected(
        address="aws_lambda_function.high_traffic_api",
        parent_address=None,
        resource_type="aws_lambda_function",
        kind="modified",
        severity="medium",
        changes=(("reserved_concurrent_executions", None, 50),),
        actor="sre-team",
        origin="cli",
    ),
}


def change_by_hand(endpoint_url: str) -> None:
    """Make the four changes, each as its own person, past Terraform."""
    people.ops_engineer(endpoint_url, REGION).update_function_configuration(
        FunctionName="process-orders", MemorySize=1024, Timeout=30
    )
    people.developer(endpoint_url, REGION).add_permission(
        FunctionName="secure-function",
        StatementId="AllowS3Invoke",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::untrusted-bucket",
    )
    people.oncall_admin(endpoint_url, REGION).update_event_source_mapping(
        UUID=mapping_of(endpoint_url), FunctionName="stream-processor", BatchSize=500, Enabled=False
    )
    people.sre_team(endpoint_url, REGION).put_function_concurrency(
        FunctionName="high-traffic-api", ReservedConcurrentExecutions=50
    )


def mapping_of(endpoint_url: str) -> str:
    """Find the uuid of stream-processor's event source mapping."""
    client: Any = boto3.client(
        "lambda",
        region_name=REGION,
        endpoint_url=endpoint_url,
        aws_access_key_id="reader",
        aws_secret_access_key="reader",
    )
    found: str = client.list_event_source_mappings(FunctionName="stream-processor")["EventSourceMappings"][0]["UUID"]
    return found
