"""What counts as an out-of-band change: each sentence of how tfdrift-gate judges, through the whole program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    BY_CONSOLE,
    BY_TERRAFORM,
    CODE,
    OTHER_ACCOUNT,
    OTHER_CODE,
    OTHER_REGION,
    QUEUE,
    REGION,
    add_permission,
    alias_state,
    check,
    create_alias,
    create_function,
    create_mapping,
    delete_alias,
    delete_concurrency,
    delete_function,
    delete_mapping,
    differences,
    finding_document,
    function_arn,
    function_state,
    is_silent,
    mapping_state,
    minimal_function_state,
    only,
    permission_state,
    put_concurrency,
    record,
    remove_permission,
    shown_text,
    state_text,
    update_alias,
    update_code,
    update_configuration,
    update_mapping,
    with_instances,
    without,
    written,
)
from tfdrift_gate.model import SENSITIVE, Finding

ORDERS = "aws_lambda_function.orders"
ALLOW = "aws_lambda_permission.events"
QUEUED = "aws_lambda_event_source_mapping.queue"
LIVE = "aws_lambda_alias.live"
WEIGHTS = "routing_config[0].additional_version_weights"
SUBNETS, GROUPS = "vpc_config[0].subnet_ids", "vpc_config[0].security_group_ids"
AT_TEN = "2026-01-01T10:00:00.000+0000"


def made_again(at: str) -> dict[str, Any]:
    """The function as state has it after Terraform made it, or made it again, at that time."""
    return function_state(last_modified=f"2026-01-01T{at}.000+0000")


FILTERS = {"filters": [{"pattern": '{"b": [2], "a": [1]}'}]}
FILTER_STATE = [{"filter": [{"pattern": '{"a":[1],"b":[2]}'}]}]


def kinds(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.address or finding.drift.resource_id: finding.drift.kind.value for finding in findings}


def applied(request: dict[str, Any], at: str = "11:00:00") -> dict[str, Any]:
    return update_configuration(request, at=at, by=BY_TERRAFORM)


# --- what each event says against state -------------------------------------------------------------------------------

DRIFTS: dict[str, tuple[list[Any], list[Any], dict[tuple[str, str], tuple[Any, Any]]]] = {
    "memory": ([update_configuration({"memorySize": 1024})], [], {(ORDERS, "memory_size"): (512, 1024)}),
    "memory, as texts": ([update_configuration({"memorySize": "1024"})], [], {(ORDERS, "memory_size"): (512, 1024)}),
    "memory and timeout": (
        [update_configuration({"memorySize": 1024, "timeout": 30})],
        [],
        {(ORDERS, "memory_size"): (512, 1024), (ORDERS, "timeout"): (10, 30)},
    ),
    "two calls": (
        [
            update_configuration({"memorySize": 1024}),
            update_configuration(
                {
                    "timeout": 30,
                },
                {"memorySize": 1024},
                at="10:05:00",
            ),
        ],
        [],
        {(ORDERS, "memory_size"): (512, 1024), (ORDERS, "timeout"): (10, 30)},
    ),
    "role": (
        [update_configuration({"role": f"arn:aws:iam::{ACCOUNT}:role/admin"})],
        [],
        {(ORDERS, "role"): (f"arn:aws:iam::{ACCOUNT}:role/orders", f"arn:aws:iam::{ACCOUNT}:role/admin")},
    ),
    "layers": (
        [update_configuration({"layers": ["arn:layer:9"]})],
        [],
        {(ORDERS, "layers"): (None, ["arn:layer:9"])},
    ),
    "VPC joined": (
        [update_configuration({"vpcConfig": {"subnetIds": ["s-1"], "securityGroupIds": ["g-1"]}})],
        [],
        {(ORDERS, SUBNETS): (None, ["s-1"]), (ORDERS, GROUPS): (None, ["g-1"])},
    ),
    "VPC left": (
        [update_configuration({"vpcConfig": {"subnetIds": [], "securityGroupIds": []}})],
        [function_state(vpc_config=[{"subnet_ids": ["s-1"], "security_group_ids": ["g-1"]}])],
        {(ORDERS, SUBNETS): (["s-1"], []), (ORDERS, GROUPS): (["g-1"], [])},
    ),
    "tracing": (
        [update_configuration({"tracingConfig": {"mode": "Active"}})],
        [],
        {(ORDERS, "tracing_config[0].mode"): ("PassThrough", "Active")},
    ),
    "dead letter queue removed": (
        [update_configuration({"deadLetterConfig": {"targetArn": ""}}, {"deadLetterConfig": None})],
        [function_state(dead_letter_config=[{"target_arn": QUEUE}])],
        {(ORDERS, "dead_letter_config[0].target_arn"): (QUEUE, None)},
    ),
    "code": ([update_code()], [], {(ORDERS, "code_sha256"): (CODE, OTHER_CODE)}),
    "code against source_code_hash": (
        [update_code()],
        [function_state(code_sha256=None)],
        {(ORDERS, "source_code_hash"): (CODE, OTHER_CODE)},
    ),
    "reserved concurrency set": (
        [put_concurrency(50)],
        [],
        {(ORDERS, "reserved_concurrent_executions"): (None, 50)},
    ),
    "reserved concurrency set, as text": (
        [put_concurrency("50")],
        [function_state(reserved_concurrent_executions=5)],
        {(ORDERS, "reserved_concurrent_executions"): (5, 50)},
    ),
    "reserved concurrency set to nothing at all": (
        [put_concurrency(0)],
        [],
        {(ORDERS, "reserved_concurrent_executions"): (None, 0)},
    ),
    "reserved concurrency removed": (
        [delete_concurrency()],
        [function_state(reserved_concurrent_executions=50)],
        {(ORDERS, "reserved_concurrent_executions"): (50, None)},
    ),
    "mapping disabled and its batch changed": (
        [update_mapping({"enabled": False, "batchSize": 500}, {"state": "Disabling", "batchSize": 500})],
        [mapping_state()],
        {(QUEUED, "enabled"): (True, False), (QUEUED, "batch_size"): (100, 500)},
    ),
    "mapping sent to another function": (
        [update_mapping({"functionName": "billing"}, {"functionArn": function_arn("billing")})],
        [mapping_state()],
        {(QUEUED, "function_name"): (function_arn(), function_arn("billing"))},
    ),
    "filters that are shown": (
        [update_mapping({"filterCriteria": FILTERS}, {"filterCriteria": FILTERS})],
        [mapping_state()],
        {(QUEUED, "filter_criteria"): ([], [{"filter": FILTERS["filters"]}])},
    ),
    "filters removed": (
        [update_mapping({"filterCriteria": {}}, {})],
        [mapping_state(filter_criteria=FILTER_STATE)],
        {(QUEUED, "filter_criteria"): (FILTER_STATE, None)},
    ),
    "alias moved": (
        [update_alias({"functionVersion": "4"})],
        [function_state(), alias_state()],
        {(LIVE, "function_version"): ("3", "4")},
    ),
    "alias weighted": (
        [update_alias({"routingConfig": {"additionalVersionWeights": {"4": 0.1}}})],
        [alias_state()],
        {(LIVE, WEIGHTS): (None, {"4": 0.1})},
    ),
    "alias weights removed": (
        [update_alias({"routingConfig": {}}, answers={})],
        [alias_state(routing_config=[{"additional_version_weights": {"4": 0.1}}])],
        {(LIVE, WEIGHTS): ({"4": 0.1}, None)},
    ),
    "permission altered by removal and addition": (
        [remove_permission(), add_permission(request={"principal": "*"}, at="10:00:01")],
        [permission_state(), function_state()],
        {(ALLOW, "principal"): ("events.amazonaws.com", "*")},
    ),
    "an attribute that an old state lacks": (
        [update_configuration({"timeout": 30})],
        [minimal_function_state()],
        {(ORDERS, "timeout"): (None, 30)},
    ),
}


@pytest.mark.parametrize(("records", "state", "expected"), DRIFTS.values(), ids=DRIFTS.keys())
def test_a_value_that_contradicts_state_is_drift(
    tmp_path: Path, records: list[Any], state: list[Any], expected: dict[tuple[str, str], tuple[Any, Any]]
) -> None:
    report = check(tmp_path, records, state or None)
    assert report.verdict == "drift"
    assert differences(report.findings) == expected
    assert report.skipped == ()


SAME: dict[str, tuple[list[Any], list[Any]]] = {
    "the same values": ([update_configuration({"memorySize": 512, "timeout": 10})], []),
    "the same values as texts": ([update_configuration({"memorySize": "512", "timeout": "10"})], []),
    "state's values as texts": ([update_configuration({"memorySize": 512})], [function_state(memory_size="512")]),
    "API defaults against an unset attribute": (
        [update_configuration({"memorySize": 128, "timeout": 3}, {"tracingConfig": {"mode": "PassThrough"}})],
        [function_state(memory_size=None, timeout=None, tracing_config=[])],
    ),
    "empty description against null": ([update_configuration({"description": ""})], [function_state(description=None)]),
    "empty VPC against an absent block": (
        [update_configuration({"vpcConfig": {"subnetIds": [], "securityGroupIds": []}})],
        [],
    ),
    "subnets in another order": (
        [update_configuration({"vpcConfig": {"subnetIds": ["s-2", "s-1"], "securityGroupIds": ["g-1"]}})],
        [function_state(vpc_config=[{"subnet_ids": ["s-1", "s-2"], "security_group_ids": ["g-1"]}])],
    ),
    "empty layers against null": ([update_configuration({"layers": []})], []),
    "the same code": ([update_code(CODE)], []),
    "the same code against source_code_hash": ([update_code(CODE)], [function_state(code_sha256="")]),
    "no reservation removed": ([delete_concurrency()], []),
    "no reservation removed, null in state": (
        [delete_concurrency()],
        [function_state(reserved_concurrent_executions=None)],
    ),
    "the same reservation": ([put_concurrency("50")], [function_state(reserved_concurrent_executions=50)]),
    "a mapping set to what it is": (
        [update_mapping({"enabled": True, "batchSize": "100"}, {"state": "Enabling", "batchSize": "100"})],
        [mapping_state()],
    ),
    "a mapping's function by name": (
        [update_mapping({"functionName": "orders"}, {})],
        [mapping_state(function_name="orders")],
    ),
    "filters by meaning": (
        [update_mapping({"filterCriteria": FILTERS}, {"filterCriteria": FILTERS})],
        [mapping_state(filter_criteria=FILTER_STATE)],
    ),
    "an alias set to what it is": ([update_alias({"functionVersion": "3", "description": ""})], [alias_state()]),
    "an alias updated without any field": ([update_alias({})], [alias_state()]),
    "a dry run": (
        [
            record(
                "UpdateFunctionCode20150331v2",
                {"functionName": "orders", "dryRun": True},
                {"functionName": "orders", "codeSha256": OTHER_CODE},
            )
        ],
        [],
    ),
    "a failed call": (
        [update_configuration({"memorySize": 1024}) | {"errorCode": "AccessDenied", "responseElements": None}],
        [],
    ),
    "a call that was only read": ([record("GetFunction20150331v2", {"functionName": "orders"}, readOnly=True)], []),
    "one version deleted": (
        [record("DeleteFunction20150331", {"functionName": "orders", "qualifier": "2"})],
        [function_state(), alias_state()],
    ),
    "another function": ([update_configuration({"memorySize": 1024}, name="billing"), update_code(name="billing")], []),
    "another account's function of the same name": (
        [put_concurrency(5, recipientAccountId=OTHER_ACCOUNT), delete_function(recipientAccountId=OTHER_ACCOUNT)],
        [],
    ),
    "another region's function of the same name": ([put_concurrency(5, awsRegion=OTHER_REGION)], []),
    "another account's function by ARN": ([put_concurrency(5, function_arn(account=OTHER_ACCOUNT))], []),
    "another region's function by ARN": ([put_concurrency(5, function_arn(region=OTHER_REGION))], []),
    "another service's call of the same name": (
        [create_alias(eventSource="kms.amazonaws.com"), add_permission(eventSource="sns.amazonaws.com")],
        [],
    ),
    "Terraform's own creations": (
        [
            create_function(by=BY_TERRAFORM),
            put_concurrency(5, at="10:00:05", by=BY_TERRAFORM),
            add_permission(at="10:00:06", by=BY_TERRAFORM),
            create_alias(at="10:00:07", by=BY_TERRAFORM),
            create_mapping(at="10:00:08", by=BY_TERRAFORM),
        ],
        [
            function_state(
                reserved_concurrent_executions=5, last_modified=AT_TEN, environment=[{"variables": {"A": "1"}}]
            ),
            permission_state(),
            alias_state(),
            mapping_state(),
        ],
    ),
    "Terraform's own creation of code that state knows no hash of": (
        [create_function(by=BY_TERRAFORM)],
        [function_state(code_sha256=None, source_code_hash=None, last_modified=AT_TEN)],
    ),
    "Terraform's own update": ([applied({"memorySize": 1024})], [function_state(memory_size=1024)]),
    "Terraform's own replacement of a permission": (
        [remove_permission(by=BY_TERRAFORM), add_permission(by=BY_TERRAFORM)],
        [permission_state(), function_state()],
    ),
    "Terraform's own replacement of a function": (
        [delete_function(by=BY_TERRAFORM), create_function(at="10:01:00", by=BY_TERRAFORM)],
        [made_again("10:01:00")],
    ),
    "an empty environment beside other settings": ([update_configuration({"timeout": 10})], []),
    "hidden filters beside another setting": (
        [update_mapping({"batchSize": 100}, {"filterCriteria": {}})],
        [mapping_state(filter_criteria=FILTER_STATE)],
    ),
    "a permission of one alias against that of another": (
        [remove_permission(name="orders:next")],
        [permission_state(qualifier="live"), function_state()],
    ),
}


@pytest.mark.parametrize(("records", "state"), SAME.values(), ids=SAME.keys())
def test_what_does_not_contradict_state_is_nothing(tmp_path: Path, records: list[Any], state: list[Any]) -> None:
    report = check(tmp_path, records, state or None)
    assert is_silent(report), written(report)
    assert report.verdict == "clean"


# --- net effect -------------------------------------------------------------------------------------------------------


def test_a_revert_inside_the_window_is_reverted_and_never_gates(tmp_path: Path) -> None:
    records = [update_configuration({"memorySize": 1024}), update_configuration({"memorySize": 512}, at="10:30:00")]
    report = check(tmp_path, records)
    assert report.verdict == "clean"
    assert differences(report.reverted) == {(ORDERS, "memory_size"): (512, 1024)}
    assert [event.event_id for event in only(report.reverted).drift.events] == [
        records[0]["eventID"],
        records[1]["eventID"],
    ]


def test_terraforms_repair_leaves_a_reverted_change_of_the_person_who_made_it(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": 1024}), applied({"memorySize": 512})])
    assert report.verdict == "clean"
    last = only(report.reverted).last_event
    assert last is not None
    assert last.actor.name == "ops-engineer"


def test_one_attribute_changed_back_leaves_the_other_a_finding(tmp_path: Path) -> None:
    records = [
        update_configuration({"memorySize": 1024, "timeout": 30}),
        update_configuration({"memorySize": 512}, {"timeout": 30}, at="10:30:00"),
    ]
    assert differences(check(tmp_path, records).findings) == {(ORDERS, "timeout"): (10, 30)}


@pytest.mark.parametrize("shuffled", [False, True])
def test_the_last_writer_counts_and_answers_for_the_finding(tmp_path: Path, shuffled: bool) -> None:
    records = [
        update_configuration({"memorySize": 1024}),
        update_configuration({"memorySize": 2048}, at="10:30:00", by=BY_CONSOLE),
    ]
    entry = finding_document(check(tmp_path, reversed(records) if shuffled else records))
    assert [(change["before"], change["after"]) for change in entry["changes"]] == [(512, 2048)]
    assert entry["changes"][0]["event_id"] == records[1]["eventID"]
    assert (entry["actor"]["name"], entry["origin"]) == ("developer", "console")
    assert [event["actor"]["name"] for event in entry["events"]] == ["ops-engineer", "developer"]


def test_a_later_failed_call_takes_nothing_back(tmp_path: Path) -> None:
    failed = update_configuration({"memorySize": 512}, at="10:30:00")
    failed |= {"errorCode": "ResourceConflictException", "responseElements": None}
    report = check(tmp_path, [update_configuration({"memorySize": 1024}), failed])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_a_change_by_terraform_that_contradicts_this_state_is_drift_of_terraform(tmp_path: Path) -> None:
    entry = finding_document(check(tmp_path, [applied({"memorySize": 1024})]))
    assert entry["origin"] == "terraform"


@pytest.mark.parametrize("addition_first", [False, True])
def test_within_a_second_a_permissions_removal_comes_before_its_addition(tmp_path: Path, addition_first: bool) -> None:
    ids = [f"00000000-0000-4000-8000-00000000000{n}" for n in ((2, 1) if addition_first else (1, 2))]
    records = [remove_permission(eventID=ids[0]), add_permission(request={"principal": "*"}, eventID=ids[1])]
    report = check(tmp_path, reversed(records) if addition_first else records, [function_state(), permission_state()])
    assert differences(report.findings) == {(ALLOW, "principal"): ("events.amazonaws.com", "*")}


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_within_a_second_the_answers_own_times_order_updates(tmp_path: Path, ids: tuple[int, int]) -> None:
    records = [
        update_configuration(
            {"memorySize": memory},
            {"lastModified": f"2026-01-01T10:00:00.{fraction}00+0000"},
            eventID=f"00000000-0000-4000-8000-00000000000{number}",
        )
        for memory, fraction, number in ((1024, 9, ids[0]), (2048, 1, ids[1]))
    ]
    assert differences(check(tmp_path, records).findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_a_full_configuration_reveals_an_unseen_change_whose_maker_is_unknown(tmp_path: Path) -> None:
    entry = finding_document(check(tmp_path, [update_configuration({"timeout": 10}, {"memorySize": 1024})]))
    (change,) = entry["changes"]
    assert (change["attribute"], change["before"], change["after"]) == ("memory_size", 512, 1024)
    assert (change["known"], change["event_id"]) == (True, None)
    assert (entry["origin"], entry["events"], entry["actor"]["name"]) == ("unknown", [], None)
    assert any("did not ask for it" in reason for reason in entry["reasons"])


def test_an_unseen_change_beside_a_seen_one_has_no_event_and_the_seen_one_keeps_its_own(tmp_path: Path) -> None:
    body = update_configuration({"timeout": 30}, {"memorySize": 1024})
    entry = finding_document(check(tmp_path, [body]))
    events = {change["attribute"]: change["event_id"] for change in entry["changes"]}
    assert events == {"timeout": body["eventID"], "memory_size": None}
    assert entry["origin"] == "cli"


def test_the_answer_of_a_code_update_reveals_unseen_configuration_changes(tmp_path: Path) -> None:
    body = update_code(CODE)
    body["responseElements"]["memorySize"] = 1024
    assert differences(check(tmp_path, [body]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_an_unseen_change_is_not_held_against_a_state_that_lacks_the_attribute(tmp_path: Path) -> None:
    report = check(tmp_path, [update_configuration({"memorySize": 512})], [minimal_function_state()])
    assert report.verdict == "clean"


# --- deleted, replaced ------------------------------------------------------------------------------------------------

EVERYTHING = (function_state(), permission_state(), alias_state(), mapping_state())


@pytest.mark.parametrize(
    ("body", "address"),
    [(remove_permission(), ALLOW), (delete_alias(), LIVE), (delete_mapping(), QUEUED)],
)
def test_a_deletion_that_nothing_follows_is_deleted(tmp_path: Path, body: dict[str, Any], address: str) -> None:
    entry = finding_document(check(tmp_path, [body], EVERYTHING))
    assert (entry["kind"], entry["address"], entry["changes"]) == ("deleted", address, [])
    assert entry["parent_address"] == ORDERS
    assert [event["event_id"] for event in entry["events"]] == [body["eventID"]]


def test_deleting_a_function_deletes_what_hangs_on_it_and_each_finding_says_so(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], EVERYTHING)
    assert kinds(report.findings) == {ORDERS: "deleted", ALLOW: "deleted", LIVE: "deleted"}
    for finding in report.findings:
        says_so = any("together with its function" in reason for reason in finding.reasons)
        assert says_so is (finding.address != ORDERS)


def test_a_deletion_by_terraform_that_this_state_knows_nothing_of_is_deleted(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(by=BY_TERRAFORM)])
    assert kinds(report.findings) == {ORDERS: "deleted"}


def test_a_function_deleted_and_created_again_by_hand_is_replaced_whatever_the_values(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), create_function(at="10:05:00")])
    finding = only(report.findings)
    assert (finding.drift.kind.value, finding.drift.changes) == ("replaced", ())
    assert [event.event_name for event in finding.drift.events] == ["DeleteFunction20150331", "CreateFunction20150331"]


def test_a_function_replaced_with_other_values_says_which(tmp_path: Path) -> None:
    created = create_function(at="10:05:00", answers={"memorySize": 1024})
    state = [function_state(reserved_concurrent_executions=5)]
    report = check(tmp_path, [delete_function(), created], state)
    assert kinds(report.findings) == {ORDERS: "replaced"}
    assert differences(report.findings) == {
        (ORDERS, "memory_size"): (512, 1024),
        (ORDERS, "reserved_concurrent_executions"): (5, None),
    }


def test_whoever_changed_the_old_function_does_not_answer_for_its_replacement(tmp_path: Path) -> None:
    records = [
        update_configuration({"timeout": 30}, at="09:00:00", by=BY_CONSOLE),
        delete_function(),
        create_function(at="10:05:00", answers={"timeout": 30}),
    ]
    entry = finding_document(check(tmp_path, records))
    assert (entry["kind"], entry["origin"]) == ("replaced", "cli")
    times = [event["event_time"] for event in entry["events"]]
    assert times == sorted(times)


def test_a_function_that_was_created_again_unseen_is_replaced(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), update_configuration({"timeout": 10}, at="10:05:00")])
    assert kinds(report.findings) == {ORDERS: "replaced"}


def test_a_function_deleted_by_hand_and_created_again_by_terraform_is_reverted(tmp_path: Path) -> None:
    report = check(
        tmp_path, [delete_function(), create_function(at="10:05:00", by=BY_TERRAFORM)], [made_again("10:05:00")]
    )
    assert report.verdict == "clean"
    assert kinds(report.reverted) == {ORDERS: "deleted"}


def test_a_creation_with_terraforms_user_agent_that_state_knows_nothing_of_is_a_replacement(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function(), create_function(at="10:05:00", by=BY_TERRAFORM)])
    assert kinds(report.findings) == {ORDERS: "replaced"}
    assert "this state knows nothing of" in only(report.findings).drift.note


def test_what_went_with_its_function_and_was_added_again_is_reverted(tmp_path: Path) -> None:
    records = [
        delete_function(),
        create_function(at="10:05:00", by=BY_TERRAFORM),
        add_permission(at="10:05:05", by=BY_TERRAFORM),
    ]
    report = check(tmp_path, records, [made_again("10:05:00"), permission_state()])
    assert report.verdict == "clean"
    assert kinds(report.reverted) == {ORDERS: "deleted", ALLOW: "deleted"}


def test_a_permission_that_went_when_terraform_replaced_its_function_is_deleted(tmp_path: Path) -> None:
    records = [delete_function(by=BY_TERRAFORM), create_function(at="10:00:30", by=BY_TERRAFORM)]
    report = check(tmp_path, records, [made_again("10:00:30"), permission_state()])
    assert kinds(report.findings) == {ALLOW: "deleted"}


def test_what_hangs_on_a_function_that_no_given_state_manages_goes_with_it_too(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], [function_state("billing"), permission_state()])
    assert kinds(report.findings) == {ALLOW: "deleted"}


def test_what_somebody_removed_before_its_function_went_is_laid_to_whoever_removed_it(tmp_path: Path) -> None:
    records = [
        remove_permission(by=BY_CONSOLE),
        delete_function(at="10:30:00", by=BY_TERRAFORM),
        create_function(at="10:31:00", by=BY_TERRAFORM),
    ]
    entry = finding_document(check(tmp_path, records, [made_again("10:31:00"), permission_state()]))
    assert (entry["address"], entry["origin"]) == (ALLOW, "console")


def test_a_permission_removed_and_added_again_as_it_was_is_reverted(tmp_path: Path) -> None:
    records = [remove_permission(), add_permission(at="10:05:00")]
    report = check(tmp_path, records, [function_state(), permission_state()])
    assert report.verdict == "clean"
    assert kinds(report.reverted) == {ALLOW: "deleted"}


# --- unmanaged --------------------------------------------------------------------------------------------------------

NEW = create_function("billing", at="09:00:00")
ATTACHED = add_permission("AllowS3Invoke", {"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::bucket"})
OTHERS = add_permission("AllowS3Invoke", name="nobody")


@pytest.mark.parametrize(
    ("mode", "reported"),
    [("attached", {"orders/AllowS3Invoke"}), ("all", {"orders/AllowS3Invoke", "billing"}), ("none", set())],
)
def test_what_nobody_manages_is_reported_as_asked_for(tmp_path: Path, mode: str, reported: set[str]) -> None:
    report = check(tmp_path, [NEW, ATTACHED, OTHERS], unmanaged=mode)
    assert {finding.drift.resource_id for finding in report.findings} == reported
    assert {finding.drift.kind.value for finding in report.findings} <= {"unmanaged"}


def test_an_addition_names_the_managed_function_it_hangs_on_and_what_was_added(tmp_path: Path) -> None:
    entry = finding_document(check(tmp_path, [ATTACHED]))
    assert (entry["kind"], entry["address"], entry["parent_address"]) == ("unmanaged", None, ORDERS)
    assert (entry["resource_type"], entry["resource_id"]) == ("aws_lambda_permission", "orders/AllowS3Invoke")
    assert (entry["account"], entry["region"]) == (ACCOUNT, REGION)
    assert {change["attribute"]: (change["before"], change["after"]) for change in entry["changes"]} == {
        "statement_id": (None, "AllowS3Invoke"),
        "action": (None, "lambda:InvokeFunction"),
        "principal": (None, "s3.amazonaws.com"),
        "source_arn": (None, "arn:aws:s3:::bucket"),
    }


@pytest.mark.parametrize(
    ("body", "resource_id"),
    [
        (create_alias({"name": "mine"}), "orders/mine"),
        (create_mapping(answers={"uUID": "9-9"}), "9-9"),
        (add_permission("x", {"qualifier": "live"}), "orders:live/x"),
        (add_permission("x", name=function_arn()), "orders/x"),
        (add_permission("x", by=BY_TERRAFORM), "orders/x"),
    ],
)
def test_everything_that_hangs_on_a_managed_function_is_found(
    tmp_path: Path, body: dict[str, Any], resource_id: str
) -> None:
    assert only(check(tmp_path, [body]).findings).drift.resource_id == resource_id


@pytest.mark.parametrize(
    "body", [add_permission("x"), create_alias({"name": "mine"}), create_mapping(answers={"uUID": "9-9"})]
)
def test_what_hangs_on_a_function_of_the_same_name_elsewhere_is_not_attached(
    tmp_path: Path, body: dict[str, Any]
) -> None:
    here = [function_state(region=OTHER_REGION), function_state("x", account=OTHER_ACCOUNT, label="x")]
    assert is_silent(check(tmp_path, [body], here))


def test_an_addition_that_was_removed_again_is_reverted(tmp_path: Path) -> None:
    report = check(tmp_path, [ATTACHED, remove_permission("AllowS3Invoke", at="10:30:00")])
    assert report.verdict == "clean"
    finding = only(report.reverted)
    assert (finding.drift.kind.value, finding.drift.resource_id) == ("unmanaged", "orders/AllowS3Invoke")
    assert [event.event_name for event in finding.drift.events] == [
        "AddPermission20150331v2",
        "RemovePermission20150331v2",
    ]


def test_an_addition_that_another_state_manages_is_nothing(tmp_path: Path) -> None:
    others = [state_text(permission_state("AllowS3Invoke"))]
    assert is_silent(check(tmp_path, [add_permission("AllowS3Invoke")], more_states=others))


# --- which resource ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["orders", "orders:$LATEST", f"{ACCOUNT}:function:orders", function_arn(), f"{function_arn()}:$LATEST"]
)
def test_a_function_is_found_however_the_caller_named_it(tmp_path: Path, name: str) -> None:
    body = update_configuration({"memorySize": 1024})
    body["requestParameters"]["functionName"] = name
    assert differences(check(tmp_path, [body]).findings) == {(ORDERS, "memory_size"): (512, 1024)}


@pytest.mark.parametrize(
    "attributes",
    [
        {"function_name": "orders", "qualifier": "live"},
        {"function_name": function_arn(), "qualifier": "live"},
        {"function_name": f"{function_arn()}:live", "qualifier": ""},
        {"function_name": f"{ACCOUNT}:function:orders", "qualifier": "live"},
        {"function_name": "orders:live", "qualifier": None},
    ],
)
@pytest.mark.parametrize("caller", ["orders:live", f"{function_arn()}:live"])
def test_a_permission_is_found_however_state_and_caller_name_its_function(
    tmp_path: Path, attributes: dict[str, Any], caller: str
) -> None:
    report = check(tmp_path, [remove_permission(name=caller)], [function_state(), permission_state(**attributes)])
    assert kinds(report.findings) == {ALLOW: "deleted"}


def test_every_instance_of_one_function_gets_its_finding(tmp_path: Path) -> None:
    state = [
        with_instances(
            function_state(entry={"key": 0}, label="counted"), function_state(entry={"key": 1}, label="counted")
        ),
        function_state(entry={"key": "a"}, label="each"),
        function_state(entry={"module": 'module.api["eu"].module.inner'}),
        function_state("billing"),
    ]
    report = check(tmp_path, [update_configuration({"memorySize": 1024})], state)
    assert set(differences(report.findings)) == {
        ("aws_lambda_function.counted[0]", "memory_size"),
        ("aws_lambda_function.counted[1]", "memory_size"),
        ('aws_lambda_function.each["a"]', "memory_size"),
        ('module.api["eu"].module.inner.aws_lambda_function.orders', "memory_size"),
    }


def test_one_function_in_several_states_gets_a_finding_from_each(tmp_path: Path) -> None:
    here, there = function_state(label="here"), function_state(label="there")
    report = check(tmp_path, [update_configuration({"memorySize": 1024})], [here], more_states=[state_text(there)])
    assert set(kinds(report.findings)) == {"aws_lambda_function.here", "aws_lambda_function.there"}


@pytest.mark.parametrize(
    "entry",
    [
        function_state(entry={"mode": "data"}),
        function_state(entry={"instance": {"deposed": "0a1b2c3d"}}),
        function_state() | {"type": "aws_lambda_invocation"},
    ],
    ids=["data source", "deposed object", "another type"],
)
def test_data_sources_deposed_objects_and_other_types_never_answer(tmp_path: Path, entry: dict[str, Any]) -> None:
    records = [update_configuration({"memorySize": 1024}), delete_function(at="10:05:00")]
    assert is_silent(check(tmp_path, records, [entry]))


def test_a_deposed_object_does_not_hide_the_one_in_force(tmp_path: Path) -> None:
    state = [with_instances(function_state(entry={"instance": {"deposed": "0a"}}, memory_size=1024), function_state())]
    report = check(tmp_path, [update_configuration({"memorySize": 1024})], state)
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_both_forms_of_state_are_believed_alike(tmp_path: Path) -> None:
    entries = [*EVERYTHING, function_state(entry={"module": "module.a", "key": "k", "sensitive": ["description"]})]
    records = [update_configuration({"memorySize": 1024, "description": "new"}), remove_permission(), delete_alias()]
    file = check(tmp_path / "file", records, state_text(*entries))
    shown = check(tmp_path / "shown", records, shown_text(*entries))
    assert len(file.findings) == 4
    assert [(entry.id, entry.address, entry.drift.changes) for entry in file.findings] == [
        (entry.id, entry.address, entry.drift.changes) for entry in shown.findings
    ]


def test_state_of_provider_6_tells_the_region_of_what_has_no_arn(tmp_path: Path) -> None:
    state = [function_state("x", region=OTHER_REGION), permission_state(region=REGION)]
    assert kinds(check(tmp_path, [remove_permission()], state).findings) == {ALLOW: "deleted"}
    assert is_silent(check(tmp_path, [remove_permission(awsRegion=OTHER_REGION)], state))


def test_what_has_no_arn_takes_account_and_region_from_its_function(tmp_path: Path) -> None:
    state = [function_state(region=OTHER_REGION), function_state("billing"), permission_state()]
    assert is_silent(check(tmp_path, [remove_permission()], state))
    report = check(tmp_path, [remove_permission(awsRegion=OTHER_REGION)], state)
    assert kinds(report.findings) == {ALLOW: "deleted"}


# --- records that count -----------------------------------------------------------------------------------------------


def test_a_record_delivered_twice_is_one_event(tmp_path: Path) -> None:
    body = update_configuration({"memorySize": 1024})
    entry = finding_document(check(tmp_path, [body, body]))
    assert [event["event_id"] for event in entry["events"]] == [body["eventID"]]


def test_a_correction_wins_over_the_record_it_corrects(tmp_path: Path) -> None:
    wrong = update_configuration({"memorySize": 1024})
    right = update_configuration({"memorySize": 2048}) | {
        "addendum": {"reason": "UPDATED_DATA", "originalEventID": wrong["eventID"]}
    }
    report = check(tmp_path, [right, wrong])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 2048)}


def test_a_creation_or_update_whose_answer_is_null_is_skipped_as_not_seen_to_succeed(tmp_path: Path) -> None:
    body = update_configuration({"memorySize": 1024}) | {"responseElements": None}
    report = check(tmp_path, [body])
    assert report.verdict == "clean"
    (entry,) = report.skipped
    assert (entry.reason, entry.event_id, entry.resource_id) == ("not-seen-to-succeed", body["eventID"], "orders")


def test_a_creation_or_update_whose_answer_was_cut_off_is_judged_from_its_request(tmp_path: Path) -> None:
    report = check(tmp_path, [without(update_configuration({"memorySize": 1024}), "responseElements")])
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}


def test_an_unknown_mutating_event_is_skipped_by_name_in_every_output(tmp_path: Path) -> None:
    report = check(tmp_path, [record("PutFunctionMood", {"functionName": "orders"})])
    (entry,) = report.skipped
    assert (entry.reason, entry.event_name) == ("unknown-event", "PutFunctionMood")
    assert report.verdict == "clean"


def test_what_cannot_be_read_is_skipped_with_its_position_and_the_rest_of_the_run_goes_on(tmp_path: Path) -> None:
    cut = update_configuration({"timeout": 30}) | {"requestParameters": '{"functionName": "ord'}
    report = check(
        tmp_path, [5, None, {"eventName": "x"}, cut, update_configuration({"memorySize": 1024}, at="11:00:00")]
    )
    assert differences(report.findings) == {(ORDERS, "memory_size"): (512, 1024)}
    assert sorted(entry.reason for entry in report.skipped) == [
        "malformed-record",
        "malformed-record",
        "malformed-record",
        "truncated-record",
    ]
    for number in (1, 2, 3, 4):
        assert any(f"record {number}:" in entry.detail for entry in report.skipped)


@pytest.mark.parametrize("lacking", ["recipientAccountId", "awsRegion"])
def test_a_record_that_does_not_tell_where_it_happened_is_skipped_and_not_dropped(tmp_path: Path, lacking: str) -> None:
    body = without(put_concurrency(50, by={"userIdentity": {"type": "AWSService"}}), lacking)
    report = check(tmp_path, [body])
    assert report.findings or report.skipped


def test_a_record_outside_the_window_takes_no_part(tmp_path: Path) -> None:
    body = update_configuration({"memorySize": 1024}, at="10:00:00")
    assert is_silent(check(tmp_path, [body], since="2026-01-01T10:00:01Z"))
    assert is_silent(check(tmp_path, [body], since="2025-12-31", until="2026-01-01T09:59:59Z"))
    assert check(tmp_path, [body], since="2026-01-01T10:00:00Z").verdict == "drift"


# --- state read after the record --------------------------------------------------------------------------------------


def test_right_after_a_repair_whose_record_is_late_the_drift_is_reverted(tmp_path: Path) -> None:
    repaired = function_state(last_modified="2026-01-01T10:05:00.000+0000")
    report = check(tmp_path, [update_configuration({"memorySize": 1024})], [repaired])
    assert report.verdict == "clean"
    assert differences(report.reverted) == {(ORDERS, "memory_size"): (512, 1024)}


def test_right_after_terraform_created_a_deleted_function_again_the_deletion_is_reverted(tmp_path: Path) -> None:
    repaired = function_state(last_modified="2026-01-01T10:05:00.000+0000")
    report = check(tmp_path, [delete_function()], [repaired, permission_state()])
    assert report.verdict == "clean"
    assert kinds(report.reverted) == {ORDERS: "deleted", ALLOW: "deleted"}


def test_a_change_after_state_was_read_is_drift_however_close(tmp_path: Path) -> None:
    state = [function_state(last_modified="2026-01-01T10:00:00.900+0000")]
    report = check(tmp_path, [update_configuration({"memorySize": 1024}, at="10:00:01")], state)
    assert report.verdict == "drift"


@pytest.mark.parametrize("modified", ["2020-01-01T00:00:00.000+0000", "-", "2030-01-01T00:00:00.000+0000"])
def test_an_answers_own_time_that_cannot_be_is_not_believed(tmp_path: Path, modified: str) -> None:
    state = [function_state(last_modified="2026-01-01T09:00:00.000+0000")]
    report = check(tmp_path, [update_configuration({"memorySize": 1024}, {"lastModified": modified})], state)
    assert report.verdict == "drift"


def test_terraforms_own_creation_is_no_drift_while_its_further_calls_are_not_yet_delivered(tmp_path: Path) -> None:
    state = [function_state(reserved_concurrent_executions=5, last_modified=AT_TEN)]
    assert check(tmp_path, [create_function(by=BY_TERRAFORM)], state).verdict == "clean"


# --- values that CloudTrail withholds ---------------------------------------------------------------------------------

WITH_SECRET = function_state(environment=[{"variables": {"TOKEN": "hunter2-in-state"}}])


def test_an_update_that_names_no_setting_is_a_change_of_the_environment_whose_value_is_not_known(
    tmp_path: Path,
) -> None:
    entry = finding_document(check(tmp_path, [update_configuration({})], [WITH_SECRET]))
    (change,) = entry["changes"]
    assert change["attribute"] == "environment"
    assert (change["before"], change["after"], change["known"]) == (None, None, False)


def test_beside_other_settings_an_environment_is_not_reported_and_the_coverage_says_so_once(tmp_path: Path) -> None:
    records = [update_configuration({"memorySize": 1024}), update_configuration({"memorySize": 2048}, at="10:01:00")]
    report = check(tmp_path, records, [WITH_SECRET])
    assert set(differences(report.findings)) == {(ORDERS, "memory_size")}
    notes = [entry.note for entry in report.coverage]
    assert " ".join(notes).count("does not show environment variables") == 1


def test_without_any_configuration_update_the_coverage_does_not_speak_of_environments(tmp_path: Path) -> None:
    report = check(tmp_path, [put_concurrency(5)])
    assert "environment" not in " ".join(entry.note for entry in report.coverage)


@pytest.mark.parametrize("later", [applied({}), applied({"memorySize": 512})], ids=["alone", "beside others"])
def test_terraforms_user_agent_clears_an_environment_and_is_said_to_be_forgeable(tmp_path: Path, later: Any) -> None:
    report = check(tmp_path, [update_configuration({}), later], [WITH_SECRET])
    assert report.verdict == "clean"
    suppressed = only(report.suppressed)
    assert suppressed.suppressed_by is not None
    assert suppressed.suppressed_by.kind == "terraform"
    assert "forged" in suppressed.suppressed_by.reason


def test_terraforms_own_update_of_an_environment_is_never_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [applied({})], [WITH_SECRET])
    assert report.verdict == "clean"


def test_an_environment_changed_by_hand_after_terraform_wrote_it_stays_a_finding(tmp_path: Path) -> None:
    report = check(tmp_path, [applied({}, at="09:00:00"), update_configuration({})], [WITH_SECRET])
    assert [change.attribute for change in only(report.findings).drift.changes] == ["environment"]


def test_an_environment_that_terraform_read_since_is_settled_by_state(tmp_path: Path) -> None:
    state = [function_state(last_modified="2026-01-01T10:05:00.000+0000", environment=[{"variables": {"A": "1"}}])]
    report = check(tmp_path, [update_configuration({})], state)
    assert report.verdict == "clean"
    suppressed = only(report.suppressed)
    assert suppressed.suppressed_by is not None
    assert suppressed.suppressed_by.kind == "in-state"


@pytest.mark.parametrize("filter_criteria", [FILTER_STATE, []])
def test_hidden_filters_that_were_asked_for_are_a_change_whose_value_is_not_known(
    tmp_path: Path, filter_criteria: list[Any]
) -> None:
    body = update_mapping({"filterCriteria": {}}, {"filterCriteria": {}})
    entry = finding_document(check(tmp_path, [body], [mapping_state(filter_criteria=filter_criteria)]))
    (change,) = entry["changes"]
    assert (change["attribute"], change["known"], change["after"]) == ("filter_criteria", False, None)


def test_hidden_filters_where_state_has_none_were_set_by_an_unseen_call(tmp_path: Path) -> None:
    body = update_mapping({"batchSize": 100}, {"filterCriteria": {}})
    (change,) = finding_document(check(tmp_path, [body], [mapping_state()]))["changes"]
    assert (change["attribute"], change["known"], change["event_id"]) == ("filter_criteria", False, None)


def test_filters_removed_and_then_seen_again_were_set_by_an_unseen_call(tmp_path: Path) -> None:
    records = [
        update_mapping({"filterCriteria": {}}, {}),
        update_mapping({"batchSize": 100}, {"filterCriteria": {}}, at="10:05:00"),
    ]
    report = check(tmp_path, records, [mapping_state()])
    (change,) = finding_document(report)["changes"]
    assert (change["attribute"], change["known"], change["event_id"]) == ("filter_criteria", False, None)


def test_code_taken_by_reference_is_a_change_whose_value_is_not_known(tmp_path: Path) -> None:
    (change,) = finding_document(check(tmp_path, [update_code("")]))["changes"]
    assert (change["attribute"], change["known"], change["before"]) == ("code_sha256", False, None)


def test_code_that_state_knows_no_hash_of_is_a_change_whose_value_is_not_known(tmp_path: Path) -> None:
    (change,) = finding_document(check(tmp_path, [update_code()], [minimal_function_state()]))["changes"]
    assert (change["attribute"], change["known"], change["after"]) == ("code_sha256", False, None)


# --- secrets ----------------------------------------------------------------------------------------------------------


def test_what_state_marks_sensitive_reads_sensitive_in_every_output(tmp_path: Path) -> None:
    state = [function_state(description="hunter2-before", entry={"sensitive": ["description"]})]
    report = check(tmp_path, [update_configuration({"description": "hunter2-after"})], state)
    (change,) = finding_document(report)["changes"]
    assert (change["before"], change["after"], change["known"]) == (SENSITIVE, SENSITIVE, True)
    assert "hunter2" not in written(report)


def test_a_sensitive_block_hides_what_lies_in_it(tmp_path: Path) -> None:
    state = [function_state(vpc_config=[{"subnet_ids": ["s-1"]}], entry={"sensitive": ["vpc_config"]})]
    request = {"vpcConfig": {"subnetIds": ["s-2"], "securityGroupIds": []}}
    assert differences(check(tmp_path, [update_configuration(request)], state).findings) == {
        (ORDERS, SUBNETS): (SENSITIVE, SENSITIVE)
    }


def test_an_attribute_that_holds_something_sensitive_is_hidden_as_a_whole(tmp_path: Path) -> None:
    path = [{"type": "get_attr", "value": "layers"}, {"type": "index", "value": {"value": 0, "type": "number"}}]
    state = [function_state(layers=["hunter2"], entry={"instance": {"sensitive_attributes": [path]}})]
    report = check(tmp_path, [update_configuration({"layers": ["arn:layer:1"]})], state)
    assert differences(report.findings) == {(ORDERS, "layers"): (SENSITIVE, SENSITIVE)}
    assert "hunter2" not in written(report)


def test_sensitive_values_stay_hidden_where_they_were_reverted_or_suppressed(tmp_path: Path) -> None:
    state = [function_state(description="hunter2-before", entry={"sensitive": ["description"]})]
    rules = "waivers:\n- {address: '*', reason: r, owner: o, expires: 2027-01-01}\n"
    body = update_configuration({"description": "hunter2-after"})
    waived = check(tmp_path, [body], state, rules=rules)
    undone = check(tmp_path, [body, update_configuration({"description": "hunter2-before"}, at="11:00:00")], state)
    assert len(waived.suppressed) == len(undone.reverted) == 1
    assert "hunter2" not in written(waived) + written(undone)


@pytest.mark.parametrize(
    "records",
    [
        [update_configuration({})],
        [update_configuration({"environment": {"variables": {"TOKEN": "hunter2"}}})],
        [update_configuration({"memorySize": 1024}, {"environment": {"variables": {"TOKEN": "hunter2"}}})],
        [delete_function(), create_function(at="11:00:00", answers={"environment": {"variables": {"T": "hunter2"}}})],
        [update_configuration({"environment": "hunter2"}, {"environment": "hunter2"})],
    ],
)
def test_environment_values_are_in_no_output(tmp_path: Path, records: list[Any]) -> None:
    report = check(tmp_path, records, [WITH_SECRET], unmanaged="all")
    assert report.findings
    assert "hunter2" not in written(report)
