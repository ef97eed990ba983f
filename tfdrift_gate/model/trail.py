"""What CloudTrail tells: records, who made a call, and what it did to which resource.

Of most of these there are several to a record, so they are tuples with names: made, hashed and compared without a call
of Python's, and half as large as an object with a dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from tfdrift_gate.model.words import Effect

_NONE_TOLD: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True)
class TimeWindow:
    """The stretch of event history that is judged; both ends belong to it."""

    since: datetime
    until: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.since <= moment <= self.until


class RawRecord(NamedTuple):
    """A record as a source gave it, and where it stood (``trail.json.gz: record 3``)."""

    position: str
    body: Any


class Actor(NamedTuple):
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


class Event(NamedTuple):
    """One CloudTrail record's evidence: what was called, when, where and by whom."""

    event_id: str | None
    event_name: str
    """As recorded, version suffix included."""
    event_time: datetime
    aws_region: str
    actor: Actor
    origin: str
    """``console``, ``cli``, ``sdk``, ``cloudformation``, ``terraform``, ``aws-service`` or ``unknown``."""


class Record(NamedTuple):
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


class ResourceKey(NamedTuple):
    """Which thing in AWS: never a bare id, since names repeat across accounts and regions.

    A region belongs to one partition, so the partition needs no part of its own.
    """

    resource_type: str
    account: str
    region: str
    parts: tuple[str, ...]
    """The name parts in the catalogue's order, e.g. (function, qualifier, statement id)."""


class Change(NamedTuple):
    """What one record does to one resource."""

    event: Event
    key: ResourceKey
    effect: Effect
    parent: ResourceKey | None = None
    """The function it hangs on, where it hangs on one."""
    asked: Mapping[str, Any] = _NONE_TOLD
    """Attributes that the call set: value after the call in Terraform's type, or :data:`WITHHELD`."""
    revealed: Mapping[str, Any] = _NONE_TOLD
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
