"""A row of a benchmark's table: what was done, how long it took, and against what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from statistics import median
from time import process_time
from typing import Any, NamedTuple

from tabulate import tabulate


class Row(NamedTuple):
    """One measurement. Times are seconds of processor time, so that another program's work counts little."""

    work: str
    measured: str
    against: str
    """The floor, measured in the same run."""
    ratio: float | None = None
    """What was measured, in floors; None of a floor itself."""
    to_reach: float | None = None
    """The highest ratio that is good enough; None where none is named."""


def table(rows: Iterable[Row]) -> str:
    """Write rows for a terminal, and for a Markdown page as it is."""
    shown = [
        (
            row.work,
            row.measured,
            row.against,
            "" if row.ratio is None else f"{row.ratio:.2f} ×",
            "" if row.to_reach is None else f"≤ {row.to_reach:g} ×",
        )
        for row in rows
    ]
    headers = ("work", "measured", "against", "ratio", "to reach")
    return tabulate(shown, headers=headers, tablefmt="github", disable_numparse=True)


def in_turn(steps: Mapping[str, Callable[[], Any]], runs: int) -> dict[str, float]:
    """Time steps in turn, several times over, so that the ratio holds on a machine whose speed wanders: the medians."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(runs):
        for name, step in steps.items():
            before = process_time()
            step()
            taken[name].append(process_time() - before)
    return {name: median(values) for name, values in taken.items()}
