"""What Terraform believes, and where what was done by hand contradicts it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tfdrift_gate.model.trail import Event, ResourceKey
from tfdrift_gate.model.words import Kind, PlanEffect


@dataclass(frozen=True)
class SourceRange:
    """Where a resource block stands: file relative to the root module, 1-based lines."""

    file: str
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
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


class AttributeChange(NamedTuple):
    """One attribute's net difference. ``before`` is state's value, ``after`` what stands in AWS now.

    A tuple, since a report has several to each finding.
    """

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
