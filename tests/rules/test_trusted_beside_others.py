"""A trusted pipeline excuses its own work alone: not what somebody else set beside it, before it, or in its second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import policy_state, publish_version, tag
from tests.builders import (
    BY_TERRAFORM,
    add_permission,
    check,
    function_state,
    only,
    put_concurrency,
    record,
    update_configuration,
)

RULES = "trusted:\n  - {name: deploy, role_arn: 'arn:aws:iam::*:role/terraform-deploy'}\n"
TAGGED = [function_state(tags={}, tags_all={})]
LAST = "ffffffff-0000-4000-8000-000000000000"
FIRST = "00000000-0000-4000-8000-000000000000"

BESIDE: dict[str, tuple[list[Any], list[Any]]] = {
    "another statement": (
        [add_permission("a"), add_permission("b", at="10:01:00", by=BY_TERRAFORM)],
        [function_state(), policy_state()],
    ),
    "the same second": ([put_concurrency(5, eventID=FIRST), put_concurrency(6, by=BY_TERRAFORM, eventID=LAST)], TAGGED),
    "the version that is left": (
        [
            publish_version("4"),
            publish_version("5", at="10:01:00", by=BY_TERRAFORM),
            record(
                "DeleteFunction20150331", {"functionName": "orders", "qualifier": "5"}, at="10:02:00", by=BY_TERRAFORM
            ),
        ],
        [function_state(publish=True, version="3")],
    ),
}


@pytest.mark.parametrize(("calls", "state"), BESIDE.values(), ids=BESIDE.keys())
def test_what_somebody_set_beside_a_trusted_pipeline_stays_a_finding(
    tmp_path: Path, calls: list[Any], state: list[Any]
) -> None:
    report = check(tmp_path, calls, state, rules=RULES)
    assert only(report.findings).drift.changes
    assert report.suppressed == ()


@pytest.mark.parametrize(("calls", "state"), BESIDE.values(), ids=BESIDE.keys())
def test_the_same_all_by_the_trusted_pipeline_is_suppressed(tmp_path: Path, calls: list[Any], state: list[Any]) -> None:
    report = check(tmp_path, [call | BY_TERRAFORM for call in calls], state, rules=RULES)
    assert report.findings == ()
    assert only(report.suppressed)


def test_a_tag_set_beside_a_trusted_pipelines_stays_a_finding_and_the_pipelines_own_does_not(tmp_path: Path) -> None:
    report = check(tmp_path, [tag({"a": "1"}), tag({"b": "2"}, at="10:01:00", by=BY_TERRAFORM)], TAGGED, rules=RULES)
    assert only(only(report.findings).drift.changes).after == {"a": "1"}
    assert only(only(report.suppressed).drift.changes).after == {"b": "2"}


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_skipped_stands_in_one_order_however_it_arrived(tmp_path: Path, order: int) -> None:
    calls = [update_configuration({"mood": 1}, eventID=FIRST), update_configuration({"mood": 2}, eventID=LAST)]
    assert [entry.event_id for entry in check(tmp_path, calls[::order]).skipped] == [FIRST, LAST]
