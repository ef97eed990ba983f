"""Text for a reader of SARIF: no link, no placeholder, no markup can come out of what somebody chose to call things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfdrift_gate.outputs.lines import paragraph


def message(sentences: Iterable[str]) -> dict[str, Any]:
    """Make a message object (S§3.11) of sentences without their full stops.

    A plain text message may hold links (S§3.11.6) and placeholders, ``{0}``: no link is left in a paragraph, and braces
    are doubled, as S§3.11.5 says. GitHub shows the text in comments as well, where it is read as Markdown.
    """
    return {"text": paragraph(sentences).replace("{", "{{").replace("}", "}}")}
