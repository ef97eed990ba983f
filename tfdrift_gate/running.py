"""What every command that judges does around the judging: run, say what went wrong, end. It knows no command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from enum import IntEnum
from typing import NoReturn, TypeVar

from tfdrift_gate import __version__
from tfdrift_gate.errors import GateError, UsageError
from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, Settings, resolve
from tfdrift_gate.streams import ProgressLine, close_stdout, complain, say

_Told = TypeVar("_Told", Report, RootsReport)


class ExitCode(IntEnum):
    """What the program's exit says, as ``terraform plan -detailed-exitcode`` has it."""

    CLEAN = 0
    """A verdict was reached, and nothing at or above ``--fail-on`` was found."""
    NO_VERDICT = 1
    DRIFT = 2


@contextmanager
def ending() -> Iterator[None]:
    """End the program with exit code 1 for whatever is raised inside: no verdict was reached."""
    try:
        yield
    except KeyboardInterrupt:
        no_verdict("interrupted", "")
    except GateError as error:
        no_verdict(error.message, error.hint)
    except BrokenPipeError:
        # NOTE: the reader of stdout went away; nothing more can be told to it.
        close_stdout()
        sys.exit(ExitCode.NO_VERDICT)
    except Exception as error:
        told = unforeseen(error)
        no_verdict(told.message, told.hint)


def run_one(settings: Settings, environment: Mapping[str, str]) -> Report:
    """Judge a root module; raises :class:`GateError`, for whatever was not foreseen too."""
    from tfdrift_gate.gate import check as run

    return _told(lambda progress: run(settings, environment, _now(), progress, progress.notice))


def run_all(several: Sequence[Settings], environment: Mapping[str, str]) -> RootsReport:
    """Judge several root modules; raises as :func:`run_one`."""
    from tfdrift_gate.gate import check_roots as run

    return _told(lambda progress: run(several, environment, _now(), progress, progress.notice))


def _told(run: Callable[[ProgressLine], _Told]) -> _Told:
    progress = ProgressLine()
    try:
        return run(progress)
    except GateError:
        raise
    except Exception as error:
        # Told like every other error, so that what was asked for still holds: on_error, and every output.
        raise unforeseen(error) from None
    finally:
        progress.done()


def without_verdict(
    settings: Settings | None, error: GateError, given: Mapping[str, object], environment: Mapping[str, str]
) -> tuple[Report, Settings, list[tuple[str, str]]]:
    """Make the report of a run that ``error`` ended, and say where it goes.

    It goes wherever a verdict would have gone, even where other options cannot be used: a report of an earlier run
    that is left there would be taken for this one's.
    """
    from tfdrift_gate.gate import without_verdict

    report = without_verdict(settings, environment, error, _now())
    if settings is None:
        names = ("format", "output")
        variables = {f"{ENVIRONMENT_PREFIX}{name.upper()}{end}" for name in names for end in ("", "S")}
        settings = resolve(
            {name: given.get(name) for name in names},
            {name: value for name, value in environment.items() if name in variables},
        )
    try:
        return report, settings, outputs_of(settings)
    except UsageError:
        return report, settings, []


def _now() -> datetime:
    # Whole seconds, as CloudTrail's own clock has them.
    return datetime.now(timezone.utc).replace(microsecond=0)


def outputs_of(settings: Settings) -> list[tuple[str, str]]:
    """Format and path of every ``--output``; raises :class:`UsageError` for an unknown format."""
    found: list[tuple[str, str]] = []
    for entry in settings.output:
        name, equals, path = entry.partition("=")
        if not equals or not path or name not in FORMATS:
            raise UsageError(
                f"reading --output {entry}: not NAME=PATH with {', '.join(FORMATS)}", "write json=report.json"
            )
        if not os.path.isdir(os.path.dirname(path) or "."):
            raise UsageError(f"reading --output {entry}: there is no folder {os.path.dirname(path)}", "create it first")
        found.append((name, path))
    if settings.format not in FORMATS:
        raise UsageError(f"reading --format: {settings.format!r} is none of {', '.join(FORMATS)}", "write one of these")
    return found


def write_files(report: Report | RootsReport, outputs: Sequence[tuple[str, str]]) -> None:
    """Write the report to every ``--output``; ends the program where that cannot be done."""
    for name, path in outputs:
        try:
            with open(path, "w", encoding="utf-8") as file:
                file.write(FORMATS[name].render(report))
        except OSError as error:
            hint = "name a file that can be written, in a folder that is there"
            no_verdict(f"writing {path}: {error.strerror or type(error).__name__}", hint)


def tell(report: Report | RootsReport, warn: bool) -> None:
    """Say on stderr that no verdict was reached, what was being read and what to do."""
    from tfdrift_gate.outputs.text import printable

    for number, problem in enumerate(report.problems):
        if number == 0:
            first = "no verdict was reached"
            say(f"tfdrift-gate: {first}{' (a warning, as on_error = warn asks)' if warn else ''}")
        say(f"  {printable(problem.message)}")
        if problem.hint:
            say(f"  → {printable(problem.hint)}")


def no_verdict(message: str, hint: str) -> NoReturn:
    """Say that no verdict was reached, and end the program with exit code 1."""
    complain("no verdict was reached", message, hint)
    sys.exit(ExitCode.NO_VERDICT)


def unforeseen(error: Exception) -> GateError:
    """Name an unforeseen error without its text, which may quote what was being read."""
    if os.environ.get(f"{ENVIRONMENT_PREFIX}DEBUG"):
        import traceback

        traceback.print_exception(error)
    return GateError(
        f"an error inside tfdrift-gate {__version__}: {type(error).__name__}",
        "please report it with the command that was run; TFDRIFT_GATE_DEBUG=1 shows where it came from",
    )
