"""However records are delivered, a reader gets the same ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.oracle.delivery import SHAPES, deliver
from tfdrift_gate.aws import Credentials
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources import Question, files

RECORDS = [{"eventID": str(number), "eventName": "x", "eventTime": "2026-03-01T12:00:00Z"} for number in range(90)]


def read(locator: str) -> list[str]:
    span = TimeWindow(parse_instant("2026-03-01T00:00:00Z"), parse_instant("2026-03-02T00:00:00Z"))
    asked = Question(locator, span, frozenset(), (), frozenset(), Credentials())
    (reading,) = files.read(asked)
    assert reading.error is None
    return [json.dumps(raw.body) for raw in reading.records]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_every_container_holds_the_same_records(shape: Callable[[Any, Path], str], tmp_path: Path) -> None:
    assert sorted(read(shape(RECORDS, tmp_path))) == sorted(map(json.dumps, RECORDS))


def test_records_come_out_of_order_and_some_of_them_twice(tmp_path: Path) -> None:
    found = read(deliver(RECORDS, tmp_path / "records", Random(1)))
    assert set(found) == set(map(json.dumps, RECORDS))
    assert len(found) > len(RECORDS)
    assert found != sorted(found)
