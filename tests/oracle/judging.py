"""One round: sequences are played, Terraform looks, the gate reads the records, and the two are compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from tests.oracle.call import Call
from tests.oracle.comparison import Comparison, compare
from tests.oracle.delivery import deliver, numbered
from tests.oracle.refresh import Pair
from tests.oracle.verdict import Verdict, verdict_of
from tests.oracle.world import ADDRESS, World
from tfdrift_gate.gate import check
from tfdrift_gate.outputs.json import document
from tfdrift_gate.settings import Settings

Calls = tuple[Call, ...]
Gate = Callable[[Path, str, datetime], Mapping[str, Any]]
"""Makes the JSON report of a root module, an ``--events`` locator and the time."""


@dataclass(frozen=True)
class Outcome:
    """What came of one sequence."""

    calls: Calls
    records: tuple[Any, ...]
    refreshed: frozenset[Pair]
    findings: tuple[Any, ...]
    """The gate's, out of its report."""
    verdict: Verdict
    comparison: Comparison


class Undecided(Exception):
    """The gate reached no verdict; the text is its report's own words."""


def the_gate(root: Path, events: str, now: datetime) -> Mapping[str, Any]:
    """Ask the gate itself, as ``tfdrift-gate check`` does."""
    settings = Settings(dir=str(root), state=(str(root / "terraform.tfstate"),), events=(events,))
    return document(check(settings, {}, now))


def judge(
    world: World, sequences: Sequence[Calls], folder: Path, random: Random, gate: Gate = the_gate
) -> list[Outcome]:
    """Play one round and compare; ``folder`` takes the records, ``random`` decides how they are delivered.

    Raises :class:`Undecided` where the gate reaches no verdict.
    """
    played = world.play(sequences)
    recorded = [numbered(of_one, random) for of_one in played.records]
    records = [*numbered(world.before, random), *(record for of_one in recorded for record in of_one)]
    report = gate(world.root, deliver(records, folder, random), world.now() + timedelta(seconds=1))
    if report["verdict"] == "incomplete":
        raise Undecided("; ".join(problem["message"] for problem in report["problems"]))
    outcomes = []
    for cell, calls, own_records, drifted in zip(world.cells, sequences, recorded, played.drifted, strict=False):
        own = only(report, cell)
        verdict = verdict_of(own)
        compared = compare(drifted, verdict)
        outcomes.append(Outcome(calls, tuple(own_records), drifted, tuple(own["findings"]), verdict, compared))
    return outcomes


def only(report: Mapping[str, Any], cell: str) -> dict[str, Any]:
    """Keep of a report what concerns one cell."""
    prefix = ADDRESS.format(cell)
    findings = [finding for finding in report["findings"] if (finding["address"] or "").startswith(prefix)]
    return {**report, "findings": findings}
