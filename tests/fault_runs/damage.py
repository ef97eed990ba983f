"""What may become of a file."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("gone"))


def _give_to_others(path: Path) -> None:
    path.chmod(0o666)


def _link_elsewhere(path: Path) -> None:
    moved = path.with_name("moved")
    os.replace(path, moved)
    path.symlink_to(moved)


DAMAGE: Mapping[str, Callable[[Path], object]] = {
    "half of it": _cut,
    "a byte of it": _flip,
    "nothing": lambda path: path.write_bytes(b""),
    "no JSON": lambda path: path.write_bytes(gzip.compress(b"<html>Sign in</html>")),
    "somebody else's JSON": lambda path: path.write_bytes(gzip.compress(json.dumps({"message": "Hello"}).encode())),
    "a dead link": _link,
    "gone": Path.unlink,
    "another's": _give_to_others,
    "a link": _link_elsewhere,
}
"""By the words of :mod:`menu`."""


def damaged_copy(folder: Path, into: Path, damage: Iterable[tuple[str, str]]) -> Path:
    """Copy a trail's files and damage some of them, each once; ``damage`` says by their keys what becomes of them."""
    shutil.copytree(folder, into)
    for key, what in dict(damage).items():
        DAMAGE[what](into / key)
    return into
