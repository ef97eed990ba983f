"""Seeded sequences of calls by hand over one cell: changes, repeats, undoing, mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random

from tests.oracle.call import Call
from tests.oracle.menu import MOVES, Move, Taste
from tests.oracle.world import PEOPLE

_REPEATED = 0.12
_PUT_BACK = 0.3
_HURRIED = 0.3


def sequences(seed: int, moves: Iterable[tuple[Move, int]] = MOVES) -> Iterator[tuple[Call, ...]]:
    """Yield sequences for ever, always the same ones for a seed; each has at least one call."""
    weighed = tuple(moves)
    for number in range(2**31):
        # A generator of its own for each, so that a sequence does not depend on how long those before it were.
        random = Random(f"{seed}/{number}")
        yield sequence(random, weighed)


def sequence(random: Random, moves: tuple[tuple[Move, int], ...]) -> tuple[Call, ...]:
    """Make one sequence: some moves, most of them of few kinds, so that calls meet each other's work."""
    kinds = random.choices([move for move, _ in moves], [weight for _, weight in moves], k=random.choice((1, 2, 2, 3)))
    made = [random.choice(kinds) for _ in range(random.choice((1, 2, 3, 3, 4, 5, 6)))]
    calls: list[Call] = []
    for move in made:
        calls += move(Taste(random))
        if random.random() < _REPEATED:
            calls.append(calls[-1])
    if random.random() < _PUT_BACK:
        calls += random.choice(made)(Taste(random, original=True))
    return tuple(_lived(call, random) for call in calls)


def _lived(call: Call, random: Random) -> Call:
    """Give a call its caller, and its haste."""
    return replace(call, who=random.choice(PEOPLE), hurried=call.hurried or random.random() < _HURRIED)
