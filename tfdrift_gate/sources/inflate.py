"""Gzip, inflated by the fastest library at hand: ISA-L, or the standard library where that has no wheel.

Both let other threads run meanwhile. https://python-isal.readthedocs.io/
"""

from __future__ import annotations

import zlib

from tfdrift_gate.errors import EventSourceError

LIMIT = 1 << 30
"""Bytes that one file may inflate to; CloudTrail's own files stay far below, a file made to fill memory does not."""

_MAGIC = b"\x1f\x8b"
_MEMBER = b"\x1f\x8b\x08"


def is_gzip(data: bytes) -> bool:
    """Tell whether bytes begin as a gzip file does."""
    return data[:2] == _MAGIC


def inflate(data: bytes, name: str) -> bytes:
    """Inflate a gzip file of any number of members.

    Raises :class:`EventSourceError` naming the file where it is truncated, damaged or larger than :data:`LIMIT`.
    """
    # NOTE: a file's last four bytes tell its last member's size (RFC 1952, 2.3.1). Room for exactly that much at once
    # halves the time; whether it is the whole file is only certain where nothing looks like a further member.
    size = int.from_bytes(data[-4:], "little")
    if size <= LIMIT and data.count(_MEMBER) == 1:
        try:
            whole: bytes = _decompress(data, size)
        except Exception:
            return _by_members(data, name)
        if len(whole) == size:
            return whole
    return _by_members(data, name)


def _decompress(data: bytes, size: int) -> bytes:
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib.decompress(data, wbits=31, bufsize=max(size, 1))
    return bytes(isal_zlib.decompress(data, 31, max(size, 1)))


def _by_members(data: bytes, name: str) -> bytes:
    parts: list[bytes] = []
    left = LIMIT
    try:
        while data:
            # NOTE: a gzip file may hold several members one after another.
            inflater = zlib.decompressobj(wbits=31)
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
    except zlib.error:
        raise EventSourceError(f"reading {name}: the gzip file is damaged", "download it again") from None
    return b"".join(parts)
