"""``athena:`` against a stand-in that runs the query itself: the findings are those of the files, to the byte."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.samples import (
    ACCOUNT,
    MORNING,
    OTHER_ACCOUNT,
    OTHER_REGION,
    REGION,
    SINCE,
    UNTIL,
    added_permission,
    aws_environment,
    check,
    environment,
    function,
    orders,
    read_only,
    record,
    resource,
    root_module,
    update,
)
from tests.sources.quick_time import let_time_pass_quickly
from tests.sources.trail_files import BUCKET, client, run_statement, upload, write_trail
from tfdrift_gate.gate import check as judge
from tfdrift_gate.model import Report
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources.athena.ddl import Wanted, create_table

TABLE = "athena:default.cloudtrail_logs"
NOW = datetime(2026, 2, 1, tzinfo=timezone.utc)
OUTPUT = "s3://results/gate/"


@pytest.fixture
def aws(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    monkeypatch.setenv("AWS_REGION", REGION)
    let_time_pass_quickly(monkeypatch)
    return aws


def by(number: int, **fields: Any) -> dict[str, Any]:
    """Build a change of the timeout with an id of its own, so that nothing is taken for a copy."""
    event_id = f"00000000-0000-4000-8000-{number:012}"
    request = {"functionName": "orders", "timeout": number}
    return record("UpdateFunctionConfiguration20150331v2", request, {}, eventID=event_id, **fields)


def session(**context: Any) -> dict[str, Any]:
    return {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:jane@example.com",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/jane@example.com",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLE",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLE",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/Admin",
                "accountId": ACCOUNT,
                "userName": "Admin",
            },
            "attributes": {"creationDate": MORNING, "mfaAuthenticated": "true"},
            **context,
        },
    }


NASTY = "it's \"quoted\"; -- \n<b>\t\u2028é\U0001f480 \\ \\' %s ${x} {a=1, b=2} \u202e"
OTHER_PLACE = {"recipientAccountId": OTHER_ACCOUNT, "awsRegion": OTHER_REGION}
WITHOUT_FLAG = {key: value for key, value in by(31).items() if key != "readOnly"}

CASES: dict[str, list[dict[str, Any]]] = {
    "a write": [update()],
    "a permission": [added_permission()],
    "reads": [read_only(), update(eventID="00000000-0000-4000-8000-000000000009", readOnly="true")],
    "a flag as a text": [by(11, readOnly="false")],
    "no flag: the name tells": [WITHOUT_FLAG, WITHOUT_FLAG | {"eventName": "GetFunction20150331v2"}],
    "failed calls": [by(12, errorCode="AccessDenied", errorMessage="no"), by(13, errorCode="")],
    "data events": [by(14, managementEvent=False), by(15, eventCategory="Data"), by(16, managementEvent="false")],
    "another service": [by(17, eventSource="kms.amazonaws.com")],
    "outside of the window": [by(18, eventTime="2025-12-31T23:59:59Z"), by(19, eventTime="2026-01-02T00:00:01Z")],
    "the window's ends": [by(20, eventTime="2026-01-01T00:00:00Z"), by(21, eventTime="2026-01-02T00:00:00Z")],
    "delivered a day late": [by(22, eventTime="2026-01-01T23:50:00Z", _delivered="2026-01-02")],
    "delivered on the last day that counts": [by(23, eventTime="2026-01-02T00:00:00Z", _delivered="2026-01-03")],
    "another account and region": [update("billing", eventID="00000000-0000-4000-8000-000000000051", **OTHER_PLACE)],
    "an account and region that state does not know": [
        update(
            "billing",
            eventID="00000000-0000-4000-8000-000000000052",
            recipientAccountId="999999999999",
            awsRegion="eu-north-1",
        )
    ],
    "a session with MFA": [by(24, userIdentity=session())],
    "a source identity": [by(25, userIdentity=session(sourceIdentity="jane"))],
    "the console": [by(26, userIdentity=session(), sessionCredentialFromConsole="true", userAgent="x")],
    "a service": [by(27, userIdentity=session() | {"invokedBy": "cloudformation.amazonaws.com"})],
    "an Identity Center user": [
        by(28, userIdentity={"type": "IdentityCenterUser", "onBehalfOf": {"userId": "u-1"}, "accountId": ACCOUNT})
    ],
    "root with MFA elsewhere": [
        by(29, userIdentity={"type": "Root", "accountId": ACCOUNT}, additionalEventData={"MFAUsed": "Yes"})
    ],
    "hostile text": [
        by(30, userAgent=NASTY, sourceIPAddress=NASTY, userIdentity={"type": "IAMUser", "userName": NASTY}),
        record(
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "orders", "description": NASTY + "\x00"},
            {"functionName": "orders", "description": NASTY + "\x00"},
            eventID="00000000-0000-4000-8000-000000000131",
            userAgent="a\x00b",
        ),
    ],
    "a correction": [
        by(32),
        by(33, addendum={"reason": "UPDATED_DATA", "originalEventID": "00000000-0000-4000-8000-000000000032"}),
    ],
    "a correction that says that the call failed": [
        by(34),
        by(
            35,
            addendum={"reason": "UPDATED_DATA", "originalEventID": "00000000-0000-4000-8000-000000000034"},
            errorCode="ServiceException",
        ),
    ],
    "one record twice": [update(), update()],
    "no service": [{key: value for key, value in by(36).items() if key != "eventSource"}],
    "no name": [{key: value for key, value in by(37).items() if key != "eventName"}],
    "no readable time": [by(38, eventTime="yesterday", _delivered="2026-01-01")],
    "cut parameters": [by(39, requestParameters={"omitted": True, "reason": "too big"})],
    "null parameters": [by(40, requestParameters=None)],
    "an answer that never came": [by(41, responseElements=None)],
    "texts where numbers are meant": [by(42, requestParameters={"functionName": "orders", "timeout": "42"})],
    "deep parameters": [
        record(
            "UpdateFunctionConfiguration20150331v2",
            {"functionName": "orders", "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": []}},
            {"functionName": "orders", "vpcConfig": {"subnetIds": ["subnet-1"], "vpcId": "vpc-1"}},
            eventID="00000000-0000-4000-8000-000000000043",
        )
    ],
    "gone": [
        record("DeleteFunction20150331", {"functionName": "orders"}, eventID="00000000-0000-4000-8000-000000000044")
    ],
    "nothing at all": [],
}
QUIET = [by(1, eventSource="kms.amazonaws.com"), by(2, eventSource="kms.amazonaws.com", **OTHER_PLACE)]
"""What shows that there are log files of both places that state knows."""


def a_root(folder: Path) -> Path:
    billing = function("billing", OTHER_ACCOUNT, OTHER_REGION)
    return root_module(folder, orders(), resource("aws_lambda_function", "billing", billing))


def told(report: Report) -> str:
    """Write all that a report judged, to the byte; where a record stood is the source's own."""
    written = json.loads(FORMATS["json"].render(report))
    kept = {key: written[key] for key in ("verdict", "max_severity", "findings", "suppressed", "reverted")}
    skipped = [(each["reason"], each["event_id"], each["event_time"]) for each in written["skipped"]]
    return json.dumps(kept | {"skipped": sorted(skipped, key=str)}, indent=1)


def judged(root: Path, *events: str, **settings: Any) -> Report:
    given = {"dir": str(root), "since": SINCE, "until": UNTIL, "events": events, "athena_output": OUTPUT} | settings
    return judge(Settings(**given), {}, NOW)


def put(aws: LocalAws, folder: Path, records: list[dict[str, Any]], wanted: Wanted | None = None) -> Path:
    """Write a trail and a table over it; give the trail's folder."""
    wanted = wanted or Wanted(BUCKET)
    write_trail(folder, records, wanted.organization_id)
    upload(folder, aws.endpoint_url)
    run_statement(create_table(wanted), aws.endpoint_url)
    return folder


PLANS: dict[str, Callable[[], Wanted]] = {
    "one account": lambda: Wanted(BUCKET),
    "listed accounts and regions": lambda: Wanted(
        BUCKET, accounts=(ACCOUNT, OTHER_ACCOUNT), regions=(REGION, OTHER_REGION)
    ),
    "an organisation": lambda: Wanted(BUCKET, organization_id="o-exampleorgid"),
}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_record_is_judged_as_out_of_files(aws: LocalAws, tmp_path: Path, case: str) -> None:
    folder = put(aws, tmp_path / "trail", [*CASES[case], *QUIET])
    root = a_root(tmp_path / "root")
    assert told(judged(root, TABLE)) == told(judged(root, str(folder)))


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("unmanaged", ["attached", "none"])
def test_one_trail_of_all_of_them_gives_the_same_bytes(
    aws: LocalAws, tmp_path: Path, plan: str, unmanaged: str
) -> None:
    folder = put(aws, tmp_path / "trail", [each for records in CASES.values() for each in records], PLANS[plan]())
    root = a_root(tmp_path / "root")
    out_of_files = told(judged(root, str(folder), unmanaged=unmanaged))
    assert len(json.loads(out_of_files)["findings"]) >= 2
    assert told(judged(root, TABLE, unmanaged=unmanaged)) == out_of_files


MANUAL = {"account": ACCOUNT, "region": REGION}
ALTER = "ALTER TABLE default.by_hand ADD PARTITION ({values}) LOCATION 's3://my-trail/AWSLogs/{path}'"


def by_hand(aws: LocalAws, keys: str, partitions: Mapping[str, str]) -> None:
    """Make the table that AWS documents for partitions added by hand, and those partitions (path by values)."""
    text = create_table(Wanted(BUCKET, table="by_hand"))
    before, _, after = text.partition("PARTITIONED BY (")
    text = f"{before}PARTITIONED BY ({keys}) ROW{after.partition('ROW')[2].partition('TBLPROPERTIES')[0]}"
    run_statement(text, aws.endpoint_url)
    for values, path in partitions.items():
        run_statement(ALTER.format(values=values, path=path), aws.endpoint_url)


DAYS = ("01", "02")


@pytest.mark.parametrize(("keys", "values", "path"), [
    (
        "region string, year string, month string, day string",
        "region='us-east-1', year='2026', month='01', day='{day}'",
        "123456789012/CloudTrail/us-east-1/2026/01/{day}/",
    ),
    (
        "account string, region string, year string, month string, day string",
        "account='123456789012', region='us-east-1', year='2026', month='1', day='{day}'",
        "123456789012/CloudTrail/us-east-1/2026/01/{day}",
    ),
    (
        "year int, month int, day int",
        "year='2026', month='1', day='{day}'",
        "123456789012/CloudTrail/us-east-1/2026/01/{day}/",
    ),
    ("dt date", "dt='2026-01-{day}'", "123456789012/CloudTrail/us-east-1/2026/01/{day}/"),
])  # fmt: skip
def test_a_table_with_partitions_added_by_hand_is_read(
    aws: LocalAws, tmp_path: Path, keys: str, values: str, path: str
) -> None:
    late = by(22, eventTime="2026-01-01T23:50:00Z", _delivered="2026-01-02")
    old = by(50, eventTime="2025-12-31T10:00:00Z")
    folder = put(aws, tmp_path / "trail", [update(), late, old])
    by_hand(aws, keys, {values.format(day=day): path.format(day=day) for day in DAYS})
    root = root_module(tmp_path / "root")
    report = judged(root, "athena:default.by_hand")
    assert report.problems == ()
    assert told(report) == told(judged(root, str(folder)))


def test_a_day_without_its_partition_is_no_quiet_day(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    by_hand(
        aws,
        "region string, year string, month string, day string",
        {"region='us-east-1', year='2026', month='01', day='01'": "123456789012/CloudTrail/us-east-1/2026/01/01/"},
    )
    report = judged(root_module(tmp_path / "root"), "athena:default.by_hand")
    assert report.verdict == "incomplete"
    assert "no partition for us-east-1 2026/01/02" in report.problems[0].message
    assert "ADD PARTITION" in report.problems[0].hint
    assert aws.requests().get("athena.GetQueryResults") is None


@pytest.mark.parametrize(("keys", "values", "missing"), [
    ("dt string", "dt='2026-01-01'", "the table has no partition for 2026/01/02"),
    ("region string, dt string", "region='us-east-1', dt='2026/01/01'", "no partition for us-east-1 2026/01/02"),
    ("region string", "region='eu-west-1'", "the table has no partition for us-east-1"),
    ("account string", "account='111122223333'", "the table has no partition for 123456789012"),
    ("batch string", "batch='7'", "no partition key of the table tells the day (its keys: batch)"),
])  # fmt: skip
def test_a_partition_that_nobody_added_is_no_quiet_day_whatever_the_keys(
    aws: LocalAws, tmp_path: Path, keys: str, values: str, missing: str
) -> None:
    put(aws, tmp_path / "trail", [update()])
    by_hand(aws, keys, {values: "123456789012/CloudTrail/us-east-1/2025/"})
    report = judged(root_module(tmp_path / "root"), "athena:default.by_hand", max_scan=1_000_000)
    assert report.verdict == "incomplete"
    assert missing in report.problems[0].message
    assert aws.requests().get("athena.GetQueryResults") is None


def test_a_table_whose_partitions_hold_every_day_is_read(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    by_hand(aws, "region string", {"region='us-east-1'": "123456789012/CloudTrail/us-east-1/"})
    assert judged(root_module(tmp_path / "root"), "athena:default.by_hand", max_scan=1_000_000).verdict == "drift"


def test_listed_partitions_of_another_catalogue_are_not_taken_for_whole(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    by_hand(aws, "dt date", {})
    report = judged(root_module(tmp_path / "root"), "athena:other.default.by_hand", max_scan=1_000_000)
    assert report.verdict == "incomplete"
    assert "its partitions are listed in the catalogue other" in report.problems[0].message


# What is scanned


def test_only_the_days_accounts_and_regions_asked_for_are_scanned(aws: LocalAws, tmp_path: Path) -> None:
    elsewhere = [
        by(60, eventTime=f"2026-01-{day:02}T10:00:00Z", recipientAccountId=account, awsRegion=region)
        for day in (1, 5, 9)
        for account in (ACCOUNT, "999999999999")
        for region in (REGION, "eu-north-1")
    ]
    put(aws, tmp_path / "trail", elsewhere)
    report = judged(root_module(tmp_path / "root"), TABLE)
    (entry,) = report.coverage
    here = tmp_path / "trail" / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / "2026" / "01" / "01"
    (file,) = here.iterdir()
    assert entry.bytes_scanned == file.stat().st_size
    assert entry.records_read == 1
    assert "2026-01-01 to 2026-01-03" in entry.note
    assert ACCOUNT in entry.note
    assert f"{entry.bytes_scanned:,} bytes scanned" in FORMATS["table"].render(report).replace("\n↳ ", "")


def test_values_are_bound_and_never_part_of_the_text(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    judged(root_module(tmp_path / "root"), TABLE)
    text, values = aws.athena.queries[-1]
    assert text.count("?") == len(values)
    for value in values:
        assert value.startswith("'")
        assert value.strip("'") not in text


def test_a_query_is_not_made_where_nothing_is_managed(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    root = root_module(tmp_path / "root", resource("aws_iam_role", "r", {"id": "r", "name": "r"}))
    assert judged(root, TABLE).verdict == "clean"
    assert "athena.GetTableMetadata" not in aws.requests()


@pytest.mark.long
def test_more_rows_than_a_page_are_all_read(aws: LocalAws, tmp_path: Path) -> None:
    many = [by(number) for number in range(1000, 3300)]
    put(aws, tmp_path / "trail", many)
    (entry,) = judged(root_module(tmp_path / "root"), TABLE).coverage
    assert (entry.records_read, entry.complete) == (len(many), True)
    assert aws.requests()["athena.GetQueryResults"] == 3


# --max-scan


def test_a_query_over_too_many_bytes_is_not_made(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    report = judged(root_module(tmp_path / "root"), TABLE, max_scan=10)
    assert report.verdict == "incomplete"
    assert "not asked" in report.problems[0].message
    assert "AWS charges per byte scanned" in report.problems[0].hint
    assert len(aws.athena.queries) == 1  # the table's own


def test_a_query_within_its_bound_is_made(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    assert judged(root_module(tmp_path / "root"), TABLE, max_scan=10_000).verdict == "drift"


def test_a_query_that_scans_too_much_is_stopped(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    # Listed by hand, its size is not known before it runs.
    partition = {
        "region='us-east-1', year='2026', month='01', day='{day}'": "123456789012/CloudTrail/us-east-1/2026/01/{day}/"
    }
    keys = "region string, year string, month string, day string"
    by_hand(aws, keys, {k.format(day=day): v.format(day=day) for k, v in partition.items() for day in DAYS})
    aws.athena.course = ("QUEUED", "RUNNING", "RUNNING")
    report = judged(root_module(tmp_path / "root"), "athena:default.by_hand", max_scan=10)
    assert report.verdict == "incomplete"
    assert "stopped after scanning" in report.problems[0].message
    assert len(aws.athena.stopped) == 1
    assert report.coverage[0].bytes_scanned > 10


def without_partitions(aws: LocalAws, folder: str = "AWSLogs") -> None:
    text = create_table(Wanted(BUCKET, table="whole")).replace("AWSLogs", folder)
    before, _, after = text.partition("PARTITIONED BY (")
    run_statement(f"{before}ROW{after.partition('ROW')[2].partition('TBLPROPERTIES')[0]}", aws.endpoint_url)


def test_a_table_without_days_is_scanned_whole_only_where_that_is_allowed(aws: LocalAws, tmp_path: Path) -> None:
    folder = put(aws, tmp_path / "trail", [update(), by(70, eventTime="2025-06-01T00:00:00Z")])
    without_partitions(aws)
    root = root_module(tmp_path / "root")
    refused = judged(root, "athena:default.whole")
    assert refused.verdict == "incomplete"
    assert "--max-scan" in refused.problems[0].hint
    allowed = judged(root, "athena:default.whole", max_scan=1_000_000)
    assert told(allowed) == told(judged(root, str(folder)))
    assert "all days of the table are scanned" in allowed.coverage[0].note


def test_a_table_over_nothing_is_not_called_quiet(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    without_partitions(aws, "AWSLogz")
    report = judged(root_module(tmp_path / "root"), "athena:default.whole", max_scan=1_000_000)
    assert report.verdict == "incomplete"
    assert f"no records of {ACCOUNT} {REGION} are there" in report.problems[0].message


# As a process


def as_a_user(aws: LocalAws, root: Path, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    given = {**aws_environment(aws.endpoint_url), "AWS_REGION": REGION, **variables}
    return check(root, "--events", TABLE, "--format", "json", *arguments, **given)


def test_a_user_gets_the_verdict(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    done = as_a_user(aws, root_module(tmp_path / "root"), "--athena-output", OUTPUT)
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert report["coverage"][0]["bytes_scanned"] > 0
    assert report["findings"][0]["address"] == "aws_lambda_function.orders"


@pytest.mark.long
def test_the_output_location_is_told_by_option_variable_or_workgroup(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    root = root_module(tmp_path / "root")
    refused = as_a_user(aws, root)
    assert refused.returncode == 1
    assert "No output location provided" in refused.stderr
    assert "--athena-output" in refused.stderr
    assert as_a_user(aws, root, TFDRIFT_GATE_ATHENA_OUTPUT=OUTPUT).returncode == 2
    configuration = {"ResultConfiguration": {"OutputLocation": OUTPUT}}
    client("athena", aws.endpoint_url).create_work_group(Name="audit", Configuration=configuration)
    assert as_a_user(aws, root, "--athena-workgroup", "audit").returncode == 2
    assert as_a_user(aws, root, TFDRIFT_GATE_ATHENA_WORKGROUP="audit").returncode == 2


def test_a_workgroup_that_is_not_there_is_named(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    done = as_a_user(aws, root_module(tmp_path / "root"), "--athena-workgroup", "nobodys")
    assert done.returncode == 1
    assert "nobodys" in done.stderr
    assert "--athena-workgroup" in done.stderr


def test_an_interrupt_stops_the_query(aws: LocalAws, tmp_path: Path) -> None:
    put(aws, tmp_path / "trail", [update()])
    aws.athena.course = ("RUNNING",)
    root = root_module(tmp_path / "root")
    command = [sys.executable, "-m", "tfdrift_gate", "check", str(root), "--events", TABLE, "--athena-output", OUTPUT]
    given = environment(**aws_environment(aws.endpoint_url), AWS_REGION=REGION)
    with subprocess.Popen(
        [*command, "--since", SINCE, "--until", UNTIL], env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        end = time.monotonic() + 60
        while "athena.GetQueryExecution" not in aws.requests() and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in said
    assert len(aws.athena.stopped) == 1
