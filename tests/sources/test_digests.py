"""``--validate-digests``: log files that are missing, altered or not CloudTrail's are named, in a bucket and a copy."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from tests import builders
from tests.local_aws import LocalAws
from tests.samples import aws_environment, check, orders, root_module, update
from tests.sources.trail_digests import FINGERPRINT, PUBLIC_KEYS, DigestFile, Digests, utc
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.bucket import read as read_bucket
from tfdrift_gate.sources.files import read as read_files

FOLDER = f"AWSLogs/{builders.ACCOUNT}/CloudTrail/{builders.REGION}/"
DIGESTS = f"AWSLogs/{builders.ACCOUNT}/CloudTrail-Digest/{builders.REGION}/"
WINDOW = TimeWindow(utc(2026, 1, 1, 6), utc(2026, 1, 1, 12))
NOW = utc(2026, 1, 1, 15)

World = dict[str, tuple[bytes, dict[str, str]]]
"""Objects of a bucket: content and metadata by key."""


def log(at: str, event_id: str) -> tuple[str, bytes]:
    name = f"{builders.ACCOUNT}_CloudTrail_{builders.REGION}_{at}_{event_id * 16}.json.gz"
    text = json.dumps({"Records": [update(eventID=event_id)]}, separators=(",", ":"))
    return f"{FOLDER}{at[:4]}/{at[4:6]}/{at[6:8]}/{name}", gzip.compress(text.encode())


LOGS = dict(
    [log("20260101T0705Z", "a"), log("20260101T1005Z", "b"), log("20260101T1115Z", "c"), log("20260101T1455Z", "n")]
)
A, B, C, NEWEST = LOGS


def world() -> World:
    """A day's objects as CloudTrail delivered them: the newest file is in no digest yet."""
    digests = Digests("trail", DIGESTS).write(LOGS, utc(2026, 1, 1, 0), 14)
    return {key: (data, {}) for key, data in LOGS.items()} | {file.key: (file.data, file.metadata) for file in digests}


@pytest.fixture
def aws(aws: LocalAws) -> LocalAws:
    aws.set_public_keys(PUBLIC_KEYS)
    boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="trail")
    return aws


def question(locator: str, **changes: Any) -> Question:
    fields: dict[str, Any] = {
        "locator": locator,
        "window": WINDOW,
        "event_sources": frozenset({"lambda.amazonaws.com"}),
        "regions": (builders.REGION,),
        "accounts": frozenset({builders.ACCOUNT}),
        "validate_digests": True,
        "now": NOW,
    }
    return Question(**fields | changes)


def in_bucket(objects: World) -> Reading:
    s3 = boto3.client("s3", region_name="us-east-1")
    for key, (data, metadata) in objects.items():
        s3.put_object(Bucket="trail", Key=key, Body=data, Metadata=metadata)
    (reading,) = read_bucket(question("s3://trail"))
    return reading


def in_folder(objects: World, folder: Path) -> Reading:
    for key, (data, _) in objects.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(data)
    (reading,) = read_files(question(str(folder)))
    return reading


def ids(reading: Reading) -> list[str]:
    return sorted(record.body["eventID"] for record in reading.records)


def digest_key(hour: int) -> str:
    return next(key for key in world() if f"_20260101T{hour:02}0000Z" in key)


def test_what_was_delivered_whole_passes(aws: LocalAws, tmp_path: Path) -> None:
    for reading in (in_bucket(world()), in_folder(world(), tmp_path)):
        assert (ids(reading), reading.error) == (["a", "b", "c", "n"], None)
        assert "14 digests vouch" in reading.coverage.note
        assert "not yet for the 1 newest" in reading.coverage.note


def without(*keys: str) -> Callable[[World], World]:
    return lambda objects: {key: value for key, value in objects.items() if key not in keys}


def altered(objects: World) -> World:
    content = json.dumps({"Records": []}, separators=(",", ":")).encode()
    return objects | {B: (gzip.compress(content), {})}


def added(objects: World) -> World:
    key, data = log("20260101T0805Z", "f")
    return objects | {key: (data, {})}


def rewritten(objects: World) -> World:
    """Alter a log file, and the digest that vouches for it."""
    key = digest_key(11)
    data, metadata = objects[key]
    document = json.loads(gzip.decompress(data))
    document["logFiles"] = []
    return without(B)(objects) | {key: (gzip.compress(json.dumps(document).encode()), metadata)}


def begun_anew(objects: World) -> World:
    digests = Digests("trail", DIGESTS)
    digests.write(LOGS, utc(2026, 1, 1, 0), 8)
    digests.begin_anew()
    files: list[DigestFile] = digests.write(LOGS, utc(2026, 1, 1, 9), 5)
    kept = {key: value for key, value in objects.items() if "Digest" not in key}
    return kept | {file.key: (file.data, file.metadata) for file in files}


WRONG: dict[str, tuple[Callable[[World], World], str, str]] = {
    "a log file was deleted": (without(B), B, "it is missing"),
    "a log file was altered": (altered, B, "it is not the log file that CloudTrail delivered"),
    "a log file was added": (added, "20260101T0805Z", "no digest names this log file"),
    "a digest was deleted": (without(digest_key(9)), digest_key(9), "it is missing"),
    "a log file and its digest were deleted": (without(B, digest_key(11)), digest_key(11), "it is missing"),
    "a log file and its digest were altered": (rewritten, digest_key(11), "it is not what the next digest says"),
    "digests were switched off meanwhile": (begun_anew, "2026-01-01T09:00:00Z", "it begins a new chain"),
    "the first digests are missing": (
        without(*(digest_key(hour) for hour in range(1, 9))),
        "2026-01-01T08:00:00Z",
        "no digest vouches for the time before",
    ),
    "the last digests are missing": (
        without(*(digest_key(hour) for hour in range(8, 15))),
        "2026-01-01T07:00:00Z",
        "no digest vouches for the time after",
    ),
    "there are no digests": (without(*(key for key in world() if "Digest" in key)), "", "there are no digests"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_was_done_to_a_trail_is_named(aws: LocalAws, tmp_path: Path, what: str) -> None:
    change, where, words = WRONG[what]
    for reading in (in_bucket(change(world())), in_folder(change(world()), tmp_path)):
        assert reading.error is not None
        assert not reading.coverage.complete
        assert where in reading.coverage.note
        assert words in reading.coverage.note


def test_an_altered_file_counts_for_nothing(aws: LocalAws) -> None:
    assert ids(in_bucket(altered(world()))) == ["a", "c", "n"]


def test_a_chain_that_cloudtrail_did_not_sign_is_named(aws: LocalAws) -> None:
    forger = Digests("trail", DIGESTS, rsa.generate_private_key(65537, 2048))
    kept = {key: data for key, data in LOGS.items() if key != B}
    files = forger.write(kept, utc(2026, 1, 1, 0), 14)
    objects = {key: (data, dict[str, str]()) for key, data in kept.items()}
    reading = in_bucket(objects | {file.key: (file.data, file.metadata) for file in files})
    assert reading.error is not None
    assert "its signature is not CloudTrail's" in reading.coverage.note


def test_a_key_that_cloudtrail_does_not_know_is_named(aws: LocalAws) -> None:
    aws.set_public_keys([])
    reading = in_bucket(world())
    assert reading.error is not None
    assert "knows no public key" in reading.coverage.note
    assert FINGERPRINT not in reading.coverage.note


def test_a_digest_moved_from_elsewhere_is_named(aws: LocalAws) -> None:
    other = Digests("elsewhere", DIGESTS).write(LOGS, utc(2026, 1, 1, 0), 14)
    moved = world() | {file.key: (file.data, file.metadata) for file in other}
    reading = in_bucket(moved)
    assert "it was delivered elsewhere, and moved here" in reading.coverage.note


def two_trails(since: int = 0) -> World:
    """A second trail, which delivers files of its own to the same place; made at an hour."""
    own = dict([log("20260101T0810Z", "x"), log("20260101T1110Z", "y")])
    digests = Digests("trail", DIGESTS, trail="second").write(own, utc(2026, 1, 1, since), 14 - since)
    return world() | {key: (data, {}) for key, data in own.items()} | {d.key: (d.data, d.metadata) for d in digests}


@pytest.mark.parametrize("since", [0, 8])
def test_two_trails_of_one_bucket_vouch_for_what_each_delivered(aws: LocalAws, tmp_path: Path, since: int) -> None:
    for reading in (in_bucket(two_trails(since)), in_folder(two_trails(since), tmp_path)):
        assert (ids(reading), reading.error) == (["a", "b", "c", "n", "x", "y"], None)


def of_second(first: int, last: int) -> Callable[[World], World]:
    """Delete the second trail's files and digests between two hours."""
    return lambda objects: {
        key: value
        for key, value in objects.items()
        if not ("_second_" in key and any(f"_20260101T{hour:02}0000Z" in key for hour in range(first, last)))
        and not ("_second_" not in key and any(f"T{hour:02}10Z" in key for hour in range(first - 1, last - 1)))
    }


@pytest.mark.parametrize(
    ("first", "last", "words"), [(9, 15, "after 2026-01-01T08:00"), (1, 10, "before 2026-01-01T09")]
)
def test_one_trail_does_not_vouch_for_another(aws: LocalAws, tmp_path: Path, first: int, last: int, words: str) -> None:
    cut = of_second(first, last)(two_trails())
    for reading in (in_bucket(cut), in_folder(cut, tmp_path)):
        assert reading.error is not None
        assert f"no digest of the trail second vouches for the time {words}" in reading.coverage.note


def test_a_digest_whose_times_name_no_zone_is_named(tmp_path: Path) -> None:
    key = digest_key(9)
    document = json.loads(gzip.decompress(world()[key][0])) | {"digestEndTime": "2026-01-01T09:00:00"}
    reading = in_folder(world() | {key: (gzip.compress(json.dumps(document).encode()), {})}, tmp_path)
    assert f"{key}: it is no digest" in reading.coverage.note


def test_what_log_files_hold_is_found_where_signatures_cannot_be_checked(
    aws: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDTRAIL", "http://127.0.0.1:9")
    reading = in_bucket(world())
    assert ids(reading) == ["a", "b", "c", "n"]
    assert "CloudTrail's public keys in us-east-1: 127.0.0.1:9 cannot be reached" in reading.coverage.note
    assert not reading.coverage.complete


def test_event_history_has_no_digests(tmp_path: Path) -> None:
    done = check(root_module(tmp_path, orders()), "--validate-digests")
    assert done.returncode == 1
    assert "digests prove a trail's files" in done.stderr


def test_a_single_file_has_no_digests(tmp_path: Path) -> None:
    (tmp_path / "events.json").write_text(json.dumps([update()]))
    (reading,) = read_files(question(str(tmp_path / "events.json")))
    assert reading.error is not None
    assert "this is no folder" in reading.error.message


def test_the_command_names_a_deleted_log_file(aws: LocalAws, tmp_path: Path) -> None:
    in_bucket(without(B)(world()))
    arguments = ("--events", "s3://trail", "--validate-digests", "--since", "2026-01-01T06:00:00Z", "--until")
    done = check(
        root_module(tmp_path, orders()), *arguments, "2026-01-01T12:00:00Z", **aws_environment(aws.endpoint_url)
    )
    assert done.returncode == 1
    assert B in done.stderr
