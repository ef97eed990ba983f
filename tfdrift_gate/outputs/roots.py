"""Words about a run over several root modules; the same for people in every format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import text

_MOST_NAMED = 3


def each(roots: RootsReport) -> Iterator[tuple[str, Report]]:
    """Give every root module's name, harmless on one line, and its report."""
    for name, report in zip(roots.names, roots.reports, strict=True):
        yield text.printable(name, 200), report


def telling_all(roots: RootsReport) -> list[tuple[str, Report]]:
    """Give every root module's name as it is, and its report; the first also tells what no root module's own is.

    That is what was read and could not be understood.
    """
    skipped = roots.shared.skipped
    first = [replace(report, skipped=(*skipped, *report.skipped)) for report in roots.reports[:1]]
    return list(zip(roots.names, [*first, *roots.reports[1:]], strict=True))


def headline(roots: RootsReport) -> str:
    """Say the verdict over all root modules in one sentence."""
    number = len(roots.reports)
    unread = [name for name, report in each(roots) if report.problems]
    findings = len(roots.findings)
    changes = text.counted(findings, "out-of-band change")
    skipped = len(roots.shared.skipped) + sum(len(report.skipped) for report in roots.reports)
    unjudged = f" ({text.counted(skipped, 'thing')} could not be judged)" if skipped else ""
    if unread:
        more = len(unread) - _MOST_NAMED
        named = ", ".join(unread[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
        so_far = f"; found so far: {changes}" if findings else ""
        return f"No verdict was reached for {len(unread)} of {number} root modules: {named}{so_far}"
    if not findings:
        accounted = any(report.suppressed or report.reverted for report in roots.reports)
        settled = " that is not accounted for" if accounted else ""
        return f"No out-of-band change of a Lambda resource found{settled} in {number} root modules{unjudged}"
    drifting = sum(bool(report.findings) for report in roots.reports)
    worst = roots.max_severity.name if roots.max_severity else ""
    return f"{changes} of Lambda resources in {drifting} of {number} root modules, worst {worst}{unjudged}"
