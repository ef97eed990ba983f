"""``python -m tests.oracle --sequences 300 --seed N``: exits 1 at any disagreement, which it prints shrunk."""

from __future__ import annotations

import argparse
import itertools
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.oracle.call import Call
from tests.oracle.comparison import Error
from tests.oracle.judging import Outcome, judge
from tests.oracle.left_out import tables
from tests.oracle.sequence import sequences
from tests.oracle.shrink import shrunk
from tests.oracle.telling import firsts, summary, told
from tests.oracle.world import World, bare_environment
from tests.terraform_cli.binary import terraform_on_path
from tests.terraform_cli.providers import provide

Calls = tuple[Call, ...]


class Oracle:
    """A world, the random choices of how its records are delivered, and a folder for them."""

    def __init__(self, world: World, seed: int, folder: Path) -> None:
        self._world = world
        self._random = Random(seed)
        self._folder = folder
        self._rounds = itertools.count()

    def ask(self, batch: Sequence[Calls]) -> list[Outcome]:
        """Judge one round."""
        return judge(self._world, batch, self._folder / f"round{next(self._rounds)}", self._random)

    def shrunk(self, calls: Calls, error: Error) -> Outcome:
        """Shrink a sequence for as long as the gate makes the same error, and give what came of the least one."""
        met: dict[str, Outcome] = {}

        def still_wrong(batch: Sequence[Calls]) -> list[bool]:
            outcomes = self.ask(batch)
            wrong = [error in outcome.comparison.errors for outcome in outcomes]
            met.update({str(each.calls): each for each, is_wrong in zip(outcomes, wrong, strict=True) if is_wrong})
            return wrong

        least = shrunk(calls, still_wrong, len(self._world.cells))
        return met.get(str(least)) or self.ask([least])[0]


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--sequences", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=30, help="how many sequences one refresh judges")
    parser.add_argument("--shrink", type=int, default=1, help="how many kinds of disagreement are shrunk and printed")
    options = parser.parse_args()
    # Ended from outside, it still ends the provider and takes its folder away.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    terraform = terraform_on_path()
    if isinstance(terraform, str):
        print(terraform, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="oracle-") as name:
        folder = Path(name)
        providers = provide(folder / "providers", terraform)
        if providers.aws is None:
            print("the AWS provider is neither in a mirror on this machine nor in reach", file=sys.stderr)
            return 2
        _say(f"applying {options.cells} cells with Terraform {terraform.version} …")
        started = time.monotonic()
        environment = bare_environment(folder, providers)
        with World(terraform, environment, folder, options.cells) as world:
            _say(f"applied in {time.monotonic() - started:.0f} s")
            oracle = Oracle(world, options.seed, folder)
            return _run(oracle, options, terraform.version)


def _run(oracle: Oracle, options: argparse.Namespace, version: str) -> int:
    wanted = itertools.islice(sequences(options.seed), options.sequences)
    outcomes: list[Outcome] = []
    while batch := list(itertools.islice(wanted, options.cells)):
        started = time.monotonic()
        outcomes += oracle.ask(batch)
        wrong = sum(outcome.comparison.disagrees for outcome in outcomes)
        spent = time.monotonic() - started
        _say(f"{len(outcomes)} of {options.sequences} sequences, {wrong} disagreements ({spent:.1f} s a round)")
    print(tables())
    print()
    print(summary(outcomes, options.seed, version))
    for error, number in itertools.islice(firsts(outcomes), options.shrink):
        _say(f"shrinking {' '.join(error)}, first met in sequence {number} …")
        print()
        print(told(oracle.shrunk(outcomes[number].calls, error), options.seed, number))
    return int(any(outcome.comparison.disagrees for outcome in outcomes))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
