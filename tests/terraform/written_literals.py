"""Literals as HCL writes them: chosen ones, and any value in one of the ways there are."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

from hypothesis import strategies as st

LITERALS: list[tuple[str, Any]] = [
    ("512", 512),
    ("-1", -1),
    ("-12", -12),
    ("- 1", -1),
    ("1.5", 1.5),
    ("2.0", 2),
    ("1e3", 1000),
    ("-2.5E-1", -0.25),
    ("true", True),
    ("false", False),
    ("null", None),
    ("(512)", 512),
    ("((\n  512 # enough\n))", 512),
    ('"python3.13"', "python3.13"),
    ('""', ""),
    (r'"a\n\r\t\"\\"', 'a\n\r\t"\\'),
    (r'"\u00e9 \U0001F600 e\u0301"', "é 😀 é"),
    ('"$${aws:username} %%{if} 100% $5 $$ %"', "${aws:username} %{if} 100% $5 $$ %"),
    ('"# no comment // nor this /* nor that */"', "# no comment // nor this /* nor that */"),
    ("[]", []),
    ('["a", "b"]', ["a", "b"]),
    ('[\n  "a", # first\n  // second\n  "b",\n]', ["a", "b"]),
    ("[1, [true, null], {}]", [1, [True, None], {}]),
    ("{}", {}),
    ('{ team = "payments", "cost center" : 7 }', {"team": "payments", "cost center": 7}),
    ('{\n  a = 1\n\n  /* and */\n  b = { c = ["d"] }\n}', {"a": 1, "b": {"c": ["d"]}}),
    ('<<EOT\n  a\n\nb $${c} \\n "d"\nEOT\n', '  a\n\nb ${c} \\n "d"\n'),
    ("<<-EOT\n    a\n\n      b\n   \t\n    c\n  EOT\n", "a\n\n  b\n   \t\nc\n"),
    ("<<E\nE\n", ""),
    ("[<<A\nx\nA\n, 1]", ["x\n", 1]),
    ('jsonencode({ b = "<&>", a = [1, null] })', r'{"a":[1,null],"b":"\u003c\u0026\u003e"}'),
]
"""Expressions and their values."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12) | st.text(
    'ab ${}%\\"\n\t#/', max_size=12
)
NAMES = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True).filter(lambda name: name not in ("for", "null"))
NUMBERS = st.integers(-(10**20), 10**20) | st.floats(-1e6, 1e6, allow_nan=False).map(lambda number: round(number, 3))
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | TEXTS, inner, max_size=3),
    max_leaves=6,
)


def written(value: Any, draw: st.DataObject) -> str:
    """Write a value in HCL, in one of the ways there are."""

    def gap() -> str:
        return draw.draw(st.sampled_from(["", " ", "\n", " # it\n", "/* it\n */"]))

    if isinstance(value, bool) or value is None:
        text = json.dumps(value)
    elif isinstance(value, (int, float)):
        text = f"{value:f}" if isinstance(value, float) else str(value)
    elif isinstance(value, str):
        text = quoted(value, draw)
    elif isinstance(value, list):
        entries = f",{gap()}".join(written(entry, draw) for entry in value)
        text = f"[{gap()}{entries}{gap()}]"
    else:
        members = [
            f"{quoted(name, draw, heredoc=False)} {draw.draw(st.sampled_from('=:'))} {written(entry, draw)}"
            for name, entry in value.items()
        ]
        separator = draw.draw(st.sampled_from([", ", "\n", ",\n", " # it\n"]))
        text = f"{{{gap()}{separator.join(members)}{gap()}}}"
    return f"({gap()}{text}{gap()})" if draw.draw(st.integers(0, 9)) == 0 else text


def quoted(value: str, draw: st.DataObject, heredoc: bool = True) -> str:
    escaped = value.replace("${", "$${").replace("%{", "%%{")
    as_heredoc = value.endswith("\n") and not set(value) & set("\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    if heredoc and as_heredoc and "$$" not in value and "%%" not in value and draw.draw(st.booleans()):
        return f"<<EOT\n{escaped}EOT\n"
    for letter, code in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        escaped = escaped.replace(letter, code)
    every = draw.draw(st.booleans())
    return '"' + "".join(f"\\u{ord(c):04x}" if every and 127 < ord(c) < 65536 else c for c in escaped) + '"'


def normal(value: Any) -> Any:
    """Give a value as Terraform keeps it: its texts in form C."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(entry) for entry in value]
    if isinstance(value, dict):
        return {normal(name): normal(entry) for name, entry in value.items()}
    return value


def unambiguous(value: Any) -> bool:
    """Leave out what only HCL's own scanner could tell, and keys that are one once normalised."""
    if isinstance(value, str):
        return not any(mark in value for mark in ("$${", "%%{", "$$$", "%%%"))
    if isinstance(value, list):
        return all(map(unambiguous, value))
    if isinstance(value, dict):
        return len(normal(value)) == len(value) and all(map(unambiguous, [*value, *value.values()]))
    return True
