"""Text out of CloudTrail is anybody's to choose: in no output does it become more than text.

One report has it in every place (:func:`tests.outputs.scenarios.hostile`); each format says here what must not
happen. The way from a record to a report is ``tests/test_hostile_text.py``'s.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.outputs.gfm_renderer import page_of, references
from tests.outputs.scenarios import CHECKOUT, HOSTILE, hostile, hostile_and_incomplete
from tests.test_hostile_text import is_harmless
from tfdrift_gate.model import Report
from tfdrift_gate.outputs import FORMATS, external
from tfdrift_gate.outputs.json import document

FRAGMENTS = (
    *HOSTILE.split(" "),
    *("`", "``", "```", "~~~", "|", "\\|", "\\\\|", "\\", "\n", "\r\n", "\u2028", "\u2029", "\x85", " ", "  ", "\t"),
    *("<b>", "</b>", "</code>", "</details>", "</summary>", "<script>", "<!--", "-->", "<![CDATA[", "]]>", "<?x?>"),
    *("@everyone", "@org/team", "#1", "GH-1", "INC-1234", "deadbeef", "defaced", "octo/repo#1", "octo@0123456"),
    *(
        "https://evil.example/",
        "www.evil.example",
        "www. x",
        "www.",
        "mailto:a@b.example",
        "a@b.example",
        "javascript:alert(1)",
    ),
    *("[x](https://evil.example)", "![x](y)", "[x]: https://evil.example", "[^1]", "[^1]: x", "[!NOTE]", ":tada:"),
    *("#", "# x", "- x", "- [ ] x", "1. x", "1.", "1)", "> x", "---", "===", "***", "* x", "+ x", "    x", "$x$", "$$"),
    *(
        "%0A",
        "%0D%0A::error::x",
        "::error::x",
        "::add-mask::x",
        "::stop-commands::x",
        "##[error]x",
        "##[",
        "###[group]",
        "##vso[task.setvariable variable=x]y",
        "##VSO[x]",
        "##teamcity[message text='x']",
    ),
    *("%25", "%", ":", ",", "::", "::warning file=a,line=1::x", "&amp;", "&#64;everyone", "&lt;b&gt;", "\\u0040"),
    *(
        '"',
        "'",
        "${x}",
        "%{x}",
        "$(x)",
        "; rm -rf ~",
        "\x1b[31m",
        "\x1b]8;;x\x07",
        "\u202e",
        "\u200b",
        "\x00",
        "\ud800",
    ),
    *("word", "two words", "512", "Ärger", "日本", "🎉", "’", "…", "→", "=", "-->", "x" * 300, "nobody", "a" * 40),
)
TEXTS = st.one_of(
    st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).flatmap(
        lambda parts: st.sampled_from(("", " ")).map(lambda between: between.join(parts))
    ),
    st.text(min_size=1, max_size=60),
)
REPORTS = {"drift": hostile, "incomplete": hostile_and_incomplete}
HARMLESS = {name: make("harmless") for name, make in REPORTS.items()}

RUNNERS_COMMANDS = frozenset(
    {
        *("add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice", "warning"),
        *("internal-set-repo-path", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands"),
    }
)


def commands(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Read workflow commands, in both forms, as GitHub's runner does (actions/runner, ActionCommand.cs)."""
    for line in re.split(r"\r\n|\r|\n", text):
        name, properties, data = "", "", ""
        trimmed = line.lstrip()
        if trimmed.startswith("::") and "::" in trimmed[2:]:
            head, data = trimmed[2:].split("::", 1)
            name, _, properties = head.partition(" ")
        elif "##[" in line and "]" in line.split("##[", 1)[1]:
            head, data = line.split("##[", 1)[1].split("]", 1)
            name, _, properties = head.partition(" ")
        if name.lower() in RUNNERS_COMMANDS:
            pairs = dict(pair.split("=", 1) for pair in properties.split(",") if "=" in pair)
            yield name, {key: unescaped(value) for key, value in pairs.items()}, unescaped(data)


def unescaped(value: str) -> str:
    for written, meant in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        value = value.replace(written, meant)
    return value


def leaves(value: Any) -> Iterator[str]:
    """Every text of a JSON document, names included."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def is_text_for_a_terminal(written: str, text: str, report: Report, harmless: str) -> None:
    assert is_harmless(written)
    assert written.splitlines()[0].count(" ")


def is_a_page_of_the_same_shape(written: str, text: str, report: Report, harmless: str) -> None:
    page, other = page_of(written), page_of(harmless)
    assert not page.unbalanced
    assert page.tables == other.tables
    assert set(page.elements) <= set(other.elements) | {"ul", "li"}
    same = ("details", "summary", "h3", "h4", "blockquote", "table", "tr", "td", "b")
    assert [page.elements[name] for name in same] == [other.elements[name] for name in same]
    assert page.nested_lists == 0
    assert page.attributes <= other.attributes
    assert all(link.startswith(f"{CHECKOUT.pages}/") for link in page.links)
    assert not references(page)
    assert len(written) <= 65_000


def has_only_its_own_commands(written: str, text: str, report: Report, harmless: str) -> None:
    lines = written.removesuffix("\n").split("\n")
    assert len(lines) == len(harmless.splitlines())
    assert len(written.splitlines()) == len(lines)
    found = list(commands(written))
    assert len(found) == sum(line.startswith("::") for line in lines)
    assert [name for name, _, _ in found] == [name for name, _, _ in commands(harmless)]
    for _, properties, data in found:
        assert set(properties) <= {"file", "line", "endLine", "title"}
        assert data
        assert is_harmless(f"{properties['title']}\n{data}\n")


def is_the_same_document(written: str, text: str, report: Report, harmless: str) -> None:
    assert written.isascii()
    assert json.loads(written) == document(report)
    assert text in set(leaves(json.loads(written)))


def is_only_words_and_code(words: str) -> None:
    page = page_of(words)
    assert set(page.elements) <= {"p", "code"}
    assert not page.links
    assert not page.unbalanced
    assert not references(page)
    assert is_harmless(words)


def said(value: Any) -> Iterator[str]:
    """Every text of a SARIF log that a viewer shows as words."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name in ("text", "justification"):
                yield inner
            elif name != "properties":
                yield from said(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from said(inner)


def says_only_words(written: str, text: str, report: Report, harmless: str) -> None:
    assert written.isascii()
    log, other = json.loads(written), json.loads(harmless)
    found = list(said(log["runs"][0]["results"] + log["runs"][0]["invocations"]))
    assert len(found) == len(list(said(other["runs"][0]["results"] + other["runs"][0]["invocations"])))
    for words in found:
        is_only_words_and_code(words)
        assert "](" not in words
    assert text in set(leaves(log))


def describes_in_words(written: str, text: str, report: Report, harmless: str) -> None:
    assert written.isascii()
    entries = json.loads(written)
    assert [entry["severity"] for entry in entries] == [entry["severity"] for entry in json.loads(harmless)]
    for entry in entries:
        is_only_words_and_code(entry["description"])
        assert re.fullmatch(r"[a-z0-9.-]+", entry["check_name"])


def is_xml_of_the_same_shape(written: str, text: str, report: Report, harmless: str) -> None:
    root, other = ElementTree.fromstring(written), ElementTree.fromstring(harmless)  # noqa: S314 - our own output
    assert [each.tag for each in root.iter()] == [each.tag for each in other.iter()]
    assert is_harmless(written)


MUST_HOLD: Mapping[str, Callable[[str, str, Report, str], None]] = {
    "table": is_text_for_a_terminal,
    "markdown": is_a_page_of_the_same_shape,
    "github": has_only_its_own_commands,
    "json": is_the_same_document,
    "sarif": says_only_words,
    "gitlab": describes_in_words,
    "junit": is_xml_of_the_same_shape,
}


def test_every_output_says_what_must_not_happen_in_it() -> None:
    assert set(FORMATS) <= set(MUST_HOLD)


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS)
def test_hostile_text_stays_text(name: str, kind: str, text: str) -> None:
    report = REPORTS[kind](text)
    MUST_HOLD[name](FORMATS[name].render(report), text, report, _harmless(name, kind))


@cache
def _harmless(name: str, kind: str) -> str:
    return FORMATS[name].render(HARMLESS[kind])


@pytest.mark.parametrize("kind", REPORTS)
@pytest.mark.parametrize("name", FORMATS)
def test_each_known_trick_alone_stays_text(name: str, kind: str) -> None:
    harmless = _harmless(name, kind)
    for text in (HOSTILE, *FRAGMENTS):
        report = REPORTS[kind](text)
        MUST_HOLD[name](FORMATS[name].render(report), text, report, harmless)


@pytest.mark.parametrize("kind", REPORTS)
def test_no_output_in_the_log_of_a_step_holds_a_command_that_is_not_its_own(kind: str) -> None:
    for text in (HOSTILE, *FRAGMENTS):
        report = REPORTS[kind](text)
        for name in set(FORMATS) - {"github"}:
            assert not list(commands(FORMATS[name].render(report))), (name, text)
        assert not list(commands(external.message(report))), text


@pytest.mark.parametrize("text", ["##vso[task.setvariable variable=x]y", "x##VSO[x]", "##teamcity[message text='x']"])
def test_no_output_holds_a_command_of_another_ci_system(text: str) -> None:
    for make in REPORTS.values():
        written = [external.message(make(text)), *(form.render(make(text)) for form in FORMATS.values())]
        assert not [found for each in written if (found := re.search(r"##[A-Za-z]+\[", each))]


@settings(deadline=None, max_examples=60)
@given(text=TEXTS)
def test_the_message_of_a_plan_stays_text(text: str) -> None:
    written = external.message(hostile(text))
    assert is_harmless(written)
    assert not list(commands(written))
