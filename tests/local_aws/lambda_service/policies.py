"""Resource-based policies: one for each function, version and alias."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from tests.local_aws.lambda_service.errors import Refused, check_revision, conflict, not_found
from tests.local_aws.lambda_service.state import LATEST, Region, Target


def add_permission(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Add a statement."""
    target = region.target(sent)
    policy = target.attached.policy
    check_revision(sent.get("RevisionId"), policy.revision)
    statement = _statement(sent, _resource(target))
    if any(each.get("Sid") == statement["Sid"] for each in policy.statements):
        raise conflict(
            f"The statement id ({statement['Sid']}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement."
        )
    policy.statements.append(statement)
    policy.renew()
    return {"Statement": json.dumps(statement)}


def remove_permission(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove a statement."""
    policy = region.target(sent).attached.policy
    check_revision(sent.get("RevisionId"), policy.revision)
    left = [each for each in policy.statements if each.get("Sid") != sent["StatementId"]]
    if len(left) == len(policy.statements):
        raise not_found(f"Statement {sent['StatementId']} is not found in resource policy.")
    policy.statements = left
    policy.renew()
    return {}


def get_policy(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a policy; one without statements is none."""
    return _shown(region.target(sent))


def put_resource_policy(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Replace a policy whole."""
    target = region.target({"FunctionName": sent["ResourceArn"]})
    check_revision(sent.get("RevisionId"), target.attached.policy.revision)
    try:
        statements = json.loads(sent["Policy"])["Statement"]
    except (ValueError, KeyError, TypeError) as error:
        raise Refused("InvalidParameterValueException", "The provided policy is malformed.") from error
    target.attached.policy.statements = statements if isinstance(statements, list) else [statements]
    target.attached.policy.renew()
    return _shown(target)


def get_resource_policy(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Show a policy by the ARN of what it hangs on."""
    return _shown(region.target({"FunctionName": sent["ResourceArn"]}))


def delete_resource_policy(region: Region, sent: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Remove all statements."""
    target = region.target({"FunctionName": sent["ResourceArn"]})
    _shown(target)  # refuses where there is none
    check_revision(sent.get("RevisionId"), target.attached.policy.revision)
    target.attached.policy.statements = []
    target.attached.policy.renew()
    return {}


def _shown(target: Target) -> dict[str, Any]:
    policy = target.attached.policy
    if not policy.statements:
        raise not_found()
    document = {"Version": "2012-10-17", "Id": "default", "Statement": policy.statements}
    return {"Policy": json.dumps(document), "RevisionId": policy.revision}


def _statement(sent: dict[str, Any], resource: str) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html names the request's members.
    conditions = (
        ("StringEquals", "AWS:SourceAccount", sent.get("SourceAccount")),
        ("StringEquals", "aws:PrincipalOrgID", sent.get("PrincipalOrgID")),
        ("StringEquals", "lambda:EventSourceToken", sent.get("EventSourceToken")),
        ("StringEquals", "lambda:FunctionUrlAuthType", sent.get("FunctionUrlAuthType")),
        ("Bool", "lambda:InvokedViaFunctionUrl", sent.get("InvokedViaFunctionUrl")),
        ("ArnLike", "AWS:SourceArn", sent.get("SourceArn")),
    )
    condition: dict[str, dict[str, str]] = {}
    for operator, key, value in conditions:
        if value is not None:
            condition.setdefault(operator, {})[key] = str(value).lower() if value in (True, False) else value
    statement = {
        "Sid": sent["StatementId"],
        "Effect": "Allow",
        "Principal": principal(sent["Principal"]),
        "Action": sent["Action"],
        "Resource": resource,
    }
    return statement | ({"Condition": condition} if condition else {})


def principal(said: str) -> str | dict[str, str]:
    """Write a principal as a policy keeps it: an account as its root user, a service as one."""
    if said == "*":
        return said
    if said.isdigit():
        return {"AWS": f"arn:aws:iam::{said}:root"}
    return {"AWS" if said.startswith("arn:") else "Service": said}


def _resource(target: Target) -> str:
    return target.function.arn if target.qualifier == LATEST else target.arn
