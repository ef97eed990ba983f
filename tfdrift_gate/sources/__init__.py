"""Sources: where records come from. Each gives records in CloudTrail's own JSON shape and knows no Terraform.

A source is a function from a :class:`Question` to readings; which one answers a locator stands in
:data:`SOURCES`. Adding one is a file here and a row there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path

from tfdrift_gate.aws import Credentials
from tfdrift_gate.errors import EventSourceError, UsageError
from tfdrift_gate.model import Coverage, RawRecord, Skipped, TimeWindow

Place = tuple[str, str]
"""An account and a region."""
Progress = Callable[[str], None]
"""Told, in a few words, how far a long read is."""


@dataclass(frozen=True)
class AthenaOptions:
    """Where and at what cost a query may run."""

    workgroup: str | None = None
    output_location: str | None = None
    """``s3://bucket/prefix`` for results, where the workgroup names none."""
    max_scan: int | None = None
    """Bytes that one query may scan."""


@dataclass(frozen=True)
class Question:
    """What is asked of a source."""

    locator: str
    window: TimeWindow
    event_sources: frozenset[str]
    """The services asked for, e.g. ``lambda.amazonaws.com``; a source may give more."""
    regions: tuple[str, ...]
    accounts: frozenset[str]
    """The accounts whose resources are judged; empty where state tells none."""
    event_names: frozenset[str] = frozenset()
    """The recorded names (suffix included) under which event history may hold the calls that are understood."""
    found_by_resource: frozenset[str] = frozenset()
    """Those of them that LookupEvents also finds by one of ``resources``."""
    resources: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """By account and region, the names under which LookupEvents finds what is managed there.

    Empty where more than that matters."""
    credentials: Credentials = field(default_factory=Credentials)
    roles: tuple[str, ...] = ()
    """Roles to assume, one for each account to read; ``{account}`` in one stands for each of ``accounts``."""
    deadline: float = 60.0
    """Seconds that the read may take."""
    cache: Path | None = None
    """The folder in which what was read is kept for the next run; None where nothing is."""
    athena: AthenaOptions = field(default_factory=lambda: AthenaOptions())
    validate_digests: bool = False
    """Whether a trail's digest files are to prove its log files whole."""
    progress: Progress = lambda _: None
    notice: Progress = lambda _: None
    """Told in a line what the user should know of the run itself, and no report tells."""
    now: datetime | None = None
    """When it is asked; the end of the window where left out."""


@dataclass(frozen=True)
class Reading:
    """What one read of one source, account and region gave.

    ``error`` is set where it could not be read whole; ``records`` then holds what came until then.
    """

    records: Sequence[RawRecord]
    coverage: Coverage
    error: EventSourceError | None = None
    skipped: tuple[Skipped, ...] = ()
    """What the source knows it could not look for."""
    accounts: frozenset[str] | None = None
    """The only accounts whose records lie there; None where any account's may."""
    regions: frozenset[str] | None = None
    """Likewise the regions."""
    absent: frozenset[Place] = frozenset()
    """Places asked for of which there are no records at all."""


Source = Callable[[Question], Iterator[Reading]]

SOURCES: dict[str, str] = {
    "cloudtrail": "tfdrift_gate.sources.lookup",
    "s3": "tfdrift_gate.sources.bucket",
    "athena": "tfdrift_gate.sources.athena.read",
    "lake": "tfdrift_gate.sources.lake",
    "": "tfdrift_gate.sources.files",
}
"""The module with a ``read`` function by the locator's scheme; the empty scheme is a file, folder, glob or ``-``."""


PROVABLE = frozenset({"s3", ""})
"""The sources that a trail's digest files can prove whole."""


def can_be_proven(locator: str) -> bool:
    """Tell whether digest files lie beside what a locator names."""
    return _scheme(locator) in PROVABLE


def is_in_aws(locator: str) -> bool:
    """Tell whether a source is asked over the network: what it is asked for costs requests, and time."""
    return bool(_scheme(locator))


def source_for(locator: str) -> Source:
    """Find the source that answers a locator; raises :class:`UsageError` for an unknown scheme.

    Sources are imported when asked for: a run over files never loads boto3.
    """
    scheme = _scheme(locator)
    if scheme not in SOURCES:
        known = ", ".join([*(f"{name}:" for name in SOURCES if name), "a file", "a folder", "a glob", "-"])
        raise UsageError(f"reading --events {locator}: no such source", f"this version reads {known}")
    if scheme == "cloudtrail" and locator != "cloudtrail:":
        raise UsageError(
            f"reading --events {locator}: cloudtrail: takes nothing after it", "name regions with --region"
        )
    source: Source = import_module(SOURCES[scheme]).read
    return source


def _scheme(locator: str) -> str:
    scheme, colon, _ = locator.partition(":")
    # One letter is a drive.
    return scheme if colon and len(scheme) > 1 and "/" not in scheme and "\\" not in scheme else ""
