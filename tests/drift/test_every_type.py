"""Every resource type through the same life: changed, sent again, undone, deleted, made again, made by nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.attached import layer_state
from tests.builders import (
    check,
    differences,
    function_state,
    is_silent,
    only,
    written,
)
from tests.lives import CALLED, CHANGED, DELETED, LIVES, MADE, Call, Life
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.model import Kind, Report


def each(lives: dict[str, Any]) -> Any:
    return pytest.mark.parametrize("life", lives.values(), ids=lives.keys())


def found(report: Report, life: Life) -> set[tuple[str | None, Kind]]:
    return {(finding.address, finding.drift.kind) for finding in report.findings}


def test_the_life_of_every_resource_type_is_told_here() -> None:
    assert set(LIVES) == set(load_catalog().resources)


@each(CHANGED)
def test_a_changed_value_is_drift_of_that_attribute_and_no_other(tmp_path: Path, life: Life) -> None:
    report = check(tmp_path, [life.changes(at="10:00:00")], life.world)
    assert differences(report.findings) == {(life.address, name): pair for name, pair in life.differs.items()}
    assert found(report, life) == {(life.address, Kind.MODIFIED)}
    assert report.skipped == ()


@each(CHANGED)
def test_the_values_of_state_sent_again_are_nothing(tmp_path: Path, life: Life) -> None:
    report = check(tmp_path, [life.repeats(at="10:00:00")], life.world)
    assert is_silent(report), written(report)


@each(CHANGED)
def test_a_change_taken_back_is_reverted(tmp_path: Path, life: Life) -> None:
    report = check(tmp_path, [life.changes(at="10:00:00"), life.repeats(at="10:01:00")], life.world)
    assert report.verdict == "clean", written(report)
    assert differences(report.reverted) == {(life.address, name): pair for name, pair in life.differs.items()}
    assert len(only(report.reverted).drift.events) == 2


@each(CHANGED)
def test_a_change_made_again_after_it_was_taken_back_is_drift(tmp_path: Path, life: Life) -> None:
    calls = [life.changes(at="10:00:00"), life.repeats(at="10:01:00"), life.changes(at="10:02:00")]
    report = check(tmp_path, calls, life.world)
    assert differences(report.findings) == {(life.address, name): pair for name, pair in life.differs.items()}
    assert report.reverted == ()


@pytest.mark.parametrize(("life", "call"), CALLED.values(), ids=CALLED.keys())
def test_a_failed_call_is_nothing(tmp_path: Path, life: Life, call: Call) -> None:
    failed = call(at="10:00:00") | {"errorCode": "ResourceConflictException", "responseElements": None}
    assert is_silent(check(tmp_path, [failed], life.world))


@each(DELETED)
def test_a_deletion_is_a_finding_that_takes_nothing_else_along(tmp_path: Path, life: Life) -> None:
    bystander = function_state("billing")
    report = check(tmp_path, [life.deletes(at="10:00:00")], [life.state, bystander])
    assert found(report, life) == {(life.address, Kind.DELETED)}


@each(DELETED)
def test_what_was_changed_and_then_deleted_is_deleted(tmp_path: Path, life: Life) -> None:
    calls = [call(at=at) for call, at in ((life.changes, "10:00:00"), (life.deletes, "10:01:00")) if call]
    report = check(tmp_path, calls, life.world)
    assert found(report, life) == {(life.address, Kind.DELETED)}
    assert only(report.findings).drift.changes == ()


@each({name: life for name, life in MADE.items() if name not in ("aws_lambda_code_signing_config",)})
def test_what_was_deleted_and_made_again_as_it_was_is_replaced_or_where_it_hangs_on_something_reverted(
    tmp_path: Path, life: Life
) -> None:
    report = check(tmp_path, [life.deletes(at="10:00:00"), life.creates(at="10:01:00")], life.world)
    if life.attached:
        assert report.findings == (), written(report)
        assert only(report.reverted).drift.kind is Kind.DELETED
    else:
        assert found(report, life) == {(life.address, Kind.REPLACED)}
        assert only(report.findings).drift.changes == ()


@each(MADE)
def test_what_nobody_manages_is_reported_as_the_mode_wants(tmp_path: Path, life: Life) -> None:
    managed = [function_state(), layer_state()] if life.attached else [function_state("billing")]
    made = life.creates(at="10:00:00")
    kinds = {mode: check(tmp_path, [made], managed, unmanaged=mode) for mode in ("attached", "all", "none")}
    assert kinds["none"].findings == ()
    assert only(kinds["all"].findings).drift.kind is Kind.UNMANAGED
    assert bool(kinds["attached"].findings) is life.attached
    assert all(report.skipped == () for report in kinds.values())


@each({name: life for name, life in MADE.items() if life.deletes})
def test_what_nobody_manages_and_somebody_removed_again_is_reverted(tmp_path: Path, life: Life) -> None:
    managed = [function_state(), layer_state()] if life.attached else [function_state("billing")]
    report = check(tmp_path, [life.creates(at="10:00:00"), life.deletes(at="10:01:00")], managed, unmanaged="all")
    assert report.findings == ()
    assert only(report.reverted).drift.kind is Kind.UNMANAGED
