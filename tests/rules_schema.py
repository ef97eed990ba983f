"""The JSON Schema of a rules file, made from the catalogue: ``python -m tests.rules_schema --check|--write``."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import tfdrift_gate
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.rules.load import builtin_rules
from tfdrift_gate.rules.schema import rules_schema

FILE = Path(tfdrift_gate.__file__).parent / "data" / "rules.schema.json"


def current() -> str:
    """Give the schema's text as the catalogue has it now."""
    return json.dumps(rules_schema(load_catalog(), builtin_rules()), indent=2) + "\n"


def main() -> None:
    """Check that the schema is current, or make it so."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules_schema")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    options = parser.parse_args()
    if options.write:
        FILE.write_text(current(), encoding="utf-8")
    elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != current():
        sys.exit(f"{FILE.name} is not current: run make docs")


if __name__ == "__main__":
    main()
