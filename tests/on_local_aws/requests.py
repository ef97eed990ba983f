"""What tests of the local AWS send it beside boto3's calls, and the names they use."""

from __future__ import annotations

import io
import json
import urllib.request
import zipfile
from datetime import datetime, timedelta, timezone
from typing import Any

from tests.local_aws import LocalAws

REGION = "eu-west-1"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:123456789012:function:orders"
ROLE = "arn:aws:iam::123456789012:role/orders"


def zipped(code: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        # A time of its own, so that the same code is the same archive.
        file.writestr(zipfile.ZipInfo("index.py"), code)
    return archive.getvalue()


def plant(aws: LocalAws, count: int, **fields: Any) -> None:
    """Plant ``count`` records, one a second, the last one a minute ago; ids count from 0."""
    last = datetime.now(timezone.utc) - timedelta(minutes=1)
    times = [last - timedelta(seconds=count - 1 - number) for number in range(count)]
    fields = {"awsRegion": REGION, "eventSource": "lambda.amazonaws.com"} | fields
    aws.append_records(
        {"eventID": str(number), "eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}"} | fields
        for number, when in enumerate(times)
    )


def ids(answer: dict[str, Any]) -> list[str]:
    return [event["EventId"] for event in answer["Events"]]


def http(aws: LocalAws, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 (this machine)
        f"{aws.endpoint_url}/_local_aws/{path}", data, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        return json.load(answer)
