"""What the gate found, out of its JSON report: the same pairs that the refresh is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.oracle.refresh import DELETED, Pair


@dataclass(frozen=True)
class Verdict:
    """A report, boiled down to what Terraform can be asked about."""

    found: frozenset[Pair]
    """What is known to differ."""
    cleared: frozenset[Pair] = frozenset()
    """Those of them that differ because something was taken away: ``after`` is null."""
    withheld: frozenset[Pair] = frozenset()
    """What may differ: the gate says that CloudTrail withholds the value."""
    noted: bool = False
    """Whether the report says that environment variables may have changed unseen."""


def verdict_of(report: Mapping[str, Any]) -> Verdict:
    """Boil a report down; what nobody manages is beyond Terraform and left out."""
    found: set[Pair] = set()
    cleared: set[Pair] = set()
    withheld: set[Pair] = set()
    for finding in report["findings"]:
        address = finding["address"]
        if address is None:
            continue
        if finding["kind"] == "deleted":
            found.add((address, DELETED))
            continue
        for change in finding["changes"]:
            pair = (address, change["attribute"])
            (found if change["known"] else withheld).add(pair)
            if change["known"] and change["after"] is None:
                cleared.add(pair)
    noted = any("environment" in (entry["note"] or "") for entry in report["coverage"])
    return Verdict(frozenset(found), frozenset(cleared), frozenset(withheld), noted)
