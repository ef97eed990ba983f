"""The benchmarks run, and the work they time is done: nothing here is about how long it takes."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

import benchmarks
from benchmarks import judge, outputs, process, reading, requests, start, state, trail
from benchmarks.__main__ import SECTIONS, circumstances, page
from benchmarks.many_records import judge_apart, judge_file, write_records
from benchmarks.row import Row, table
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.files import read as read_files

HERE = Path(benchmarks.__file__).parent
ON_THE_COMMAND_LINE = [
    path.stem
    for path in sorted(HERE.glob("*.py"))
    if "def measure(" in path.read_text(encoding="utf-8") and path.stem != "__main__"
]


def test_every_benchmark_is_in_the_table() -> None:
    assert sorted(SECTIONS) == sorted(ON_THE_COMMAND_LINE)
    assert {"judge", "outputs", "reading", "requests", "start", "state"} <= set(ON_THE_COMMAND_LINE)


def is_measured(rows: list[Row]) -> bool:
    return bool(rows) and all(isinstance(text, str) for row in rows for text in row) and all(row.work for row in rows)


@pytest.mark.long
def test_reading_a_trail_is_measured_and_each_rival_finds_the_same_writes() -> None:
    rows = reading.measure(records=300, runs=1, functions=5)
    assert is_measured(rows)
    assert {row.against for row in rows} >= {"inflating alone", "DuckDB, finding the writes"}


@pytest.mark.parametrize("rival", ["duckdb_writes", "json_every_record"])
def test_a_rival_finds_the_writes_that_the_gate_counts(tmp_path: Path, rival: str) -> None:
    trail.write_trail(tmp_path, 2000, functions=5)
    done = subprocess.run(
        [sys.executable, str(reading.RIVALS / f"{rival}.py"), str(tmp_path)], capture_output=True, text=True, check=True
    )
    window = TimeWindow(trail.DAY, trail.DAY + timedelta(days=1))
    services = frozenset({"lambda.amazonaws.com"})
    (read,) = read_files(Question(str(tmp_path), window, services, (), frozenset()))
    assert int(done.stdout) == len(read.records) > 0
    assert read.coverage.records_read == 2000


def test_a_trail_is_the_same_for_the_same_numbers(tmp_path: Path) -> None:
    sizes = [trail.write_trail(tmp_path / name, 600, functions=5, bursts=36) for name in ("a", "b")]
    assert sizes[0] == sizes[1]
    first, second = (sorted(path.read_bytes() for path in (tmp_path / name).rglob("*.gz")) for name in ("a", "b"))
    assert first == second


@pytest.mark.long
def test_requests_are_counted() -> None:
    rows = requests.measure(functions=10, events=120, writes=10, with_terraform=False)
    assert is_measured(rows)
    assert [row.to_reach for row in rows] == ["≤ +3", "≥ 9 × fewer", "≤ 2"] * 2


@pytest.mark.long
def test_a_large_state_and_the_start_are_measured() -> None:
    assert is_measured(state.measure(functions=20, runs=1))
    assert is_measured(start.measure(runs=1))


def test_a_process_is_measured_without_what_started_it() -> None:
    held = bytearray(400_000_000)
    usage = process.run(process.python("-c", "pass"))
    assert len(held) > usage.peak > 1_000_000
    assert usage.seconds > 0


def test_a_program_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="ended with 3"):
        process.run(process.python("-c", "raise SystemExit(3)"))


def test_the_page_has_a_table_for_each_benchmark_and_says_where_it_was_measured() -> None:
    written = page({"start": [Row("a", "b", "c", "d", "e")]}, circumstances())
    assert "## Start-up" in written
    assert "| a " in written
    assert "Python" in circumstances()


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
    assert [row.to_reach for row in rows] == [*[""] * 5, "linear: ≤ 2.2 ×"]
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
    written = table([Row("the work", "the floor", "15 ms", "1.50 ×", "≤ 1.8 ×")])
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in written.splitlines()[2:]] == [
        ["the work", "the floor", "15 ms", "1.50 ×", "≤ 1.8 ×"],
    ]
