"""The catalogue and the built-in rules as JSON, made from their YAML: ``python -m tests.parsed_data --check|--write``.

Parsing YAML would be a tenth of a gate's time, in every plan. What people read, review and write is the YAML.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import yaml

import tfdrift_gate

DATA = Path(tfdrift_gate.__file__).parent / "data"
SOURCES = (*sorted(DATA.glob("catalog/*.yaml")), DATA / "rules.yaml")


def current(source: Path) -> str:
    """Give the JSON of a YAML file as it is now, one line for each entry of its sections."""
    sections = [_section(name, body) for name, body in yaml.safe_load(source.read_text(encoding="utf-8")).items()]
    return "{\n" + ",\n".join(sections) + "\n}\n"


def _section(name: str, body: Any) -> str:
    if isinstance(body, dict):
        lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(entry)}" for key, entry in body.items())
        return f"{json.dumps(name)}: {{\n{lines}\n}}"
    if isinstance(body, list):
        lines = ",\n".join(map(json.dumps, body))
        return f"{json.dumps(name)}: [\n{lines}\n]"
    return f"{json.dumps(name)}: {json.dumps(body)}"


def stale() -> list[str]:
    """Name the JSON files that do not say what their YAML says, and those without any."""
    made = {source.with_suffix(".json") for source in SOURCES}
    found = {*DATA.glob("catalog/*.json"), *DATA.glob("rules.json")}
    wrong = made ^ found
    wrong |= {path for path in made & found if path.read_text(encoding="utf-8") != current(path.with_suffix(".yaml"))}
    return sorted(str(path.relative_to(DATA)) for path in wrong)


def main() -> None:
    """Check that the files are current, or make them so."""
    parser = argparse.ArgumentParser(prog="python -m tests.parsed_data")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    if parser.parse_args().write:
        for source in SOURCES:
            source.with_suffix(".json").write_text(current(source), encoding="utf-8")
    elif wrong := stale():
        sys.exit(f"{', '.join(wrong)}: not current, run make docs")


if __name__ == "__main__":
    main()
