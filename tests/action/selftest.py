"""What ``selftest.yml`` asserts of its two runs of the action: ``python3 -m tests.action.selftest``.

``DRIFTING`` and ``CLEAN`` hold a step's outcome and its outputs as JSON, ``FORK`` whether a fork asks for the pull.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

# outcome, verdict, finding-count, max-severity of each root module
EXPECTED = {"DRIFTING": ("failure", "drift", "2", "critical"), "CLEAN": ("success", "clean", "0", "none")}
EXPECTED_OF_A_FORK = ("success", "skipped", "", "")


def wrong(environment: Mapping[str, str]) -> list[str]:
    """Say what is not as it should be, a line each."""
    fork = environment["FORK"] == "true"
    return [
        sentence
        for name, expected in EXPECTED.items()
        for sentence in _wrong(name, environment[name], EXPECTED_OF_A_FORK if fork else expected, fork)
    ]


def _wrong(name: str, said: str, expected: tuple[str, ...], fork: bool) -> list[str]:
    outcome, _, text = said.partition(" ")
    outputs = json.loads(text)
    got = (outcome, *(outputs.get(key) or "" for key in ("verdict", "finding-count", "max-severity")))
    found = [] if got == expected else [f"{name}: {got} instead of {expected}"]
    if not fork:
        found += [
            f"{name}: there is no {key} file"
            for key in ("report", "sarif")
            if not Path(outputs.get(key) or "").is_file()
        ]
    return found


if __name__ == "__main__":
    for line in (sentences := wrong(os.environ)):
        print(f"::error title=selftest::{line}")
    sys.exit(bool(sentences))
