"""The gate, run in this process as a user runs it: its arguments, its environment, its two streams, its exit code."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from unittest.mock import patch


@dataclass(frozen=True)
class Done:
    """What a user sees of a run."""

    code: int
    out: str
    err: str


def run(*arguments: str, environment: Mapping[str, str], stdin: str = "") -> Done:
    """Run ``tfdrift-gate``; what it raises beside SystemExit is an error of its own and goes on."""
    from tfdrift_gate.cli import main

    streams = {name: io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for name in ("stdout", "stderr")}
    given = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    code = 0
    with (
        patch.dict(os.environ, environment, clear=True),
        patch.multiple(sys, argv=["tfdrift-gate", *arguments], stdin=given, **streams),
    ):
        try:
            main()
        except SystemExit as done:
            code = done.code if isinstance(done.code, int) else 1
        texts = []
        for stream in streams.values():
            stream.flush()
            texts.append(stream.buffer.getvalue().decode())  # type: ignore[attr-defined]
    return Done(code, *texts)
