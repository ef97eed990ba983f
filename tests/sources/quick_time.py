"""Time that passes only where a read of Athena or Lake waits, and at once."""

from __future__ import annotations

from typing import Any

import pytest

from tfdrift_gate.sources import lake
from tfdrift_gate.sources.athena import read
from tfdrift_gate.sources.athena.run import Calls


class QuickTime:
    """A clock that a sleep moves on."""

    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def let_time_pass_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let both sources wait without waiting."""

    def calls(*arguments: Any, **options: Any) -> Calls:
        time = QuickTime()
        return Calls(*arguments, clock=time.clock, sleep=time.sleep, **options)

    monkeypatch.setattr(read, "Calls", calls)
    monkeypatch.setattr(lake, "Calls", calls)
