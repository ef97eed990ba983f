"""``cloudtrail:`` against the local AWS: every page, at its pace, and never a part of history taken for the whole."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
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
    permission,
    read_only,
    recent,
    record,
    resource,
    root_module,
    run,
    update,
)
from tests.sources.hurried import hurry
from tfdrift_gate.gate import check as judge
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources import Question, Reading, lookup
from tfdrift_gate.sources.lookup import page as page_module
from tfdrift_gate.sources.lookup.caller import Caller
from tfdrift_gate.sources.lookup.page import ATTEMPTS

LOOKUP = "cloudtrail.LookupEvents"


@pytest.fixture
def aws(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    hurry(monkeypatch, aws)
    return aws


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the shortest back-off every time; the pace stays as it is."""
    monkeypatch.setattr(page_module.random, "uniform", lambda low, high: low)


def ask(deadline: float = 30.0, regions: tuple[str, ...] = (REGION,), accounts: tuple[str, ...] = ()) -> list[Reading]:
    now = datetime.now(timezone.utc)
    window = TimeWindow(now - timedelta(hours=24), now)
    services = frozenset({"lambda.amazonaws.com"})
    return list(lookup.read(Question("cloudtrail:", window, services, regions, frozenset(accounts), deadline=deadline)))


def ask_one(deadline: float = 30.0) -> Reading:
    (reading,) = ask(deadline)
    return reading


def ids(reading: Reading) -> set[Any]:
    return {record.body["eventID"] for record in reading.records}


def error_of(reading: Reading) -> str:
    """Demand that the reading says that it is not whole and what to do; give its message."""
    assert reading.error is not None
    assert not reading.coverage.complete
    assert reading.error.hint
    assert reading.error.message in reading.coverage.note
    return reading.error.message


def check(root: Path, aws: LocalAws, *arguments: str, **variables: str | None) -> Any:
    return run("check", str(root), "--format", "json", *arguments, **{**aws_environment(aws.endpoint_url), **variables})


# Pages


def test_every_page_is_read_and_none_is_asked_for_too_early(aws: LocalAws) -> None:
    planted = recent([update() for _ in range(148)])
    aws.append_records(planted)
    reading = ask_one()
    assert (reading.coverage.records_read, reading.error, reading.coverage.complete) == (148, None, True)
    assert ids(reading) == {record["eventID"] for record in planted}
    assert (reading.coverage.account, reading.coverage.region) == (ACCOUNT, REGION)
    # The server lets two requests through in any second and refuses others: every one was let through.
    assert reading.coverage.api_calls == aws.requests()[LOOKUP] == 3


def test_other_services_and_times_are_not_asked_for(aws: LocalAws) -> None:
    old = f"{datetime.now(timezone.utc) - timedelta(hours=25):%Y-%m-%dT%H:%M:%SZ}"
    wanted = recent([update()])[0]
    aws.append_records([wanted, update(eventTime=old), update(eventTime=wanted["eventTime"], eventSource="kms.x")])
    assert ids(ask_one()) == {wanted["eventID"]}


def test_an_empty_history_is_whole(aws: LocalAws) -> None:
    reading = ask_one()
    assert (reading.records, reading.error, reading.coverage.complete) == ((), None, True)


@pytest.mark.parametrize(("since", "until"), [(91, 0), (91, 60), (200, 150)])
def test_a_window_that_begins_before_event_history_does_is_not_read_whole(
    aws: LocalAws, since: int, until: int
) -> None:
    planted = recent([update()])
    aws.append_records(planted)
    now = datetime.now(timezone.utc)
    window = TimeWindow(now - timedelta(days=since), now - timedelta(days=until))
    (reading,) = lookup.read(
        Question("cloudtrail:", window, frozenset({"lambda.amazonaws.com"}), (REGION,), frozenset(), now=now)
    )
    assert "goes back 90 days and no further" in error_of(reading)
    assert reading.coverage.since == min(now - timedelta(days=90), window.until)
    assert ids(reading) == ({planted[0]["eventID"]} if until == 0 else set()), "what there is, is read all the same"


def test_a_window_of_90_days_is_read_whole(aws: LocalAws, tmp_path: Path) -> None:
    assert check(root_module(tmp_path), aws, "--since", "90d").returncode == 0
    done = check(root_module(tmp_path), aws, "--since", "91d")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "incomplete")


def test_nothing_stands_behind_cloudtrails_colon(aws: LocalAws, tmp_path: Path) -> None:
    done = check(root_module(tmp_path), aws, "--events", f"cloudtrail:{OTHER_REGION}")
    assert done.returncode == 1
    assert "--region" in done.stderr


def test_an_event_that_cannot_be_parsed_is_skipped_and_the_rest_is_judged(aws: LocalAws, tmp_path: Path) -> None:
    good = recent([update()])
    aws.append_records(good)
    # A text is handed out as CloudTrailEvent as it stands, whatever the query asks for it must name the service.
    aws.append_records([good[0] | {"eventID": "broken", "requestParameters": "{", "responseElements": {}}])
    done = check(root_module(tmp_path), aws)
    report = json.loads(done.stdout)
    assert done.returncode == 2
    assert [entry["reason"] for entry in report["skipped"]] == ["truncated-record"]


def test_a_repeated_token_ends_the_read_as_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    with StuckCloudTrailStub() as endpoint_url:
        for name, value in aws_environment(endpoint_url).items():
            monkeypatch.setenv(name, value)
        assert "same page was given twice" in error_of(ask_one())


class StuckCloudTrailStub:
    """A stub that answers every LookupEvents request with no events and always the same token."""

    def __enter__(self) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b'{"Events": [], "NextToken": "again"}'
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


# What goes wrong and passes


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "throttle", "times": 2},
        {"kind": "internal_error", "times": 1},
    ],
)
@pytest.mark.usefixtures("hasty")
def test_what_passes_is_waited_for_and_the_read_is_whole(aws: LocalAws, fault: dict[str, Any]) -> None:
    aws.append_records(recent([update() for _ in range(60)]))
    aws.set_faults([{"kind": "ok", "times": 1}, fault])
    reading = ask_one()
    assert (reading.coverage.records_read, reading.error, reading.coverage.complete) == (60, None, True)
    assert reading.coverage.api_calls == aws.requests()[LOOKUP] == 2 + fault["times"]


def test_a_connection_cut_once_costs_one_more_request(aws: LocalAws) -> None:
    aws.append_records(recent([update() for _ in range(148)]))
    aws.set_faults([{"kind": "ok", "times": 1}, {"kind": "cut", "times": 1}])
    reading = ask_one()
    assert (reading.coverage.records_read, reading.error, reading.coverage.complete) == (148, None, True)
    assert aws.requests()[LOOKUP] == 4


# What goes wrong for good


def test_throttled_for_ever_ends_at_the_deadline_as_not_whole(aws: LocalAws) -> None:
    aws.append_records(recent([update() for _ in range(60)]))
    aws.set_faults([{"kind": "ok", "times": 1}, {"kind": "throttle", "times": 0}])
    began = datetime.now(timezone.utc)
    reading = ask_one(deadline=2.0)
    message = error_of(reading)
    assert "within 2 s" in message
    assert "ThrottlingException" in message
    assert "page 2" in message
    assert reading.coverage.records_read == 50
    assert (datetime.now(timezone.utc) - began).total_seconds() < 10


def test_more_pages_than_the_deadline_allows_are_not_taken_for_the_whole(aws: LocalAws) -> None:
    aws.append_records(recent([update() for _ in range(9 * 50)]))
    reading = ask_one(deadline=1.5)
    assert "too many events for the time allowed" in error_of(reading)
    assert 0 < reading.coverage.records_read < 450
    assert "read from 20" in reading.coverage.note


@pytest.mark.usefixtures("hasty")
def test_an_error_of_the_service_for_ever_is_tried_a_few_times(aws: LocalAws) -> None:
    aws.set_faults([{"kind": "internal_error", "times": 0}])
    message = error_of(ask_one())
    assert "InternalFailure" in message
    assert aws.requests()[LOOKUP] == ATTEMPTS


def test_an_answer_cut_off_until_the_deadline_is_named_as_the_cause(aws: LocalAws) -> None:
    aws.set_faults([{"kind": "cut", "times": 0}])
    message = error_of(ask_one(deadline=1.0))
    assert "cut off" in message
    assert "too many events" not in message


def test_a_clock_that_differs_from_awss_is_named_and_nobody_is_told_to_sign_in(aws: LocalAws) -> None:
    aws.set_faults([{"kind": "clock_skew", "times": 0}])
    reading = ask_one()
    assert "this machine's clock" in error_of(reading)
    assert reading.error is not None
    assert "sign in" not in reading.error.hint


def test_no_permission_is_asked_for_once_and_named(aws: LocalAws, tmp_path: Path) -> None:
    aws.set_faults([{"kind": "access_denied", "times": 0}])
    done = check(root_module(tmp_path), aws)
    assert done.returncode == 1
    first, second, third = done.stderr.splitlines()
    assert first == "tfdrift-gate: no verdict was reached"
    assert f"CloudTrail's event history in {REGION}" in second
    assert "AccessDenied" in second
    assert "cloudtrail:LookupEvents" in third
    assert aws.requests()[LOOKUP] == 1
    assert json.loads(done.stdout)["verdict"] == "incomplete"


def test_cut_on_page_7_of_9_for_ever_is_exit_1_and_shows_what_was_found_so_far(aws: LocalAws, tmp_path: Path) -> None:
    aws.append_records(recent([*(update("other") for _ in range(9 * 50 - 1)), update()]))
    aws.set_faults([{"kind": "ok", "times": 6}, {"kind": "cut", "times": 0}])
    done = check(root_module(tmp_path), aws, "--deadline", "5")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    (coverage,) = report["coverage"]
    # Where the other way goes on, the second in which the last page ended is read again; each event counts once.
    assert (report["verdict"], coverage["complete"], coverage["records_read"]) == ("incomplete", False, 298)
    assert [finding["address"] for finding in report["findings"]] == ["aws_lambda_function.orders"]
    assert done.stderr.splitlines()[0] == "tfdrift-gate: no verdict was reached"
    assert f"CloudTrail's event history in {REGION}, page 7" in done.stderr


def test_nobody_at_the_endpoint_is_exit_1_and_names_it(tmp_path: Path) -> None:
    variables = aws_environment("http://127.0.0.1:9")
    done = run("check", str(root_module(tmp_path)), "--deadline", "1", **variables)
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("missing", [("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), ("AWS_SECRET_ACCESS_KEY",)])
def test_no_credentials_are_an_error_that_says_how_to_sign_in(
    aws: LocalAws, tmp_path: Path, missing: tuple[str, ...]
) -> None:
    done = check(root_module(tmp_path), aws, **dict.fromkeys(missing))
    assert done.returncode == 1
    assert "no AWS credentials found" in done.stderr
    assert "sign in again" in done.stderr
    assert aws.requests() == {}


def test_a_profile_that_is_not_there_is_named(aws: LocalAws, tmp_path: Path) -> None:
    done = check(root_module(tmp_path), aws, "--profile", "nobody")
    assert done.returncode == 1
    assert "nobody" in done.stderr.splitlines()[1]


# Accounts and regions


def credentials_of_another_account(aws: LocalAws) -> dict[str, str]:
    sts = boto3.client("sts", region_name=REGION, endpoint_url=aws.endpoint_url)
    role = f"arn:aws:iam::{OTHER_ACCOUNT}:role/auditor"
    given = sts.assume_role(RoleArn=role, RoleSessionName="gate")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
    }


@pytest.mark.parametrize("history", ["empty", "of that account"])
def test_the_history_of_another_account_is_not_clean(aws: LocalAws, tmp_path: Path, history: str) -> None:
    aws.append_records(recent([update()]))  # what was not seen
    if history != "empty":
        aws.append_records(recent([read_only(recipientAccountId=OTHER_ACCOUNT)]))
    done = check(root_module(tmp_path), aws, **credentials_of_another_account(aws))
    assert done.returncode == 1
    assert f"belong to account {OTHER_ACCOUNT}, and state also manages resources of {ACCOUNT}" in done.stderr
    assert json.loads(done.stdout)["verdict"] == "incomplete"


def test_an_empty_history_of_nobody_knows_which_account_is_not_clean(aws: LocalAws, tmp_path: Path) -> None:
    root = root_module(tmp_path)
    out_of_reach = {"AWS_ENDPOINT_URL_STS": "http://127.0.0.1:9"}
    done = check(root, aws, **out_of_reach)
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "incomplete")
    assert "whose it is could not be asked (sts:GetCallerIdentity)" in done.stderr
    aws.append_records(recent([read_only()]))  # an event tells
    assert json.loads(check(root, aws, **out_of_reach).stdout)["verdict"] == "clean"


def test_a_role_of_the_right_account_is_assumed_for_the_read(aws: LocalAws, tmp_path: Path) -> None:
    aws.append_records(recent([update(recipientAccountId=OTHER_ACCOUNT)]))
    root = root_module(tmp_path, orders(account=OTHER_ACCOUNT))
    done = check(root, aws, "--assume-role", f"arn:aws:iam::{OTHER_ACCOUNT}:role/auditor")
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert report["coverage"][0]["account"] == report["findings"][0]["account"] == OTHER_ACCOUNT
    assert aws.requests()["sts.AssumeRole"] == 1


def test_of_two_accounts_in_state_the_one_that_was_not_read_is_told(aws: LocalAws, tmp_path: Path) -> None:
    other = resource("aws_lambda_function", "other", function("other", account=OTHER_ACCOUNT))
    aws.append_records(recent([update("other", recipientAccountId=OTHER_ACCOUNT)]))
    done = check(root_module(tmp_path, orders(), other), aws)
    assert OTHER_ACCOUNT in done.stdout + done.stderr
    assert json.loads(done.stdout)["verdict"] != "clean"


def test_an_account_that_one_region_could_not_tell_is_still_told_by_another(
    aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A stand-in for STS that answers in one region alone, as where another one's endpoint is out of reach.
    monkeypatch.setattr(Caller, "account", lambda _, region, *__: ACCOUNT if region == REGION else None)
    theirs = [
        resource("aws_lambda_function", name, function(name, account=OTHER_ACCOUNT, region=region))
        for name, region in (("here", REGION), ("there", OTHER_REGION))
    ]
    report = judge(Settings(dir=str(root_module(tmp_path, *theirs))), {}, datetime.now(timezone.utc))
    assert report.verdict == "incomplete"
    assert OTHER_ACCOUNT in report.problems[0].message
    assert "None" not in report.problems[0].message


def test_every_region_that_state_names_is_read_and_no_other(aws: LocalAws, tmp_path: Path) -> None:
    far = resource("aws_lambda_function", "far", function("far", region=OTHER_REGION))
    near, away = recent([update(), update("far", memory=2048, awsRegion=OTHER_REGION)])
    aws.append_records([near, away])
    done = check(root_module(tmp_path, orders(), far), aws, AWS_REGION="ap-southeast-2")
    report = json.loads(done.stdout)
    assert [entry["region"] for entry in report["coverage"]] == [OTHER_REGION, REGION]
    assert all(entry["complete"] for entry in report["coverage"])
    assert [(entry["address"], entry["region"]) for entry in report["findings"]] == [
        ("aws_lambda_function.far", OTHER_REGION),
        ("aws_lambda_function.orders", REGION),
    ]


def test_one_region_that_cannot_be_read_is_no_verdict_for_all(aws: LocalAws, tmp_path: Path) -> None:
    far = resource("aws_lambda_function", "far", function("far", region=OTHER_REGION))
    aws.append_records(recent([update(), update("far", awsRegion=OTHER_REGION)]))
    aws.set_faults([{"kind": "access_denied", "times": 1}])
    done = check(root_module(tmp_path, orders(), far), aws)
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (1, "incomplete")
    # Both are asked at one time, so which one the fault meets is not said.
    read = {entry["region"]: entry["complete"] for entry in report["coverage"]}
    assert sorted(read.values()) == [False, True]
    assert [entry["region"] for entry in report["findings"]] == [region for region, whole in read.items() if whole]


def test_a_named_region_is_read_instead(aws: LocalAws, tmp_path: Path) -> None:
    arguments = ("--region", OTHER_REGION, "--region", "ap-southeast-2")
    report = json.loads(check(root_module(tmp_path), aws, *arguments).stdout)
    assert [entry["region"] for entry in report["coverage"]] == [OTHER_REGION, "ap-southeast-2"]


@pytest.mark.parametrize("variable", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_the_environment_names_the_region_only_where_state_names_none(
    aws: LocalAws, tmp_path: Path, variable: str
) -> None:
    # Only --unmanaged all reads history for a state that manages nothing.
    root = root_module(tmp_path, resource("null_resource", "nothing", {"id": "1"}))
    report = json.loads(check(root, aws, "--unmanaged", "all", **{variable: OTHER_REGION}).stdout)
    assert [entry["region"] for entry in report["coverage"]] == [OTHER_REGION]


def test_without_any_region_nothing_is_clean(aws: LocalAws, tmp_path: Path) -> None:
    root = root_module(tmp_path, resource("null_resource", "nothing", {"id": "1"}))
    done = check(root, aws, "--unmanaged", "all")
    assert done.returncode == 1
    assert "--region or AWS_REGION" in done.stderr


def test_a_state_without_lambda_resources_asks_nothing_and_says_so(aws: LocalAws, tmp_path: Path) -> None:
    root = root_module(tmp_path, resource("null_resource", "nothing", {"id": "1"}))
    report = json.loads(check(root, aws).stdout)
    assert (report["verdict"], aws.requests()) == ("clean", {})
    assert "manage no Lambda resource" in report["coverage"][0]["note"]


def test_a_root_that_manages_only_a_permission_is_judged_in_the_environments_region(
    aws: LocalAws, tmp_path: Path
) -> None:
    # Provider 5 writes neither account nor region into it; the function belongs to another root.
    removal = record("RemovePermission20150331v2", {"functionName": "orders", "statementId": "allow"})
    aws.append_records(recent([removal]))
    root = root_module(tmp_path, resource("aws_lambda_permission", "allow", permission()))
    report = json.loads(check(root, aws, AWS_REGION=REGION).stdout)
    assert aws.requests().get(LOOKUP) == 1
    assert report["verdict"] == "drift"
