"""The nouns every step shares: small, frozen, and without behaviour beyond their own words.

Terraform's words (address, instance, state) and CloudTrail's (record, event, user identity) are used as
their owners use them. Times are timezone-aware UTC datetimes throughout.
"""

from tfdrift_gate.model.drift import (
    AttributeChange,
    Drift,
    LiveCheck,
    ResourceInstance,
    SourceRange,
    Suppression,
)
from tfdrift_gate.model.report import (
    Checkout,
    Coverage,
    Finding,
    Problem,
    Report,
    Skipped,
    Unexplained,
)
from tfdrift_gate.model.roots import RootsReport
from tfdrift_gate.model.trail import (
    UNKNOWN_ACTOR,
    Actor,
    Change,
    Event,
    RawRecord,
    Record,
    ResourceKey,
    TimeWindow,
)
from tfdrift_gate.model.words import (
    SENSITIVE,
    WITHHELD,
    Effect,
    Kind,
    PlanEffect,
    Severity,
    Withheld,
)

__all__ = [
    "SENSITIVE",
    "UNKNOWN_ACTOR",
    "WITHHELD",
    "Actor",
    "AttributeChange",
    "Change",
    "Checkout",
    "Coverage",
    "Drift",
    "Effect",
    "Event",
    "Finding",
    "Kind",
    "LiveCheck",
    "PlanEffect",
    "Problem",
    "RawRecord",
    "Record",
    "Report",
    "ResourceInstance",
    "ResourceKey",
    "RootsReport",
    "Severity",
    "Skipped",
    "SourceRange",
    "Suppression",
    "TimeWindow",
    "Unexplained",
    "Withheld",
]
