"""The least calls that still make the two disagree, found with few refreshes: each judges many candidates at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from tests.oracle.call import Call

Calls = tuple[Call, ...]
Judge = Callable[[Sequence[Calls]], Sequence[bool]]
"""Tells of each sequence whether the two still disagree about it."""


def shrunk(calls: Calls, disagree: Judge, at_once: int) -> Calls:
    """Drop calls, and settings within calls, while the two still disagree.

    ``at_once`` is how many candidates one question may hold. Ends where no single step keeps the disagreement.
    """
    while True:
        for candidates in _batches(_smaller(calls), at_once):
            verdicts = disagree(candidates)
            left = [candidate for candidate, keeps in zip(candidates, verdicts, strict=True) if keeps]
            if left:
                calls = min(left, key=_size)
                break
        else:
            return calls


def _smaller(calls: Calls) -> Iterator[Calls]:
    """Halves first, then all but one call, then all but one setting of a call, then calls without hurry."""
    length = len(calls)
    if length > 2:
        yield calls[: length // 2]
        yield calls[length // 2 :]
    for number in range(length):
        yield calls[:number] + calls[number + 1 :]
    for number, call in enumerate(calls):
        for name in call.arguments:
            fewer = {key: value for key, value in call.arguments.items() if key != name}
            yield (*calls[:number], replace(call, arguments=fewer), *calls[number + 1 :])
        if call.hurried:
            yield (*calls[:number], replace(call, hurried=False), *calls[number + 1 :])


def _batches(candidates: Iterator[Calls], at_once: int) -> Iterator[list[Calls]]:
    batch: list[Calls] = []
    for candidate in candidates:
        batch.append(candidate)
        if len(batch) == at_once:
            yield batch
            batch = []
    if batch:
        yield batch


def _size(calls: Calls) -> tuple[int, int, int]:
    return len(calls), sum(len(call.arguments) for call in calls), sum(call.hurried for call in calls)
