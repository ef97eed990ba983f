"""What the oracle tells a reader: numbers, kinds of errors, and a disagreement with all it takes to repeat it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from tests.oracle.comparison import Error, precision, recall
from tests.oracle.judging import Outcome
from tests.oracle.left_out import key


def firsts(outcomes: Sequence[Outcome]) -> Iterator[tuple[Error, int]]:
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
