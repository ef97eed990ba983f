"""A root module is judged by its share of the changes, and that judgement is the one that all changes would give."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests import attached, builders
from tests.lives import LIVES
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.drift.judge import judge
from tfdrift_gate.gate.learn import learn
from tfdrift_gate.gate.shares import Shares
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import RawRecord, ResourceInstance, TimeWindow
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import read_state

CATALOG = load_catalog()
DAY = TimeWindow(parse_instant(f"{builders.DAY}T00:00:00Z"), parse_instant(f"{builders.DAY}T23:00:00Z"))
CALLS = [
    call
    for life in LIVES.values()
    for call in (life.deletes, life.changes, life.repeats, life.creates)
    if call is not None
]
MORE = [
    builders.delete_function,
    builders.create_function,
    builders.add_permission,
    builders.remove_permission,
    builders.delete_alias,
    attached.put_policy,
    attached.delete_policy,
]
"""What takes other things along, or is one thing seen in two ways."""


def believed(entries: list[dict[str, Any]]) -> tuple[ResourceInstance, ...]:
    text = builders.state_text(*entries).encode()
    return place(read_state(text, "state", CATALOG), CATALOG).instances


WORLDS = {name: life.world for name, life in LIVES.items()}


def made(call: Any, at: str) -> dict[str, Any] | None:
    try:
        return call(at=at)  # type: ignore[no-any-return]
    except TypeError:
        return None


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(WORLDS)),
    st.lists(st.tuples(st.sampled_from([*CALLS, *MORE]), st.integers(0, 59)), min_size=1, max_size=8),
    st.sampled_from(["attached", "none"]),
    st.booleans(),
)
def test_the_share_of_a_root_module_is_judged_like_all_changes(
    world: str, calls: list[tuple[Any, int]], unmanaged: str, half: bool
) -> None:
    records = [record for call, minute in calls if (record := made(call, f"10:{minute:02}:00")) is not None]
    # Some of what state manages, as if the rest were another root module's.
    instances = believed(WORLDS[world][:1] if half else WORLDS[world])
    raws = [RawRecord(str(number), json.loads(json.dumps(body))) for number, body in enumerate(records)]
    changes = learn(raws, DAY, CATALOG).changes
    share = Shares(changes).of(instances, DAY)
    assert judge(share, instances, CATALOG, unmanaged) == judge(changes, instances, CATALOG, unmanaged)
