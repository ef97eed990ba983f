"""A day's trail of 300,000 records, from its files to the report, against what cannot be done without and its rivals.

``python -m benchmarks.reading``: whole processes in turn. The floor inflates the files and does nothing else; DuckDB,
jq and the standard library find the same writes, and judge nothing.
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path
from shutil import which

from benchmarks import process, trail
from benchmarks.row import Row, table

RECORDS = 300_000
FUNCTIONS = 1000
RUNS = 5
RIVALS = Path(__file__).parent / "rivals"
_FOUND_DRIFT = 2
_JQ = (
    'find "$1" -name "*.json.gz" | sort | xargs zcat | jq -c \'.Records[] | select(.eventSource =='
    ' "lambda.amazonaws.com" and (.readOnly | not) and .errorCode == null)\''
)


def main() -> None:
    """Measure and print."""
    print(table(measure()))


def measure(records: int = RECORDS, runs: int = RUNS, functions: int = FUNCTIONS) -> list[Row]:
    """Give the rows of the table; raises SystemExit where a program does not do its work."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows: list[Row] = []
        for bursts, when in ((36, "in the bursts of deployments"), (0, "evenly over the day")):
            day = folder / f"day-{bursts}"
            size = trail.write_trail(day, records, functions, bursts=min(bursts, trail.FILES_A_DAY))
            rows += _against_the_floor(_gate(folder, day, functions), day, size, records, runs, when)
        rows += _against_rivals(_gate(folder, day, functions), day, runs)
        rows += _memory(folder, day, records, functions)
    return rows


def _gate(folder: Path, day: Path, functions: int) -> list[str]:
    (folder / "main.tf").write_text("", encoding="utf-8")
    (folder / "state.json").write_text(trail.state_text(functions), encoding="utf-8")
    options = ("--state", folder / "state.json", "--events", day, "--since", "2026-01-01", "--until", "2026-01-02")
    return process.python("-m", "tfdrift_gate", "check", folder, *options, "--format", "json")


def _against_the_floor(gate: list[str], day: Path, size: int, records: int, runs: int, when: str) -> list[Row]:
    commands = {"gate": gate, "floor": process.python(RIVALS / "inflate.py", day)}
    taken = process.in_turn(commands, runs, codes=(0, _FOUND_DRIFT))
    work = f"{records:,} records ({size / 1e6:.0f} MB of gz), writes {when}"
    rows = []
    for what, promised in (("seconds", "≤ 1.8 ×"), ("cpu", "≤ 1.8 ×")):
        ours = [getattr(usage, what) for usage in taken["gate"]]
        theirs = [getattr(usage, what) for usage in taken["floor"]]
        rows.append(
            Row(
                f"{work}: {'time' if what == 'seconds' else 'cpu'}",
                "inflating alone",
                f"{statistics.median(ours):.2f} s against {statistics.median(theirs):.2f} s",
                f"{process.ratio(ours, theirs):.2f} ×",
                promised,
            )
        )
    return rows


def _against_rivals(gate: list[str], day: Path, runs: int) -> list[Row]:
    rivals = {
        "DuckDB, finding the writes": (process.python(RIVALS / "duckdb_writes.py", day), "≥ 15 × less cpu"),
        "Python's json, every record": (process.python(RIVALS / "json_every_record.py", day), ""),
    }
    if which("jq") and which("zcat"):
        rivals["zcat and jq, finding the writes"] = (["sh", "-c", _JQ, "sh", str(day)], "")
    rows = []
    for name, (command, promised) in rivals.items():
        taken = process.in_turn({"gate": gate, "rival": command}, max(1, runs // 2), codes=(0, _FOUND_DRIFT))
        ours, theirs = ([usage.cpu for usage in taken[which]] for which in ("gate", "rival"))
        rows.append(
            Row(
                "the same (evenly), cpu",
                name,
                f"{statistics.median(ours):.2f} s against {statistics.median(theirs):.2f} s",
                f"{process.ratio(theirs, ours):.1f} × less",
                promised,
            )
        )
    return rows


def _memory(folder: Path, day: Path, records: int, functions: int) -> list[Row]:
    """Ask how memory grows with the trail: with everything in it, and with what does not count alone."""
    tenth, tenfold = folder / "tenth", folder / "tenfold"
    trail.write_trail(tenth, records // 10, functions)
    trail.write_reads(day, tenfold, 9)
    peak = {
        name: process.run(_gate(folder, place, functions), codes=(0, _FOUND_DRIFT)).peak / 1e6
        for name, place in (("tenth", tenth), ("day", day), ("tenfold", tenfold))
    }
    return [
        Row(
            f"the same (evenly), memory of its one process, {records:,} records",
            "",
            f"{peak['day']:.0f} MB",
            "",
            "< 150 MB",
        ),
        Row(
            f"{10 * records:,} records, as many of them Lambda's writes",
            "a tenth of the records",
            f"{peak['tenfold']:.0f} MB against {peak['day']:.0f} MB",
            f"{peak['tenfold'] / peak['day']:.2f} ×",
            "flat",
        ),
        Row(
            f"{records:,} records, ten times as many of them Lambda's writes",
            "a tenth of the records",
            f"{peak['day']:.0f} MB against {peak['tenth']:.0f} MB",
            f"{peak['day'] / peak['tenth']:.2f} ×",
            "",
        ),
    ]


if __name__ == "__main__":
    main()
