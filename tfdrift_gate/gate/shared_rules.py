"""What root modules that share a rules file say of its waivers: once, and only where none of them has use for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tfdrift_gate.gate.root import Root
from tfdrift_gate.model import Report

MATCHES_NOTHING = "a waiver matches nothing in this window"
"""How the note of a waiver begins that takes nothing off a root module."""


def without_waivers_of_others(reports: Mapping[int, Report], roots: Mapping[int, Root]) -> dict[int, Report]:
    """Leave out of each report that a waiver matches nothing where it does in another root module of the same rules.

    What matches nothing in any of them is said by the first. ``reports`` and ``roots`` are by the same numbers; a
    root module that could not be read has a report alone.
    """
    sharing: dict[tuple[str, ...], list[int]] = {}
    for number, root in roots.items():
        if root.rules and root.rules.waivers:
            sharing.setdefault(tuple(waiver.where for waiver in root.rules.waivers), []).append(number)
    told = dict(reports)
    for numbers in sharing.values():
        everywhere = set.intersection(*(set(reports[number].notes) for number in numbers))
        for number in numbers:
            kept = [
                note
                for note in reports[number].notes
                if not note.startswith(MATCHES_NOTHING) or (note in everywhere and number == numbers[0])
            ]
            told[number] = replace(reports[number], notes=tuple(kept))
    return told
