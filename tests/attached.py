"""Small builders, like those of :mod:`tests.builders`, of what hangs on functions and of what stands by itself.

Records whose shape no capture shows follow the service model's members with the first letter lowered, as every
captured one does. States follow the provider's schema.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.builders import ACCOUNT, CODE, REGION, configuration, function_arn, record, resource

LAYER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:layer:shared"
SIGNING = f"arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-0123456789abcdef0"
PROVIDER = f"arn:aws:lambda:{REGION}:{ACCOUNT}:capacity-provider:fleet"
PUBLISHER = f"arn:aws:signer:{REGION}:{ACCOUNT}:/signing-profiles/release/abcdefghij"
QUEUE_FAILED = f"arn:aws:sqs:{REGION}:{ACCOUNT}:failed"


def on_function(event_name: str, request: Mapping[str, Any], answer: Any = None, **fields: Any) -> dict[str, Any]:
    """Build a record of a call on the function ``orders``."""
    return record(event_name, {"functionName": "orders", **request}, answer, **fields)


def publish_version(version: str = "4", answers: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the publication of a version: the answer is that version's whole configuration."""
    members = {"functionArn": f"{function_arn()}:{version}", "version": version} | dict(answers or {})
    return on_function(
        "PublishVersion20150331", fields.pop("request", {}), configuration(**members, **_at(fields)), **fields
    )


def url(**members: Any) -> dict[str, Any]:
    """Build a function URL as the API answers it, by default that of :func:`url_state`."""
    return {
        "functionUrl": "https://abcdefghij.lambda-url.us-east-1.on.aws/",
        "functionArn": function_arn(),
        "authType": "AWS_IAM",
        "creationTime": "2024-05-09T21:05:41.000Z",
        "invokeMode": "BUFFERED",
    } | members


def create_url(answers: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the creation of a URL; the request asks for what the answer shows."""
    shown = dict(answers or {})
    request = {"authType": "AWS_IAM", "invokeMode": "BUFFERED"} | shown | fields.pop("request", {})
    return on_function("CreateFunctionUrlConfig", request, url(**shown), **fields)


def update_url(request: Mapping[str, Any], answers: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Build the update of a URL; the answer shows what was asked for unless ``answers`` is given."""
    return on_function("UpdateFunctionUrlConfig", request, url(**(request if answers is None else answers)), **fields)


def delete_url(**fields: Any) -> dict[str, Any]:
    """Build the deletion of a URL."""
    return on_function("DeleteFunctionUrlConfig", fields.pop("request", {}), **fields)


def put_invoke_config(request: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build the setting of the whole event invoke configuration: it is recorded with a null answer."""
    return on_function("PutFunctionEventInvokeConfig", request, **fields)


def update_invoke_config(request: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build the change of some settings of the event invoke configuration."""
    return on_function("UpdateFunctionEventInvokeConfig", request, **fields)


def put_provisioned(amount: Any = 10, qualifier: str = "live", **fields: Any) -> dict[str, Any]:
    """Build the setting of provisioned concurrency."""
    request = {"qualifier": qualifier, "provisionedConcurrentExecutions": amount}
    answer = {"requestedProvisionedConcurrentExecutions": amount, "status": "IN_PROGRESS"}
    return on_function("PutProvisionedConcurrencyConfig", request, answer, **fields)


def put_runtime(
    mode: str = "Manual", version: str | None = "arn:aws:lambda:us-east-1::runtime:abc", **fields: Any
) -> Any:
    """Build the setting of runtime management."""
    request = {"updateRuntimeOn": mode} | ({"runtimeVersionArn": version} if version else {})
    return on_function("PutRuntimeManagementConfig", request, {"functionArn": function_arn(), **request}, **fields)


def put_recursion(loop: str = "Allow", **fields: Any) -> dict[str, Any]:
    """Build the setting of what Lambda does about recursion."""
    return on_function("PutFunctionRecursionConfig", {"recursiveLoop": loop}, {"recursiveLoop": loop}, **fields)


def put_scaling(request: Mapping[str, Any] | None, qualifier: str = "3", **fields: Any) -> dict[str, Any]:
    """Build the setting of a function's scaling; None takes it away."""
    asked = {"qualifier": qualifier} | ({} if request is None else {"functionScalingConfig": dict(request)})
    return on_function("PutFunctionScalingConfig", asked, {"functionState": "Active"}, **fields)


def statement(sid: str = "allow", principal: Any = None, **more: Any) -> dict[str, Any]:
    """Build a policy statement as Lambda stores that of :func:`tests.builders.permission_state`."""
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal or {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function_arn(),
        "Condition": {"ArnLike": {"AWS:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/hourly"}},
    } | more


def policy(*statements: Mapping[str, Any]) -> str:
    """Build a whole policy document."""
    return json.dumps({"Version": "2012-10-17", "Id": "default", "Statement": list(statements)})


def put_policy(document: str, **fields: Any) -> dict[str, Any]:
    """Build the replacement of a function's whole policy."""
    return record("PutResourcePolicy", {"resourceArn": function_arn(), "policy": document}, None, **fields)


def delete_policy(**fields: Any) -> dict[str, Any]:
    """Build the deletion of a function's whole policy."""
    return record("DeleteResourcePolicy", {"resourceArn": function_arn()}, None, **fields)


def tag(tags: Mapping[str, Any], arn: str | None = None, **fields: Any) -> dict[str, Any]:
    """Build the addition of tags: the call names its target by an ARN alone."""
    return record("TagResource20170331v2", {"resource": arn or function_arn(), "tags": dict(tags)}, None, **fields)


def untag(*keys: str, arn: str | None = None, **fields: Any) -> dict[str, Any]:
    """Build the removal of tags."""
    return record("UntagResource20170331v2", {"resource": arn or function_arn(), "tagKeys": list(keys)}, None, **fields)


def publish_layer(version: int = 3, **fields: Any) -> dict[str, Any]:
    """Build the publication of a layer version."""
    request = {"layerName": "shared", "content": {}, "compatibleRuntimes": ["python3.12"]}
    answer = {
        "content": {"codeSha256": CODE, "codeSize": 100},
        "layerArn": LAYER,
        "layerVersionArn": f"{LAYER}:{version}",
        "version": version,
        "createdDate": "2026-01-01T10:00:00.000+0000",
        "compatibleRuntimes": ["python3.12"],
    }
    return record("PublishLayerVersion20181031", request, answer, **fields)


def delete_layer(version: Any = 3, layer: str = "shared", **fields: Any) -> dict[str, Any]:
    """Build the deletion of a layer version."""
    return record("DeleteLayerVersion20181031", {"layerName": layer, "versionNumber": version}, None, **fields)


def add_layer_permission(sid: str = "org", version: Any = 3, **fields: Any) -> dict[str, Any]:
    """Build the addition of a permission on a layer version."""
    request = {
        "layerName": "shared",
        "versionNumber": version,
        "statementId": sid,
        "action": "lambda:GetLayerVersion",
        "principal": "*",
        "organizationId": "o-1",
    } | fields.pop("request", {})
    answer = {"statement": "{}", "revisionId": "1"}
    return record("AddLayerVersionPermission20181031", request, answer, **fields)


def remove_layer_permission(sid: str = "org", **fields: Any) -> dict[str, Any]:
    """Build the removal of a permission on a layer version."""
    request = {"layerName": "shared", "versionNumber": 3, "statementId": sid}
    return record("RemoveLayerVersionPermission20181031", request, None, **fields)


def signing_config(**members: Any) -> dict[str, Any]:
    """Build a code signing configuration as the API answers it, by default that of :func:`signing_state`."""
    return {
        "codeSigningConfigId": "csc-0123456789abcdef0",
        "codeSigningConfigArn": SIGNING,
        "description": "",
        "allowedPublishers": {"signingProfileVersionArns": [PUBLISHER]},
        "codeSigningPolicies": {"untrustedArtifactOnDeployment": "Enforce"},
        "lastModified": "2026-01-01T10:00:00.000+0000",
    } | members


def create_signing(**fields: Any) -> dict[str, Any]:
    """Build the creation of a code signing configuration."""
    request = {"allowedPublishers": {"signingProfileVersionArns": [PUBLISHER]}}
    answer = {"codeSigningConfig": signing_config(codeSigningPolicies={"untrustedArtifactOnDeployment": "Warn"})}
    return record("CreateCodeSigningConfig", request, answer, **fields)


def update_signing(request: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build the update of a code signing configuration."""
    answer = {"codeSigningConfig": signing_config(**request)}
    return record("UpdateCodeSigningConfig", {"codeSigningConfigArn": SIGNING, **request}, answer, **fields)


def capacity_provider(**members: Any) -> dict[str, Any]:
    """Build a capacity provider as the API answers it, by default that of :func:`capacity_state`."""
    return {
        "capacityProviderArn": PROVIDER,
        "state": "Active",
        "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "permissionsConfig": {"capacityProviderOperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/operator"},
        "capacityProviderScalingConfig": {"maxVCpuCount": 12, "scalingMode": "Auto", "scalingPolicies": []},
        "lastModified": "2026-01-01T10:00:00.000+0000",
    } | members


def create_capacity(**fields: Any) -> dict[str, Any]:
    """Build the creation of a capacity provider."""
    request = {
        "capacityProviderName": "fleet",
        "vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
        "permissionsConfig": {"capacityProviderOperatorRoleArn": f"arn:aws:iam::{ACCOUNT}:role/operator"},
    }
    return record("CreateCapacityProvider", request, {"capacityProvider": capacity_provider()}, **fields)


def update_capacity(scaling: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Build the update of a capacity provider's scaling."""
    request = {"capacityProviderName": "fleet", "capacityProviderScalingConfig": dict(scaling)}
    shown = {"maxVCpuCount": 12, "scalingMode": "Auto", "scalingPolicies": []} | dict(scaling)
    answer = {"capacityProvider": capacity_provider(capacityProviderScalingConfig=shown)}
    return record("UpdateCapacityProvider", request, answer, **fields)


def url_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a function URL."""
    given = {
        "id": "orders",
        "function_name": "orders",
        "function_arn": function_arn(),
        "qualifier": "",
        "authorization_type": "AWS_IAM",
        "invoke_mode": "BUFFERED",
        "cors": [],
    }
    return resource("aws_lambda_function_url", "url", given | attributes)


def invoke_config_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of an event invoke configuration."""
    given = {
        "id": "orders",
        "function_name": "orders",
        "qualifier": "",
        "maximum_retry_attempts": 1,
        "maximum_event_age_in_seconds": 3600,
        "destination_config": [{"on_failure": [{"destination": QUEUE_FAILED}], "on_success": []}],
    }
    return resource("aws_lambda_function_event_invoke_config", "invoke", given | attributes)


def provisioned_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of provisioned concurrency on the alias ``live``."""
    given = {
        "id": "orders,live",
        "function_name": "orders",
        "qualifier": "live",
        "provisioned_concurrent_executions": 5,
    }
    return resource("aws_lambda_provisioned_concurrency_config", "live", given | attributes)


def runtime_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of runtime management: the type has no id."""
    given = {
        "function_name": "orders",
        "function_arn": f"{function_arn()}:$LATEST",
        "qualifier": None,
        "update_runtime_on": "FunctionUpdate",
        "runtime_version_arn": None,
    }
    return resource("aws_lambda_runtime_management_config", "runtime", given | attributes)


def recursion_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a recursion configuration."""
    given = {"function_name": "orders", "recursive_loop": "Terminate"}
    return resource("aws_lambda_function_recursion_config", "recursion", given | attributes)


def scaling_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a scaling configuration of version 3."""
    given = {
        "function_name": "orders",
        "function_arn": function_arn(),
        "qualifier": "3",
        "function_scaling_config": [{"min_execution_environments": 1, "max_execution_environments": 5}],
    }
    return resource("aws_lambda_function_scaling_config", "scaling", given | attributes)


def policy_state(*statements: Mapping[str, Any], **attributes: Any) -> dict[str, Any]:
    """Build the state of a whole resource policy."""
    given = {"resource_arn": function_arn(), "policy": policy(*(statements or (statement(),))), "revision_id": "1"}
    return resource("aws_lambda_resource_policy", "policy", given | attributes)


def layer_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a layer version."""
    given = {
        "id": f"{LAYER}:3",
        "arn": f"{LAYER}:3",
        "layer_arn": LAYER,
        "layer_name": "shared",
        "version": "3",
        "compatible_runtimes": ["python3.12"],
        "code_sha256": CODE,
    }
    return resource("aws_lambda_layer_version", "shared", given | attributes)


def layer_permission_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a permission on a layer version."""
    given = {
        "id": "shared,3",
        "layer_name": "shared",
        "version_number": 3,
        "statement_id": "org",
        "action": "lambda:GetLayerVersion",
        "principal": "*",
        "organization_id": "o-1",
    }
    return resource("aws_lambda_layer_version_permission", "org", given | attributes)


def signing_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a code signing configuration."""
    given = {
        "id": SIGNING,
        "arn": SIGNING,
        "config_id": "csc-0123456789abcdef0",
        "description": "",
        "allowed_publishers": [{"signing_profile_version_arns": [PUBLISHER]}],
        "policies": [{"untrusted_artifact_on_deployment": "Enforce"}],
        "tags": {},
        "tags_all": {},
    }
    return resource("aws_lambda_code_signing_config", "signing", given | attributes)


def capacity_state(**attributes: Any) -> dict[str, Any]:
    """Build the state of a capacity provider."""
    given = {
        "name": "fleet",
        "arn": PROVIDER,
        "region": REGION,
        "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
        "permissions_config": [{"capacity_provider_operator_role_arn": f"arn:aws:iam::{ACCOUNT}:role/operator"}],
        "capacity_provider_scaling_config": [{"max_vcpu_count": 12, "scaling_mode": "Auto", "scaling_policies": []}],
        "tags": None,
        "tags_all": {},
    }
    return resource("aws_lambda_capacity_provider", "fleet", given | attributes)


def _at(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {"at": fields["at"]} if "at" in fields else {}
