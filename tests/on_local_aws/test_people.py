"""A record tells who called."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.local_aws import LocalAws, people
from tests.on_local_aws.requests import REGION


@pytest.mark.parametrize(
    ("person", "kind", "name", "arn", "agent", "address"),
    [
        (people.ops_engineer, "IAMUser", "ops-engineer", "iam::123456789012:user/", "aws-cli/2", "198.51.100.7"),
        (
            people.developer,
            "AssumedRole",
            "developer@example.com",
            "sts::123456789012:assumed-role/AWSReservedSSO_Developer_0123456789abcdef/",
            "Mozilla/",
            "203.0.113.24",
        ),
        (
            people.oncall_admin,
            "AssumedRole",
            "oncall-admin",
            "sts::123456789012:assumed-role/admin/",
            "Boto3/",
            "192.0.2.10",
        ),
        (
            people.sre_team,
            "AssumedRole",
            "sre-team",
            "sts::123456789012:assumed-role/sre-team/",
            "aws-cli/2",
            "198.51.100.23",
        ),
    ],
)
def test_a_record_tells_who_called_and_from_where(
    aws: LocalAws, clients: Any, person: Any, kind: str, name: str, arn: str, agent: str, address: str
) -> None:
    person(aws.endpoint_url, REGION).list_functions()
    (record,) = aws.records()
    identity = record["userIdentity"]
    assert (identity["type"], identity["arn"]) == (kind, f"arn:aws:{arn}{name}")
    assert record["userAgent"].startswith(agent)
    assert record["sourceIPAddress"] == address
    assert clients("cloudtrail").lookup_events()["Events"][0]["Username"] == name


def test_a_console_session_shows_its_role_with_path_and_no_tls_details(aws: LocalAws) -> None:
    people.developer(aws.endpoint_url, REGION).list_functions()
    (record,) = aws.records()
    assert record["sessionCredentialFromConsole"] == "true"
    assert "tlsDetails" not in record
    issuer = record["userIdentity"]["sessionContext"]["sessionIssuer"]
    assert issuer["arn"].endswith(":role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Developer_0123456789abcdef")
    assert record["userIdentity"]["principalId"] == issuer["principalId"] + ":developer@example.com"


def test_the_deployer_is_the_role_terraform_deploy(aws: LocalAws) -> None:
    environment = people.deployer(aws.endpoint_url, REGION)
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=environment["AWS_SESSION_TOKEN"],
    )
    assert ":assumed-role/terraform-deploy/" in sts.get_caller_identity()["Arn"]


def test_an_access_key_nobody_was_given_is_the_root_users(aws: LocalAws, clients: Any) -> None:
    clients("lambda").list_functions()
    (record,) = aws.records()
    assert record["userIdentity"]["type"] == "Root"
    assert record["sourceIPAddress"] == "127.0.0.1"
    assert record["tlsDetails"]["clientProvidedHostHeader"] == f"lambda.{REGION}.amazonaws.com"
