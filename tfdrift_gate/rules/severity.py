"""How bad a drift is: the highest matching rule wins, and every rule that matches gives its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tfdrift_gate.model import AttributeChange, Drift, Kind, Severity
from tfdrift_gate.rules.conditions import CONDITIONS
from tfdrift_gate.rules.redact import is_sensitive
from tfdrift_gate.rules.ruleset import Rule, names


@dataclass(frozen=True)
class Verdict:
    """A severity, the rule that gave it and every reason."""

    severity: Severity
    rule: str | None
    reasons: tuple[str, ...]


def severity_of(drift: Drift, rules: Sequence[Rule]) -> Verdict:
    """Judge a drift by the rules in force.

    What a rule of the rules file names keeps no built-in severity; what none names is low.
    """
    own = [(rule, watched) for rule in rules if not rule.builtin and (watched := _watched(rule, drift)) is not None]
    counted = own + [
        (rule, left)
        for rule in rules
        if rule.builtin
        and (watched := _watched(rule, drift)) is not None
        and (left := _left(watched, drift, own)) is not None
    ]
    counted.sort(key=lambda pair: -pair[0].severity)
    reasons = [_reason(rule, watched) for rule, watched in counted if not _tells_a_secret(rule, watched, drift)]
    reasons = reasons or ["no rule names it" if not counted else "the values are sensitive"]
    if drift.note and not any(drift.note in reason for reason in reasons):
        reasons.append(drift.note)
    reasons.extend(f"{change.attribute}: {change.note}" for change in drift.changes if change.note)
    reasons.extend(_unexplained(drift))
    if not counted:
        return Verdict(Severity.LOW, None, tuple(reasons))
    return Verdict(counted[0][0].severity, counted[0][0].name, tuple(dict.fromkeys(reasons)))


def _watched(rule: Rule, drift: Drift) -> tuple[AttributeChange, ...] | None:
    """The changes that a rule is about; None where it does not match."""
    if drift.kind not in rule.kinds:
        return None
    if "*" not in rule.resource_types and drift.key.resource_type not in rule.resource_types:
        return None
    changes = drift.changes
    if rule.watched_attributes:
        changes = tuple([change for change in changes if names(rule.watched_attributes, change)])
        if not changes:
            return None
    if rule.when and not CONDITIONS[rule.when](drift, changes):
        return None
    return changes


def _left(
    watched: tuple[AttributeChange, ...],
    drift: Drift,
    own: Sequence[tuple[Rule, tuple[AttributeChange, ...]]],
) -> tuple[AttributeChange, ...] | None:
    """What of a built-in rule's changes no rule of the rules file names; None where it has no say any more."""
    if any(not rule.watched_attributes for rule, _ in own) or (own and drift.kind is Kind.UNMANAGED):
        return None
    named = {change.attribute for _, changes in own for change in changes}
    left = tuple(change for change in watched if change.attribute not in named)
    return left if left or not watched else None


def _reason(rule: Rule, watched: Sequence[AttributeChange]) -> str:
    text = rule.reason or f'rule "{rule.name}"'
    if not rule.watched_attributes:
        return text
    heads = dict.fromkeys(change.attribute.split("[")[0] for change in watched)
    return f"{', '.join(heads)}: {text}"


def _tells_a_secret(rule: Rule, watched: Sequence[AttributeChange], drift: Drift) -> bool:
    """A condition's reason tells a value: that of an attribute which state marks sensitive is not told."""
    return rule.when is not None and any(is_sensitive(drift, change) for change in watched)


def _unexplained(drift: Drift) -> list[str]:
    return [
        f"{change.attribute}: seen in the answer of {change.revealed_by.event_name}"
        f" (event {change.revealed_by.event_id}), which did not ask for it"
        for change in drift.changes
        if change.revealed_by
    ]
