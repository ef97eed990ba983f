"""``lake:`` against a stand-in that runs the query itself: the findings are those of the files, to the byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.local_aws.lake import MANAGEMENT, STORE
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
from tests.sources.test_athena import CASES, a_root, by, judged, told
from tests.sources.trail_files import write_trail
from tfdrift_gate.errors import UsageError
from tfdrift_gate.model import Report

LAKE = f"lake:arn:aws:cloudtrail:{REGION}:{ACCOUNT}:eventdatastore/{STORE}"
# Lake takes in what CloudTrail itself wrote: every record has its service, name and time.
NOT_IN_LAKE = ("no service", "no name", "no readable time")


@pytest.fixture
def aws(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    let_time_pass_quickly(monkeypatch)
    return aws


@pytest.fixture
def root(aws: LocalAws, tmp_path: Path) -> Path:
    aws.append_records([update()])
    return root_module(tmp_path / "root")


def without_marks(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "_delivered"}


def selector(field: str, **condition: list[str]) -> dict[str, Any]:
    """Write an advanced event selector of management events with a further condition."""
    (category,) = MANAGEMENT["FieldSelectors"]
    own = {"Field": field, **condition}
    return {"FieldSelectors": [own] if field == "eventCategory" else [category, own]}


def incomplete(report: Report) -> tuple[str, str]:
    assert report.verdict == "incomplete"
    (problem,) = report.problems
    assert not report.coverage[0].complete
    assert problem.hint
    return problem.message, problem.hint


def test_one_trail_of_every_kind_of_record_gives_the_same_bytes(aws: LocalAws, tmp_path: Path) -> None:
    records = [each for case, given in CASES.items() if case not in NOT_IN_LAKE for each in given]
    write_trail(tmp_path / "trail", records)
    aws.append_records(map(without_marks, records))
    root = a_root(tmp_path / "root")
    report = judged(root, LAKE)
    assert report.problems == ()
    assert told(report) == told(judged(root, str(tmp_path / "trail")))
    assert report.coverage[0].bytes_scanned
    assert len(report.findings) >= 2


def test_more_rows_than_a_page_are_all_read(aws: LocalAws, root: Path) -> None:
    aws.append_records([by(number) for number in range(100, 150)])
    aws.lake.page = 20
    (entry,) = judged(root, LAKE).coverage
    assert (entry.records_read, entry.complete) == (51, True)


def test_a_row_that_got_lost_is_noticed(aws: LocalAws, root: Path) -> None:
    aws.lake.loses_a_row = True
    message, _ = incomplete(judged(root, LAKE))
    assert "0 rows where the query found 1" in message


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED", "TIMED_OUT"])
def test_a_query_that_gives_nothing_is_no_quiet_day(aws: LocalAws, root: Path, state: str) -> None:
    aws.lake.course, aws.lake.message = ("RUNNING", state), "the store's own words"
    message, _ = incomplete(judged(root, LAKE))
    assert f"the query ended as {state}: the store's own words" in message


def test_a_query_that_runs_past_the_deadline_is_cancelled(aws: LocalAws, root: Path) -> None:
    aws.lake.course = ("RUNNING",)
    message, _ = incomplete(judged(root, LAKE, deadline=20.0))
    assert "not read whole within 20 s: the query is " in message
    assert len(aws.lake.cancelled) == 1


def test_a_query_that_scans_too_much_is_cancelled(aws: LocalAws, root: Path) -> None:
    message, hint = incomplete(judged(root, LAKE, max_scan=10))
    assert "--max-scan allows 10" in message
    assert "AWS charges per byte scanned" in hint
    assert len(aws.lake.cancelled) == 1


@pytest.mark.parametrize("call", ["GetEventDataStore", "StartQuery", "DescribeQuery", "GetQueryResults"])
def test_what_passes_changes_nothing_and_what_stays_is_named(aws: LocalAws, root: Path, call: str) -> None:
    fault = {"service": "cloudtrail", "operation": call}
    aws.set_faults([fault | {"kind": kind} for kind in ("throttle", "internal_error", "cut")])
    assert judged(root, LAKE).verdict == "drift"
    aws.set_faults([fault | {"kind": "access_denied"}])
    _, hint = incomplete(judged(root, LAKE))
    assert f"cloudtrail:{call}" in hint


def test_a_store_that_is_not_there_is_named(aws: LocalAws, root: Path) -> None:
    message, hint = incomplete(judged(root, LAKE.replace(STORE, "00000000-0000-0000-0000-000000000000")))
    assert "no such event data store" in message
    assert "ARN" in hint


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"Status": "STOPPED_INGESTION"}, "takes no events in (STOPPED_INGESTION)"),
        ({"Status": "PENDING_DELETION"}, "takes no events in (PENDING_DELETION)"),
        ({"CreatedTimestamp": 1767265200.0}, "was made at 2026-01-01T11:00:00Z, after the window begins"),
        ({"RetentionPeriod": 7, "CreatedTimestamp": 1640995200.0}, "keeps 7 days, and the window begins before them"),
        ({"AdvancedEventSelectors": []}, "leave out writes of lambda.amazonaws.com"),
        ({"AdvancedEventSelectors": [selector("eventCategory", Equals=["Data"])]}, "leave out writes of"),
        ({"AdvancedEventSelectors": [selector("readOnly", Equals=["true"])]}, "leave out writes of"),
        ({"AdvancedEventSelectors": [selector("eventSource", NotEquals=["lambda.amazonaws.com"])]}, "leave out writes"),
        ({"AdvancedEventSelectors": [selector("eventSource", StartsWith=["kms"])]}, "leave out writes of"),
        ({"AdvancedEventSelectors": [selector("userIdentity.arn", NotEquals=["x"])]}, "leave out writes of"),
    ],
)
def test_a_store_that_cannot_hold_the_window_is_not_called_quiet(
    aws: LocalAws, root: Path, settings: dict[str, Any], said: str
) -> None:
    aws.lake.store.update(settings)
    since = "2025-12-20T00:00:00Z" if "RetentionPeriod" in settings else "2026-01-01T00:00:00Z"
    message, _ = incomplete(judged(root, LAKE, since=since))
    assert said in message
    assert aws.lake.statements == []


@pytest.mark.parametrize(
    "selectors",
    [
        [selector("readOnly", Equals=["false"])],
        [selector("eventSource", NotEquals=["kms.amazonaws.com", "rdsdata.amazonaws.com"])],
        [selector("eventSource", Equals=["lambda.amazonaws.com"])],
        [selector("readOnly", Equals=["true"]), selector("readOnly", Equals=["false"])],
    ],
)
def test_a_store_that_takes_in_every_write_is_enough(
    aws: LocalAws, root: Path, selectors: list[dict[str, Any]]
) -> None:
    aws.lake.store["AdvancedEventSelectors"] = selectors
    assert judged(root, LAKE).verdict == "drift"


@pytest.mark.parametrize("setting", ["MultiRegionEnabled", "OrganizationEnabled"])
def test_a_store_of_one_region_or_account_is_not_enough_for_two(aws: LocalAws, tmp_path: Path, setting: str) -> None:
    account = OTHER_ACCOUNT if setting == "OrganizationEnabled" else ACCOUNT
    two = root_module(
        tmp_path / "two",
        orders(),
        resource("aws_lambda_function", "far", function("far", account, OTHER_REGION)),
    )
    assert judged(two, LAKE).verdict == "clean"
    aws.lake.store[setting] = False
    report = judged(two, LAKE)
    assert report.verdict == "incomplete"
    assert f"no records of {account} {OTHER_REGION} are there" in report.problems[0].message


@pytest.mark.parametrize("arn", ["", STORE, "arn:aws:s3:::bucket", f"{LAKE[5:]} WHERE 1=1"])
def test_what_is_no_store_is_a_usage_error(root: Path, arn: str) -> None:
    with pytest.raises(UsageError, match="not the ARN of an event data store"):
        judged(root, f"lake:{arn}")
