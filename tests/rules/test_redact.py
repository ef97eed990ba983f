"""What state marks sensitive is judged, and shown nowhere: however much or little of a resource is marked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.attached import tag, untag
from tests.builders import (
    add_permission,
    check,
    function_state,
    only,
    permission_state,
    remove_permission,
    state_text,
    update_code,
    update_configuration,
    written,
)
from tests.samples import function, shown, shown_resource
from tfdrift_gate.model import SENSITIVE

SECRET = "hunter2"
CHANGED = update_configuration({"description": SECRET, "timeout": 900})


@pytest.mark.parametrize(
    "state",
    [
        state_text(function_state(entry={"instance": {"sensitive_attributes": [[]]}})),
        json.dumps(shown(shown_resource("aws_lambda_function.orders", function(), sensitive_values=True))),
    ],
    ids=["version 4", "shown"],
)
def test_a_resource_that_is_marked_as_a_whole_shows_nothing(tmp_path: Path, state: str) -> None:
    report = check(tmp_path, [CHANGED], state)
    assert SECRET not in written(report)
    assert {change.after for change in only(report.findings).drift.changes} == {SENSITIVE}


@pytest.mark.parametrize(
    ("marked", "record", "state"),
    [
        ("tags", untag("env"), {"tags": {"token": SECRET}, "tags_all": {"token": SECRET, "env": "prod"}}),
        ("tags_all", tag({"token": f"{SECRET}-new"}), {"tags": {"token": SECRET}, "tags_all": {"token": SECRET}}),
        ("source_code_hash", update_code(), {"code_sha256": SECRET, "source_code_hash": SECRET}),
    ],
    ids=["a default tag beside sensitive tags", "tags inside sensitive tags_all", "the code by its other hash"],
)
def test_a_value_stays_hidden_under_the_other_name_that_holds_it_too(
    tmp_path: Path, marked: str, record: dict[str, Any], state: dict[str, Any]
) -> None:
    report = check(tmp_path, [record], [function_state(**state, entry={"sensitive": [marked]})])
    assert only(report.findings).drift.changes[0].after == SENSITIVE
    assert SECRET not in written(report)


def test_a_reason_does_not_tell_what_state_marks_sensitive(tmp_path: Path) -> None:
    records = [remove_permission(), add_permission(request={"principal": "*"}, at="10:00:01")]
    for sensitive, told in (((), True), (("principal",), False)):
        state = [permission_state(entry={"sensitive": sensitive}), function_state()]
        report = check(tmp_path, records, state)
        assert only(report.findings).severity.word == "critical"
        assert ("which is everybody" in written(report)) is told
