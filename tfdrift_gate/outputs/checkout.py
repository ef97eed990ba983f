"""Where a resource block stands in the repository: its path, and its page on the web."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import quote

from tfdrift_gate.model import Checkout, SourceRange

_PAGES = re.compile(r"https?://[A-Za-z0-9.\-:]+(?:/[A-Za-z0-9._~\-%@+]+)*/?")
_LONGEST = 500
"""Characters of a path that a link is made of."""


def path_of(checkout: Checkout, source: SourceRange | None) -> str | None:
    """Give a block's file relative to the repository's root; None where it has none, or lies outside."""
    if source is None or not source.file or posixpath.isabs(source.file):
        return None
    path = posixpath.normpath(posixpath.join(checkout.folder, source.file))
    return None if posixpath.isabs(path) or path == ".." or path.startswith("../") else path


def page_of(checkout: Checkout, source: SourceRange | None) -> str | None:
    """Give the address of a block's lines on the web; None where there are no pages."""
    path = path_of(checkout, source)
    if source is None or path is None or not checkout.pages or not _PAGES.fullmatch(checkout.pages):
        return None
    lines = f"L{source.line}" if source.end_line <= source.line else f"L{source.line}-L{source.end_line}"
    if len(path) > _LONGEST:
        return None
    return f"{checkout.pages.rstrip('/')}/{address_of(path)}#{lines}"


def address_of(path: str) -> str:
    """Write a path as a relative address: everything but letters, digits and ``-._~/`` as ``%`` and its bytes."""
    return quote(path, errors="replace")
