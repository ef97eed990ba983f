"""A trail of any size to measure with: a day of log files as CloudTrail writes them, the same for the same numbers.

Of its records 3 % are Lambda's successful writes and 12 % its reads; the rest are other services' calls, many of them
made by Lambda on a function's behalf, so that a search for the service's name alone finds far too much. Half of the
writes are on the functions of :func:`state_text`: most set what state already says, as a pipeline does; one in
:data:`BY_HAND` is a change by hand. Writes come evenly over the day, which is the worst case, or in the bursts of
deployments.
"""

from __future__ import annotations

import base64
import gzip
import json
import random
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from tests import builders

DAY = datetime(2026, 1, 1, tzinfo=timezone.utc)
FILES_A_DAY = 288
WRITES, READS = 0.03, 0.12
BY_HAND = 40
"""One in so many writes on a managed function is a change by hand."""
DEPLOYMENTS = 100
"""How many deployments make the writes that are not by hand."""

_KINDS = (
    ("sts.amazonaws.com", "AssumeRole", True),
    ("kms.amazonaws.com", "Decrypt", True),
    ("s3.amazonaws.com", "GetBucketAcl", True),
    ("ec2.amazonaws.com", "DescribeInstances", True),
    ("ec2.amazonaws.com", "DescribeNetworkInterfaces", True),
    ("logs.amazonaws.com", "CreateLogStream", False),
    ("ssm.amazonaws.com", "GetParameters", True),
    ("ecr.amazonaws.com", "BatchGetImage", True),
    ("autoscaling.amazonaws.com", "DescribeAutoScalingGroups", True),
    ("iam.amazonaws.com", "GetRole", True),
)
_AGENT = (
    "Boto3/1.34.131 md/Botocore#1.34.131 ua/2.0 os/linux#5.10.219 md/arch#x86_64 lang/python#3.12.4 md/pyimpl#CPython"
)
_READS = ("GetFunction20150331v2", "ListTags20170331", "GetFunctionConfiguration20150331v2", "GetPolicy20150331v2")


def write_trail(folder: Path, records: int, functions: int = 1000, seed: int = 1, bursts: int = 0) -> int:
    """Write a day's log files below ``folder`` in the layout of a trail's bucket; give how many bytes they have.

    With ``bursts`` all writes fall into so many of the day's files.
    """
    dice = random.Random(seed)  # noqa: S311 - a benchmark's dice
    total = 0
    each, more = divmod(records, FILES_A_DAY)
    busy = set(dice.sample(range(FILES_A_DAY), bursts or FILES_A_DAY))
    share = WRITES * FILES_A_DAY / len(busy)
    place = folder / "AWSLogs" / builders.ACCOUNT / "CloudTrail" / builders.REGION / DAY.strftime("%Y/%m/%d")
    place.mkdir(parents=True, exist_ok=True)
    for number in range(FILES_A_DAY):
        delivered = DAY + timedelta(minutes=5 * number)
        count = each + (number < more)
        if not count:
            continue
        text = json.dumps(
            {"Records": list(_records(dice, delivered, count, functions, share if number in busy else 0.0))},
            separators=(",", ":"),
        ).encode()
        stamp = delivered.strftime("%Y%m%dT%H%MZ")
        mark = "".join(dice.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=16))
        path = place / f"{builders.ACCOUNT}_CloudTrail_{builders.REGION}_{stamp}_{mark}.json.gz"
        packed = gzip.compress(text, 6, mtime=0)
        path.write_bytes(packed)
        total += len(packed)
    return total


def write_reads(day: Path, folder: Path, times: int) -> None:
    """Write a trail as large as ``day`` and ``times`` as much again, in which all of that are reads."""
    for path in sorted(day.rglob("*.json.gz")):
        reads = gzip.compress(gzip.decompress(path.read_bytes()).replace(b'"readOnly":false', b'"readOnly":true'), 1)
        place = folder / path.relative_to(day)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
        for number in range(times):
            place.with_name(place.name.replace(".json.gz", f"{number}.json.gz")).write_bytes(reads)


def state_text(functions: int = 1000) -> str:
    """The state of the functions that the trail's writes are about."""
    return builders.state_text(*(builders.function_state(f"fn-{n}", label=f"fn-{n}") for n in range(functions)))


def _records(
    dice: random.Random, delivered: datetime, count: int, functions: int, writes: float
) -> Iterator[dict[str, Any]]:
    for _ in range(count):
        at = (delivered + timedelta(seconds=dice.randrange(300))).strftime("%H:%M:%S")
        kind = dice.random()
        if kind < writes:
            yield _write(dice, at, functions)
        elif kind < writes + READS:
            yield _read(dice, at, functions)
        else:
            yield _other(dice, at)


def _write(dice: random.Random, at: str, functions: int) -> dict[str, Any]:
    own = dice.random() < 0.5
    name = f"fn-{dice.randrange(functions)}" if own else f"other-team-{dice.randrange(5 * functions)}"
    if own and not dice.randrange(BY_HAND):
        by = dict(builders.BY_CLI)
        return _with_ids(dice, builders.update_configuration({"memorySize": 1024}, name=name, at=at, by=by, eventID=""))
    # One deployment makes many calls in one session.
    by = {"userIdentity": _session(random.Random(dice.randrange(DEPLOYMENTS))), "userAgent": builders.TERRAFORM_AGENT}  # noqa: S311
    if dice.random() < 0.5:
        return _with_ids(dice, builders.update_code(name=name, at=at, by=by, sha256=builders.CODE, eventID=""))
    return _with_ids(dice, builders.update_configuration({"timeout": 10}, name=name, at=at, by=by, eventID=""))


def _read(dice: random.Random, at: str, functions: int) -> dict[str, Any]:
    body = builders.record(
        dice.choice(_READS), {"functionName": f"fn-{dice.randrange(functions)}"}, at=at, readOnly=True, eventID=""
    )
    body["userIdentity"] = _session(dice)
    return _with_ids(dice, body)


def _other(dice: random.Random, at: str) -> dict[str, Any]:
    source, name, reads = dice.choice(_KINDS)
    behalf = dice.random() < 0.4
    role = f"arn:aws:iam::{builders.ACCOUNT}:role/service-{dice.randrange(400)}"
    request: dict[str, Any] = {"roleArn": role, "roleSessionName": f"i-{dice.getrandbits(64):016x}"}
    response: dict[str, Any] | None = None
    more: dict[str, Any] = {}
    if name == "AssumeRole":
        token = base64.b64encode(dice.randbytes(560)).decode()
        response = {
            "credentials": {"accessKeyId": _key(dice), "expiration": "Jan 1, 2026, 1:00:00 PM", "sessionToken": token}
        }
        more["resources"] = [{"accountId": builders.ACCOUNT, "type": "AWS::IAM::Role", "ARN": role}]
        more["sharedEventID"] = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    elif source == "s3.amazonaws.com":
        request = {"bucketName": f"bucket-{dice.randrange(900)}", "acl": "", "Host": "s3.us-east-1.amazonaws.com"}
        more["additionalEventData"] = {
            "SignatureVersion": "SigV4",
            "CipherSuite": "ECDHE-RSA-AES128-GCM-SHA256",
            "bytesTransferredIn": 0,
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": base64.b64encode(dice.randbytes(57)).decode(),
            "bytesTransferredOut": dice.randrange(5000),
        }
    elif source == "ec2.amazonaws.com":
        vpc = f"vpc-{dice.getrandbits(64):017x}"
        request = {
            "maxResults": 1000,
            "filterSet": {"items": [{"name": "vpc-id", "valueSet": {"items": [{"value": vpc}]}}]},
        }
    elif source == "kms.amazonaws.com":
        function = f"fn-{dice.randrange(1000)}"
        request = {
            "encryptionContext": {"aws:lambda:FunctionArn": builders.function_arn(function)},
            "encryptionAlgorithm": "SYMMETRIC_DEFAULT",
        }
    body = builders.record(
        name,
        request,
        response,
        at=at,
        eventID="",
        eventSource=source,
        readOnly=reads,
        userIdentity={"type": "AWSService", "invokedBy": "lambda.amazonaws.com"} if behalf else _session(dice),
        sourceIPAddress="lambda.amazonaws.com" if behalf else _address(dice),
        userAgent="lambda.amazonaws.com" if behalf else _AGENT,
        **more,
        vpcEndpointId=f"vpce-{dice.randrange(12):017x}",
        vpcEndpointAccountId=builders.ACCOUNT,
        tlsDetails={
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": source.replace(".", f".{builders.REGION}.", 1),
        },
    )
    return _with_ids(dice, body)


def _with_ids(dice: random.Random, body: dict[str, Any]) -> dict[str, Any]:
    body["requestID"] = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    body["eventID"] = str(uuid.UUID(int=dice.getrandbits(128), version=4))
    # CloudTrail's own order: who comes before what.
    return {"eventVersion": body.pop("eventVersion"), "userIdentity": body.pop("userIdentity"), **body}


def _session(dice: random.Random) -> dict[str, Any]:
    identity = builders.role_session(f"service-{dice.randrange(400)}", f"i-{dice.getrandbits(64):016x}")
    principal = "AROA" + _letters(dice)
    identity["principalId"] = principal + identity["principalId"][11:]
    identity["accessKeyId"] = _key(dice)
    identity["sessionContext"]["sessionIssuer"]["principalId"] = principal
    second = dice.randrange(86400)
    function = builders.function_arn(f"service-{dice.randrange(400)}")
    identity["sessionContext"]["inScopeOf"] = {
        "sourceArn": function,
        "sourceAccount": builders.ACCOUNT,
        "issuerType": "AWS::Lambda::Function",
        "credentialsIssuedTo": function,
    }
    identity["sessionContext"]["ec2RoleDelivery"] = "2.0"
    identity["sessionContext"]["attributes"]["creationDate"] = (DAY + timedelta(seconds=second)).isoformat()[:19] + "Z"
    return identity


def _key(dice: random.Random) -> str:
    return "ASIA" + _letters(dice)


def _letters(dice: random.Random) -> str:
    return "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=16))


def _address(dice: random.Random) -> str:
    return ".".join(str(dice.randrange(1, 255)) for _ in range(4))
