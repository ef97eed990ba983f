"""A line of the table that ``make bench`` prints."""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, all of it ready to be read."""

    work: str
    against: str
    measured: str
    ratio: str
    to_reach: str
    """Empty where nothing was promised."""


HEADERS = ("work", "against", "measured", "ratio", "to reach")
