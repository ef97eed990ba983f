"""Event history: what is asked of which source, and what of it nobody read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tfdrift_gate.arn import partition_of
from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.model import Coverage, TimeWindow
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, Settings
from tfdrift_gate.sources import AthenaOptions, Progress, Question, Reading, Source, is_in_aws
from tfdrift_gate.terraform.state import Belief

if TYPE_CHECKING:
    from tfdrift_gate.terraform.plan import Plan

_NO_GATE_NOTE = "no gate ran inside the plan: its configuration does not call the module drift_check"
_WITHHELD_NOTE = "CloudTrail does not show environment variables: a change of them beside other settings stays unseen"


def question(
    settings: Settings,
    span: TimeWindow,
    belief: Belief,
    catalog: Catalog,
    now: datetime,
    progress: Progress,
    cache: Path | None = None,
    notice: Progress = lambda _: None,
) -> Question:
    """Put what is to be asked of every source: the window, and where Terraform manages something."""
    named = belief.regions
    if not named and (here := region_from_environment()):
        named = (here,)
    return Question(
        locator="",
        window=span,
        event_sources=catalog.event_sources,
        event_names=catalog.names_in_history,
        found_by_resource=catalog.names_found_by_resource,
        regions=settings.region or named,
        accounts=belief.accounts,
        # What nobody manages has no name to look for, and neither has what state does not place.
        resources={} if settings.unmanaged == "all" or belief.skipped else _names(belief, catalog),
        credentials=settings.credentials,
        roles=settings.assume_role,
        athena=AthenaOptions(settings.athena_workgroup, settings.athena_output, settings.max_scan),
        validate_digests=settings.validate_digests,
        deadline=settings.deadline,
        cache=cache,
        notice=notice,
        now=now,
        progress=progress,
    )


def cache_folder(settings: Settings, environment: Mapping[str, str]) -> Path | None:
    """Tell where what was read of event history is kept; None where nothing is, or no event history is asked for."""
    if settings.no_cache or not any(locator.startswith("cloudtrail:") for locator in settings.events):
        return None
    if named := environment.get(f"{ENVIRONMENT_PREFIX}CACHE_DIR"):
        return Path(named)
    import platformdirs

    return Path(platformdirs.user_cache_dir("tfdrift-gate"))


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
    live = [
        reading
        for reading in readings
        if reading.coverage.source.startswith("cloudtrail:") and (reading.coverage.api_calls or reading.coverage.region)
    ]
    if not live or len(live) < len(readings) or all(reading.coverage.account is None for reading in live):
        return []
    read = {reading.coverage.account for reading in live} - {None}
    for reading in live if belief.accounts - read else ():
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
            "use credentials of that account (--profile or the AWS_… variables); for several accounts name"
            " --assume-role once for each, or once with {account} in it",
        )
    ]


def unread_places(readings: Sequence[Reading], belief: Belief, regions: Sequence[str]) -> list[EventSourceError]:
    """Name where state manages something and none of the sources holds records, where every one tells what it holds."""
    places = {(instance.key.account, instance.key.region) for instance in belief.instances}
    unread = [
        f"{account} {region}"
        for account, region in sorted(places)
        if (not regions or region in regions)
        and not any(
            (account, region) not in reading.absent
            and (reading.accounts is None or account in reading.accounts)
            and (reading.regions is None or region in reading.regions)
            for reading in readings
        )
    ]
    if not unread or not readings:
        return []
    return [
        EventSourceError(
            f"reading {', '.join(reading.coverage.source for reading in readings)}: no records of"
            f" {', '.join(unread)} are there, where state manages resources too",
            "name a source of it too (--events), or a table over the whole trail (tfdrift-gate athena ddl)",
        )
    ]


def unread_regions(settings: Settings, belief: Belief) -> list[str]:
    """Name the regions that ``--region`` leaves out although state manages something there."""
    left_out = sorted(set(belief.regions) - set(settings.region)) if settings.region else []
    if not left_out or not any(map(is_in_aws, settings.events)):
        return []
    return [f"state also manages resources in {', '.join(left_out)}, which --region leaves out: not judged there"]


def coverage(readings: Sequence[Reading], is_withheld: bool, plan: Plan | None = None) -> tuple[Coverage, ...]:
    """Tell what was read of each source, and once what CloudTrail never shows, and that no gate is in the plan."""
    found = [reading.coverage for reading in readings]
    told = [_WITHHELD_NOTE] if is_withheld else []
    # Said where it disturbs nobody who runs the check after the plan, and wants no gate inside of it.
    told += [_NO_GATE_NOTE] if plan is not None and not plan.gates else []
    if found and told:
        found[0] = replace(found[0], note="; ".join(part for part in (found[0].note, *told) if part))
    return tuple(found)


def _names(belief: Belief, catalog: Catalog) -> dict[tuple[str, str], frozenset[str]]:
    """The names under which LookupEvents finds what is managed, by account and region."""
    names: dict[tuple[str, str], set[str]] = {}
    for instance in belief.instances:
        resource = catalog.resources[instance.resource_type]
        by = catalog.found_by(instance.resource_type)
        function = instance.key if instance.resource_type == "aws_lambda_function" else instance.parent
        if "function" in by and function is not None:
            names.setdefault((function.account, function.region), set()).add(function.parts[0])
        if "arn" in by:
            key = instance.key
            arn = f"arn:{partition_of(key.region)}:lambda:{key.region}:{key.account}:{resource.arn_kind}:{key.parts[0]}"
            names.setdefault((key.account, key.region), set()).add(arn)
    return {place: frozenset(found) for place, found in names.items()}


def _nothing_read(question: Question, note: str, complete: bool) -> Coverage:
    span = question.window
    return Coverage(question.locator, None, None, span.since, span.until, complete, 0, 0, note)
