"""Text for a reader of SARIF: no link, no placeholder, no markup can come out of what somebody chose to call things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfdrift_gate.outputs.lines import paragraph


def message(sentences: Iterable[str]) -> dict[str, Any]:
    """Make a message object (S§3.11) of sentences without their full stops.

    A plain text message may hold links, ``[words](address)``, and placeholders, ``{0}``. Not every viewer heeds the
    standard's escapes of a link, so ``](`` itself is taken apart; braces are doubled, as S§3.11.5 says. GitHub shows
    the text of a message in comments as well, so it is harmless as Markdown too.
    """
    text = paragraph(sentences)
    return {"text": text.replace("](", "] (").replace("{", "{{").replace("}", "}}")}
