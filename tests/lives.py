"""What can be done by hand to each resource type, as calls and what they differ in from state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.attached import (
    QUEUE_FAILED,
    SIGNING,
    add_layer_permission,
    capacity_state,
    create_capacity,
    create_signing,
    create_url,
    delete_layer,
    delete_policy,
    delete_url,
    invoke_config_state,
    layer_permission_state,
    layer_state,
    on_function,
    policy,
    policy_state,
    provisioned_state,
    publish_layer,
    put_invoke_config,
    put_policy,
    put_provisioned,
    put_recursion,
    put_runtime,
    put_scaling,
    recursion_state,
    remove_layer_permission,
    runtime_state,
    scaling_state,
    signing_state,
    statement,
    update_capacity,
    update_signing,
    update_url,
    url_state,
)
from tests.builders import (
    add_permission,
    alias_state,
    create_alias,
    create_function,
    create_mapping,
    delete_alias,
    delete_function,
    delete_mapping,
    function_state,
    mapping_state,
    permission_state,
    record,
    remove_permission,
    update_alias,
    update_configuration,
    update_mapping,
)

Call = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Life:
    """What can be done to one resource type by hand; each call takes ``at``."""

    state: dict[str, Any]
    deletes: Call | None
    differs: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    """What the change differs in from state."""
    changes: Call | None = None
    repeats: Call | None = None
    """The same call with the values that state has: it also takes the change back."""
    creates: Call | None = None
    """Makes it with the values that state has."""
    attached: bool = True
    """Whether it hangs on a function."""

    @property
    def address(self) -> str:
        return f"{self.state['type']}.{self.state['name']}"

    @property
    def world(self) -> list[dict[str, Any]]:
        """State with it, and with what it hangs on."""
        return [self.state, function_state()] if self.attached else [self.state]


def invoke_values(attempts: int) -> dict[str, Any]:
    destination = {"onFailure": {"destination": QUEUE_FAILED}}
    return {
        "maximumRetryAttempts": attempts,
        "maximumEventAgeInSeconds": 3600,
        "destinationConfig": destination,
    }


EVERYBODY = statement(principal="*")
VCPUS = "capacity_provider_scaling_config[0].max_vcpu_count"
POLICY_BEFORE, POLICY_AFTER = policy(statement()), policy(EVERYBODY)

LIVES: dict[str, Life] = {
    "aws_lambda_function": Life(
        state=function_state(),
        changes=lambda **at: update_configuration({"memorySize": 1024}, **at),
        repeats=lambda **at: update_configuration({"memorySize": 512}, **at),
        differs={"memory_size": (512, 1024)},
        deletes=delete_function,
        creates=create_function,
        attached=False,
    ),
    "aws_lambda_permission": Life(state=permission_state(), deletes=remove_permission, creates=add_permission),
    "aws_lambda_resource_policy": Life(
        state=policy_state(),
        changes=lambda **at: put_policy(POLICY_AFTER, **at),
        repeats=lambda **at: put_policy(POLICY_BEFORE, **at),
        differs={"policy": (POLICY_BEFORE, POLICY_AFTER)},
        deletes=delete_policy,
        creates=lambda **at: put_policy(POLICY_BEFORE, **at),
    ),
    "aws_lambda_event_source_mapping": Life(
        state=mapping_state(),
        changes=lambda **at: update_mapping({"batchSize": 5}, {"batchSize": 5}, **at),
        repeats=lambda **at: update_mapping({"batchSize": 100}, {"batchSize": 100}, **at),
        differs={"batch_size": (100, 5)},
        deletes=delete_mapping,
        creates=create_mapping,
    ),
    "aws_lambda_alias": Life(
        state=alias_state(),
        changes=lambda **at: update_alias({"functionVersion": "4"}, **at),
        repeats=lambda **at: update_alias({"functionVersion": "3"}, **at),
        differs={"function_version": ("3", "4")},
        deletes=delete_alias,
        creates=create_alias,
    ),
    "aws_lambda_function_url": Life(
        state=url_state(),
        changes=lambda **at: update_url({"authType": "NONE"}, **at),
        repeats=lambda **at: update_url({"authType": "AWS_IAM"}, **at),
        differs={"authorization_type": ("AWS_IAM", "NONE")},
        deletes=delete_url,
        creates=create_url,
    ),
    "aws_lambda_function_event_invoke_config": Life(
        state=invoke_config_state(),
        changes=lambda **at: put_invoke_config(invoke_values(0), **at),
        repeats=lambda **at: put_invoke_config(invoke_values(1), **at),
        differs={"maximum_retry_attempts": (1, 0)},
        deletes=lambda **at: on_function("DeleteFunctionEventInvokeConfig", {}, **at),
        creates=lambda **at: put_invoke_config(invoke_values(1), **at),
    ),
    "aws_lambda_provisioned_concurrency_config": Life(
        state=provisioned_state(),
        changes=put_provisioned,
        repeats=lambda **at: put_provisioned(5, **at),
        differs={"provisioned_concurrent_executions": (5, 10)},
        deletes=lambda **at: on_function("DeleteProvisionedConcurrencyConfig", {"qualifier": "live"}, **at),
        creates=lambda **at: put_provisioned(5, **at),
    ),
    "aws_lambda_runtime_management_config": Life(
        state=runtime_state(),
        changes=lambda **at: put_runtime("Auto", None, **at),
        repeats=lambda **at: put_runtime("FunctionUpdate", None, **at),
        differs={"update_runtime_on": ("FunctionUpdate", "Auto")},
        deletes=None,
    ),
    "aws_lambda_function_recursion_config": Life(
        state=recursion_state(),
        changes=put_recursion,
        repeats=lambda **at: put_recursion("Terminate", **at),
        differs={"recursive_loop": ("Terminate", "Allow")},
        deletes=None,
    ),
    "aws_lambda_function_scaling_config": Life(
        state=scaling_state(),
        changes=lambda **at: put_scaling({"minExecutionEnvironments": 1, "maxExecutionEnvironments": 9}, **at),
        repeats=lambda **at: put_scaling({"minExecutionEnvironments": 1, "maxExecutionEnvironments": 5}, **at),
        differs={"function_scaling_config[0].max_execution_environments": (5, 9)},
        deletes=lambda **at: put_scaling(None, **at),
        creates=lambda **at: put_scaling({"minExecutionEnvironments": 1, "maxExecutionEnvironments": 5}, **at),
    ),
    "aws_lambda_layer_version": Life(state=layer_state(), deletes=delete_layer, creates=publish_layer, attached=False),
    "aws_lambda_layer_version_permission": Life(
        state=layer_permission_state(), deletes=remove_layer_permission, creates=add_layer_permission
    ),
    "aws_lambda_code_signing_config": Life(
        state=signing_state(),
        changes=lambda **at: update_signing({"description": "mine"}, **at),
        repeats=lambda **at: update_signing({"description": ""}, **at),
        differs={"description": ("", "mine")},
        deletes=lambda **at: record("DeleteCodeSigningConfig", {"codeSigningConfigArn": SIGNING}, None, **at),
        creates=create_signing,
        attached=False,
    ),
    "aws_lambda_capacity_provider": Life(
        state=capacity_state(),
        changes=lambda **at: update_capacity({"maxVCpuCount": 24}, **at),
        repeats=lambda **at: update_capacity({"maxVCpuCount": 12}, **at),
        differs={VCPUS: (12, 24)},
        deletes=lambda **at: record("DeleteCapacityProvider", {"capacityProviderName": "fleet"}, None, **at),
        creates=create_capacity,
        attached=False,
    ),
}

CHANGED = {name: life for name, life in LIVES.items() if life.changes}
DELETED = {name: life for name, life in LIVES.items() if life.deletes}
MADE = {name: life for name, life in LIVES.items() if life.creates}
CALLED: dict[str, tuple[Life, Call]] = {
    name: (life, call) for name, life in LIVES.items() if (call := life.changes or life.deletes)
}
