"""A folder whose files nobody but the user who runs this can have written.

What lies in it is believed by a later run, so whoever could plant a file there could hide a change (CWE-379:
https://cwe.mitre.org/data/definitions/379.html). On Windows a user's own folders are closed to others by
inheritance; there only links are refused.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
UNFINISHED = ".unfinished"
"""How the name of a file ends that is still being written, or whose writer was ended."""


class NotOwned(OSError):
    """A folder or file that another user owns or may write to, or that is a link."""


class OwnedFolder:
    """Small files by name. A file appears whole or not at all, so readers and writers never wait for one another."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def files(self) -> Mapping[str, os.stat_result]:
        """Give what is in it, by name; empty where there is no folder yet. Raises as :meth:`trust`."""
        found: dict[str, os.stat_result] = {}
        with suppress(FileNotFoundError):
            self.trust()
            with os.scandir(self.path) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):  # another run took it away
                        found[entry.name] = entry.stat(follow_symlinks=False)
        return found

    def trust(self) -> None:
        """Raise :class:`NotOwned` unless the folder is this user's alone; OSError where it is not there or closed."""
        _trust(os.lstat(self.path), stat.S_ISDIR)

    def read(self, name: str) -> bytes:
        """Read a file; raises :class:`NotOwned` where it is not this user's alone, and OSError."""
        with open(os.open(self.path / name, os.O_RDONLY | _NO_LINKS), "rb") as file:
            _trust(os.fstat(file.fileno()), stat.S_ISREG)
            return file.read()

    def write(self, name: str, data: bytes) -> None:
        """Write a file that only this user may read (600, its folder 700); raises as :meth:`trust`."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(self.path, 0o700)
        self.trust()
        unfinished = self.path / f"{name}.{secrets.token_hex(4)}{UNFINISHED}"
        try:
            with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINKS, 0o600), "wb") as file:
                file.write(data)
            with suppress(FileNotFoundError):  # somebody clears the folder
                os.replace(unfinished, self.path / name)
        except OSError:
            self.remove(unfinished.name)
            raise

    def remove(self, name: str) -> None:
        """Take a file away; one that can't be is left."""
        with suppress(OSError):
            os.unlink(self.path / name)


def _trust(found: os.stat_result, is_kind: Callable[[int], bool]) -> None:
    if not is_kind(found.st_mode):
        raise NotOwned("it is a link, or neither folder nor file")
    if hasattr(os, "geteuid") and found.st_uid != os.geteuid():
        raise NotOwned("another user owns it")
    if hasattr(os, "geteuid") and found.st_mode & _WRITABLE_BY_OTHERS:
        raise NotOwned("others may write to it")
