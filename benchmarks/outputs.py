"""How long each output takes for 5,000 findings, against the ``json`` output measured in the same run.

``python -m benchmarks.outputs``: the median of several runs in turn, so that the ratio holds on a machine whose
speed wanders. The goal is less than a second each.
"""

from __future__ import annotations

import platform
import statistics
import time

from tabulate import tabulate

from tests.outputs.scenarios import many
from tfdrift_gate.outputs import FORMATS

FINDINGS = 5000
RUNS = 5
FLOOR = "json"


def main() -> None:
    """Measure and print."""
    report = many(FINDINGS)
    taken: dict[str, list[float]] = {name: [] for name in FORMATS}
    sizes = {}
    for _ in range(RUNS):
        for name, form in FORMATS.items():
            before = time.perf_counter()
            written = form.render(report)
            taken[name].append(time.perf_counter() - before)
            sizes[name] = len(written.encode())
    seconds = {name: statistics.median(values) for name, values in taken.items()}
    rows = [
        (name, f"{1000 * value:.0f} ms", f"{value / seconds[FLOOR]:.2f} ×", f"{sizes[name]:,} bytes")
        for name, value in seconds.items()
    ]
    print(f"{FINDINGS} findings; Python {platform.python_version()}")
    print(tabulate(rows, headers=("output", f"median of {RUNS}", f"against {FLOOR}", "size"), disable_numparse=True))


if __name__ == "__main__":
    main()
