"""Who made a call and from where, for every kind of caller that CloudTrail tells apart."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import ACCOUNT, BROWSER, CLI_AGENT, TERRAFORM_AGENT, record, role_session, user
from tfdrift_gate.model import Actor
from tfdrift_gate.records.identity import actor_of, origin_of

TERRAFORM_V1 = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/3.76.1"
    " (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)"
)
TERRAFORM_V2 = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io) terraform-provider-aws/4.67.0"
    " (+https://registry.terraform.io/providers/hashicorp/aws) aws-sdk-go-v2/1.18.0 os/linux lang/go/1.19.8"
    " md/GOOS/linux md/GOARCH/amd64 api/lambda/1.34.1"
)
BOTO3 = "Boto3/1.43.94 md/Botocore#1.43.94 ua/2.1 os/linux#6.8 lang/python#3.12.3 md/pyimpl#CPython Botocore/1.43.94"


def called(agent: str | None, identity: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    by = {"userIdentity": identity or user("someone"), "userAgent": agent}
    return record("UpdateFunctionCode20150331v2", {}, by=by, **fields)


AGENTS = {
    "Terraform, provider on SDK v1": (TERRAFORM_V1, "terraform"),
    "Terraform, provider on SDK v2": (TERRAFORM_V2, "terraform"),
    "Terraform, provider 6": (TERRAFORM_AGENT, "terraform"),
    "Terraform, provider before 2019": (
        "aws-sdk-go/1.20.4 (go1.12.5; darwin; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.2",
        "terraform",
    ),
    "Terraform with appended tokens": (f"{TERRAFORM_V2} HashiCorp-terraform-exec/0.17.3 my-team/1", "terraform"),
    "Terraform core": ("APN/1.0 HashiCorp/1.0 Terraform/1.5.6 aws-sdk-go/1.44.122 (go1.20)", "terraform"),
    "Cloud Control provider": ("terraform-provider-awscc/0.70.0 api/cloudcontrol/1.0", "terraform"),
    "Terraform before 0.8 names only its SDK": ("aws-sdk-go/1.1.0 (go1.6; linux; amd64)", "sdk"),
    "Pulumi": ("APN/1.0 Pulumi/1.0 Pulumi-Aws/4.17.0 (+https://www.pulumi.com) aws-sdk-go/1.40.20 (go1.17)", "sdk"),
    "Pulumi that leaks Terraform's name": (
        "APN/1.0 Pulumi/1.0 Terraform/1.2 terraform-provider-aws/6 aws-sdk-go",
        "sdk",
    ),
    "CLI v2, old style": (
        "aws-cli/2.14.5 Python/3.11.6 Darwin/23.6.0 exe/x86_64 prompt/off command/lambda.create-function",
        "cli",
    ),
    "CLI v2, new style": (f"{CLI_AGENT} md/command#lambda.add-permission", "cli"),
    "CLI v1": ("aws-cli/1.11.129 Python/2.7.8 botocore/1.5.92", "cli"),
    "CLI in square brackets": ("[aws-cli/1.11.129 Python/2.7.8]", "cli"),
    "CloudShell": ("aws-cli/2.17.60 Python/3.11 exec-env/CloudShell exe/x86_64", "cli"),
    "boto3": (BOTO3, "sdk"),
    "boto3, older, in Lambda": ("Boto3/1.10.2 Python/3.8.0 Linux/4 exec-env/AWS_Lambda_python3.8 Botocore/1.13", "sdk"),
    "SDK for JavaScript": ("aws-sdk-js/3.758.0 ua/2.1 os/darwin#24.5.0 lang/js md/nodejs#22.14.0 api/lambda#3", "sdk"),
    "Serverless Framework": ("serverless-framework/4.2.0", "sdk"),
    "console, a browser": (BROWSER, "console"),
    "console, AWS Internal": ("AWS Internal", "console"),
    "console, its own name": ("console.amazonaws.com", "console"),
    "console, sign-in": ("signin.amazonaws.com", "console"),
    "console, old": ("aws-internal/3 aws-sdk-java/1.12 Linux/5 OpenJDK AWSLambdaConsole/1", "console"),
    "console, proxied": ("Coral/Netty4", "console"),
    "console, Jakarta": ("Coral/Jakarta", "console"),
    "console of S3": ("[S3Console/0.4, aws-internal/3]", "console"),
    "CloudFormation": ("cloudformation.amazonaws.com", "cloudformation"),
    "another service": ("lambda.amazonaws.com", "aws-service"),
    "something else": ("curl/8.4.0", "unknown"),
    "an attack tool": ("stratus-red-team_1222242e-efe2-4641-a881-346fa54f41e1", "unknown"),
    "masked": ("-", "unknown"),
    "none": (None, "unknown"),
}


@pytest.mark.parametrize(("agent", "origin"), AGENTS.values(), ids=AGENTS.keys())
def test_the_user_agent_tells_where_a_call_came_from(agent: str | None, origin: str) -> None:
    assert origin_of(called(agent)) == origin


SERVICE = {"type": "AWSService", "invokedBy": "replicator.lambda.amazonaws.com"}
BY_CLOUDFORMATION = role_session("deployer", "AWSCloudFormation") | {"invokedBy": "cloudformation.amazonaws.com"}
BY_CODEDEPLOY = role_session("codedeploy", "shift") | {"invokedBy": "codedeploy.amazonaws.com"}


@pytest.mark.parametrize(
    ("body", "origin"),
    [
        (called(TERRAFORM_AGENT, BY_CLOUDFORMATION), "cloudformation"),
        (called(CLI_AGENT, BY_CODEDEPLOY), "aws-service"),
        (called(None, SERVICE), "aws-service"),
        (called(None, {"type": "AWSService"}), "aws-service"),
        (called(BOTO3, eventType="AwsServiceEvent"), "aws-service"),
        (called("codedeploy.amazonaws.com", sourceIPAddress="codedeploy.amazonaws.com"), "aws-service"),
        (called(CLI_AGENT, sessionCredentialFromConsole="true"), "console"),
        (called(TERRAFORM_AGENT, sessionCredentialFromConsole=True), "console"),
        (called(BOTO3, sessionCredentialFromConsole=1), "console"),
        (called(BOTO3, sessionCredentialFromConsole="false"), "sdk"),
        (
            called("AWS Internal", user("someone") | {"invokedBy": "AWS Internal"}, sourceIPAddress="AWS Internal"),
            "console",
        ),
    ],
)
def test_a_service_comes_before_the_console_flag_which_comes_before_the_user_agent(
    body: dict[str, Any], origin: str
) -> None:
    assert origin_of(body) == origin


def test_a_person_is_named_by_user_name() -> None:
    actor = actor_of(called(CLI_AGENT, user("ops-engineer")))
    assert (actor.type, actor.name, actor.account_id) == ("IAMUser", "ops-engineer", ACCOUNT)
    assert actor.arn == f"arn:aws:iam::{ACCOUNT}:user/ops-engineer"
    assert (actor.session_name, actor.role_arn) == (None, None)
    assert (actor.source_ip, actor.user_agent) == ("198.51.100.7", CLI_AGENT)


def test_an_sso_person_is_named_by_session_and_the_role_keeps_its_path() -> None:
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    actor = actor_of(called(BROWSER, role_session("AWSReservedSSO_Admin_0123", "anna@example.com", path)))
    assert (actor.type, actor.name) == ("AssumedRole", "anna@example.com")
    assert actor.session_name == "anna@example.com"
    assert actor.role_arn == f"arn:aws:iam::{ACCOUNT}:role{path}AWSReservedSSO_Admin_0123"


def test_a_source_identity_names_the_person_behind_a_shared_role() -> None:
    actor = actor_of(called(CLI_AGENT, role_session("admin", "session-1", sourceIdentity="anna")))
    assert (actor.name, actor.source_identity, actor.session_name) == ("anna", "anna", "session-1")


def test_a_ci_job_is_named_by_its_session() -> None:
    identity = role_session("deploy", "GitHubActions", webIdFederationData={"federatedProvider": "github"})
    assert actor_of(called(CLI_AGENT, identity)).name == "GitHubActions"


def test_a_role_session_without_an_arn_is_named_by_the_principal_id() -> None:
    actor = actor_of(called(CLI_AGENT, {"type": "AssumedRole", "principalId": "AROAEXAMPLE:night-job"}))
    assert actor.name == "night-job"


@pytest.mark.parametrize(
    ("identity", "kind", "name"),
    [
        ({"type": "Root", "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}, "Root", "root"),
        (
            {"type": "FederatedUser", "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob", "principalId": "1:bob"},
            "FederatedUser",
            "bob",
        ),
        ({"type": "AWSService", "invokedBy": "codedeploy.amazonaws.com"}, "AWSService", "codedeploy.amazonaws.com"),
        ({"type": "AWSAccount", "accountId": "210987654321", "principalId": "AIDAX"}, "AWSAccount", "210987654321"),
        ({"type": "WebIdentityUser", "userName": "carol", "principalId": "p:a:carol"}, "WebIdentityUser", "carol"),
        ({"type": "SAMLUser", "userName": "dave"}, "SAMLUser", "dave"),
        ({"type": "Unknown"}, "Unknown", None),
        ({}, "Unknown", None),
        (role_session("CloudFormationRole", "AWSCloudFormation"), "AssumedRole", "AWSCloudFormation"),
    ],
)
def test_every_kind_of_identity_is_named_as_far_as_it_tells(
    identity: dict[str, Any], kind: str, name: str | None
) -> None:
    actor = actor_of(called(None) | {"userIdentity": identity})
    assert (actor.type, actor.name) == (kind, name)


@pytest.mark.parametrize(("said", "mfa"), [("true", True), ("false", False), (True, True), (None, None)])
def test_mfa_is_told_as_the_session_tells_it(said: Any, mfa: bool | None) -> None:
    identity = role_session("admin", "anna", attributes={"mfaAuthenticated": said})
    assert actor_of(called(CLI_AGENT, identity)).mfa is mfa


@pytest.mark.parametrize("identity", [None, 5, "text", [], {"type": 5, "arn": [], "sessionContext": "x"}])
def test_an_identity_of_another_shape_is_an_unknown_actor(identity: Any) -> None:
    body = {"userIdentity": identity, "userAgent": 5, "sourceIPAddress": []}
    assert actor_of(body) == Actor(type="Unknown")
    assert origin_of(body) == "unknown"
