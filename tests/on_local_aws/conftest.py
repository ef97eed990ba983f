"""A local AWS for each file of tests, empty for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import REGION, ROLE, zipped


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws) -> LocalAws:
    running.reset()
    return running


@pytest.fixture(scope="module")
def clients(running: LocalAws) -> Any:
    """Clients of the root user, by service, who never retries; made once, since making one takes long."""
    made: dict[tuple[str, str], Any] = {}

    def client(service: str, region: str = REGION) -> Any:
        if (service, region) not in made:
            made[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=running.endpoint_url,
                aws_access_key_id="root",
                aws_secret_access_key="root",
                config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
            )
        return made[service, region]

    return client


@pytest.fixture
def lambda_(aws: LocalAws, clients: Any) -> Any:
    """Lambda, with a function ``orders``."""
    clients("iam").create_role(RoleName="orders", AssumeRolePolicyDocument="{}")
    client = clients("lambda")
    client.create_function(
        FunctionName="orders",
        Runtime="python3.12",
        Role=ROLE,
        Handler="index.handler",
        Code={"ZipFile": zipped("pass")},
        Environment={"Variables": {"PASSWORD": "hunter2"}},
    )
    return client


@pytest.fixture
def mapping(lambda_: Any, clients: Any) -> str:
    """The UUID of a mapping from a queue to ``orders``."""
    clients("sqs").create_queue(QueueName="orders")
    arn = f"arn:aws:sqs:{REGION}:123456789012:orders"
    return str(lambda_.create_event_source_mapping(FunctionName="orders", EventSourceArn=arn)["UUID"])
