"""Without a plan, what the configuration under review says literally is adopted; nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attached import tag, untag
from tests.builders import (
    OTHER_REGION,
    add_permission,
    check,
    delete_concurrency,
    function_state,
    only,
    permission_state,
    remove_permission,
    state_text,
    update_configuration,
)
from tests.plans import adopted
from tfdrift_gate.model import Report

RAISED = update_configuration({"memorySize": 1024})


def block(*lines: str, name: str = "orders") -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return f'resource "aws_lambda_function" "{name}" {{\n  function_name = "{name}"\n{body}}}\n'


def stands(report: Report) -> set[str]:
    return {change.attribute for finding in report.findings for change in finding.drift.changes}


@pytest.mark.parametrize("literal", ["1024", '"1024"', "(1024)"])
def test_a_literal_that_is_the_new_value_adopts_it(tmp_path: Path, literal: str) -> None:
    report = check(tmp_path, [RAISED], main=block(f"memory_size = {literal}"))
    assert report.verdict == "clean"
    assert adopted(report) == {"orders.memory_size"}
    assert report.suppressed[0].plan_effect is None


@pytest.mark.parametrize("said", ["512", "768", "var.memory", "1000 + 24", 'local.sizes["big"]'])
def test_another_value_or_one_that_is_not_literal_adopts_nothing(tmp_path: Path, said: str) -> None:
    report = check(tmp_path, [RAISED], main=block(f"memory_size = {said}"))
    assert stands(report) == {"memory_size"}


def test_what_the_configuration_does_not_mention_is_not_adopted(tmp_path: Path) -> None:
    report = check(tmp_path, [delete_concurrency()], [function_state(reserved_concurrent_executions=50)], main=block())
    assert stands(report) == {"reserved_concurrent_executions"}


def test_the_rest_of_the_finding_stays_a_finding(tmp_path: Path) -> None:
    both = update_configuration({"memorySize": 1024, "timeout": 30})
    report = check(tmp_path, [both], main=block("memory_size = 1024", "timeout = 10"))
    assert stands(report) == {"timeout"}
    assert adopted(report) == {"orders.memory_size"}


def test_a_nested_value_is_adopted(tmp_path: Path) -> None:
    queue = "arn:aws:sqs:us-east-1:123456789012:failed"
    set_queue = update_configuration({"deadLetterConfig": {"targetArn": queue}})
    main = block("dead_letter_config {", f'  target_arn = "{queue}"', "}")
    assert adopted(check(tmp_path, [set_queue], main=main)) == {"orders.dead_letter_config[0].target_arn"}


def test_every_instance_of_a_block_is_adopted_by_its_literal(tmp_path: Path) -> None:
    states = [function_state("orders", label="fn", entry={"key": "a"})]
    main = 'resource "aws_lambda_function" "fn" {\n  for_each = var.names\n  memory_size = 1024\n}\n'
    assert adopted(check(tmp_path, [RAISED], states, main=main)) == {"orders.memory_size"}


def test_of_tags_the_keys_that_are_written_down_are_adopted(tmp_path: Path) -> None:
    tags = {"team": "payments"}
    report = check(
        tmp_path,
        [tag({"team": "growth", "cost": "9"})],
        [function_state(tags=tags, tags_all=tags)],
        main=block('tags = { team = "growth" }'),
    )
    assert adopted(report) == {"orders.tags"}
    (change,) = only(report.findings).drift.changes
    assert (change.before, change.after) == ({"team": "payments"}, {"team": "payments", "cost": "9"})


def test_a_tag_that_was_taken_off_is_not_adopted_since_the_provider_may_still_give_it(tmp_path: Path) -> None:
    tags = {"team": "payments"}
    report = check(tmp_path, [untag("team")], [function_state(tags=tags, tags_all=tags)], main=block("tags = {}"))
    assert stands(report) == {"tags"}


def test_a_withheld_value_is_never_adopted_by_a_literal(tmp_path: Path) -> None:
    secret = update_configuration({"environment": {}}, {"environment": {}})
    report = check(tmp_path, [secret], main=block("environment {", '  variables = { A = "1" }', "}"))
    assert stands(report) == {"environment"}


def test_an_import_block_adopts_what_nobody_managed(tmp_path: Path) -> None:
    main = block() + 'import {\n  to = aws_lambda_permission.s\n  id = "orders/S"\n}\n'
    report = check(tmp_path, [add_permission("S")], main=main)
    assert report.verdict == "clean"
    assert {name.partition(".")[0] for name in adopted(report)} == {"orders/S"}


@pytest.mark.parametrize("id_", ["orders/T", "orders/${var.sid}", "S"])
def test_an_import_of_something_else_adopts_nothing(tmp_path: Path, id_: str) -> None:
    main = block() + f'import {{\n  to = aws_lambda_permission.s\n  id = "{id_}"\n}}\n'
    assert len(check(tmp_path, [add_permission("S")], main=main).findings) == 1


def test_a_deletion_stands_though_its_block_is_not_there(tmp_path: Path) -> None:
    report = check(tmp_path, [remove_permission()], [function_state(), permission_state()], main=block())
    assert only(report.findings).drift.resource_id == "orders/allow"
    assert report.suppressed == ()


def test_ignore_changes_and_waivers_come_first(tmp_path: Path) -> None:
    main = block("memory_size = 1024", "lifecycle {", "  ignore_changes = [memory_size]", "}")
    report = check(tmp_path, [RAISED], main=main)
    assert [finding.suppressed_by.kind for finding in report.suppressed if finding.suppressed_by] == ["ignore_changes"]


def test_a_literal_adopts_nothing_where_several_states_have_the_address(tmp_path: Path) -> None:
    here, other = function_state(label="fn"), function_state("bills", label="fn")
    records = [RAISED, update_configuration({"memorySize": 1024}, name="bills")]
    main = 'resource "aws_lambda_function" "fn" {\n  memory_size = 1024\n}\n'
    report = check(tmp_path, records, [here], main=main, more_states=[state_text(other)])
    assert {finding.drift.resource_id for finding in report.findings} == {"orders", "bills"}
    twice = check(tmp_path, [RAISED], [here], main=main, more_states=[state_text(here)])
    assert twice.verdict == "clean"


def test_an_import_block_takes_over_nothing_where_its_id_may_be_another_regions(tmp_path: Path) -> None:
    main = 'import {\n  to = aws_lambda_permission.s\n  id = "orders/S"\n}\n'
    here, there = function_state(label="here"), function_state(label="there", region=OTHER_REGION)
    added = [add_permission("S", awsRegion=OTHER_REGION)]
    assert check(tmp_path / "one", [add_permission("S")], [here], main=main).verdict == "clean"
    assert check(tmp_path / "two", added, [here, there], main=main).verdict == "drift"
