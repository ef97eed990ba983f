"""How long each output takes for 5,000 findings, against the ``json`` output measured in the same run.

``python -m benchmarks.outputs``: the median of several runs in turn, so that the ratio holds on a machine whose
speed wanders. The goal is less than a second each.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from functools import partial

from benchmarks.process import steps_in_turn
from benchmarks.row import Row, table
from tests.outputs.scenarios import many
from tfdrift_gate.outputs import FORMATS

FINDINGS = 5000
RUNS = 5
FLOOR = "json"


def main() -> None:
    """Measure and print."""
    print(f"{FINDINGS:,} findings; Python {platform.python_version()}")
    print(table(measure()))


def measure(findings: int = FINDINGS, runs: int = RUNS) -> list[Row]:
    """Measure every output."""
    report = many(findings)
    written: dict[str, Callable[[], str]] = {name: partial(form.render, report) for name, form in FORMATS.items()}
    seconds = steps_in_turn(written, runs)
    return [
        Row(
            f"{name}, {findings:,} findings, {len(render().encode()):,} bytes",
            f"the {FLOOR} output",
            f"{1000 * seconds[name]:.0f} ms",
            f"{seconds[name] / seconds[FLOOR]:.2f} ×",
            "< 1 s",
        )
        for name, render in written.items()
    ]


if __name__ == "__main__":
    main()
