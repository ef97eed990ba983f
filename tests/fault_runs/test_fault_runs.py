"""The fault runs, in a process of their own, whose time passes quickly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fault_runs import judge
from tests.fault_runs.judge import EXACT, INCOMPLETE, compared
from tests.fault_runs.menu import CACHE, FILES, GONE, choose
from tests.fault_runs.program import Done
from tests.fault_runs.sources import SOURCES

ROOT = Path(__file__).parents[2]


def fault_runs(*arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fault_runs", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def count(text: str, what: str) -> int:
    found = re.search(rf"^{what} +(\d+)", text, re.MULTILINE)
    assert found, text
    return int(found[1])


def held(runs: int, seed: int) -> str:
    code, text = fault_runs("--runs", str(runs), "--seed", str(seed))
    assert code == 0, text
    assert count(text, "fault runs") == runs
    assert count(text, "wrong") == 0
    assert count(text, "as without faults") > 0, "some of what goes wrong passes"
    assert count(text, "incomplete") > 0, "and some does not"
    return text


def test_what_goes_wrong_makes_no_other_verdict() -> None:
    held(8, seed=2026)


@pytest.mark.long
def test_whatever_goes_wrong_makes_no_other_verdict() -> None:
    text = held(200, seed=7)
    for source in SOURCES:
        assert source.name in text


def test_a_source_that_swallows_an_error_is_found_out() -> None:
    named = ("--source", "cloudtrail:", "--source", "a folder")
    code, text = fault_runs("--runs", "6", "--seed", "2026", "--swallow", *named)
    assert code == 1
    assert count(text, "wrong") > 0
    assert "wrong: seed 2026, run " in text


CLEAN = Done(0, '{"verdict": "clean", "counts": {"records_read": 1}, "findings": [], "coverage": []}', "")
DRIFT = Done(2, '{"verdict": "drift", "counts": {"records_read": 9}, "findings": [1, 2], "coverage": []}', "")
NONE = Done(1, '{"verdict": "incomplete", "counts": {}, "findings": [1]}', "tfdrift-gate: no verdict was reached\n")


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (DRIFT, EXACT),
        (Done(2, DRIFT.out.replace("9", "7").replace("[]", "[3]"), "a note"), EXACT),
        (NONE, INCOMPLETE),
        (CLEAN, "exit 0 in place of 2"),
        (Done(2, DRIFT.out.replace(", 2]", "]"), ""), "another report: findings"),
        (Done(2, NONE.out, NONE.err), "another report"),
        (Done(1, DRIFT.out, NONE.err), "has a verdict"),
        (Done(1, NONE.out, ""), "without saying so"),
        (Done(1, NONE.out, f"{NONE.err}  an error inside tfdrift-gate 0.1: KeyError"), "an error of its own"),
        (Done(1, "", "Traceback (most recent call last):"), "an error of its own"),
    ],
)
def test_only_the_same_verdict_or_none_is_right(done: Done, said: str) -> None:
    assert said in compared(DRIFT, done, "check")


def test_external_gives_the_same_bytes_or_no_answer() -> None:
    expected = Done(0, '{"verdict": "drift", "message": "1 change"}', "")
    assert compared(expected, expected, "external") == EXACT
    assert compared(expected, Done(1, "", NONE.err), "external") == INCOMPLETE
    assert "another answer" in compared(expected, Done(0, '{"verdict": "clean", "message": ""}', ""), "external")


def test_the_same_seed_lets_the_same_go_wrong() -> None:
    from random import Random

    def chosen(seed: int) -> list[object]:
        return [choose(source, ["k", "l"], Random(f"{seed} {n}")) for n in range(40) for source in SOURCES]

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)
    assert {*FILES, *CACHE, GONE} == set(judge.DAMAGE)
