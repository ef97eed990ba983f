"""Gzip, inflated by the fastest library at hand: ISA-L, or the standard library where that has no wheel.

Both let other threads run meanwhile. https://python-isal.readthedocs.io/
"""

from __future__ import annotations

from typing import Any

from tfdrift_gate.errors import EventSourceError

LIMIT = 1 << 30
"""Bytes that one file may inflate to; CloudTrail's own files stay far below, a file made to fill memory does not."""
_MOST = 1032
"""How many bytes one byte of deflate's can become at most, https://www.zlib.net/zlib_tech.html"""

_MAGIC = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"
_GZIP = 31
"""zlib's ``wbits`` for gzip."""


def is_gzip(data: bytes) -> bool:
    """Tell whether bytes begin as a gzip file does."""
    return data[:2] == _MAGIC


def inflate(data: bytes, name: str) -> bytes:
    """Inflate a gzip file of any number of members.

    Raises :class:`EventSourceError` naming the file where it is truncated, damaged or larger than :data:`LIMIT`.
    """
    library = _library()
    # NOTE: a file's last four bytes tell its last member's size (RFC 1952, 2.3.1). Room for exactly that much at once
    # saves a fifth of the time; whether it is the whole file is only certain where nothing looks like a further
    # member. The size may be a lie, so this is for files that cannot become too large whatever they say.
    size = int.from_bytes(data[-4:], "little")
    if size <= len(data) * _MOST <= LIMIT and data.count(_MEMBER) == 1:
        try:
            whole = bytes(library.decompress(data, _GZIP, max(size, 1)))
        except library.error:
            return _by_members(data, name, library)
        if len(whole) == size:
            return whole
    return _by_members(data, name, library)


def _library() -> Any:
    try:
        from isal import isal_zlib
    except ImportError:
        import zlib

        return zlib
    return isal_zlib


def _by_members(data: bytes, name: str, library: Any) -> bytes:
    parts: list[bytes] = []
    left = LIMIT
    try:
        while data:
            # NOTE: a gzip file may hold several members one after another. ISA-L takes rubbish for a member's begin.
            if not is_gzip(data):
                raise _damaged(name)
            inflater = library.decompressobj(_GZIP)
            parts.append(inflater.decompress(data, left + 1))
            left -= len(parts[-1])
            if left < 0:
                raise EventSourceError(
                    f"reading {name}: the gzip file inflates to more than {LIMIT >> 30} GiB",
                    "no log file of CloudTrail is that large: look at what it is",
                )
            if not inflater.eof:
                raise EventSourceError(f"reading {name}: the gzip file is truncated", "download it again")
            data = inflater.unused_data.lstrip(b"\0")
    except library.error:
        raise _damaged(name) from None
    return b"".join(parts)


def _damaged(name: str) -> EventSourceError:
    return EventSourceError(f"reading {name}: the gzip file is damaged", "download it again")
