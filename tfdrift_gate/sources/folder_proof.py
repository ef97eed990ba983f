"""What the digests among copied files prove: that the files beside them are all there, and as they were delivered.

A digest's signature lies in the metadata of its object in S3, which a copy does not have: here hashes alone are held
against one another, which somebody who altered log files and digests alike would pass.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.digests import (
    Digest,
    chain_errors,
    hashes_of,
    hold_against,
    listing_errors,
    read_digest,
    span_errors,
)
from tfdrift_gate.sources.inflate import inflate
from tfdrift_gate.sources.trail_layout import can_hold, delivered_at

_LOGS = "AWSLogs/"


def prove_folder(
    digest_paths: Sequence[str], paths: Sequence[str], fetch: Callable[[str], bytes], question: Question
) -> tuple[list[EventSourceError], str, Callable[[str, bytes], None]]:
    """Hold files against digests; give what is wrong, what to say of the rest, and the proof of a single file."""
    digests: list[Digest] = []
    errors: list[EventSourceError] = []
    for path in digest_paths:
        try:
            digests.append(read_digest(path, inflate(fetch(path), path)))
        except EventSourceError as error:
            errors.append(error)
    until = min(question.now or question.window.until, question.window.until)
    errors += span_errors(digests, question.locator, question.window.since, until)
    errors += chain_errors(digests, None)
    # A key as far as a copy has kept it.
    hashes = {_tail(key): value for key, value in hashes_of(digests).items()}
    told: dict[str, datetime] = {_tail(path): at for path in paths if (at := delivered_at(path))}
    expected = [key for key in hashes if can_hold(key, question.window)]
    wrong, fresh = listing_errors(digests, [_tail(path) for path in paths], expected, told, hashes)
    note = f"{len(digests)} digests vouch for the files by their hashes, their own signatures not being copied"
    if fresh:
        note += f"; not yet for the {fresh} newest"
    return [*errors, *wrong], note, lambda name, text: hold_against(name, _tail(name), text, hashes)


def _tail(path: str) -> str:
    path = path.replace(os.sep, "/")
    return path[path.index(_LOGS) :] if _LOGS in path else path
