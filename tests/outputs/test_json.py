"""JSON is written as the standard library writes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdrift_gate.outputs.json import indented

KEYS = st.text() | st.integers() | st.booleans() | st.none()
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4) | st.tuples(inner, inner),
    max_leaves=25,
)


def by_the_library(value: Any) -> str:
    return json.dumps(value, indent=2, allow_nan=False)


def written(write: Callable[[Any], str], value: Any) -> str | type[Exception]:
    try:
        return write(value)
    except (ValueError, TypeError, RecursionError) as error:
        return type(error)


@settings(derandomize=True, deadline=None, database=None, max_examples=200)
@given(VALUES)
def test_any_value_is_written_as_the_library_writes_it(value: Any) -> None:
    assert written(indented, value) == written(by_the_library, value)


@pytest.mark.parametrize("value", [{"a": object()}, [{1, 2}], {"a": {"b": [float("nan")]}}, {(1, 2): []}])
def test_what_is_no_json_is_refused_as_the_library_refuses_it(value: Any) -> None:
    assert isinstance(written(indented, value), type)
    assert written(indented, value) is written(by_the_library, value)


@pytest.mark.parametrize("depth", [200, 400, 5000])
def test_depth_ends_where_the_library_ends(depth: int) -> None:
    deep: Any = "x"
    for _ in range(depth):
        deep = [{"a": deep}, []]
    assert written(indented, deep) == written(by_the_library, deep)
