"""The oracle can fail: a wrong verdict is told with the right sets, and what is left out is left out by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.oracle.call import Call
from tests.oracle.comparison import compare, precision, recall
from tests.oracle.judging import Undecided, judge
from tests.oracle.left_out import key
from tests.oracle.refresh import ANOTHER
from tests.oracle.verdict import Verdict, verdict_of
from tests.oracle.world import Played

FUNCTION = 'module.cell["{}"].aws_lambda_function.full'
PERMISSION = 'module.cell["c00"].aws_lambda_permission.topic'
RECORD = {"eventID": "e", "eventName": "UpdateFunctionConfiguration20150331v2"}


class StandInWorld:
    """Takes the place of an applied world: in every cell Terraform's refresh finds a changed memory size."""

    cells = ("c00", "c01")
    root = Path("nowhere")
    before = ()

    def now(self) -> datetime:
        return datetime(2026, 3, 1, tzinfo=timezone.utc)

    def play(self, sequences: Sequence[Sequence[Call]]) -> Played:
        found = [frozenset({(FUNCTION.format(cell), "memory_size")}) for cell in self.cells]
        return Played(tuple((RECORD,) for _ in sequences), tuple(found[: len(sequences)]))


def report(*changes: tuple[str, str], verdict: str = "drift", known: bool = True) -> dict[str, Any]:
    findings = [
        {
            "kind": "modified",
            "address": FUNCTION.format(cell),
            "changes": [{"attribute": attribute, "before": 1, "after": 2, "known": known}],
        }
        for cell, attribute in changes
    ]
    return {"verdict": verdict, "findings": findings, "coverage": [{"note": ""}], "problems": []}


def judged(tmp_path: Path, answer: Mapping[str, Any]) -> Any:
    calls = (Call("UpdateFunctionConfiguration", {"FunctionName": "<cell>-full"}, "full"),)
    world: Any = StandInWorld()
    return judge(world, [calls, calls], tmp_path / "records", Random(1), gate=lambda root, events, now: answer)


def test_a_gate_that_is_right_about_every_cell_agrees(tmp_path: Path) -> None:
    outcomes = judged(tmp_path, report(("c00", "memory_size"), ("c01", "memory_size")))
    assert [outcome.comparison.disagrees for outcome in outcomes] == [False, False]
    assert [len(outcome.comparison.agreed) for outcome in outcomes] == [1, 1]


def test_a_gate_that_sees_nothing_is_told_what_it_missed(tmp_path: Path) -> None:
    first, second = judged(tmp_path, report(("c01", "memory_size")))
    assert first.comparison.missed == {(FUNCTION.format("c00"), "memory_size")}
    assert first.comparison.errors == {("missed", "aws_lambda_function", "memory_size")}
    assert not second.comparison.disagrees


def test_a_gate_that_makes_something_up_is_told_what(tmp_path: Path) -> None:
    first, second = judged(tmp_path, report(("c00", "memory_size"), ("c01", "memory_size"), ("c01", "timeout")))
    assert not first.comparison.disagrees
    assert second.comparison.invented == {(FUNCTION.format("c01"), "timeout")}


def test_a_run_without_a_verdict_is_no_agreement(tmp_path: Path) -> None:
    with pytest.raises(Undecided):
        judged(tmp_path, report(verdict="incomplete"))


def test_precision_and_recall_count_pairs() -> None:
    pairs = [(FUNCTION.format("c00"), name) for name in ("memory_size", "timeout", "role", "handler")]
    both = compare(pairs[:3], Verdict(found=frozenset(pairs[1:])))
    assert precision([both]) == pytest.approx(2 / 3)
    assert recall([both]) == pytest.approx(2 / 3)
    assert (precision([]), recall([])) == (1.0, 1.0)


def test_what_is_computed_is_left_out_on_both_sides() -> None:
    pair = (FUNCTION.format("c00"), "last_modified")
    assert not compare([pair], Verdict(frozenset())).disagrees
    assert not compare([], Verdict(frozenset({pair}))).disagrees


def test_a_version_counts_only_where_terraform_publishes() -> None:
    unpublished = (FUNCTION.format("c00").replace("full", "bare"), "version")
    assert not compare([unpublished], Verdict(frozenset())).disagrees
    assert compare([(FUNCTION.format("c00"), "version")], Verdict(frozenset())).disagrees


def test_a_change_of_tags_counts_once_and_a_lost_default_tag_counts() -> None:
    tags, tags_all = ((FUNCTION.format("c00"), name) for name in ("tags", "tags_all"))
    assert not compare([tags, tags_all], Verdict(frozenset({tags}))).disagrees
    assert not compare([tags_all], Verdict(frozenset({tags_all}))).disagrees
    assert compare([tags_all], Verdict(frozenset())).disagrees


def test_silence_about_a_withheld_value_that_changed_is_a_disagreement() -> None:
    pair = (FUNCTION.format("c00"), "environment")
    assert compare([pair], Verdict(frozenset())).silent == {pair}
    assert not compare([pair], Verdict(frozenset(), withheld=frozenset({pair}))).disagrees
    assert not compare([pair], Verdict(frozenset(), noted=True)).disagrees


def test_a_note_about_variables_does_not_excuse_silence_about_filters() -> None:
    pair = ('module.cell["c00"].aws_lambda_event_source_mapping.queue', "filter_criteria")
    assert compare([pair], Verdict(frozenset(), noted=True)).silent == {pair}


def test_a_condition_lost_where_terraform_does_not_look_may_be_reported() -> None:
    pair = (PERMISSION, "source_arn")
    assert not compare([], Verdict(frozenset({pair}), cleared=frozenset({pair}))).disagrees
    assert compare([], Verdict(frozenset({pair}))).invented == {pair}, "another value is there to be seen"
    assert compare([pair], Verdict(frozenset())).missed == {pair}


def test_a_report_is_read_into_pairs_and_what_nobody_manages_is_left_out() -> None:
    changes = [
        {"attribute": "memory_size", "before": 1, "after": 2, "known": True},
        {"attribute": "kms_key_arn", "before": "k", "after": None, "known": True},
        {"attribute": "environment", "before": None, "after": None, "known": False},
    ]
    verdict = verdict_of(
        {
            "findings": [
                {"kind": "replaced", "address": "a.b", "changes": changes},
                {"kind": "deleted", "address": "c.d", "changes": changes},
                {"kind": "unmanaged", "address": None, "changes": changes},
            ],
            "coverage": [{"note": "CloudTrail does not show environment variables"}],
        }
    )
    assert verdict.found == {("a.b", "memory_size"), ("a.b", "kms_key_arn"), ("c.d", "deleted")}
    assert verdict.cleared == {("a.b", "kms_key_arn")}
    assert verdict.withheld == {("a.b", "environment")}
    assert verdict.noted


def test_a_pair_is_named_by_type_whatever_its_address_holds() -> None:
    assert key(('module.a["x.aws_y"].aws_lambda_alias.live["k"]', "name")) == ("aws_lambda_alias", "name")


def test_a_permission_in_whose_place_terraform_reads_another_is_not_compared_but_for_its_deletion() -> None:
    address = 'module.cell["c00"].aws_lambda_layer_version_permission.partner'
    theirs = [(address, ANOTHER)]
    changed, deleted = (address, "principal"), (address, "deleted")
    assert not compare(theirs, Verdict(frozenset({changed}))).disagrees
    assert compare(theirs, Verdict(frozenset({deleted}))).agreed == {deleted}
