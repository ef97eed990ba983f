"""One trail, and where each source finds it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import boto3

from tests.local_aws import LocalAws
from tests.samples import (
    ACCOUNT,
    OTHER_ACCOUNT,
    REGION,
    aws_environment,
    function,
    read_only,
    record,
    resource,
    root_module,
    update,
)
from tests.sources.trail_digests import PUBLIC_KEYS, Digests
from tests.sources.trail_files import run_statement
from tfdrift_gate.sources.athena.ddl import Wanted, create_table

BUCKET, PROVEN_BUCKET = "trail", "proven-trail"
FUNCTIONS = 12
READS = 230
OTHERS = 90


@dataclass(frozen=True)
class World:
    """A root module, its trail, and the window that holds all of it."""

    root: Path
    beside: Path
    """Another root module, for one run over several; it manages some of the same functions."""
    root_of_two: Path
    """A root module that manages functions of another account too."""
    records: Sequence[Mapping[str, Any]]
    others_records: Sequence[Mapping[str, Any]]
    """The other account's."""
    since: datetime
    until: datetime
    folder: Path
    """The trail's files, as a bucket holds them."""
    proven: Path
    """The same with digest files."""
    signatures: Mapping[str, Mapping[str, str]]
    """What S3 says beside each digest file, by key."""


def make_world(folder: Path, seed: int) -> World:
    """Make a trail of a day in which every function was changed by hand once, at moments all over the day.

    So whoever leaves out any part of it has fewer findings. Most of what else is in it are reads and other services'
    calls, as in life.
    """
    random = Random(seed)
    until = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=1)
    names = [f"worker-{number:02}" for number in range(FUNCTIONS)]
    others = [f"worker-of-others-{number}" for number in range(2)]
    mine = [resource("aws_lambda_function", name, function(name)) for name in names]
    theirs = [resource("aws_lambda_function", name, function(name, OTHER_ACCOUNT)) for name in others]
    calls = [*(read_only() for _ in range(READS)), *(_other(random) for _ in range(OTHERS))]
    random.shuffle(calls)
    step = len(calls) // FUNCTIONS
    for number, name in enumerate(names[:-1]):
        calls.insert(number * (step + 1) + random.randrange(step), update(name, memory=1024 + number))
    # The last call of the day is delivered late to whoever asks for it at once.
    calls.append(update(names[-1], memory=2048))
    their_calls = [update(name, recipientAccountId=OTHER_ACCOUNT) for name in others]
    their_calls += [read_only(recipientAccountId=OTHER_ACCOUNT) for _ in range(60)]
    random.shuffle(their_calls)
    records = _spread(calls, until, random)
    files = _log_files(records)
    digests = Digests(PROVEN_BUCKET, f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/")
    digests.write(files, until.replace(minute=0, second=0) - timedelta(hours=27), 27)
    _lay_out(folder / "trail", files)
    _lay_out(folder / "proven", {**files, **{digest.key: digest.data for digest in digests.files}})
    return World(
        root=root_module(folder / "root", *mine),
        beside=root_module(folder / "beside", *mine[:4]),
        root_of_two=root_module(folder / "root-of-two", *mine, *theirs),
        records=records,
        others_records=_spread(their_calls, until, random),
        since=until - timedelta(hours=24),
        until=until,
        folder=folder / "trail",
        proven=folder / "proven",
        signatures={digest.key: digest.metadata for digest in digests.files},
    )


def fill(aws: LocalAws, world: World) -> None:
    """Let the local AWS have the trail: as event history, in a bucket, and with a table over that."""
    aws.reset()
    given = aws_environment(aws.endpoint_url)
    s3 = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=given["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=given["AWS_SECRET_ACCESS_KEY"],
    )
    for bucket, folder in ((BUCKET, world.folder), (PROVEN_BUCKET, world.proven)):
        s3.create_bucket(Bucket=bucket)
        for key, file in files_of(folder).items():
            s3.put_object(Bucket=bucket, Key=key, Body=file.read_bytes(), Metadata=world.signatures.get(key, {}))
    aws.set_public_keys(PUBLIC_KEYS)
    # Time passes quickly for the gate, but not for the local AWS.
    aws.set_rate_limit(1_000_000)
    aws.append_records(world.records)
    aws.append_records(world.others_records)
    run_statement(create_table(Wanted(BUCKET)), aws.endpoint_url)


def _other(random: Random) -> dict[str, Any]:
    source, name = random.choice([("s3.amazonaws.com", "PutBucketTagging"), ("kms.amazonaws.com", "CreateGrant")])
    return record(name, {"bucketName": "b"}, eventSource=source, readOnly=False)


def _spread(calls: Sequence[Mapping[str, Any]], until: datetime, random: Random) -> list[dict[str, Any]]:
    """Let calls happen one after another over the day, the last a few minutes before its end."""
    step = timedelta(hours=23) / len(calls)
    first = until - timedelta(minutes=4) - step * (len(calls) - 1)
    return [_at(call, first + step * number, random) for number, call in enumerate(calls)]


def _at(call: Mapping[str, Any], moment: datetime, random: Random) -> dict[str, Any]:
    placed = dict(call) | {
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "eventID": str(UUID(int=random.getrandbits(128), version=4)),
    }
    if isinstance(placed.get("responseElements"), dict) and "lastModified" in placed["responseElements"]:
        answer = placed["responseElements"] | {"lastModified": f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"}
        placed["responseElements"] = answer
    return placed


def _log_files(records: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """Make log files as CloudTrail names and writes them, by key; one each two hours, to be few.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
    """
    hours: dict[datetime, list[tuple[datetime, Mapping[str, Any]]]] = {}
    for each in records:
        moment = datetime.strptime(each["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        hours.setdefault(moment.replace(hour=moment.hour // 2 * 2, minute=0, second=0), []).append((moment, each))
    files: dict[str, bytes] = {}
    for held in hours.values():
        delivered = held[-1][0] + timedelta(minutes=3)
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{delivered:%Y%m%dT%H%MZ}_0123456789abcdef.json.gz"
        text = json.dumps({"Records": [record for _, record in held]}, separators=(",", ":")).encode()
        files[f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/{delivered:%Y/%m/%d}/{name}"] = gzip.compress(text, mtime=0)
    return files


def files_of(folder: Path) -> dict[str, Path]:
    """Give the files of a folder by the key that each has in a bucket."""
    return {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob("*.json.gz"))}


def _lay_out(folder: Path, files: Mapping[str, bytes]) -> None:
    for key, data in files.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(data)
