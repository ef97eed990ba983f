"""How long relevant records take to judge, and whether ten times as many take ten times as long.

``python -m benchmarks.judge``: first each step from records to findings, decoded records and state given, against
decoding the same records with :mod:`json`. Then 10,000 and 100,000 records, read one by one as they come from a trail,
each in a process of its own.
"""

from __future__ import annotations

import json
import platform
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from benchmarks.many_records import DAY, judge_apart, state_text, write_records
from benchmarks.process import steps_in_turn
from benchmarks.row import Row, table
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.gate.learn import learn
from tfdrift_gate.gate.plan import review
from tfdrift_gate.gate.settle import finding, suppressed
from tfdrift_gate.model import RawRecord
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.settings import Settings
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

FUNCTIONS = 1000
SIZES = (10_000, 100_000)
RUNS = 9
LINEAR = 1.1
"""How much longer a record may take in the larger history: 11 times as long for ten times as many."""


def main() -> None:
    """Measure and print."""
    print(f"{FUNCTIONS} functions; Python {platform.python_version()}, {datetime.now(timezone.utc).date()}")
    print(table(measure()))


def measure(functions: int = FUNCTIONS, sizes: Sequence[int] = SIZES, runs: int = RUNS) -> list[Row]:
    """Measure the steps, and the growth from one size to the next."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_steps(Path(folder), functions, runs), *_growth(Path(folder), functions, sizes)]


def _steps(folder: Path, functions: int, runs: int) -> Iterator[Row]:
    catalog = load_catalog()
    rules = load_rules(None, catalog)
    count = 3 * functions
    lines = write_records(folder / "steps.jsonl", count, functions).read_text(encoding="utf-8").splitlines()
    raws = [RawRecord(f"record {number}", json.loads(line)) for number, line in enumerate(lines, 1)]
    belief = place(read_state(state_text(functions).encode(), "state", catalog), catalog)
    nothing = Configuration({})

    def read() -> Any:
        return learn(raws, DAY, catalog)

    learned = read()

    def hold() -> Any:
        return judge(learned.changes, belief.instances, catalog, "attached")

    judged = hold()

    def rule() -> Any:
        change = review(nothing, None, (), belief, catalog)
        left, _ = suppressed(judged.drifts, rules, change, Settings(), DAY.until.date())
        return [finding(drift, rules, nothing) for drift in left]

    floor = f"decoding {count:,} records with json"
    steps = {"records → changes": read, "changes → drift": hold, "drift → findings": rule}
    seconds = steps_in_turn({floor: lambda: [json.loads(line) for line in lines], **steps}, runs)
    for name in steps:
        yield _row(f"{name}, {count:,} records", seconds[name], floor, seconds[floor])
    whole = sum(seconds[name] for name in steps)
    found = f"{len(rule()):,} findings"
    yield _row(f"judged in all, {found}", whole, floor, seconds[floor])


def _growth(folder: Path, functions: int, sizes: Sequence[int]) -> Iterator[Row]:
    before = None
    for size in sizes:
        judged = judge_apart(write_records(folder / f"{size}.jsonl", size, functions), functions)
        measured = f"{judged.seconds:.2f} s, {judged.peak >> 20} MiB at most"
        work = f"{judged.relevant:,} relevant records judged, {judged.findings:,} findings"
        if before is None:
            yield Row(work, "", measured, "", "")
        else:
            times = judged.relevant / before.relevant
            against = f"{before.relevant:,} records"
            ratio = f"{judged.seconds / before.seconds:.1f} ×"
            yield Row(work, against, measured, ratio, f"linear: ≤ {times * LINEAR:.3g} ×")
        before = judged


def _row(work: str, seconds: float, floor: str, floor_seconds: float) -> Row:
    measured = f"{1000 * seconds:.0f} ms against {1000 * floor_seconds:.0f} ms"
    return Row(work, floor, measured, f"{seconds / floor_seconds:.1f} ×", "")


if __name__ == "__main__":
    main()
