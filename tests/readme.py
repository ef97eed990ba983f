"""The generated parts of README and of the pages in docs: ``python -m tests.readme --check|--write``.

The captured plan is written by the demo itself (``python -m demo --capture``), since it takes a real Terraform.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import yaml
from click.testing import CliRunner
from tabulate import tabulate

from tests.outputs.scenarios import published_with_plan
from tests.outputs.several import several
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.cli import cli
from tfdrift_gate.model import Checkout
from tfdrift_gate.outputs import FORMATS
from tfdrift_gate.outputs.catalog import CATALOG_FORMATS

PROJECT = Path(__file__).resolve().parents[1]
README = PROJECT / "README.md"
PULL_REQUESTS = PROJECT / "docs" / "pull-requests.md"
GITHUB_ACTIONS = PROJECT / "docs" / "github-actions.md"


def help_block() -> str:
    """``tfdrift-gate check --help`` as a code block."""
    shown = CliRunner().invoke(cli, ["check", "--help"], prog_name="tfdrift-gate", terminal_width=110).output
    return f"```text\n{shown.strip()}\n```"


def catalog_block() -> str:
    """``tfdrift-gate catalog --format markdown``."""
    return CATALOG_FORMATS["markdown"](load_catalog()).strip()


def comment_block() -> str:
    """Give the comment on a pull request down to its table, as a quotation."""
    # Without a repository's pages nothing is linked: the sample's repository does not exist.
    report = replace(published_with_plan(), checkout=Checkout("infra/prod"))
    head = FORMATS["markdown"].render(report).partition("<details>")[0].strip()
    return "\n".join(f"> {line}".rstrip() for line in head.splitlines())


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


def roots_block() -> str:
    """A run over three root modules, as a terminal shows it."""
    whole = several()
    drifting, unread, clean, _ = whole.reports
    drifting = replace(drifting, findings=drifting.findings[2:3], notes=())
    reports = (drifting, replace(unread, findings=(), notes=()), clean)
    shown = replace(whole, reports=reports, names=whole.names[:3], shared=replace(whole.shared, skipped=()))
    return f"```text\n{FORMATS['table'].render(shown).strip()}\n```"


def action_block() -> str:
    """Inputs and outputs of the action, as ``action.yml`` has them."""
    action = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
    inputs = [
        (f"`{name}`", keys["description"], f"`{keys['default']}`" if "default" in keys else "")
        for name, keys in action["inputs"].items()
    ]
    outputs = [(f"`{name}`", keys["description"]) for name, keys in action["outputs"].items()]
    return "\n\n".join(
        tabulate(rows, head, tablefmt="github", disable_numparse=True)
        for rows, head in ((inputs, ("Input", "Meaning", "Default")), (outputs, ("Output", "Meaning")))
    )


def own_plan_block() -> str:
    """The example of a workflow that plans by itself, as the file has it."""
    example = (PROJECT / "docs" / "examples" / "own-plan.yml").read_text(encoding="utf-8")
    return f"```yaml\n{example}```"


def between(text: str, name: str) -> str:
    """Give what stands between the markers of a block."""
    return text.split(f"<!-- BEGIN {name} -->", 1)[1].split(f"<!-- END {name} -->", 1)[0].strip()


def with_block(text: str, name: str, block: str) -> str:
    """Give the text with ``block`` between the markers of ``name``."""
    begin, end = f"<!-- BEGIN {name} -->", f"<!-- END {name} -->"
    before, _, rest = text.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{block}\n{end}{after}"


GENERATED: Mapping[Path, Mapping[str, Callable[[], str]]] = {
    README: {
        "action": action_block,
        "help": help_block,
        "catalog": catalog_block,
        "outputs": outputs_block,
        "roots": roots_block,
    },
    PULL_REQUESTS: {"comment": comment_block},
    GITHUB_ACTIONS: {"own plan": own_plan_block},
}
"""What is written between which markers, by document."""


def current(document: Path) -> str:
    """Give a document's text with every generated block as it is now."""
    text = document.read_text(encoding="utf-8")
    for name, block in GENERATED[document].items():
        text = with_block(text, name, block())
    return text


def main() -> None:
    """Check that the documents are current, or make them so."""
    parser = argparse.ArgumentParser(prog="python -m tests.readme")
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--check", action="store_true")
    choice.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for document in GENERATED:
        if options.write:
            document.write_text(current(document), encoding="utf-8")
        elif current(document) != document.read_text(encoding="utf-8"):
            sys.exit(f"{document.relative_to(PROJECT)} is not current: run make docs")


if __name__ == "__main__":
    main()
