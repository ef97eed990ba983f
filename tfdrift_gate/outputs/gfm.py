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
_WORD = re.compile(r"([(\"]{0,2})([A-Za-z]+(?:[-'’][A-Za-z]+)*|[0-9]{1,6})((?:['’]s)?[)\"]{0,2}[,;:.?!]*[)\"]?)")
_SIGNS = frozenset("→=…")
_AROUND = re.compile(r"(\(?)(.*?)([,;:.)]*)", re.DOTALL)
_CHUNK = re.compile(r"[^:/.,\s]*[:/.,\s]*")
_UNSAFE_IN_HTML = re.compile(r"[^A-Za-z0-9 ._,\-]")


def code(text: str, longest: int = 1000) -> str:
    """Write text as a code span, on one line; also inside a table's cell."""
    safe = printable(text, longest).replace("`", "\\x60").replace("|", "\\x7c").strip()
    return f"`{safe}`" if safe else "`(empty)`"


def narrow(text: str, longest: int = 1000, width: int = 34) -> str:
    """Write text as code spans, one below the other in a cell where it is wider than so many characters.

    It is broken behind ``:``, ``/``, ``.``, ``,`` and blanks alone, so a long word stays as wide as it is.
    """
    lines = [""]
    for chunk in _CHUNK.findall(printable(text, longest)):
        if lines[-1].strip() and len(lines[-1]) + len(chunk) > width:
            lines.append("")
        lines[-1] += chunk
    return LINE_BREAK.join(code(line, longest) for line in lines if line.strip() or len(lines) == 1)


def prose(text: str) -> str:
    """Write a sentence so that plain words stay words, and everything else stands in code spans."""
    parts: list[tuple[str, str, str]] = []
    """What stands before, in and behind each code span; of a plain word there is nothing in it."""
    for number, word in enumerate(printable(text).split()):
        if _is_plain(word, first=number == 0):
            parts.append((word, "", ""))
            continue
        before, body, behind = _taken_apart(word)
        last = parts[-1] if parts else ("", "", "")
        if last[1] and not last[2] and not before:
            parts[-1] = (last[0], f"{last[1]} {body}", behind)
        else:
            parts.append((before, body, behind))
    return " ".join(f"{before}{code(body)}{behind}" if body else before for before, body, behind in parts)


def _is_plain(word: str, first: bool) -> bool:
    if word in _SIGNS:
        return not first
    found = _WORD.fullmatch(word)
    # A full stop behind www makes it an address, whatever follows.
    if not found or found[2].lower().endswith("www") or any(map(_HASH.fullmatch, re.split("[-'’]", found[2]))):
        return False
    # At a line's beginning `1.` and `1)` would begin a list.
    return not (first and found[2].isdigit() and found[3])


def _taken_apart(word: str) -> tuple[str, str, str]:
    """Split off the punctuation around a word; a parenthesis that is closed inside, as in ``f(x)``, belongs to it."""
    found = _AROUND.fullmatch(word)
    before, body, behind = found.groups() if found else ("", word, "")
    while ")" in behind and body.count("(") > body.count(")"):
        end = behind.index(")") + 1
        body, behind = body + behind[:end], behind[end:]
    return (before, body, behind) if body else ("", word, "")


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


def folded(summary: str, body: str, is_open: bool = False) -> str:
    """Write a part that can be folded; ``summary`` is HTML, ``body`` Markdown."""
    return f"<details{' open' if is_open else ''}><summary>{summary}</summary>\n\n{body}\n\n</details>"


def link(label: str, url: str | None) -> str:
    """Write a link, or only its label where there is no page."""
    return f"[{label}]({url})" if url else label
