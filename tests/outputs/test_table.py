"""The table at a terminal: a hundred columns, each ``old → new`` below the other, no line begun by a stranger."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.outputs.scenarios import SCENARIOS, change, drift, event, finding, report
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.outputs.table import WIDTH

RENDER = FORMATS["table"].render


@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if "hostile" not in name])
@pytest.mark.parametrize("color", [False, True])
def test_what_is_listed_fits_a_terminal_of_a_hundred_columns(scenario: str, color: bool) -> None:
    _, *written = re.sub(r"\x1b\[[0-9;]*m", "", RENDER(SCENARIOS[scenario](), color)).splitlines()
    assert all(len(line) <= WIDTH for line in written if not line.strip().startswith(("Note: ", "why: ")))


def test_headline_and_notes_stand_on_one_line_so_that_they_can_be_searched_for() -> None:
    words = "no state yet: looked for it in " + "x/" * 100
    written = RENDER(report(notes=(words,)))
    assert words in written.splitlines()[0]
    assert f"Note: {words}" in RENDER(replace(SCENARIOS["published"](), notes=(words,))).splitlines()


def test_old_and_new_values_stand_below_each_other() -> None:
    lines = [line for line in RENDER(SCENARIOS["secret"]()).splitlines() if " → " in line]
    assert len({line.index(" → ") for line in lines}) == 1


def test_a_word_that_is_too_long_stays_whole() -> None:
    name = "x" * 300
    written = RENDER(
        report(finding(drift((change("description", "", name[:110], event()),), f"aws_lambda_function.{name}")))
    )
    assert f"aws_lambda_function.{name}" in written
    assert name[:110] in written


def test_a_line_that_goes_on_begins_with_a_mark() -> None:
    words = " ".join(["CRITICAL  forged ::add-mask::x"] * 20)
    written = RENDER(report(finding(drift((change("description", "", words, event()),)))))
    begun = [line.strip() for line in written.splitlines() if "forged" in line]
    assert len(begun) > 1
    assert all(line.startswith(("description", "→ ", "↳ ")) for line in begun)


def test_color_changes_nothing_but_the_color() -> None:
    for make in SCENARIOS.values():
        assert re.sub(r"\x1b\[[0-9;]*m", "", RENDER(make(), True)) == RENDER(make(), False)
