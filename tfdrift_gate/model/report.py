"""Everything one run learned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tfdrift_gate.model.drift import AttributeChange, Drift, LiveCheck, SourceRange, Suppression
from tfdrift_gate.model.trail import Event, TimeWindow
from tfdrift_gate.model.words import Kind, PlanEffect, Severity


@dataclass(frozen=True)
class Finding:
    """A drift with its severity, as reports show it."""

    id: str
    drift: Drift
    severity: Severity
    rule: str | None
    reasons: tuple[str, ...]
    source: SourceRange | None = None
    suppressed_by: Suppression | None = None
    live: LiveCheck | None = None
    """What a live read said; its words are among the reasons."""

    @property
    def address(self) -> str | None:
        """The instance's full address; None for what nobody manages."""
        return self.drift.instance.address if self.drift.instance else None

    @property
    def last_event(self) -> Event | None:
        """The event whose actor answers for the finding."""
        return self.drift.events[-1] if self.drift.events else None

    @property
    def plan_effect(self) -> PlanEffect | None:
        """What the plan would do about it: of its changes' effects the first in the order of :class:`PlanEffect`."""
        return _first_effect(self.drift.changes, self.drift.plan_effect)


def _first_effect(changes: Iterable[AttributeChange], whole: PlanEffect | None) -> PlanEffect | None:
    effects = {change.plan_effect for change in changes} | {whole}
    return next((effect for effect in PlanEffect if effect in effects), None)


@dataclass(frozen=True)
class Unexplained:
    """A drift that Terraform's refresh saw and that no event in the window explains."""

    address: str
    resource_type: str
    resource_id: str | None
    kind: Kind
    changes: tuple[AttributeChange, ...]
    """Without events: nobody is known to have made them."""
    hint: str
    """How far back the window would have to reach, or why no event can be expected."""
    source: SourceRange | None = None
    whole_effect: PlanEffect | None = None
    """What the plan does about the resource as a whole, where no single attribute tells."""

    @property
    def plan_effect(self) -> PlanEffect | None:
        """What the plan would do about it: of its changes' effects the first in the order of :class:`PlanEffect`."""
        return _first_effect(self.changes, self.whole_effect)


@dataclass(frozen=True)
class Checkout:
    """Where the root module lies in its repository, for outputs whose files are relative to that."""

    folder: str = ""
    """The root module's folder, relative to the repository's root, with ``/``; empty for the root itself."""
    pages: str | None = None
    """What a file's page begins with (``https://github.com/OWNER/NAME/blob/COMMIT``); None where there are none."""
    workspace: str | None = None
    """The workspace, where one is named."""

    @property
    def root(self) -> str:
        """Name the root module among others: its folder and workspace (``infra/prod@blue``); empty where neither is."""
        return f"{self.folder}@{self.workspace}" if self.workspace else self.folder


@dataclass(frozen=True)
class Skipped:
    """Something that could not be judged, and why. ``reason`` is a stable kebab-case word."""

    reason: str
    detail: str
    event_id: str | None = None
    event_name: str | None = None
    event_time: datetime | None = None
    resource_id: str | None = None


@dataclass(frozen=True)
class Coverage:
    """What one read of one source saw: a source, account and region at a time."""

    source: str
    account: str | None
    region: str | None
    since: datetime
    until: datetime
    complete: bool
    records_read: int
    api_calls: int
    note: str = ""
    bytes_scanned: int | None = None
    """What a query read of its table, which is what it costs; None where that is not how a source works."""


@dataclass(frozen=True)
class Problem:
    """Why no verdict was reached, as a report carries it."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class Report:
    """Everything one run learned, what it could not judge included."""

    window: TimeWindow
    records_read: int = 0
    records_relevant: int = 0
    managed: int = 0
    """How many resource instances of the catalogue's types the given states manage."""
    coverage: tuple[Coverage, ...] = ()
    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    reverted: tuple[Finding, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    """What Terraform's refresh saw and the window does not explain; only with a plan, and never gating."""
    checkout: Checkout = Checkout()
    notes: tuple[str, ...] = ()
    """What every reader must see beside the verdict, e.g. that there is no state yet."""
    problems: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> str:
        """``incomplete`` where something could not be read, else ``drift`` or ``clean``."""
        if self.problems:
            return "incomplete"
        return "drift" if self.findings else "clean"

    @property
    def max_severity(self) -> Severity | None:
        """The worst finding's severity."""
        return max((finding.severity for finding in self.findings), default=None)
