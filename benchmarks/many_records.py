"""Any number of relevant records on some functions, and their judgement in a process of its own.

``python -m benchmarks.many_records FILE FUNCTIONS`` judges a file that :func:`write_records` wrote, and prints what it
took as JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from tests import builders
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.judge import judge, matters
from tfdrift_gate.gate.learn import learn
from tfdrift_gate.gate.plan import review
from tfdrift_gate.gate.settle import finding, suppressed
from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.settings import Settings
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

DAY = TimeWindow(datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 2, tzinfo=timezone.utc))


class Judged(NamedTuple):
    """What a judgement took and gave."""

    seconds: float
    """Of the processor, without the decoding of the records."""
    peak: int
    """Bytes of memory at most, the interpreter's own included."""
    relevant: int
    findings: int


def write_records(path: Path, count: int, functions: int) -> Path:
    """Write records one a line, evenly over the day: settings, code and statements of the functions in turn."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            at = (DAY.since + timedelta(seconds=number * 86400 // count)).strftime("%H:%M:%S")
            turn, function = divmod(number // 3, functions)
            file.write(json.dumps(_record(f"fn-{function}", number % 3, turn, at)) + "\n")
    return path


def _record(name: str, call: int, turn: int, at: str) -> dict[str, Any]:
    if call == 0:
        return builders.update_configuration({"memorySize": 1024}, name=name, at=at)
    if call == 1:
        return builders.update_code(name=name, at=at)
    # A statement of one id is added, removed, added …: another is refused.
    if turn % 2:
        return builders.remove_permission("by-hand", name=name, at=at)
    return builders.add_permission("by-hand", name=name, at=at)


def state_text(functions: int) -> str:
    """Write the state of the functions, each with a permission of its own."""
    return builders.state_text(
        *(builders.function_state(f"fn-{number}", label=f"fn-{number}") for number in range(functions)),
        *(
            builders.permission_state(f"p{number}", label=f"p{number}", function_name=f"fn-{number}")
            for number in range(functions)
        ),
    )


def judge_apart(path: Path, functions: int) -> Judged:
    """Judge a file of records in a process of its own, so that its memory is what this takes."""
    command = [sys.executable, "-m", "benchmarks.many_records", str(path), str(functions)]
    done = subprocess.run(  # noqa: S603 - this very module
        command, cwd=Path(__file__).parents[1], check=True, capture_output=True, text=True
    )
    return Judged(*json.loads(done.stdout))


def judge_file(path: Path, functions: int) -> Judged:
    """Judge a file of records, each decoded when its turn comes."""
    catalog = load_catalog()
    rules = load_rules(None, catalog)
    belief = place(read_state(state_text(functions).encode(), "state", catalog), catalog)
    managed = {instance.key for instance in belief.instances}
    nothing = Configuration({})
    reading = _Reading()
    before = time.process_time()
    learned = learn(reading.records(path), DAY, catalog, lambda change: matters(change, managed, catalog, "attached"))
    judged = judge(learned.changes, belief.instances, catalog, "attached")
    change = review(nothing, None, (), belief, catalog)
    left, _ = suppressed(judged.drifts, rules, change, Settings(), DAY.until.date())
    findings = [finding(drift, rules, nothing) for drift in left]
    seconds = time.process_time() - before - reading.seconds
    peak = _peak()
    return Judged(seconds, peak, learned.relevant, len(findings))


def _peak() -> int:
    """The most memory that this process held, in bytes."""
    try:
        # NOTE: getrusage(2) would also count what the process that started this one held at that moment.
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


class _Reading:
    """Decodes records one by one, and keeps the time that this takes apart."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def records(self, path: Path) -> Iterator[RawRecord]:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                before = time.process_time()
                body = json.loads(line)
                self.seconds += time.process_time() - before
                yield RawRecord(f"record {number}", body)


if __name__ == "__main__":
    print(json.dumps(judge_file(Path(sys.argv[1]), int(sys.argv[2]))))
