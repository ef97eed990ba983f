"""Reads event history of one account in one region, and says how far that went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tfdrift_gate.errors import EventSourceError, GateError
from tfdrift_gate.instant import RETENTION
from tfdrift_gate.model import Coverage, TimeWindow
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.lookup.caller import Caller
from tfdrift_gate.sources.lookup.found import Found
from tfdrift_gate.sources.lookup.kept import Kept
from tfdrift_gate.sources.lookup.note import note_of, skipped_of
from tfdrift_gate.sources.lookup.pace import Pace, pace_of
from tfdrift_gate.sources.lookup.page import History
from tfdrift_gate.sources.lookup.plan import Told, Wanted, read_back
from tfdrift_gate.sources.lookup.ways import EVERY

if TYPE_CHECKING:
    from tfdrift_gate.sources.event_cache import EventCache, Held


@dataclass
class RegionRead:
    """One read, begun by a thread of its own; what it has found so far can be told at any time."""

    question: Question
    caller: Caller
    region: str
    end: float
    """When it must be over, on the pace's clock."""
    cache: EventCache | None = None
    endpoint: str = ""
    """Where AWS is, for the cache to tell by."""
    ways: tuple[str, ...] = EVERY
    """The ways that may be taken."""
    pace: Pace | None = None
    """The one of account and region where left out."""
    told: list[Told] = field(default_factory=list)
    """How each window was read, newest first."""
    error: EventSourceError | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        """Have something to tell from the start."""
        self.found = Found(self.region, self.question.event_sources)
        self._held: Held | None = None
        self.account = self.caller.role_account
        whose = f" of account {self.account}" if self.account else ""
        self.what = f"CloudTrail's event history{whose} in {self.region}"
        pace = self.pace or pace_of(self.account or self.caller.credentials, self.region)
        self.history = History(self.caller, self.region, self.what, pace, self.question.deadline, self.end)

    def run(self, progress: Callable[[str], None]) -> None:
        """Read what there is; raises nothing that concerns reading, :attr:`error` tells it."""
        try:
            kept = self._kept()
            for window, known in self._windows(kept):
                if known is None:
                    self._read(window, kept, progress)
                else:
                    self._take(window, known)
            if self._held is not None:
                self.found.hold(self._held.records)
            self.account = self.account or self.found.account or self.caller.account(self.region)
            if self.question.window.since < self._oldest():
                raise EventSourceError(
                    f"reading {self.what}: it goes back 90 days and no further, and the window begins earlier",
                    "shorten --since, or read the trail's files instead (--events)",
                )
        except GateError as met:
            self.account = self.account or self.found.account
            self.error = self.error or (
                met if isinstance(met, EventSourceError) else EventSourceError(met.message, met.hint)
            )

    def give_up(self) -> None:
        """Say that no answer came in time; the thread is left to itself."""
        self.error = EventSourceError(
            f"reading {self.what}: not read whole within {self.question.deadline:g} s: no answer came",
            "check the network, or raise --deadline",
        )

    def reading(self) -> Reading:
        """Tell what was found."""
        window = self.question.window
        held = None if self._held is None else len(self._held.records)
        coverage = Coverage(
            source="cloudtrail:",
            account=self.account,
            region=self.region,
            since=min(max(window.since, self._oldest()), window.until),
            until=window.until,
            complete=self.error is None,
            records_read=self.found.count,
            api_calls=self.history.requests,
            note=note_of(tuple(self.told), self.question.event_sources, self.account, held, self.error),
        )
        skipped = skipped_of(tuple(self.told), self.question.event_sources, self.region)
        return Reading(tuple(self.found.records), coverage, self.error, skipped)

    def _oldest(self) -> datetime:
        return (self.question.now or self.question.window.until) - RETENTION

    def _kept(self) -> Kept | None:
        if self.cache is None:
            return None
        self.account = self.caller.account(self.region, self.cache, self.endpoint)
        if self.account is None:
            return None
        now = self.question.now or self.question.window.until
        return Kept(self.cache, self.endpoint, self.account, self.region, self._wanted(), now)

    def _windows(self, kept: Kept | None) -> list[tuple[TimeWindow, Held | None]]:
        """Give what is to be asked for, newest first, and among it what an earlier run asked for by name."""
        window = self.question.window
        # Where all of it lies further back, one request is made all the same: it tells what else is wrong.
        whole = TimeWindow(max(window.since, self._oldest()), window.until)
        whole = whole if whole.since <= whole.until else window
        if kept is None:
            return [(whole, None)]
        held = kept.held(whole)
        if held.missing != (whole,):
            self._held = held
        return [part for missing in reversed(held.missing) for part in kept.parts(missing)]

    def _read(self, window: TimeWindow, kept: Kept | None, progress: Callable[[str], None]) -> None:
        told = self._tell(window)
        before = len(self.found.records)
        try:
            read_back(
                self.history, self.found, self._wanted(), told, lambda words: progress(f"reading {self.what}: {words}")
            )
        finally:
            if kept:
                kept.keep(told, self.found.records[before:])

    def _take(self, window: TimeWindow, known: Held) -> None:
        told = self._tell(window)
        told.by_name, told.known, told.whole = self._wanted().by_name, True, True
        self.found.hold(known.records)

    def _tell(self, window: TimeWindow) -> Told:
        told = Told(window.since.timestamp(), window.until.timestamp(), window.until.timestamp())
        self.told.append(told)
        return told

    def _wanted(self) -> Wanted:
        asked = self.question
        return Wanted(asked.event_sources, asked.event_names, asked.found_by_resource, self._resources(), self.ways)

    def _resources(self) -> frozenset[str]:
        """The names of what is managed here; where the account is not known yet, that of the only one there is."""
        here = [account for account, region in self.question.resources if region == self.region]
        account = self.account or (here[0] if len(here) == 1 else "")
        return self.question.resources.get((account, self.region), frozenset())
