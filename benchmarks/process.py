"""Whole processes, as the operating system accounts for them: time, processor time and memory, children included."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Usage:
    """What one run took: seconds of time and of processor time, and the most memory one of its processes held."""

    seconds: float
    cpu: float
    peak: int
    """Bytes."""


def run(command: Sequence[str], codes: Sequence[int] = (0,), environment: Mapping[str, str] | None = None) -> Usage:
    """Run a program whose output goes nowhere; raises SystemExit where its exit code is none of ``codes``."""
    launcher = [sys.executable, "-S", "-E", str(Path(__file__).with_name("launch.py"))]
    done = subprocess.run(  # noqa: S603 - a benchmark's own programs
        [*launcher, *command], env=dict(environment or os.environ), capture_output=True, text=True, check=True
    )
    seconds, cpu, peak, code = done.stdout.split()
    if int(code) not in codes:
        raise SystemExit(f"{' '.join(command)} ended with {code}: {done.stderr[-2000:]}")
    return Usage(float(seconds), float(cpu), int(peak))


def python(*arguments: str | Path) -> list[str]:
    """The command that runs this interpreter."""
    return [sys.executable, *map(str, arguments)]


def in_turn(commands: Mapping[str, Sequence[str]], runs: int, codes: Sequence[int] = (0,)) -> dict[str, list[Usage]]:
    """Run programs in turn (A B A B …), so that a machine whose speed wanders slows all of them."""
    taken: dict[str, list[Usage]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            usage = run(command, codes)
            if number:  # the first run of each also reads what is on disk
                taken[name].append(usage)
    return taken


def steps_in_turn(steps: Mapping[str, Callable[[], Any]], runs: int) -> dict[str, float]:
    """Time steps of this process in turn, several times over: the medians of their seconds of processor time."""
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(runs):
        for name, step in steps.items():
            before = time.process_time()
            step()
            taken[name].append(time.process_time() - before)
    return {name: statistics.median(values) for name, values in taken.items()}


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios of runs side by side."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
