"""What one run learned of several root modules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tfdrift_gate.model.report import Finding, Problem, Report
from tfdrift_gate.model.words import Severity


@dataclass(frozen=True)
class RootsReport:
    """A report of each root module, and what was read once for all of them."""

    reports: tuple[Report, ...]
    """In the order in which the root modules were named. What a report covers is its own alone (``--verify``)."""
    names: tuple[str, ...]
    """Of each, a name that no other of them has: its folder and workspace (``infra/prod@blue``)."""
    shared: Report
    """What is the run's: the widest window, what was read, and what of that was not understood."""

    @property
    def verdict(self) -> str:
        """``incomplete`` where one of them is, else ``drift`` where one has a finding, else ``clean``."""
        verdicts = {report.verdict for report in self.reports}
        return next((verdict for verdict in ("incomplete", "drift") if verdict in verdicts), "clean")

    @property
    def max_severity(self) -> Severity | None:
        """The worst finding's severity."""
        return max((report.max_severity for report in self.reports if report.max_severity), default=None)

    @property
    def findings(self) -> tuple[tuple[str, Finding], ...]:
        """Every finding with the name of its root module, in the order of every output."""
        return self.in_order(report.findings for report in self.reports)

    def in_order(self, findings: Iterable[Iterable[Finding]]) -> tuple[tuple[str, Finding], ...]:
        """Put findings of each root module together, with its name: worst first, then address, then resource id."""
        found = [(name, each) for name, some in zip(self.names, findings, strict=True) for each in some]
        found.sort(
            key=lambda entry: (-entry[1].severity, entry[1].address or "", entry[1].drift.resource_id, entry[1].id)
        )
        return tuple(found)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why verdicts were not reached, each once, with the names of the root modules that it concerns."""
        concerned: dict[Problem, list[str]] = {}
        for name, report in zip(self.names, self.reports, strict=True):
            for problem in report.problems:
                concerned.setdefault(problem, []).append(name)
        return tuple(
            Problem(f"{_listed(names)}: {problem.message}", problem.hint) for problem, names in concerned.items()
        )

    @property
    def notes(self) -> tuple[str, ...]:
        """What every reader must see beside the verdicts, each once."""
        return tuple(dict.fromkeys(note for report in self.reports for note in report.notes))


def _listed(names: list[str], most: int = 3) -> str:
    more = len(names) - most
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:most])} and {more} more"
