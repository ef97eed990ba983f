"""Everything that is measured, in one table: ``python -m benchmarks [NAME…]``.

Without names every benchmark runs, and ``BENCHMARKS.md`` is written anew, with machine, versions and date.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.row import Row, table

PAGE = Path(__file__).parent.parent / "BENCHMARKS.md"
SECTIONS = {
    "start": "Start-up: what every plan pays",
    "requests": "Requests: LookupEvents lets two a second through, for everybody in the account",
    "reading": "A trail's files",
    "state": "A large state",
    "judge": "Judging",
    "outputs": "Outputs",
}
"""The benchmarks, and what each is about."""
_LIBRARIES = ("boto3", "msgspec", "isal", "duckdb", "moto")
_INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which measures everything anew (about ten minutes). Absolute times are this machine's, and
wander; ratios are of programs that were run in turn, in one run: the median of the ratios pair by pair. What a ratio is
to reach is what the project promises itself; none of it is a test.
"""


def main(names: Sequence[str]) -> None:
    """Measure what is named, or everything and write the page."""
    if unknown := sorted(set(names) - SECTIONS.keys()):
        raise SystemExit(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    found: dict[str, list[Row]] = {}
    for name in names or SECTIONS:
        print(f"{name} …", file=sys.stderr, flush=True)
        found[name] = import_module(f"benchmarks.{name}").measure()
        print(f"\n{SECTIONS[name]}\n\n{table(found[name])}", flush=True)
    if not names:
        PAGE.write_text(page(found, circumstances()), encoding="utf-8")


def page(found: dict[str, list[Row]], where: str) -> str:
    """Write the page: a table for each benchmark, and ``where`` and when it was measured."""
    sections = "\n".join(f"## {SECTIONS[name]}\n\n{table(rows)}\n" for name, rows in found.items())
    return f"{_INTRODUCTION}\n{where}\n\n{sections}"


def circumstances() -> str:
    """Say on what was measured, with which versions, and when."""
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    machine = f"{os.cpu_count()} processors ({_processor()}), {platform.system()}"
    today = datetime.now(timezone.utc).date()
    return f"Measured on {today} on {machine}, Python {platform.python_version()}, {libraries}."


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main(sys.argv[1:])
