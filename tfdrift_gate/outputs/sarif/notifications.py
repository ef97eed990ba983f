"""The notifications of a SARIF run (S§3.58): what could not be read or judged, and what a reader must know beside."""

from __future__ import annotations

from typing import Any

from tfdrift_gate.model import Report
from tfdrift_gate.outputs import lines, text
from tfdrift_gate.outputs.check_name import INCOMPLETE
from tfdrift_gate.outputs.sarif.message import message

_DESCRIBED = {
    INCOMPLETE: (
        "error",
        "No verdict was reached: something could not be read, so drift was not ruled out.",
        "The message says what was being read and what to do about it.",
    ),
    "not-judged": (
        "note",
        "Something happened that could not be judged.",
        "Whether it is a drift must be seen in AWS, or in a plan.",
    ),
    "worth-knowing": ("note", "Something to know beside the verdict.", "It changes nothing in the results."),
    "results-left-out": (
        "warning",
        "There are more results than GitHub takes; the most severe are here.",
        "The report in the format json has all of them.",
    ),
}
_INDEX = {name: number for number, name in enumerate(_DESCRIBED)}

DESCRIPTORS: list[dict[str, Any]] = [
    {
        "id": name,
        "name": f"{name.title().replace('-', '')}Notification",
        "shortDescription": {"text": words},
        "fullDescription": {"text": words},
        "help": {"text": f"{words} {help_}"},
        "defaultConfiguration": {"level": level},
    }
    for name, (level, words, help_) in _DESCRIBED.items()
]
"""What the run may notify of."""


def notifications(report: Report, left_out: int) -> list[dict[str, Any]]:
    """Give the notifications, gravest first; things alike that could not be judged are one."""
    found = [
        _notification(INCOMPLETE, [problem.message, *([problem.hint] if problem.hint else [])])
        for problem in report.problems
    ]
    if left_out:
        sentence = f"{text.counted(left_out, 'result')} left out, the least severe: the JSON report has all"
        found.append(_notification("results-left-out", [sentence]))
    for reason, what, alike in text.alike(report.skipped):
        entry = _notification("not-judged", lines.not_judged(reason, what, alike))
        last = alike[-1]
        entry["properties"] = {
            "reason": reason,
            "event_name": last.event_name,
            "detail": last.detail,
            "event_id": last.event_id,
            "resource_id": last.resource_id,
            "count": len(alike),
        }
        found.append(entry)
    found.extend(_notification("worth-knowing", [note]) for note in report.notes)
    return found


def _notification(name: str, sentences: list[str]) -> dict[str, Any]:
    return {
        "descriptor": {"id": name, "index": _INDEX[name]},
        "level": _DESCRIBED[name][0],
        "message": message(sentences),
    }
