"""The runner's transcript: what it said in each run of the story, line by line, and drawn as a terminal in SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote
from xml.sax.saxutils import escape

from tests.pictures.story import RUNS, Told

COLUMNS = 112
_CHARACTER, _LINE, _MARGIN = 7.8, 18, 16


@dataclass(frozen=True)
class Line:
    """A line of the transcript."""

    text: str
    style: str = "said"
    """A class of the picture's style sheet."""


@dataclass(frozen=True)
class Annotation:
    """What stands at the lines of a file."""

    level: str
    place: str
    """``FILE:LINE-LINE``, or nothing."""
    title: str
    message: str


def lines_of(told: Sequence[Told]) -> list[Line]:
    """Tell of each run: what the program said, its annotations, what became of the comment, and how the step ended."""
    lines: list[Line] = []
    shown: set[Annotation] = set()
    for number, (run, title) in enumerate(zip(told, RUNS, strict=True), 1):
        if lines:
            lines.append(Line(""))
        lines.append(Line(f"$ act pull_request    # run {number}: {title}", "prompt"))
        for entry in run.gate.log:
            if entry.get("raw_output"):
                lines.extend(_wrapped(entry["msg"].strip(), "said"))
            elif entry.get("command") in ("error", "warning", "notice"):
                read = annotation(entry["raw"].strip())
                lines.extend(_told(read, read in shown))
                shown.add(read)
        lines.extend(Line(f"  {method} {path}", "small") for method, path in run.requests)
        named = ", ".join(f"{name} {run.gate.outputs[name]}" for name in ("verdict", "max-severity", "finding-count"))
        lines.append(Line(f"  outputs: {named}", "small"))
        status = f", exit status {run.gate.exit}" if run.gate.exit else ""
        lines.append(Line(f"  the step ends with {run.gate.result}{status}", run.gate.result))
    return lines


def annotation(command: str) -> Annotation:
    """Read a workflow command as GitHub's runner does: up to the first ``::`` behind its name, properties.

    act reads up to the last one (so ``arn:aws:s3:::`` in a message takes it in), but logs what it was given.
    https://github.com/actions/runner, src/Runner.Common/ActionCommand.cs
    """
    head, _, message = command.removeprefix("::").partition("::")
    level, _, given = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in given.split(",") if pair)
    place = properties.get("file", "")
    if place:
        place += f":{properties['line']}-{properties['endLine']}"
    return Annotation(level, unquote(place), unquote(properties["title"]), unquote(message))


def _told(given: Annotation, before: bool) -> Iterator[Line]:
    again = "  (as in the run before)" if before else ""
    place = f"{given.place}  " if given.place else ""
    yield from _wrapped(f"{given.level}: {place}{given.title}{again}", given.level)
    if not before:
        for line in given.message.splitlines():
            yield from _wrapped(f"  {line}", "message")


def _wrapped(text: str, style: str) -> Iterator[Line]:
    indent = " " * (2 + len(text) - len(text.lstrip()))
    for line in textwrap.wrap(text.lstrip(), COLUMNS - 4, initial_indent=indent, subsequent_indent=f"{indent}  "):
        yield Line(line, style)


_STYLE = """
  rect { fill: #f6f8fa; stroke: #d1d9e0 }
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #1f2328 }
  .prompt { font-weight: bold } .message { fill: #424a53 } .small { fill: #59636e }
  .error, .failure { fill: #c21c2c; font-weight: bold } .warning { fill: #8a5a00; font-weight: bold }
  .notice { fill: #0757ba; font-weight: bold } .success { fill: #116329; font-weight: bold }
  @media (prefers-color-scheme: dark) {
    rect { fill: #0d1117; stroke: #3d444d }
    text { fill: #f0f6fc }
    .message { fill: #c9d1d9 } .small { fill: #9198a1 }
    .error, .failure { fill: #ff7b72 } .warning { fill: #e3b341 } .notice { fill: #79c0ff } .success { fill: #56d364 }
  }
"""


def svg(lines: Iterable[Line]) -> str:
    """Draw lines as a terminal; readable on light and dark pages, without anything fetched from elsewhere."""
    drawn = list(lines)
    width, height = int(COLUMNS * _CHARACTER) + 2 * _MARGIN, len(drawn) * _LINE + 2 * _MARGIN
    body = "\n".join(
        f'<text x="{_MARGIN}" y="{_MARGIN + 13 + number * _LINE}" class="{line.style}" xml:space="preserve">'
        f"{escape(line.text)}</text>"
        for number, line in enumerate(drawn)
        if line.text
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        f' role="img">\n<title>Three runs of the action on one pull request</title>\n<style>{_STYLE}</style>\n'
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>\n{body}\n</svg>\n'
    )
