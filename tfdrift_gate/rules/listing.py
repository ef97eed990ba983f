"""The rules in force as plain data, each with where it came from: what ``tfdrift-gate rules`` shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from tfdrift_gate.model import Kind
from tfdrift_gate.rules.ruleset import Rule, RuleSet, Trust, Waiver


def listing(rules: RuleSet, today: date) -> dict[str, Any]:
    """Give the rules in the order in which they are tried; ``today`` (UTC) says which waivers have expired.

    Keys as in JSON: ``where`` (the rules file or ``built in``), ``rules``, ``replaced`` (built-in rules that
    ``replace_defaults`` took away, at ``replaced_at``), ``trusted`` and ``waivers``.
    """
    own = [rule for rule in rules.rules if not rule.builtin]
    return {
        "where": rules.where,
        "rules": [_rule(rule) | {"gives_way_to": list(_gives_way(rule, own))} for rule in rules.rules],
        "replaced_at": rules.replaced_at or None,
        "replaced": [_rule(rule) for rule in rules.replaced],
        "trusted": [_trust(trust) for trust in rules.trusted],
        "waivers": [_waiver(waiver, today) for waiver in rules.waivers],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "severity": rule.severity.word,
        "resource_types": list(rule.resource_types),
        "watched_attributes": list(rule.watched_attributes),
        "kinds": [kind.value for kind in Kind if kind in rule.kinds],
        "when": rule.when,
        "reason": rule.reason or None,
        "builtin": rule.builtin,
        "where": rule.where,
    }


def _gives_way(rule: Rule, own: Sequence[Rule]) -> Iterator[dict[str, Any]]:
    """Name the rules of the file that take a built-in rule's place, and for which attributes (none: for all).

    As ``rules/severity.py`` has it: what a rule of the rules file names keeps no built-in severity.
    """
    for other in own if rule.builtin else ():
        if not _share(rule.resource_types, other.resource_types):
            continue
        if not other.watched_attributes:
            yield {"name": other.name, "where": other.where, "attributes": []}
            continue
        # What is deleted as a whole has no attributes that a rule could name.
        if rule.kinds == (Kind.DELETED,):
            continue
        common = [name for name in other.watched_attributes if name in (rule.watched_attributes or (name,))]
        if common:
            yield {"name": other.name, "where": other.where, "attributes": common}


def _share(some: Sequence[str], others: Sequence[str]) -> bool:
    return "*" in some or "*" in others or bool(set(some) & set(others))


def _trust(trust: Trust) -> dict[str, Any]:
    return {
        "name": trust.name,
        "role_arn": trust.role_arn,
        "session_name": trust.session_name,
        "user_agent": trust.user_agent,
        "where": trust.where,
    }


def _waiver(waiver: Waiver, today: date) -> dict[str, Any]:
    return {
        "address": waiver.match.get("address"),
        "resource_id": waiver.match.get("resource_id"),
        "id": waiver.match.get("id"),
        "attributes": list(waiver.attributes),
        "reason": waiver.reason,
        "owner": waiver.owner,
        "expires": waiver.expires.isoformat(),
        "expired": waiver.expired(today),
        "where": waiver.where,
    }
