"""The closed set of conditions that a built-in rule's ``when`` may name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tfdrift_gate.model import AttributeChange, Drift

_ACCOUNT = re.compile(r"(?:arn:[^:]+:(?:iam|sts)::)?(\d{12})(?::.*)?")


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
    return _values(drift).get("principal") == "*"


def _another_account(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    found = _ACCOUNT.fullmatch(str(_values(drift).get("principal")))
    return found is not None and found[1] != drift.key.account


def _open_to_anyone(_: Drift, changes: Sequence[AttributeChange]) -> bool:
    return any(change.after == "NONE" for change in changes)


def _service_without_source(drift: Drift, _: Sequence[AttributeChange]) -> bool:
    values = _values(drift)
    service = str(values.get("principal")).endswith((".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"))
    return service and not values.get("source_arn") and not values.get("source_account")


CONDITIONS: Mapping[str, Callable[[Drift, Sequence[AttributeChange]], bool]] = {
    "removed": _removed,
    "zero": _zero,
    "disabled": _disabled,
    "cascade": _cascade,
    "principal_is_anyone": _anyone,
    "principal_in_another_account": _another_account,
    "open_to_anyone": _open_to_anyone,
    "service_without_source": _service_without_source,
}
"""By name; each is given the drift and the watched attributes' changes (all of them where none is watched)."""
