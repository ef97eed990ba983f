"""The report of one root module: what was read, what is believed, and what was judged where there was something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tfdrift_gate.catalog import Catalog
from tfdrift_gate.checkout import find_checkout
from tfdrift_gate.gate.history import unread_accounts, unread_places, unread_regions
from tfdrift_gate.gate.learn import Learned
from tfdrift_gate.gate.root import Root
from tfdrift_gate.model import (
    Coverage,
    Finding,
    Problem,
    Report,
    ResourceInstance,
    ResourceKey,
    Skipped,
    Unexplained,
)
from tfdrift_gate.sources import Progress, Reading


@dataclass(frozen=True)
class Beside:
    """What a root module is judged beside: the other root modules of the run."""

    managed: Mapping[ResourceKey, Sequence[ResourceInstance]] | None = None
    """What any of the run's root modules manages; None where it is the only one."""
    notes: Sequence[str] = ()
    """What must be said of this one because of the others."""
    strangers: bool = True
    """Whether what hangs on nothing and nobody manages is told here: one of the root modules does."""


@dataclass(frozen=True)
class Judged:
    """What a report says of what happened; where nothing did, nothing."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    reverted: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    """Of what Lambda itself was asked."""
    about_plan: Sequence[str] = ()
    about_waivers: Sequence[str] = ()


def judged(
    root: Root,
    readings: Sequence[Reading],
    learned: Learned,
    environment: Mapping[str, str],
    catalog: Catalog,
    now: datetime,
    progress: Progress,
    skipped: Sequence[Skipped] = (),
    beside: Beside = Beside(),
) -> Report:
    """Judge a root module by what was read and learned; ``skipped`` is what of that was not understood.

    The report's ``coverage`` lacks what ``readings`` cover: that is for the run to tell. Raises :class:`GateError`
    where nothing could be judged.
    """
    settings, held, belief = root.settings, root.held, root.belief
    counting = [reading for reading in readings if beside.managed is None or _concerns(reading, root)]
    errors = (
        [reading.error for reading in counting if reading.error]
        or unread_accounts(readings, belief)
        or unread_places(readings, belief, settings.region)
    )
    told = Judged()
    if learned.changes or held.plan is not None or (root.rules and root.rules.waivers):
        # Most plans have nothing to judge, and do not load what judges.
        from tfdrift_gate.gate.judgement import judge_root

        told = judge_root(root, learned, not errors, environment, catalog, now, progress, beside)
    return Report(
        window=root.span,
        records_read=sum(reading.coverage.records_read for reading in readings),
        records_relevant=learned.relevant,
        managed=len(belief.instances),
        coverage=told.coverage,
        findings=told.findings,
        suppressed=told.suppressed,
        reverted=told.reverted,
        skipped=(*belief.skipped, *skipped, *told.skipped),
        unexplained=told.unexplained,
        checkout=find_checkout(root.module.folder, environment, settings.workspace),
        notes=(
            *held.notes,
            *beside.notes,
            *told.about_plan,
            *unread_regions(settings, belief),
            *told.about_waivers,
        ),
        problems=tuple(Problem(error.message, error.hint) for error in errors),
    )


def _concerns(reading: Reading, root: Root) -> bool:
    """Tell whether a root module's verdict depends on a read: on those of where it manages something.

    What is looked for everywhere, or may be anywhere, depends on all of them.
    """
    belief, read = root.belief, reading.coverage
    if root.settings.unmanaged == "all" or belief.skipped:
        return True
    there = read.account is None or read.account in belief.accounts
    return there and (read.region is None or read.region in belief.regions)
