"""The benchmarks run, and the work they time is done: nothing here is about how long it takes."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path

import pytest

import benchmarks
from benchmarks import judge, outputs
from benchmarks.many_records import judge_apart, judge_file, write_records
from benchmarks.row import Row, table
from tfdrift_gate.outputs import FORMATS

HERE = Path(benchmarks.__file__).parent
ON_THE_COMMAND_LINE = [
    path.stem for path in sorted(HERE.glob("*.py")) if "def main()" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", ON_THE_COMMAND_LINE)
def test_every_benchmark_gives_its_rows_to_whoever_asks_and_is_run_by_make_bench(name: str) -> None:
    assert callable(import_module(f"benchmarks.{name}").measure)
    assert f"-m benchmarks.{name}\n" in (HERE.parent / "Makefile").read_text(encoding="utf-8")


def test_every_file_in_which_a_benchmark_is_run_is_looked_at() -> None:
    assert {"judge", "outputs"} <= set(ON_THE_COMMAND_LINE)


def is_measured(rows: list[Row]) -> bool:
    return all(row.ratio is None or (math.isfinite(row.ratio) and row.ratio > 0) for row in rows)


def test_judging_is_measured_step_by_step_and_as_it_grows() -> None:
    rows = judge.measure(functions=4, sizes=(12, 24), runs=1)
    assert is_measured(rows)
    assert [row.work for row in rows] == [
        "records → changes, 12 records",
        "changes → drift, 12 records",
        "drift → findings, 12 records",
        "judged in all, 8 findings",
        "12 relevant records judged, 8 findings",
        "24 relevant records judged, 4 findings",
    ]
    assert [row.to_reach for row in rows] == [*[None] * 5, 2.2]
    assert rows[-1].against == "12 records"


def test_what_is_judged_in_a_process_of_its_own_is_what_is_judged_here(tmp_path: Path) -> None:
    records = write_records(tmp_path / "records.jsonl", 30, 5)
    apart, here = judge_apart(records, 5), judge_file(records, 5)
    assert (apart.relevant, apart.findings) == (here.relevant, here.findings)
    assert (here.relevant, here.findings) == (30, 5)
    assert apart.peak > 1 << 20


def test_every_output_is_measured() -> None:
    rows = outputs.measure(findings=3, runs=1)
    assert is_measured(rows)
    assert [row.work.partition(",")[0] for row in rows] == list(FORMATS)


def test_a_table_names_what_was_measured_against_what_and_what_is_to_reach() -> None:
    written = table([Row("the floor", "10 ms", ""), Row("the work", "15 ms", "the floor", 1.5, 1.8)])
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines()[2:]] == [
        ["the floor", "10 ms", "", "", ""],
        ["the work", "15 ms", "the floor", "1.50 ×", "≤ 1.8 ×"],
    ]
