"""What earlier runs read of event history, so that ten root modules in one pipeline ask once.

Plain files, each one read of one key, written whole and never changed: there is no lock to wait for, a network's file
system is as good as any, and a file that is lost or damaged only means that its seconds are asked for again. (SQLite
takes 1.4 ms to import, next to nothing; but it has locks to wait for, and one damaged page loses all of it.)

Seconds are the unit: ``eventTime`` has no fraction, and both ends of a LookupEvents request belong to it
(https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html), so what is held and what is
still to be asked for never overlap.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.sources.kept_read import KEPT_FOR, SETTLED, CacheKey, KeptRead, Unusable
from tfdrift_gate.sources.owned_folder import UNFINISHED, NotOwned, OwnedFolder
from tfdrift_gate.sources.stretches import cover, missing_of, seconds, window_of

__all__ = ["CacheKey", "EventCache", "Held"]

OVERLAP = timedelta(minutes=20)
"""How much before the moment of a read is asked for again: CloudTrail takes up to 15 minutes to show a call, and this
machine's clock may be 5 minutes ahead of AWS's before AWS refuses its requests.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""
MOST_BYTES = 64 * 1024 * 1024
"""How large the folder may grow; beyond it the oldest reads go."""
PAGE = 50
"""So many held records between two missing windows are worth a request more."""


@dataclass(frozen=True)
class Held:
    """What need not be asked for, and the rest."""

    records: tuple[RawRecord, ...]
    """Newest first, as LookupEvents gives them."""
    missing: tuple[TimeWindow, ...]
    """Oldest first, none of it held; empty where nothing is left to ask for."""


class EventCache:
    """Reads kept in a folder of the user's own. Nothing here raises or waits; threads and processes may share it.

    Whoever uses it shows :attr:`notes` on standard error: each says in one line what was thrown away, or why the
    run goes on without the cache.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = OwnedFolder(folder)
        self._off = False
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, each once."""
        return tuple(self._notes)

    def held(self, key: CacheKey, window: TimeWindow, now: datetime) -> Held:
        """Give what is known of ``window`` and the windows still to be asked for.

        Of two reads of one second the later one counts; one from after ``now`` is not believed. Fewer than
        :data:`PAGE` held records between two missing windows are asked for again, which saves a request.
        """
        first, last = seconds(window)
        if first > last:
            return Held((), (window,))
        moment = now.timestamp()
        reads = [read for name in self._files() if (read := KeptRead.named(name)) and read.digest == key.digest]
        stretches = cover((first, last), [read for read in reads if read.at <= moment <= read.counts_until])
        for read in {stretch.read for stretch in stretches if stretch.read}:
            records = self._records(read)
            for stretch in (stretch for stretch in stretches if stretch.read == read):
                if records is None:
                    stretch.read = None
                else:
                    stretch.records = [raw for second, raw in records if stretch.since <= second <= stretch.until]
        missing = missing_of(stretches, PAGE)
        held = [each for each in stretches if not any(low <= each.since <= high for low, high in missing)]
        return Held(
            tuple(raw for stretch in reversed(held) for raw in stretch.records),
            tuple(window_of(each, window) for each in missing),
        )

    def keep(self, key: CacheKey, window: TimeWindow, records: Sequence[RawRecord], now: datetime) -> None:
        """Keep what one of the missing windows was answered, if it was read whole.

        ``now`` is a moment before the first request for it was sent; the last :data:`OVERLAP` before it is not kept.
        Nothing is where a record doesn't say when it was made.
        """
        at = math.floor(now.timestamp())
        first, last = seconds(window)
        end = at - int(OVERLAP.total_seconds())
        # Runs that follow one another closely ask the last minute again, instead of making a file each.
        if self._off or first > end - 60:
            return
        settled = at - int(SETTLED.total_seconds())
        settled = settled if settled - first > 3600 else first - 1
        for since, until in ((first, min(last, settled)), (max(first, settled + 1), min(last, end))):
            if since > until:
                continue
            read = KeptRead.new(key.digest, since, until, at)
            try:
                data = read.pack(records)
            except Unusable:
                return
            if len(data) <= MOST_BYTES // 2:
                self._write(read.name, data)
                self._prune(read, now)

    def account_of(self, endpoint: str, access_key_id: str) -> str | None:
        """Give the account that an access key is known to belong to, so that STS need not be asked again."""
        name = _account_name(endpoint, access_key_id)
        text = self._read(name)
        if text is None:
            return None
        if re.fullmatch(rb"[0-9]{12}", text):
            return text.decode("ascii")
        self._thrown_away(name, "what was damaged was thrown away")
        return None

    def keep_account(self, endpoint: str, access_key_id: str, account: str) -> None:
        """Keep the account of an access key, which never changes. The key's id itself is not written down."""
        if re.fullmatch(r"[0-9]{12}", account):
            self._write(_account_name(endpoint, access_key_id), account.encode("ascii"))

    def _records(self, read: KeptRead) -> list[tuple[int, RawRecord]] | None:
        """Read a file's records with their seconds; None where it can't be, and is taken away if it is to blame."""
        data = self._read(read.name)
        try:
            return None if data is None else read.unpack(data)
        except Unusable as error:
            self._thrown_away(read.name, str(error))
            return None

    def _files(self) -> dict[str, tuple[int, float]]:
        """Size and time of writing of each file, by name."""
        try:
            found = {} if self._off else self._folder.files()
        except OSError as error:
            self._give_up(error)
            return {}
        return {name: (each.st_size, each.st_mtime) for name, each in found.items()}

    def _read(self, name: str) -> bytes | None:
        if self._off:
            return None
        try:
            self._folder.trust()
        except FileNotFoundError:
            return None
        except OSError as error:
            self._give_up(error)
            return None
        try:
            return self._folder.read(name)
        except FileNotFoundError:
            return None
        except OSError as error:
            why = str(error) if isinstance(error, NotOwned) else error.strerror or str(error)
            self._thrown_away(name, f"a file in it is not used: {why}")
            return None

    def _write(self, name: str, data: bytes) -> None:
        if self._off:
            return
        try:
            self._folder.write(name, data)
        except OSError as error:
            self._give_up(error)

    def _prune(self, read: KeptRead, now: datetime) -> None:
        """Take away what no longer counts, what ``read`` has anew, and the oldest of what is too much."""
        moment = now.timestamp()
        kept: list[tuple[int, str, int]] = []
        for name, (size, written) in self._files().items():
            other = KeptRead.named(name)
            if other is None:
                aged = {UNFINISHED: 3600.0, ".account": KEPT_FOR.total_seconds()}
                if any(name.endswith(kind) and written < moment - age for kind, age in aged.items()):
                    self._folder.remove(name)
            elif moment > other.counts_until or _has_anew(read, other):
                self._folder.remove(name)
            else:
                kept.append((other.at, name, size))
        total = 0
        for _, name, size in sorted(kept, reverse=True):
            total += size
            if total > MOST_BYTES:
                self._folder.remove(name)

    def _thrown_away(self, name: str, why: str) -> None:
        self._folder.remove(name)
        self._notes[f"cache of event history in {self._folder.path}: {why}; it is asked for again"] = None

    def _give_up(self, error: OSError) -> None:
        self._off = True
        why = error.strerror or str(error)
        self._notes[f"cache of event history in {self._folder.path}: {why}; going on without it"] = None


def _has_anew(read: KeptRead, other: KeptRead) -> bool:
    return (
        read.digest == other.digest and read.since <= other.since and other.until <= read.until and other.at < read.at
    )


def _account_name(endpoint: str, access_key_id: str) -> str:
    return hashlib.sha256(f"{endpoint}\0{access_key_id}".encode()).hexdigest() + ".account"
