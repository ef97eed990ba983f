"""The standard's own validator, Microsoft's SARIF Multitool, with the rules of GitHub's code scanning."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from tests.npm_tools import package, program

_PACKAGE = "@microsoft/sarif-multitool-linux"


def complaints(folder: Path, logs: Mapping[str, str]) -> set[tuple[str, str]]:
    """Validate logs by name; gives each rule's id and level (``error``, ``warning``, ``note``) that complains of any.

    The program's exit code tells nothing, so its own report is read, and that it looked at every log.
    """
    for name, text in logs.items():
        (folder / f"{name}.sarif").write_text(text, encoding="utf-8")
    told = folder / "validated.json"
    done = subprocess.run(
        [
            program(_PACKAGE, "Sarif.Multitool"),
            "validate",
            *sorted(map(str, folder.glob("*.sarif"))),
            *("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note", "--output", str(told)),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        env={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1", "HOME": str(folder), "TMPDIR": str(folder)},
    )
    assert re.search(rf"^Done\. {len(logs)} files? scanned\.$", done.stdout, re.MULTILINE), done.stdout + done.stderr
    run = json.loads(told.read_text(encoding="utf-8-sig"))["runs"][0]
    return {(result["ruleId"], result.get("level", "warning")) for result in run.get("results", ())}


def violations(log: Any) -> list[str]:
    """Hold a log against the schema of SARIF 2.1.0."""
    return [f"{error.json_path}: {error.message}" for error in _schema().iter_errors(log)]


@cache
def _schema() -> Any:
    schema = json.loads((package(_PACKAGE) / "sarif-2.1.0.json").read_text(encoding="utf-8"))
    kind = jsonschema.validators.validator_for(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)
