"""``s3://bucket/prefix``: a trail's log files where CloudTrail delivers them, of one account or a whole organization.

Only the folders of the days that can hold the window are listed, and only the files that can are fetched. Whatever
cannot be read is named in the coverage of its account and region, and the rest is read all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from tfdrift_gate.errors import EventSourceError, UsageError
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.bucket.objects import SIDE_BY_SIDE, Bucket
from tfdrift_gate.sources.bucket.proof import proof_of
from tfdrift_gate.sources.digests import Proof
from tfdrift_gate.sources.log_files import RECORD_FILES, Gathered, gather, reading_of
from tfdrift_gate.sources.trail_layout import (
    TrailFolder,
    can_hold,
    days,
    is_account,
    is_organization,
    parse_prefix,
    window_days,
)

_NOT_A_TRAIL = "CloudTrail-Digest", "CloudTrail-Insight", "CloudTrail-Aggregated", "CloudTrail-NetworkActivity"


def read(question: Question) -> Iterator[Reading]:
    """Read a bucket: a reading for each account and region, with an error where it could not be read whole."""
    name, _, prefix = question.locator.removeprefix("s3://").partition("/")
    if not name:
        raise UsageError(f"reading --events {question.locator}: it names no bucket", "write s3://bucket/prefix")
    prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    try:
        bucket = Bucket(name, question.credentials, None, question.deadline)
        places = _places(bucket, prefix, question)
    except EventSourceError as error:
        yield reading_of(Gathered(errors=[error]), (), question)
        return
    if places is None:
        yield _read_folder(bucket, prefix, question)
        return
    for place in places:
        yield _read_place(bucket, place, question)


def _places(bucket: Bucket, prefix: str, question: Question) -> list[TrailFolder] | None:
    """Find where the log files of each account and region lie; None where the folder is not laid out as a trail's is.

    Accounts and regions are those of the question, so that a missing one is seen to be missing.
    """
    place = parse_prefix(prefix)
    if place is None and "AWSLogs" in bucket.folders(prefix):
        place = parse_prefix(f"{prefix}AWSLogs/")
    if place is None:
        return None
    found: list[TrailFolder] = []
    for organization, account in _accounts(bucket, place, question):
        regions: Sequence[str] = [place.region] if place.region else question.regions
        if not regions:
            regions = bucket.folders(TrailFolder(place.above, organization, account, "").folder().rstrip("/") + "/")
        found.extend(TrailFolder(place.above, organization, account, region, place.rest) for region in regions)
    return found


def _accounts(bucket: Bucket, place: TrailFolder, question: Question) -> list[tuple[str | None, str]]:
    if place.account:
        return [(place.organization, place.account)]
    root = f"{place.above}AWSLogs/"
    organizations = [place.organization] if place.organization else []
    names = [] if place.organization else bucket.folders(root)
    organizations += [name for name in names if is_organization(name)]
    held: list[tuple[str | None, str]] = [(None, name) for name in names if is_account(name)]
    for organization in organizations:
        held += [(organization, name) for name in bucket.folders(f"{root}{organization}/") if is_account(name)]
    if not question.accounts:
        return sorted(held, key=lambda entry: (entry[1], entry[0] or ""))
    wanted: list[tuple[str | None, str]] = []
    for account in sorted(question.accounts):
        at = [entry for entry in held if entry[1] == account]
        # What is not there is looked for all the same, and then said to be missing.
        wanted += at or [(organizations[0] if organizations else None, account)]
    return wanted


def _read_place(bucket: Bucket, place: TrailFolder, question: Question) -> Reading:
    asked = bucket.api_calls
    gathered, notes = Gathered(), list[str]()
    try:
        keys, empty = _keys(bucket, place, question)
        if not keys and (place.rest or not bucket.keys_exist(place.folder())):
            raise EventSourceError(
                f"reading s3://{bucket.name}/{place.folder()}{place.rest}: there are no log files at all",
                "check the prefix, and that the trail logs this account and region",
            )
        if place.rest:
            notes.append(f"what was delivered outside of {place.rest} was not looked for")
            gathered.errors += _other_days(bucket, place, question)
        if empty:
            notes.append(f"no log files were delivered on {', '.join(_spans(empty))}")
        if empty and not keys and not _is_digested(bucket, place, empty):
            raise EventSourceError(
                f"reading s3://{bucket.name}/{place.folder()}: no log file of the window was delivered, and no digest"
                " says that none had to be",
                "is the trail still logging? With log file validation on, digests tell a quiet day from a dead trail",
            )
        proof = proof_of(bucket, place, keys, question) if question.validate_digests else None
        known, gathered = gathered.errors, _gathered(bucket, keys, question, notes, proof)
        gathered.errors[:0] = known
        if proof:
            notes.append(proof.note)
    except EventSourceError as met:
        gathered.errors.append(met)
    reading = reading_of(gathered, notes, question, place.account, place.region, bucket.api_calls - asked)
    # A prefix may name one account or region of several: what state manages elsewhere is not there.
    return replace(reading, accounts=frozenset([str(place.account)]), regions=frozenset([str(place.region)]))


def _other_days(bucket: Bucket, place: TrailFolder, question: Question) -> list[EventSourceError]:
    """Say that a prefix names a year, month or day, and the window has days outside of it."""
    outside = [day for day in window_days(question.window) if not f"{day}/".startswith(place.rest)]
    if not outside:
        return []
    days_ = f"{_iso(outside[0])}{f' to {_iso(outside[-1])}' if len(outside) > 1 else ''}"
    return [
        EventSourceError(
            f"reading s3://{bucket.name}/{place.folder()}{place.rest}: the window also has other days ({days_})",
            "leave the days out of the prefix: only those that can hold the window are listed",
        )
    ]


def _is_digested(bucket: Bucket, place: TrailFolder, days_: Sequence[str]) -> bool:
    """Tell whether digests, which are written hourly whatever happens, were delivered on any of some days."""
    folder = place.folder("CloudTrail-Digest")
    return any(bucket.keys_exist(f"{folder}{day}/") for day in days_)


def _spans(days_: Sequence[str]) -> list[str]:
    """Put days that follow one another together, since a month without files is one thing to say."""
    spans: list[list[date]] = []
    for day in map(date.fromisoformat, map(_iso, days_)):
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return [f"{span[0]} to {span[-1]}" if len(span) > 1 else f"{span[0]}" for span in spans]


def _iso(day: str) -> str:
    return day.replace("/", "-")


def _keys(bucket: Bucket, place: TrailFolder, question: Question) -> tuple[list[str], list[str]]:
    """List the files that can hold the window, and the days without any."""
    if place.rest:
        return bucket.keys(place.folder() + place.rest), []
    keys: list[str] = []
    empty: list[str] = []
    now = question.now or question.window.until
    # Of the days around the window nothing is expected.
    expected = window_days(question.window)
    for day in days(question.window, now):
        question.progress(f"listing s3://{bucket.name}/{place.folder()}{day}/")
        delivered = bucket.keys(f"{place.folder()}{day}/")
        keys += delivered
        if not delivered and day in expected:
            empty.append(day)
    return keys, empty


def _gathered(
    bucket: Bucket,
    keys: Sequence[str],
    question: Question,
    notes: list[str],
    proof: Proof | None = None,
) -> Gathered:
    files = [key for key in keys if key.lower().endswith(RECORD_FILES)]
    if other := len(keys) - len(files):
        notes.append(f"{other} other {'object is no record file' if other == 1 else 'objects are no record files'}")
    wanted = [f"s3://{bucket.name}/{key}" for key in files if can_hold(key, question.window)]
    start = len(f"s3://{bucket.name}/")
    return gather(wanted, lambda name: bucket.fetch(name[start:]), question, SIDE_BY_SIDE, proof)


def _read_folder(bucket: Bucket, prefix: str, question: Question) -> Reading:
    """Read a folder of another layout, with everything below it."""
    gathered, notes = Gathered(), list[str]()
    try:
        keys = [key for key in bucket.keys(prefix) if not any(f"/{kind}/" in f"/{key}" for kind in _NOT_A_TRAIL)]
        if not any(key.lower().endswith(RECORD_FILES) for key in keys):
            raise EventSourceError(
                f"reading {question.locator}: no record files below it",
                f"record files end in {', '.join(RECORD_FILES)}",
            )
        gathered = _gathered(bucket, keys, question, notes)
    except EventSourceError as met:
        gathered.errors.append(met)
    return reading_of(gathered, notes, question, api_calls=bucket.api_calls)
