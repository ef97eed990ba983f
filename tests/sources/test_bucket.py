"""``s3://``: a trail's bucket in every layout, only what can hold the window, and whatever is missing named."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests import builders
from tests.local_aws import LocalAws
from tests.samples import aws_environment, check, function, orders, resource, root_module, update
from tfdrift_gate.aws import Credentials
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.bucket import read
from tfdrift_gate.sources.bucket.objects import Bucket
from tfdrift_gate.sources.trail_layout import can_hold, days, parse_prefix

ACCOUNT, OTHER = builders.ACCOUNT, builders.OTHER_ACCOUNT
REGION, ELSEWHERE = builders.REGION, builders.OTHER_REGION
ORGANIZATION = "o-exampleorgid"
DAY = TimeWindow(datetime(2026, 1, 1, 6, tzinfo=timezone.utc), datetime(2026, 1, 1, 18, tzinfo=timezone.utc))
NOW = datetime(2026, 1, 5, tzinfo=timezone.utc)


@pytest.fixture
def aws(aws: LocalAws) -> LocalAws:
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="trail")
    return aws


def put(key: str, content: bytes | list[Any]) -> str:
    """Put an object; a list becomes a log file as CloudTrail writes it."""
    if isinstance(content, list):
        content = gzip.compress(json.dumps({"Records": content}, separators=(",", ":")).encode())
    boto3.client("s3", region_name="us-east-1").put_object(Bucket="trail", Key=key, Body=content)
    return key


def key(
    at: str = "20260101T1005Z",
    account: str = ACCOUNT,
    region: str = REGION,
    above: str = "",
    organization: str = "",
    kind: str = "CloudTrail",
    mark: str = "abcdefghABCDEFGH",
) -> str:
    """The key of a log file delivered at a time."""
    folder = f"{above}AWSLogs/{f'{organization}/' if organization else ''}{account}/{kind}/{region}"
    return f"{folder}/{at[:4]}/{at[4:6]}/{at[6:8]}/{account}_{kind}_{region}_{at}_{mark}.json.gz"


def ask(locator: str = "s3://trail", **changes: Any) -> list[Reading]:
    services = frozenset({"lambda.amazonaws.com"})
    question = Question(locator, DAY, services, (REGION,), frozenset({ACCOUNT}), now=NOW)
    return list(read(replace(question, **changes)))


def one(locator: str = "s3://trail", **changes: Any) -> Reading:
    (reading,) = ask(locator, **changes)
    return reading


def ids(reading: Reading) -> list[str]:
    return [record.body["eventID"] for record in reading.records]


@pytest.mark.parametrize("organization", ["", ORGANIZATION])
@pytest.mark.parametrize("above", ["", "logs/all/"])
def test_a_trail_is_found_below_any_prefix(aws: LocalAws, above: str, organization: str) -> None:
    put(key(above=above, organization=organization), [update(eventID="a")])
    levels = [part for part in f"{above}AWSLogs/{organization}/{ACCOUNT}/CloudTrail/{REGION}".split("/") if part]
    shortest = len([part for part in above.split("/") if part])
    for depth in range(shortest, len(levels) + 1):
        reading = one("s3://trail/" + "/".join(levels[:depth]))
        assert (ids(reading), reading.error) == (["a"], None), levels[:depth]
        assert (reading.coverage.account, reading.coverage.region) == (ACCOUNT, REGION)


def test_a_prefix_may_name_one_day(aws: LocalAws) -> None:
    put(key("20260101T1005Z"), [update(eventID="a")])
    put(key("20260102T0005Z"), [update(eventID="b")])
    assert ids(one(f"s3://trail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/01/01/")) == ["a"]


def test_a_day_in_the_prefix_is_no_other_day(aws: LocalAws) -> None:
    put(key("20260101T1005Z"), [update(eventID="a")])
    day = f"s3://trail/AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/2026/01/01"
    assert "outside of 2026/01/01/ was not looked for" in one(day).coverage.note
    whole_day = TimeWindow(DAY.since.replace(hour=0), DAY.since.replace(hour=0) + timedelta(days=1))
    assert one(day, window=whole_day).error is None
    reading = one(day, window=TimeWindow(DAY.since - timedelta(days=2), DAY.until))
    assert (ids(reading), reading.coverage.complete) == (["a"], False)
    assert "the window also has other days (2025-12-30 to 2025-12-31)" in reading.coverage.note
    assert "no log files at all" in one(day.replace("/01/01", "/01/02"), window=DAY).coverage.note


@pytest.mark.parametrize("prefix", [f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/", f"AWSLogs/{OTHER}/"])
def test_a_prefix_of_one_account_or_region_is_not_clean_for_the_others(
    aws: LocalAws, tmp_path: Path, prefix: str
) -> None:
    for account in (ACCOUNT, OTHER):
        for region in (REGION, ELSEWHERE):
            put(key("20260101T1005Z", account, region), [])
    far = resource("aws_lambda_function", "far", function("far", region=ELSEWHERE))
    root = root_module(tmp_path / "root", orders(), far)
    variables = aws_environment(aws.endpoint_url)
    assert check(root, "--events", f"s3://trail/AWSLogs/{ACCOUNT}/", **variables).returncode == 0
    done = check(root, "--events", f"s3://trail/{prefix}", **variables)
    assert done.returncode == 1
    assert f"no records of {ACCOUNT} {ELSEWHERE}" in done.stderr


def test_each_account_and_region_is_a_reading_of_its_own(aws: LocalAws) -> None:
    for account in (ACCOUNT, OTHER):
        for region in (REGION, ELSEWHERE):
            put(key(account=account, region=region, organization=ORGANIZATION), [update(eventID=f"{account}/{region}")])
    put(key(account="999999999999", organization=ORGANIZATION), [update(eventID="nobody asked")])
    readings = ask(accounts=frozenset({ACCOUNT, OTHER}), regions=(ELSEWHERE, REGION))
    found = [(reading.coverage.account, reading.coverage.region, ids(reading)) for reading in readings]
    assert sorted(found) == sorted(
        (account, region, [f"{account}/{region}"]) for account in (ACCOUNT, OTHER) for region in (REGION, ELSEWHERE)
    )
    assert [reading.error for reading in readings] == [None] * 4


def test_where_state_names_no_account_and_no_region_all_are_read(aws: LocalAws) -> None:
    put(key(), [update(eventID="a")])
    put(key(account=OTHER, region=ELSEWHERE), [update(eventID="b")])
    readings = ask(accounts=frozenset(), regions=())
    assert sorted(record for reading in readings for record in ids(reading)) == ["a", "b"]


def test_an_account_or_region_without_log_files_is_named_never_clean(aws: LocalAws) -> None:
    put(key(), [update()])
    readings = ask(accounts=frozenset({ACCOUNT, OTHER}), regions=(REGION, ELSEWHERE))
    wrong = [reading for reading in readings if reading.error]
    assert {(reading.coverage.account, reading.coverage.region) for reading in wrong} == {
        (ACCOUNT, ELSEWHERE),
        (OTHER, REGION),
        (OTHER, ELSEWHERE),
    }
    for reading in wrong:
        assert not reading.coverage.complete
        assert f"{reading.coverage.account}/CloudTrail/{reading.coverage.region}/" in reading.coverage.note


def test_a_day_of_the_window_without_log_files_is_said(aws: LocalAws) -> None:
    put(key("20260101T1005Z"), [update()])
    window = TimeWindow(DAY.since, DAY.until + timedelta(days=1))
    reading = one(window=window)
    assert reading.error is None
    assert reading.coverage.note == "no log files were delivered on 2026-01-02"


def test_many_days_without_log_files_are_said_as_spans(aws: LocalAws) -> None:
    put(key("20260103T1005Z"), [update()])
    window = TimeWindow(datetime(2025, 12, 30, tzinfo=timezone.utc), datetime(2026, 1, 5, tzinfo=timezone.utc))
    said = one(window=window).coverage.note
    assert said == "no log files were delivered on 2025-12-30 to 2026-01-02, 2026-01-04"


def test_the_day_that_begins_as_the_window_ends_is_not_missed(aws: LocalAws) -> None:
    put(key("20260101T1005Z"), [update()])
    window = TimeWindow(datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 2, tzinfo=timezone.utc))
    reading = one(window=window)
    assert (reading.error, reading.coverage.note) == (None, "")


def test_a_record_that_was_delivered_late_is_found(aws: LocalAws) -> None:
    put(key("20260101T1005Z"), [])
    put(key("20260102T1800Z"), [update(eventID="late")])
    assert ids(one()) == ["late"]


def test_only_days_and_files_that_can_hold_the_window_are_asked_for(aws: LocalAws) -> None:
    for at in (
        "20251231T2355Z",
        "20260101T0455Z",
        "20260101T0605Z",
        "20260102T1855Z",
        "20260102T1905Z",
        "20260103T0005Z",
    ):
        put(key(at), [update(eventID=at)])
    reading = one()
    assert ids(reading) == ["20260101T0605Z", "20260102T1855Z"]
    # Is there AWSLogs, which accounts; two days; two files.
    assert reading.coverage.api_calls <= 4
    assert reading.coverage.records_read == 2


def test_records_outside_of_the_window_are_left_out_and_counted(aws: LocalAws) -> None:
    put(key(), [update(eventID="in"), update(eventID="out", eventTime="2026-01-01T05:59:59Z")])
    reading = one()
    assert ids(reading) == ["in"]
    assert "1 of 2 records lie outside the window" in reading.coverage.note


def test_digests_insights_and_other_objects_are_no_records(aws: LocalAws) -> None:
    put(key(), [update(eventID="a")])
    for kind in ("CloudTrail-Digest", "CloudTrail-Insight"):
        put(key(kind=kind), b"not for us")
    put(key()[: key().rindex("/")] + "/notes.txt", b"by hand")
    reading = one()
    assert (ids(reading), reading.error) == (["a"], None)
    assert reading.coverage.note == "1 other object is no record file"


def test_another_layout_is_read_with_everything_below_it(aws: LocalAws) -> None:
    put("exports/2026/a.json.gz", [update(eventID="a")])
    put("exports/b.jsonl", json.dumps(update(eventID="b")).encode())
    put("exports/CloudTrail-Digest/c.json.gz", b"not for us")
    reading = one("s3://trail/exports")
    assert (sorted(ids(reading)), reading.error) == (["a", "b"], None)
    assert (reading.coverage.account, reading.coverage.region) == (None, None)


WRONG = {
    "truncated": (gzip.compress(json.dumps({"Records": [update()]}).encode())[:-9], "truncated"),
    "no gzip": (b"<html></html>", "not a gzip file"),
    "foreign": (gzip.compress(b'{"hello": "world"}'), "no records"),
    "empty": (b"", "not a gzip file"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_file_that_cannot_be_read_is_named_and_the_others_count(aws: LocalAws, what: str) -> None:
    content, words = WRONG[what]
    bad = put(key(mark="0000000000000000"), content)
    put(key(), [update(eventID="a")])
    reading = one()
    assert ids(reading) == ["a"]
    assert reading.error is not None
    assert (reading.coverage.complete, f"s3://trail/{bad}" in reading.error.message) == (False, True)
    assert words in reading.error.message


def test_many_unreadable_files_are_counted(aws: LocalAws) -> None:
    for number in range(8):
        put(key(mark=f"{number:016}"), b"<html></html>")
    reading = one()
    assert reading.error is not None
    assert "(and 7 more such errors)" in reading.error.message
    assert "and 3 more such errors" in reading.coverage.note


@pytest.mark.parametrize(
    ("locator", "words"),
    [
        ("s3://nowhere", "there is no such bucket"),
        ("s3://trail/elsewhere", "no record files below it"),
        (f"s3://trail/AWSLogs/{ACCOUNT}", "there are no log files at all"),
    ],
)
def test_a_place_that_holds_nothing_is_an_error(aws: LocalAws, locator: str, words: str) -> None:
    reading = one(locator)
    assert reading.error is not None
    assert words in reading.error.message
    assert reading.error.hint
    assert not reading.coverage.complete


def test_past_the_deadline_it_is_incomplete(aws: LocalAws) -> None:
    put(key(), [update()])
    reading = one(deadline=1e-9)
    assert reading.error is not None
    assert "not read whole within" in reading.error.message


def test_an_object_that_comes_too_slowly_is_given_up(aws: LocalAws) -> None:
    put("large", b"x" * (1 << 20))
    # A second goes by whenever somebody looks.
    bucket = Bucket("trail", Credentials(), None, 6.0, partial(next, count()))
    with pytest.raises(EventSourceError, match=r"reading s3://trail/large: not read whole within 6 s"):
        bucket.fetch("large")
    assert bucket.api_calls == 2
    assert Bucket("trail", Credentials(), None, 60.0, partial(next, count())).fetch("large") == b"x" * (1 << 20)


def test_the_command_judges_a_bucket_as_it_judges_the_same_folder(aws: LocalAws, tmp_path: Path) -> None:
    records = [update(eventID="11111111-1111-4111-8111-111111111111")]
    put(key("20260101T1005Z"), records)
    local = tmp_path / "trail" / key("20260101T1005Z")
    local.parent.mkdir(parents=True)
    local.write_bytes(gzip.compress(json.dumps({"Records": records}).encode()))
    root = root_module(tmp_path / "root", orders())
    reports = []
    for locator in ("s3://trail", str(tmp_path / "trail")):
        done = check(root, "--events", locator, "--format", "json", **aws_environment(aws.endpoint_url))
        assert done.returncode == 2, done.stderr
        reports.append(json.loads(done.stdout)["findings"])
    assert reports[0] == reports[1]
    assert reports[0][0]["changes"]


# The layout itself


def test_days_reach_from_an_hour_before_to_a_day_and_an_hour_after() -> None:
    assert days(DAY, NOW) == ["2026/01/01", "2026/01/02"]
    early = TimeWindow(datetime(2026, 1, 1, 0, 30, tzinfo=timezone.utc), DAY.until)
    assert days(early, NOW) == ["2025/12/31", "2026/01/01", "2026/01/02"]
    late = TimeWindow(DAY.since, datetime(2026, 1, 1, 23, 30, tzinfo=timezone.utc))
    assert days(late, NOW) == ["2026/01/01", "2026/01/02", "2026/01/03"]


def test_no_day_of_the_future_is_asked_for() -> None:
    assert days(DAY, DAY.until) == ["2026/01/01"]


@pytest.mark.parametrize("name", ["", "notes.json", "123_CloudTrail_us-east-1_20269999T9999Z_x.json.gz"])
def test_a_file_whose_name_tells_no_time_can_hold_anything(name: str) -> None:
    assert can_hold(name, DAY)


@pytest.mark.parametrize("prefix", ["AWSLogs/elsewhere", f"AWSLogs/{ACCOUNT}/Config/us-east-1", "logs", ""])
def test_what_is_laid_out_otherwise_is_no_trail(prefix: str) -> None:
    assert parse_prefix(prefix) is None


def test_a_clock_that_differs_from_awss_is_named(aws: LocalAws) -> None:
    put(key(), [update(eventTime="2026-01-01T10:00:00Z")])
    aws.set_faults([{"kind": "clock_skew", "times": 0, "service": "s3"}])
    reading = one()
    assert reading.error is not None
    assert "this machine's clock" in reading.error.message


# A window without any file


def test_a_window_without_any_log_file_is_not_clean(aws: LocalAws) -> None:
    put(key("20251201T1005Z"), [update()])
    reading = one()
    assert reading.error is not None
    assert "no log file of the window was delivered" in reading.error.message
    assert "no log files were delivered on 2026-01-01" in reading.coverage.note


def test_a_window_of_which_digests_tell_that_nothing_happened_is_clean(aws: LocalAws) -> None:
    put(key("20251201T1005Z"), [update()])
    put(key("20260101T1005Z", kind="CloudTrail-Digest"), b"a digest")
    reading = one()
    assert (reading.error, reading.coverage.complete, len(reading.records)) == (None, True, 0)


def test_a_quiet_day_beside_others_is_a_note(aws: LocalAws) -> None:
    put(key("20260102T0005Z"), [])
    reading = one()
    assert (reading.error, reading.coverage.note) == (None, "no log files were delivered on 2026-01-01")
