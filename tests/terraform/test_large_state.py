"""A large state is read by its types, and says the same as the plain reader, which describes the rules."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import (
    alias_state,
    check,
    function_state,
    mapping_state,
    permission_state,
    resource,
    shown_text,
    state_text,
    update_configuration,
    with_instances,
)
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import StateError
from tfdrift_gate.terraform import state as state_module
from tfdrift_gate.terraform.large_state import read_large
from tfdrift_gate.terraform.place import place
from tfdrift_gate.terraform.state import LARGE, StateInstance, instances_of, parse_json, read_state

CATALOG = load_catalog()
BEYOND = re.compile(rb"[0-9.][eE][+]?[0-9]{3}|[0-9]{300}")
"""What a number beyond the range of any float looks like."""

WRITERS = pytest.mark.parametrize("write", [state_text, shown_text])


def plainly(text: bytes) -> list[StateInstance]:
    return instances_of(parse_json(text, "the state sample"), "the state sample", CATALOG)


def by_types(text: bytes) -> list[StateInstance]:
    """Read as a large state is: by its types, and plainly where that gives up."""
    found = read_large(text, "the state sample", CATALOG)
    return plainly(text) if found is None else found


def outcome(read: Callable[[bytes], list[StateInstance]], text: bytes) -> Any:
    """Give all that a reader makes of a state, every attribute looked at, or the error that it raises."""
    try:
        return [
            # What an instance depends on matters where its place may come from another's.
            (each.address, each.resource_type, each.provider, dict(each.attributes), each.sensitive)
            for each in read(text)
        ]
    except StateError as error:
        return error.message, error.hint


def entries() -> list[dict[str, Any]]:
    """Build a state with a bit of everything."""
    indexed = [function_state(f"f{key}", label="many", entry={"key": key}) for key in (0, 1)]
    named = [function_state(f"n-{key}", label="named", entry={"key": key}) for key in ("a", 'ü"x')]
    return [
        function_state(entry={"sensitive": ["environment"]}, environment=[{"variables": {"A": "ü", "B": "\u2028"}}]),
        with_instances(*indexed),
        with_instances(*named),
        function_state("deep", entry={"module": 'module.a["x"].module.b[0]'}),
        function_state("read", entry={"mode": "data"}),
        permission_state(entry={"instance": {"dependencies": ["aws_lambda_function.orders"]}}),
        mapping_state(),
        alias_state(),
        resource("aws_iam_role", "role", {"id": "role"}),
    ]


@WRITERS
@pytest.mark.parametrize("indent", [None, 2])
def test_by_its_types_a_state_says_what_it_says_plainly(write: Callable[..., str], indent: int | None) -> None:
    text = json.dumps(json.loads(write(*entries())), indent=indent, ensure_ascii=False).encode()
    found, plain = read_large(text, "the state sample", CATALOG), plainly(text)
    assert [each.address for each in found or ()] == [each.address for each in plain]
    assert outcome(lambda _: found or [], text) == outcome(plainly, text)
    assert place(found or [], CATALOG) == place(plain, CATALOG)


@WRITERS
def test_a_satellites_dependencies_are_read(write: Callable[..., str]) -> None:
    data = json.loads(write(permission_state()))
    if "resources" in data:
        data["resources"][0]["instances"][0]["dependencies"] = ["aws_lambda_function.orders"]
    else:
        data["values"]["root_module"]["resources"][0]["depends_on"] = ["aws_lambda_function.orders"]
    (instance,) = read_large(json.dumps(data).encode(), "the state sample", CATALOG) or []
    assert instance.dependencies == ("aws_lambda_function.orders",)


def state_file(*instances: Any, **outer: Any) -> bytes:
    """Write a state file with one function's block; ``outer`` goes to the file itself."""
    entry = {"mode": "managed", "type": "aws_lambda_function", "name": "f", "provider": "p", "instances": instances}
    return json.dumps({"version": 4, "resources": [entry], **outer}).encode()


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"version": 4}',
        b'{"version": 4.0, "resources": []}',
        b'{"version": 4, "resources": null}',
        b'{"version": 4, "resources": {}}',
        b'{"version": 4, "resources": [null]}',
        b'{"version": 3, "modules": []}',
        b'{"version": 4, "format_version": null, "resources": []}',
        b'{"format_version": "2.0", "values": {}}',
        b'{"format_version": "1.0", "values": null}',
        b'{"format_version": "1.0", "values": {"root_module": {"resources": [null]}}}',
        b'{"version": 4, "encrypted_data": "x", "meta": {}}',
        b'{"encryption": {}}',
        b'{"version": 4, "encryption": {}, "resources": []}',
        b'{"format_version": "1.2", "planned_values": {}}',
        state_file({"attributes": {"id": "f"}})[:-3],
        state_file({"attributes": {"id": "f"}}).replace(b'"f"', b'"\xff"'),
        state_file({"attributes": {"id": "f"}}, outputs={"stepped": "over"}).replace(b"over", b"\xff"),
        state_file({"attributes": {"id": "f"}}).replace(b'"f"', b'"\xed\xa0\x80"'),
        state_file({"attributes": {"id": "f"}}).replace(b'"f"', rb'"\ud800"'),
        b"\xef\xbb\xbf" + state_file({"attributes": {"id": "f"}}),
        state_file({"attributes": {"id": "f"}}).decode().encode("utf-16"),
        state_file({"attributes": {"id": "f"}}, outputs={"n": 1}).replace(b"1", b"NaN"),
        state_file({"attributes": {"id": "f"}}, outputs={"n": 1}).replace(b"1", b"-Infinity"),
        state_file({"attributes": {"id": "f", "timeout": 1}}).replace(b"1", b"1e999"),
        state_file({"attributes": {"id": "f", "timeout": 1}}).replace(b"1", b"1" * 5000),
        state_file({"attributes": {"id": "f", "timeout": 1}}).replace(b"1", b"1" * 40),
        state_file({"attributes": {"id": "f", "timeout": -0.0}}),
        state_file({"attributes": {"id": "f", "id2": 1}}).replace(b"id2", b"id"),
        state_file({"attributes": None, "attributes_flat": {"id": "f"}}),
        state_file({"attributes": {}, "attributes_flat": {"id": "f"}}),
        state_file({"attributes": {}, "attributes_flat": []}),
        state_file({"attributes": {"id": "f"}, "attributes_flat": []}),
        state_file({"attributes": []}),
        state_file({"attributes": False}),
        state_file({}),
        state_file({"attributes": {"id": "f"}, "deposed": "0001"}, {"attributes": {"id": "g"}, "deposed": ""}),
        state_file({"attributes": {"id": "f"}, "index_key": 1.5}),
        state_file({"attributes": {"id": "f"}, "index_key": True}),
        state_file({"attributes": {"id": "f"}, "dependencies": "x"}),
        state_file({"attributes": {"id": "f"}, "sensitive_attributes": {}}),
        state_file({"attributes": {"id": "f"}, "sensitive_attributes": [[7]]}),
        state_file({"attributes": {"id": "f"}, "sensitive_attributes": [[]]}),
        state_file(None),
        state_file(resources=[{"type": ["aws_lambda_function"]}]),
        state_file(resources=[{"type": "aws_iam_role"}]),
        state_file(resources=[{"type": "aws_lambda_function", "name": "f", "instances": []}]),
        state_file(resources=[{"type": "aws_lambda_function", "mode": "ephemeral", "instances": []}]),
        state_file(resources=[{"type": "aws_lambda_function", "mode": "managed", "name": 7, "instances": [{}]}]),
        b'{"version": 4, "resources": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"version": 4, "outputs": ' + b"[" * 100_000 + b"]" * 100_000 + b', "resources": []}',
        state_file({"attributes": {"id": "f", "x": 1}}).replace(b"1", b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_what_is_unusual_or_wrong_is_told_as_the_plain_reader_tells_it(text: bytes) -> None:
    said, plain = outcome(by_types, text), outcome(plainly, text)
    if said != plain:
        # Told when the number is looked at: then the instance is named, too.
        assert BEYOND.search(text)
        assert isinstance(plain, tuple)
        assert said == (plain[0].replace("sample", "sample, aws_lambda_function.f").split(" (")[0], plain[1])


def test_an_error_quotes_nothing_of_a_state() -> None:
    text = state_file({"attributes": {"id": "f", "password": "hunter2", "timeout": 1}}).replace(b" 1}", b" 1e999}")
    (instance,) = read_large(text, "the state sample", CATALOG) or []
    assert instance.attributes["id"] == "f"
    with pytest.raises(StateError) as met:
        instance.attributes["timeout"]
    assert "hunter2" not in met.value.message + met.value.hint + repr(instance)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3))
NAMES = st.sampled_from(["id", "arn", "function_name", "region", "uuid", "last_modified", "statement_id", "x"])
ATTRIBUTES = st.dictionaries(NAMES, VALUES)
STEPS = st.fixed_dictionaries({"type": st.sampled_from(["get_attr", "index"]), "value": VALUES})
INSTANCES = st.fixed_dictionaries(
    {"attributes": ATTRIBUTES | VALUES},
    optional={
        "index_key": SCALARS,
        "deposed": SCALARS,
        "attributes_flat": ATTRIBUTES | VALUES,
        "sensitive_attributes": st.lists(st.lists(STEPS, max_size=2)) | VALUES,
        "dependencies": st.lists(SCALARS) | VALUES,
    },
)
TYPES = st.sampled_from(["aws_lambda_function", "aws_lambda_permission", "aws_lambda_alias", "aws_iam_role"])
MODES = st.sampled_from(["managed", "managed", "data"])
FILED = st.fixed_dictionaries(
    {"mode": MODES | VALUES, "type": TYPES | VALUES, "name": st.text(), "instances": st.lists(INSTANCES, max_size=2)},
    optional={"module": SCALARS, "provider": st.text() | SCALARS},
)
SHOWN = st.fixed_dictionaries(
    {"address": st.text() | SCALARS, "mode": MODES, "type": TYPES, "values": ATTRIBUTES | VALUES},
    optional={
        "deposed_key": SCALARS,
        "provider_name": SCALARS,
        "sensitive_values": VALUES,
        "depends_on": st.lists(SCALARS) | VALUES,
    },
)
MODULES = st.recursive(
    st.fixed_dictionaries({"resources": st.lists(SHOWN, max_size=2)}),
    lambda inner: st.fixed_dictionaries({"resources": st.none(), "child_modules": st.lists(inner, max_size=2)}),
    max_leaves=3,
)
STATES = st.fixed_dictionaries(
    {"version": st.just(4) | SCALARS, "resources": st.lists(FILED, max_size=3) | VALUES}
) | st.fixed_dictionaries(
    {"format_version": st.just("1.0") | SCALARS, "values": st.fixed_dictionaries({"root_module": MODULES})}
)


@given(STATES, st.booleans())
def test_whatever_a_state_holds_both_readers_say_the_same(data: Any, ascii_only: bool) -> None:
    text = json.dumps(data, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert outcome(by_types, text) == outcome(plainly, text)


@given(st.data())
def test_whatever_happened_to_its_bytes_both_readers_say_the_same(data: st.DataObject) -> None:
    whole = (data.draw(st.sampled_from([state_text, shown_text]))(*entries())).encode()
    text = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 3))):
        place_ = data.draw(st.integers(0, len(text) - 1))
        text[place_ : place_ + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    said, plain = outcome(by_types, bytes(text)), outcome(plainly, bytes(text))
    assert said == plain or BEYOND.search(text)


def test_a_large_state_is_judged_like_a_small_one(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [update_configuration({"memorySize": 1024}), update_configuration({"timeout": 30}, name="f1")]
    small = check(tmp_path / "small", records, entries())
    monkeypatch.setattr(state_module, "LARGE", 0)
    large = check(tmp_path / "large", records, entries())
    assert [each.address for each in small.findings] == [
        "aws_lambda_function.many[1]",
        "aws_lambda_function.orders",
    ]
    assert large.findings == small.findings


def test_only_a_large_state_is_read_by_its_types(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(
        "tfdrift_gate.terraform.large_state.read_large", lambda text, *_: asked.append(len(text)) or None
    )
    small = state_text(*entries()).encode()
    large = small + b" " * LARGE
    assert len(read_state(small, "s", CATALOG)) == len(read_state(large, "s", CATALOG))
    assert asked == [len(large)]
