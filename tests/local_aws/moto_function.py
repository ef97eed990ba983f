"""Functions in moto's Lambda: their configuration, code and revision ids as Lambda has them.

Each public function takes the place of the method of moto that :mod:`moto_lambda` names, with its signature.
Shapes: https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime, timezone
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException, PreconditionFailedException
from moto.awslambda.models import ImageConfig, LambdaBackend, LambdaFunction

from tests.local_aws.function_name import split_function_name

_init = LambdaFunction.__init__
_get_configuration = LambdaFunction.get_configuration
_set_version = LambdaFunction.set_version
_get_code = LambdaFunction.get_code
_create_function = LambdaBackend.create_function
_tag_resource = LambdaBackend.tag_resource
_untag_resource = LambdaBackend.untag_resource

_ATTRIBUTES = {
    "Description": "description",
    "Handler": "handler",
    "KMSKeyArn": "kms_key_arn",
    "MemorySize": "memory_size",
    "Role": "role",
    "Runtime": "run_time",
    "Timeout": "timeout",
    "TracingConfig": "tracing_config",
}
"""Fields that moto keeps in an attribute as they are."""

_PENDING = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}
_IN_PROGRESS = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}


def init(self: Any, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
    """Make a function out of a CreateFunction request."""
    _init(self, account_id, spec, region, version)
    self.kept = {
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
    }
    self.invoke_configs = {}
    _keep(self, spec)
    _renew(self)


def get_configuration(self: Any, on_create: bool = False) -> dict[str, Any]:
    """Return the FunctionConfiguration; ``on_create`` is the answer to the call that made the function."""
    configuration = _get_configuration(self, on_create) | self.kept | {"RevisionId": self.revision_id}
    if self.run_time:
        runtime = hashlib.sha256(self.run_time.encode()).hexdigest()
        configuration["RuntimeVersionConfig"] = {
            "RuntimeVersionArn": f"arn:aws:lambda:{self.region}::runtime:{runtime}"
        }
    if on_create:
        configuration |= _PENDING
    return {key: value for key, value in configuration.items() if value is not None}


def set_version(self: Any, version: int) -> None:
    """Turn a copy of the function into its published version."""
    _set_version(self, version)
    _renew(self)


def get_code(self: Any) -> dict[str, Any]:
    """Return the answer to GetFunction."""
    code = _get_code(self)
    if self.reserved_concurrency is not None:
        code["Concurrency"] = {"ReservedConcurrentExecutions": self.reserved_concurrency}
    return code


def create_function(self: Any, spec: dict[str, Any]) -> Any:
    """Create a function; the one returned is its first version where the request says ``Publish``."""
    function = _create_function(self, spec | {"FunctionName": split_function_name(spec["FunctionName"])[0]})
    if spec.get("Publish"):
        function.function_arn += f":{function.version}"
    return function


def update_function_configuration(
    self: Any, function_name: str, qualifier: str | None, body: dict[str, Any]
) -> dict[str, Any]:
    """Change the fields that ``body`` has and return the FunctionConfiguration."""
    function = _unpublished(self, function_name)
    _check_revision(function, body)
    for field, value in body.items():
        if field in _ATTRIBUTES:
            # A description may be empty, a key is removed by "".
            setattr(function, _ATTRIBUTES[field], (value or None) if field == "KMSKeyArn" else value)
    if "EphemeralStorage" in body:
        function.ephemeral_storage = body["EphemeralStorage"]["Size"]
    if "Environment" in body:
        function.environment_vars = body["Environment"].get("Variables") or {}
    if "Layers" in body:
        function.layers = function._get_layers_data(body["Layers"])
    if "VpcConfig" in body:
        lists = {"SubnetIds": [], "SecurityGroupIds": []} | body["VpcConfig"]
        function._vpc_config = lists if lists["SubnetIds"] or lists["SecurityGroupIds"] else None
    if "ImageConfig" in body:
        function.image_config = ImageConfig(body["ImageConfig"])
    _keep(function, body)
    _renew(function)
    function.code_or_config_updated = True
    return function.get_configuration() | _IN_PROGRESS


def update_function_code(self: Any, function_name: str, qualifier: str | None, body: dict[str, Any]) -> dict[str, Any]:
    """Replace the code, unless it is a dry run, and return the FunctionConfiguration."""
    function = _unpublished(self, function_name)
    _check_revision(function, body)
    if body.get("DryRun"):
        return function.get_configuration()
    function.code = {}  # another object, since published versions hold the old one
    function._set_function_code(body)
    if "Architectures" in body:
        function.architectures = body["Architectures"]
    _renew(function)
    function.code_or_config_updated = True
    if body.get("Publish"):
        return self.publish_version(function.function_name).get_configuration(on_create=True)
    return function.get_configuration() | _IN_PROGRESS


def tag_resource(self: Any, resource_arn: str, tags: dict[str, str]) -> None:
    """Merge tags into those of a function or event source mapping."""
    _tag_resource(self, resource_arn, tags)
    _renew_if_function(self, resource_arn)


def untag_resource(self: Any, resource_arn: str, tag_keys: list[str]) -> None:
    """Remove tags from a function or event source mapping."""
    _untag_resource(self, resource_arn, tag_keys)
    _renew_if_function(self, resource_arn)


def _keep(function: Any, spec: dict[str, Any]) -> None:
    # A new dict each time: moto's published versions are shallow copies.
    kept = dict(function.kept)
    if "LoggingConfig" in spec:
        kept["LoggingConfig"] = kept["LoggingConfig"] | spec["LoggingConfig"]
    if "SnapStart" in spec:
        kept["SnapStart"] = {"ApplyOn": spec["SnapStart"]["ApplyOn"], "OptimizationStatus": "Off"}
    if "DeadLetterConfig" in spec:
        target = spec["DeadLetterConfig"].get("TargetArn")
        kept["DeadLetterConfig"] = {"TargetArn": target} if target else None
    if "FileSystemConfigs" in spec:
        kept["FileSystemConfigs"] = spec["FileSystemConfigs"] or None
    function.kept = kept


def _renew(function: Any) -> None:
    function.revision_id = str(uuid.uuid4())
    function.last_modified = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def _renew_if_function(backend: Any, arn: str) -> None:
    if ":function:" in arn:
        _renew(backend.get_function(arn))


def _unpublished(backend: Any, function_name: str) -> Any:
    if ":" in function_name:
        raise InvalidParameterValueException(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation."
        )
    return backend.get_function(function_name)


def _check_revision(function: Any, body: dict[str, Any]) -> None:
    if body.get("RevisionId") not in (None, function.revision_id):
        raise PreconditionFailedException("The RevisionId provided does not match the latest RevisionId.")
