"""The local AWS's clock can be moved and stopped, and everything that tells or compares a time goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import REGION, http


def seen(aws: LocalAws) -> list[str]:
    return [record["eventTime"] for record in aws.records()]


def test_time_passes_at_once(aws: LocalAws, lambda_: Any, clients: Any) -> None:
    before = datetime.now(timezone.utc)
    aws.advance(3600)
    answer = lambda_.update_function_configuration(FunctionName="orders", Timeout=5)
    for said in (answer["LastModified"], seen(aws)[-1]):
        moment = datetime.strptime(said[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        assert timedelta(0) <= moment - before - timedelta(minutes=59) < timedelta(minutes=3)
    clients("s3").create_bucket(Bucket="state", CreateBucketConfiguration={"LocationConstraint": REGION})
    clients("s3").put_object(Bucket="state", Key="state", Body=b"{}")
    written = clients("s3").head_object(Bucket="state", Key="state")["LastModified"]
    assert timedelta(0) <= written - before - timedelta(minutes=59) < timedelta(minutes=3)
    assert len(clients("cloudtrail").lookup_events()["Events"]) == 2


def test_calls_of_one_second_differ_by_no_time_that_lambda_tells(aws: LocalAws, lambda_: Any) -> None:
    aws.hold_clock()
    first, second = (lambda_.update_function_configuration(FunctionName="orders", Timeout=t) for t in (5, 6))
    assert seen(aws)[1] == seen(aws)[2]
    assert first["LastModified"] == second["LastModified"] == seen(aws)[1][:-1] + ".000+0000"


def test_a_held_clock_moves_only_when_it_is_told_to(aws: LocalAws, lambda_: Any) -> None:
    aws.hold_clock()
    aws.hold_clock()
    held = aws.now()
    lambda_.update_function_configuration(FunctionName="orders", Timeout=5)
    aws.advance(1)
    lambda_.update_function_configuration(FunctionName="orders", Timeout=6)
    one, other = (datetime.strptime(said, "%Y-%m-%dT%H:%M:%S%z") for said in seen(aws)[1:])
    assert (one, other - one) == (held, timedelta(seconds=1))
    aws.release_clock()
    assert timedelta(0) < aws.now() - held < timedelta(minutes=1)


def test_a_record_is_seen_once_its_delay_has_passed_on_the_clock(aws: LocalAws, lambda_: Any, clients: Any) -> None:
    aws.set_delivery_delay(900)
    aws.hold_clock()
    counts = []
    for _ in range(3):  # more than the rate limit lets pass in a second of this machine's time
        counts.append(len(clients("cloudtrail").lookup_events()["Events"]))
        aws.advance(451)
    assert counts == [0, 0, 1]


def test_the_clock_is_served_over_http(aws: LocalAws) -> None:
    held = http(aws, "clock", {"hold": True})["now"]
    moved = http(aws, "clock", {"advance": 60})["now"]
    assert datetime.fromisoformat(moved) - datetime.fromisoformat(held) == timedelta(seconds=60)
    assert http(aws, "clock") == {"now": moved}
    http(aws, "clock", {"hold": False})
    assert http(aws, "clock")["now"] > moved
    http(aws, "reset", {})
    assert http(aws, "clock")["now"] < moved
