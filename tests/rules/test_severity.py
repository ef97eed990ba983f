"""How bad: every row of the built-in severities, and what a rules file does to them."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    ACCOUNT,
    OTHER_ACCOUNT,
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
    finding_document,
    function_arn,
    function_state,
    mapping_state,
    only,
    permission_state,
    put_concurrency,
    remove_permission,
    update_alias,
    update_code,
    update_configuration,
    update_mapping,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.model import UNKNOWN_ACTOR, AttributeChange, Drift, Event, Kind, ResourceKey, Severity
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.rules.severity import Verdict, severity_of

BUILT_IN = load_rules(None, load_catalog()).rules
ORDERS = "aws_lambda_function.orders"
VPC = [{"subnet_ids": ["s-1"], "security_group_ids": ["g-1"]}]
NO_VPC = {"vpcConfig": {"subnetIds": [], "securityGroupIds": []}}
OTHER_VPC = {"vpcConfig": {"subnetIds": ["s-2"], "securityGroupIds": ["g-1"]}}

ROWS: dict[str, tuple[list[Any], list[Any], str]] = {
    "function deleted": ([delete_function()], [function_state()], "critical"),
    "alias deleted": ([delete_alias()], [alias_state()], "critical"),
    "function replaced": ([delete_function(), create_function(at="11:00:00")], [function_state()], "critical"),
    "permission added": ([add_permission("x")], [function_state()], "critical"),
    "permission altered": (
        [remove_permission(), add_permission(request={"action": "lambda:*"}, at="10:00:01")],
        [permission_state(), function_state()],
        "critical",
    ),
    "permission removed": ([remove_permission()], [permission_state(), function_state()], "high"),
    "role": ([update_configuration({"role": "arn:aws:iam::1:role/x"})], [function_state()], "critical"),
    "VPC removed": ([update_configuration(NO_VPC)], [function_state(vpc_config=VPC)], "critical"),
    "VPC changed": ([update_configuration(OTHER_VPC)], [function_state(vpc_config=VPC)], "high"),
    "VPC added": ([update_configuration(OTHER_VPC)], [function_state()], "high"),
    "key removed": (
        [update_configuration({"kMSKeyArn": ""}, {"kMSKeyArn": None})],
        [function_state(kms_key_arn="arn:k")],
        "critical",
    ),
    "key changed": ([update_configuration({"kMSKeyArn": "arn:l"})], [function_state(kms_key_arn="arn:k")], "high"),
    "code": ([update_code()], [function_state()], "high"),
    "code against source_code_hash": ([update_code()], [function_state(code_sha256="")], "high"),
    "runtime": ([update_configuration({"runtime": "python3.8"})], [function_state()], "high"),
    "handler": ([update_configuration({"handler": "x.y"})], [function_state()], "high"),
    "memory": ([update_configuration({"memorySize": 1024})], [function_state()], "high"),
    "timeout": ([update_configuration({"timeout": 30})], [function_state()], "high"),
    "environment": ([update_configuration({})], [function_state()], "high"),
    "layers": ([update_configuration({"layers": ["arn:l:1"]})], [function_state()], "high"),
    "dead letter queue": (
        [update_configuration({"deadLetterConfig": {"targetArn": "arn:q"}})],
        [function_state()],
        "high",
    ),
    "concurrency set": ([put_concurrency(50)], [function_state()], "medium"),
    "concurrency changed": ([put_concurrency(50)], [function_state(reserved_concurrent_executions=5)], "medium"),
    "concurrency removed": ([delete_concurrency()], [function_state(reserved_concurrent_executions=5)], "high"),
    "concurrency set to 0": ([put_concurrency(0)], [function_state()], "high"),
    "mapping changed": ([update_mapping({"batchSize": 5}, {"batchSize": 5})], [mapping_state()], "medium"),
    "mapping disabled": ([update_mapping({"enabled": False}, {"state": "Disabling"})], [mapping_state()], "high"),
    "mapping enabled": (
        [update_mapping({"enabled": True}, {"state": "Enabling"})],
        [mapping_state(enabled=False)],
        "medium",
    ),
    "mapping deleted": ([delete_mapping()], [mapping_state()], "high"),
    "mapping's source changed": (
        [update_mapping({}, {"eventSourceArn": "arn:other"})],
        [mapping_state()],
        "high",
    ),
    "mapping's function changed": (
        [update_mapping({"functionName": "x"}, {"functionArn": function_arn("x")})],
        [mapping_state()],
        "high",
    ),
    "mapping added": ([create_mapping(answers={"uUID": "9-9"})], [function_state()], "medium"),
    "mapping disabled with another batch": (
        [update_mapping({"enabled": False, "batchSize": 5}, {"state": "Disabling", "batchSize": 5})],
        [mapping_state()],
        "high",
    ),
    "alias moved": ([update_alias({"functionVersion": "4"})], [alias_state()], "medium"),
    "alias weighted": (
        [update_alias({"routingConfig": {"additionalVersionWeights": {"4": 0.1}}})],
        [alias_state()],
        "medium",
    ),
    "alias added": ([create_alias({"name": "mine"})], [function_state()], "medium"),
    "description": ([update_configuration({"description": "x"})], [function_state()], "low"),
    "tracing": ([update_configuration({"tracingConfig": {"mode": "Active"}})], [function_state()], "low"),
    "memory beside a description": (
        [update_configuration({"memorySize": 1024, "description": "x"})],
        [function_state()],
        "high",
    ),
}


@pytest.mark.parametrize(("records", "state", "severity"), ROWS.values(), ids=ROWS.keys())
def test_the_built_in_severities_hold(tmp_path: Path, records: list[Any], state: list[Any], severity: str) -> None:
    finding = only(check(tmp_path, records, state).findings)
    assert finding.severity.word == severity
    assert finding.rule is not None
    assert finding.reasons


def test_everything_that_goes_with_a_deleted_function_is_critical(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_function()], [function_state(), alias_state(), permission_state()])
    assert [finding.severity.word for finding in report.findings] == ["critical"] * 3


def test_a_new_function_nobody_manages_is_medium(tmp_path: Path) -> None:
    report = check(tmp_path, [create_function("new")], unmanaged="all")
    assert only(report.findings).severity.word == "medium"


def drift_of(kind: Kind, resource_type: str, **changes: tuple[Any, Any]) -> Drift:
    moment = datetime(2026, 1, 1, tzinfo=timezone.utc)
    event = Event("e", "E", moment, REGION, UNKNOWN_ACTOR, "cli")
    made = tuple(
        AttributeChange(name, before, after, True, event, removed=bool(before) and not after)
        for name, (before, after) in changes.items()
    )
    return Drift(kind, ResourceKey(resource_type, ACCOUNT, REGION, ("orders",)), "orders", made, (event,))


DELETED, MODIFIED, UNMANAGED = Kind.DELETED, Kind.MODIFIED, Kind.UNMANAGED


@pytest.mark.parametrize(
    ("drift", "severity"),
    [
        (drift_of(MODIFIED, "aws_lambda_function", architectures=(["x86_64"], ["arm64"])), "high"),
        (drift_of(MODIFIED, "aws_lambda_function", **{"image_config[0].command": ([], ["x"])}), "high"),
        (drift_of(MODIFIED, "aws_lambda_function", **{"file_system_config[0].arn": (None, "x")}), "high"),
        (drift_of(MODIFIED, "aws_lambda_function", **{"logging_config[0].log_format": ("Text", "JSON")}), "low"),
        (drift_of(MODIFIED, "aws_lambda_function", **{"ephemeral_storage[0].size": (512, 1024)}), "low"),
        (drift_of(MODIFIED, "aws_lambda_function", **{"snap_start[0].apply_on": ("None", "x")}), "low"),
        (drift_of(MODIFIED, "aws_lambda_function", tags=({}, {"a": "b"})), "low"),
    ],
)
def test_the_severities_of_attributes_that_no_event_tells_yet_are_there(drift: Drift, severity: str) -> None:
    verdict = severity_of(drift, BUILT_IN)
    assert (verdict.severity.word, verdict.rule is not None) == (severity, True)


@pytest.mark.parametrize(
    ("drift", "severity"),
    [
        (drift_of(UNMANAGED, "aws_lambda_function_url", authorization_type=(None, "NONE")), "critical"),
        (drift_of(MODIFIED, "aws_lambda_function_url", authorization_type=("AWS_IAM", "NONE")), "critical"),
        (drift_of(MODIFIED, "aws_lambda_function_url", invoke_mode=("BUFFERED", "RESPONSE_STREAM")), "high"),
        (drift_of(DELETED, "aws_lambda_function_url"), "critical"),
        (drift_of(MODIFIED, "aws_lambda_function", code_signing_config_arn=("arn", None)), "critical"),
        (
            drift_of(MODIFIED, "aws_lambda_provisioned_concurrency_config", provisioned_concurrent_executions=(1, 2)),
            "medium",
        ),
        (drift_of(MODIFIED, "aws_lambda_function_event_invoke_config", maximum_retry_attempts=(2, 0)), "medium"),
        (drift_of(MODIFIED, "aws_lambda_runtime_management_config", update_runtime_on=("Auto", "Manual")), "medium"),
        (drift_of(MODIFIED, "aws_lambda_function_recursion_config", recursive_loop=("Terminate", "Allow")), "medium"),
        (drift_of(DELETED, "aws_lambda_layer_version"), "high"),
        (drift_of(UNMANAGED, "aws_lambda_layer_version_permission", principal=(None, "*")), "high"),
    ],
)
def test_the_severities_of_resources_that_no_event_tells_yet_are_there(drift: Drift, severity: str) -> None:
    assert severity_of(drift, BUILT_IN).severity.word == severity


# --- why --------------------------------------------------------------------------------------------------------------


def reasons(tmp_path: Path, request: dict[str, Any]) -> str:
    report = check(tmp_path, [add_permission("x", request)])
    return "\n".join(only(report.findings).reasons)


@pytest.mark.parametrize(
    ("request_", "says", "silent"),
    [
        ({"principal": "*"}, ["everybody"], ["another account"]),
        ({"principal": OTHER_ACCOUNT}, ["another account"], ["everybody"]),
        ({"principal": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}, ["another account"], []),
        ({"principal": f"arn:aws:iam::{OTHER_ACCOUNT}:role/x"}, ["another account"], []),
        ({"principal": ACCOUNT}, ["may now invoke"], ["another account", "everybody"]),
        ({"principal": "s3.amazonaws.com", "sourceArn": None}, ["without source_arn"], []),
        ({"principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::b"}, ["may now invoke"], ["without source_arn"]),
        ({"principal": "s3.amazonaws.com", "sourceArn": None, "sourceAccount": ACCOUNT}, [], ["without source_arn"]),
    ],
)
def test_the_reasons_of_a_permission_name_everything_that_makes_it_dangerous(
    tmp_path: Path, request_: dict[str, Any], says: list[str], silent: list[str]
) -> None:
    text = reasons(tmp_path, request_)
    assert [part for part in says if part not in text] == []
    assert [part for part in silent if part in text] == []


def test_an_altered_permission_is_judged_by_what_stands_now(tmp_path: Path) -> None:
    records = [remove_permission(), add_permission(request={"sourceArn": None}, at="10:00:01")]
    finding = only(check(tmp_path, records, [permission_state(), function_state()]).findings)
    assert any("without source_arn" in reason for reason in finding.reasons)


def test_every_reason_that_applies_is_listed_worst_first(tmp_path: Path) -> None:
    body = update_configuration({"description": "x", "memorySize": 1024, "role": "arn:aws:iam::1:role/x"})
    finding = only(check(tmp_path, [body]).findings)
    assert (finding.severity, finding.rule) == (Severity.CRITICAL, "function-role")
    assert [reason.split(":")[0] for reason in finding.reasons] == ["role", "memory_size", "description"]


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (
            update_mapping({"enabled": False}, {"state": "Disabling"}),
            mapping_state(entry={"sensitive": ["enabled"]}),
        ),
        (put_concurrency(0), function_state(entry={"sensitive": ["reserved_concurrent_executions"]})),
    ],
)
def test_marking_a_value_sensitive_does_not_make_its_change_less_bad(
    tmp_path: Path, body: dict[str, Any], state: dict[str, Any]
) -> None:
    assert only(check(tmp_path, [body], [state]).findings).severity.word == "high"


# --- a rules file -----------------------------------------------------------------------------------------------------

MEMORY_LOW = """
drift_rules:
  - name: "Memory is cheap"
    resource_types: ["aws_lambda_function"]
    watched_attributes: ["memory_size"]
    severity: "low"
"""
PUBLISHED = """
drift_rules:
  - name: "Lambda Function Configuration"
    resource_types: ["aws_lambda_function"]
    watched_attributes: ["runtime", "handler", "memory_size", "timeout", "environment", "vpc_config", "role"]
    severity: "high"
"""


def test_a_rules_file_overrides_what_it_names_and_names_itself(tmp_path: Path) -> None:
    entry = finding_document(check(tmp_path, [update_configuration({"memorySize": 1024})], rules=MEMORY_LOW))
    assert (entry["severity"], entry["rule"]) == ("low", "Memory is cheap")
    assert entry["reasons"] == ['memory_size: rule "Memory is cheap"']


@pytest.mark.parametrize(
    ("body", "severity"),
    [
        (update_configuration({"timeout": 30}), "high"),
        (update_configuration({"memorySize": 1024, "timeout": 30}), "high"),
        (update_configuration({"role": "arn:x"}), "critical"),
        (put_concurrency(50), "medium"),
        (delete_function(), "critical"),
    ],
)
def test_what_no_rule_of_the_file_names_keeps_its_built_in_severity(
    tmp_path: Path, body: dict[str, Any], severity: str
) -> None:
    assert only(check(tmp_path, [body], rules=MEMORY_LOW).findings).severity.word == severity


def test_a_rule_covers_what_lies_inside_the_attribute_it_names(tmp_path: Path) -> None:
    body = update_configuration(OTHER_VPC)
    finding = only(check(tmp_path, [body], rules=PUBLISHED.replace("high", "low")).findings)
    assert (finding.severity.word, finding.rule) == ("low", "Lambda Function Configuration")


def test_the_published_form_is_read_as_it_is(tmp_path: Path) -> None:
    finding = only(check(tmp_path, [update_configuration({"role": "arn:x"})], rules=PUBLISHED).findings)
    assert (finding.severity.word, finding.rule) == ("high", "Lambda Function Configuration")


def test_the_highest_of_several_rules_wins_whatever_their_order(tmp_path: Path) -> None:
    worse = MEMORY_LOW.replace("Memory is cheap", "Memory is dear").replace('severity: "low"', "severity: critical")
    both = MEMORY_LOW + worse.split("drift_rules:")[1]
    finding = only(check(tmp_path, [update_configuration({"memorySize": 1024})], rules=both).findings)
    assert (finding.severity.word, finding.rule) == ("critical", "Memory is dear")
    assert len(finding.reasons) == 2


def test_a_rule_without_attributes_is_about_everything_of_its_type(tmp_path: Path) -> None:
    rules = "drift_rules: [{name: all, resource_types: [aws_lambda_permission], severity: low}]"
    assert only(check(tmp_path, [add_permission("x")], rules=rules).findings).severity.word == "low"


def test_a_rule_that_watches_an_attribute_of_an_addition_is_about_the_addition(tmp_path: Path) -> None:
    rules = PUBLISHED.replace("aws_lambda_function", "aws_lambda_permission").replace('"runtime"', '"principal"')
    rules = rules.replace(', "handler", "memory_size", "timeout", "environment", "vpc_config", "role"', "")
    finding = only(check(tmp_path, [add_permission("x")], rules=rules).findings)
    assert (finding.severity.word, finding.rule) == ("high", "Lambda Function Configuration")


def test_replace_defaults_drops_the_built_in_rules(tmp_path: Path) -> None:
    body = update_configuration({"role": "arn:x"})
    finding = only(check(tmp_path, [body], rules="replace_defaults: true\n" + MEMORY_LOW).findings)
    assert (finding.severity.word, finding.rule) == ("low", None)
    assert finding.reasons == ("no rule names it",)


def test_a_rule_that_watches_source_code_hash_is_about_the_code(tmp_path: Path) -> None:
    rules = PUBLISHED.replace('"runtime"', '"source_code_hash"').replace('"high"', '"low"')
    finding = only(check(tmp_path, [update_code()], rules=rules).findings)
    assert finding.rule == "Lambda Function Configuration"


def test_a_drift_that_no_rule_names_is_low_and_says_so() -> None:
    drift = drift_of(MODIFIED, "aws_lambda_function", function_name=("a", "b"))
    assert severity_of(drift, BUILT_IN) == Verdict(Severity.LOW, None, ("no rule names it",))
