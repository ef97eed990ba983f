"""What can be done to a cell by hand: moves, functions from a :class:`Taste` to calls, and how often each is made."""

from __future__ import annotations

from tests.oracle.menu.attached import alias, provision, reach, retry
from tests.oracle.menu.functions import configure, deploy, elsewhere, publish, remake, reserve
from tests.oracle.menu.mappings import remap
from tests.oracle.menu.policies import layer, permit, replace_policy
from tests.oracle.menu.settings import manage_runtime, recurse, sign, tag
from tests.oracle.menu.taste import Move, Taste

MOVES: tuple[tuple[Move, int], ...] = (
    (configure, 8),
    (deploy, 4),
    (publish, 2),
    (reserve, 3),
    (tag, 3),
    (permit, 5),
    (replace_policy, 1),
    (remap, 6),
    (alias, 4),
    (reach, 3),
    (retry, 4),
    (provision, 2),
    (sign, 3),
    (layer, 3),
    (manage_runtime, 2),
    (recurse, 1),
    (remake, 3),
    (elsewhere, 1),
)
"""Each move and how often it is made, beside the others."""

__all__ = ["MOVES", "Move", "Taste"]
