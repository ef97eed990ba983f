"""Where the gate and Terraform's refresh disagree about one sequence of calls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tests.oracle.left_out import BLIND, WITHHELD, compared, key
from tests.oracle.refresh import ANOTHER, DELETED, Pair
from tests.oracle.verdict import Verdict

Error = tuple[str, str, str]
"""``missed``, ``invented`` or ``silent``; the resource type; the attribute."""


@dataclass(frozen=True)
class Comparison:
    """Both answers to one sequence."""

    agreed: frozenset[Pair]
    """What both found."""
    missed: frozenset[Pair]
    """What only Terraform found."""
    invented: frozenset[Pair]
    """What only the gate found."""
    silent: frozenset[Pair] = frozenset()
    """What CloudTrail withholds, Terraform found, and the gate said nothing about at all."""

    @property
    def disagrees(self) -> bool:
        """Whether the gate is wrong."""
        return bool(self.missed or self.invented or self.silent)

    @property
    def errors(self) -> frozenset[Error]:
        """How it is wrong, whichever cell it is in."""
        kinds = (("missed", self.missed), ("invented", self.invented), ("silent", self.silent))
        return frozenset((how, *key(pair)) for how, pairs in kinds for pair in pairs)


def compare(refreshed: Iterable[Pair], verdict: Verdict) -> Comparison:
    """Hold the gate's pairs against Terraform's, but for what :mod:`tests.oracle.left_out` names."""
    terraform = set(refreshed)
    masked = {address for address, attribute in terraform if attribute == ANOTHER}
    # A permission that is gone, and in whose place the provider reads another, is gone.
    gone = {(address, DELETED) for address in masked} & verdict.found
    terraform = {pair for pair in terraform if pair[0] not in masked} | gone
    theirs = compared(terraform)
    ours = {pair for pair in compared(verdict.found) if pair in gone or pair[0] not in masked}
    ours -= {pair for pair in ours - theirs if pair in verdict.cleared and key(pair) in BLIND}
    hidden = {pair for pair in terraform if key(pair) in WITHHELD}
    said = verdict.found | verdict.withheld
    silent = {pair for pair in hidden if pair not in said and not (pair[1] == "environment" and verdict.noted)}
    return Comparison(
        agreed=frozenset(theirs & ours),
        missed=frozenset(theirs - ours),
        invented=frozenset(ours - theirs),
        silent=frozenset(silent),
    )


def precision(comparisons: Iterable[Comparison]) -> float:
    """Tell which share of what the gate found Terraform finds too; 1 where it found nothing."""
    comparisons = list(comparisons)
    right = sum(len(each.agreed) for each in comparisons)
    wrong = sum(len(each.invented) for each in comparisons)
    return right / (right + wrong) if right + wrong else 1.0


def recall(comparisons: Iterable[Comparison]) -> float:
    """Tell which share of what Terraform found the gate finds too; 1 where there was nothing."""
    comparisons = list(comparisons)
    right = sum(len(each.agreed) for each in comparisons)
    missed = sum(len(each.missed) + len(each.silent) for each in comparisons)
    return right / (right + missed) if right + missed else 1.0
