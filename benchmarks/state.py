"""How long a run over a state of 50,000 functions takes, and its memory, against decoding that whole file with msgspec.

``python -m benchmarks.state``: two whole processes in turn, several times, so that the ratio holds on a machine whose
speed wanders: ``tfdrift-gate check`` over the state and an empty trail, and a program that reads the file and decodes
it with msgspec. The goals: no longer than that, and at most twice the file in memory.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import process
from benchmarks.row import Row, table
from tests import builders

FUNCTIONS = 50_000
RUNS = 5

_DECODE = "import sys, msgspec; msgspec.json.decode(open(sys.argv[1], 'rb').read())"


def main() -> None:
    """Measure and print."""
    print(table(measure()))


def measure(functions: int = FUNCTIONS, runs: int = RUNS) -> list[Row]:
    """Measure both programs in turn: their time, and the memory of the gate's."""
    with tempfile.TemporaryDirectory() as folder:
        state, trail = Path(folder, "terraform.tfstate"), Path(folder, "trail.json")
        write(state, functions)
        trail.write_text('{"Records": []}', encoding="utf-8")
        size = state.stat().st_size
        commands = {
            "check": process.python("-m", "tfdrift_gate", "check", folder, "--state", state, "--events", trail),
            "decode": process.python("-c", _DECODE, state),
        }
        taken = process.in_turn(commands, runs)
    check, decode = ([usage.seconds for usage in taken[name]] for name in ("check", "decode"))
    memory = {name: max(usage.peak for usage in usages) for name, usages in taken.items()}
    work = f"a state of {functions:,} functions ({size / 1e6:.0f} MB), whole process"
    return [
        Row(
            f"{work}, time",
            "a process that decodes that whole file with msgspec",
            f"{statistics.median(check):.2f} s against {statistics.median(decode):.2f} s",
            f"{process.ratio(check, decode):.2f} ×",
            "≤ 1.0 ×",
        ),
        Row(
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


if __name__ == "__main__":
    main()
