"""Records as they arrive: late, twice, corrected, cut off, rewritten by other tools, and with what nobody knows yet."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import (
    put_invoke_config,
    put_policy,
    put_provisioned,
    tag,
    update_capacity,
    update_url,
)
from tests.builders import (
    CODE,
    OTHER_CODE,
    add_permission,
    check,
    create_mapping,
    delete_function,
    differences,
    function_state,
    is_silent,
    mapping_state,
    only,
    permission_state,
    put_concurrency,
    record,
    remove_permission,
    update_alias,
    update_code,
    update_configuration,
    update_mapping,
    without,
    written,
)
from tfdrift_gate.model import Report

ORDERS = "aws_lambda_function.orders"


def said(report: Report) -> tuple[Any, ...]:
    return report.findings, report.reverted, report.suppressed, report.skipped


def reasons(report: Report) -> list[tuple[str, str | None]]:
    return [(entry.reason, entry.event_name) for entry in report.skipped]


# --- order, repetition, correction ------------------------------------------------------------------------------------


def test_records_in_any_order_give_one_report(tmp_path: Path) -> None:
    calls = [
        update_configuration({"memorySize": 1024}),
        update_configuration({"memorySize": 512}, at="10:05:00"),
        remove_permission(at="10:06:00"),
        add_permission(request={"principal": "*"}, at="10:07:00"),
    ]
    state = [function_state(), permission_state()]
    reports = [
        said(check(tmp_path / str(number), order, state)) for number, order in enumerate(itertools.permutations(calls))
    ]
    assert all(report == reports[0] for report in reports)
    assert len(reports[0][0]) == 1
    assert len(reports[0][1]) == 1


def test_a_record_that_came_through_several_trails_is_one(tmp_path: Path) -> None:
    call = update_configuration({"memorySize": 1024})
    copies = [call, call, call | {"sharedEventID": "x"}]
    report = check(tmp_path, copies)
    assert len(only(report.findings).drift.events) == 1


def test_a_correction_takes_the_place_of_what_it_corrects_wherever_it_stands(tmp_path: Path) -> None:
    wrong, right = put_concurrency(5), put_concurrency(50)
    right["addendum"] = {"reason": "UPDATED_DATA", "originalEventID": wrong["eventID"]}
    for number, calls in enumerate(([wrong, right], [right, wrong], [right, wrong, right])):
        report = check(tmp_path / str(number), calls)
        assert differences(report.findings) == {(ORDERS, "reserved_concurrent_executions"): (None, 50)}
        assert len(only(report.findings).drift.events) == 1


def test_a_record_delivered_late_is_the_record_itself(tmp_path: Path) -> None:
    late = put_concurrency(50) | {"addendum": {"reason": "DELIVERY_DELAY"}}
    assert len(check(tmp_path, [late]).findings) == 1


# --- cut off ----------------------------------------------------------------------------------------------------------

CUT = {"omitted": True, "originalSize": 204800, "reason": "field exceeds the maximum size"}


@pytest.mark.parametrize("where", ["requestParameters", "responseElements"])
@pytest.mark.parametrize("flag", [True, "true"])
def test_what_cloudtrail_left_out_is_skipped_and_never_an_empty_request(tmp_path: Path, where: str, flag: Any) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": 1024}) | {where: CUT | {"omitted": flag}}])
    assert reasons(report) == [("truncated-record", "UpdateFunctionConfiguration20150331v2")]
    assert report.findings == ()


def test_a_policy_cut_inside_its_text_is_not_known(tmp_path: Path) -> None:
    report = check(tmp_path, [put_policy('{"Statement": [{"Sid": "a')], [function_state(), permission_state()])
    managed = [finding for finding in report.findings if finding.address]
    assert {change.known for finding in managed for change in finding.drift.changes} == {False}


# --- rewritten --------------------------------------------------------------------------------------------------------


def test_bodies_as_json_texts_are_read(tmp_path: Path) -> None:
    call = update_configuration({"memorySize": 1024})
    texts = {key: json.dumps(call[key]) for key in ("requestParameters", "responseElements")}
    assert differences(check(tmp_path, [call | texts]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


@pytest.mark.parametrize("number", ["1024", 1024, 1024.0, "1024.0"])
def test_a_number_is_the_same_number_in_every_dress(tmp_path: Path, number: Any) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": number})])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}


@pytest.mark.parametrize("flag", ["false", "False", False])
def test_a_boolean_is_the_same_boolean_in_every_dress(tmp_path: Path, flag: Any) -> None:
    report = check(tmp_path, [update_mapping({"enabled": flag}, {"state": "Updating"})], [mapping_state()])
    assert [change.after for change in only(report.findings).drift.changes] == [False]


def test_lists_that_became_objects_with_numbered_keys_are_lists(tmp_path: Path) -> None:
    keys = {str(number): f"subnet-{number}" for number in range(11)}
    call = update_configuration({"vpcConfig": {"subnetIds": keys, "securityGroupIds": {"0": "sg"}}})
    subnets = [f"subnet-{number}" for number in range(11)]
    state = [function_state(vpc_config=[{"subnet_ids": subnets, "security_group_ids": ["sg"]}])]
    assert is_silent(check(tmp_path, [call], state))


def test_layers_that_became_an_object_keep_their_order(tmp_path: Path) -> None:
    arns = [f"arn:layer:{number}" for number in range(11)]
    call = update_configuration({})
    call["responseElements"]["layers"] = {str(number): {"arn": arn} for number, arn in enumerate(arns)}
    assert is_silent(
        check(
            tmp_path,
            [call | {"requestParameters": {"functionName": "orders", "timeout": 10}}],
            [function_state(layers=arns)],
        )
    )


@pytest.mark.parametrize("spell", [str.upper, str.lower])
def test_members_are_found_in_any_letters(tmp_path: Path, spell: Any) -> None:
    call = update_configuration({"memorySize": 1024})
    respelt = {
        key: {spell(name): value for name, value in call[key].items()}
        for key in ("requestParameters", "responseElements")
    }
    report = check(tmp_path, [call | respelt])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}


# --- the answer: missing, null, empty ---------------------------------------------------------------------------------

ALWAYS_ANSWER = {
    "configuration": update_configuration({"memorySize": 1024}),
    "code": update_code(),
    "mapping": update_mapping({"batchSize": 5}, {"batchSize": 5}),
    "new mapping": create_mapping(),
    "alias": update_alias({"functionVersion": "4"}),
    "url": update_url({"authType": "NONE"}),
}


@pytest.mark.parametrize("call", ALWAYS_ANSWER.values(), ids=ALWAYS_ANSWER.keys())
def test_a_null_answer_of_what_always_answers_was_not_seen_to_succeed(tmp_path: Path, call: dict[str, Any]) -> None:
    report = check(tmp_path, [call | {"responseElements": None}])
    assert reasons(report) == [("not-seen-to-succeed", call["eventName"])]
    assert report.findings == ()


NULL_IS_SUCCESS = {
    "concurrency": put_concurrency(50),
    "deletion": delete_function(),
    "tags": tag({"a": "1"}),
    "event invoke": put_invoke_config({"maximumRetryAttempts": 0}),
    "provisioned": put_provisioned(),
    "permission": add_permission("new"),
}


@pytest.mark.parametrize("call", NULL_IS_SUCCESS.values(), ids=NULL_IS_SUCCESS.keys())
@pytest.mark.parametrize("shown", [True, False])
def test_a_null_or_missing_answer_of_what_need_not_answer_is_success(
    tmp_path: Path, call: dict[str, Any], shown: bool
) -> None:
    body = call | {"responseElements": None} if shown else without(call, "responseElements")
    report = check(tmp_path, [body])
    assert len(report.findings) == 1
    assert report.skipped == ()


def test_a_missing_answer_leaves_the_request_to_tell(tmp_path: Path) -> None:
    body = without(update_configuration({"memorySize": 1024}), "responseElements")
    assert differences(check(tmp_path, [body]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_uploaded_code_without_an_answer_is_a_change_whose_value_is_not_known(tmp_path: Path) -> None:
    change = only(only(check(tmp_path, [without(update_code(), "responseElements")]).findings).drift.changes)
    assert (change.attribute, change.known) == ("code_sha256", False)


def test_an_empty_answer_is_a_shortened_one(tmp_path: Path) -> None:
    body = update_configuration({"memorySize": 1024}) | {"responseElements": {}}
    assert differences(check(tmp_path, [body]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


@pytest.mark.parametrize("dry", [True, "true", "True"])
def test_a_dry_run_is_nothing_in_every_dress(tmp_path: Path, dry: Any) -> None:
    body = update_code()
    request = body["requestParameters"] | {"dryRun": dry}
    assert is_silent(check(tmp_path, [body | {"requestParameters": request}]))


@pytest.mark.parametrize("code", ["AccessDenied", "ResourceConflictException", "x"])
def test_a_call_with_any_error_code_is_nothing(tmp_path: Path, code: str) -> None:
    assert is_silent(check(tmp_path, [delete_function() | {"errorCode": code}]))


# --- what nobody knows yet --------------------------------------------------------------------------------------------

UNKNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "top level": (update_configuration({"mood": "sunny"}), "mood"),
    "nested": (update_configuration({"loggingConfig": {"logFormat": "Text", "newThing": 1}}), "loggingConfig.newThing"),
    "nested twice": (
        update_configuration({"capacityProviderConfig": {"lambdaManagedInstancesCapacityProviderConfig": {"mood": 1}}}),
        "capacityProviderConfig.lambdaManagedInstancesCapacityProviderConfig.mood",
    ),
    "on a mapping": (update_mapping({"loggingConfig": {"systemLogLevel": "INFO"}}, {}), "loggingConfig"),
    "inside a mapping": (
        update_mapping({"destinationConfig": {"onSuccess": {"destination": "x"}}}, {}),
        "destinationConfig.onSuccess",
    ),
    "on a permission": (add_permission(request={"mood": "x"}), "mood"),
    "on a URL": (update_url({"cors": {"mood": 1}}), "cors.mood"),
    "on a capacity provider": (
        update_capacity({}) | {"requestParameters": {"capacityProviderName": "fleet", "propagateTags": {"mode": "x"}}},
        "propagateTags",
    ),
    "inside a list of objects": (
        update_configuration({"fileSystemConfigs": [{"arn": "a", "localMountPath": "/m", "s3FilesConfig": {}}]}),
        "fileSystemConfigs.s3FilesConfig",
    ),
    "inside a list that became an object": (
        update_configuration({"fileSystemConfigs": {"0": {"arn": "a", "localMountPath": "/m", "mood": {}}}}),
        "fileSystemConfigs.mood",
    ),
    "inside source access": (
        update_mapping({"sourceAccessConfigurations": [{"type": "t", "uRI": "u", "mood": 1}]}, {}),
        "sourceAccessConfigurations.mood",
    ),
}


@pytest.mark.parametrize(("call", "name"), UNKNOWN.values(), ids=UNKNOWN.keys())
def test_a_member_that_is_not_understood_is_skipped_by_name_and_never_silent(
    tmp_path: Path, call: dict[str, Any], name: str
) -> None:
    report = check(tmp_path, [call], [function_state(), mapping_state()])
    unknown = [entry for entry in report.skipped if entry.reason == "unknown-setting"]
    assert [entry.detail.split(":")[0] for entry in unknown] == [name]
    assert unknown[0].event_id == call["eventID"]


def test_what_is_understood_beside_it_is_judged(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": 1024, "mood": "sunny"})])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}
    assert [reason for reason, _ in reasons(report)] == ["unknown-setting"]


def test_a_value_of_a_strange_type_is_skipped_and_the_rest_is_judged(tmp_path: Path) -> None:
    call = without(update_configuration({"memorySize": {"a": 1}, "timeout": 30}), "responseElements")
    report = check(tmp_path, [call])
    assert [reason for reason, _ in reasons(report)] == ["malformed-value"]
    assert differences(report.findings) == {(ORDERS, "timeout"): (10, 30)}


def test_a_value_that_is_no_number_is_not_quoted_where_it_is_skipped(tmp_path: Path) -> None:
    call = without(update_configuration({"memorySize": "hunter2"}), "responseElements")
    report = check(tmp_path, [call], [function_state(entry={"sensitive": ["memory_size"]})])
    assert [reason for reason, _ in reasons(report)] == ["malformed-value"]
    assert "hunter2" not in written(report)


@pytest.mark.parametrize("key", ["²", "9" * 5000], ids=["superscript", "endless"])
@pytest.mark.parametrize("where", ["request", "answer"])
def test_keys_that_only_look_like_numbers_end_no_run(tmp_path: Path, key: str, where: str) -> None:
    call = update_configuration({"memorySize": 1024})
    if where == "request":
        call["requestParameters"]["vpcConfig"] = {key: ["subnet-1"]}
    else:
        call["responseElements"]["layers"] = {key: {"arn": "arn:layer:1"}}
    assert differences(check(tmp_path, [call]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_a_text_where_an_object_belongs_is_never_silent(tmp_path: Path) -> None:
    asked = '{"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}'
    call = update_configuration({"vpcConfig": asked}, {"vpcConfig": asked})
    report = check(tmp_path, [call])
    assert [(entry.reason, entry.detail.split(":")[0]) for entry in report.skipped] == [
        ("unknown-setting", "vpcConfig")
    ]


def test_a_text_where_an_object_belongs_in_an_answer_is_no_removal(tmp_path: Path) -> None:
    call = update_configuration({"timeout": 30}, {"vpcConfig": '{"subnetIds": ["subnet-1"]}', "layers": "[]"})
    state = [function_state(layers=["arn:layer:1"], vpc_config=[{"subnet_ids": ["subnet-1"]}])]
    assert differences(check(tmp_path, [call], state).findings) == {(ORDERS, "timeout"): (10, 30)}


def test_a_value_of_a_strange_type_in_an_answer_is_skipped_by_attribute(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"timeout": 30}, {"memorySize": "big"})])
    assert differences(report.findings) == {(ORDERS, "timeout"): (10, 30)}
    assert [(entry.reason, entry.detail.split(":")[0]) for entry in report.skipped] == [
        ("malformed-value", "memory_size")
    ]


def test_members_that_are_null_are_no_settings(tmp_path: Path) -> None:
    """Whoever stores records in columns gives every record all of them."""
    call = update_configuration({})
    call["requestParameters"] |= {"timeout": None, "layers": None}
    (change,) = only(check(tmp_path, [call]).findings).drift.changes
    assert (change.attribute, change.known) == ("environment", False)


@pytest.mark.parametrize("name", ["PutFunctionMood20300101", "PutFunctionMood"])
def test_a_call_that_is_not_in_the_catalogue_is_skipped_by_the_name_it_was_recorded_under(
    tmp_path: Path, name: str
) -> None:
    report = check(tmp_path, [record(name, {"functionName": "orders"})])
    assert reasons(report) == [("unknown-event", name)]


def test_code_again_as_it_was_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [update_code(), update_code(CODE, at="10:05:00")])
    assert report.findings == ()
    assert differences(report.reverted) == {(ORDERS, "code_sha256"): (CODE, OTHER_CODE)}
