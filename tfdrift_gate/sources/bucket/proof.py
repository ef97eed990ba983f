"""What a bucket's digests prove of the log files of one account and region, with CloudTrail's own public keys."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tfdrift_gate.aws import JsonService, reading
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.bucket.objects import Bucket
from tfdrift_gate.sources.digests import (
    Digest,
    Proof,
    chain_errors,
    hashes_of,
    hold_against,
    listing_errors,
    read_digest,
    signature_errors,
    span_errors,
)
from tfdrift_gate.sources.inflate import inflate
from tfdrift_gate.sources.trail_layout import TrailFolder, days


def proof_of(bucket: Bucket, place: TrailFolder, keys: Sequence[str], question: Question) -> Proof:
    """Read the digests of a place and hold the listed ``keys`` against them; raises :class:`EventSourceError`."""
    now = question.now or question.window.until
    folder = place.folder("CloudTrail-Digest")
    what = f"s3://{bucket.name}/{folder}"
    # A file of a day's last hour stands in a digest of the next day.
    padded = replace(question.window, until=question.window.until + timedelta(hours=2))
    digests: list[Digest] = []
    errors: list[EventSourceError] = []
    for day in days(padded, now + timedelta(hours=2)):
        for key in bucket.keys(f"{folder}{day}/"):
            question.progress(f"reading {what}: digest {len(digests) + 1}")
            try:
                data, metadata = bucket.fetch_with_metadata(key)
                digests.append(read_digest(key, inflate(data, f"s3://{bucket.name}/{key}"), metadata.get("signature")))
            except EventSourceError as error:
                errors.append(error)
    errors += span_errors(digests, what, question.window.since, min(now, question.window.until))
    errors += chain_errors(digests, bucket.name)
    try:
        errors += signature_errors(digests, _public_keys(digests, question)) if digests else []
    except EventSourceError as error:
        # The log files are read all the same: what is found in them is shown.
        errors.append(error)
    hashes = hashes_of(digests)
    listed_days = tuple(f"{place.folder()}{day}/" for day in days(question.window, now))
    wrong, fresh = listing_errors(digests, keys, hashes, question.window, listed_days)
    note = f"{len(digests)} digests vouch for the log files"
    if fresh:
        note += f", not yet for the {fresh} newest"
    start = len(f"s3://{bucket.name}/")
    return Proof((*errors, *wrong), note, lambda name, text: hold_against(name, name[start:], text, hashes))


def _public_keys(digests: Sequence[Digest], question: Question) -> dict[str, str]:
    """Ask CloudTrail for the public keys of the trails' home regions: base64 of PKCS #1, by fingerprint."""
    since = min(digest.contents.digest_start_time for digest in digests)
    until = max(digest.contents.digest_end_time for digest in digests)
    keys: dict[str, str] = {}
    for home in sorted({digest.trail[1] for digest in digests} - {""}):
        with reading(f"CloudTrail's public keys in {home}", EventSourceError, "cloudtrail:ListPublicKeys"):
            keys.update(_listed(JsonService("cloudtrail", home, question.credentials), since, until))
    return keys


def _listed(service: JsonService, since: datetime, until: datetime) -> dict[str, str]:
    request: dict[str, Any] = {"StartTime": since.timestamp(), "EndTime": until.timestamp()}
    keys: dict[str, str] = {}
    while True:
        page = service.call("ListPublicKeys", request)
        for key in page.get("PublicKeyList") or ():
            value = key.get("Value")
            text = base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
            keys[str(key.get("Fingerprint"))] = text
        if not page.get("NextToken") or page["NextToken"] == request.get("NextToken"):
            return keys
        request["NextToken"] = page["NextToken"]
