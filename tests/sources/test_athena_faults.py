"""``athena:`` where something goes wrong: named with what to do, and never a part of history taken for the whole."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.samples import (
    ACCOUNT,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    function,
    orders,
    resource,
    root_module,
    update,
)
from tests.sources.quick_time import let_time_pass_quickly
from tests.sources.test_athena import TABLE, by, judged, put, told
from tests.sources.trail_files import BUCKET, client, run_statement, upload, write_trail
from tfdrift_gate.errors import EventSourceError, UsageError
from tfdrift_gate.model import Report
from tfdrift_gate.sources.athena.ddl import Wanted, create_table
from tfdrift_gate.sources.athena.run import Calls

CALLS = ("GetTableMetadata", "StartQueryExecution", "GetQueryExecution", "GetQueryResults")


@pytest.fixture
def aws(aws: LocalAws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LocalAws:
    """The local AWS with one change in its trail, asked without long waits."""
    monkeypatch.setenv("AWS_REGION", REGION)
    let_time_pass_quickly(monkeypatch)
    put(aws, tmp_path / "trail", [update()])
    return aws


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return root_module(tmp_path / "root")


def incomplete(report: Report) -> tuple[str, str]:
    """Demand that no verdict was reached and that it is said everywhere; give message and hint."""
    assert report.verdict == "incomplete"
    (problem,) = report.problems
    (entry,) = report.coverage
    assert not entry.complete
    assert problem.hint
    assert problem.message in entry.note
    assert problem.message.startswith("reading athena:")
    return problem.message, problem.hint


# Calls


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("code", "status"),
    [("ThrottlingException", 400), ("TooManyRequestsException", 400), ("InternalServerException", 500)],
)
def test_what_passes_changes_nothing(aws: LocalAws, root: Path, call: str, code: str, status: int) -> None:
    free = told(judged(root, TABLE))
    aws.athena.plan([{"operation": call, "code": code, "status": status, "times": 3}])
    assert told(judged(root, TABLE)) == free


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "said"),
    [
        ("ThrottlingException", 400, "not read whole within 20 s: throttled"),
        ("InternalServerException", 500, "tried 5 times"),
        ("AccessDeniedException", 400, "no permission"),
        ("ExpiredTokenException", 400, "credentials are not accepted"),
    ],
)
def test_what_stays_is_named(aws: LocalAws, root: Path, call: str, code: str, status: int, said: str) -> None:
    aws.athena.plan([{"operation": call, "code": code, "message": "no", "status": status, "times": 0}])
    deadline = 20.0 if code == "ThrottlingException" else 60.0
    message, hint = incomplete(judged(root, TABLE, deadline=deadline))
    assert said in message
    if code == "AccessDeniedException":
        assert f"athena:{call}" in hint


def test_a_full_queue_is_waited_for_and_then_named(aws: LocalAws, root: Path) -> None:
    text = "You have exceeded the limit for the number of queries you can run concurrently."
    fault = {"operation": "StartQueryExecution", "code": "TooManyRequestsException", "message": text}
    aws.athena.plan([fault | {"times": 4}])
    assert judged(root, TABLE).verdict == "drift"
    aws.athena.plan([fault | {"times": 0}])
    message, hint = incomplete(judged(root, TABLE, deadline=20.0))
    assert "queue of queries is full" in message
    assert "quota" in hint


def test_a_start_whose_answer_got_lost_is_not_a_second_query(aws: LocalAws, root: Path) -> None:
    before = len(aws.athena.queries)
    aws.athena.plan(
        [{"operation": "StartQueryExecution", "code": "InternalServerException", "status": 500, "after": True}]
    )
    assert judged(root, TABLE).verdict == "drift"
    assert len(aws.athena.queries) == before + 1


def test_no_permission_on_the_results_says_which(aws: LocalAws, root: Path) -> None:
    aws.athena.plan([{"operation": "GetQueryResults", "code": "AccessDeniedException", "message": "Access Denied"}])
    _, hint = incomplete(judged(root, TABLE))
    assert "s3:GetObject where results go" in hint


def test_a_table_that_is_not_there_is_named(aws: LocalAws, root: Path) -> None:
    message, hint = incomplete(judged(root, "athena:default.nothing"))
    assert "no such table" in message
    assert "AWS_REGION" in hint
    assert "athena ddl" in hint


# Queries


@pytest.mark.parametrize(
    ("state", "reason", "advice"),
    [
        ("FAILED", "Access denied when writing output to url: s3://results/x.csv", "s3:PutObject"),
        (
            "FAILED",
            "com.amazonaws.services.s3.model.AmazonS3Exception: Access Denied (Status Code: 403)",
            "s3:ListBucket",
        ),
        ("FAILED", "The ciphertext refers to a KMS key that does not exist: AccessDenied kms:Decrypt", "kms:Decrypt"),
        ("FAILED", "COLUMN_NOT_FOUND: line 3:1: Column 'x' cannot be resolved", "athena ddl"),
        ("FAILED", "HIVE_CURSOR_ERROR: Please reduce your request rate.", "asked too much at once"),
        ("FAILED", "HIVE_BAD_DATA: Error parsing field value", "athena ddl"),
        ("FAILED", "Query exhausted resources at this scale factor", "run again"),
        ("FAILED", "", "AWS's own"),
        ("CANCELLED", "Query cancelled! : Bytes scanned limit was exceeded", "the workgroup's limit"),
        ("CANCELLED", "Query cancelled by user", "stopped from outside"),
        ("CANCELLED", "", "AWS's own"),
    ],
)
def test_a_query_that_gives_nothing_is_no_quiet_day(
    aws: LocalAws, root: Path, state: str, reason: str, advice: str
) -> None:
    aws.athena.course, aws.athena.reason = ("QUEUED", "RUNNING", state), reason
    message, hint = incomplete(judged(root, TABLE))
    assert f"the query ended as {state}" in message
    assert (reason or "no reason is given") in message
    assert advice in hint


def test_a_query_that_is_queued_again_is_waited_for(aws: LocalAws, root: Path) -> None:
    aws.athena.course = ("RUNNING", "QUEUED", "RUNNING", "SUCCEEDED")
    assert judged(root, TABLE).verdict == "drift"


def test_a_query_that_runs_past_the_deadline_is_stopped(aws: LocalAws, root: Path) -> None:
    aws.athena.course = ("QUEUED", "RUNNING")
    message, hint = incomplete(judged(root, TABLE, deadline=20.0))
    assert "not read whole within 20 s: the query is " in message
    assert "--deadline" in hint
    assert len(aws.athena.stopped) == 1


def test_a_query_that_cannot_be_watched_is_stopped(aws: LocalAws, root: Path) -> None:
    aws.athena.plan([{"operation": "GetQueryExecution", "code": "AccessDeniedException"}])
    incomplete(judged(root, TABLE))
    assert len(aws.athena.stopped) == 1


def test_a_page_that_got_lost_is_noticed(aws: LocalAws, root: Path, tmp_path: Path) -> None:
    aws.reset()
    put(aws, tmp_path / "many", [by(number) for number in range(100, 120)])
    aws.athena.page, aws.athena.drops_a_page = 5, True
    report = judged(root, TABLE)
    message, _ = incomplete(report)
    assert "15 rows where the query found 20" in message
    assert report.findings  # what did come is shown


def test_an_answer_that_is_not_the_querys_is_no_quiet_day(aws: LocalAws, root: Path) -> None:
    aws.athena.only_metadata = True  # moto's own Athena has nothing in its queue
    message, _ = incomplete(judged(root, TABLE))
    assert "the result is not the query's own" in message


def test_motos_own_athena_is_spoken_to_as_well(aws: LocalAws, root: Path) -> None:
    judged(root, TABLE)
    (text, _) = aws.athena.queries[-1]
    labels = [line.rpartition(' AS "')[2].rstrip('",') for line in text.splitlines() if ' AS "' in line]
    values = {
        "eventtime": "2026-01-01T10:00:00Z",
        "eventsource": "lambda.amazonaws.com",
        "eventname": "UpdateFunctionConfiguration20150331v2",
        "eventid": "00000000-0000-4000-8000-000000000001",
        "awsregion": REGION,
        "recipientaccountid": ACCOUNT,
        "requestparameters": '{"functionName":"orders","memorySize":1024}',
        "responseelements": '{"functionName":"orders","memorySize":1024}',
        "useridentity_type": "IAMUser",
        "rows_in_all": "1",
    }
    row = [{"VarCharValue": values[label]} if label in values else {} for label in labels]
    header = [{"VarCharValue": label} for label in labels]
    canned = {"results": [{"rows": [{"Data": header}, {"Data": row}], "column_info": []}], "region": REGION}
    request = urllib.request.Request(  # noqa: S310 - this machine
        f"{aws.endpoint_url}/moto-api/static/athena/query-results",
        json.dumps(canned).encode(),
        {"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request).read()  # noqa: S310
    aws.athena.only_metadata = True
    report = judged(root, TABLE)
    assert report.problems == ()
    assert [finding["address"] for finding in json.loads(told(report))["findings"]] == ["aws_lambda_function.orders"]


# Tables


def altered(aws: LocalAws, *changes: tuple[str, str]) -> str:
    """Make a table like the one that is printed, but for some changes; give its locator."""
    text = create_table(Wanted(BUCKET, table="altered"))
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    run_statement(text, aws.endpoint_url)
    return "athena:default.altered"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("  requestparameters STRING,\n", "", "requestparameters"),
        ("requestparameters STRING", "requestparameters MAP<STRING, STRING>", "map<string,string>, not string"),
        ("eventtime STRING", "eventtime TIMESTAMP", "timestamp, not string"),
        ("errorcode STRING", "errcode STRING", "errorcode"),
        ("    type: STRING,\n    principalid", "    kind: STRING,\n    principalid", "useridentity.type"),
    ],
)
def test_a_column_that_is_missing_or_wrong_is_named(
    aws: LocalAws, root: Path, before: str, after: str, said: str
) -> None:
    queries = len(aws.athena.queries)
    message, hint = incomplete(judged(root, altered(aws, (before, after))))
    assert "lacks the columns" in message
    assert said in message
    assert "athena ddl" in hint
    assert len(aws.athena.queries) == queries + 1  # the table's own


def test_the_table_that_aws_documents_is_read_and_told_what_it_lacks(aws: LocalAws, root: Path, tmp_path: Path) -> None:
    table = altered(
        aws,
        ("      sourceidentity: STRING,\n", ""),
        ("    identityprovider: STRING,\n", ""),
        ("  managementevent STRING,\n", ""),
        ("  `account` STRING,\n  `region` STRING,\n", ""),
        ("  'projection.account.type' = 'injected',\n  'projection.region.type' = 'injected',\n", ""),
        ("${account}", ACCOUNT),
        ("${region}", REGION),
    )
    report = judged(root, table)
    assert told(report) == told(judged(root, str(tmp_path / "trail")))
    (entry,) = report.coverage
    assert "lacks useridentity.sessioncontext.sourceidentity: less is known of who" in entry.note
    assert (entry.account, entry.region) == (ACCOUNT, REGION)


def test_an_old_table_without_newer_columns_is_read(aws: LocalAws, root: Path, tmp_path: Path) -> None:
    newer = (
        "managementevent STRING,\n",
        "eventcategory STRING,\n",
        "sessioncredentialfromconsole STRING,\n",
        "readonly STRING,\n",
    )
    report = judged(root, altered(aws, *((f"  {column}", "") for column in newer)))
    assert told(report) == told(judged(root, str(tmp_path / "trail")))
    assert "lacks readonly, sessioncredentialfromconsole" in report.coverage[0].note


def test_a_table_that_keeps_objects_as_texts_is_read(aws: LocalAws, root: Path, tmp_path: Path) -> None:
    text = create_table(Wanted(BUCKET))
    identity = text[text.index("useridentity STRUCT") : text.index("  eventtime")].rstrip().rstrip(",")
    report = judged(root, altered(aws, (identity, "useridentity STRING")))
    assert told(report) == told(judged(root, str(tmp_path / "trail")))


def listed(key: str, values: str) -> str:
    return f"'projection.{key}.type' = 'enum',\n  'projection.{key}.values' = '{values}'"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2020/01/01,NOW", "2026/01/02,NOW", "the window goes beyond"),
        ("2020/01/01,NOW", "NOW-7DAYS,NOW", "the window goes beyond"),
        ("2020/01/01,NOW", "2020/01/01,2025/12/31", "the window goes beyond"),
    ],
)
def test_partitions_that_leave_out_what_is_asked_for_are_no_quiet_day(
    aws: LocalAws, root: Path, before: str, after: str, said: str
) -> None:
    message, hint = incomplete(judged(root, altered(aws, (before, after))))
    assert said in message
    assert "projection." in hint


def two_regions(folder: Path) -> Path:
    abroad = function("billing", ACCOUNT, OTHER_REGION)
    return root_module(folder, orders(), resource("aws_lambda_function", "billing", abroad))


def of_one_region(aws: LocalAws, region: str, name: str) -> str:
    text = create_table(Wanted(BUCKET, table=name))
    for before, after in (
        ("  `account` STRING,\n  `region` STRING,\n", ""),
        ("  'projection.account.type' = 'injected',\n  'projection.region.type' = 'injected',\n", ""),
        ("${account}", ACCOUNT),
        ("${region}", region),
    ):
        text = text.replace(before, after)
    run_statement(text, aws.endpoint_url)
    return f"athena:default.{name}"


def test_a_table_of_one_region_is_not_enough_for_two(aws: LocalAws, tmp_path: Path) -> None:
    root = two_regions(tmp_path / "two")
    write_trail(tmp_path / "more", [by(9, awsRegion=OTHER_REGION, eventSource="kms.amazonaws.com")])
    upload(tmp_path / "more", aws.endpoint_url)
    here, there = of_one_region(aws, REGION, "here"), of_one_region(aws, OTHER_REGION, "there")
    alone = judged(root, here)
    assert alone.verdict == "incomplete"
    assert f"no records of {ACCOUNT} {OTHER_REGION} are there" in alone.problems[0].message
    assert judged(root, here, there).verdict == "drift"


def test_a_table_of_another_account_is_not_enough(aws: LocalAws, tmp_path: Path) -> None:
    other = function("orders", OTHER_ACCOUNT, REGION)
    root = root_module(tmp_path / "other", resource("aws_lambda_function", "orders", other))
    report = judged(root, of_one_region(aws, REGION, "here"))
    assert report.verdict == "incomplete"
    assert f"no records of {OTHER_ACCOUNT} {REGION} are there" in report.problems[0].message


@pytest.mark.parametrize(
    ("key", "values"), [("region", "eu-west-3,eu-west-2"), ("account", "111122223333,111122223334")]
)
def test_listed_partitions_that_leave_out_what_state_manages_are_no_quiet_day(
    aws: LocalAws, root: Path, key: str, values: str
) -> None:
    table = altered(aws, (f"'projection.{key}.type' = 'injected'", listed(key, values)))
    report = judged(root, table)
    assert report.verdict == "incomplete"
    assert f"no records of {ACCOUNT} {REGION} are there" in report.problems[0].message
    assert judged(root, table, TABLE).verdict == "drift"


def test_an_account_without_any_files_is_no_quiet_one(aws: LocalAws, tmp_path: Path) -> None:
    other = function("orders", OTHER_ACCOUNT, REGION)
    root = root_module(tmp_path / "other", resource("aws_lambda_function", "orders", other))
    report = judged(root, TABLE)
    assert report.verdict == "incomplete"
    assert f"no records of {OTHER_ACCOUNT} {REGION} are there" in report.problems[0].message


def test_a_region_without_any_files_is_no_quiet_one(aws: LocalAws, tmp_path: Path) -> None:
    report = judged(two_regions(tmp_path / "two"), TABLE)
    assert report.verdict == "incomplete"
    assert f"no records of {ACCOUNT} {OTHER_REGION} are there" in report.problems[0].message
    assert report.findings  # what was found elsewhere is shown


def test_a_quiet_account_is_clean(aws: LocalAws, root: Path) -> None:
    assert judged(root, TABLE, since="2026-01-05", until="2026-01-06").verdict == "clean"


def test_what_may_not_be_listed_is_not_called_quiet(aws: LocalAws, root: Path) -> None:
    aws.set_faults([{"kind": "access_denied", "service": "s3", "times": 0}])
    assert judged(root, TABLE).verdict == "drift"
    report = judged(root, TABLE, since="2026-01-05", until="2026-01-06")
    assert report.verdict == "incomplete"
    assert "s3:ListBucket" in report.problems[0].hint


def test_a_size_that_cannot_be_listed_is_watched_while_it_runs(aws: LocalAws, root: Path) -> None:
    aws.set_faults([{"kind": "access_denied", "service": "s3", "times": 0}])
    message, _ = incomplete(judged(root, TABLE, max_scan=10))
    assert "stopped after scanning" in message


# Options


def test_regions_left_out_by_option_are_told(aws: LocalAws, tmp_path: Path) -> None:
    report = judged(two_regions(tmp_path / "two"), TABLE, region=(REGION,))
    assert any(f"{OTHER_REGION}, which --region leaves out" in note for note in report.notes)


def test_the_tables_region_has_to_be_told_where_state_has_two(
    aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_REGION")
    message, hint = incomplete(judged(two_regions(tmp_path / "two"), TABLE))
    assert "in which region" in message
    assert "AWS_REGION" in hint


@pytest.mark.parametrize(
    "roles", [("arn:aws:iam::1:role/a", "arn:aws:iam::2:role/b"), ("arn:aws:iam::{account}:role/a",)]
)
def test_one_query_is_made_with_one_role(aws: LocalAws, tmp_path: Path, roles: tuple[str, ...]) -> None:
    other = function("billing", OTHER_ACCOUNT, REGION)
    root = root_module(tmp_path / "two", orders(), resource("aws_lambda_function", "billing", other))
    message, hint = incomplete(judged(root, TABLE, assume_role=roles))
    assert "several roles" in message
    assert "{account}" in hint


def test_a_role_is_assumed(aws: LocalAws, root: Path) -> None:
    role = f"arn:aws:iam::{ACCOUNT}:role/reader"
    client("iam", aws.endpoint_url).create_role(RoleName="reader", AssumeRolePolicyDocument="{}")
    assert judged(root, TABLE, assume_role=(role,)).verdict == "drift"
    assert aws.requests()["sts.AssumeRole"] >= 1


@pytest.mark.parametrize(
    "locator", ["athena:", "athena:table", "athena:a.b.c.d", 'athena:a."b"', "athena:a.b;c", "athena:a b.c"]
)
def test_what_names_no_table_is_a_usage_error(root: Path, locator: str) -> None:
    with pytest.raises(UsageError, match=r"not athena:DATABASE\.TABLE"):
        judged(root, locator)


class ThrottledForEver:
    """A stand-in for a service that asks for fewer requests, whatever it is asked."""

    seconds = 0.0

    def call(self, operation: str, request: Any) -> Any:
        raise ClientError({"Error": {"Code": "ThrottlingException"}}, operation)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


def test_throttled_for_a_day_is_waited_for_as_long_as_the_deadline_says() -> None:
    service = ThrottledForEver()
    calls = Calls("athena:a.b", 86_400.0, lambda: service.seconds, service.sleep)
    with pytest.raises(EventSourceError, match="not read whole within 86400 s: throttled"):
        calls.call(service, "GetQueryExecution", {}, "athena:GetQueryExecution")  # type: ignore[arg-type]
    assert service.seconds > 86_000
