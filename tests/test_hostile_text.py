"""Text out of CloudTrail is anybody's to choose: no output lets it move a cursor, reorder letters or begin a line."""

from __future__ import annotations

import copy
import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.builders import ACCOUNT, REGION, check, function_arn, outputs
from tests.samples import added_permission, record, update
from tfdrift_gate.outputs.text import printable

HOSTILE = "x\x1b[2J\x1b]8;;http://evil\x07\u202e\u2028\r\nCRITICAL forged\n HIGH      forged \x9b31m\x00\ud800"


def created(**answer: Any) -> dict[str, Any]:
    """Build the creation of a function that nobody manages."""
    return record("CreateFunction20150331", {"functionName": "fresh", "description": "new"}, answer)


CALLS = {
    "update": update(),
    "permission": added_permission(),
    "creation": created(functionName="fresh", functionArn=function_arn("fresh"), description="new"),
    # Without an ARN the record itself says where the function lives.
    "creation without ARN": created(functionName="fresh", description="new"),
}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk to every text of a record."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, str):
        yield path


def with_text(body: dict[str, Any], path: tuple[Any, ...], change: str) -> dict[str, Any]:
    """Copy a record with hostile text in one place, behind what stands there or instead of a part of it."""
    copied = copy.deepcopy(body)
    inner: Any = copied
    for step in path[:-1]:
        inner = inner[step]
    text = inner[path[-1]]
    inner[path[-1]] = text + HOSTILE if change == "behind" else text.replace(change, HOSTILE)
    return copied


EVERYWHERE = [
    (name, path, change)
    for name, body in CALLS.items()
    for path in places(body)
    for change in ("behind", REGION, ACCOUNT)
]


def is_harmless(text: str) -> bool:
    """Tell whether a terminal shows the text as it stands, and no line is what the record's author wrote."""
    forged = [line for line in text.splitlines() if line.strip().startswith(("CRITICAL forged", "HIGH      forged"))]
    plain = [
        character
        for character in text
        if character == "\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    ]
    return not forged and len(plain) == len(text)


@pytest.mark.parametrize(("call", "path", "change"), EVERYWHERE)
def test_hostile_text_anywhere_in_a_record_is_written_out(
    tmp_path: Path, call: str, path: tuple[Any, ...], change: str
) -> None:
    written = outputs(check(tmp_path, [with_text(CALLS[call], path, change)], unmanaged="all"))
    assert written["json"].isascii()
    assert written["external"].isascii()
    assert is_harmless(written["table"])
    assert is_harmless(json.loads(written["external"])["message"])


@pytest.mark.parametrize("call", CALLS)
def test_the_same_records_without_hostile_text_are_findings(tmp_path: Path, call: str) -> None:
    assert check(tmp_path, [CALLS[call]], unmanaged="all").findings


def test_what_is_written_out_stands_on_one_line() -> None:
    assert is_harmless(printable(HOSTILE))
    assert "\n" not in printable(HOSTILE)
