"""Functions are kept, changed and removed as Lambda does it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.on_local_aws.requests import FUNCTION_ARN, REGION, ROLE, zipped


def test_a_configuration_is_kept_and_removed_as_lambda_does(aws: LocalAws, lambda_: Any) -> None:
    key = f"arn:aws:kms:{REGION}:123456789012:key/00000000-0000-0000-0000-000000000000"
    wanted = {
        "TracingConfig": {"Mode": "Active"},
        "KMSKeyArn": key,
        "DeadLetterConfig": {"TargetArn": f"arn:aws:sqs:{REGION}:123456789012:dead"},
        "EphemeralStorage": {"Size": 1024},
        "Role": ROLE,
    }
    network = {"SubnetIds": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}
    before = lambda_.get_function_configuration(FunctionName="orders")
    lambda_.update_function_configuration(FunctionName="orders", VpcConfig=network, **wanted)
    kept = lambda_.get_function(FunctionName="orders")["Configuration"]
    assert {name: kept[name] for name in wanted} == wanted
    assert kept["VpcConfig"]["SubnetIds"] == ["subnet-1"]
    assert (kept["State"], kept["LastUpdateStatus"]) == ("Active", "Successful")
    assert kept["RevisionId"] != before["RevisionId"]
    lambda_.update_function_configuration(
        FunctionName="orders",
        KMSKeyArn="",
        DeadLetterConfig={"TargetArn": ""},
        VpcConfig={"SubnetIds": [], "SecurityGroupIds": []},
        Environment={"Variables": {}},
    )
    left = lambda_.get_function(FunctionName="orders")["Configuration"]
    assert not {"KMSKeyArn", "DeadLetterConfig", "Environment"} & set(left)
    assert left["VpcConfig"] == {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""}
    assert left["TracingConfig"] == {"Mode": "Active"}


def test_a_dry_run_stores_and_publishes_nothing(aws: LocalAws, lambda_: Any) -> None:
    before = lambda_.get_function_configuration(FunctionName="orders")
    lambda_.update_function_code(FunctionName="orders", ZipFile=zipped("other"), Publish=True, DryRun=True)
    after = lambda_.get_function_configuration(FunctionName="orders")
    assert (after["CodeSha256"], after["RevisionId"]) == (before["CodeSha256"], before["RevisionId"])
    assert len(lambda_.list_versions_by_function(FunctionName="orders")["Versions"]) == 1


def test_a_statement_id_is_taken_once_for_each_qualifier(aws: LocalAws, lambda_: Any) -> None:
    lambda_.publish_version(FunctionName="orders")
    statement = {"StatementId": "all", "Action": "lambda:InvokeFunction", "Principal": "*"}
    lambda_.add_permission(FunctionName="orders", **statement)
    lambda_.add_permission(FunctionName="orders", Qualifier="1", **statement)
    with pytest.raises(lambda_.exceptions.ResourceConflictException):
        lambda_.add_permission(FunctionName="orders", **statement)
    lambda_.remove_permission(FunctionName="orders", StatementId="all")
    with pytest.raises(lambda_.exceptions.ResourceNotFoundException):
        lambda_.get_policy(FunctionName="orders")
    assert f"{FUNCTION_ARN}:1" in lambda_.get_policy(FunctionName="orders", Qualifier="1")["Policy"]


def test_mappings_are_listed_by_any_name_of_their_function(aws: LocalAws, lambda_: Any, mapping: str) -> None:
    for name in ("orders", FUNCTION_ARN):
        found = lambda_.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
        assert [each["UUID"] for each in found] == [mapping]
    assert lambda_.list_event_source_mappings(FunctionName="other")["EventSourceMappings"] == []


def test_the_last_event_invoke_config_is_the_one_that_is_kept(aws: LocalAws, lambda_: Any) -> None:
    lambda_.put_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=1)
    lambda_.put_function_event_invoke_config(FunctionName="orders", MaximumEventAgeInSeconds=60)
    lambda_.update_function_event_invoke_config(FunctionName="orders", MaximumRetryAttempts=0)
    kept = lambda_.get_function_event_invoke_config(FunctionName="orders")
    assert (kept["MaximumEventAgeInSeconds"], kept["MaximumRetryAttempts"]) == (60, 0)
    assert aws.records()[-2]["responseElements"] is None
