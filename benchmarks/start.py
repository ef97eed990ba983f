"""What a gate costs in every plan: ``external`` on an empty day, against one LookupEvents call through boto3.

``python -m benchmarks.start``: both are whole processes of the same interpreter, asking the same local AWS, started in
turn (A B A B …) so that the ratio holds on a machine whose speed wanders. The gate judges a state of 50 functions; its
rival (``boto3_lookup.py``) makes a client and asks for one page. The goal is 1.2 ×, better less than 1.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import process
from benchmarks.row import Row, table
from tests import builders

FUNCTIONS = 50
RUNS = 21
REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1")
"""Asked in turn: LookupEvents lets two requests a second through in each, and nobody is to wait for that."""
GATE = "tfdrift-gate external, 50 functions, an empty day"
RIVAL = "a boto3 client and one LookupEvents call"
_RIVAL_PROGRAM = Path(__file__).with_name("rivals") / "boto3_lookup.py"


def measure(runs: int = RUNS) -> list[Row]:
    """Time both programs in turn. Raises RuntimeError for a run that did not do its work."""
    with TemporaryDirectory() as folder:
        roots = {region: _root(Path(folder, region), region) for region in REGIONS}
        with _LocalAws(Path(folder, "ready")) as endpoint_url:
            environment = _environment(endpoint_url, folder)
            taken: dict[str, list[float]] = {GATE: [], RIVAL: []}
            regions = cycle(REGIONS)
            for number in range(runs + 1):
                region = next(regions)
                # A home of its own has no cache: every run is a first plan.
                gate = _gate(roots[region], environment | {"HOME": str(_home(Path(folder), number))})
                rival = _timed([sys.executable, str(_RIVAL_PROGRAM), region], b"", environment, "0")
                if number:  # the first run of each also reads what is on disk
                    taken[GATE].append(gate)
                    taken[RIVAL].append(rival)
    ours, theirs = (statistics.median(taken[name]) for name in (GATE, RIVAL))
    measured = f"{1000 * ours:.0f} ms against {1000 * theirs:.0f} ms"
    return [Row(GATE, RIVAL, measured, f"{process.ratio(taken[GATE], taken[RIVAL]):.2f} ×", "≤ 1.2 ×, better < 1")]


def main() -> None:
    """Measure and print."""
    print(table(measure()))


def _gate(root: Path, environment: dict[str, str]) -> float:
    # As the module's default command starts it.
    program = Path(sys.executable).with_name("tfdrift-gate")
    command = [str(program)] if program.exists() else [sys.executable, "-m", "tfdrift_gate"]
    query = json.dumps({"dir": str(root)}).encode()
    return _timed([*command, "external"], query, environment, '"verdict": "clean"')


def _timed(command: Sequence[str], stdin: bytes, environment: dict[str, str], demanded: str) -> float:
    began = time.perf_counter()
    done = subprocess.run(command, input=stdin, env=environment, capture_output=True, check=False)  # noqa: S603
    seconds = time.perf_counter() - began
    if done.returncode or demanded not in done.stdout.decode():
        raise RuntimeError(f"{command[0]}: {done.returncode} {done.stdout.decode()} {done.stderr.decode()}")
    return seconds


def _home(folder: Path, number: int) -> Path:
    home = folder / f"home-{number}"
    home.mkdir()
    return home


def _root(folder: Path, region: str) -> Path:
    folder.mkdir()
    names = [f"fn-{number}" for number in range(FUNCTIONS)]
    state = builders.state_text(*(builders.function_state(name, region=region, label=name) for name in names))
    (folder / "terraform.tfstate").write_text(state, encoding="utf-8")
    blocks = (f'resource "aws_lambda_function" "{name}" {{\n  function_name = "{name}"\n}}\n' for name in names)
    (folder / "main.tf").write_text("\n".join(blocks), encoding="utf-8")
    return folder


def _environment(endpoint_url: str, home: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "TFDRIFT_GATE_", "TF_", "XDG_"))
    }
    return kept | {
        "HOME": home,
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "root",
        "AWS_SECRET_ACCESS_KEY": "root",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class _LocalAws:
    """The local AWS in a process of its own, so that its work is not the benchmark's."""

    def __init__(self, ready: Path) -> None:
        self._ready = ready

    def __enter__(self) -> str:
        command = [sys.executable, "-m", "tests.local_aws", "--ready-file", str(self._ready)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603
        while not self._ready.exists():
            if self._process.poll() is not None:
                raise RuntimeError("the local AWS did not start")
            time.sleep(0.05)
        return self._ready.read_text()

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()


if __name__ == "__main__":
    main()
