"""Event history of the local AWS without waiting: its clock is moved on where the gate would sleep."""

from __future__ import annotations

from collections.abc import Hashable
from functools import partial

import pytest

from tests.local_aws import LocalAws
from tfdrift_gate.sources import lookup
from tfdrift_gate.sources.lookup import accounts as accounts_module
from tfdrift_gate.sources.lookup import region as region_module
from tfdrift_gate.sources.lookup.pace import Pace

_read = accounts_module.read


def hurry(monkeypatch: pytest.MonkeyPatch, aws: LocalAws) -> None:
    """Let time pass as the gate's own pace wants it; deadlines are by the same clock.

    Paces last as long as the test: a local AWS that starts over knows nothing of what it was asked before.
    """

    def clock() -> float:
        return aws.now().timestamp()

    paces: dict[tuple[Hashable, str], Pace] = {}

    def pace_of(account: Hashable, region: str) -> Pace:
        return paces.setdefault((account, region), Pace(clock, aws.advance))

    monkeypatch.setattr(region_module, "pace_of", pace_of)
    monkeypatch.setattr(lookup, "read", partial(_read, clock=clock))
