"""The people of the published examples, made with real IAM and STS calls, and how each calls Lambda.

CloudTrail tells them apart by what their requests carry: access key, user agent and source address.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import boto3

_CLI = "aws-cli/2.17.60 ua/2.0 os/linux#6.8.0 md/arch#x86_64 lang/python#3.12.6 md/installer#exe"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"AWS": "arn:aws:iam::123456789012:root"}}]}'
)


def ops_engineer(endpoint_url: str, region: str) -> Any:
    """Return the boto3 Lambda client of the IAM user ``ops-engineer``, at the AWS CLI on 198.51.100.7."""
    iam = _client("iam", endpoint_url, region)
    try:
        iam.create_user(UserName="ops-engineer")
    except iam.exceptions.EntityAlreadyExistsException:
        # Nobody may have more than two keys; moto checks no signature, so an old one serves secretless.
        key = iam.list_access_keys(UserName="ops-engineer")["AccessKeyMetadata"][0]
    else:
        key = iam.create_access_key(UserName="ops-engineer")["AccessKey"]
    credentials = {"SecretAccessKey": "unknown"} | key
    return _client("lambda", endpoint_url, region, credentials, _CLI, "198.51.100.7")


def developer(endpoint_url: str, region: str) -> Any:
    """Return the boto3 Lambda client of the SSO person ``developer@example.com``, in the console."""
    role = "AWSReservedSSO_Developer_0123456789abcdef"
    path = "/aws-reserved/sso.amazonaws.com/"
    credentials = _assume(endpoint_url, region, role, "developer@example.com", path)
    return _client("lambda", endpoint_url, region, credentials, _BROWSER, "203.0.113.24")


def oncall_admin(endpoint_url: str, region: str) -> Any:
    """Return the boto3 Lambda client of the role ``admin``, session ``oncall-admin``, in a script."""
    credentials = _assume(endpoint_url, region, "admin", "oncall-admin")
    return _client("lambda", endpoint_url, region, credentials, None, "192.0.2.10")


def sre_team(endpoint_url: str, region: str) -> Any:
    """Return the boto3 Lambda client of the role ``sre-team``, session ``sre-team``, at the AWS CLI."""
    credentials = _assume(endpoint_url, region, "sre-team", "sre-team")
    return _client("lambda", endpoint_url, region, credentials, _CLI, "198.51.100.23")


def deployer(endpoint_url: str, region: str) -> dict[str, str]:
    """Return the environment variables with which Terraform runs as the role ``terraform-deploy``."""
    credentials = _assume(endpoint_url, region, "terraform-deploy", "terraform-deploy")
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def _assume(endpoint_url: str, region: str, role: str, session: str, path: str = "/") -> dict[str, str]:
    iam = _client("iam", endpoint_url, region)
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=role, Path=path, AssumeRolePolicyDocument=_TRUST)
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    sts = _client("sts", endpoint_url, region)
    credentials: dict[str, str] = sts.assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
    return credentials


def _client(
    service: str,
    endpoint_url: str,
    region: str,
    credentials: dict[str, str] | None = None,
    user_agent: str | None = None,
    source_ip: str | None = None,
) -> Any:
    # Without credentials it is the root user who calls.
    credentials = credentials or {"AccessKeyId": "root", "SecretAccessKey": "root"}
    client = boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
    )
    # Not by Config(user_agent=…), to which botocore adds its own name. Neither header is signed.
    wanted = {"User-Agent": user_agent, "X-Forwarded-For": source_ip}
    headers = {name: value for name, value in wanted.items() if value}
    client.meta.events.register(f"before-send.{service}", lambda request, **_: request.headers.update(headers))
    return client
