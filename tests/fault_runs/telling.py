"""What the fault runs tell a reader: how many ended how, by source and by kind of fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from tests.fault_runs.judge import EXACT, INCOMPLETE, Outcome


def summary(outcomes: Sequence[Outcome], seed: int, seconds: float) -> str:
    """Write the numbers down."""
    wrong = [outcome for outcome in outcomes if outcome.is_wrong]
    rows = [
        f"fault runs         {len(outcomes)}, seed {seed}, {seconds:.0f} s",
        f"as without faults  {sum(outcome.verdict == EXACT for outcome in outcomes)}",
        f"incomplete         {sum(outcome.verdict == INCOMPLETE for outcome in outcomes)}",
        f"wrong              {len(wrong)}",
        "",
        *_table("source", outcomes, lambda outcome: (outcome.source,)),
        "",
        *_table("fault", outcomes, lambda outcome: outcome.met),
    ]
    return "\n".join(rows)


def told(outcome: Outcome, seed: int) -> str:
    """Write down a run that broke the promise, with all it takes to repeat it."""
    schedule = outcome.schedule
    return "\n".join(
        [
            f"wrong: seed {seed}, run {outcome.number}, {outcome.source}, {outcome.command}",
            *(f"  {fault}" for fault in (*schedule.faults, *schedule.files)),
            f"  {outcome.verdict}",
        ]
    )


def _table(title: str, outcomes: Sequence[Outcome], of: Callable[[Outcome], Sequence[str]]) -> list[str]:
    counts = Counter((name, outcome.verdict) for outcome in outcomes for name in of(outcome))
    names = sorted({name for name, _ in counts})
    rows = [f"{title:26} {'as without':>10} {'incomplete':>10} {'wrong':>6}"]
    for name in names:
        exact, incomplete = counts[name, EXACT], counts[name, INCOMPLETE]
        wrong = sum(count for (each, _), count in counts.items() if each == name) - exact - incomplete
        rows.append(f"{name:26} {exact:10} {incomplete:10} {wrong:6}")
    return rows
