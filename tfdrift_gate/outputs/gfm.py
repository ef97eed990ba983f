"""GitHub Flavored Markdown in which hostile text stays text: no markup, mention, link, image or broken table.

A code span is the one place where neither GFM (https://github.github.com/gfm/, 6.3) nor GitHub's own filters act:
mentions, issue and commit references, custom autolinks and emoji are left alone inside ``<code>``, ``<pre>`` and
``<a>`` (GitHub published those filters: https://github.com/gjtorikian/html-pipeline). ``<code>`` as raw HTML would not
do, since GFM links addresses inside it, nor do character references: an e-mail address written with them is still
linked. So every word that is not plainly a word goes into a code span, with its backticks and pipes written out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tfdrift_gate.outputs.text import printable

LINE_BREAK = "<br>"
"""Begins a new line inside a table's cell."""

# Words that are nothing else, on GitHub either: letters, hyphens inside, or a short number. Left out are what may be a
# commit's hash and what may be a reference of a repository's own (GH-1, INC-1234, TICKET42).
_HASH = re.compile(r"[0-9a-fA-F]{7,40}")
_WORD = re.compile(r"(\()?([A-Za-z]+(?:[-'’][A-Za-z]+)*|[0-9]{1,6})((?:['’]s)?[)]?[,;:.?!]*[)]?)")
_SIGNS = frozenset("→=…")
_ENDS = re.compile(r"(.*?)([,;:.]*)", re.DOTALL)
_UNSAFE_IN_HTML = re.compile(r"[^A-Za-z0-9 ._,\-]")


def code(text: str, longest: int = 1000) -> str:
    """Write text as a code span, on one line; also inside a table's cell."""
    safe = printable(text, longest).replace("`", "\\x60").replace("|", "\\x7c").strip()
    return f"`{safe}`" if safe else "`(empty)`"


def prose(text: str) -> str:
    """Write a sentence so that plain words stay words, and everything else stands in code spans."""
    parts: list[tuple[bool, str, str]] = []
    for number, word in enumerate(printable(text).split()):
        plain = _is_plain(word, first=number == 0)
        body, end = (word, "") if plain else _split_end(word)
        if not plain and parts and not parts[-1][0] and not parts[-1][2]:
            parts[-1] = (False, f"{parts[-1][1]} {body}", end)
        else:
            parts.append((plain, body, end))
    return " ".join(body if plain else code(body) + end for plain, body, end in parts)


def _is_plain(word: str, first: bool) -> bool:
    if word in _SIGNS:
        return not first
    found = _WORD.fullmatch(word)
    if not found or any(_HASH.fullmatch(part) for part in re.split("[-'’]", found[2])):
        return False
    # At a line's beginning `1.` and `1)` would begin a list.
    return not (first and found[2].isdigit() and found[3])


def _split_end(word: str) -> tuple[str, str]:
    """Split off the punctuation that ends a word; a word of nothing else stays whole."""
    found = _ENDS.fullmatch(word)
    return (found[1], found[2]) if found and found[1] else (word, "")


def html(text: str, longest: int = 300) -> str:
    """Write text as a ``<code>`` element for places where Markdown is not read (``<summary>``).

    There no address is linked, since GFM takes the line for HTML; GitHub's filters leave ``<code>`` alone.
    """
    safe = _UNSAFE_IN_HTML.sub(lambda found: f"&#{ord(found[0])};", printable(text, longest))
    return f"<code>{safe}</code>"


def table(headers: Sequence[str], rows: Iterable[str]) -> str:
    """Write a table of rows that :func:`row` made."""
    return "\n".join([row(headers), row(["---"] * len(headers)), *rows])


def row(cells: Sequence[str]) -> str:
    """Write a table's row; each cell is Markdown on one line, without pipes."""
    return f"| {' | '.join(cells)} |"


def fenced(language: str, lines: Iterable[str]) -> str:
    """Write a code block, its fence longer than every run of backticks inside."""
    body = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", body)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def folded(summary: str, body: str) -> str:
    """Write a folded part; ``summary`` is HTML, ``body`` Markdown."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"


def link(label: str, url: str | None) -> str:
    """Write a link, or only its label where there is no page."""
    return f"[{label}]({url})" if url else label
