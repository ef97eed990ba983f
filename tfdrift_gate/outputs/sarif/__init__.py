"""``sarif``: SARIF 2.1.0, for GitHub's code scanning and for whatever else reads the standard.

The standard (quoted as S§n): https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. What GitHub takes of it,
and its limits:
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support-for-code-scanning

A finding is a result; what is not held against anyone is a suppressed one; what was changed back is none. What could
not be read or judged is a notification of the run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tfdrift_gate import __version__
from tfdrift_gate.instant import iso
from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import roots as words
from tfdrift_gate.outputs.sarif.notifications import DESCRIPTORS, notifications
from tfdrift_gate.outputs.sarif.results import results
from tfdrift_gate.outputs.sarif.rules import Rule
from tfdrift_gate.outputs.text import json_for_a_log

MOST_RESULTS = 25_000
"""Results of one run above which GitHub refuses the file. Of those it takes it shows 5,000, the most severe."""
MOST_BYTES = 11_500_000
"""Bytes of all results together. GitHub refuses more than 10 MB of gzip, and deflate never needs more than about 6.7
bits for one of the hundred characters that ASCII JSON is made of."""


def render(report: Report, color: bool = False) -> str:
    """Render the report as one log with one run, a result a line; ``color`` has no effect.

    Everything outside ASCII is escaped, as in ``json``.
    """
    return _log([_written(report, report.checkout.root, MOST_BYTES)])


def render_roots(roots: RootsReport, color: bool = False) -> str:
    """Render a run of each root module, in a category of its own; the limit of the file is shared among them.

    GitHub refuses a file of more than 20 runs, and says so
    (https://docs.github.com/en/code-security/code-scanning/troubleshooting-sarif-uploads/results-exceed-limit).
    """
    told = words.telling_all(roots)
    # The category that a run over this root module alone has: the repository's root has no name.
    return _log(_written(report, "" if name == "." else name, MOST_BYTES // len(told)) for name, report in told)


def _log(runs: Iterable[str]) -> str:
    return f'{{"$schema":"{_SCHEMA}","version":"2.1.0","runs":[{",".join(runs)}]}}\n'


def _written(report: Report, name: str, most: int) -> str:
    rules: dict[Rule, int] = {}
    lines: list[str] = []
    left_out = room = 0
    for result in results(report):
        line = _json(result.document(rules.get(result.rule, len(rules))))
        room += len(line) + 2
        if len(lines) == MOST_RESULTS or room > most:
            left_out += 1
        else:
            rules.setdefault(result.rule, len(rules))
            lines.append(line)
    run = _json(_run(report, name, rules, left_out)).removesuffix("}")
    body = ",\n".join(lines)
    return f'{run},"results":[\n{body}\n]}}'


_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def _run(report: Report, name: str, rules: Iterable[Rule], left_out: int) -> dict[str, Any]:
    """Make the run object (S§3.14) without its results."""
    root = f"{name}/" if name else ""
    return {
        "tool": {
            "driver": {
                "name": "tfdrift-gate",
                "version": __version__,
                "semanticVersion": __version__,
                # The project has no page of its own yet; a name is at least never somebody else's page.
                "informationUri": f"urn:tfdrift-gate:{__version__}",
                "rules": [rule.descriptor for rule in rules],
                "notifications": DESCRIPTORS,
            }
        },
        "invocations": [
            {
                "executionSuccessful": not report.problems,
                "toolExecutionNotifications": notifications(report, left_out),
            }
        ],
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
        # One category a root module (S§3.17.3), so that one does not take the place of another in code scanning.
        "automationDetails": {"id": f"tfdrift-gate/{root}"},
        "columnKind": "unicodeCodePoints",
        "properties": {
            "verdict": report.verdict,
            "window": {"since": iso(report.window.since), "until": iso(report.window.until)},
            "counts": {
                "findings": len(report.findings),
                "suppressed": len(report.suppressed),
                "reverted": len(report.reverted),
                "skipped": len(report.skipped),
                "unexplained": len(report.unexplained),
            },
        },
    }


def _json(given: Any) -> str:
    return json_for_a_log(json.dumps(given, separators=(",", ":"), allow_nan=False))
