"""Resource-based policies in moto's Lambda: one for each function, version and alias, as Lambda has them.

Each public function takes the place of the method of moto that :mod:`moto_lambda` names, with its signature.
"""

from __future__ import annotations

import json
import uuid
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import (
    GenericResourcNotFound,
    LambdaClientError,
    PreconditionFailedException,
)

from tests.local_aws.function_name import split_function_name


class ResourceConflict(LambdaClientError):
    """HTTP 409, the error code Lambda has for what is there already."""

    code = 409

    def __init__(self, message: str) -> None:
        super().__init__("ResourceConflictException", message)


class _ResourceNotFound(LambdaClientError):
    code = 404

    def __init__(self, message: str) -> None:
        super().__init__("ResourceNotFoundException", message)


def add_permission(self: Any, function_name: str, qualifier: str | None, raw: str) -> dict[str, Any]:
    """Add a statement to the policy of a function, version or alias and return it."""
    function = self.get_function(function_name, qualifier)
    request = json.loads(raw)
    _check_policy_revision(function, request.get("RevisionId"))
    statement = _statement(request, _resource(self, function_name, qualifier))
    if _find_statement(function, statement["Sid"], statement["Resource"]):
        raise ResourceConflict(
            f"The statement id ({statement['Sid']}) provided already exists. "
            "Please provide a new statement id, or remove the existing statement."
        )
    function.policy.statements.append(statement)
    function.policy.revision = str(uuid.uuid4())
    return statement


def get_policy(self: Any, function_name: str, qualifier: str | None = None) -> str:
    """Return the answer to GetPolicy."""
    policy = self.get_function(function_name, qualifier).policy
    resource = _resource(self, function_name, qualifier)
    statements = [statement for statement in policy.statements if statement["Resource"] == resource]
    if not statements:
        raise GenericResourcNotFound
    document = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
    return json.dumps({"Policy": json.dumps(document), "RevisionId": policy.revision})


def remove_permission(self: Any) -> tuple[int, dict[str, Any], str]:
    """Remove a statement."""
    function_name, sid = unquote(self.path.split("/")[-3]), unquote(self.path.split("/")[-1])
    qualifier = self._get_param("Qualifier")
    function = self.backend.get_function(function_name, qualifier)
    _check_policy_revision(function, self._get_param("RevisionId"))
    statement = _find_statement(function, sid, _resource(self.backend, function_name, qualifier))
    if statement is None:
        raise _ResourceNotFound(f"Statement {sid} is not found in resource policy.")
    function.policy.statements.remove(statement)
    function.policy.revision = str(uuid.uuid4())
    return 204, {"status": 204}, ""


def _statement(request: dict[str, Any], resource: str) -> dict[str, Any]:
    # https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html names the request's members.
    conditions = (
        ("StringEquals", "AWS:SourceAccount", request.get("SourceAccount")),
        ("StringEquals", "aws:PrincipalOrgID", request.get("PrincipalOrgID")),
        ("StringEquals", "lambda:EventSourceToken", request.get("EventSourceToken")),
        ("StringEquals", "lambda:FunctionUrlAuthType", request.get("FunctionUrlAuthType")),
        ("Bool", "lambda:InvokedViaFunctionUrl", request.get("InvokedViaFunctionUrl")),
        ("ArnLike", "AWS:SourceArn", request.get("SourceArn")),
    )
    condition: dict[str, dict[str, str]] = {}
    for operator, key, value in conditions:
        if value is not None:
            condition.setdefault(operator, {})[key] = str(value).lower() if value in (True, False) else value
    statement = {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": resource,
    }
    return statement | ({"Condition": condition} if condition else {})


def _principal(principal: str) -> str | dict[str, str]:
    if principal == "*":
        return principal
    if principal.isdigit():
        return {"AWS": f"arn:aws:iam::{principal}:root"}
    return {"AWS" if principal.startswith("arn:") else "Service": principal}


def _resource(backend: Any, function_name: str, qualifier: str | None) -> str:
    name, qualifier_in_name = split_function_name(function_name)
    qualifier = qualifier_in_name or qualifier
    arn: str = backend.get_function(name).function_arn
    return f"{arn}:{qualifier}" if qualifier and qualifier != "$LATEST" else arn


def _find_statement(function: Any, sid: str, resource: str) -> dict[str, Any] | None:
    found = (s for s in function.policy.statements if (s["Sid"], s["Resource"]) == (sid, resource))
    return next(found, None)


def _check_policy_revision(function: Any, revision: str | None) -> None:
    if revision and revision != function.policy.revision:
        raise PreconditionFailedException("The RevisionId provided does not match the latest RevisionId.")
