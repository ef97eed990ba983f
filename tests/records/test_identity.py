"""Who made a call, for every kind of caller that CloudTrail tells apart."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import ACCOUNT, BROWSER, CLI_AGENT, OTHER_ACCOUNT, record, role_session, user
from tfdrift_gate.model import Actor
from tfdrift_gate.records.identity import actor_of, caller_of, origin_of

ORIGINS = {"cloudformation", "aws-service", "console", "terraform", "cli", "sdk", "unknown"}


def called(agent: str | None, identity: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    by = {"userIdentity": identity or user("someone"), "userAgent": agent}
    return record("UpdateFunctionCode20150331v2", {}, by=by, **fields)


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
    # As the published sample of a workflow of GitHub has it: role by AssumeRoleWithWebIdentity, no attributes.
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    identity = role_session(
        "deploy", "anna-via-ci@PR-123", webIdFederationData={"federatedProvider": provider, "attributes": {}}
    )
    actor = actor_of(called(CLI_AGENT, identity))
    assert (actor.type, actor.name) == ("AssumedRole", "anna-via-ci@PR-123")
    assert actor.role_arn == f"arn:aws:iam::{ACCOUNT}:role/deploy"


def test_a_role_session_without_an_arn_is_named_by_the_principal_id() -> None:
    actor = actor_of(called(CLI_AGENT, {"type": "AssumedRole", "principalId": "AROAEXAMPLE:night-job"}))
    assert actor.name == "night-job"


GITHUB = "token.actions.githubusercontent.com"
BY_ROOT = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
BY_FEDERATED = {
    "type": "FederatedUser",
    "principalId": f"{ACCOUNT}:bob",
    "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
    "accountId": ACCOUNT,
    "sessionContext": {
        "sessionIssuer": {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/broker", "userName": "broker"}
    },
}
BY_WEB_IDENTITY = {
    "type": "WebIdentityUser",
    "principalId": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}:sts.amazonaws.com:repo:acme/infra:pull_request",
    "userName": "repo:acme/infra:pull_request",
    "identityProvider": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{GITHUB}",
}
BY_IDENTITY_CENTER = {
    "type": "IdentityCenterUser",
    "accountId": ACCOUNT,
    "onBehalfOf": {
        "userId": "544894e8-80c1-707f-60e3-3ba6510dfac1",
        "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-9067642ac7",
    },
    "credentialId": "EXAMPLE",
}
SCALING = "lambda.application-autoscaling.amazonaws.com"
BY_SCALING = role_session(
    "AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency",
    "AutoScaling-ManageAlarms",
    path=f"/aws-service-role/{SCALING}/",
) | {"invokedBy": "application-autoscaling.amazonaws.com"}
BY_AN_INSTANCE = role_session("build-agents", "i-0123456789abcdef0", ec2RoleDelivery="2.0")


@pytest.mark.parametrize(
    ("identity", "kind", "name", "session"),
    [
        (user("ops-engineer"), "IAMUser", "ops-engineer", None),
        (
            {"type": "IAMUser", "arn": f"arn:aws:iam::{ACCOUNT}:user/ops"},
            "IAMUser",
            f"arn:aws:iam::{ACCOUNT}:user/ops",
            None,
        ),
        ({"type": "IAMUser", "principalId": "AIDAX"}, "IAMUser", "AIDAX", None),
        (BY_ROOT, "Root", "root", None),
        (BY_ROOT | {"userName": "the-accounts-alias"}, "Root", "root", None),
        (BY_ROOT | {"sessionContext": {"assumedRoot": "true", "sourceIdentity": "anna"}}, "Root", "anna", None),
        (role_session("admin", "anna"), "AssumedRole", "anna", "anna"),
        (BY_AN_INSTANCE, "AssumedRole", "i-0123456789abcdef0", "i-0123456789abcdef0"),
        (
            role_session("CloudFormationRole", "AWSCloudFormation"),
            "AssumedRole",
            "AWSCloudFormation",
            "AWSCloudFormation",
        ),
        (BY_SCALING, "AssumedRole", "AutoScaling-ManageAlarms", "AutoScaling-ManageAlarms"),
        (
            {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/admin/"},
            "AssumedRole",
            "arn:aws:sts::1:assumed-role/admin/",
            None,
        ),
        ({"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/admin", "userName": "admin"}, "Role", "admin", None),
        (BY_FEDERATED, "FederatedUser", "bob", "bob"),
        (BY_WEB_IDENTITY, "WebIdentityUser", "repo:acme/infra:pull_request", None),
        ({"type": "SAMLUser", "principalId": "q:dave", "userName": "dave"}, "SAMLUser", "dave", None),
        (BY_IDENTITY_CENTER, "IdentityCenterUser", "544894e8-80c1-707f-60e3-3ba6510dfac1", None),
        ({"type": "AWSAccount", "accountId": OTHER_ACCOUNT, "principalId": "AIDAX"}, "AWSAccount", OTHER_ACCOUNT, None),
        (
            {"type": "AWSAccount", "accountId": OTHER_ACCOUNT, "principalId": "AROAX:mallory"},
            "AWSAccount",
            "mallory",
            "mallory",
        ),
        (
            {"type": "AWSService", "invokedBy": "codedeploy.amazonaws.com"},
            "AWSService",
            "codedeploy.amazonaws.com",
            None,
        ),
        ({"accountId": ACCOUNT, "invokedBy": "AWS Internal"}, "Unknown", "AWS Internal", None),
        ({"type": "Unknown", "principalId": ACCOUNT, "userName": "anna"}, "Unknown", "anna", None),
        ({"type": "Unknown"}, "Unknown", None, None),
        ({"type": "Directory", "accountId": ACCOUNT, "userName": "alias"}, "Directory", "alias", None),
        ({"type": "SomethingNew", "userName": "erin"}, "SomethingNew", "erin", None),
        ({"type": " ", "userName": "\t"}, "Unknown", None, None),
        ({}, "Unknown", None, None),
    ],
)
def test_every_kind_of_identity_is_named_as_far_as_it_tells(
    identity: dict[str, Any], kind: str, name: str | None, session: str | None
) -> None:
    actor = actor_of(called(None) | {"userIdentity": identity})
    assert (actor.type, actor.name, actor.session_name) == (kind, name, session)


def test_a_federated_users_broker_is_no_role() -> None:
    # A trusted pipeline is told by its role; what a user's own credentials made has none.
    assert actor_of(called(None, BY_FEDERATED)).role_arn is None


@pytest.mark.parametrize(
    ("said", "mfa"),
    [("true", True), ("false", False), (True, True), (False, False), (1, True), (None, None), ([], False)],
)
def test_mfa_is_told_as_the_session_tells_it(said: Any, mfa: bool | None) -> None:
    identity = role_session("admin", "anna", attributes={"mfaAuthenticated": said})
    assert actor_of(called(CLI_AGENT, identity)).mfa is mfa


@pytest.mark.parametrize("identity", [None, 5, "text", [], {"type": 5, "arn": [], "sessionContext": "x"}])
def test_an_identity_of_another_shape_is_an_unknown_actor(identity: Any) -> None:
    body = {"userIdentity": identity, "userAgent": 5, "sourceIPAddress": []}
    assert actor_of(body) == Actor(type="Unknown")
    assert origin_of(body) == "unknown"


WORDS = st.sampled_from(
    [
        "AssumedRole",
        "AWSAccount",
        "FederatedUser",
        "Root",
        "AWSService",
        "IdentityCenterUser",
        "Role",
        ":",
        "/",
        "a/b:c",
        "arn:aws:sts::1:assumed-role/r/s",
        "true",
        "cloudformation.amazonaws.com",
        "Mozilla/5.0",
        "aws-cli/2",
        "AwsServiceEvent",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.just(10**400) | st.floats() | st.text(max_size=9) | WORDS
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def shaped(*keys: str, inner: Any = JSON) -> Any:
    return JSON | st.dictionaries(st.sampled_from(keys), inner, max_size=len(keys))


ISSUERS = shaped("type", "arn", "userName")
SESSIONS = shaped("sessionIssuer", "attributes", "sourceIdentity", inner=ISSUERS)
IDENTITIES = shaped(
    "type", "arn", "principalId", "userName", "invokedBy", "onBehalfOf", "sessionContext", inner=SESSIONS
)
RECORDS = st.fixed_dictionaries(
    {"userIdentity": IDENTITIES},
    optional={
        "userAgent": JSON,
        "sourceIPAddress": JSON,
        "eventType": JSON,
        "sessionCredentialFromConsole": JSON,
        "additionalEventData": shaped("MFAUsed"),
    },
)


@settings(derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(RECORDS | st.dictionaries(st.text(max_size=9), JSON, max_size=4))
def test_any_json_as_a_record_has_an_actor_and_an_origin(body: dict[str, Any]) -> None:
    actor = actor_of(body)
    assert all(value is None or isinstance(value, (str, bool)) for value in actor)
    assert origin_of(body) in ORIGINS
    # Asked twice, since the second answer is a kept one.
    assert [caller_of(body), caller_of(body)] == [(actor, origin_of(body))] * 2


def test_a_caller_is_one_object_in_all_of_its_records_and_no_other_callers() -> None:
    one, again, other = (called(CLI_AGENT, user(name)) | {"eventID": name} for name in ("ops", "ops", "dev"))
    assert caller_of(one)[0] is caller_of(again)[0]
    assert caller_of(other)[0] != caller_of(one)[0]


@pytest.mark.parametrize("field", ["sessionCredentialFromConsole", "sourceIPAddress", "userAgent", "eventType"])
def test_a_kept_caller_is_never_taken_for_one_that_differs_in_type_alone(field: str) -> None:
    for value in (1, True, 1.0, "1", "true", None, 2):
        body = called(CLI_AGENT, user("ops")) | {field: value}
        assert caller_of(body) == (actor_of(body), origin_of(body))


def test_a_flag_nested_beyond_all_depth_is_no_flag() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    body = called(None, role_session("admin", "anna")) | {"sessionCredentialFromConsole": deep}
    body["userIdentity"]["sessionContext"]["attributes"] = {"mfaAuthenticated": deep}
    assert actor_of(body).mfa is False
    assert origin_of(body) == "unknown"
    assert caller_of(body) == (actor_of(body), "unknown")
    while deep:  # taken apart by hand: freeing it at once would itself go too deep
        deep = deep[0]
