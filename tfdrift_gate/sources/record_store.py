"""Records held as text until they are looked at: a tenth of what they take decoded."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, overload

import msgspec

from tfdrift_gate.model import RawRecord


class RecordStore(Sequence[RawRecord]):
    """Records in the order in which they were put in; each is decoded anew whenever it is asked for."""

    def __init__(self) -> None:
        self._held: list[RawRecord | tuple[str, int, bytes]] = []

    def add(self, record: RawRecord) -> None:
        """Hold a decoded record."""
        self._held.append(record)

    def add_text(self, name: str, number: int, text: bytes) -> None:
        """Hold the JSON text of the record with this number in the file ``name``."""
        self._held.append((name, number, text))

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[RawRecord]:
        return map(_decoded, self._held)

    @overload
    def __getitem__(self, index: int) -> RawRecord: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[RawRecord]: ...
    def __getitem__(self, index: int | slice) -> RawRecord | Sequence[RawRecord]:
        found = self._held[index]
        return [_decoded(held) for held in found] if isinstance(found, list) else _decoded(found)


def _decoded(held: RawRecord | tuple[str, int, bytes]) -> RawRecord:
    if isinstance(held, RawRecord):
        return held
    name, number, text = held
    return RawRecord(position(name, number), _body(text))


def _body(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    try:
        # It takes what msgspec does not: half of a surrogate pair, a number beyond any range.
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def position(name: str, number: int) -> str:
    """Say where a record stood."""
    return f"{name}: record {number}"
