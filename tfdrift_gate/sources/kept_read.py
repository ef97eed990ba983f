"""One read of event history as a file: what its name tells, and what is in it.

gzip makes a tenth of the size, and its checksum tells damage.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import RawRecord

SETTLED = timedelta(days=1)
"""What was read so long after it happened counts for :data:`KEPT_FOR`: records that come later are not known."""
FRESH_FOR = timedelta(hours=6)
"""How long the rest counts: AWS guarantees no time of delivery, and what came late is still found some hours later."""
KEPT_FOR = timedelta(days=7)

_VERSION = 1
_NAME = re.compile(r"([0-9a-f]{32})\.(\d{1,12})\.(\d{1,12})\.(\d{1,12})\.[0-9a-f]{8}\.events", re.ASCII)
_DAMAGE = (zlib.error, ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


class Unusable(Exception):
    """Records that cannot be kept, or a file that cannot be used; the text says why."""


@dataclass(frozen=True)
class CacheKey:
    """What was asked: it never answers for another account, region, endpoint or kind of question."""

    endpoint: str
    account: str
    region: str
    way: str
    """The lookup attribute and all else that selects: ``EventSource=lambda.amazonaws.com``."""

    @property
    def digest(self) -> str:
        """A name for it that a file can have and that shows nothing."""
        text = json.dumps([self.endpoint, self.account, self.region, self.way])
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class KeptRead:
    """A file: which seconds (both ends included) of which key's history were read, and when. Seconds since 1970."""

    digest: str
    since: int
    until: int
    at: int
    name: str

    @classmethod
    def new(cls, digest: str, since: int, until: int, at: int) -> KeptRead:
        """Name a file that is to be written; no two of them are called the same."""
        return cls(digest, since, until, at, f"{digest}.{since}.{until}.{at}.{secrets.token_hex(4)}.events")

    @classmethod
    def named(cls, name: str) -> KeptRead | None:
        """Read a file's name; None for another kind of file."""
        found = _NAME.fullmatch(name)
        return cls(found[1], int(found[2]), int(found[3]), int(found[4]), name) if found else None

    @property
    def counts_until(self) -> float:
        """The last moment at which it counts."""
        settled = self.until <= self.at - SETTLED.total_seconds()
        return self.at + (KEPT_FOR if settled else FRESH_FOR).total_seconds()

    def pack(self, records: Iterable[RawRecord]) -> bytes:
        """Write down the records of its seconds, newest first.

        Raises :class:`Unusable` where any record, of these seconds or not, doesn't say in which second it was made.
        """
        lines: list[tuple[int, str]] = []
        try:
            for raw in records:
                moment = parse_instant(raw.body["eventTime"])
                if moment.microsecond:
                    raise Unusable("a record with a fraction of a second")
                second = math.floor(moment.timestamp())
                if self.since <= second <= self.until:
                    lines.append((second, json.dumps([second, raw.position, raw.body])))
        except _DAMAGE:
            raise Unusable("a record without a time") from None
        lines.sort(key=lambda line: -line[0])
        head = json.dumps([_VERSION, self.digest, self.since, self.until, self.at, len(lines)])
        packer = zlib.compressobj(1, wbits=31)
        return packer.compress("\n".join([head, *(line for _, line in lines)]).encode("ascii")) + packer.flush()

    def unpack(self, data: bytes) -> list[tuple[int, RawRecord]]:
        """Read the records, each with its second; raises :class:`Unusable`."""
        unpacker = zlib.decompressobj(wbits=31)
        try:
            text = unpacker.decompress(data).decode("ascii")
            head, *lines = text.split("\n")
            version, *told = json.loads(head)
            if version != _VERSION:
                raise Unusable("what another version kept was thrown away")
            if not unpacker.eof or told != [self.digest, self.since, self.until, self.at, len(lines)]:
                raise Unusable("what was damaged was thrown away")
            return [(int(second), RawRecord(str(where), body)) for second, where, body in map(json.loads, lines)]
        except _DAMAGE:
            raise Unusable("what was damaged was thrown away") from None
