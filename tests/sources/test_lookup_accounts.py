"""Accounts and regions are read side by side, each with its own role; what fails in one stays with that one."""

from __future__ import annotations

import json
import random
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.samples import (
    ACCOUNT,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    aws_environment,
    function,
    orders,
    recent,
    resource,
    root_module,
    run,
    update,
)
from tests.sources.direct_history import DirectHistory, question
from tfdrift_gate.aws import Credentials
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.settings import resolve
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.lookup import accounts as accounts_module
from tfdrift_gate.sources.lookup import read

ROLES = "arn:aws:iam::{account}:role/auditor"
HERE, THERE = (ROLES.replace("{account}", account) for account in (ACCOUNT, OTHER_ACCOUNT))


def two_accounts(folder: Path) -> Path:
    """A root module that manages a function of one name in each of two accounts, one of them in two regions."""
    theirs = resource("aws_lambda_function", "theirs", function(account=OTHER_ACCOUNT))
    far = resource("aws_lambda_function", "far", function("far", region=OTHER_REGION))
    return root_module(folder, orders(), far, theirs)


def changed_everywhere(aws: LocalAws) -> None:
    changes = [update(), update(recipientAccountId=OTHER_ACCOUNT), update("far", awsRegion=OTHER_REGION)]
    aws.append_records(recent(changes))


def check(root: Path, aws: LocalAws, *arguments: str) -> tuple[int, Any, str]:
    done = run("check", str(root), "--format", "json", *arguments, **aws_environment(aws.endpoint_url))
    return done.returncode, json.loads(done.stdout), done.stderr


def places(report: Any) -> list[tuple[str, str, bool]]:
    return [(entry["account"], entry["region"], entry["complete"]) for entry in report["coverage"]]


def test_every_account_that_state_names_is_read_by_its_own_role(aws: LocalAws, tmp_path: Path) -> None:
    changed_everywhere(aws)
    code, report, _ = check(two_accounts(tmp_path), aws, "--assume-role", ROLES)
    assert (code, report["verdict"]) == (2, "drift")
    assert [(entry["account"], entry["address"]) for entry in report["findings"]] == [
        (ACCOUNT, "aws_lambda_function.far"),
        (ACCOUNT, "aws_lambda_function.orders"),
        (OTHER_ACCOUNT, "aws_lambda_function.theirs"),
    ]
    regions = (OTHER_REGION, REGION)
    assert places(report) == [(account, region, True) for account in (ACCOUNT, OTHER_ACCOUNT) for region in regions]
    # A role is assumed once, and its ARN tells whose it is.
    assert (aws.requests()["sts.AssumeRole"], "sts.GetCallerIdentity" in aws.requests()) == (2, False)


def test_roles_named_one_by_one_are_read_in_their_order(aws: LocalAws, tmp_path: Path) -> None:
    changed_everywhere(aws)
    arguments = ("--assume-role", THERE, "--assume-role", HERE, "--region", REGION, "--assume-role", THERE)
    _, report, _ = check(two_accounts(tmp_path), aws, *arguments)
    assert places(report) == [(OTHER_ACCOUNT, REGION, True), (ACCOUNT, REGION, True)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"service": "sts", "operation": "AssumeRole", "key": THERE, "kind": "access_denied"}, "sts:AssumeRole"),
        ({"service": "sts", "operation": "AssumeRole", "key": THERE, "kind": "expired_credentials"}, "sign in again"),
    ],
)
def test_a_role_that_cannot_be_assumed_is_no_verdict_and_the_other_accounts_findings_stay(
    aws: LocalAws, tmp_path: Path, fault: dict[str, Any], said: str
) -> None:
    changed_everywhere(aws)
    aws.set_faults([fault | {"times": 0}])
    code, report, stderr = check(two_accounts(tmp_path), aws, "--assume-role", ROLES)
    assert (code, report["verdict"]) == (1, "incomplete")
    assert {(account, whole) for account, _, whole in places(report)} == {(ACCOUNT, True), (OTHER_ACCOUNT, False)}
    assert {entry["account"] for entry in report["findings"]} == {ACCOUNT}
    assert f"CloudTrail's event history of account {OTHER_ACCOUNT} in {REGION}" in stderr
    assert said in stderr


def test_an_account_that_no_role_is_named_for_is_no_verdict(aws: LocalAws, tmp_path: Path) -> None:
    code, report, stderr = check(two_accounts(tmp_path), aws, "--assume-role", HERE)
    assert (code, report["verdict"]) == (1, "incomplete")
    assert f"state also manages resources of {OTHER_ACCOUNT}" in stderr
    assert "--assume-role once for each, or once with {account}" in stderr


def test_a_role_for_every_account_of_a_state_that_names_none_is_an_error(aws: LocalAws, tmp_path: Path) -> None:
    root = root_module(tmp_path, resource("null_resource", "nothing", {"id": "1"}))
    code, report, stderr = check(root, aws, "--unmanaged", "all", "--assume-role", ROLES, "--region", REGION)
    assert (code, report["verdict"]) == (1, "incomplete")
    assert "state names no account" in stderr


@pytest.mark.parametrize(
    "role", ["auditor", "arn:aws:iam::{konto}:role/auditor", "arn:aws:iam::1:role/x", "arn:aws:s3:::x"]
)
def test_what_is_no_roles_arn_is_a_usage_error(tmp_path: Path, role: str) -> None:
    done = run("check", str(root_module(tmp_path)), "--assume-role", role)
    assert done.returncode == 1
    assert "is no role's ARN" in done.stderr


@pytest.mark.parametrize("region", ["us-east-1,eu-west-1", "us-east-1 eu-west-1", "US-EAST-1", "*", "us-east-1."])
def test_what_is_no_regions_name_is_a_usage_error_that_says_how_to_name_several(tmp_path: Path, region: str) -> None:
    done = run("check", str(root_module(tmp_path)), "--region", region)
    assert done.returncode == 1
    assert f"reading --region: {region!r} is no region" in done.stderr
    assert "each with an option of its own" in done.stderr


# One set of credentials for each thing that is read


def test_a_single_role_reads_named_states_and_several_do_not() -> None:
    def credentials(*roles: str) -> Credentials:
        return resolve({"assume_role": roles, "profile": "ci"}, {}).credentials

    assert credentials() == credentials(HERE, THERE) == credentials(ROLES) == Credentials("ci")
    assert credentials(HERE) == Credentials("ci", HERE)


def test_verify_takes_the_role_of_the_findings_account() -> None:
    def role(account: str, *roles: str) -> str | None:
        return resolve({"assume_role": roles}, {}).credentials_for(account).assume_role

    assert (role(ACCOUNT, THERE, HERE), role(OTHER_ACCOUNT, THERE, HERE)) == (HERE, THERE)
    assert (role(ACCOUNT, ROLES), role("000000000000", ROLES)) == (HERE, ROLES.replace("{account}", "0" * 12))
    assert role(ACCOUNT, THERE) == THERE, "a single one is for all, as ever"
    assert role("000000000000", THERE, HERE) is None


def test_verify_asks_each_account_as_its_own_role(aws: LocalAws, tmp_path: Path) -> None:
    changed_everywhere(aws)
    _, report, _ = check(two_accounts(tmp_path), aws, "--assume-role", ROLES, "--verify", "--region", REGION)
    live = [entry for entry in report["coverage"] if entry["source"] == "lambda:"]
    assert {(entry["account"], entry["region"]) for entry in live} >= {(ACCOUNT, REGION), (OTHER_ACCOUNT, REGION)}
    # Neither function is there: each account said so of its own.
    assert not any("credentials are of account" in entry["note"] for entry in live)


# Side by side


def ask(deadline: float, *regions: str) -> list[Reading]:
    now = datetime.now(timezone.utc)
    window = TimeWindow(now - timedelta(hours=24), now)
    services = frozenset({"lambda.amazonaws.com"})
    return list(read(Question("cloudtrail:", window, services, regions, frozenset(), deadline=deadline)))


@pytest.mark.long
def test_a_region_whose_answer_never_comes_ends_at_the_deadline_and_the_others_stay(aws: LocalAws) -> None:
    aws.append_records(recent([update(), update(awsRegion=OTHER_REGION)]))
    aws.set_faults([{"kind": "slow", "seconds": 15}])
    began = time.monotonic()
    readings = ask(2.0, REGION, OTHER_REGION)
    assert time.monotonic() - began < 10, "it does not wait for the answer"
    whole, cut = sorted(readings, key=lambda reading: reading.error is not None)
    assert (whole.error, len(whole.records)) == (None, 1)
    assert cut.error is not None
    assert "not read whole within 2 s: no answer came" in cut.error.message


class SlowInTurn(DirectHistory):
    """A stand-in that answers one region after another in an order of its own."""

    def __init__(self, order: list[str]) -> None:
        super().__init__([])
        self._order = order

    def account(self, region: str, *_: Any) -> str | None:
        while self._order[0] != region:
            time.sleep(0.001)
        self._order.pop(0)
        return ACCOUNT


def test_whichever_answers_first_readings_come_in_the_order_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    regions = ("us-east-1", "eu-west-1", "ap-south-1", "eu-north-1")
    for seed in range(5):
        order = list(regions)
        random.Random(seed).shuffle(order)
        history = SlowInTurn(order)
        monkeypatch.setattr(accounts_module, "Caller", lambda _, history=history: history)
        readings = list(read(question(regions=regions)))
        assert [reading.coverage.region for reading in readings] == list(regions)
