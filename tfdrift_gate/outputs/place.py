"""Where machines show a finding: a file and its lines, or, where no block is known, the root module's folder.

Code scanning and GitLab want a place for everything. What the configuration does not show stands on no line, and to
name one (the first of ``main.tf``, of the rules file) would be made up. The root module's folder is true: it is what
was judged. GitHub takes any relative address, and shows the finding without a preview of code.
"""

from __future__ import annotations

from dataclasses import dataclass

from tfdrift_gate.model import Checkout, SourceRange
from tfdrift_gate.outputs.checkout import path_of


@dataclass(frozen=True)
class Place:
    """A file, or a folder, relative to the repository's root."""

    path: str
    """Without ``./``; of the repository's root itself ``.``."""
    lines: tuple[int, int] | None
    """First and last line, from 1 on; None of a folder."""

    @property
    def words(self) -> str:
        """``infra/prod/main.tf:10``, or the folder."""
        return f"{self.path}:{self.lines[0]}" if self.lines else self.path


def place_of(checkout: Checkout, source: SourceRange | None) -> Place:
    """Give the place of a block; the root module's folder where it has none, or lies outside of the repository."""
    path = path_of(checkout, source)
    if source is None or path is None:
        return Place(checkout.folder or ".", None)
    first = max(source.line, 1)
    return Place(path, (first, max(source.end_line, first)))
