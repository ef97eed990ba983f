"""Keys come from botocore's own chain, whichever of its links has them, and STS tells whose they are."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ParamValidationError, ProfileNotFound

from tests.aws.stand_in import StandIn, http
from tests.local_aws import LocalAws
from tfdrift_gate.aws import Credentials, JsonService, assume, caller_account, client, error_code, is_passing
from tfdrift_gate.aws.credentials import find, only_keys_in

REGION = "eu-west-1"
ROLE = "arn:aws:iam::210987654321:role/auditor"


def keys_of(profile: str | None) -> tuple[str, str, str | None]:
    return tuple(find(profile).keys()[:3])


def keys_of_boto3(profile: str | None) -> tuple[str, str, str | None]:
    return tuple(boto3.Session(profile_name=profile).get_credentials().get_frozen_credentials()[:3])


def write(home: Path, name: str, text: str) -> None:
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws" / name).write_text(text)


PRINTED = '{\\"Version\\": 1, \\"AccessKeyId\\": \\"P\\", \\"SecretAccessKey\\": \\"S\\"}'
PROFILES = f"""
[default]
region = eu-west-1
[profile process]
credential_process = {sys.executable} -c "print('{PRINTED}')"
[profile keys]
aws_access_key_id = CONFIG
aws_secret_access_key = secret
aws_session_token = token
"""


@pytest.mark.parametrize("token", [None, "token"])
def test_keys_in_the_environment_are_the_ones_that_boto3_takes(
    token: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    if token:
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
    assert keys_of(None) == keys_of_boto3(None) == ("AKIDEXAMPLE", "secret", token)


def test_keys_of_files_and_processes_are_the_ones_that_boto3_takes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path, "config", PROFILES)
    write(tmp_path, "credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key = secret\n")
    assert keys_of(None) == keys_of_boto3(None) == ("AKIDEXAMPLE", "secret", None)
    assert keys_of("process") == keys_of_boto3("process") == ("P", "S", None)
    assert keys_of("keys") == keys_of_boto3("keys") == ("CONFIG", "secret", "token")
    monkeypatch.setenv("AWS_PROFILE", "keys")
    # Keys in the environment come before a profile that only the environment names.
    assert keys_of(None) == keys_of_boto3(None) == ("AKIDEXAMPLE", "secret", None)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    assert keys_of(None) == keys_of_boto3(None) == ("CONFIG", "secret", "token")
    monkeypatch.delenv("AWS_PROFILE")
    assert keys_of(None) == keys_of_boto3(None) == ("FILE", "secret", None)


def test_a_profile_of_a_role_is_assumed_by_botocore(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
    text = f"[profile auditor]\nrole_arn = {ROLE}\ncredential_source = Environment\nregion = {REGION}\n"
    write(tmp_path, "config", text)
    assert caller_account(Credentials("auditor"), REGION) == "210987654321"
    assert JsonService("cloudtrail", REGION, Credentials("auditor")).call("LookupEvents", {}) == {"Events": []}


def test_a_profile_that_is_not_there_is_botocores_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProfileNotFound):
        JsonService("cloudtrail", REGION, Credentials("nobody"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(ProfileNotFound):
        JsonService("cloudtrail", REGION, Credentials())


def test_no_keys_at_all_are_botocores_error_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    service = JsonService("cloudtrail", REGION, Credentials())
    with pytest.raises(NoCredentialsError):
        service.call("LookupEvents", {})


@pytest.mark.parametrize(
    ("environment", "files", "only"),
    [
        ({}, (), False),
        ({"AWS_ACCESS_KEY_ID": "A"}, (), False),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": ""}, (), False),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}, (), True),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S"}, ("/c",), True),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_CONFIG_FILE": "/c"}, ("/c",), False),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_SHARED_CREDENTIALS_FILE": "/c"}, ("/c",), False),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_PROFILE": ""}, (), False),
        ({"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_DEFAULT_PROFILE": "p"}, (), False),
    ],
)
def test_botocores_session_is_left_out_only_where_nothing_but_the_environment_could_say_anything(
    environment: dict[str, str], files: tuple[str, ...], only: bool
) -> None:
    assert only_keys_in(environment, files.__contains__) is only


@pytest.mark.parametrize("file", ["config", "credentials"])
def test_a_file_of_profiles_in_its_usual_place_is_seen(file: str, tmp_path: Path) -> None:
    write(tmp_path, file, "[default]\nregion = eu-west-1\n")
    assert find(None).profile == {"region": "eu-west-1"}


# Whose they are


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def local_aws(running: LocalAws) -> LocalAws:
    running.reset()
    return running


@pytest.mark.parametrize("plainly", [True, False], ids=["plainly", "through botocore's client"])
def test_account_and_role_are_the_ones_that_boto3_is_told(
    local_aws: LocalAws, plainly: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
    its = boto3.client("sts", region_name=REGION).get_caller_identity()["Account"]
    if not plainly:
        monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", "regional")
    assert caller_account(Credentials(), REGION) == its == "123456789012"
    assert caller_account(Credentials(assume_role=ROLE), REGION) == "210987654321"
    credentials = assume(Credentials(assume_role=ROLE), REGION)
    assert credentials.keys is not None
    assert assume(credentials, REGION) is credentials, "a role is not assumed twice"
    assumed = client("sts", REGION, credentials).get_caller_identity()
    assert (assumed["Account"], assumed["Arn"].split("/")[1:]) == ("210987654321", ["auditor", "tfdrift-gate"])


def test_credentials_that_are_shown_do_not_show_their_keys(
    local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", local_aws.endpoint_url)
    credentials = assume(Credentials(assume_role=ROLE), REGION)
    assert credentials.keys
    assert not any(key and key in repr(credentials) for key in credentials.keys)


DENIED = (
    b'<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
    b"<Code>AccessDenied</Code><Message>not you</Message></Error><RequestId>r</RequestId></ErrorResponse>"
)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (http("403 Forbidden", DENIED), "AccessDenied"),
        (http("400 Bad Request", DENIED.replace(b"AccessDenied", b"Throttling")), "Throttling"),
        (http("503 Service Unavailable", b"<html><body>busy</body></html>"), "503"),
    ],
)
def test_an_error_of_sts_is_the_one_that_botocores_client_raises(
    answer: bytes, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with StandIn(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises(ClientError) as ours:
            caller_account(Credentials(), REGION)
        with pytest.raises(ClientError) as its:
            client("sts", REGION, Credentials()).get_caller_identity()
    assert error_code(ours.value) == error_code(its.value) == code
    assert ours.value.response["Error"] == its.value.response["Error"]
    assert is_passing(ours.value) == is_passing(its.value)


@pytest.mark.parametrize(
    "answer",
    [
        http("200 OK", b"<GetCallerIdentityResponse><Acc", promised=4000),
        http("200 OK", b"<GetCallerIdentityResponse><Acc"),
        http("200 OK", b"<html><body>sign in first</body></html>"),
        http("200 OK", b"{}"),
    ],
    ids=["cut off", "half", "a page", "JSON"],
)
def test_an_answer_of_sts_that_does_not_tell_is_an_error(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.parsers import ResponseParserError

    with StandIn(answer) as aws:
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        with pytest.raises((BotoCoreError, ResponseParserError)):
            caller_account(Credentials(), REGION)


def test_a_role_is_asked_for_three_times_and_a_refusal_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfdrift_gate.aws.sts._PAUSE", 0.0)
    for answer, times in ((http("500 Internal Server Error", b""), 3), (http("403 Forbidden", DENIED), 1)):
        with StandIn(answer) as aws:
            monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
            with pytest.raises(ClientError):
                assume(Credentials(assume_role=ROLE), REGION)
            assert len(aws.requests) == times


def test_a_role_that_is_no_arn_is_refused_before_anybody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(ParamValidationError) as ours:
        assume(Credentials(assume_role="short"), REGION)
    with pytest.raises(ParamValidationError) as its:
        boto3.client("sts", region_name=REGION).assume_role(RoleArn="short", RoleSessionName="tfdrift-gate")
    assert str(ours.value) == str(its.value)
