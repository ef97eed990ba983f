"""A waiver added to a rules file: the loader gives one more, and every byte that stood there stays."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.errors import RulesError
from tfdrift_gate.rules.load import builtin_rules
from tfdrift_gate.rules.read import read_rules
from tfdrift_gate.rules.ruleset import RuleSet, Waiver
from tfdrift_gate.rules.waive import add_waiver

ID = "0123456789abcdef"
TODAY = date(2026, 1, 1)
WAIVER = Waiver({"id": ID}, "INC-1", "payments", date(2026, 12, 1))
KNOWN = "id: a, reason: b, owner: c, expires: 2026-12-01"


def added(text: str, waiver: Waiver = WAIVER, about: str = "") -> str:
    return add_waiver(text, waiver, about, "rules.yaml", load_catalog(), TODAY)[0]


def loaded(text: str) -> RuleSet:
    return read_rules(text, "rules.yaml", load_catalog(), builtin_rules())


def bare(entries: Any) -> list[Any]:
    return [replace(entry, where="") for entry in entries]


def is_within(old: str, new: str) -> bool:
    """Tell whether one text is another with something put in at one place."""
    begin = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    return new.endswith(old[begin:]) and len(new) > len(old)


def assert_one_more(old: str, new: str, waiver: Waiver = WAIVER) -> None:
    before, after = loaded(old), loaded(new)
    assert bare(after.waivers) == [*bare(before.waivers), waiver]
    assert bare(after.rules) == bare(before.rules)
    assert bare(after.trusted) == bare(before.trusted)
    assert bool(after.replaced_at) is bool(before.replaced_at)


IN_PLACE = {
    "empty": "",
    "a comment": "# rules\n",
    "a document without content": "---\n# rules\n",
    "ended": "---\ndrift_rules: []\n...\n",
    "no waivers": "# rules\ndrift_rules: []\n\n# the end\n",
    "no line end": "drift_rules: []",
    "a byte order mark": "\ufeffdrift_rules: []\n",
    "an empty key": "waivers: # none yet\ntrusted: []\n",
    "an example in a comment": "waivers:\n  # - address: a\ntrusted: []\n",
    "items": f"waivers:\n  - {{{KNOWN}}} # first\n\n# trusted\ntrusted: []\n",
    "items without an indent": f"waivers:\n- {{{KNOWN}}}\ntrusted: []\n",
    "a comment under an item": f"waivers:\n  - {{{KNOWN}}}\n    # why\n# top\ntrusted: []\n",
    "a dash alone": "waivers:\n  -\n    id: a\n    reason: b\n    owner: c\n    expires: 2026-12-01",
    "quotes and anchors": "waivers:\n  - &w\n    id: 'a'\n    reason: &r \"b\"\n    owner: c\n    expires: 2026-12-01\n"
    "  - id: b\n    expires: 2026-12-01\n    owner: c\n    reason: *r\n",
    "a block of text": "waivers:\n  - id: a\n    owner: c\n    expires: 2026-12-01\n    reason: |\n      b\n\n      c\n"
    "\ntrusted: []\n",
    "indented": f"   waivers:\n         - {{{KNOWN}}}\n   trusted: []\n",
    "on one line": f"waivers: [{{{KNOWN}}}]\n",
    "on several lines": f"waivers: [\n  {{{KNOWN}}}, # first\n]\n",
    "an empty list with a comment": "waivers: [ # none\n]\n",
    "an object": "{drift_rules: []}\n",
    "an empty object": "{}",
    "a tag": f"waivers: !!seq\n  - {{{KNOWN}}}\n",
    "JSON": '{"waivers": [], "trusted": []}\n',
}


@pytest.mark.parametrize("text", IN_PLACE.values(), ids=IN_PLACE)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_byte_stays_and_the_loader_gives_one_more(text: str, newline: str) -> None:
    old = text.replace("\n", newline)
    new = added(old, about="aws_lambda_function.orders: memory_size")
    assert_one_more(old, new)
    assert is_within(old, new)
    assert new.replace("\r\n", "").count("\n") == (0 if newline == "\r\n" and text.count("\n") else new.count("\n"))
    assert not text or new.endswith(("\n", "\r")) is text.endswith(("\n", "\r"))


@pytest.mark.parametrize("value", ["[]", "~", "null", "[ ]"])
def test_a_list_that_says_that_there_are_none_gives_way(value: str) -> None:
    old = f"waivers: {value} # here\ntrusted: []\n"
    new = added(old)
    assert_one_more(old, new)
    assert "# here\n  - id:" in new


def test_the_lines_read_as_a_person_would_write_them() -> None:
    waiver = replace(WAIVER, reason='INC-1: "raised"', attributes=("memory_size", "timeout"))
    old = f"waivers:\n  - {{{KNOWN}}}\n"
    new, line = add_waiver(old, waiver, "aws_lambda_function.orders: memory_size", "f", load_catalog(), TODAY)
    assert line == 3
    assert new.removeprefix(old) == (
        f'  - id: "{ID}" # aws_lambda_function.orders: memory_size\n'
        '    attributes: ["memory_size", "timeout"]\n'
        '    reason: "INC-1: \\"raised\\""\n'
        '    owner: "payments"\n'
        "    expires: 2026-12-01\n"
    )


UNENDED = "waivers:\n  - id: a\n    owner: c\n    expires: 2026-12-01\n    reason: |\n      b"


@pytest.mark.parametrize("text", ["trusted: &a []\nwaivers: *a\n", "null\n", "--- ~\n", UNENDED])
def test_a_layout_without_a_certain_place_is_refused_with_the_lines_to_add(text: str) -> None:
    with pytest.raises(RulesError) as error:
        added(text)
    assert "by hand" in error.value.hint
    assert f'- id: "{ID}"' in error.value.hint


@pytest.mark.parametrize("text", ["waivers: 1\n", "waivers: [{id: a}]\n", "x: 1\n", "a: [\n", "waivers: {}\n"])
def test_an_invalid_file_is_an_error(text: str) -> None:
    with pytest.raises(RulesError, match=r"reading the rules file rules\.yaml"):
        added(text)


def test_an_attribute_that_no_type_has_is_an_error() -> None:
    with pytest.raises(RulesError, match=f"waiving {ID}: attributes: no type .* has an attribute colour"):
        added("", replace(WAIVER, attributes=("colour",)))


@pytest.mark.parametrize(
    ("known", "new", "said"),
    [
        (f"id: {ID}", (), "already, until 2026-12-01"),
        (f'id: "{ID[:4]}*"', (), "already"),
        (f"id: {ID}", ("timeout",), "already"),
        (f"id: {ID}, attributes: [timeout, memory_size]", ("timeout",), "already"),
        (f"id: {ID}, attributes: [timeout]", ("memory_size",), None),
        (f"id: {ID}, attributes: [timeout]", (), None),
        (f"id: {ID}, address: a", (), None),
        ("id: b", (), None),
        (f"id: {ID}, x", (), "until 2025-12-01"),
    ],
)
def test_what_is_waived_already_is_refused_with_its_place(known: str, new: tuple[str, ...], said: str | None) -> None:
    expires = "2025-12-01" if known.endswith(", x") else "2026-12-01"
    text = f"trusted: []\nwaivers:\n  - {{{known.removesuffix(', x')}, reason: b, owner: c, expires: {expires}}}\n"
    if said is None:
        assert len(loaded(added(text, replace(WAIVER, attributes=new))).waivers) == 2
        return
    with pytest.raises(RulesError, match=said) as error:
        added(text, replace(WAIVER, attributes=new))
    assert "rules.yaml:3" in error.value.message


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20).filter(
    str.strip
)
COMMENTS = st.sampled_from(["", "# c", "  # c", "", "   "])
STYLES = st.sampled_from(["plain", "single", "double", "block", "anchor"])


def scalar(text: str, style: str, indent: str, anchor: str) -> str:
    return {
        "plain": text,
        "single": f"'{text}'",
        "double": f'"{text}"',
        "block": f"|\n{indent}  {text}",
        "anchor": f"&{anchor} {text}",
    }[style]


@st.composite
def files(draw: st.DrawFn) -> str:
    """Lay out a rules file in one of very many ways."""

    def comment() -> str:
        return draw(COMMENTS) + "\n"

    def items(kind: str) -> str:
        if draw(st.booleans()) is False:
            return draw(st.sampled_from([": []", ":", ": ~", ":  # none"])) + "\n"
        indent = draw(st.sampled_from(["", " ", "  ", "    "]))
        inner = indent + draw(st.sampled_from(["  ", "    "]))
        found = ":" + draw(st.sampled_from(["", " # c"])) + "\n"
        for number in range(draw(st.integers(1, 3))):
            fields = (
                {"name": f"n{number}", "role_arn": "r"} if kind == "trusted" else {"id": f"i{number}", "reason": "r"}
            )
            if kind == "waivers":
                fields |= {"owner": "o", "expires": "2026-12-01"}
            names = draw(st.permutations(list(fields)))
            if draw(st.integers(0, 3)) == 0:
                found += f"{indent}- {{{', '.join(f'{name}: {fields[name]}' for name in names)}}}{comment()}"
                continue
            for at, name in enumerate(names):
                style = draw(STYLES) if name not in ("expires",) else "plain"
                dash = f"{indent}-{inner[len(indent) + 1 :]}" if at == 0 else inner
                found += f"{dash}{name}: {scalar(fields[name], style, inner, f'{kind}{number}{name}')}"
                found += "\n" if style == "block" else draw(st.sampled_from(["", " # c"])) + "\n"
                found += draw(st.sampled_from(["", "", f"{inner}# c\n", "\n"])) if style != "block" else ""
        return found

    keys = draw(st.permutations(["waivers", "trusted", "replace_defaults"]))[: draw(st.integers(0, 3))]
    text = draw(st.sampled_from(["", "---\n", "# c\n\n", "\ufeff"]))
    for key in keys:
        text += f"{key}: true\n" if key == "replace_defaults" else key + items(key)
        text += draw(st.sampled_from(["", "\n", "# c\n", "\n  # c\n"]))
    text += draw(st.sampled_from(["", "...\n"])) if text.startswith("---") else ""
    # NOTE: the end of the line belongs to a block of text.
    if draw(st.booleans()) and not re.search(r"\|\n.*\n\Z", text):
        text = text.removesuffix("\n")
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@settings(max_examples=200)
@given(files(), TEXTS, TEXTS, st.sampled_from([(), ("memory_size",), ("timeout", "tags")]))
def test_whatever_the_layout_one_more_is_read_and_nothing_else_changes(
    text: str, reason: str, owner: str, attributes: tuple[str, ...]
) -> None:
    waiver = replace(WAIVER, reason=reason, owner=owner, attributes=attributes)
    new = added(text, waiver, "aws_lambda_function.orders: memory_size")
    assert_one_more(text, new, waiver)
    kept = [line for line in text.strip("\ufeff").splitlines() if not line.startswith("waivers:")]
    rest = iter(new.strip("\ufeff").splitlines())
    assert all(line in rest for line in kept)
    assert ("\r\n" in text) == ("\r\n" in new) or "\n" not in text
