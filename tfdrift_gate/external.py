"""``tfdrift-gate external``: the query of Terraform's external data source on stdin, the verdict on stdout.

It is what every plan runs, so it is started without the command line's library.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping

from tfdrift_gate import query
from tfdrift_gate.errors import GateError
from tfdrift_gate.outputs.external import answer, switched_off
from tfdrift_gate.running import ExitCode, ending, outputs_of, run_one, tell, without_verdict, write_files
from tfdrift_gate.settings import ENVIRONMENT_PREFIX, on_error_of, resolve
from tfdrift_gate.streams import print_text


def main() -> None:
    """Answer, and end the program."""
    with ending():
        answer_query()


def answer_query() -> None:
    """Answer the query on stdin; ends the program where no verdict was reached."""
    text = sys.stdin.buffer.read()
    warn, settings = on_error_of(query.on_error(text), os.environ) == "warn", None
    given: Mapping[str, object] = {}
    try:
        given = query.read(text)
        settings = resolve(given, {**os.environ, f"{ENVIRONMENT_PREFIX}MODE": ""})
        settings = query.with_mode(settings, os.environ)
        if settings.mode == "off":
            by = "TFDRIFT_GATE_MODE=off" if os.environ.get(f"{ENVIRONMENT_PREFIX}MODE") else "mode = off"
            print_text(json.dumps(switched_off(by), indent=2) + "\n")
            return
        outputs = outputs_of(settings)
        report = run_one(settings, os.environ)
    except GateError as error:
        report, settings, outputs = without_verdict(settings, error, given, os.environ)
    write_files(report, outputs)
    tell(report, warn)
    if report.problems and not warn:
        sys.exit(ExitCode.NO_VERDICT)
    found = answer(
        report,
        settings.mode,
        settings.blocks(report.max_severity),
        next((path for name, path in outputs if name == "json"), ""),
    )
    print_text(json.dumps(found, indent=2) + "\n")
