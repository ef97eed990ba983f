"""Inputs and outputs of the Terraform module, as its README shows them.

``python -m tests.terraform_docs --check|--write``
Read from the .tf files with python-hcl2, and written between the markers that terraform-docs uses.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import hcl2
from tabulate import tabulate

MODULE = Path(__file__).resolve().parents[1] / "terraform" / "modules" / "drift_check"
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"


def tables(module: Path) -> str:
    """Write the Markdown tables of a module's inputs and outputs."""
    inputs = [
        (f"`{name}`", _text(body["description"]), f"`{_type(body['type'])}`", f"`{_default(body)}`")
        for name, body in _blocks(module / "variables.tf", "variable")
    ]
    outputs = [(f"`{name}`", _text(body["description"])) for name, body in _blocks(module / "outputs.tf", "output")]
    return "\n".join(
        [
            "## Inputs\n",
            tabulate(inputs, ("Name", "Description", "Type", "Default"), tablefmt="github"),
            "\n## Outputs\n",
            tabulate(outputs, ("Name", "Description"), tablefmt="github"),
        ]
    )


def filled(readme: str, module: Path) -> str:
    """Give README's text with the tables between its markers."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables(module)}\n\n{END}{after}"


def _blocks(file: Path, kind: str) -> list[tuple[str, dict[str, Any]]]:
    parsed = hcl2.loads(file.read_text(encoding="utf-8"))
    return [(name.strip('"'), body) for block in parsed[kind] for name, body in block.items()]


def _text(quoted: str) -> str:
    return str(json.loads(quoted)).replace("|", "\\|")


def _type(expression: str) -> str:
    return re.sub(r"^\$\{(.*)\}$", r"\1", str(expression))


def _default(body: dict[str, Any]) -> str:
    value = body["default"]
    if value is None:
        return "null"
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return str(value)


def main() -> None:
    """Check that README is current, or make it so."""
    parser = argparse.ArgumentParser(prog="python -m tests.terraform_docs", description=__doc__)
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    options = parser.parse_args()
    readme = MODULE / "README.md"
    text = readme.read_text(encoding="utf-8")
    if options.write:
        readme.write_text(filled(text, MODULE), encoding="utf-8")
    elif filled(text, MODULE) != text:
        sys.exit(f"{readme.relative_to(MODULE.parents[2])} is not current: run make docs")


if __name__ == "__main__":
    main()
