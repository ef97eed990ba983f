"""How a trail lays out its log files: by organization, account, region and the day of their delivery.

``[prefix/]AWSLogs/[o-…/]ACCOUNT/CloudTrail/REGION/YYYY/MM/DD/ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_….json.gz``,
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html. Digest and Insights
files lie beside ``CloudTrail``, in folders of their own. The time in a name is that of the delivery: a file holds
records of any time before it, https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from tfdrift_gate.model import TimeWindow

DELIVERED_LATE = timedelta(days=1, hours=1)
"""How long after its time a record may still be looked for; AWS speaks of minutes, and promises nothing."""
CLOCKS_DIFFER = timedelta(hours=1)

_ORGANIZATION = re.compile(r"o-[a-z0-9]{10,32}")
_ACCOUNT = re.compile(r"\d{12}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
_STAMP = re.compile(r"_CloudTrail_[a-z0-9-]+_(\d{8}T\d{4}Z)_[^/]*\.json\.gz$")
_LOGS = "AWSLogs"


@dataclass(frozen=True)
class TrailFolder:
    """As much of the folder of a trail's log files as a prefix tells; every level below is still to be looked up."""

    above: str
    """What stands before ``AWSLogs/``, with its ``/``."""
    organization: str | None = None
    account: str | None = None
    region: str | None = None
    rest: str = ""
    """Below the region, where a prefix goes on to a year, month or day."""

    def folder(self, kind: str = "CloudTrail") -> str:
        """Give the folder of one region's log files, or of their digests (``CloudTrail-Digest``)."""
        middle = f"{self.organization}/" if self.organization else ""
        return f"{self.above}{_LOGS}/{middle}{self.account}/{kind}/{self.region}/"


def parse_prefix(prefix: str) -> TrailFolder | None:
    """Read what a prefix tells of the layout; None where it does not reach ``AWSLogs`` or is not laid out so."""
    parts = [part for part in prefix.split("/") if part]
    if _LOGS not in parts:
        return None
    at = parts.index(_LOGS)
    above = "".join(f"{part}/" for part in parts[:at])
    below = parts[at + 1 :]
    organization = below.pop(0) if below and _ORGANIZATION.fullmatch(below[0]) else None
    account = below.pop(0) if below and _ACCOUNT.fullmatch(below[0]) else None
    if account and below:
        if below.pop(0) != "CloudTrail":
            return None
        region = below.pop(0) if below and _REGION.fullmatch(below[0]) else None
        if region or not below:
            return TrailFolder(above, organization, account, region, "".join(f"{part}/" for part in below))
    return TrailFolder(above, organization, account) if not below else None


def is_organization(name: str) -> bool:
    """Tell whether a folder's name is an organization's id."""
    return bool(_ORGANIZATION.fullmatch(name))


def is_account(name: str) -> bool:
    """Tell whether a folder's name is an account's id."""
    return bool(_ACCOUNT.fullmatch(name))


def days(window: TimeWindow, now: datetime) -> list[str]:
    """Give the days (``2026/01/31``) whose folders can hold records of a window."""
    first = (window.since - CLOCKS_DIFFER).astimezone(timezone.utc).date()
    last = min(window.until + DELIVERED_LATE, max(now, window.since) + CLOCKS_DIFFER).astimezone(timezone.utc).date()
    return _written(first, last)


def window_days(window: TimeWindow) -> list[str]:
    """Give the days (``2026/01/31``) that a window has; the one that begins as it ends is none of them."""
    first = window.since.astimezone(timezone.utc).date()
    last = max(window.since, window.until - timedelta(microseconds=1)).astimezone(timezone.utc).date()
    return _written(first, last)


def _written(first: date, last: date) -> list[str]:
    return [(first + timedelta(days=number)).strftime("%Y/%m/%d") for number in range((last - first).days + 1)]


def delivered_at(name: str) -> datetime | None:
    """Tell when a log file was delivered, to the minute, by its name; None for one that is named otherwise."""
    found = _STAMP.search(name)
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%MZ").replace(tzinfo=timezone.utc) if found else None
    except ValueError:
        return None


def can_hold(name: str, window: TimeWindow) -> bool:
    """Tell whether a file of this name can hold records of a window; one not named like a log file can."""
    at = delivered_at(name)
    # NOTE: the name says the minute alone, so a file of that minute may hold a record of its last second.
    return at is None or window.since - CLOCKS_DIFFER - timedelta(minutes=1) <= at <= window.until + DELIVERED_LATE
