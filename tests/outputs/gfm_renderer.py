"""What GitHub shows of Markdown: rendered by GitHub's own cmark-gfm, then looked at as its filters do.

The renderer is real (PyPI ``cmarkgfm``, bindings of https://github.com/github/cmark-gfm, with GitHub's extensions).
GitHub's filters that follow it are no library for Python: :func:`references` stands in for them. It finds in the text
outside ``<code>``, ``<pre>`` and ``<a>`` whatever https://github.com/gjtorikian/html-pipeline (mentions, emoji) and
https://docs.github.com/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
would link, and more: it is stricter than they are.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import cmarkgfm
from cmarkgfm.cmark import Options

_VOID = frozenset({"br", "img", "hr", "input"})
_REFERENCES = re.compile(
    r"@[A-Za-z0-9]|#\d|\bGH-\d|\b[A-Za-z]+-\d|\b[0-9a-fA-F]{7,40}\b|:[a-z0-9_+-]+:|https?:|ftp:|mailto:|xmpp:|www\.|\$",
    re.IGNORECASE,
)


def html_of(markdown: str) -> str:
    """Render as GitHub does: raw HTML allowed (its sanitizer is not relied on), footnotes on."""
    return str(
        cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES)
    )


@dataclass
class Page(HTMLParser):
    """What a rendered page consists of."""

    elements: Counter[str] = field(default_factory=Counter)
    links: list[str] = field(default_factory=list)
    attributes: set[str] = field(default_factory=set)
    tables: list[list[int]] = field(default_factory=list)
    """The number of cells of each row of each table."""
    plain: list[str] = field(default_factory=list)
    """Texts outside code and links."""
    unbalanced: list[str] = field(default_factory=list)
    nested_lists: int = 0

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[tag] += 1
        self.attributes.update(f"{tag}.{name}" for name, _ in attrs)
        self.links.extend(value or "" for name, value in attrs if name in ("href", "src"))
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append(0)
        if tag in ("td", "th"):
            self.tables[-1][-1] += 1
        if tag in ("ul", "ol") and {"ul", "ol"} & set(self._open):
            self.nested_lists += 1
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1] != tag:
            self.unbalanced.append(tag)
        else:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not {"code", "pre", "a"} & set(self._open):
            self.plain.append(data)

    def handle_comment(self, data: str) -> None:
        self.unbalanced.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.unbalanced.append(f"<!{decl}>")

    def handle_pi(self, data: str) -> None:
        self.unbalanced.append(f"<?{data}>")


def page_of(markdown: str) -> Page:
    """Render and take apart."""
    page = Page()
    page.feed(html_of(markdown))
    page.close()
    page.unbalanced.extend(page._open)
    return page


def references(page: Page) -> list[str]:
    """What GitHub might link, or put a picture in place of, in a page's plain text."""
    return [found[0] for text in page.plain for found in _REFERENCES.finditer(text)]
