"""A trail's files as CloudTrail writes them, in a folder and in the local AWS's S3."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import boto3

from tests.samples import ACCOUNT, REGION

BUCKET = "my-trail"


def write_trail(folder: Path, records: Iterable[Mapping[str, Any]], organization_id: str = "") -> None:
    """Write a file for each account, region and day; a record may say ``_delivered`` (a day) for a later one."""
    files: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for record in records:
        body = dict(record)
        delivered = body.pop("_delivered", None)
        day = str(delivered or str(body.get("eventTime", "2026-01-01"))[:10])
        place = (str(body.get("recipientAccountId", ACCOUNT)), str(body.get("awsRegion", REGION)), day)
        files[place].append(body)
    for (account, region, day), bodies in files.items():
        below = folder / "AWSLogs" / organization_id / account / "CloudTrail" / region / day.replace("-", "/")
        below.mkdir(parents=True, exist_ok=True)
        name = f"{account}_CloudTrail_{region}_{day.replace('-', '')}T0000Z_abc.json.gz"
        (below / name).write_bytes(gzip.compress(json.dumps({"Records": bodies}).encode(), mtime=0))


def upload(folder: Path, endpoint_url: str, bucket: str = BUCKET) -> None:
    """Put a folder's files into a bucket of the local AWS."""
    s3 = client("s3", endpoint_url)
    s3.create_bucket(Bucket=bucket)
    for file in sorted(folder.rglob("*.gz")):
        s3.put_object(Bucket=bucket, Key=file.relative_to(folder).as_posix(), Body=file.read_bytes())


@lru_cache
def client(service: str, endpoint_url: str, region: str = REGION) -> Any:
    """Make a client of the local AWS's root user; once, since making one takes long."""
    return boto3.client(
        service,
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id="root",
        aws_secret_access_key="root",
    )


def run_statement(text: str, endpoint_url: str, region: str = REGION) -> None:
    """Run DDL in the local AWS's Athena."""
    client("athena", endpoint_url, region).start_query_execution(
        QueryString=text, ResultConfiguration={"OutputLocation": "s3://results/"}
    )
