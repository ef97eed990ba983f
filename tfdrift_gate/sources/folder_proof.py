"""What the digests among copied files prove: that the files beside them are all there, and as they were delivered.

A digest's signature lies in the metadata of its object in S3, which a copy does not have: here hashes alone are held
against one another, which somebody who altered log files and digests alike would pass.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question
from tfdrift_gate.sources.digests import (
    Digest,
    Proof,
    chain_errors,
    hashes_of,
    hold_against,
    listing_errors,
    read_digest,
    span_errors,
)
from tfdrift_gate.sources.inflate import inflate

_LOGS = "AWSLogs/"


def prove_folder(
    digest_paths: Sequence[str], paths: Sequence[str], fetch: Callable[[str], bytes], question: Question
) -> Proof:
    """Hold files against digests; what cannot be read of these is among the errors."""
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
    wrong, fresh = listing_errors(digests, map(_tail, paths), hashes, question.window)
    note = f"{len(digests)} digests vouch for the files by their hashes, their own signatures not being copied"
    if fresh:
        note += f"; not yet for the {fresh} newest"
    return Proof((*errors, *wrong), note, lambda name, text: hold_against(name, _tail(name), text, hashes))


def _tail(path: str) -> str:
    path = path.replace(os.sep, "/")
    return path[path.index(_LOGS) :] if _LOGS in path else path
