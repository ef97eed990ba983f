"""The program's own streams: results on standard output, a line of progress on standard error."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from typing import Any

from tfdrift_gate.errors import UsageError

_OPEN = "let it go where there is room for it"


def print_text(shown: str) -> None:
    """Write a result to standard output; raises :class:`UsageError` where that cannot be written to."""
    if sys.stdout is None:
        raise UsageError("writing to standard output: it is closed", _OPEN)
    try:
        sys.stdout.buffer.write(shown.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        close_stdout()
        raise UsageError(f"writing to standard output: {error.strerror or error}", _OPEN) from None


def say(line: str) -> None:
    """Write a line to standard error, where there is one."""
    if sys.stderr is not None:
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - the one place that does


def complain(first: str, message: str, hint: str) -> None:
    """Say on standard error what did not happen, what was being read and what to do."""
    from tfdrift_gate.outputs.text import printable

    say(f"tfdrift-gate: {first}")
    say(f"  {printable(message)}")
    if hint:
        say(f"  → {printable(hint)}")


def close_stdout() -> None:
    """Let what is still in the buffer go nowhere: written at the program's end it would change the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def has_colors(stream: Any) -> bool:
    """Colour on a terminal, unless ``NO_COLOR`` is set (https://no-color.org)."""
    return (
        stream is not None
        and bool(stream.isatty())
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


class ProgressLine:
    """A line on stderr for reads that take more than a second, on a terminal only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._is_wanted = sys.stderr is not None and sys.stderr.isatty()
        self._shown = False

    def __call__(self, words: str) -> None:
        """Say what is being read."""
        if self._is_wanted and self._clock() - self._began > 1.0:
            from tfdrift_gate.outputs.text import printable

            sys.stderr.write(f"\r\x1b[K{printable(words, 100)} …")
            sys.stderr.flush()
            self._shown = True

    def notice(self, words: str) -> None:
        """Say something that stays, on any standard error."""
        from tfdrift_gate.outputs.text import printable

        self.done()
        say(f"tfdrift-gate: {printable(words)}")

    def done(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
