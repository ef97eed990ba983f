"""The results of a SARIF run (S§3.27): findings, then what no event explains, then what is not held against anyone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tfdrift_gate.model import Checkout, Finding, Report, Suppression, Unexplained
from tfdrift_gate.outputs import lines, text
from tfdrift_gate.outputs.checkout import address_of
from tfdrift_gate.outputs.json import finding_document, unexplained_document
from tfdrift_gate.outputs.place import Place, place_of
from tfdrift_gate.outputs.sarif.message import message
from tfdrift_gate.outputs.sarif.rules import UNEXPLAINED_RULE, Rule, rule_of


@dataclass(frozen=True)
class Result:
    """One result before it knows its rule's place among the rules."""

    rule: Rule
    id: str
    sentences: list[str]
    place: Place
    name: dict[str, str]
    """The resource, as a logical location names it."""
    told: dict[str, Any]
    """The same in the JSON report's words, every string as it came."""
    suppressed_by: Suppression | None = None

    def document(self, rule_index: int) -> dict[str, Any]:
        """Make the result object."""
        return {
            "ruleId": self.rule.id,
            "ruleIndex": rule_index,
            "level": self.rule.level,
            "message": message(self.sentences),
            "locations": [{"physicalLocation": _physical(self.place), "logicalLocations": [self.name]}],
            # GitHub reads the first alone, and tells results of one file and rule apart by it. Made of the drift
            # itself, it stays the same wherever the block moves, and two drifts of one block stay two.
            "partialFingerprints": {"primaryLocationLineHash": f"{self.id}:1", "tfdriftGateFinding/v1": self.id},
            # Given for every result or for none (S§3.27.23).
            "suppressions": [_suppression(self.suppressed_by)] if self.suppressed_by else [],
            "properties": self.told,
        }


def results(report: Report) -> Iterator[Result]:
    """Give every result there would be without limits, what matters most first."""
    for finding in report.findings:
        yield _of_finding(finding, report.checkout)
    for entry in report.unexplained:
        yield _of_unexplained(entry, report.checkout)
    for finding in report.suppressed:
        yield _of_finding(finding, report.checkout)


def _of_finding(finding: Finding, checkout: Checkout) -> Result:
    drift = finding.drift
    name = {"name": finding.address or drift.resource_id, "kind": "resource"}
    if finding.address:
        name["fullyQualifiedName"] = finding.address
    told = finding_document(finding)
    # The place stands beside, and who made the last call; further calls are told whole in the JSON report.
    del told["source"]
    told["actor"] = {name: value for name, value in told["actor"].items() if value is not None}
    told["events"] = [event.event_id for event in drift.events]
    return Result(
        rule_of(finding),
        finding.id,
        [lines.headline_of(finding), *lines.details_of(finding)],
        place_of(checkout, finding.source),
        name,
        told,
        finding.suppressed_by,
    )


def _of_unexplained(entry: Unexplained, checkout: Checkout) -> Result:
    what = [
        entry.kind.value,
        entry.address,
        [[change.attribute, change.after, change.known] for change in entry.changes],
    ]
    written = json.dumps(what, sort_keys=True, default=str)
    return Result(
        UNEXPLAINED_RULE,
        hashlib.sha256(written.encode()).hexdigest()[:16],
        [lines.headline_of_unexplained(entry), *lines.details_of_unexplained(entry)],
        place_of(checkout, entry.source),
        {"name": entry.address, "fullyQualifiedName": entry.address, "kind": "resource"},
        unexplained_document(entry),
    )


def _physical(place: Place) -> dict[str, Any]:
    """Make a physicalLocation (S§3.29); the address of a folder ends in ``/`` (S§3.4.3).

    GitHub wants a region of everything; its first line stands for a folder.
    """
    address = address_of(place.path)
    artifact = {"uri": address if place.lines else f"{address}/", "uriBaseId": "%SRCROOT%"}
    first, last = place.lines or (1, 1)
    return {"artifactLocation": artifact, "region": {"startLine": first, "endLine": last}}


def _suppression(why: Suppression) -> dict[str, Any]:
    return {
        "kind": "external",
        "status": "accepted",
        "justification": lines.paragraph([text.suppression(why)]),
    }
