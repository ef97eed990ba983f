"""``python -m tests.fault_runs --runs 200 --seed 1``: exits 1 where a run broke the promise, which it prints."""

from __future__ import annotations

import argparse
import faulthandler
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.fault_runs.haste import hasten

_HANGS_AFTER = 120.0
"""Seconds after which a run counts as hung; the longest takes one or two."""


def main() -> int:
    """Make the runs, tell the numbers."""
    parser = argparse.ArgumentParser(prog="python -m tests.fault_runs", description=__doc__)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="the number of one run to make again")
    parser.add_argument("--source", action="append", help="a source's name; repeatable; all of them where left out")
    parser.add_argument("--swallow", action="store_true", help="with sources that swallow errors: must be found out")
    options = parser.parse_args()
    real_clock = time.monotonic
    hasten()
    # Imported in a world whose time passes quickly.
    from tests.fault_runs.judge import Runs
    from tests.fault_runs.sources import SOURCES
    from tests.fault_runs.swallowing import in_the_place_of_every_source
    from tests.fault_runs.telling import summary, told
    from tests.fault_runs.world import make_world
    from tests.local_aws import LocalAws

    began = real_clock()
    with tempfile.TemporaryDirectory(prefix="fault-runs-") as name, LocalAws() as aws, ExitStack() as undone:
        folder = Path(name)
        sources = tuple(source for source in SOURCES if source.name in (options.source or [source.name]))
        runs = Runs(aws, make_world(folder / "world", options.seed), folder, sources)
        if wrong := runs.expect():
            print(*wrong, sep="\n")
            return 1
        if options.swallow:
            undone.enter_context(in_the_place_of_every_source())
        outcomes = []
        for number in range(options.runs) if options.only is None else [options.only]:
            faulthandler.dump_traceback_later(_HANGS_AFTER, exit=True)
            outcomes.append(runs.one(number, options.seed))
            faulthandler.cancel_dump_traceback_later()
            if outcomes[-1].is_wrong:
                print(told(outcomes[-1], options.seed), end="\n\n", flush=True)
    print(summary(outcomes, options.seed, real_clock() - began))
    return int(any(outcome.is_wrong for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
