"""How long 1,000 functions and 3,000 relevant records take to judge, records and state already parsed.

``python -m benchmarks.judge``: the median of several runs, each step against the floor of parsing the same records with
:mod:`json`, measured in turn in the same process, so that the ratio holds on a machine whose speed wanders.
"""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

from tabulate import tabulate

from tests import builders
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.gate.learn import learn
from tfdrift_gate.gate.plan import review
from tfdrift_gate.gate.settle import finding, suppressed
from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.rules.load import load_rules
from tfdrift_gate.settings import Settings
from tfdrift_gate.terraform.configuration import Configuration
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

FUNCTIONS = 1000
RUNS = 15
DAY = TimeWindow(datetime(2026, 1, 1, tzinfo=timezone.utc), datetime(2026, 1, 2, tzinfo=timezone.utc))


def main() -> None:
    """Measure and print."""
    catalog = load_catalog()
    rules = load_rules(None, catalog)
    records = [body for number in range(FUNCTIONS) for body in _records(f"fn-{number}", number)]
    text = json.dumps(records)
    raws = [RawRecord(f"record {number}", body) for number, body in enumerate(records)]
    state = builders.state_text(*(entry for number in range(FUNCTIONS) for entry in _state(f"fn-{number}", number)))
    belief = place(read_state(state.encode(), "state", catalog), catalog)

    def floor() -> Any:
        return json.loads(text)

    def read() -> Any:
        return learn(raws, DAY, catalog)

    nothing = Configuration({})
    learned = read()

    def hold() -> Any:
        return judge(learned.changes, belief.instances, catalog, "attached")

    judged = hold()

    def rule() -> Any:
        change = review(nothing, None, (), belief, catalog)
        left, _ = suppressed(judged.drifts, rules, change, Settings(), DAY.until.date())
        return [finding(drift, rules, nothing) for drift in left]

    steps = {
        "json.loads of the records (floor)": floor,
        "records → changes": read,
        "changes → drift": hold,
        "rules": rule,
    }
    seconds = _measured(steps)
    total = sum(seconds[name] for name in list(steps)[1:])
    parsed = seconds["json.loads of the records (floor)"]
    rows = [(name, f"{1000 * value:.0f} ms", f"{value / parsed:.1f} ×") for name, value in seconds.items()]
    rows.append(("judged, in all", f"{1000 * total:.0f} ms", f"{total / parsed:.1f} ×"))
    drifts = len(judged.drifts)
    print(f"{FUNCTIONS} functions, {len(records)} records, {drifts} drifts; Python {platform.python_version()}")
    print(tabulate(rows, headers=("step", f"median of {RUNS}", "against the floor"), disable_numparse=True))


def _measured(steps: dict[str, Callable[[], Any]]) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(RUNS):
        for name, step in steps.items():
            before = time.perf_counter()
            step()
            taken[name].append(time.perf_counter() - before)
    return {name: statistics.median(values) for name, values in taken.items()}


def _records(name: str, number: int) -> list[dict[str, Any]]:
    second = f"{number % 60:02}"
    return [
        builders.update_configuration({"memorySize": 1024}, name=name, at=f"10:00:{second}"),
        builders.update_code(name=name, at=f"10:01:{second}"),
        builders.add_permission(f"by-hand-{number}", name=name, at=f"10:02:{second}"),
    ]


def _state(name: str, number: int) -> list[dict[str, Any]]:
    return [
        builders.function_state(name, label=name),
        builders.permission_state(f"p{number}", label=f"p{number}", function_name=name),
    ]


if __name__ == "__main__":
    main()
