"""A stand-in for CloudTrail's own writing of digest files: hourly, chained, signed with a key made for the test."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests import builders
from tfdrift_gate.sources.trail_layout import delivered_at

KEY = rsa.generate_private_key(65537, 2048)
FINGERPRINT = "31e8b5433410dfb61a9dc45cc65b22ff"
PUBLIC_KEYS = [
    {
        "Fingerprint": FINGERPRINT,
        "Value": base64.b64encode(
            KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
        ).decode(),
    }
]


@dataclass
class DigestFile:
    key: str
    data: bytes
    signature: str

    @property
    def metadata(self) -> dict[str, str]:
        return {"signature": self.signature, "signature-algorithm": "SHA256withRSA"}


@dataclass
class Digests:
    """The digests of one trail, account and region; ``folder`` ends in ``CloudTrail-Digest/REGION/``."""

    bucket: str
    folder: str
    private_key: rsa.RSAPrivateKey = KEY
    files: list[DigestFile] = field(default_factory=list)
    _previous: dict[str, Any] = field(default_factory=dict)

    def write(self, logs: Mapping[str, bytes], since: datetime, hours: int) -> list[DigestFile]:
        """Write ``hours`` digests from ``since`` on over log files: their key and gzipped content."""
        for number in range(hours):
            self._write(logs, since + timedelta(hours=number), since + timedelta(hours=number + 1))
        return self.files

    def begin_anew(self) -> None:
        """Begin a new chain, as after validation was switched off."""
        self._previous = {}

    def _write(self, logs: Mapping[str, bytes], start: datetime, end: datetime) -> None:
        place = f"{builders.ACCOUNT}_CloudTrail-Digest_{builders.REGION}_main_{builders.REGION}"
        name = f"{place}_{end:%Y%m%dT%H%M%SZ}.json.gz"
        key = f"{self.folder}{end:%Y/%m/%d}/{name}"
        covered = {log: data for log, data in logs.items() if start <= (delivered_at(log) or end) < end}
        document = {
            "awsAccountId": builders.ACCOUNT,
            "digestStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "digestEndTime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "digestS3Bucket": self.bucket,
            "digestS3Object": key,
            "digestPublicKeyFingerprint": FINGERPRINT,
            "digestSignatureAlgorithm": "SHA256withRSA",
            "newestEventTime": None,
            "oldestEventTime": None,
            "previousDigestS3Bucket": self._previous.get("bucket"),
            "previousDigestS3Object": self._previous.get("key"),
            "previousDigestHashValue": self._previous.get("hash"),
            "previousDigestHashAlgorithm": "SHA-256" if self._previous else None,
            "previousDigestSignature": self._previous.get("signature"),
            "logFiles": [
                {
                    "s3Bucket": self.bucket,
                    "s3Object": log,
                    "hashValue": hashlib.sha256(gzip.decompress(data)).hexdigest(),
                    "hashAlgorithm": "SHA-256",
                }
                for log, data in sorted(covered.items())
            ],
        }
        text = json.dumps(document).encode()
        digest = hashlib.sha256(text).hexdigest()
        before = self._previous.get("signature") or "null"
        signed = f"{document['digestEndTime']}\n{self.bucket}/{key}\n{digest}\n{before}".encode()
        signature = self.private_key.sign(signed, padding.PKCS1v15(), hashes.SHA256()).hex()
        self.files.append(DigestFile(key, gzip.compress(text), signature))
        self._previous = {"bucket": self.bucket, "key": key, "hash": digest, "signature": signature}


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc, arg-type]
