"""Terraform applies, refreshes and destroys everything of Lambda's on the local AWS, and sees what each call changed.

Terraform's refresh is the judge of what the gate says; these tests hold the AWS that it judges by to account. Calls
are made in rounds, since a refresh takes seconds: each round starts from the applied world, its calls touch one setting
each, and what the refresh finds of every resource is compared whole.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local_aws import LocalAws
from tests.on_local_aws.applied_world import REGION, AppliedWorld, apply_world
from tests.on_local_aws.calls_by_hand import (
    CONFIGURATION,
    FULL,
    FULL_ARN,
    IMAGE,
    KEY,
    NETWORK,
    PACKAGE,
    QUEUE,
    REMOVALS,
    SIGNER,
    change_functions,
    change_what_functions_share,
    change_what_hangs_on_functions,
    delete_what_hangs_on_functions,
)
from tests.on_local_aws.requests import zipped
from tests.terraform_cli.fixtures import FIRST, Installed, cannot

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.long,
    pytest.mark.parametrize("installed", [FIRST], indirect=True),
]

STAMPS = {"last_modified", "state", "revision_id", "policy"}
"""Attributes that follow from others, or tell when something changed and not what."""


@pytest.fixture(scope="module")
def applied(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppliedWorld]:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    with LocalAws() as aws:
        yield apply_world(aws, installed, tmp_path_factory.mktemp("applied"))


@pytest.fixture
def world(applied: AppliedWorld) -> AppliedWorld:
    applied.start_over()
    return applied


def settings(world: AppliedWorld) -> dict[str, dict[str, Any] | None]:
    """What a refresh finds, without what follows from it."""
    found = {}
    for address, attributes in world.drift().items():
        found[address] = attributes and {name: value for name, value in attributes.items() if name not in STAMPS}
    return {address: attributes for address, attributes in found.items() if attributes != {}}


def test_what_terraform_applied_is_what_it_finds(world: AppliedWorld) -> None:
    assert world.drift() == {}
    done = world.terraform("plan", "-detailed-exitcode")
    assert "No changes." in done.stdout
    assert done.code == 0, done.output


# A round of changes


@pytest.fixture(scope="module")
def changed(applied: AppliedWorld) -> dict[str, Any]:
    """What a refresh finds after a call for every setting there is."""
    applied.start_over()
    change_functions(applied)
    change_what_hangs_on_functions(applied)
    change_what_functions_share(applied)
    return settings(applied)


def test_every_setting_of_a_function_is_seen_to_change(changed: dict[str, Any]) -> None:
    found = dict(changed[FULL])
    (network,) = found.pop("vpc_config")
    assert (network["subnet_ids"], network["security_group_ids"]) == (NETWORK["SubnetIds"], NETWORK["SecurityGroupIds"])
    assert found.pop("qualified_invoke_arn").endswith("full:2/invocations")
    expected = {name: value for _, seen in CONFIGURATION for name, value in seen.items()}
    assert found == expected | {
        "architectures": ["x86_64"],
        "code_sha256": base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode(),
        "source_code_size": len(PACKAGE),
        "version": "2",
        "qualified_arn": f"{FULL_ARN}:2",
        "tags": {"Team": "other", "New": "1"},
        "tags_all": {"Owner": "platform", "Team": "other", "New": "1"},
    }
    assert changed["aws_lambda_function.plain"] == {"reserved_concurrent_executions": 0}
    assert changed["aws_lambda_function.image"] == {
        "code_sha256": hashlib.sha256(IMAGE.encode()).hexdigest(),
        "image_uri": IMAGE,
        "image_config": [{"command": ["other"], "entry_point": [], "working_directory": ""}],
    }


def test_what_hangs_on_functions_is_seen_to_change(changed: dict[str, Any]) -> None:
    cors = {"allow_credentials": False, "allow_headers": [], "allow_methods": [], "expose_headers": []}
    expected = {
        "aws_lambda_alias.live": {
            "description": "by hand",
            "routing_config": [{"additional_version_weights": {"2": 0.25}}],
        },
        "aws_lambda_provisioned_concurrency_config.alias": {"provisioned_concurrent_executions": 3},
        "aws_lambda_function_url.plain": {"cors": [{**cors, "allow_origins": ["*"], "max_age": 61}]},
        "aws_lambda_function_url.alias": {"authorization_type": "AWS_IAM", "invoke_mode": "BUFFERED"},
        "aws_lambda_function_event_invoke_config.plain": {
            "maximum_retry_attempts": 2,
            "maximum_event_age_in_seconds": 0,
            "destination_config": [],
        },
        "aws_lambda_function_event_invoke_config.alias": {"maximum_event_age_in_seconds": 300},
        "aws_lambda_runtime_management_config.plain": {"update_runtime_on": "Auto"},
        "aws_lambda_function_recursion_config.plain": {"recursive_loop": "Terminate"},
        "aws_lambda_permission.bucket": {
            "action": "lambda:*",
            "principal": "*",
            "source_arn": "arn:aws:s3:::other",
            "source_account": "",
            "principal_org_id": "o-0123456789",
        },
    }
    assert {address: changed.get(address) for address in expected} == expected


def test_what_functions_share_is_seen_to_change(changed: dict[str, Any]) -> None:
    image = f"arn:aws:lambda:{REGION}:123456789012:function:image"
    expected = {
        "aws_lambda_event_source_mapping.queue": {
            "enabled": False,
            "batch_size": 7,
            "maximum_batching_window_in_seconds": 0,
            "filter_criteria": [],
            "function_response_types": [],
            "scaling_config": [],
            "metrics_config": [],
            "kms_key_arn": KEY,
            "tags": {"Team": "other"},
            "tags_all": {"Owner": "platform", "Team": "other"},
        },
        "aws_lambda_event_source_mapping.stream": {
            "function_name": image,
            "function_arn": image,
            "maximum_batching_window_in_seconds": 2,
            "maximum_record_age_in_seconds": 240,
            "maximum_retry_attempts": 4,
            "parallelization_factor": 3,
            "bisect_batch_on_function_error": False,
            "tumbling_window_in_seconds": 60,
            "function_response_types": ["ReportBatchItemFailures"],
            "destination_config": [{"on_failure": [{"destination_arn": QUEUE}]}],
        },
        "aws_lambda_event_source_mapping.table": {"enabled": True},
        "aws_lambda_code_signing_config.warn": {
            "description": "by hand",
            "allowed_publishers": [{"signing_profile_version_arns": [SIGNER]}],
            "policies": [{"untrusted_artifact_on_deployment": "Enforce"}],
            "tags": {},
            "tags_all": {"Owner": "platform"},
        },
        "aws_lambda_layer_version_permission.partner": {"principal": "*", "organization_id": "o-0123456789"},
    }
    assert {address: changed.get(address) for address in expected} == expected


def test_what_no_call_named_is_not_seen_to_change(applied: AppliedWorld, changed: dict[str, Any]) -> None:
    # A layer's version never changes, and nobody touched the permission on the alias.
    lambdas = {address for address in applied.addresses() if address.startswith("aws_lambda_")}
    assert lambdas - set(changed) == {"aws_lambda_layer_version.tools", "aws_lambda_permission.rule_on_alias"}
    assert set(changed) <= lambdas


# A round of removals


@pytest.fixture(scope="module")
def removed(applied: AppliedWorld) -> dict[str, Any]:
    """What a refresh finds after all is removed and deleted that can be without a function."""
    applied.start_over()
    for sent, _ in REMOVALS:
        applied.functions.update_function_configuration(FunctionName="full", **sent)
    applied.functions.delete_function_concurrency(FunctionName="full")
    applied.functions.untag_resource(Resource=FULL_ARN, TagKeys=["Team", "Other"])
    applied.functions.update_function_configuration(FunctionName="image", ImageConfig={})
    delete_what_hangs_on_functions(applied)
    return settings(applied)


def test_every_setting_of_a_function_that_is_removed_is_seen(removed: dict[str, Any]) -> None:
    expected = {name: value for _, seen in REMOVALS for name, value in seen.items()}
    assert removed[FULL] == expected | {
        "reserved_concurrent_executions": -1,
        "code_signing_config_arn": "",
        "tags": {},
        "tags_all": {"Owner": "platform"},
    }
    assert removed["aws_lambda_function.image"] == {"image_config": []}


def test_everything_that_is_deleted_by_itself_is_seen_to_be_gone(removed: dict[str, Any]) -> None:
    gone = {
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_event_invoke_config.plain",
        "aws_lambda_function_url.alias",
        "aws_lambda_function_url.plain",
        "aws_lambda_permission.rule_on_alias",
        "aws_lambda_permission.bucket",
        "aws_lambda_layer_version_permission.partner",
        "aws_lambda_event_source_mapping.queue",
        "aws_lambda_event_source_mapping.stream",
        "aws_lambda_event_source_mapping.table",
        "aws_lambda_code_signing_config.warn",
    }
    assert {address for address, attributes in removed.items() if attributes is None} == gone
    assert set(removed) - gone == {FULL, "aws_lambda_function.image"}


# Rounds of their own


def test_an_alias_a_layer_version_and_a_function_take_what_hangs_on_them_along(world: AppliedWorld) -> None:
    world.functions.delete_alias(FunctionName="full", Name="live")
    world.functions.delete_layer_version(LayerName="tools", VersionNumber=1)
    world.functions.delete_function(FunctionName="plain")
    gone = {
        "aws_lambda_alias.live",
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_url.alias",
        "aws_lambda_permission.rule_on_alias",
        "aws_lambda_layer_version.tools",
        "aws_lambda_layer_version_permission.partner",
        "aws_lambda_function.plain",
        "aws_lambda_function_event_invoke_config.plain",
        "aws_lambda_function_url.plain",
        "aws_lambda_permission.bucket",
        "aws_lambda_runtime_management_config.plain",
        "aws_lambda_function_recursion_config.plain",
    }
    assert settings(world) == dict.fromkeys(gone)


def test_a_function_takes_its_aliases_and_versions_along_but_no_mapping(world: AppliedWorld) -> None:
    world.functions.delete_function(FunctionName="full")
    gone = {
        FULL,
        "aws_lambda_alias.live",
        "aws_lambda_provisioned_concurrency_config.alias",
        "aws_lambda_function_event_invoke_config.alias",
        "aws_lambda_function_url.alias",
        "aws_lambda_permission.rule_on_alias",
    }
    assert settings(world) == dict.fromkeys(gone)


def test_what_changes_nothing_of_terraforms_is_not_seen(world: AppliedWorld) -> None:
    functions = world.functions
    functions.update_function_configuration(FunctionName="full", MemorySize=256, Timeout=10)
    functions.update_function_code(FunctionName="full", ZipFile=zipped("other"), DryRun=True, Publish=True)
    functions.update_alias(FunctionName="full", Name="live")
    functions.tag_resource(Resource=FULL_ARN, Tags={"Team": "orders"})
    functions.untag_resource(Resource=FULL_ARN, TagKeys=["Other"])
    functions.update_event_source_mapping(UUID=world.output("queue"), BatchSize=5, Enabled=True)
    functions.create_alias(FunctionName="full", Name="other", FunctionVersion="1")
    functions.add_permission(
        FunctionName="plain", StatementId="other", Action="lambda:InvokeFunction", Principal="210987654321"
    )
    functions.add_permission(
        FunctionName="full", Qualifier="1", StatementId="AllowRule", Action="lambda:*", Principal="*"
    )
    functions.put_function_event_invoke_config(FunctionName="full", MaximumRetryAttempts=1)
    functions.put_runtime_management_config(FunctionName="plain", Qualifier="$LATEST", UpdateRuntimeOn="FunctionUpdate")
    functions.delete_alias(FunctionName="plain", Name="nobody")
    functions.invoke(FunctionName="plain")
    assert settings(world) == {}


def test_what_terraform_applied_it_destroys(installed: Installed, world: AppliedWorld) -> None:
    state = (world.folder / "terraform.tfstate").read_text(encoding="utf-8")
    try:
        world.terraform("destroy", "-auto-approve")
        assert world.functions.list_functions()["Functions"] == []
        assert world.functions.list_event_source_mappings()["EventSourceMappings"] == []
        assert world.functions.list_layers()["Layers"] == []
        assert world.functions.list_code_signing_configs()["CodeSigningConfigs"] == []
    finally:
        (world.folder / "terraform.tfstate").write_text(state, encoding="utf-8")
