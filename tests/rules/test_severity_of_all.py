"""How bad: the built-in severities of what hangs on functions, and of layers, code signing and capacity."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests import attached
from tests.attached import (
    PUBLISHER,
    SIGNING,
    capacity_state,
    invoke_config_state,
    layer_permission_state,
    layer_state,
    on_function,
    policy,
    policy_state,
    provisioned_state,
    put_policy,
    recursion_state,
    runtime_state,
    scaling_state,
    signing_state,
    statement,
    update_signing,
    url_state,
)
from tests.builders import (
    OTHER_ACCOUNT,
    add_permission,
    alias_state,
    check,
    delete_function,
    function_state,
    mapping_state,
    only,
    permission_state,
    record,
    update_configuration,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.rules.load import load_rules

FN = function_state()
LAX = {"codeSigningPolicies": {"untrustedArtifactOnDeployment": "Warn"}}
ANYBODY = statement("open", "*", Condition={})

ROWS: dict[str, tuple[list[Any], list[Any], str]] = {
    "URL created open": ([attached.create_url({"authType": "NONE"})], [FN], "critical"),
    "URL created for IAM": ([attached.create_url()], [FN], "high"),
    "URL opened": ([attached.update_url({"authType": "NONE"})], [FN, url_state()], "critical"),
    "URL closed": ([attached.update_url({})], [FN, url_state(authorization_type="NONE")], "high"),
    "URL's origins": ([attached.update_url({"cors": {"allowOrigins": ["*"]}})], [FN, url_state()], "high"),
    "URL deleted": ([attached.delete_url()], [FN, url_state()], "critical"),
    "invoke config": ([attached.put_invoke_config({})], [FN, invoke_config_state()], "medium"),
    "invoke config added": ([attached.put_invoke_config({"maximumRetryAttempts": 0})], [FN], "medium"),
    "invoke config deleted": (
        [on_function("DeleteFunctionEventInvokeConfig", {})],
        [FN, invoke_config_state()],
        "critical",
    ),
    "provisioned concurrency": ([attached.put_provisioned(10)], [FN, provisioned_state()], "medium"),
    "provisioned concurrency deleted": (
        [on_function("DeleteProvisionedConcurrencyConfig", {"qualifier": "live"})],
        [FN, provisioned_state()],
        "critical",
    ),
    "runtime management": ([attached.put_runtime()], [FN, runtime_state()], "medium"),
    "recursion allowed": ([attached.put_recursion()], [FN, recursion_state()], "medium"),
    "recursion ended": ([attached.put_recursion("Terminate")], [FN, recursion_state(recursive_loop="Allow")], "medium"),
    "scaling": ([attached.put_scaling({"minExecutionEnvironments": 3})], [FN, scaling_state()], "medium"),
    "scaling taken away": ([attached.put_scaling(None)], [FN, scaling_state()], "critical"),
    "policy replaced": ([put_policy(policy(statement(), ANYBODY))], [FN, policy_state()], "critical"),
    "policy deleted": ([attached.delete_policy()], [FN, policy_state()], "critical"),
    "policy added": ([put_policy(policy(ANYBODY))], [FN], "critical"),
    "code signing taken off": (
        [on_function("DeleteFunctionCodeSigningConfig", {})],
        [function_state(code_signing_config_arn=SIGNING)],
        "critical",
    ),
    "code signing exchanged": (
        [on_function("PutFunctionCodeSigningConfig", {"codeSigningConfigArn": SIGNING + "x"})],
        [function_state(code_signing_config_arn=SIGNING)],
        "high",
    ),
    "code signing relaxed": ([update_signing(LAX)], [signing_state()], "critical"),
    "publisher added": (
        [update_signing({"allowedPublishers": {"signingProfileVersionArns": [PUBLISHER, "arn:more"]}})],
        [signing_state()],
        "critical",
    ),
    "publisher exchanged for none": (
        [update_signing({"allowedPublishers": {"signingProfileVersionArns": []}})],
        [signing_state()],
        "high",
    ),
    "code signing config deleted": (
        [record("DeleteCodeSigningConfig", {"codeSigningConfigArn": SIGNING})],
        [signing_state()],
        "critical",
    ),
    "code signing config described": ([update_signing({"description": "x"})], [signing_state()], "low"),
    "layer version deleted": ([attached.delete_layer()], [layer_state()], "high"),
    "layer permission added": ([attached.add_layer_permission("other")], [layer_state()], "high"),
    "layer permission removed": (
        [attached.remove_layer_permission()],
        [layer_state(), layer_permission_state()],
        "high",
    ),
    "capacity": ([attached.update_capacity({"maxVCpuCount": 20})], [capacity_state()], "medium"),
    "capacity provider deleted": (
        [record("DeleteCapacityProvider", {"capacityProviderName": "fleet"})],
        [capacity_state()],
        "high",
    ),
    "tags of a function": ([attached.tag({"team": "x"})], [FN], "low"),
    "tags of a mapping": (
        [attached.tag({"team": "x"}, mapping_state()["instances"][0]["attributes"]["arn"])],
        [mapping_state()],
        "low",
    ),
    "a version published": ([attached.publish_version("4")], [function_state(publish=True, version="3")], "low"),
    "logging": ([update_configuration({"loggingConfig": {"logFormat": "JSON"}})], [FN], "low"),
    "image": (
        [on_function("UpdateFunctionCode20150331v2", {"imageUri": "x"}, None)],
        [function_state(image_uri="y")],
        "high",
    ),
}


@pytest.mark.parametrize(("records", "state", "severity"), ROWS.values(), ids=ROWS.keys())
def test_the_built_in_severities_hold(tmp_path: Path, records: list[Any], state: list[Any], severity: str) -> None:
    for body in records:
        if body["eventName"].startswith("UpdateFunctionCode"):
            del body["responseElements"]
    report = check(tmp_path, records, state)
    assert report.skipped == ()
    assert only(report.findings).severity.word == severity


def test_every_child_that_goes_with_its_function_is_critical(tmp_path: Path) -> None:
    state = [FN, alias_state(), permission_state(), url_state(), invoke_config_state(), provisioned_state()]
    findings = check(tmp_path, [delete_function()], state).findings
    assert len(findings) == len(state)
    assert {finding.severity.word for finding in findings} == {"critical"}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (ANYBODY, "the principal is *, which is everybody"),
        (statement("x", {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"}), "the principal belongs to another account"),
        (statement("x", {"Service": "s3.amazonaws.com"}, Condition={}), "without source_arn or source_account"),
    ],
)
def test_a_statement_added_to_a_managed_policy_has_the_reasons_of_a_permission(
    tmp_path: Path, changed: dict[str, Any], reason: str
) -> None:
    body = put_policy(policy(statement(), changed))
    finding = only(check(tmp_path, [body], [FN, policy_state()]).findings)
    assert any(reason in text for text in finding.reasons)
    alone = only(check(tmp_path, [put_policy(policy(statement(), statement("y")))], [FN, policy_state()]).findings)
    assert not any(reason in text for text in alone.reasons)


def test_two_writers_in_one_second_are_named_as_such(tmp_path: Path) -> None:
    records = [
        add_permission("p"),
        *(on_function("PutFunctionConcurrency20171031", {"reservedConcurrentExecutions": number}) for number in (5, 6)),
    ]
    state = [function_state(reserved_concurrent_executions=5), permission_state("p")]
    finding = next(f for f in check(tmp_path, records, state).findings if f.address == "aws_lambda_function.orders")
    assert any("more than once within one second" in reason for reason in finding.reasons)


def test_every_attribute_of_the_catalogue_has_a_built_in_severity() -> None:
    rules = load_rules(None, load_catalog()).rules
    for kind, resource in load_catalog().resources.items():
        mine = [rule for rule in rules if kind in rule.resource_types and "modified" in {k.value for k in rule.kinds}]
        watched = {name for rule in mine for name in rule.watched_attributes}
        if all(rule.watched_attributes for rule in mine):
            named = {path.split("[")[0] for path in resource.attributes} - {"function_name", "name", "layer_name"}
            if kind not in ("aws_lambda_layer_version",):  # nobody can modify one
                assert named <= watched, (kind, sorted(named - watched))
