"""Nothing, one, fifty and five thousand findings: every output keeps the limits of whoever takes it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from tests.outputs.gfm_renderer import page_of
from tests.outputs.scenarios import HOSTILE, hostile, many
from tfdrift_gate.model import Problem, Report
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.outputs.markdown import LONGEST

NUMBERS = [0, 1, 50, 5000]
A_COMMENT, ITS_MARKER, A_SUMMARY = 65_536, 500, 1024 * 1024


@cache
def report_of(number: int) -> Report:
    return many(number)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_output_takes_any_number_of_findings(name: str, number: int) -> None:
    assert FORMATS[name].render(report_of(number)).endswith("\n")


@pytest.mark.parametrize("number", NUMBERS)
def test_markdown_fits_a_comment_with_its_marker_and_a_step_summary(number: int) -> None:
    written = FORMATS["markdown"].render(report_of(number))
    assert len(written) <= len(written.encode()) <= LONGEST <= A_COMMENT - ITS_MARKER < A_SUMMARY


@pytest.mark.parametrize("number", NUMBERS)
def test_shortened_markdown_is_whole_where_it_was_cut(number: int) -> None:
    page = page_of(FORMATS["markdown"].render(report_of(number)))
    assert not page.unbalanced
    assert len({cells for table in page.tables for cells in table}) <= 1


def test_what_fits_is_not_shortened() -> None:
    assert "Shortened" not in FORMATS["markdown"].render(report_of(1))


def test_details_go_before_rows_and_a_line_says_what_is_left_out() -> None:
    written = FORMATS["markdown"].render(report_of(80))
    said = re.search(r"Shortened to fit:\*\* left out are the details of (\d+) findings \((.*?)\)", written)
    assert said
    page = page_of(written)
    assert page.tables == [[4] * 81]
    assert int(said[1]) + written.count("by which calls") == 80
    assert _total(said[2]) == int(said[1])


def test_rows_go_where_they_do_not_fit_and_are_counted_by_severity() -> None:
    written = FORMATS["markdown"].render(report_of(5000))
    said = re.search(r"left out are (\d+) rows of the table \((.*?)\)", written)
    assert said
    shown = len(page_of(written).tables[0]) - 1
    assert shown >= 50
    assert int(said[1]) + shown == 5000
    assert _total(said[2]) == int(said[1])
    assert "1250 low" in said[2]
    assert "by which calls" not in written


def _total(counted: str) -> int:
    return sum(map(int, re.findall(r"(\d+) ", counted)))


@pytest.mark.parametrize("number", NUMBERS)
def test_github_keeps_ten_of_a_level_and_counts_the_rest(number: int) -> None:
    lines = FORMATS["github"].render(report_of(number)).splitlines()
    levels = Counter(found[1] for line in lines if (found := re.match(r"::(\w+) ", line)))
    assert set(levels) <= {"error", "warning", "notice"}
    assert all(count <= 10 for count in levels.values())
    more = re.match(r"tfdrift-gate: (\d+) more without an annotation \((.*)\)", lines[-1])
    assert levels.total() + (int(more[1]) if more else 0) == number
    if more:
        assert _total(more[2]) == int(more[1])


def test_hostile_names_of_any_length_and_number_fit_as_well() -> None:
    one = hostile()
    report = replace(
        one,
        findings=one.findings * 400,
        suppressed=one.suppressed * 400,
        reverted=one.reverted * 50,
        unexplained=one.unexplained * 50,
        notes=one.notes * 50,
        coverage=one.coverage * 50,
        problems=(Problem(HOSTILE, HOSTILE),) * 50,
    )
    written = FORMATS["markdown"].render(report)
    assert len(written) <= LONGEST
    assert not page_of(written).unbalanced
    assert "Shortened to fit" in written
