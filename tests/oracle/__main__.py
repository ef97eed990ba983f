"""``python -m tests.oracle --sequences 300 --seed N``: exits 1 at any disagreement, which it prints shrunk."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random

from tests.oracle.call import Call
from tests.oracle.comparison import Error, precision, recall
from tests.oracle.judging import Outcome, judge
from tests.oracle.left_out import key, tables
from tests.oracle.sequence import sequences
from tests.oracle.shrink import shrunk
from tests.oracle.world import World
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
        """Shrink a sequence for as long as the gate makes the same error, and judge what is left once more."""

        def still_wrong(batch: Sequence[Calls]) -> list[bool]:
            return [error in outcome.comparison.errors for outcome in self.ask(batch)]

        return self.ask([shrunk(calls, still_wrong, len(self._world.cells))])[0]


def main() -> int:
    """Run the long form."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--sequences", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cells", type=int, default=30, help="how many sequences one refresh judges")
    parser.add_argument("--shrink", type=int, default=1, help="how many kinds of disagreement are shrunk and printed")
    options = parser.parse_args()
    terraform = terraform_on_path()
    if isinstance(terraform, str):
        print(terraform, file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="oracle-") as name:
        folder = Path(name)
        _say(f"applying {options.cells} cells with Terraform {terraform.version} …")
        started = time.monotonic()
        with World(terraform, environment_for(terraform, folder), folder, options.cells) as world:
            _say(f"applied in {time.monotonic() - started:.0f} s")
            oracle = Oracle(world, options.seed, folder)
            return _run(oracle, options, terraform.version)


def environment_for(terraform: object, folder: Path) -> dict[str, str]:
    """Give Terraform an environment that knows nothing of who runs it."""
    home = folder / "home"
    home.mkdir()
    return {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TF_CLI_CONFIG_FILE": str(provide(folder / "providers", terraform).cli_config),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }


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
    for error, number in itertools.islice(_firsts(outcomes), options.shrink):
        _say(f"shrinking {' '.join(error)}, first met in sequence {number} …")
        print()
        print(told(oracle.shrunk(outcomes[number].calls, error), options.seed, number))
    return int(any(outcome.comparison.disagrees for outcome in outcomes))


def _firsts(outcomes: Sequence[Outcome]) -> Iterator[tuple[Error, int]]:
    """Give each error once, with the number of the sequence in which it was first met."""
    met: set[Error] = set()
    for number, outcome in enumerate(outcomes):
        for error in sorted(outcome.comparison.errors - met):
            yield error, number
        met |= outcome.comparison.errors


def summary(outcomes: Sequence[Outcome], seed: int, version: str) -> str:
    """Write the numbers down."""
    comparisons = [outcome.comparison for outcome in outcomes]
    calls = Counter(record["eventName"] for outcome in outcomes for record in outcome.records)
    failed = sum("errorCode" in record for outcome in outcomes for record in outcome.records)
    attributes = {key for each in outcomes for key in each.comparison.agreed}
    rows = [
        f"seed               {seed}, judged by terraform {version} plan -refresh-only",
        f"sequences          {len(outcomes)}",
        f"calls              {sum(calls.values())} of {len(calls)} operations, {failed} of them refused",
        (
            f"pairs              {sum(len(each.agreed) for each in comparisons)} agreed (address, attribute),"
            f" {len({key(pair) for pair in attributes})} kinds"
        ),
        f"precision          {precision(comparisons):.4f}",
        f"recall             {recall(comparisons):.4f}",
        f"disagreements      {sum(each.disagrees for each in comparisons)}",
    ]
    errors = Counter(error for each in comparisons for error in each.errors)
    rows += [f"  {how} in {number} sequences: {kind}.{name}" for (how, kind, name), number in errors.most_common()]
    return "\n".join(rows)


def told(outcome: Outcome, seed: int, number: int) -> str:
    """Write a disagreement down: its calls, their records, and both sets."""
    comparison = outcome.comparison
    parts = [f"disagreement: seed {seed}, sequence {number}, shrunk to {len(outcome.calls)} calls"]
    parts += [f"  {call}" for call in outcome.calls]
    for title, pairs in (
        ("only Terraform's refresh finds", comparison.missed),
        ("only the gate finds", comparison.invented),
        ("CloudTrail withholds it, and the gate is silent", comparison.silent),
        ("Terraform's refresh, all of it", outcome.refreshed),
    ):
        parts.append(f"{title}:")
        parts += [f"  {address} {attribute}" for address, attribute in sorted(pairs)] or ["  (nothing)"]
    parts.append("the gate, in its own words:")
    for finding in outcome.findings:
        parts.append(f"  {finding['kind']} {finding['address']}")
        parts += [f"    {json.dumps(change)}" for change in finding["changes"]]
    parts.append("records:")
    shown = ("eventTime", "eventName", "errorCode", "requestParameters", "responseElements")
    parts += ["  " + json.dumps({name: record[name] for name in shown if name in record}) for record in outcome.records]
    return "\n".join(parts)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
