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

from tests.local_aws import LocalAws
from tests.samples import ACCOUNT, REGION, function, read_only, record, resource, root_module, update
from tests.sources.trail_files import BUCKET, run_statement, upload
from tfdrift_gate.sources.athena.ddl import Wanted, create_table

FUNCTIONS = 12
READS = 230
OTHERS = 90


@dataclass(frozen=True)
class World:
    """A root module, its trail, and the window that holds all of it."""

    root: Path
    records: Sequence[Mapping[str, Any]]
    since: datetime
    until: datetime
    folder: Path
    """The trail's files, as a bucket holds them."""

    @property
    def files(self) -> list[Path]:
        """The files in it."""
        return sorted(self.folder.rglob("*.json.gz"))


def make_world(folder: Path, seed: int) -> World:
    """Make a trail of a day in which every function was changed by hand once, at moments all over the day.

    So whoever leaves out any part of it has fewer findings. Most of what else is in it are reads and other services'
    calls, as in life.
    """
    random = Random(seed)
    until = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=1)
    names = [f"worker-{number:02}" for number in range(FUNCTIONS)]
    root = root_module(
        folder / "root",
        *(resource("aws_lambda_function", name.replace("-", "_"), function(name)) for name in names),
    )
    calls = [*(read_only() for _ in range(READS)), *(_other(random) for _ in range(OTHERS))]
    random.shuffle(calls)
    step = len(calls) // FUNCTIONS
    for number, name in enumerate(names):
        calls.insert(number * (step + 1) + random.randrange(step), update(name, memory=1024 + number))
    since = until - timedelta(hours=23)
    spread = (until - since) / (len(calls) + 1)
    records = [_at(call, since + spread * (number + 1), random) for number, call in enumerate(calls)]
    files = folder / "trail"
    _write_files(files, records)
    return World(root, records, until - timedelta(hours=24), until, files)


def fill(aws: LocalAws, world: World) -> None:
    """Let the local AWS have the trail, where event history is looked up."""
    aws.reset()
    # Time passes quickly for the gate, but not for the local AWS.
    aws.set_rate_limit(1_000_000)
    aws.append_records(world.records)
    upload(world.folder, aws.endpoint_url)
    run_statement(create_table(Wanted(BUCKET)), aws.endpoint_url)


def _other(random: Random) -> dict[str, Any]:
    source, name = random.choice([("s3.amazonaws.com", "PutBucketTagging"), ("kms.amazonaws.com", "CreateGrant")])
    return record(name, {"bucketName": "b"}, eventSource=source, readOnly=False)


def _at(call: Mapping[str, Any], moment: datetime, random: Random) -> dict[str, Any]:
    placed = dict(call) | {
        "eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "eventID": str(UUID(int=random.getrandbits(128), version=4)),
    }
    if isinstance(placed.get("responseElements"), dict) and "lastModified" in placed["responseElements"]:
        answer = placed["responseElements"] | {"lastModified": f"{moment:%Y-%m-%dT%H:%M:%S}.000+0000"}
        placed["responseElements"] = answer
    return placed


def _write_files(folder: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Write log files as CloudTrail does: one for each five minutes that hold any.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
    """
    files: dict[datetime, list[Mapping[str, Any]]] = {}
    for each in records:
        moment = datetime.strptime(each["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        # A file an hour keeps the runs short.
        files.setdefault(moment.replace(minute=0, second=0), []).append(each)
    for moment, held in files.items():
        below = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / f"{moment:%Y/%m/%d}"
        below.mkdir(parents=True, exist_ok=True)
        name = f"{ACCOUNT}_CloudTrail_{REGION}_{moment:%Y%m%dT%H%MZ}_0123456789abcdef.json.gz"
        (below / name).write_bytes(gzip.compress(json.dumps({"Records": held}).encode(), mtime=0))
