"""CloudTrail's digest files: what proves that log files are all there and as they were delivered.

Every hour a digest lists the log files of that hour with their hashes, and names the hash and signature of the digest
before it; its own signature lies in the object's metadata. Hashes are those of the inflated files.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-custom-validation.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby, pairwise
from typing import Annotated

import msgspec

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.instant import iso
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources.trail_layout import can_hold, delivered_at

EVERY = timedelta(hours=1)
"""How often a digest is written."""
LATEST = 3 * EVERY
"""How old the newest digest may be: its hour, and what its delivery takes."""
_NAME = re.compile(r"_CloudTrail-Digest_[a-z0-9-]+_(?P<trail>.+)_(?P<home>[a-z0-9-]+)_\d{8}T\d{6}Z\.json\.gz$")


_Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class LogFileHash(msgspec.Struct, rename="camel", frozen=True):
    """A log file that a digest vouches for."""

    s3_object: str
    hash_value: str = ""
    hash_algorithm: str = "SHA-256"


class Contents(msgspec.Struct, rename="camel", frozen=True):
    """What a digest says."""

    digest_start_time: _Instant
    digest_end_time: _Instant
    digest_s3_bucket: str
    digest_s3_object: str
    digest_public_key_fingerprint: str
    previous_digest_s3_object: str | None = None
    previous_digest_hash_value: str | None = None
    previous_digest_signature: str | None = None
    log_files: tuple[LogFileHash, ...] = ()


@dataclass(frozen=True)
class Digest:
    """A digest file: where it lies, its text inflated, what it says, and its signature where one is known."""

    key: str
    text: bytes
    contents: Contents
    signature: str | None = None

    @property
    def trail(self) -> tuple[str, str]:
        """The trail's name and home region: chains and keys are its own."""
        found = _NAME.search(self.key)
        return (found["trail"], found["home"]) if found else ("", "")


@dataclass(frozen=True)
class Proof:
    """What digests prove of a listing of log files, and how each of these is proven."""

    errors: tuple[EventSourceError, ...]
    """What is wrong with the digests and the listing."""
    note: str
    """What to say of the rest."""
    prove: Callable[[str, bytes], None]
    """Takes a file's name and inflated text; raises :class:`EventSourceError` for one that must not count."""


def read_digest(key: str, text: bytes, signature: str | None = None) -> Digest:
    """Read a digest's inflated text; raises :class:`EventSourceError` naming it."""
    try:
        return Digest(key, text, msgspec.json.decode(text, type=Contents), signature)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _wrong(key, "it is no digest") from None


def chain_errors(digests: Iterable[Digest], bucket: str | None) -> list[EventSourceError]:
    """Hold each trail's digests against one another: none altered, moved or missing between two others.

    ``bucket`` is where they were found; None where that says nothing, as of files copied to a folder.
    """
    errors: list[EventSourceError] = []
    for chain in _chains(digests):
        if bucket is not None:
            errors += [
                _wrong(digest.key, "it was delivered elsewhere, and moved here")
                for digest in chain
                if (digest.contents.digest_s3_bucket, digest.contents.digest_s3_object) != (bucket, digest.key)
            ]
        for before, digest in pairwise(chain):
            errors += _link_errors(before, digest)
    return errors


def _chains(digests: Iterable[Digest]) -> list[list[Digest]]:
    """Give each trail's digests, oldest first."""
    return [list(found) for _, found in groupby(sorted(digests, key=_in_order), key=lambda digest: digest.trail)]


def _in_order(digest: Digest) -> tuple[tuple[str, str], datetime, str]:
    return digest.trail, digest.contents.digest_end_time, digest.key


def _link_errors(before: Digest, digest: Digest) -> list[EventSourceError]:
    named = digest.contents.previous_digest_s3_object
    if named is None:
        return [
            _wrong(
                digest.key,
                f"it begins a new chain, so nothing vouches for the time from {iso(before.contents.digest_end_time)}"
                f" to {iso(digest.contents.digest_start_time)}",
                "log file validation, or the trail, was switched off meanwhile",
            )
        ]
    if before.key.rpartition("/")[2] != named.rpartition("/")[2]:
        return [_wrong(named, "the next digest names it, and it is missing")]
    altered = sha256(before.text).hexdigest() != digest.contents.previous_digest_hash_value
    if altered or before.signature not in (None, digest.contents.previous_digest_signature):
        return [_wrong(before.key, "it is not what the next digest says it was")]
    return []


def signature_errors(digests: Iterable[Digest], keys: Mapping[str, str]) -> list[EventSourceError]:
    """Hold signatures against public keys: base64 of PKCS #1 by fingerprint, as ListPublicKeys gives them.

    Raises :class:`EventSourceError` where the library for that is not installed.
    """
    return [error for digest in digests for error in _signature_errors(digest, keys)]


def _signature_errors(digest: Digest, keys: Mapping[str, str]) -> list[EventSourceError]:
    import base64

    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import padding, rsa
    except ImportError:
        raise EventSourceError(
            "reading digests: their signatures cannot be checked without the package cryptography",
            "pip install 'tfdrift-gate[digests]'",
        ) from None
    key = keys.get(digest.contents.digest_public_key_fingerprint)
    if key is None:
        return [_wrong(digest.key, "CloudTrail knows no public key of its fingerprint")]
    try:
        public = serialization.load_der_public_key(base64.b64decode(key))
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError("no RSA key")
        public.verify(bytes.fromhex(digest.signature or ""), _signed(digest), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return [_wrong(digest.key, "its signature is not CloudTrail's")]
    return []


def _signed(digest: Digest) -> bytes:
    contents = digest.contents
    # The end as the text itself spells it.
    end = msgspec.json.decode(digest.text)["digestEndTime"]
    place = f"{contents.digest_s3_bucket}/{contents.digest_s3_object}"
    lines = (end, place, sha256(digest.text).hexdigest(), contents.previous_digest_signature or "null")
    return "\n".join(lines).encode()


def hashes_of(digests: Iterable[Digest]) -> dict[str, str]:
    """Give the hash of every log file that digests vouch for, by key."""
    return {log.s3_object: log.hash_value for digest in digests for log in digest.contents.log_files}


def hold_against(name: str, key: str, text: bytes, hashes: Mapping[str, str]) -> None:
    """Hold a log file's inflated text against its hash; raises :class:`EventSourceError` where that is another."""
    wanted = hashes.get(key)
    if wanted is not None and sha256(text).hexdigest() != wanted:
        raise EventSourceError(
            f"reading {name}: it is not the log file that CloudTrail delivered (its hash is another)",
            "look for who altered it; a versioned bucket still has the delivered one",
        )


def span_errors(digests: Sequence[Digest], what: str, since: datetime, until: datetime) -> list[EventSourceError]:
    """Demand that digests vouch for a span of time, those of each trail that delivers there; ``what`` is being read.

    The last hours may be missing: a digest is written once its hour is over. A trail may have been made meanwhile.
    """
    hint = "switch log file validation on for the trail; what was delivered before stays without digests"
    if not digests:
        return [EventSourceError(f"reading {what}: there are no digests of this time", hint)]
    chains = _chains(digests)
    earliest = min(chain[0].contents.digest_start_time for chain in chains)
    errors = []
    for chain in chains:
        whose = f"no digest of the trail {chain[0].trail[0]}" if len(chains) > 1 else "no digest"
        first, last = chain[0].contents, chain[-1].contents.digest_end_time
        is_cut = first.digest_start_time == earliest or first.previous_digest_s3_object is not None
        if first.digest_start_time > since and is_cut:
            said = f"reading {what}: {whose} vouches for the time before {iso(first.digest_start_time)}"
            errors.append(EventSourceError(said, hint))
        if last < until - LATEST:
            errors.append(EventSourceError(f"reading {what}: {whose} vouches for the time after {iso(last)}", hint))
    return errors


def listing_errors(
    digests: Sequence[Digest],
    keys: Iterable[str],
    hashes: Mapping[str, str],
    window: TimeWindow,
    below: tuple[str, ...] = ("",),
) -> tuple[list[EventSourceError], int]:
    """Hold the listed log files of a window against the ``hashes`` that digests have of them.

    What was listed is all that lies ``below`` one of these prefixes. Gives what is wrong, and how many files are too
    new for any digest yet.
    """
    listed = {key for key in keys if can_hold(key, window)}
    expected = {key for key in hashes if key.startswith(below) and can_hold(key, window)}
    errors = [
        EventSourceError(
            f"reading {key}: a digest names this log file, and it is missing", "look for who deleted it, and when"
        )
        for key in sorted(expected - listed)
    ]
    # Each trail writes its digests at a minute of its own: up to here all of them have.
    newest = min((chain[-1].contents.digest_end_time for chain in _chains(digests)), default=None)
    fresh = 0
    for key in sorted(listed - hashes.keys()):
        at = delivered_at(key)
        # A digest covers the hour before its end; a file of its last minutes may stand in the next one.
        if newest is None or (at is not None and at > newest - EVERY):
            fresh += 1
        else:
            errors.append(
                EventSourceError(
                    f"reading {key}: no digest names this log file, so it may not be CloudTrail's",
                    "look for who put it there",
                )
            )
    return errors, fresh


def _wrong(key: str, what: str, hint: str = "look for who altered or deleted it, and when") -> EventSourceError:
    return EventSourceError(f"reading the digest {key}: {what}", hint)
