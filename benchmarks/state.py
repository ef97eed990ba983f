"""How long a run over a state of 50,000 functions takes, and its memory, against decoding that whole file with msgspec.

``python -m benchmarks.state``: two whole processes in turn, several times, so that the ratio holds on a machine whose
speed wanders: ``tfdrift-gate check`` over the state and an empty trail, and a program that reads the file and decodes
it with msgspec. The goals: no longer than that, and at most twice the file in memory.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tabulate import tabulate

from tests import builders

FUNCTIONS = 50_000
RUNS = 5
HEADERS = ("work", "against", "measured", "ratio", "to reach")

_DECODE = "import sys, msgspec; msgspec.json.decode(open(sys.argv[1], 'rb').read())"


def main() -> None:
    """Measure and print."""
    print(f"Python {platform.python_version()}, median of {RUNS} runs in turn")
    print(tabulate(measure(), headers=HEADERS, disable_numparse=True))


def measure(functions: int = FUNCTIONS, runs: int = RUNS) -> list[tuple[str, ...]]:
    """Give a row of texts for each measurement, as :data:`HEADERS` names them."""
    with tempfile.TemporaryDirectory() as folder:
        state, trail = Path(folder, "terraform.tfstate"), Path(folder, "trail.json")
        write(state, functions)
        trail.write_text('{"Records": []}', encoding="utf-8")
        size = state.stat().st_size
        check = ["-m", "tfdrift_gate", "check", folder, "--state", str(state), "--events", str(trail)]
        taken: dict[str, list[tuple[float, int]]] = {"check": [], "decode": []}
        for _ in range(runs):
            taken["check"].append(_run(check))
            taken["decode"].append(_run(["-c", _DECODE, str(state)]))
    seconds = {name: statistics.median(each[0] for each in values) for name, values in taken.items()}
    memory = {name: max(each[1] for each in values) for name, values in taken.items()}
    work = f"a state of {functions:,} functions ({size / 1e6:.0f} MB), whole process"
    return [
        (
            f"{work}, time",
            "a process that decodes that whole file with msgspec",
            f"{seconds['check']:.2f} s against {seconds['decode']:.2f} s",
            f"{seconds['check'] / seconds['decode']:.2f} ×",
            "≤ 1.0 ×",
        ),
        (
            f"{work}, memory",
            "the file's size",
            f"{memory['check'] / 1e6:.0f} MB (decoding it whole: {memory['decode'] / 1e6:.0f} MB)",
            f"{memory['check'] / size:.2f} ×",
            "≤ 2 ×",
        ),
    ]


def write(path: Path, functions: int) -> None:
    """Write a state file as Terraform does; function by function, since a child counts its parent's memory."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "bench", "outputs": {},\n')
        file.write('  "resources": [\n')
        for number in range(functions):
            file.write((",\n" if number else "") + json.dumps(_function(number), indent=2))
        file.write('\n  ],\n  "check_results": null\n}\n')


def _function(number: int) -> dict[str, Any]:
    name = f"service-{number // 50:04}-function-{number % 50:02}"
    arn = builders.function_arn(name)
    return builders.function_state(
        name,
        label=name,
        entry={"sensitive": ["environment"], "instance": {"private": "bnVsbA==", "dependencies": ["aws_iam_role.fn"]}},
        environment=[{"variables": {"TABLE": f"orders-{number}", "STAGE": "prod", "LOG_LEVEL": "info"}}],
        tags={"team": "payments", "service": name},
        tags_all={"team": "payments", "service": name, "managed-by": "terraform"},
        invoke_arn=f"arn:aws:apigateway:{builders.REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
        qualified_arn=f"{arn}:$LATEST",
        logging_config=[{"log_format": "Text", "log_group": f"/aws/lambda/{name}"}],
        package_type="Zip",
        publish=False,
        version="$LATEST",
    )


def _run(arguments: Sequence[str]) -> tuple[float, int]:
    """Run Python; give the seconds it took and the most memory it held, in bytes."""
    before = time.perf_counter()
    with open(os.devnull, "wb") as nowhere:
        child = os.posix_spawn(
            sys.executable,
            [sys.executable, *arguments],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, nowhere.fileno(), 1)],
        )
        _, status, usage = os.wait4(child, 0)
    if status:
        raise SystemExit(f"python {' '.join(arguments)} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - before, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
