"""What a GitHub runner gives a step, and takes from it: the event, the step's outputs, its summary.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfdrift_gate.github.api import GitHubError

MOST_SUMMARY = 1024 * 1024
"""Bytes of a step's summary."""


def event_of(environment: Mapping[str, str]) -> Mapping[str, Any]:
    """Read the event that started the workflow; raises :class:`GitHubError` where there is none to be read."""
    try:
        found = json.loads(Path(environment["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    except (KeyError, OSError, ValueError, RecursionError) as error:
        raise GitHubError(f"reading GITHUB_EVENT_PATH: {type(error).__name__}", "leave it to the runner") from None
    return found if isinstance(found, Mapping) else {}


def pull_request_of(event: Mapping[str, Any]) -> int | None:
    """Give the number of the pull request that an event is about, if it is about one."""
    request = event.get("pull_request")
    number = request.get("number") if isinstance(request, Mapping) else None
    return number if isinstance(number, int) else None


def step_outputs(report: Mapping[str, Any] | None, report_path: str, sarif_path: str) -> dict[str, str]:
    """Make the action's outputs of a JSON report; of none, those of a run without a verdict."""
    if report is None:
        return {"verdict": "incomplete", "max-severity": "none", "finding-count": "0", "report": "", "sarif": ""}
    return {
        "verdict": str(report["verdict"]),
        "max-severity": str(report["max_severity"] or "none"),
        "finding-count": str(report["counts"]["findings"]),
        "report": report_path,
        "sarif": sarif_path,
    }


def write_outputs(outputs: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Append to ``GITHUB_OUTPUT``. Values of more than one line are refused: they could say another output."""
    lines = [f"{name}={value}\n" for name, value in outputs.items()]
    if any("\n" in line[:-1] or "\r" in line for line in lines):
        raise GitHubError("writing the step's outputs: a path holds a line break", "rename the folder")
    _append(environment, "GITHUB_OUTPUT", "".join(lines))


def write_summary(text: str, environment: Mapping[str, str]) -> None:
    """Append to the step's summary, on a line of its own; raises :class:`GitHubError` where there is no room for it.

    Of a summary that is too long GitHub shows nothing, what was there before included.
    """
    try:
        before = os.path.getsize(environment.get("GITHUB_STEP_SUMMARY", ""))
    except OSError:
        before = 0
    written = f"\n\n{text}" if before else text
    if before + len(written.encode()) > MOST_SUMMARY:
        raise GitHubError("writing GITHUB_STEP_SUMMARY: the step's summary takes 1 MiB, and has more already")
    _append(environment, "GITHUB_STEP_SUMMARY", written)


def _append(environment: Mapping[str, str], variable: str, text: str) -> None:
    path = environment.get(variable)
    if not path:
        raise GitHubError(f"there is no {variable}", "run this in a step of GitHub Actions")
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise GitHubError(f"writing {variable}: {error.strerror or os.strerror(error.errno or 0)}") from None
