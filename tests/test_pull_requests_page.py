"""docs/pull-requests.md: each sentence that it quotes is the program's own."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from tests import readme
from tests.outputs import scenarios
from tests.recipes.machine import SECRET, Machine
from tfdrift_gate.model import Kind, PlanEffect
from tfdrift_gate.outputs.plan_effect import WORDS, sentences

TEXT = readme.PULL_REQUESTS.read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| `(\w+)` \| [^|]+ \| ([^|]+) \|$", TEXT, re.MULTILINE)
IMPOSSIBLE = {
    # What was made again by hand is never adopted as a whole, what nobody manages has nothing to be set back to, and
    # what is gone cannot be destroyed.
    ("replaced", "adopts"),
    ("unmanaged", "reverts"),
    ("deleted", "destroys"),
}


def said(kind: Kind, effect: PlanEffect) -> list[str]:
    """Give what is said of a drift of memory_size, or of the whole resource."""
    by = scenarios.event()
    planned = {"planned": 512, "planned_known": True} if effect is PlanEffect.REVERTS else {}
    change = scenarios.change("memory_size", 512, 1024, by, plan_effect=effect, **planned)
    given = scenarios.drift((change,) if kind is Kind.MODIFIED else (), kind=kind, events=(by,))
    whole = None if kind is Kind.MODIFIED else effect
    return sentences(scenarios.finding(replace(given, plan_effect=whole)))


@pytest.mark.parametrize(("kind", "effect", "sentence"), ROWS)
def test_the_sentence_of_a_row_is_what_the_program_says(kind: str, effect: str, sentence: str) -> None:
    assert said(Kind(kind), PlanEffect(effect)) == [sentence.strip()]


def test_every_kind_of_drift_stands_there_with_every_effect() -> None:
    told = {(kind, effect) for kind, effect, _ in ROWS}
    possible = {(kind.value, effect.value) for kind, effect in product(Kind, PlanEffect)}
    assert told == possible - IMPOSSIBLE


def test_the_words_of_the_comments_table_are_those_that_the_page_explains() -> None:
    sample = readme.between(TEXT, "comment")
    used = set(re.findall(r"\*\*(undoes|adopts|leaves|destroys)\*\*", sample))
    assert used == set(WORDS.values())
    assert all(f"`{word}`" in TEXT for word in WORDS.values())


@pytest.mark.parametrize(("happened", "code"), [("drift", 2), ("nothing", 0), ("unreadable", 1)])
def test_making_the_plan_file_works_as_shown_and_leaves_nothing(machine: Machine, happened: str, code: int) -> None:
    found = re.search(r"```sh\n(#!/bin/sh\n# the plan, and its JSON, .*?)```", TEXT, re.DOTALL)
    assert found
    if happened == "nothing":
        machine.happened()
    elif happened == "unreadable":
        machine.nothing_can_be_read()
    done = machine.run("sh", "-c", found[1], cwd=machine.root)
    assert done.returncode == code, done.stderr
    said = {
        "drift": "ops-engineer's change is lost",
        "nothing": "No out-of-band change",
        "unreadable": "No verdict was reached",
    }
    assert said[happened] in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert [path.name for path in machine.root.iterdir()] == ["main.tf"]
    assert list(machine.temporary.iterdir()) == []


def test_the_reasons_of_what_a_plan_leaves_unsaid_are_explained_where_somebody_looks() -> None:
    troubleshooting = (readme.PROJECT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    for reason in ("gate-not-run", "plan-errored", "plan-destroys"):
        source = (readme.PROJECT / "tfdrift_gate" / "gate" / "plan.py").read_text(encoding="utf-8")
        assert f'"{reason}"' in source
        assert f"`{reason}`" in TEXT
        assert f"`{reason}`" in troubleshooting
