"""Reads accounts and regions side by side; one that fails does not take the others along."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tfdrift_gate.arn import roles_of
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import Coverage
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.lookup.caller import Caller
from tfdrift_gate.sources.lookup.region import RegionRead

if TYPE_CHECKING:
    from tfdrift_gate.sources.event_cache import EventCache

SIDE_BY_SIDE = 16
"""Reads at one time; each has a rate of its own, so more of them only wait for each other's answers."""
_GRACE = 2.0
"""Seconds after the deadline in which an answer that is on its way may still come."""

_Update = tuple[RegionRead, str | BaseException | None]


def read(question: Question, clock: Callable[[], float] = time.monotonic) -> Iterator[Reading]:
    """Read every region of every account; one reading each, by role and region in the order they were asked for."""
    roles = roles_of(question.roles, question.accounts)
    if question.roles and not roles:
        yield _no_account(question)
        return
    end = clock() + question.deadline
    credentials = [replace(question.credentials, assume_role=role) for role in roles]
    callers = [Caller(each) for each in credentials or [question.credentials]]
    cache = _cache(question)
    endpoint = _endpoint(question.credentials.profile, os.environ)
    reads = [
        RegionRead(question, caller, region, end, cache, endpoint) for caller in callers for region in question.regions
    ]
    _run(reads, question, end + _GRACE, clock)
    for note in cache.notes if cache else ():
        question.notice(note)
    yield from (each.reading() for each in reads)


def _endpoint(profile: str | None, environment: Mapping[str, str]) -> str:
    """Name all that decides which AWS is asked, for the cache to tell one from another: endpoints and the profile.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    variables = ("AWS_ENDPOINT_URL_CLOUDTRAIL", "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    profile = profile or environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE")
    return "\n".join([*(environment.get(name, "") for name in variables), profile or ""])


def _cache(question: Question) -> EventCache | None:
    if question.cache is None:
        return None
    from tfdrift_gate.sources.event_cache import EventCache

    return EventCache(question.cache)


def _run(reads: Sequence[RegionRead], question: Question, end: float, clock: Callable[[], float]) -> None:
    """Let threads read until all is read or ``end`` has come; one that hangs is left behind."""
    waiting: queue.SimpleQueue[RegionRead] = queue.SimpleQueue()
    updates: queue.SimpleQueue[_Update] = queue.SimpleQueue()
    for each in reads:
        waiting.put(each)
    for _ in range(min(SIDE_BY_SIDE, len(reads))):
        # Not an executor's: those are waited for at the program's end, for as long as an answer does not come.
        threading.Thread(target=_work, args=(waiting, updates), daemon=True).start()
    left = {id(each): each for each in reads}
    while left:
        try:
            one, said = updates.get(timeout=max(0.0, end - clock()))
        except queue.Empty:
            break
        if isinstance(said, str):
            question.progress(said)
            continue
        if said is not None:
            raise said
        left.pop(id(one))
    for each in left.values():
        each.give_up()


def _work(waiting: queue.SimpleQueue[RegionRead], updates: queue.SimpleQueue[_Update]) -> None:
    while True:
        try:
            one = waiting.get_nowait()
        except queue.Empty:
            return
        try:
            one.run(lambda said, one=one: updates.put((one, said)))  # type: ignore[misc]
            updates.put((one, None))
        except BaseException as error:
            updates.put((one, error))


def _no_account(question: Question) -> Reading:
    error = EventSourceError(
        "reading CloudTrail's event history: state names no account that {account} in --assume-role could stand for",
        "name the role with its account",
    )
    span = question.window
    coverage = Coverage(question.locator, None, None, span.since, span.until, False, 0, 0, error.message)
    return Reading((), coverage, error)
