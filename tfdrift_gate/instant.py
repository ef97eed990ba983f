"""Moments and windows as people and AWS write them, read into UTC datetimes."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from tfdrift_gate.errors import UsageError
from tfdrift_gate.model import TimeWindow

RETENTION = timedelta(days=90)
"""How far back CloudTrail's event history goes.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html
"""

_AGO = re.compile(r"(\d{1,6})\s*([smhdw])", re.IGNORECASE)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_RECORDED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?(Z|\+0000)", re.ASCII)
"""As CloudTrail (``…Z``) and Lambda (``….000+0000``) write them: nearly all that are read."""


def parse_instant(text: str) -> datetime:
    """Read an ISO 8601 instant; UTC where it names no zone.

    Takes what CloudTrail, Lambda (``…+0000``), Lake (a blank for the ``T``) and people write. Raises
    ValueError for anything else.
    """
    if known := _RECORDED.fullmatch(text):
        return datetime.fromisoformat(f"{text[: known.start(2)]}+00:00")
    cleaned = text.strip().replace("Z", "+00:00").replace("z", "+00:00")
    if cleaned[-5:-4] in ("+", "-") and cleaned[-4:].isdecimal():
        cleaned = f"{cleaned[:-2]}:{cleaned[-2:]}"
    moment = datetime.fromisoformat(cleaned)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=timezone.utc)
    try:
        return moment if moment.tzinfo is timezone.utc else moment.astimezone(timezone.utc)
    except OverflowError:
        raise ValueError(f"{text} lies outside of what a calendar holds") from None


def iso(moment: datetime) -> str:
    """Write a moment as CloudTrail does: UTC, ``Z``, whole seconds unless it has a fraction."""
    return moment.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def parse_bound(text: str, option: str, now: datetime) -> datetime:
    """Read one end of the window: ``90m``, ``24h``, ``7d`` before ``now``, or an instant.

    Raises :class:`UsageError` naming ``option``.
    """
    try:
        if ago := _AGO.fullmatch(text.strip()):
            return now - timedelta(**{_UNITS[ago[2].lower()]: int(ago[1])})
        return parse_instant(text)
    except (ValueError, OverflowError):
        raise UsageError(
            f"reading {option}: {text!r} is neither a span (90m, 24h, 7d) nor an ISO 8601 instant",
            "write for example 24h, 7d or 2026-01-31T08:00:00Z",
        ) from None


def window(since: datetime, until: datetime) -> TimeWindow:
    """Make a window of two moments; :class:`UsageError` where it would be empty."""
    if since >= until:
        raise UsageError(
            # Without the moments: one of them may be now, and the message in a plan says the same in every run.
            "reading since and until: the window is empty, since is not before until",
            "give a since that lies before until",
        )
    return TimeWindow(since, until)
