"""The nouns every step shares: small, frozen, and without behaviour beyond their own words.

Terraform's words (address, instance, state) and CloudTrail's (record, event, user identity) are used as
their owners use them. Times are timezone-aware UTC datetimes throughout.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, Final


class Severity(IntEnum):
    """How bad a finding is; comparable, lowest first."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The lower-case word that rules files, options and reports use."""
        return self.name.lower()


class Kind(str, Enum):
    """What happened to a resource, net of everything undone since."""

    MODIFIED = "modified"
    DELETED = "deleted"
    REPLACED = "replaced"
    UNMANAGED = "unmanaged"


class Effect(str, Enum):
    """What one API call does to one resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class PlanEffect(str, Enum):
    """What a plan would do about a change that was made by hand."""

    REVERTS = "reverts"
    """It sets the attribute again: the manual change is lost."""
    ADOPTS = "adopts"
    """The configuration now says what the change made, or imports what was unmanaged."""
    KEEPS = "keeps"
    """No planned change touches it."""
    DESTROYS = "destroys"


class Withheld(Enum):
    """The value of an attribute that CloudTrail does not show."""

    WITHHELD = "withheld"


WITHHELD: Final = Withheld.WITHHELD

SENSITIVE: Final = "(sensitive)"
"""What stands in every output for a value that state marks sensitive."""


@dataclass(frozen=True)
class TimeWindow:
    """The stretch of event history that is judged; both ends belong to it."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment <= self.until


@dataclass(frozen=True)
class RawRecord:
    """A record as a source gave it, and where it stood (``trail.json.gz: record 3``)."""

    position: str
    body: Any


@dataclass(frozen=True)
class Actor:
    """Who made a call, as far as CloudTrail's ``userIdentity`` tells."""

    type: str
    """``userIdentity.type``: ``IAMUser``, ``AssumedRole``, ``Root``, ``AWSService``, …"""
    name: str | None = None
    """The person or session where CloudTrail tells, else the user, role or service."""
    arn: str | None = None
    account_id: str | None = None
    session_name: str | None = None
    source_identity: str | None = None
    source_ip: str | None = None
    user_agent: str | None = None
    mfa: bool | None = None
    role_arn: str | None = None
    """The role behind an assumed-role session, path included (``sessionIssuer.arn``)."""


UNKNOWN_ACTOR: Final = Actor(type="Unknown")


@dataclass(frozen=True)
class Event:
    """One CloudTrail record's evidence: what was called, when, where and by whom."""

    event_id: str | None
    event_name: str
    """As recorded, version suffix included."""
    event_time: datetime
    aws_region: str
    actor: Actor
    origin: str
    """``console``, ``cli``, ``sdk``, ``cloudformation``, ``terraform``, ``aws-service`` or ``unknown``."""


@dataclass(frozen=True)
class Record:
    """A successful, mutating management call."""

    event: Event
    api: str
    """The public API's name: ``eventName`` without date and version suffix."""
    event_source: str
    account: str | None
    """The account that received the record."""
    request: Mapping[str, Any] | None
    response: Mapping[str, Any] | None
    answer_shown: bool
    """Whether the record has ``responseElements`` at all, null included."""


@dataclass(frozen=True)
class ResourceKey:
    """Which thing in AWS: never a bare id, since names repeat across accounts and regions.

    A region belongs to one partition, so the partition needs no part of its own.
    """

    resource_type: str
    account: str
    region: str
    parts: tuple[str, ...]
    """The name parts in the catalogue's order, e.g. (function, qualifier, statement id)."""


@dataclass(frozen=True)
class Change:
    """What one record does to one resource."""

    event: Event
    key: ResourceKey
    effect: Effect
    parent: ResourceKey | None = None
    """The function it hangs on, where it hangs on one."""
    asked: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that the call set: value after the call in Terraform's type, or :data:`WITHHELD`."""
    revealed: Mapping[str, Any] = field(default_factory=dict)
    """Attributes that the answer shows although the call did not set them."""
    rewrites: frozenset[str] = frozenset()
    """Withheld attributes that the call may have written without that being visible."""
    modified_at: datetime | None = None
    """The resource's own modification time as the answer gives it."""
    version_deleted: str | None = None
    """Of a function: the one published version that the call deleted."""
    statement: Mapping[str, Any] | None = None
    """Of a permission: the policy statement as it is stored, where the answer tells."""
    cascade: str = ""
    """Not called for itself: what it was deleted (or set back) together with, e.g. ``function``."""
    final: bool = False
    """Of a cascade: what it went with was not made again in the same second, so no call on it can have come later."""
    note: str = ""
    """What a reader must know about how this change came about."""


@dataclass(frozen=True)
class SourceRange:
    """Where a resource block stands: file relative to the root module, 1-based lines."""

    file: str
    line: int
    end_line: int


@dataclass(frozen=True)
class ResourceInstance:
    """One managed resource instance as Terraform's state believes it to be."""

    address: str
    """The full address, e.g. ``module.api.aws_lambda_function.fn["a"]``."""
    resource_type: str
    key: ResourceKey
    attributes: Mapping[str, Any]
    """State's attribute values. They may be secret: only catalogued, non-sensitive ones are ever shown."""
    sensitive: tuple[str, ...] = ()
    """Attribute paths that state marks sensitive, e.g. ``environment`` or ``vpc_config[0].subnet_ids``."""
    parent: ResourceKey | None = None
    modified_at: datetime | None = None
    """The resource's own modification time when Terraform last read it."""


@dataclass(frozen=True)
class Suppression:
    """Why a finding does not count.

    ``kind`` is ``ignore_changes``, ``ignore_tags``, ``waiver``, ``trusted``, ``adopted``, ``terraform`` or
    ``in-state``; ``details`` are further texts for the report (a waiver's owner and end).
    """

    kind: str
    reason: str
    details: Mapping[str, str] = field(default_factory=dict, hash=False)
    where: str = ""
    """``file:line`` of the rule that says so; empty where none does."""


@dataclass(frozen=True)
class AttributeChange:
    """One attribute's net difference. ``before`` is state's value, ``after`` what stands in AWS now."""

    attribute: str
    before: Any
    after: Any
    known: bool
    """False where CloudTrail withholds the value; ``before`` and ``after`` are then None."""
    event: Event | None
    """The call that set it; None where only a later answer revealed it."""
    others: tuple[Event, ...] = ()
    """Further calls whose work it is or may be: on other keys of it, or in the same second."""
    revealed_by: Event | None = None
    removed: bool = False
    """The attribute went from a value to none."""
    also_named: tuple[str, ...] = ()
    """Other attributes by which a configuration or a rule may name the same thing (``filename`` for the code)."""
    keys: tuple[str, ...] = ()
    """Of tags and policies: the single keys that differ (``tags["team"]``)."""
    settled: Suppression | None = None
    """Why the change need not be held against anyone: it is adopted, or Terraform wrote or read it since."""
    note: str = ""
    """What a reader must know about this one difference."""
    plan_effect: PlanEffect | None = None
    """None without a plan, and where the plan does not tell."""
    planned: Any = None
    """Where the plan sets it: the value that it sets."""
    planned_known: bool = False
    """Whether ``planned`` can be shown: not where it is known only after the apply, or is withheld."""


@dataclass(frozen=True)
class Drift:
    """A net out-of-band change of one resource, before rules have judged it."""

    kind: Kind
    key: ResourceKey
    resource_id: str
    """Terraform's import id."""
    changes: tuple[AttributeChange, ...]
    events: tuple[Event, ...]
    """What happened to the resource by hand, oldest first."""
    instance: ResourceInstance | None = None
    parent_address: str | None = None
    cascade: bool = False
    note: str = ""
    """What a reader must know to understand the finding, e.g. that its function was deleted."""
    plan_effect: PlanEffect | None = None
    """What the plan does about the resource as a whole, where no single attribute tells."""
    settled: Suppression | None = None
    """Why the whole of it need not be held against anyone."""
    sensitive: tuple[str, ...] = ()
    """Of what no state has: the attribute paths that the plan which imports it marks sensitive."""


@dataclass(frozen=True)
class LiveCheck:
    """What Lambda itself, asked during the run (``--verify``), said about a finding."""

    call: str | None
    """The API that was asked; None where none was."""
    outcome: str
    """``stands``, ``reverted``, or ``unread`` where it could not be told."""
    words: tuple[str, ...]
    """What was found, attribute by attribute; never a value."""


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
