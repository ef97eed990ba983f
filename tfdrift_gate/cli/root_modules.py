"""Which root modules a command line names: folders, or globs of folders that hold a configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from tfdrift_gate.errors import UsageError

_CONFIGURATION = ("*.tf", "*.tf.json", "*.tofu", "*.tofu.json")


def root_modules(words: Sequence[str]) -> tuple[str, ...]:
    """Give the folders of the root modules that are named, each once, in the order in which they are named.

    A name that is no folder's and has ``*``, ``?`` or ``[`` is a glob (``**`` for any depth), which stands for the
    folders with a configuration; folders whose name begins with a dot have to be named. Raises :class:`UsageError`
    where a glob finds none.
    """
    found: dict[str, str] = {}
    for word in words:
        for folder in _folders(word):
            found.setdefault(os.path.realpath(folder), folder)
    return tuple(found.values())


def _folders(word: str) -> Iterator[str]:
    if os.path.isdir(word) or not has_magic(word):
        yield word
        return
    folders = [path for path in sorted(glob(word, recursive=True)) if _is_root(Path(path))]
    if not folders:
        raise UsageError(
            f"reading DIR {word}: no folder of that pattern holds a Terraform configuration",
            "name the folders that hold the *.tf files",
        )
    yield from (os.path.normpath(folder) for folder in folders)


def _is_root(folder: Path) -> bool:
    return folder.is_dir() and any(next(folder.glob(pattern), None) for pattern in _CONFIGURATION)
