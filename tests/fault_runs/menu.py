"""What goes wrong in a run, chosen by a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.fault_runs.sources import Source

Fault = Mapping[str, Any]

_ANYWHERE: Mapping[str, Sequence[int]] = {
    "throttle": (1, 2, 3, 0),
    "internal_error": (1, 2, 4, 0),
    "cut": (1, 2, 0),
    "slow": (1, 2),
    "access_denied": (1, 0),
    "expired_credentials": (1, 0),
    "clock_skew": (1, 0),
}
"""How many requests may meet each kind; 0 is for ever."""
_OWN: Mapping[str, Mapping[str, Sequence[int]]] = {
    "cloudtrail": {"expired_token": (1, 2, 0), "repeated_token": (1, 2, 0), "duplicate_page": (1, 3, 0)},
    "s3": {"truncated": (1, 0), "vanished": (1, 0)},
    "athena": {
        "queue_full": (1, 2, 0),
        "query_failed": (1, 0),
        "query_cancelled": (1, 0),
        "repeated_token": (1, 0),
    },
    "sts": {},
    "lake": {},
}
OPERATIONS: Mapping[str, Sequence[str]] = {
    "cloudtrail": ("LookupEvents",),
    "s3": ("GetObject", "ListObjectsV2"),
    "athena": ("GetTableMetadata", "StartQueryExecution", "GetQueryExecution", "GetQueryResults"),
    "lake": ("GetEventDataStore", "StartQuery", "DescribeQuery", "GetQueryResults"),
    "sts": ("GetCallerIdentity", "AssumeRole"),
}
FILES = ("half of it", "a byte of it", "nothing", "no JSON", "somebody else's JSON", "a dead link")
"""What may have become of a file."""
GONE = "gone"
"""The same, where it can be known."""
CACHE = ("half of it", "a byte of it", "nothing", "another's", "a link")
"""What may have become of a file of the cache between two runs."""


@dataclass(frozen=True)
class Schedule:
    """What goes wrong in one run."""

    faults: tuple[Fault, ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    """The key that a file has in a bucket, and what became of it."""


def choose(source: Source, files: Sequence[str], random: Random) -> Schedule:
    """Choose up to three faults of the services that a source asks, or of the files it reads.

    ``files`` are the keys that the trail's files have in a bucket. One run in twelve has no fault at all.
    """
    if random.random() < 1 / 12:
        return Schedule()
    number = random.choice((1, 1, 2, 3))
    if not source.services:
        # That a file is gone can only be known where something proves that there was one.
        what = (*FILES, GONE) if source.proven else FILES
        return Schedule(files=tuple((random.choice(files), random.choice(what)) for _ in range(number)))
    faults: list[Fault] = []
    for _ in range(number):
        service = random.choice(source.services)
        kinds = {**_ANYWHERE, **_OWN[service]}
        kind = random.choice(sorted(kinds))
        # Lake's calls are CloudTrail's.
        asked = "cloudtrail" if service == "lake" else service
        fault: dict[str, Any] = {"kind": kind, "times": random.choice(kinds[kind]), "service": asked}
        if kind in _ANYWHERE:
            fault["operation"] = random.choice(OPERATIONS[service])
        keys = {"s3": files, "sts": source.roles}.get(service)
        if keys and fault.get("operation") in (None, "GetObject", "AssumeRole") and random.random() < 0.5:
            fault["key"] = random.choice(keys)
        if kind == "slow":
            fault["seconds"] = random.choice((1.0, 20.0))
        before = random.choice((0, 0, 0, 1, 2))
        if before and "key" not in fault:
            faults.append({**fault, "kind": "ok", "times": before})
        faults.append(fault)
    return Schedule(faults=tuple(faults))
