"""Event history: what is asked of which source, and what of it nobody read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import Change, Coverage, TimeWindow
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources import AthenaOptions, Progress, Question, Reading, Source, is_in_aws
from tfdrift_gate.terraform.plan import Plan
from tfdrift_gate.terraform.state import Belief

_NO_GATE_NOTE = "no gate ran inside the plan: its configuration does not call the module drift_check"
_WITHHELD_NOTE = "CloudTrail does not show environment variables: a change of them beside other settings stays unseen"


def question(
    settings: Settings, span: TimeWindow, belief: Belief, catalog: Catalog, now: datetime, progress: Progress
) -> Question:
    """Put what is to be asked of every source: the window, and where Terraform manages something."""
    named = belief.regions
    if not named and (here := region_from_environment()):
        named = (here,)
    return Question(
        locator="",
        window=span,
        event_sources=catalog.event_sources,
        regions=settings.region or named,
        accounts=belief.accounts,
        credentials=settings.credentials,
        roles=settings.assume_role,
        athena=AthenaOptions(settings.athena_workgroup, settings.athena_output, settings.max_scan),
        validate_digests=settings.validate_digests,
        deadline=settings.deadline,
        now=now,
        progress=progress,
    )


def ask(read: Source, question: Question, manages: bool, settings: Settings) -> Iterable[Reading]:
    """Ask one source; event history is not asked for where nothing could come of it."""
    if is_in_aws(question.locator) and not manages and settings.unmanaged != "all":
        note = "not asked: the given states manage no Lambda resource"
        yield Reading((), _nothing_read(question, note, complete=True))
    elif question.locator.startswith("cloudtrail:") and not question.regions:
        error = EventSourceError(
            "reading CloudTrail's event history: neither state nor the environment names a region",
            "name one with --region or AWS_REGION",
        )
        yield Reading((), _nothing_read(question, error.message, complete=False), error)
    else:
        yield from read(question)


def unread_accounts(readings: Sequence[Reading], belief: Belief) -> list[EventSourceError]:
    """Name the accounts whose event history nobody read.

    An empty history of another account looks just like a clean one.

    Files tell no account of their own, so they are taken at their word.
    """
    live = [reading for reading in readings if reading.coverage.api_calls]
    if not live or len(live) < len(readings) or all(reading.coverage.account is None for reading in live):
        return []
    read = {reading.coverage.account for reading in live} - {None}
    for reading in live:
        read.update(
            raw.body["recipientAccountId"]
            for raw in reading.records
            if isinstance(raw.body, dict) and isinstance(raw.body.get("recipientAccountId"), str)
        )
    unread = sorted(belief.accounts - read)
    if not unread:
        return []
    return [
        EventSourceError(
            "reading CloudTrail's event history: the credentials belong to account"
            f" {', '.join(sorted(map(str, read)))}, and state also manages resources of {', '.join(unread)}",
            "use credentials of that account: --profile, --assume-role or the AWS_… variables",
        )
    ]


def unread_regions(settings: Settings, belief: Belief) -> list[str]:
    """Name the regions that ``--region`` leaves out although state manages something there."""
    left_out = sorted(set(belief.regions) - set(settings.region)) if settings.region else []
    if not left_out or not any(map(is_in_aws, settings.events)):
        return []
    return [f"state also manages resources in {', '.join(left_out)}, which --region leaves out: not judged there"]


def coverage(readings: Sequence[Reading], changes: Sequence[Change], plan: Plan | None = None) -> tuple[Coverage, ...]:
    """Tell what was read of each source, and once what CloudTrail never shows, and that no gate is in the plan."""
    found = [reading.coverage for reading in readings]
    told = [_WITHHELD_NOTE] if any(change.rewrites for change in changes) else []
    # Said where it disturbs nobody who runs the check after the plan, and wants no gate inside of it.
    told += [_NO_GATE_NOTE] if plan is not None and not plan.gates else []
    if found and told:
        found[0] = replace(found[0], note="; ".join(part for part in (found[0].note, *told) if part))
    return tuple(found)


def _nothing_read(question: Question, note: str, complete: bool) -> Coverage:
    span = question.window
    return Coverage(question.locator, None, None, span.since, span.until, complete, 0, 0, note)
