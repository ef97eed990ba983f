"""The steps of one run, in their order: believe, ask, learn, judge. About several root modules is asked once."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from tfdrift_gate.aws import region_from_environment
from tfdrift_gate.catalog import Catalog, load_catalog
from tfdrift_gate.errors import GateError
from tfdrift_gate.gate.history import ask, cache_folder, coverage, question
from tfdrift_gate.gate.learn import Learned, learn
from tfdrift_gate.gate.report import Beside, judged
from tfdrift_gate.gate.root import (
    Root,
    check_options,
    open_and_believe,
    placed_after_reading,
    placed_beside,
    without_verdict,
)
from tfdrift_gate.gate.shares import Shares
from tfdrift_gate.gate.twice import managed_twice
from tfdrift_gate.model import Change, Report, RootsReport, TimeWindow
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources import Progress, Reading, source_for
from tfdrift_gate.terraform.place import functions_in
from tfdrift_gate.terraform.state import Belief


def check(
    settings: Settings,
    environment: Mapping[str, str],
    now: datetime,
    progress: Progress = lambda _: None,
    notice: Progress = lambda _: None,
) -> Report:
    """Judge a root module and report everything learned.

    ``notice`` is told, in a line each, what the user should know of the run itself and no report tells.
    ``now`` ends the window unless ``until`` does. Raises :class:`GateError` where nothing could be judged;
    a source that could not be read whole is told in the report, whose verdict is then ``incomplete``.
    """
    catalog = load_catalog()
    root = open_and_believe(settings, environment, catalog, now)
    cache = cache_folder(settings, environment)
    readings = _asked([root], root.span, catalog, now, progress, cache, notice)
    root = placed_after_reading(root, readings, catalog)
    learned = _learned(readings, root.span, catalog, [root])
    (notes,) = managed_twice([root], catalog)
    beside = Beside(notes=notes)
    report = judged(root, readings, learned, environment, catalog, now, progress, learned.skipped, beside)
    return replace(report, coverage=(*coverage(readings, learned.is_withheld, root.held.plan), *report.coverage))


def check_roots(
    several: Sequence[Settings],
    environment: Mapping[str, str],
    now: datetime,
    progress: Progress = lambda _: None,
    notice: Progress = lambda _: None,
) -> RootsReport:
    """Judge several root modules by event history that is read once, each on the records of its own window.

    ``several`` differ in their ``dir`` alone. A root module that cannot be judged has a report of its own that says
    so. Raises :class:`GateError` where that is so of all of them, for a reason that is not theirs (an option).
    """
    from tfdrift_gate.drift.judge import by_resource
    from tfdrift_gate.gate.shared_rules import without_waivers_of_others

    catalog = load_catalog()
    check_options(several[0], now)
    reports: dict[int, Report] = {}
    roots: dict[int, Root] = {}
    for number, settings in enumerate(several):
        try:
            roots[number] = open_and_believe(settings, environment, catalog, now)
        except GateError as error:
            reports[number] = without_verdict(settings, environment, error, now)
    functions = functions_in(instance for root in roots.values() for instance in root.belief.instances)
    roots = {number: placed_beside(root, functions, catalog) for number, root in roots.items()}
    widest = _widest(list(roots.values())) if roots else reports[0].window
    cache = cache_folder(several[0], environment)
    readings = _asked(list(roots.values()), widest, catalog, now, progress, cache, notice) if roots else []
    roots = {number: placed_after_reading(root, readings, catalog) for number, root in roots.items()}
    learned = _learned(readings, widest, catalog, roots.values())
    shares = Shares(learned.changes)
    everywhere = by_resource(instance for root in roots.values() for instance in root.belief.instances)
    notes = dict(zip(roots, managed_twice(list(roots.values()), catalog), strict=True))
    widest_of = min(roots, key=lambda number: roots[number].span.since, default=None)
    for number, root in roots.items():
        # What hangs on nothing and nobody manages is told by one alone: the first of those whose window is widest.
        strangers = number == widest_of and root.settings.unmanaged == "all"
        own = shares.within(root.span) if strangers else shares.of(root.belief.instances, root.span)
        share = replace(learned, changes=tuple(own))
        beside = Beside(everywhere, notes[number], strangers)
        try:
            reports[number] = judged(root, readings, share, environment, catalog, now, progress, beside=beside)
        except GateError as error:
            reports[number] = without_verdict(root.settings, environment, error, now)
    reports = without_waivers_of_others(reports, roots)
    ordered = tuple(reports[number] for number in range(len(several)))
    shared = Report(
        window=widest,
        records_read=sum(reading.coverage.records_read for reading in readings),
        records_relevant=learned.relevant,
        coverage=coverage(readings, learned.is_withheld),
        skipped=learned.skipped,
    )
    return RootsReport(ordered, _names(ordered, several), shared)


def _widest(roots: Sequence[Root]) -> TimeWindow:
    """Give the window that holds those of all root modules that manage something.

    One without a state was never applied: its last apply must not make event history be read from its beginning.
    """
    spans = [root.span for root in roots if root.held.instances or root.settings.unmanaged == "all"]
    spans = spans or [root.span for root in roots]
    return TimeWindow(min(span.since for span in spans), max(span.until for span in spans))


def _asked(
    roots: Sequence[Root],
    span: TimeWindow,
    catalog: Catalog,
    now: datetime,
    progress: Progress,
    cache: Path | None,
    notice: Progress,
) -> list[Reading]:
    """Ask every source once about all that the root modules manage."""
    settings = roots[0].settings
    belief = roots[0].belief if len(roots) == 1 else _together(root.belief for root in roots)
    asked = question(settings, span, belief, catalog, now, progress, cache, notice)
    if not settings.region and any(root.held.instances and not root.belief.regions for root in roots):
        # What names no region is where the environment says, whatever the other root modules name.
        asked = replace(asked, regions=tuple(sorted({*asked.regions, *filter(None, [region_from_environment()])})))
    manages = any(root.held.instances for root in roots)
    return [
        reading
        for locator in settings.events
        for reading in ask(source_for(locator), replace(asked, locator=locator), manages, settings)
    ]


def _learned(readings: Sequence[Reading], span: TimeWindow, catalog: Catalog, roots: Collection[Root]) -> Learned:
    """Read the records one by one; of updates of what none of the root modules manages nothing is kept."""
    managed = {instance.key for root in roots for instance in root.belief.instances}
    unmanaged = "all" if any(root.settings.unmanaged == "all" for root in roots) else "attached"

    def may_matter(change: Change) -> bool:
        from tfdrift_gate.drift.judge import matters

        return matters(change, managed, catalog, unmanaged)

    learned = learn((record for reading in readings for record in reading.records), span, catalog, may_matter)
    return replace(learned, skipped=(*(entry for reading in readings for entry in reading.skipped), *learned.skipped))


def _together(beliefs: Iterable[Belief]) -> Belief:
    all_of_them = list(beliefs)
    return Belief(
        tuple(instance for belief in all_of_them for instance in belief.instances),
        tuple(entry for belief in all_of_them for entry in belief.skipped),
    )


def _names(reports: Sequence[Report], several: Sequence[Settings]) -> tuple[str, ...]:
    """Name each root module in its repository; as they were given where several repositories have one of a name."""
    names = tuple(report.checkout.root or "." for report in reports)
    if len(set(names)) == len(names):
        return names
    return tuple(Path(os.path.normpath(settings.dir)).as_posix() for settings in several)
