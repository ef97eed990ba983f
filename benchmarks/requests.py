"""How many requests a plan over 500 functions takes, on a day with 3,000 Lambda events, and the plan after it.

``python -m benchmarks.requests``: the gate as a process against the local AWS, which counts. Rivals are counted, not
timed: a look-up for each resource (the nearest peer makes three), and the two ways of reading everything.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from benchmarks import process
from benchmarks.row import Row, table
from benchmarks.terraform_refresh import requests_a_function
from tests import builders
from tests.local_aws import LocalAws
from tests.samples import aws_environment

FUNCTIONS = 500
EVENTS, WRITES = 3000, 100
"""Lambda's events of the day, and how many of them write."""
OTHERS = {"a busy account": 5000, "a quiet account": 1500}
"""Other services' writes in the same day."""
PAGE = 50
LOOKUP = "cloudtrail.LookupEvents"


def main() -> None:
    """Measure and print."""
    print(table(measure()))


def measure(
    functions: int = FUNCTIONS, events: int = EVENTS, writes: int = WRITES, with_terraform: bool = True
) -> list[Row]:
    """Count the requests of a first and a second plan. Raises RuntimeError for one that reaches no verdict."""
    refresh = requests_a_function() if with_terraform else None
    return [
        row
        for account, others in OTHERS.items()
        for row in _counted(f"{functions} functions in {account}", functions, events, writes, others, refresh)
    ]


def _counted(where: str, functions: int, events: int, writes: int, others: int, refresh: float | None) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder, LocalAws() as aws:
        # Counted, not waited for: the pace of two a second is tests' to hold.
        aws.set_rate_limit(1_000_000)
        aws.append_records(_day(functions, events, writes, others))
        root = _root(Path(folder), functions)
        first = _plan(root, aws)
        second = _plan(root, aws)
    complete = {"all of Lambda's events": -(-events // PAGE), "everybody's writes": -(-(writes + others) // PAGE)}
    way = min(complete, key=lambda name: complete[name])
    work = f"{where}, {events:,} Lambda events in the day: requests"
    yield Row(
        work,
        f"the smaller of the two ways that see everything: {way}",
        f"{first} against {complete[way]} (the other way: {max(complete.values())})",
        f"{first - complete[way]:+}",
        "≤ +3",
    )
    yield Row(
        work,
        "one look-up for each function; the nearest peer makes three",
        f"{first} against {functions}",
        f"{functions / first:.1f} × fewer",
        "≥ 9 × fewer",
    )
    if refresh is not None:
        yield Row(
            work,
            f"terraform plan -refresh-only: {refresh:g} of Lambda for each function",
            f"{first} against {refresh * functions:,.0f}",
            f"{refresh * functions / first:.0f} × fewer",
            "",
        )
    yield Row("the same, the second plan within 15 minutes", "the first plan", f"{second} against {first}", "", "≤ 2")


def _plan(root: Path, aws: LocalAws) -> int:
    before = sum(aws.requests().values())
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TFDRIFT_"))}
    environment |= aws_environment(aws.endpoint_url)
    environment["TFDRIFT_GATE_CACHE_DIR"] = str(root / "cache")
    command = process.python("-m", "tfdrift_gate", "external")
    done = subprocess.run(  # noqa: S603 - the gate itself
        command, input=json.dumps({"dir": str(root)}), env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return sum(aws.requests().values()) - before


def _day(functions: int, events: int, writes: int, others: int) -> Iterator[dict[str, Any]]:
    """Spread the day's records evenly: Lambda's reads and writes, and other services' writes."""
    now = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=20)
    for count, kind in ((events - writes, "read"), (writes, "write"), (others, "other")):
        for number in range(count):
            moment = now - timedelta(seconds=number * 84_000 // count)
            fields = {"eventTime": f"{moment:%Y-%m-%dT%H:%M:%SZ}", "by": builders.BY_TERRAFORM}
            name = f"fn-{number % functions}"
            if kind == "read":
                yield builders.record("GetFunction20150331v2", {"functionName": name}, readOnly=True, **fields)
            elif kind == "write":
                yield builders.update_code(builders.CODE, name=name, **fields)
            else:
                yield builders.record("RunInstances", {"n": number}, eventSource="ec2.amazonaws.com", **fields)


def _root(folder: Path, functions: int) -> Path:
    state = builders.state_text(
        *(builders.function_state(f"fn-{number}", label=f"fn-{number}") for number in range(functions))
    )
    (folder / "terraform.tfstate").write_text(state, encoding="utf-8")
    (folder / "main.tf").write_text("", encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
