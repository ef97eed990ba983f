"""``tfdrift-gate github``: what the action says to GitHub beside its annotations. None of it ever changes a verdict."""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from tfdrift_gate.github.api import GitHubError, Repository
from tfdrift_gate.github.posting import Said, keep_comment, keep_issue
from tfdrift_gate.github.runner import event_of, pull_request_of, step_outputs, write_outputs, write_summary

_REPORT = click.option("--report", required=True, metavar="FILE", help="The JSON report of a check.")
_BODY = click.option("--body", required=True, metavar="FILE", help="The same report as markdown.")
_ROOT = click.option(
    "--root",
    metavar="NAME",
    help="What the report is about. Default: TFDRIFT_GATE_DIR, and the workspace that is named.",
)


@click.group()
def github() -> None:
    """Say in GitHub Actions what a check found: outputs and summary of the step, one comment, one issue.

    Whatever GitHub answers, the exit code is 0: what cannot be said is a warning.

    \b
    tfdrift-gate github comment --report report.json --body report.md
    tfdrift-gate github issue --report report.json --body report.md
    """


@github.command()
@click.option("--reports", required=True, metavar="FOLDER", help="Holds report.json, report.md and report.sarif.")
@click.option("--comment", default="auto", metavar="auto|never", help="Whether a pull request gets a comment.")
@_ROOT
def publish(reports: str, comment: str, root: str | None) -> None:
    """Write the outputs and the summary of a step, and keep the pull request's comment, as the action does.

    \b
    tfdrift-gate github publish --reports "$RUNNER_TEMP/reports"
    """
    folder = Path(reports)
    report, sarif, body = (folder / name for name in ("report.json", "report.sarif", "report.md"))
    found = _report(report)
    _try(lambda: write_outputs(step_outputs(found, str(report), str(sarif)), os.environ))
    if found is None:
        return
    _try(lambda: write_summary(_text(body), os.environ))
    if comment not in ("auto", "never", ""):
        _warn(f"comment: {comment!r} is neither auto nor never: no comment is posted")
    if comment in ("auto", ""):
        _try(lambda: _comment(found, body, root))


@github.command()
@_REPORT
@_BODY
@_ROOT
def comment(report: str, body: str, root: str | None) -> None:
    """Keep the one comment of a pull request about a root module up to date; resolved when clean."""
    found = _report(Path(report))
    if found is not None:
        _try(lambda: _comment(found, Path(body), root))


@github.command()
@_REPORT
@_BODY
@_ROOT
@click.option("--title", default="Changes by hand of AWS Lambda resources", metavar="TEXT", help="Of a new issue.")
def issue(report: str, body: str, root: str | None, title: str) -> None:
    """Keep one open issue about a root module up to date, for a check on a schedule; closed when clean."""
    found = _report(Path(report))
    if found is not None:
        _try(lambda: _say(keep_issue(Repository.of(os.environ), title, _said(found, Path(body), root))))


def _comment(report: dict[str, Any], body: Path, root: str | None) -> None:
    number = pull_request_of(event_of(os.environ))
    if number is None:
        return
    _say(keep_comment(Repository.of(os.environ), number, _said(report, body, root)))


def _said(report: dict[str, Any], body: Path, root: str | None) -> Said:
    # Several root modules stand one on a line, as they are named: their comment is found again while that list stays.
    words = [line.strip() for line in (os.environ.get("TFDRIFT_GATE_DIR") or ".").splitlines() if line.strip()]
    folder = "\n".join(posixpath.normpath(word).replace("%", "%25").replace("@", "%40") for word in words)
    workspace = os.environ.get("TFDRIFT_GATE_WORKSPACE") or os.environ.get("TF_WORKSPACE")
    named = root or (f"{folder}@{workspace}" if workspace else folder)
    return Said(named, _text(body), clean=report.get("verdict") == "clean")


def _report(path: Path) -> dict[str, Any] | None:
    """Read the JSON report; where there is none, the check ended before it could write one."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict) and "verdict" in found and isinstance(found.get("counts"), dict):
            return found
        said = "it is no report"
    except (OSError, ValueError, RecursionError) as error:
        said = type(error).__name__
    _warn(f"reading {path.name}: {said}: nothing is posted")
    return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise GitHubError(f"reading {path.name}: {type(error).__name__}: it is not posted") from None


def _say(what: str) -> None:
    click.echo(f"tfdrift-gate: {what}", err=True)


def _warn(message: str) -> None:
    from tfdrift_gate.outputs.github import warning

    click.echo(warning(message))


def _try(work: Callable[[], None]) -> None:
    """Do something at GitHub; what fails is a warning, and ends nothing."""
    try:
        work()
    except GitHubError as error:
        _warn(f"{error.message}{f' ({error.hint})' if error.hint else ''}")
    except Exception as error:
        _warn(f"an error inside tfdrift-gate: {type(error).__name__}")
