"""The closed set of conditions that a built-in rule's ``when`` may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfdrift_gate.model import AttributeChange, Drift
from tfdrift_gate.policy import permission_values, statements_of

_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.*)?")
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn", ".amazon.com")


def _values(drift: Drift) -> dict[str, Any]:
    """What stands now: state's values with the changes laid over them."""
    values = dict(drift.instance.attributes) if drift.instance else {}
    values.update({change.attribute: change.after for change in drift.changes})
    return values


def _removed(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return bool(changes) and all(change.removed for change in changes)


def _zero(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after == 0 and change.after is not False for change in changes)


def _disabled(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after is False for change in changes)


def _cascade(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    return drift.cascade


def _anyone(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    return any("*" in _principals(values) for values in _allowed(drift))


def _another_account(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    found = (_ACCOUNT.fullmatch(principal) for values in _allowed(drift) for principal in _principals(values))
    return any(match is not None and match[1] != drift.key.account for match in found)


def _open_to_anyone(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after == "NONE" for change in changes)


def _service_without_source(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    return any(
        any(principal.endswith(_SERVICES) for principal in _principals(values))
        and not values.get("source_arn")
        and not values.get("source_account")
        for values in _allowed(drift)
    )


def _principals(values: Mapping[str, Any]) -> list[str]:
    """Who is allowed: a policy's statement may name several."""
    named = values.get("principal")
    return [str(one) for one in named] if isinstance(named, list) else [str(named)]


def _allowed(drift: Drift) -> list[Mapping[str, Any]]:
    """What is allowed now: a permission's own values, or a policy's statements that state does not hold."""
    values = _values(drift)
    if "policy" not in values:
        return [values]
    before = drift.instance.attributes.get("policy") if drift.instance else None
    known = statements_of(before) if isinstance(before, str) else None
    stands = statements_of(values["policy"]) if isinstance(values["policy"], str) else None
    return [
        permission_values(statement, sid)
        for sid, statement in (stands or {}).items()
        if (known or {}).get(sid) != statement and statement.get("Effect") != "Deny"
    ]


def _relaxed(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after in (None, "Warn") for change in changes)


def _widened(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(set(map(str, change.after or ())) - set(map(str, change.before or ())) for change in changes)


def _recursion_allowed(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after == "Allow" for change in changes)


CONDITIONS: Mapping[str, Callable[[Drift, Sequence[AttributeChange]], bool]] = {
    "removed": _removed,
    "zero": _zero,
    "disabled": _disabled,
    "cascade": _cascade,
    "principal_is_anyone": _anyone,
    "principal_in_another_account": _another_account,
    "open_to_anyone": _open_to_anyone,
    "service_without_source": _service_without_source,
    "relaxed": _relaxed,
    "widened": _widened,
    "recursion_allowed": _recursion_allowed,
}
"""By name; each is given the drift and the watched attributes' changes (all of them where none is watched)."""
