"""Records from files: a file, a folder (recursive), a glob or standard input, plain or gzip, in any shape."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.log_files import RECORD_FILES, Gathered, gather, reading_of
from tfdrift_gate.sources.trail_layout import can_hold

STANDARD_INPUT = "standard input"
_DIGEST = "CloudTrail-Digest"


def read(question: Question) -> Iterator[Reading]:
    """Read every file that the locator names; one reading, with an error where any could not be read whole."""
    gathered = Gathered()
    notes: list[str] = []
    try:
        paths, ignored = _paths(question.locator)
        if ignored:
            files = (
                "file in the folder is no record file" if ignored == 1 else "files in the folder are no record files"
            )
            notes.append(f"{ignored} other {files}")
        # What was delivered at another time need not be opened; a file that is named itself is.
        wanted = [path for path in paths if can_hold(path, question.window)] if len(paths) > 1 else paths
        if unopened := len(paths) - len(wanted):
            notes.append(f"{unopened} log {'file' if unopened == 1 else 'files'} of other days left unopened")
        if paths and not wanted:
            raise EventSourceError(
                f"reading {question.locator}: none of its {len(paths)} log files was delivered when the window's were",
                "check --since and --until, or copy the log files of that time too",
            )
        proof = None
        if question.validate_digests:
            from tfdrift_gate.sources.folder_proof import prove_folder

            proof = prove_folder(_digests(question.locator), wanted, _fetch, question)
            notes.append(proof.note)
        gathered = gather(wanted, _fetch, question, proof=proof)
    except EventSourceError as met:
        gathered.errors.append(met)
    yield reading_of(gathered, notes, question)


def _fetch(path: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if path == STANDARD_INPUT else Path(path).read_bytes()
    except OSError as error:
        raise EventSourceError(f"reading {path}: {error.strerror or error}", "check the path and its rights") from None


def _paths(locator: str) -> tuple[list[str], int]:
    """Give the files that a locator names, sorted, and how many others its folders hold."""
    if locator == "-":
        return [STANDARD_INPUT], 0
    if os.path.lexists(locator):
        named = [locator]
    elif glob.has_magic(locator):
        named = [path for path in glob.glob(locator, recursive=True) if _DIGEST not in Path(path).parts]
        if not named:
            raise EventSourceError(f"reading {locator}: nothing matches", "check the pattern given to --events")
    else:
        raise EventSourceError(f"reading {locator}: no such file or folder", "check the path given to --events")
    found: dict[str, None] = {}
    others: set[str] = set()
    for path in named:
        if not os.path.isdir(path):
            found[os.path.normpath(path)] = None
            continue
        for file in map(os.path.normpath, _inside(path)):
            if file.lower().endswith(RECORD_FILES):
                found[file] = None
            else:
                others.add(file)
    if not found:
        raise EventSourceError(
            f"reading the folder {locator}: no record files in it", f"record files end in {', '.join(RECORD_FILES)}"
        )
    # A file of that name is not what "-" means.
    return sorted(f"./{path}" if path == STANDARD_INPUT else path for path in found), len(others - found.keys())


def _digests(locator: str) -> list[str]:
    """Give the digest files below a folder, sorted."""
    if not os.path.isdir(locator):
        raise EventSourceError(
            f"reading {locator}: digests lie beside a trail's log files, and this is no folder",
            "name the folder that holds AWSLogs, or leave --validate-digests out",
        )
    found = map(os.path.normpath, _inside(locator, digests=True))
    return sorted(path for path in found if path.lower().endswith(RECORD_FILES) and _DIGEST in Path(path).parts)


def _inside(folder: str, digests: bool = False) -> Iterator[str]:
    """Every file below a folder, links followed once; raises where a folder may not be listed."""

    def closed(error: OSError) -> None:
        raise EventSourceError(
            f"reading the folder {error.filename}: {error.strerror or error}", "check the path and its rights"
        ) from None

    seen: set[str] = set()
    for above, folders, files in os.walk(folder, onerror=closed, followlinks=True):
        real = os.path.realpath(above)
        folders[:] = [name for name in folders if real not in seen and not _is_hidden(name, digests)]
        if real not in seen:
            yield from (os.path.join(above, name) for name in files if not _is_hidden(name, digests))
        seen.add(real)


def _is_hidden(name: str, digests: bool) -> bool:
    return (name == _DIGEST and not digests) or name.startswith(".")
