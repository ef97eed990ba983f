"""What hangs on a function in moto's Lambda: event invoke configurations, aliases, URLs.

Each public function takes the place of the method of moto that :mod:`moto_lambda` names, with its signature.
"""

from __future__ import annotations

import json
import time
import uuid
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import ConflictException, UnknownEventConfig
from moto.awslambda.models import EventInvokeConfig, FunctionUrlConfig, LambdaAlias, LambdaFunction, LambdaStorage

from tests.local_aws.function_name import split_function_name
from tests.local_aws.moto_policy import ResourceConflict

_update_alias = LambdaAlias.update
_put_alias = LambdaStorage.put_alias
_create_url = LambdaFunction.create_url_config
_delete_url = LambdaFunction.delete_url_config
_update_url = LambdaFunction.update_url_config
_url_config = FunctionUrlConfig.to_dict
_update_url_config = FunctionUrlConfig.update


def put_invoke_config(self: Any) -> str:
    """Answer PutFunctionEventInvokeConfig: replaces the whole configuration."""
    return _store_invoke_config(self, self.json_body)


def update_invoke_config(self: Any) -> str:
    """Answer UpdateFunctionEventInvokeConfig: changes the fields that were sent."""
    return _store_invoke_config(self, _invoke_config(self) | self.json_body)


def get_invoke_config(self: Any) -> str:
    """Answer GetFunctionEventInvokeConfig."""
    return json.dumps(_invoke_config(self))


def delete_invoke_config(self: Any) -> tuple[int, dict[str, Any], str]:
    """Answer DeleteFunctionEventInvokeConfig."""
    _invoke_config(self)
    function, qualifier = _invoke_target(self)
    del function.invoke_configs[qualifier]
    return 204, {"status": 204}, ""


def update_alias(self: Any, description: str | None, function_version: str | None, routing_config: Any) -> None:
    """Change an alias."""
    _update_alias(self, description, function_version, routing_config)
    self.revision_id = str(uuid.uuid4())


def put_alias(self: Any, *arguments: Any) -> Any:
    """Create an alias."""
    try:
        return _put_alias(self, *arguments)
    except ConflictException as error:
        raise ResourceConflict(error.message) from error


def create_url(self: Any, config: dict[str, Any]) -> Any:
    """Give a function a URL."""
    if self.url_config is not None:
        raise ResourceConflict(f"Failed to create function url config for [functionArn = {self.function_arn}].")
    return _create_url(self, config)


def delete_url(self: Any) -> None:
    """Take a function's URL away."""
    self.get_url_config()  # refuses where there is none
    _delete_url(self)


def update_url(self: Any, config: dict[str, Any]) -> Any:
    """Change a function's URL."""
    self.get_url_config()
    return _update_url(self, config)


def url_config(self: Any) -> dict[str, Any]:
    """Return the FunctionUrlConfig."""
    return _url_config(self) | {"InvokeMode": self.config.get("InvokeMode") or "BUFFERED"}


def update_url_config(self: Any, new_config: dict[str, Any]) -> None:
    """Change the fields of a URL that ``new_config`` has; empty CORS settings remove them."""
    _update_url_config(self, new_config)
    if "Cors" in new_config:
        self.config["Cors"] = new_config["Cors"] or None
    if "InvokeMode" in new_config:
        self.config["InvokeMode"] = new_config["InvokeMode"]


def _invoke_target(response: Any) -> tuple[Any, str]:
    name, qualifier = split_function_name(unquote(response.path.rsplit("/", 2)[1]))
    qualifier = qualifier or response._get_param("Qualifier") or "$LATEST"
    response.backend.get_function(name, qualifier)  # refuses a version or alias that is not there
    return response.backend.get_function(name), qualifier


def _invoke_config(response: Any) -> dict[str, Any]:
    function, qualifier = _invoke_target(response)
    if qualifier not in function.invoke_configs:
        raise UnknownEventConfig(f"{function.function_arn}:{qualifier}")
    config: dict[str, Any] = function.invoke_configs[qualifier]
    return config


def _store_invoke_config(response: Any, config: dict[str, Any]) -> str:
    function, qualifier = _invoke_target(response)
    EventInvokeConfig(function.function_arn, "", config)  # refuses what Lambda refuses
    stored = {"DestinationConfig": {"OnSuccess": {}, "OnFailure": {}}} | config
    stored |= {"FunctionArn": f"{function.function_arn}:{qualifier}", "LastModified": time.time()}
    function.invoke_configs[qualifier] = stored
    return json.dumps(stored)
