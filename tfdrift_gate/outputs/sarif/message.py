"""Text for a reader of SARIF: no link, no placeholder, no markup can come out of what somebody chose to call things."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tfdrift_gate.outputs import gfm

_BEGINS = re.compile(r"(?:by|the|this|why:) ")


def message(sentences: Iterable[str]) -> dict[str, Any]:
    """Make a message object (S§3.11) of sentences without their full stops.

    A plain text message may hold links, ``[words](address)``, and placeholders, ``{0}``. Not every viewer heeds the
    standard's escapes of a link, so ``](`` itself is taken apart; braces are doubled, as S§3.11.5 says. GitHub shows
    the text of a message in comments as well, so every word that is not plainly one stands in a code span.
    """
    return {"text": " ".join(map(_safe, sentences)).replace("](", "] (")}


@lru_cache(maxsize=1024)
def _safe(sentence: str) -> str:
    """Make one sentence safe: the same ones come again and again. A word of ours that begins it has a capital."""
    if _BEGINS.match(sentence):
        sentence = sentence[0].upper() + sentence[1:]
    return f"{gfm.prose(sentence).rstrip('.')}.".replace("{", "{{").replace("}", "}}")
