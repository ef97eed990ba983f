"""The generated parts of README: ``python -m tests.readme --check|--write``.

The captured plan is written by the demo itself (``python -m demo --capture``), since it takes a real Terraform.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from tests.outputs.scenarios import published_with_plan
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.cli import cli
from tfdrift_gate.model import Checkout
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.outputs.catalog import CATALOG_FORMATS

README = Path(__file__).resolve().parents[1] / "README.md"


def help_block() -> str:
    """``tfdrift-gate check --help`` as a code block."""
    shown = CliRunner().invoke(cli, ["check", "--help"], prog_name="tfdrift-gate", terminal_width=110).output
    return f"```text\n{shown.strip()}\n```"


def catalog_block() -> str:
    """``tfdrift-gate catalog --format markdown``."""
    return CATALOG_FORMATS["markdown"](load_catalog()).strip()


def outputs_block() -> str:
    """One finding, as the outputs for people show it."""
    whole = published_with_plan()
    report = replace(whole, findings=whole.findings[1:2], suppressed=(), coverage=(), checkout=Checkout("infra/prod"))
    table = FORMATS["table"].render(report).split("\n\n")[1]
    github = FORMATS["github"].render(report).splitlines()[-1]
    page = FORMATS["markdown"].render(report).split("\n\n")
    return "\n\n".join(
        [
            f"`table`:\n\n```text\n{table}\n```",
            f"`github`:\n\n```text\n{github}\n```",
            f"`markdown`, below its headline\n\n{page[1]}\n\n{page[2]}",
        ]
    )


def between(text: str, name: str) -> str:
    """Give what stands between the markers of a block."""
    return text.split(f"<!-- BEGIN {name} -->", 1)[1].split(f"<!-- END {name} -->", 1)[0].strip()


def with_block(text: str, name: str, block: str) -> str:
    """Give the text with ``block`` between the markers of ``name``."""
    begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{block}\n{end}{after}"


def current(text: str) -> str:
    """Give README's text with every generated block as it is now."""
    blocks = {"help": help_block(), "catalog": catalog_block(), "outputs": outputs_block()}
    for name, block in blocks.items():
        text = with_block(text, name, block)
    return text


def main() -> None:
    """Check that README is current, or make it so."""
    parser = argparse.ArgumentParser(prog="python -m tests.readme")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    options = parser.parse_args()
    text = README.read_text(encoding="utf-8")
    if options.write:
        README.write_text(current(text), encoding="utf-8")
    elif current(text) != text:
        sys.exit("README.md is not current: run make docs")


if __name__ == "__main__":
    main()
