"""Resource policies: a document, the statements in it, and what of a statement ``aws_lambda_permission`` shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

# NOTE: the condition keys that AddPermission's parameters are stored under,
# https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
_CONDITIONS = {
    "aws:sourcearn": "source_arn",
    "aws:sourceaccount": "source_account",
    "aws:principalorgid": "principal_org_id",
    "lambda:eventsourcetoken": "event_source_token",
    "lambda:functionurlauthtype": "function_url_auth_type",
    "lambda:invokedviafunctionurl": "invoked_via_function_url",
}
# Under any other operator (``ArnNotLike``, ``StringEqualsIfExists``) a condition lets in more than the attribute says.
_OPERATORS = frozenset({"stringequals", "stringlike", "arnequals", "arnlike", "bool"})


def statements_of(document: str) -> dict[str, Mapping[str, Any]] | None:
    """Read a policy's statements, by ``Sid`` (by place where one has none); None where it is no policy."""
    try:
        listed = json.loads(document).get("Statement", [])
        listed = listed if isinstance(listed, list) else [listed]
        return {str(one.get("Sid") or f"#{place}"): one for place, one in enumerate(listed) if isinstance(one, Mapping)}
    except (ValueError, RecursionError, AttributeError):
        return None


def with_statements(document: str, statements: Mapping[str, Any]) -> str | None:
    """Write a policy with some statements put in, changed or (None) taken out; None where it is no policy."""
    known = statements_of(document)
    if known is None:
        return None
    kept = {sid: statement for sid, statement in {**known, **statements}.items() if statement is not None}
    whole = {**json.loads(document), "Statement": list(kept.values())}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"))


def permission_values(statement: Mapping[str, Any], statement_id: str) -> dict[str, Any]:
    """Read a statement as the attributes of an ``aws_lambda_permission``; several values of one are a list."""
    values: dict[str, Any] = {
        "statement_id": statement_id,
        "action": _one(statement.get("Action")),
        "principal": _principal(statement.get("Principal")),
        **dict.fromkeys(_CONDITIONS.values()),
    }
    conditions = statement.get("Condition")
    for operator, wanted in conditions.items() if isinstance(conditions, Mapping) else ():
        if str(operator).lower() not in _OPERATORS or not isinstance(wanted, Mapping):
            continue
        for key, value in wanted.items():
            name = _CONDITIONS.get(str(key).lower())
            if name == "invoked_via_function_url":
                values[name] = str(_one(value)).lower() == "true"
            elif name:
                values[name] = _one(value)
    return values


def canonical_policy(document: Any) -> Any:
    """Give a policy a form in which two that mean the same are equal.

    One item alone and a list of it are alike, lists have no order, and booleans and numbers are texts:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

    Raises ValueError where it is no JSON.
    """
    return _canonical(json.loads(document) if isinstance(document, str) else document)


def _canonical(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _canonical(inner) for key, inner in value.items()}
    if isinstance(value, list):
        listed = sorted((_canonical(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
        return listed[0] if len(listed) == 1 else listed
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, (int, float)) else value


def _principal(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _one([one for named in value.values() for one in (named if isinstance(named, list) else [named])])
    return _one(value)


def _one(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value
