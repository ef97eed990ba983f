"""Everything moto holds, as bytes that can be put back any number of times."""

from __future__ import annotations

import io
import pickle
import threading
from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BackendDict

_LOCKS: dict[type, Callable[[], Any]] = {
    type(threading.Lock()): threading.Lock,
    type(threading.RLock()): threading.RLock,
}


class _Pickler(pickle.Pickler):
    """Writes what moto holds; a lock is written as a new one, a key of cryptography's by reference."""

    def __init__(self, file: io.BytesIO, kept: list[Any]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._kept = kept

    def reducer_override(self, value: Any) -> Any:
        new = _LOCKS.get(type(value))
        return (new, ()) if new else NotImplemented

    def persistent_id(self, value: Any) -> int | None:
        # Private keys can't be pickled, and never change.
        if not type(value).__module__.startswith("cryptography.hazmat.bindings"):
            return None
        self._kept.append(value)
        return len(self._kept) - 1


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, kept: list[Any]) -> None:
        super().__init__(file)
        self._kept = kept

    def persistent_load(self, number: int) -> Any:
        return self._kept[number]


class Written:
    """Python objects written down: what is read back shares nothing with them, nor one reading with the next."""

    def __init__(self, value: Any) -> None:
        self._kept: list[Any] = []
        file = io.BytesIO()
        _Pickler(file, self._kept).dump(value)
        self._bytes = file.getvalue()

    def read(self) -> Any:
        """Return the objects anew."""
        return _Unpickler(io.BytesIO(self._bytes), self._kept).load()

    def __len__(self) -> int:
        return len(self._bytes)


def moto_services() -> list[Any]:
    """Return the services of moto's that hold something: where :func:`moto_state` comes from and goes back to."""
    return list(BackendDict._instances)


def moto_state(services: list[Any]) -> list[dict[str, Any]]:
    """Return what each service holds, by account and region; objects of moto's own, not copies."""
    return [{account: dict(regions.items()) for account, regions in service.items()} for service in services]


def set_moto_state(services: list[Any], state: list[dict[str, Any]]) -> None:
    """Make these services hold ``state``, and all others nothing."""
    for service in moto_services():
        service.clear()
    for service, accounts in zip(services, state, strict=True):
        for account, regions in accounts.items():
            service[account].update(regions)
