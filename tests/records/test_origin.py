"""Where a call came from: every user agent of the reference, the real records' own, and hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import BROWSER, CLI_AGENT, TERRAFORM_AGENT, record, role_session, user
from tfdrift_gate.records.identity import origin_of

REAL = Path(__file__).parents[3] / "shared" / "real-records" / "records.jsonl"
PREFIX = "APN/1.0 HashiCorp/1.0 Terraform/1.1.2 (+https://www.terraform.io)"
TERRAFORM_V1 = (
    f"{PREFIX} terraform-provider-aws/3.76.1 (+https://registry.terraform.io/providers/hashicorp/aws)"
    " aws-sdk-go/1.44.157 (go1.19.3; linux; amd64)"
)
TERRAFORM_V2 = (
    f"{PREFIX} terraform-provider-aws/4.67.0 (+https://registry.terraform.io/providers/hashicorp/aws)"
    " aws-sdk-go-v2/1.18.0 os/linux lang/go/1.19.8 md/GOOS/linux md/GOARCH/amd64 api/lambda/1.34.1"
)
TERRAFORM_WORDS = "APN/1.0 HashiCorp/1.0 Terraform/1.9.8 terraform-provider-aws/6.55.0"
CLI_OLD = "aws-cli/2.14.5 Python/3.11.6 Darwin/23.6.0 exe/x86_64 prompt/off command/lambda.create-function"
CLOUDSHELL = (
    "aws-cli/2.13.5 Python/3.11.4 Linux/4.14.255-314-253.539.amzn2.x86_64 exec-env/CloudShell exe/x86_64.amzn.2"
    " prompt/off command/lambda.update-function-configuration"
)
BOTO3 = "Boto3/1.43.94 md/Botocore#1.43.94 ua/2.1 os/linux#6.8 lang/python#3.12.3 md/pyimpl#CPython Botocore/1.43.94"
PULUMI = "APN/1.0 Pulumi/1.0 Pulumi-Aws/4.17.0 (+https://www.pulumi.com) aws-sdk-go/1.40.20 (go1.16.4; darwin; amd64)"


def called(agent: str | None, identity: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    by = {"userIdentity": identity or user("someone"), "userAgent": agent}
    return record("UpdateFunctionCode20150331v2", {}, by=by, **fields)


AGENTS = {
    "Terraform, provider 3 on SDK v1": (TERRAFORM_V1, "terraform"),
    "Terraform, provider 4 on SDK v2": (TERRAFORM_V2, "terraform"),
    "Terraform, provider 5": (TERRAFORM_V2.replace("4.67.0", "5.14.0"), "terraform"),
    "Terraform, provider 6": (TERRAFORM_AGENT, "terraform"),
    "Terraform, a provider built at home": (TERRAFORM_V2.replace("4.67.0", "dev"), "terraform"),
    "Terraform, provider 2 and before 2019, in reversed order": (
        "aws-sdk-go/1.20.4 (go1.12.5; darwin; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.2",
        "terraform",
    ),
    "Terraform, a provider compiled with a release candidate": (
        "aws-sdk-go/1.19.18 (go1.11.5; linux; amd64) APN/1.0 HashiCorp/1.0 Terraform/0.12.0-rc1",
        "terraform",
    ),
    "Terraform 0.7": ("terraform/0.7.9-dev aws-sdk-go/1.4.17 (go1.7.3; darwin; amd64)", "terraform"),
    "Terraform of 2016 names only its SDK": ("[aws-sdk-go/1.1.0 (go1.5.2; darwin; amd64)]", "sdk"),
    "Terraform core, S3 backend and lock": (
        "APN/1.0 HashiCorp/1.0 Terraform/1.5.6 aws-sdk-go/1.44.122 (go1.20.7; linux; amd64)",
        "terraform",
    ),
    "Terraform through terraform-exec": (f"{TERRAFORM_V2} HashiCorp-terraform-exec/0.17.3", "terraform"),
    "Terraform with TF_APPEND_USER_AGENT": (f"{TERRAFORM_V1} my-team/1 aws-cli/2.0 Mozilla/5.0", "terraform"),
    "OpenTofu says what Terraform says": (TERRAFORM_V2.replace("Terraform/1.1.2", "Terraform/1.8.2"), "terraform"),
    "Cloud Control provider": (
        (
            "APN/1.0 HashiCorp/1.0 Terraform/1.0.8 (+https://www.terraform.io) terraform-provider-awscc/dev"
            " (+https://registry.terraform.io/providers/hashicorp/awscc) my-test-module/0.0.1 (a comment)"
            " aws-sdk-go-v2/1.9.1 os/macos lang/go/1.17 md/GOOS/darwin md/GOARCH/amd64 api/cloudcontrol/1.0.0"
        ),
        "terraform",
    ),
    "Cloud Control provider alone": ("terraform-provider-awscc/0.70.0 api/cloudcontrol/1.0", "terraform"),
    # What Crossplane writes stands in a cluster, not in the state that is judged.
    "Crossplane, provider-jet": (f"{TERRAFORM_V1} crossplane-provider-jet-aws/v0.4.0-30.g2f6b907c.dirty", "sdk"),
    "Crossplane, upjet": (f"{TERRAFORM_V2} crossplane-provider-aws-upbound/v0.0.0", "sdk"),
    "Crossplane, native": ("aws-sdk-go-v2/1.11.2 os/linux lang/go/1.17 crossplane-provider-aws/v0.26.0", "sdk"),
    "Pulumi": (PULUMI, "sdk"),
    "Pulumi on SDK v2": (
        (
            "APN/1.0 Pulumi/1.0 Pulumi/1.0 Pulumi-Aws/0.11+compatible (+https://www.pulumi.com) aws-sdk-go-v2/1.16.16"
            " os/macos lang/go/1.19.1 md/GOOS/darwin md/GOARCH/amd64 api/sts/1.16.4"
        ),
        "sdk",
    ),
    "Pulumi that leaks Terraform's name with an empty version": (
        "aws-sdk-go/1.44.12 (go1.19.1; darwin; amd64) APN/1.0 HashiCorp/1.0 Terraform/ (+https://www.terraform.io/)",
        "sdk",
    ),
    "Pulumi that leaks Terraform's name": (f"{TERRAFORM_V1} Pulumi-Aws/5.0.0", "sdk"),
    "Pulumi, native": ("APN/1.0 Pulumi/3.0 PulumiAwsNative/0.0.2 aws-sdk-go-v2/1.16.16 os/linux", "sdk"),
    "CLI v2, old style": (CLI_OLD, "cli"),
    "CLI v2, new style": (f"{CLI_AGENT} md/command#lambda.add-permission", "cli"),
    "CLI v1": ("aws-cli/1.11.129 Python/2.7.8 botocore/1.5.92", "cli"),
    "CLI in square brackets": ("[aws-cli/1.11.129 Python/2.7.8 Linux/4.9 botocore/1.5.92]", "cli"),
    "CloudShell": (CLOUDSHELL, "cli"),
    "boto3": (BOTO3, "sdk"),
    "boto3, older, in Lambda": (
        "Boto3/1.10.2 Python/3.8.0 Linux/4.14.138-99.102.amzn2.x86_64 exec-env/AWS_Lambda_python3.8 Botocore/1.13.2",
        "sdk",
    ),
    "botocore alone": ("Botocore/1.13.2 Python/3.8.0 Linux/4.14", "sdk"),
    "SDK for JavaScript v3": (
        "aws-sdk-js/3.758.0 ua/2.1 os/darwin#24.5.0 lang/js md/nodejs#22.14.0 api/lambda#3.758.0 m/E,T,i,o",
        "sdk",
    ),
    "SDK for JavaScript v2": ("aws-sdk-nodejs/2.1400.0 linux/v18.16.0 promise", "sdk"),
    "SDK for Java": ("aws-sdk-java/2.20.1 Linux/5.10 OpenJDK_64-Bit_Server_VM/17.0.6 Java/17.0.6", "sdk"),
    "SDK for Go": ("aws-sdk-go-v2/1.18.0 os/linux lang/go#1.20 md/GOOS#linux api/lambda#1.34.1", "sdk"),
    "Serverless Framework": ("serverless-framework/4.2.0 aws-sdk-js/3.5 ua/2.0", "sdk"),
    "SAM": ("aws-sam-cli/1.120.0/a-b-c Boto3/1.34.1 md/Botocore#1.34.1 ua/2.0", "sdk"),
    "PowerShell": ("AWSPowerShell.NetCore/4.1.200 .NET_Runtime/6.0 OS/Microsoft_Windows", "sdk"),
    "console, a browser": (BROWSER, "console"),
    "console, AWS Internal": ("AWS Internal", "console"),
    "console, AWS Internal with a number": ("AWS Internal/3", "console"),
    "console, its own name": ("console.amazonaws.com", "console"),
    "console, a service's": ("console.ec2.amazonaws.com", "console"),
    "console, sign-in": ("signin.amazonaws.com", "console"),
    "console, older": (
        "aws-internal/3 aws-sdk-java/1.11.590 Linux/4.9 OpenJDK_64-Bit_Server_VM/25.212 AWSLambdaConsole/1.0",
        "console",
    ),
    "console, proxied by Netty": ("Coral/Netty4", "console"),
    "console, proxied by Jakarta": ("Coral/Jakarta", "console"),
    "console of S3": ("[S3Console/0.4, aws-internal/3 aws-sdk-java/1.11.590]", "console"),
    "console of S3, bare": ("S3Console/0.4", "console"),
    "console of CloudWatch": ("AWS CloudWatch Console", "console"),
    "CloudFormation": ("cloudformation.amazonaws.com", "cloudformation"),
    "CloudFormation's stack sets": ("member.org.stacksets.cloudformation.amazonaws.com", "cloudformation"),
    "CloudFormation in China": ("cloudformation.amazonaws.com.cn", "cloudformation"),
    "code running in Lambda": ("lambda.amazonaws.com", "aws-service"),
    "Application Auto Scaling": ("application-autoscaling.amazonaws.com", "aws-service"),
    "something else": ("curl/8.4.0", "unknown"),
    "a client of 2015": ("Python-httplib2/0.8 (gzip)", "unknown"),
    "an attack tool": ("stratus-red-team_1222242e-efe2-4641-a881-346fa54f41e1", "unknown"),
    "masked": ("-", "unknown"),
    "empty": ("", "unknown"),
    "none": (None, "unknown"),
}

HOSTILE = {
    "a CLI that says it is Terraform": (f"{CLI_AGENT} exec-env/{TERRAFORM_WORDS}", "cli"),
    "an SDK that says it is Terraform": (f"{BOTO3} {TERRAFORM_WORDS}", "sdk"),
    "an SDK that says it is the CLI": (f"{BOTO3} aws-cli/2.17.60", "sdk"),
    "an SDK that says it is a browser": (f"{BOTO3} Mozilla/5.0", "sdk"),
    "a browser's words at the end": ("x Mozilla/5.0", "unknown"),
    "Terraform's words at the end": (f"x {TERRAFORM_WORDS}", "unknown"),
    "Terraform's words on another line": (f"x\n{TERRAFORM_WORDS}", "unknown"),
    "a browser's words on another line": ("x\nMozilla/5.0 (Macintosh)", "unknown"),
    "a service's name on another line": ("x\ncloudformation.amazonaws.com", "unknown"),
    "a service's name and a line": ("cloudformation.amazonaws.com\n", "unknown"),
    "a service's name and more": ("cloudformation.amazonaws.com x", "unknown"),
    "a name that ends like a service's": ("cloudformation.amazonaws.com.example.org", "unknown"),
    "Terraform's words in capitals": (TERRAFORM_WORDS.upper(), "unknown"),
    "Terraform without a version": ("APN/1.0 HashiCorp/1.0 Terraform/", "unknown"),
    "the SDK's name inside a word": ("notaws-sdk-go/1", "unknown"),
    "1 KB of Terraform": ((TERRAFORM_V2 * 9)[:1024], "terraform"),
    "1 KB of nothing": ("x" * 1024, "unknown"),
    "100 KB of brackets": ("aws-sdk-go/1 (" + "(" * 100_000, "sdk"),
    "control characters": ("\x1b[31maws-cli/2.0\x00", "unknown"),
    "a text that is no Unicode": ("\ud800aws-cli/2.0", "unknown"),
}


@pytest.mark.parametrize(("agent", "origin"), AGENTS.values(), ids=AGENTS.keys())
def test_the_user_agent_tells_where_a_call_came_from(agent: str | None, origin: str) -> None:
    assert origin_of(called(agent)) == origin


@pytest.mark.parametrize(("agent", "origin"), HOSTILE.values(), ids=HOSTILE.keys())
def test_words_added_to_a_user_agent_do_not_change_where_it_came_from(agent: str, origin: str) -> None:
    assert origin_of(called(agent)) == origin


REAL_AGENTS = {  # how an agent of the real records begins
    "APN/1.0 HashiCorp/1.0 Terraform/": "terraform",
    "aws-cli/": "cli",
    "AWS-Toolkit-For-Eclipse/": "sdk",
    "stratus-red-team_": "unknown",
    "Python-httplib2/": "unknown",
    "RANDOM_AGENT_NAME": "unknown",
    "-": "unknown",
}


@pytest.mark.skipif(not REAL.is_file(), reason="the real records are not part of the project")
def test_every_real_record_has_the_origin_that_its_agent_tells() -> None:
    seen = set()
    for line in REAL.read_text(encoding="utf-8").splitlines():
        body = json.loads(line)
        (begins,) = (words for words in REAL_AGENTS if body["userAgent"].startswith(words))
        assert origin_of(body) == REAL_AGENTS[begins]
        seen.add(begins)
    assert seen == set(REAL_AGENTS)


BY_CLOUDFORMATION = role_session("deployer", "AWSCloudFormation") | {"invokedBy": "cloudformation.amazonaws.com"}
BY_CODEDEPLOY = role_session("codedeploy", "shift") | {"invokedBy": "codedeploy.amazonaws.com"}
SCALING = "lambda.application-autoscaling.amazonaws.com"
SERVICE_LINKED = role_session("AWSServiceRoleForX", "session", path=f"/aws-service-role/{SCALING}/")
LIKE_SERVICE_LINKED = role_session("aws-service-role", "session", path="/team/aws-service-role/")


def everywhere(service: str, identity: dict[str, Any]) -> dict[str, Any]:
    """Record what a service calls on somebody's behalf: its name stands in all three places."""
    return called(service, identity | {"invokedBy": service}, sourceIPAddress=service)


SERVICES = {
    "CloudFormation, by its role": (everywhere("cloudformation.amazonaws.com", BY_CLOUDFORMATION), "cloudformation"),
    "CloudFormation, for a user": (everywhere("cloudformation.amazonaws.com", user("anna")), "cloudformation"),
    "CloudFormation, named once": (called(TERRAFORM_AGENT, BY_CLOUDFORMATION), "cloudformation"),
    "CodeDeploy shifts an alias": (called(CLI_AGENT, BY_CODEDEPLOY), "aws-service"),
    "Application Auto Scaling": (everywhere(SCALING, SERVICE_LINKED), "aws-service"),
    "Application Auto Scaling, told by its role alone": (called(BOTO3, SERVICE_LINKED), "aws-service"),
    "a role that only sounds like a service's": (called(BOTO3, LIKE_SERVICE_LINKED), "sdk"),
    "the address alone": (called("x", sourceIPAddress="codedeploy.amazonaws.com"), "aws-service"),
    "a service's own identity": (
        called(None, {"type": "AWSService", "invokedBy": "replicator.lambda.amazonaws.com"}),
        "aws-service",
    ),
    "a service's own identity without a name": (called(None, {"type": "AWSService"}), "aws-service"),
    "an AWS service event": (
        called("AWS Internal", {"accountId": "1", "invokedBy": "AWS Internal"}, eventType="AwsServiceEvent"),
        "aws-service",
    ),
    "an AWS service event with some agent": (called(BOTO3, eventType="AwsServiceEvent"), "aws-service"),
    "another account": (called(BOTO3, {"type": "AWSAccount", "accountId": "210987654321"}), "sdk"),
    "the console with AWS Internal in all three": (everywhere("AWS Internal", user("someone")), "console"),
    "a service comes before the console's flag": (
        everywhere("s3.amazonaws.com", user("someone")) | {"sessionCredentialFromConsole": "true"},
        "aws-service",
    ),
}


@pytest.mark.parametrize(("body", "origin"), SERVICES.values(), ids=SERVICES.keys())
def test_a_service_is_told_by_what_aws_itself_wrote_down(body: dict[str, Any], origin: str) -> None:
    assert origin_of(body) == origin


@pytest.mark.parametrize("flag", ["true", "True", " true ", True, 1, "1", 1.0])
@pytest.mark.parametrize("agent", [CLI_AGENT, TERRAFORM_AGENT, BOTO3, CLOUDSHELL, None])
def test_a_session_of_the_console_is_the_console_whatever_its_agent(agent: str | None, flag: Any) -> None:
    assert origin_of(called(agent, sessionCredentialFromConsole=flag)) == "console"


@pytest.mark.parametrize("flag", ["false", False, 0, "", None, "maybe", [], ["true"], {"true": True}, 2])
def test_another_flag_leaves_it_to_the_agent(flag: Any) -> None:
    assert origin_of(called(BOTO3, sessionCredentialFromConsole=flag)) == "sdk"
