"""What one run read of event history the next one does not ask for; and it finds the same."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.aws.stand_in import StandIn, http
from tests.local_aws import LocalAws
from tests.samples import (
    ACCOUNT,
    OTHER_REGION,
    REGION,
    arn,
    aws_environment,
    function,
    orders,
    read_only,
    recent,
    record,
    resource,
    root_module,
    run,
    update,
)
from tests.sources.direct_history import DAY, NOW, DirectHistory, at, ids, numbered, read_of
from tests.sources.test_lookup_faults import a_trail, all_of, client_error, raises
from tests.sources.test_lookup_ways import a_busy_day
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources.event_cache import EventCache
from tfdrift_gate.sources.lookup.ways import SERVICES

LOOKUP = "cloudtrail.LookupEvents"


def hours_ago(records: list[dict[str, Any]], aws: LocalAws, hours: float) -> list[dict[str, Any]]:
    return [
        each | {"eventTime": f"{aws.now() - timedelta(hours=hours, seconds=number):%Y-%m-%dT%H:%M:%SZ}"}
        for number, each in enumerate(recent(records))
    ]


class Pipeline:
    """Runs that share a cache folder, as in one pipeline."""

    def __init__(self, aws: LocalAws, cache: Path) -> None:
        self.aws = aws
        self.cache = cache

    def check(self, root: Path, *arguments: str) -> tuple[Any, int, str]:
        """Give a run's report, the LookupEvents requests that it made, and what it said on standard error."""
        self.aws.advance(2)  # so that the rate of the run before is no matter
        before = self.aws.requests().get(LOOKUP, 0)
        variables = aws_environment(self.aws.endpoint_url) | {"TFDRIFT_GATE_CACHE_DIR": str(self.cache)}
        done = run("check", str(root), "--format", "json", *arguments, TFDRIFT_GATE_NO_CACHE=None, **variables)
        return json.loads(done.stdout), self.aws.requests().get(LOOKUP, 0) - before, done.stderr


@pytest.fixture
def pipeline(aws: LocalAws, tmp_path: Path) -> Pipeline:
    return Pipeline(aws, tmp_path / "cache")


def findings(report: Any) -> list[tuple[str, str]]:
    return [(entry["id"], entry["address"]) for entry in report["findings"]]


def test_a_second_plan_takes_two_requests_a_region_and_finds_the_same(pipeline: Pipeline, tmp_path: Path) -> None:
    aws = pipeline.aws
    far = resource("aws_lambda_function", "far", function("far", region=OTHER_REGION))
    root = root_module(tmp_path / "root", orders(), far)
    records = [update(), *(update("other") for _ in range(150))]
    aws.append_records(hours_ago(records, aws, 3))
    aws.append_records(
        [
            each | {"eventID": f"far-{each['eventID']}"}
            for each in hours_ago([update("far", awsRegion=OTHER_REGION)], aws, 5)
        ]
    )
    first, asked_first, _ = pipeline.check(root)
    second, asked_second, stderr = pipeline.check(root)
    assert findings(first) == findings(second) != []
    # Who the key belongs to is known as well.
    assert aws.requests()["sts.GetCallerIdentity"] == 1
    assert (asked_first, asked_second) == (5, 2)
    assert stderr == ""
    for one, two in zip(first["coverage"], second["coverage"], strict=True):
        assert (one["records_read"], one["complete"]) == (two["records_read"], two["complete"])
    assert (
        "the rest is known from an earlier run (151 events; --no-cache reads it again)" in second["coverage"][1]["note"]
    )


def test_what_happens_between_two_plans_is_found_by_the_second(pipeline: Pipeline, tmp_path: Path) -> None:
    root = root_module(tmp_path / "root")
    assert pipeline.check(root)[0]["verdict"] == "clean"
    pipeline.aws.append_records(recent([update()]))
    assert pipeline.check(root)[0]["verdict"] == "drift"


@pytest.mark.long
def test_ten_root_modules_of_one_pipeline_ask_once(pipeline: Pipeline, tmp_path: Path) -> None:
    aws = pipeline.aws
    names = [f"f{number}" for number in range(10)]
    aws.append_records(hours_ago([update(name) for name in names for _ in range(15)], aws, 2))
    roots = [root_module(tmp_path / name, resource("aws_lambda_function", name, function(name))) for name in names]
    runs = [pipeline.check(root) for root in roots]
    assert [findings_of[0]["address"] for report, _, _ in runs if (findings_of := report["findings"])] == [
        f"aws_lambda_function.{name}" for name in names
    ]
    assert runs[0][1] == 4
    assert all(asked == 1 for _, asked, _ in runs[1:])


def test_what_one_profiles_endpoint_told_is_not_known_of_another_profiles(aws: LocalAws, tmp_path: Path) -> None:
    """A profile may lead to a copy of AWS, which knows the same accounts and other events."""
    aws.append_records(hours_ago([update()], aws, 3))
    root = root_module(tmp_path / "root")
    found = {}
    with StandIn(http("200 OK", b'{"Events": []}', "Content-Type: application/x-amz-json-1.1")) as copy:
        for profile, url in (("real", aws.endpoint_url), ("copy", copy.url)):
            with (tmp_path / "config").open("a") as config:
                config.write(f"[profile {profile}]\nendpoint_url = {url}\n")
                config.write("aws_access_key_id = root\naws_secret_access_key = root\n")
            variables = {
                "AWS_CONFIG_FILE": str(tmp_path / "config"),
                "TFDRIFT_GATE_CACHE_DIR": str(tmp_path / "cache"),
                "AWS_PROFILE": profile,
                "TFDRIFT_GATE_NO_CACHE": None,
            }
            found[profile] = json.loads(run("check", str(root), "--format", "json", **variables).stdout)
    assert len(findings(found["real"])) == 1
    assert findings(found["copy"]) == []


@pytest.mark.long
def test_runs_at_one_time_share_the_folder(pipeline: Pipeline, tmp_path: Path) -> None:
    aws = pipeline.aws
    aws.append_records(hours_ago([update(), *(read_only() for _ in range(20))], aws, 2))
    roots = [root_module(tmp_path / str(number)) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(pipeline.check, roots))
    assert {report["verdict"] for report, _, _ in runs} == {"drift"}
    assert {stderr for _, _, stderr in runs} == {""}


def test_no_cache_asks_anew_and_keeps_nothing(pipeline: Pipeline, tmp_path: Path) -> None:
    root = root_module(tmp_path / "root")
    pipeline.aws.append_records(hours_ago([update("other") for _ in range(150)], pipeline.aws, 2))
    assert [pipeline.check(root, "--no-cache")[1] for _ in range(2)] == [4, 4]
    assert not pipeline.cache.exists()


def test_another_accounts_history_is_not_taken_out_of_the_cache(pipeline: Pipeline, tmp_path: Path) -> None:
    aws = pipeline.aws
    root = root_module(tmp_path / "root")
    aws.append_records(hours_ago([update()], aws, 2))
    pipeline.check(root, "--assume-role", "arn:aws:iam::210987654321:role/auditor")
    assert pipeline.check(root)[0]["verdict"] == "drift"


def test_a_damaged_cache_is_thrown_away_with_a_line_on_standard_error(pipeline: Pipeline, tmp_path: Path) -> None:
    aws = pipeline.aws
    root = root_module(tmp_path / "root")
    aws.append_records(hours_ago([update()], aws, 2))
    pipeline.check(root)
    for file in pipeline.cache.rglob("*.events"):
        file.write_bytes(file.read_bytes()[:-9])
    report, _, stderr = pipeline.check(root)
    assert report["verdict"] == "drift"
    assert stderr.startswith("tfdrift-gate: cache of event history in ")
    assert "Traceback" not in stderr


def test_a_folder_that_cannot_be_used_is_no_hindrance(pipeline: Pipeline, tmp_path: Path) -> None:
    pipeline.cache.write_text("a file", encoding="utf-8")
    pipeline.aws.append_records(recent([update()]))
    report, _, stderr = pipeline.check(root_module(tmp_path / "root"))
    assert report["verdict"] == "drift"
    assert "going on without it" in stderr


# Parts


LATER = NOW + timedelta(minutes=5)


def test_a_read_that_the_deadline_ended_is_gone_on_with_by_the_next(tmp_path: Path) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_trail(1000)
    first = read_of(DirectHistory(trail), (SERVICES,), cache, deadline=5.0)
    assert first.error is not None
    second = read_of(DirectHistory(trail), (SERVICES,), cache, now=LATER)
    assert (second.error, ids(second)) == (None, all_of(trail))
    fresh = DirectHistory(trail)
    read_of(fresh, (SERVICES,))
    assert second.history.requests < len(fresh.requests) - 5
    assert second.found.count == len(trail)


@pytest.mark.parametrize("number", range(1, 9))
def test_what_a_read_that_failed_left_behind_hides_nothing_from_the_next(tmp_path: Path, number: int) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_trail(330, apart=30)
    denied = {number: raises(client_error("AccessDeniedException"))}
    assert read_of(DirectHistory(trail, denied), cache=cache).error is not None or number > 7
    read = read_of(DirectHistory(trail), cache=cache, now=LATER)
    assert (read.error, ids(read), read.found.count) == (None, all_of(trail), len(trail))


def test_what_was_asked_for_by_name_is_known_too_and_still_says_what_it_does_not_see(tmp_path: Path) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_busy_day()
    first = read_of(DirectHistory(trail), cache=cache)
    history = DirectHistory(trail)
    second = read_of(history, cache=cache, now=LATER, window=TimeWindow(DAY.since + timedelta(minutes=5), DAY.until))
    assert (first.error, second.error) == (None, None)
    inside = {each["eventID"] for each in trail if each["eventTime"] >= at(86_400 - 300)}
    assert ids(second) == ids(first) & inside
    assert not any(key == "EventName" for key, _ in history.asked)
    assert [entry.reason for entry in second.reading().skipped] == ["calls-not-looked-for"]


def test_by_other_names_it_is_asked_for_anew(tmp_path: Path) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_busy_day()
    read_of(DirectHistory(trail), cache=cache, resources={(ACCOUNT, REGION): frozenset(["orders", arn("orders")])})
    history = DirectHistory(trail)
    other = {(ACCOUNT, REGION): frozenset(["billing", arn("billing")])}
    read_of(history, cache=cache, now=LATER, resources=other)
    assert history.asked["ResourceName", "billing"] == 1


def test_with_more_time_what_was_asked_for_by_name_is_asked_for_whole(tmp_path: Path) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_busy_day()
    assert read_of(DirectHistory(trail), cache=cache).reading().skipped
    read = read_of(DirectHistory(trail), cache=cache, now=LATER, deadline=4000.0)
    assert (read.error, read.reading().skipped) == (None, ())


def test_a_late_record_is_found_by_the_next_read(tmp_path: Path) -> None:
    cache = EventCache(tmp_path / "cache")
    trail = a_trail(100)
    late = numbered([record("AddPermission20150331v2", {"functionName": "orders"}, {}, eventTime=at(14 * 60))])
    late[0]["eventID"] = "late"
    read_of(DirectHistory(trail), cache=cache)
    read = read_of(DirectHistory([*trail, *late]), cache=cache, now=LATER)
    assert "late" in ids(read)
