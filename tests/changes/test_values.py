"""Values that are read at once are what the longer way would give."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from tfdrift_gate.changes.values import number
from tfdrift_gate.instant import parse_instant


@pytest.mark.parametrize("value", [0, 1, -1, 2**53 - 1, 2**53, 2**53 + 1, -(2**53) - 1, 10**20, 2**63 + 1])
def test_an_int_is_read_as_the_float_of_its_value(value: int) -> None:
    assert number(value) == int(float(value)) == number(str(value))


@pytest.mark.parametrize(
    ("text", "fraction"),
    [
        ("2026-01-01T10:00:00Z", 0),
        ("2026-01-01T10:00:00+0000", 0),
        ("2026-01-01T10:00:00.123+0000", 123),
        ("2026-01-01T10:00:00.123Z", 123),
        ("2026-01-01T10:00:00.123+00:00", 123),
        ("2026-01-01T12:00:00.123+0200", 123),
        (" 2026-01-01 10:00:00.123 ", 123),
    ],
)
def test_an_instant_is_the_same_in_every_form(text: str, fraction: int) -> None:
    moment = parse_instant(text)
    assert moment == datetime(2026, 1, 1, 10, tzinfo=timezone.utc) + timedelta(milliseconds=fraction)
    assert moment.tzinfo is timezone.utc


@pytest.mark.parametrize(
    "text", ["2026-13-01T10:00:00Z", "2026-01-01T25:00:00.000+0000", "2026-01-01T10:00:00.000+0000Z"]
)
def test_what_is_no_instant_is_none_in_its_usual_form_either(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_instant(text)
