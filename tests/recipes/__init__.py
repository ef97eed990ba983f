"""The recipes of ``docs/ci/``, taken out of the pages and run: a page and its test never differ."""

from __future__ import annotations

import re

from tests.terraform_cli.binary import PROJECT

PAGES = PROJECT / "docs" / "ci"
_FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"(?:#|//) ([\w./-]+?)(?::|$)")


def files(page: str) -> dict[str, tuple[str, str]]:
    """Give a page's files by their names, which stand in the first comment: language and text."""
    found = {}
    for language, text in _FENCED.findall((PAGES / page).read_text(encoding="utf-8")):
        head = next(line for line in text.splitlines() if not line.startswith("#!"))
        if named := _FILE.match(head):
            found[named[1]] = (language, text)
    return found


def snippet(page: str, name: str) -> str:
    """Give the text of one file of a page."""
    return files(page)[name][1]
