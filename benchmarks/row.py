"""A line of the table that ``make bench`` prints."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tabulate import tabulate


class Row(NamedTuple):
    """What was measured, all of it ready to be read."""

    work: str
    against: str
    measured: str
    ratio: str
    to_reach: str
    """Empty where nothing was promised."""


HEADERS = ("work", "against", "measured", "ratio", "to reach")


def table(rows: Iterable[Row]) -> str:
    """Write rows for a terminal, and for a Markdown page as it is."""
    return tabulate(rows, headers=HEADERS, tablefmt="github", disable_numparse=True)
