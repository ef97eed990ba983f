"""What hangs on a function does so by qualifier: aliases, policies, URLs, invoke and provisioned configurations."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION

DEAD = f"arn:aws:sqs:{REGION}:123456789012:dead"


@pytest.fixture
def live(lambda_: Any) -> Any:
    """Lambda, with versions 1 and 2 of ``orders`` and an alias ``live`` of the first."""
    lambda_.publish_version(FunctionName="orders")
    lambda_.update_function_configuration(FunctionName="orders", Timeout=5)
    lambda_.publish_version(FunctionName="orders")
    lambda_.create_alias(FunctionName="orders", Name="live", FunctionVersion="1", Description="as made")
    return lambda_


# Aliases


def test_weights_stay_until_they_are_cleared(aws: LocalAws, live: Any) -> None:
    weights = {"AdditionalVersionWeights": {"2": 0.5}}
    live.update_alias(FunctionName="orders", Name="live", RoutingConfig=weights)
    live.update_alias(FunctionName="orders", Name="live", Description="new")
    live.update_alias(FunctionName="orders", Name="live", RoutingConfig={})
    weighted, described, cleared = (record["responseElements"] for record in aws.records()[-3:])
    assert weighted["routingConfig"] == described["routingConfig"] == {"additionalVersionWeights": {"2": 0.5}}
    assert (described["description"], cleared["description"]) == ("new", "new")
    assert "routingConfig" not in cleared
    assert aws.records()[-1]["requestParameters"]["routingConfig"] == {}


def test_an_update_of_nothing_renews_an_aliass_revision(live: Any) -> None:
    before = live.get_alias(FunctionName="orders", Name="live")
    after = live.update_alias(FunctionName="orders", Name="live", RevisionId=before["RevisionId"])
    assert after["RevisionId"] != before["RevisionId"]
    with pytest.raises(live.exceptions.PreconditionFailedException):
        live.update_alias(FunctionName="orders", Name="live", RevisionId=before["RevisionId"], Description="new")
    assert live.get_alias(FunctionName="orders", Name="live")["Description"] == "as made"


def test_an_alias_is_deleted_with_what_hangs_on_it_and_again_without_an_error(aws: LocalAws, live: Any) -> None:
    live.create_function_url_config(FunctionName="orders", Qualifier="live", AuthType="NONE")
    live.add_permission(FunctionName="orders:live", StatementId="all", Action="lambda:InvokeFunction", Principal="*")
    for _ in range(2):
        live.delete_alias(FunctionName="orders", Name="live")
    first, second = aws.records()[-2:]
    for record in (first, second):
        assert "errorCode" not in record
        assert (record["eventName"], record["responseElements"]) == ("DeleteAlias20150331", None)
    live.create_alias(FunctionName="orders", Name="live", FunctionVersion="1")
    assert live.list_function_url_configs(FunctionName="orders")["FunctionUrlConfigs"] == []
    with pytest.raises(live.exceptions.ResourceNotFoundException):
        live.get_policy(FunctionName="orders", Qualifier="live")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"FunctionVersion": "7"}, "ResourceNotFoundException"),
        ({"RoutingConfig": {"AdditionalVersionWeights": {"7": 0.5}}}, "ResourceNotFoundException"),
        ({"RoutingConfig": {"AdditionalVersionWeights": {"1": 0.5}}}, "InvalidParameterValueException"),
        ({"RoutingConfig": {"AdditionalVersionWeights": {"2": 1.5}}}, "Exception"),
    ],
)
def test_an_alias_names_versions_that_are_there(live: Any, fields: dict[str, Any], code: str) -> None:
    before = live.get_alias(FunctionName="orders", Name="live")
    with pytest.raises(ClientError, match=code):
        live.update_alias(FunctionName="orders", Name="live", **fields)
    after = live.get_alias(FunctionName="orders", Name="live")
    assert after["RevisionId"] == before["RevisionId"]


# Policies


def test_each_qualifier_has_a_policy_of_its_own(live: Any) -> None:
    for qualifier in ("live", "1"):
        live.add_permission(
            FunctionName="orders",
            Qualifier=qualifier,
            StatementId="all",
            Action="lambda:InvokeFunction",
            Principal="s3.amazonaws.com",
            SourceAccount="123456789012",
        )
    live.remove_permission(FunctionName=f"{FUNCTION_ARN}:live", StatementId="all")
    (statement,) = json.loads(live.get_policy(FunctionName="orders:1")["Policy"])["Statement"]
    assert (statement["Resource"], statement["Sid"]) == (f"{FUNCTION_ARN}:1", "all")
    for qualifier in ({"Qualifier": "live"}, {}):
        with pytest.raises(live.exceptions.ResourceNotFoundException):
            live.remove_permission(FunctionName="orders", StatementId="all", **qualifier)


def test_a_policy_is_replaced_and_removed_whole(aws: LocalAws, live: Any) -> None:
    live.add_permission(FunctionName="orders", StatementId="old", Action="lambda:InvokeFunction", Principal="*")
    statement = {"Sid": "new", "Effect": "Allow", "Principal": "*", "Action": "lambda:*", "Resource": FUNCTION_ARN}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    live.put_resource_policy(ResourceArn=FUNCTION_ARN, Policy=policy)
    assert json.loads(live.get_policy(FunctionName="orders")["Policy"])["Statement"] == [statement]
    live.delete_resource_policy(ResourceArn=FUNCTION_ARN)
    with pytest.raises(live.exceptions.ResourceNotFoundException):
        live.get_policy(FunctionName="orders")
    assert [record["eventName"] for record in aws.records() if "ResourcePolicy" in record["eventName"]] == [
        "PutResourcePolicy",
        "DeleteResourcePolicy",
    ]


# URLs


def test_a_function_and_its_alias_have_each_a_url(aws: LocalAws, live: Any) -> None:
    own = live.create_function_url_config(FunctionName="orders", AuthType="AWS_IAM", Cors={"AllowOrigins": ["*"]})
    other = live.create_function_url_config(FunctionName="orders", Qualifier="live", AuthType="NONE")
    assert own["FunctionUrl"] != other["FunctionUrl"]
    assert (own["FunctionArn"], other["FunctionArn"]) == (FUNCTION_ARN, f"{FUNCTION_ARN}:live")
    with pytest.raises(live.exceptions.ResourceConflictException):
        live.create_function_url_config(FunctionName="orders:live", AuthType="NONE")
    live.update_function_url_config(FunctionName="orders", Cors={}, InvokeMode="RESPONSE_STREAM")
    result = aws.records()[-1]["responseElements"]
    assert "cors" not in result
    assert (result["authType"], result["invokeMode"]) == ("AWS_IAM", "RESPONSE_STREAM")
    live.delete_function_url_config(FunctionName="orders")
    assert live.get_function_url_config(FunctionName="orders", Qualifier="live")["AuthType"] == "NONE"


def test_a_version_has_no_url(live: Any) -> None:
    with pytest.raises(ClientError):
        live.create_function_url_config(FunctionName="orders:1", AuthType="NONE")


# Event invoke configurations


def test_put_replaces_and_update_patches(aws: LocalAws, live: Any) -> None:
    destinations = {"OnFailure": {"Destination": DEAD}}
    live.put_function_event_invoke_config(
        FunctionName="orders:live", MaximumEventAgeInSeconds=60, DestinationConfig=destinations
    )
    live.update_function_event_invoke_config(FunctionName="orders", Qualifier="live", MaximumRetryAttempts=0)
    kept = live.get_function_event_invoke_config(FunctionName="orders", Qualifier="live")
    assert (kept["MaximumEventAgeInSeconds"], kept["MaximumRetryAttempts"]) == (60, 0)
    assert kept["DestinationConfig"] == {"OnSuccess": {}, **destinations}
    live.put_function_event_invoke_config(FunctionName="orders", Qualifier="live", MaximumRetryAttempts=1)
    kept = live.get_function_event_invoke_config(FunctionName="orders", Qualifier="live")
    assert "MaximumEventAgeInSeconds" not in kept
    assert kept["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    for operation in ("update_function_event_invoke_config", "delete_function_event_invoke_config"):
        with pytest.raises(live.exceptions.ResourceNotFoundException):
            getattr(live, operation)(FunctionName="orders")
    changes = [record for record in aws.records() if not record["readOnly"] and "Invoke" in record["eventName"]]
    assert [record["responseElements"] for record in changes] == [None] * 5


# Concurrency


def test_provisioned_concurrency_is_ready_at_the_next_look(aws: LocalAws, live: Any) -> None:
    answer = live.put_provisioned_concurrency_config(
        FunctionName="orders", Qualifier="live", ProvisionedConcurrentExecutions=3
    )
    assert (answer["Status"], answer["AllocatedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 0)
    assert aws.records()[-1]["requestParameters"] == {
        "functionName": "orders",
        "qualifier": "live",
        "provisionedConcurrentExecutions": 3,
    }
    kept = live.get_provisioned_concurrency_config(FunctionName="orders", Qualifier="live")
    assert (kept["Status"], kept["AvailableProvisionedConcurrentExecutions"]) == ("READY", 3)
    (listed,) = live.list_provisioned_concurrency_configs(FunctionName="orders")["ProvisionedConcurrencyConfigs"]
    assert listed["FunctionArn"] == f"{FUNCTION_ARN}:live"
    for _ in range(2):
        live.delete_provisioned_concurrency_config(FunctionName="orders", Qualifier="live")
    with pytest.raises(live.exceptions.ProvisionedConcurrencyConfigNotFoundException):
        live.get_provisioned_concurrency_config(FunctionName="orders", Qualifier="live")


def test_what_is_not_published_or_reserved_is_not_provisioned(live: Any) -> None:
    with pytest.raises(ClientError, match="unpublished"):
        live.put_provisioned_concurrency_config(
            FunctionName="orders", Qualifier="$LATEST", ProvisionedConcurrentExecutions=1
        )
    live.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=2)
    with pytest.raises(ClientError, match="reservedConcurrentExecution"):
        live.put_provisioned_concurrency_config(FunctionName="orders", Qualifier="1", ProvisionedConcurrentExecutions=3)


def test_what_is_provisioned_stays_reserved(live: Any) -> None:
    live.put_provisioned_concurrency_config(FunctionName="orders:1", Qualifier="1", ProvisionedConcurrentExecutions=3)
    with pytest.raises(live.exceptions.InvalidParameterValueException):
        live.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=2)
    live.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=3)
    assert live.get_function_concurrency(FunctionName="orders")["ReservedConcurrentExecutions"] == 3


def test_a_reserved_concurrency_is_removed(aws: LocalAws, lambda_: Any) -> None:
    lambda_.put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=5)
    assert lambda_.get_function_concurrency(FunctionName="orders")["ReservedConcurrentExecutions"] == 5
    for _ in range(2):
        lambda_.delete_function_concurrency(FunctionName="orders")
    assert "ReservedConcurrentExecutions" not in lambda_.get_function_concurrency(FunctionName="orders")
    assert aws.records()[-2]["eventName"] == "DeleteFunctionConcurrency20171031"


# Settings


def test_a_runtime_is_held_by_qualifier(aws: LocalAws, live: Any) -> None:
    runtime = f"arn:aws:lambda:{REGION}::runtime:{'0' * 64}"
    live.put_runtime_management_config(
        FunctionName="orders", Qualifier="1", UpdateRuntimeOn="Manual", RuntimeVersionArn=runtime
    )
    assert aws.records()[-1]["eventName"] == "PutRuntimeManagementConfig"
    held = live.get_runtime_management_config(FunctionName="orders", Qualifier="1")
    assert (held["UpdateRuntimeOn"], held["RuntimeVersionArn"]) == ("Manual", runtime)
    other = live.get_runtime_management_config(FunctionName="orders")
    assert (other["UpdateRuntimeOn"], other["FunctionArn"]) == ("Auto", FUNCTION_ARN)
    shown = live.get_function_configuration(FunctionName="orders:1")
    assert shown["RuntimeVersionConfig"]["RuntimeVersionArn"] == runtime
    with pytest.raises(live.exceptions.InvalidParameterValueException):
        live.put_runtime_management_config(FunctionName="orders", UpdateRuntimeOn="Manual")


def test_recursion_is_stopped_until_it_is_allowed(aws: LocalAws, lambda_: Any) -> None:
    assert lambda_.get_function_recursion_config(FunctionName="orders")["RecursiveLoop"] == "Terminate"
    lambda_.put_function_recursion_config(FunctionName=FUNCTION_ARN, RecursiveLoop="Allow")
    assert aws.records()[-1]["responseElements"] == {"recursiveLoop": "Allow"}
    assert lambda_.get_function_recursion_config(FunctionName="orders")["RecursiveLoop"] == "Allow"


def test_scaling_and_capacity_providers_keep_their_settings(aws: LocalAws, live: Any) -> None:
    bounds = {"MinExecutionEnvironments": 1, "MaxExecutionEnvironments": 4}
    live.put_function_scaling_config(FunctionName="orders", Qualifier="1", FunctionScalingConfig=bounds)
    shown = live.get_function_scaling_config(FunctionName="orders", Qualifier="1")
    assert shown["AppliedFunctionScalingConfig"] == bounds
    made = live.create_capacity_provider(
        CapacityProviderName="fleet",
        VpcConfig={"SubnetIds": ["subnet-00000000000000001"], "SecurityGroupIds": ["sg-00000000000000001"]},
        PermissionsConfig={"CapacityProviderOperatorRoleArn": "arn:aws:iam::123456789012:role/fleet"},
    )
    live.update_capacity_provider(
        CapacityProviderName="fleet", CapacityProviderScalingConfig={"MaxVCpuCount": 8, "ScalingMode": "Auto"}
    )
    arn = made["CapacityProvider"]["CapacityProviderArn"]
    live.tag_resource(Resource=arn, Tags={"Team": "a"})
    kept = live.get_capacity_provider(CapacityProviderName="fleet")["CapacityProvider"]
    assert kept["CapacityProviderScalingConfig"]["MaxVCpuCount"] == 8
    live.delete_capacity_provider(CapacityProviderName="fleet")
    with pytest.raises(live.exceptions.ResourceNotFoundException):
        live.list_tags(Resource=arn)
    changes = [record["eventName"] for record in aws.records() if "Capacity" in record["eventName"]]
    assert changes[:2] == ["CreateCapacityProvider", "UpdateCapacityProvider"]
