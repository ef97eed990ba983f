"""What one record does to one resource: every event of the catalogue has its record here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests import attached, builders
from tests.attached import SIGNING
from tests.builders import (
    ACCOUNT,
    CODE,
    MAPPING,
    OTHER_ACCOUNT,
    OTHER_CODE,
    OTHER_REGION,
    QUEUE,
    REGION,
    function_arn,
    record,
    update_configuration,
    without,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.changes.interpret import Interpretation, interpret
from tfdrift_gate.model import WITHHELD, Change, Effect, RawRecord, Record, ResourceKey
from tfdrift_gate.records.record import read_record

CATALOG = load_catalog()
FUNCTION = ("aws_lambda_function", ("orders",))
PERMISSION = ("aws_lambda_permission", ("orders", "", "allow"))
THE_MAPPING = ("aws_lambda_event_source_mapping", (MAPPING,))
ALIAS = ("aws_lambda_alias", ("orders", "live"))
URL = ("aws_lambda_function_url", ("orders", ""))
POLICY = ("aws_lambda_resource_policy", ("orders", ""))
PROVISIONED = ("aws_lambda_provisioned_concurrency_config", ("orders", "live"))
LAYER_VERSION = ("aws_lambda_layer_version", ("shared", "3"))
LAYER_PERMISSION = ("aws_lambda_layer_version_permission", ("shared", "3", "org"))
SIGNING_CONFIG = ("aws_lambda_code_signing_config", ("csc-0123456789abcdef0",))
CAPACITY = ("aws_lambda_capacity_provider", ("fleet",))

# By API: a record, the resource it is about, its effect, and some of what it asked for.
RECORDS: Mapping[str, tuple[dict[str, Any], tuple[str, tuple[str, ...]], Effect, dict[str, Any]]] = {
    "CreateFunction": (
        builders.create_function(),
        FUNCTION,
        Effect.CREATE,
        {"memory_size": 512, "handler": "index.handler", "code_sha256": CODE},
    ),
    "DeleteFunction": (builders.delete_function(), FUNCTION, Effect.DELETE, {}),
    "UpdateFunctionCode": (builders.update_code(), FUNCTION, Effect.UPDATE, {"code_sha256": OTHER_CODE}),
    "UpdateFunctionConfiguration": (
        update_configuration({"memorySize": 1024, "layers": ["arn:layer:1"]}),
        FUNCTION,
        Effect.UPDATE,
        {"memory_size": 1024, "layers": ["arn:layer:1"]},
    ),
    "PutFunctionConcurrency": (
        builders.put_concurrency(50),
        FUNCTION,
        Effect.UPDATE,
        {"reserved_concurrent_executions": 50},
    ),
    "DeleteFunctionConcurrency": (
        builders.delete_concurrency(),
        FUNCTION,
        Effect.UPDATE,
        {"reserved_concurrent_executions": -1},
    ),
    "AddPermission": (
        builders.add_permission(request={"principalOrgID": "o-1"}),
        PERMISSION,
        Effect.CREATE,
        {"principal": "events.amazonaws.com", "action": "lambda:InvokeFunction", "principal_org_id": "o-1"},
    ),
    "RemovePermission": (builders.remove_permission(), PERMISSION, Effect.DELETE, {}),
    "CreateEventSourceMapping": (
        builders.create_mapping(),
        THE_MAPPING,
        Effect.CREATE,
        {"event_source_arn": QUEUE, "function_name": function_arn(), "batch_size": 100},
    ),
    "UpdateEventSourceMapping": (
        builders.update_mapping({"enabled": False, "batchSize": 500}, {"state": "Disabling", "batchSize": 500}),
        THE_MAPPING,
        Effect.UPDATE,
        {"enabled": False, "batch_size": 500},
    ),
    "DeleteEventSourceMapping": (builders.delete_mapping(), THE_MAPPING, Effect.DELETE, {}),
    "CreateAlias": (builders.create_alias(), ALIAS, Effect.CREATE, {"name": "live", "function_version": "3"}),
    "UpdateAlias": (
        builders.update_alias({"functionVersion": "4"}),
        ALIAS,
        Effect.UPDATE,
        {"function_version": "4"},
    ),
    "DeleteAlias": (builders.delete_alias(), ALIAS, Effect.DELETE, {}),
    "PublishVersion": (attached.publish_version("4"), FUNCTION, Effect.UPDATE, {"version": "4"}),
    "PutFunctionCodeSigningConfig": (
        attached.on_function("PutFunctionCodeSigningConfig", {"codeSigningConfigArn": SIGNING}),
        FUNCTION,
        Effect.UPDATE,
        {"code_signing_config_arn": SIGNING},
    ),
    "DeleteFunctionCodeSigningConfig": (
        attached.on_function("DeleteFunctionCodeSigningConfig", {}),
        FUNCTION,
        Effect.UPDATE,
        {"code_signing_config_arn": None},
    ),
    "PutResourcePolicy": (attached.put_policy("{}"), POLICY, Effect.CREATE, {"policy": "{}"}),
    "DeleteResourcePolicy": (attached.delete_policy(), POLICY, Effect.DELETE, {}),
    "CreateFunctionUrlConfig": (
        attached.create_url({"authType": "NONE", "cors": {"allowOrigins": ["*"], "maxAge": 60}}),
        URL,
        Effect.CREATE,
        {"authorization_type": "NONE", "cors[0].allow_origins": ["*"], "cors[0].max_age": 60},
    ),
    "UpdateFunctionUrlConfig": (
        attached.update_url({"authType": "NONE"}),
        URL,
        Effect.UPDATE,
        {"authorization_type": "NONE"},
    ),
    "DeleteFunctionUrlConfig": (attached.delete_url(), URL, Effect.DELETE, {}),
    "PutFunctionEventInvokeConfig": (
        attached.put_invoke_config({"maximumRetryAttempts": 0}),
        ("aws_lambda_function_event_invoke_config", ("orders", "")),
        Effect.CREATE,
        {"maximum_retry_attempts": 0, "maximum_event_age_in_seconds": None},
    ),
    "UpdateFunctionEventInvokeConfig": (
        attached.update_invoke_config({"qualifier": "live", "maximumEventAgeInSeconds": 60}),
        ("aws_lambda_function_event_invoke_config", ("orders", "live")),
        Effect.UPDATE,
        {"maximum_event_age_in_seconds": 60},
    ),
    "DeleteFunctionEventInvokeConfig": (
        attached.on_function("DeleteFunctionEventInvokeConfig", {"qualifier": "$LATEST"}),
        ("aws_lambda_function_event_invoke_config", ("orders", "")),
        Effect.DELETE,
        {},
    ),
    "PutProvisionedConcurrencyConfig": (
        attached.put_provisioned(10),
        PROVISIONED,
        Effect.CREATE,
        {"provisioned_concurrent_executions": 10},
    ),
    "DeleteProvisionedConcurrencyConfig": (
        attached.on_function("DeleteProvisionedConcurrencyConfig", {"qualifier": "live"}),
        PROVISIONED,
        Effect.DELETE,
        {},
    ),
    "PutRuntimeManagementConfig": (
        attached.put_runtime("Auto", None),
        ("aws_lambda_runtime_management_config", ("orders", "")),
        Effect.CREATE,
        {"update_runtime_on": "Auto", "runtime_version_arn": None},
    ),
    "PutFunctionRecursionConfig": (
        attached.put_recursion("Allow"),
        ("aws_lambda_function_recursion_config", ("orders",)),
        Effect.CREATE,
        {"recursive_loop": "Allow"},
    ),
    "PutFunctionScalingConfig": (
        attached.put_scaling({"minExecutionEnvironments": 2}),
        ("aws_lambda_function_scaling_config", ("orders", "3")),
        Effect.CREATE,
        {"function_scaling_config[0].min_execution_environments": 2},
    ),
    "PublishLayerVersion": (
        attached.publish_layer(3),
        LAYER_VERSION,
        Effect.CREATE,
        {"code_sha256": CODE, "compatible_runtimes": ["python3.12"]},
    ),
    "DeleteLayerVersion": (attached.delete_layer(3), LAYER_VERSION, Effect.DELETE, {}),
    "AddLayerVersionPermission": (
        attached.add_layer_permission(),
        LAYER_PERMISSION,
        Effect.CREATE,
        {"principal": "*", "organization_id": "o-1", "action": "lambda:GetLayerVersion"},
    ),
    "RemoveLayerVersionPermission": (attached.remove_layer_permission(), LAYER_PERMISSION, Effect.DELETE, {}),
    "CreateCodeSigningConfig": (
        attached.create_signing(),
        SIGNING_CONFIG,
        Effect.CREATE,
        {"allowed_publishers[0].signing_profile_version_arns": [attached.PUBLISHER]},
    ),
    "UpdateCodeSigningConfig": (
        attached.update_signing({"codeSigningPolicies": {"untrustedArtifactOnDeployment": "Warn"}}),
        SIGNING_CONFIG,
        Effect.UPDATE,
        {"policies[0].untrusted_artifact_on_deployment": "Warn"},
    ),
    "DeleteCodeSigningConfig": (
        record("DeleteCodeSigningConfig", {"codeSigningConfigArn": SIGNING}, {}),
        SIGNING_CONFIG,
        Effect.DELETE,
        {},
    ),
    "CreateCapacityProvider": (
        attached.create_capacity(),
        CAPACITY,
        Effect.CREATE,
        {"vpc_config[0].subnet_ids": ["subnet-1"], "capacity_provider_scaling_config[0].max_vcpu_count": 12},
    ),
    "UpdateCapacityProvider": (
        attached.update_capacity({"maxVCpuCount": 20}),
        CAPACITY,
        Effect.UPDATE,
        {"capacity_provider_scaling_config[0].max_vcpu_count": 20},
    ),
    "DeleteCapacityProvider": (
        record("DeleteCapacityProvider", {"capacityProviderName": "fleet"}, {"capacityProvider": {}}),
        CAPACITY,
        Effect.DELETE,
        {},
    ),
    "TagResource": (attached.tag({"team": "payments"}), FUNCTION, Effect.UPDATE, {'tags["team"]': "payments"}),
    "UntagResource": (attached.untag("team"), FUNCTION, Effect.UPDATE, {'tags["team"]': None}),
}


def meaning(body: Any) -> Interpretation:
    read = read_record(RawRecord("here", body), CATALOG.event_sources)
    assert isinstance(read, Record)
    return interpret(read, CATALOG)


def change(body: Any) -> Change:
    result = meaning(body)
    assert result.skipped == ()
    assert result.change is not None
    return result.change


def reason(body: Any) -> str:
    result = meaning(body)
    assert result.change is None
    (skipped,) = result.skipped
    assert skipped.event_name == body["eventName"]
    assert skipped.event_id == body["eventID"]
    assert skipped.event_time is not None
    return skipped.reason


@pytest.mark.parametrize("api", [api for _, api in CATALOG.events])
def test_every_event_of_the_catalogue_has_a_record_and_is_understood(api: str) -> None:
    assert api in RECORDS, f"{api} is in the catalogue: write a record of it here"
    body, (resource_type, parts), effect, asked = RECORDS[api]
    found = change(body)
    assert found.key == ResourceKey(resource_type, ACCOUNT, REGION, parts)
    assert found.effect is effect
    assert {name: found.asked[name] for name in asked} == asked
    if effect is Effect.DELETE:
        assert found.asked == {}


@pytest.mark.parametrize(("source", "name"), CATALOG.recorded)
def test_an_event_is_the_same_under_every_name_it_was_ever_recorded_with(source: str, name: str) -> None:
    body = RECORDS[CATALOG.recorded[(source, name)][0].api][0]
    today, then = change(body), change(body | {"eventName": name})
    assert (then.key, then.effect, then.asked, then.revealed) == (today.key, today.effect, today.asked, today.revealed)


@pytest.mark.parametrize(
    ("api", "parent"),
    [("AddPermission", True), ("CreateEventSourceMapping", True), ("CreateAlias", True), ("CreateFunction", False)],
)
def test_what_hangs_on_a_function_names_it(api: str, parent: bool) -> None:
    expected = ResourceKey("aws_lambda_function", ACCOUNT, REGION, ("orders",)) if parent else None
    assert change(RECORDS[api][0]).parent == expected


@pytest.mark.parametrize("name", ["PutFunctionMood", "ResetEverything20200101v3", "SomethingNobodyKnows20990101"])
def test_a_mutating_event_outside_the_catalogue_is_skipped_by_name(name: str) -> None:
    assert reason(record(name, {"functionName": "orders"})) == "unknown-event"


@pytest.mark.parametrize("name", ["Invoke", "EnableReplication20170630v2", "DisableReplication20170630"])
def test_a_call_that_changes_nothing_terraform_knows_is_nothing(name: str) -> None:
    assert meaning(record(name, {"functionName": "orders"})) == Interpretation()


@pytest.mark.parametrize(
    "api",
    [api for (_, api), entries in CATALOG.events.items() if entries[0].answers],
)
def test_an_explicitly_null_answer_of_a_call_that_always_answers_is_skipped_as_not_seen_to_succeed(api: str) -> None:
    assert reason(RECORDS[api][0] | {"responseElements": None}) == "not-seen-to-succeed"


def test_creations_updates_and_code_always_answer() -> None:
    assert {api for (_, api), entries in CATALOG.events.items() if entries[0].answers} == {
        "CreateFunction",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
        "PublishVersion",
        "CreateFunctionUrlConfig",
        "UpdateFunctionUrlConfig",
        "PublishLayerVersion",
        "CreateEventSourceMapping",
        "UpdateEventSourceMapping",
        "CreateAlias",
        "UpdateAlias",
    }


@pytest.mark.parametrize("api", ["DeleteFunction", "RemovePermission", "DeleteAlias", "DeleteEventSourceMapping"])
def test_a_deletion_counts_although_it_answers_null(api: str) -> None:
    assert change(RECORDS[api][0] | {"responseElements": None}).effect is Effect.DELETE


def test_a_record_without_the_answers_key_is_judged_from_its_request() -> None:
    shortened = without(update_configuration({"memorySize": 1024, "layers": ["arn:layer:1"]}), "responseElements")
    assert change(shortened).asked == {"memory_size": 1024, "layers": ["arn:layer:1"]}
    assert change(shortened).revealed == {}


@pytest.mark.parametrize("api", RECORDS)
def test_a_record_without_request_parameters_is_skipped_as_naming_no_resource(api: str) -> None:
    assert reason(RECORDS[api][0] | {"requestParameters": None}) == "no-target"


def test_a_record_that_names_no_function_anywhere_is_skipped() -> None:
    assert reason(builders.put_concurrency(5) | {"requestParameters": {}}) == "no-target"


@pytest.mark.parametrize("dry_run", [True, "true", "True"])
def test_a_dry_run_of_a_code_update_stores_nothing(dry_run: Any) -> None:
    body = builders.update_code()
    body["requestParameters"]["dryRun"] = dry_run
    assert meaning(body) == Interpretation()


def test_deleting_one_version_leaves_the_function() -> None:
    for request in (
        {"functionName": "orders", "qualifier": "7"},
        {"functionName": "orders:7"},
        {"functionName": f"{function_arn()}:7"},
    ):
        found = change(record("DeleteFunction20150331", request))
        assert (found.effect, found.version_deleted, found.asked) == (Effect.UPDATE, "7", {})


@pytest.mark.parametrize(
    "name", ["orders", f"{ACCOUNT}:function:orders", function_arn(), "orders:$LATEST", f"{function_arn()}:live"]
)
def test_a_function_is_the_same_by_name_by_partial_arn_and_by_arn(name: str) -> None:
    key = change(builders.put_concurrency(5, name)).key
    assert key == ResourceKey("aws_lambda_function", ACCOUNT, REGION, ("orders",))


@pytest.mark.parametrize(
    ("name", "qualifier"), [("orders", "live"), ("orders:live", None), (f"{function_arn()}:live", None)]
)
def test_a_permission_on_an_alias_is_the_same_however_the_alias_is_named(name: str, qualifier: str | None) -> None:
    request = {"qualifier": qualifier} if qualifier else {}
    assert change(builders.add_permission("allow", request, name)).key.parts == ("orders", "live", "allow")


def test_an_arn_tells_account_and_region_over_the_record_that_was_delivered_elsewhere() -> None:
    foreign = function_arn(account=OTHER_ACCOUNT, region=OTHER_REGION)
    key = change(builders.put_concurrency(5, foreign)).key
    assert (key.account, key.region) == (OTHER_ACCOUNT, OTHER_REGION)


def test_the_answer_is_the_new_value_where_it_is_the_state_after_the_call() -> None:
    body = update_configuration({"timeout": "30"}, answers={"timeout": 30, "memorySize": 2048})
    found = change(body)
    assert found.asked["timeout"] == 30
    assert found.revealed["memory_size"] == 2048


@pytest.mark.parametrize(("said", "value"), [(1024, 1024), ("1024", 1024), (1024.0, 1024), ("1024.0", 1024)])
def test_a_number_is_a_number_however_it_is_written(said: Any, value: int) -> None:
    found = change(update_configuration({"memorySize": said})).asked["memory_size"]
    assert (found, type(found)) == (value, int)


@pytest.mark.parametrize(("said", "value"), [(False, False), ("false", False), ("True", True), (True, True)])
def test_a_boolean_is_a_boolean_however_it_is_written(said: Any, value: bool) -> None:
    shortened = without(builders.update_mapping({"enabled": said}, {}), "responseElements")
    assert change(shortened).asked["enabled"] is value


@pytest.mark.parametrize(
    ("state", "enabled"),
    [("Enabled", True), ("Enabling", True), ("Disabled", False), ("Disabling", False), ("Updating", False)],
)
def test_the_state_of_a_mapping_tells_whether_it_is_enabled_and_else_the_request_does(
    state: str, enabled: bool
) -> None:
    assert change(builders.update_mapping({"enabled": False}, {"state": state})).asked["enabled"] is enabled


def test_a_list_that_became_an_object_with_numbered_keys_is_a_list() -> None:
    shortened = without(update_configuration({"layers": []}), "responseElements")
    shortened["requestParameters"]["layers"] = {"1": "arn:layer:2", "0": "arn:layer:1", "10": "arn:layer:3"}
    assert change(shortened).asked["layers"] == ["arn:layer:1", "arn:layer:2", "arn:layer:3"]


@pytest.mark.parametrize("name", ["kMSKeyArn", "kmsKeyArn", "KMSKeyArn"])
def test_members_are_found_whatever_the_case_of_their_letters(name: str) -> None:
    shortened = without(update_configuration({name: "arn:kms"}), "responseElements")
    assert change(shortened).asked["kms_key_arn"] == "arn:kms"


def test_a_complete_answer_that_lacks_an_optional_member_says_that_it_is_not_set() -> None:
    revealed = change(update_configuration({"timeout": 10})).revealed
    assert {revealed["layers"], revealed["kms_key_arn"], revealed["vpc_config[0].subnet_ids"]} == {None}


def test_a_shortened_answer_that_lacks_a_member_says_nothing_about_it() -> None:
    body = update_configuration({"timeout": 10})
    body["responseElements"] = {"functionName": "orders", "timeout": 10}
    assert "layers" not in change(body).revealed
    assert change(body).asked["timeout"] == 10


def test_an_answer_without_the_asked_member_leaves_the_request_to_tell_it() -> None:
    body = update_configuration({"memorySize": 1024})
    body["responseElements"] = {"functionName": "orders"}
    assert change(body).asked["memory_size"] == 1024


def test_uploaded_code_is_told_by_its_hash_and_code_taken_by_reference_is_withheld() -> None:
    assert change(builders.update_code(OTHER_CODE)).asked["code_sha256"] == OTHER_CODE
    assert change(builders.update_code("")).asked["code_sha256"] is WITHHELD


def test_an_empty_environment_beside_other_settings_is_no_change_of_it() -> None:
    found = change(update_configuration({"memorySize": 1024}))
    assert "environment" not in found.asked
    assert found.rewrites == {"environment"}


@pytest.mark.parametrize("extra", [{}, {"revisionId": "6c1c3b0e"}])
def test_an_empty_environment_alone_is_a_withheld_change_of_it(extra: dict[str, Any]) -> None:
    assert change(update_configuration(extra)).asked["environment"] is WITHHELD


def test_environment_values_are_never_read_even_where_a_record_has_them() -> None:
    body = update_configuration({"environment": {"variables": {"TOKEN": "hunter2"}}, "timeout": 30})
    assert "hunter2" not in repr((change(body).asked, change(body).revealed))


def test_hidden_filter_criteria_are_withheld_and_shown_ones_are_told() -> None:
    hidden = builders.update_mapping({"filterCriteria": {}}, {"filterCriteria": {}})
    assert change(hidden).asked["filter_criteria"] is WITHHELD
    filters = {"filters": [{"pattern": '{"a": [1]}'}]}
    shown = builders.update_mapping({"filterCriteria": filters}, {"filterCriteria": filters})
    assert change(shown).asked["filter_criteria"] == [{"filter": [{"pattern": '{"a": [1]}'}]}]


def test_filter_criteria_that_a_complete_answer_lacks_are_gone() -> None:
    assert change(builders.update_mapping({"filterCriteria": {}}, {})).asked["filter_criteria"] is None


def test_weights_that_an_aliass_answer_lacks_are_gone_and_others_are_told() -> None:
    name = "routing_config[0].additional_version_weights"
    weights = {"additionalVersionWeights": {"4": 0.1}}
    assert change(builders.update_alias({"routingConfig": weights})).asked[name] == {"4": 0.1}
    assert change(builders.update_alias({"routingConfig": {}}, answers={})).asked[name] is None
    assert change(builders.update_alias({"description": "new"})).revealed[name] is None


def test_removing_a_vpc_a_dead_letter_queue_and_layers_is_told_as_such() -> None:
    asked = change(
        update_configuration(
            {
                "vpcConfig": {"subnetIds": [], "securityGroupIds": []},
                "deadLetterConfig": {"targetArn": ""},
                "layers": [],
            },
            answers={"vpcConfig": {"subnetIds": [], "securityGroupIds": [], "vpcId": ""}, "deadLetterConfig": None},
        )
    ).asked
    assert asked["vpc_config[0].subnet_ids"] == []
    assert asked["vpc_config[0].security_group_ids"] == []
    assert not asked["dead_letter_config[0].target_arn"]
    assert asked["layers"] == []


def test_a_value_of_the_wrong_type_is_skipped_by_attribute_and_the_others_still_count() -> None:
    body = without(update_configuration({"memorySize": "much", "timeout": 30}), "responseElements")
    result = meaning(body)
    assert [(entry.reason, entry.resource_id) for entry in result.skipped] == [("malformed-value", "orders")]
    assert "memory_size" in result.skipped[0].detail
    assert result.change is not None
    assert result.change.asked["timeout"] == 30


def test_a_number_beyond_any_range_is_skipped_by_attribute() -> None:
    result = meaning(builders.put_concurrency(10**400))
    assert [entry.reason for entry in result.skipped] == ["malformed-value"]


def test_a_modification_time_before_all_time_is_not_told() -> None:
    body = update_configuration({"memorySize": 1024}, answers={"lastModified": "0001-01-01T00:00:00+14:00"})
    assert change(body).modified_at is None


def test_the_answers_own_modification_time_is_told_where_it_is_an_instant() -> None:
    told = change(update_configuration({"memorySize": 1024}, at="10:00:05")).modified_at
    assert told is not None
    assert told.isoformat() == "2026-01-01T10:00:05+00:00"
    assert change(RECORDS["UpdateEventSourceMapping"][0]).modified_at is None


def setting(request: dict[str, Any], answers: dict[str, Any], attribute: str) -> Any:
    return pytest.param(update_configuration(request, answers), attribute, id=attribute)


@pytest.mark.parametrize(
    ("body", "attribute"),
    [
        setting({"ephemeralStorage": {"size": 1024}}, {}, "ephemeral_storage"),
        setting({"loggingConfig": {"logFormat": "JSON"}}, {}, "logging_config"),
        setting({"snapStart": {"applyOn": "PublishedVersions"}}, {}, "snap_start"),
        setting({"fileSystemConfigs": [{"arn": "arn:a", "localMountPath": "/mnt/a"}]}, {}, "file_system_config"),
        setting(
            {"imageConfig": {"command": ["evil"]}},
            {"imageConfigResponse": {"imageConfig": {"command": ["evil"]}}},
            "image_config",
        ),
        pytest.param(
            record(
                "UpdateFunctionCode20150331v2",
                {"functionName": "orders", "dryRun": False, "architectures": ["arm64"]},
                builders.configuration(architectures=["arm64"]),
            ),
            "architectures",
            id="architectures",
        ),
        pytest.param(
            builders.update_mapping({"parallelizationFactor": 5}, {"parallelizationFactor": 5}),
            "parallelization_factor",
            id="parallelization_factor",
        ),
        pytest.param(
            builders.update_mapping(
                {"destinationConfig": {"onFailure": {"destination": "arn:d"}}},
                {"destinationConfig": {"onFailure": {"destination": "arn:d"}}},
            ),
            "destination_config",
            id="destination_config",
        ),
        pytest.param(
            builders.update_mapping({"maximumRetryAttempts": 0}, {"maximumRetryAttempts": 0}),
            "maximum_retry_attempts",
            id="maximum_retry_attempts",
        ),
    ],
)
def test_a_setting_of_an_understood_event_is_told_or_skipped_but_never_silent(
    body: dict[str, Any], attribute: str
) -> None:
    result = meaning(body)
    asked = result.change.asked if result.change else {}
    told = [name for name in asked if name.split("[")[0] == attribute]
    # A skip names the setting as the record spells it: fileSystemConfigs.
    assert told or any(attribute.replace("_", "") in entry.detail.lower() for entry in result.skipped)
