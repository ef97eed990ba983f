"""What every output makes of every situation, word for word: ``pytest --update-golden`` writes it anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.outputs.scenarios import SCENARIOS as ONE_ROOT
from tests.outputs.several import SEVERAL
from tfdrift_gate.model import Report, RootsReport
from tfdrift_gate.outputs import FORMATS

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS: Mapping[str, Callable[[], Report | RootsReport]] = {**ONE_ROOT, **SEVERAL}
EXTENSIONS = {"json": "json", "markdown": "md", "sarif": "sarif", "gitlab": "json", "junit": "xml"}
"""By format; ``txt`` where none is named."""


def file_of(name: str, scenario: str) -> Path:
    return GOLDEN / name / f"{scenario}.{EXTENSIONS.get(name, 'txt')}"


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", FORMATS)
def test_an_output_is_word_for_word_what_was_agreed_on(
    name: str, scenario: str, request: pytest.FixtureRequest
) -> None:
    written = FORMATS[name].render(SCENARIOS[scenario]())
    file = file_of(name, scenario)
    if request.config.getoption("--update-golden"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written, encoding="utf-8", newline="\n")
    assert file.is_file(), "no golden file: run pytest --update-golden, and read what it wrote"
    assert written == file.read_text(encoding="utf-8")


def test_no_golden_file_is_left_of_a_format_or_situation_that_is_gone() -> None:
    expected = {file_of(name, scenario) for name in FORMATS for scenario in SCENARIOS}
    assert {file for file in GOLDEN.rglob("*") if file.is_file()} <= expected


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", FORMATS)
def test_the_same_report_gives_the_same_bytes(name: str, scenario: str) -> None:
    first, second = (FORMATS[name].render(SCENARIOS[scenario]()).encode() for _ in range(2))
    assert first == second


@pytest.mark.parametrize("name", FORMATS)
def test_an_output_is_text_that_ends_its_last_line(name: str) -> None:
    for scenario, make in SCENARIOS.items():
        written = FORMATS[name].render(make())
        assert written.endswith("\n"), scenario
        assert "\r" not in written, scenario
        assert written.encode()


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in ("json", "sarif", "junit", "gitlab")])
@pytest.mark.parametrize("scenario", ["incomplete", "no_permission", "hostile_and_incomplete"])
def test_people_never_read_clean_where_no_verdict_was_reached(name: str, scenario: str) -> None:
    written = FORMATS[name].render(SCENARIOS[scenario]())
    assert "clean" not in written.lower()
    assert "no verdict was reached" in written.lower().splitlines()[0]


@pytest.mark.parametrize("name", FORMATS)
def test_a_withheld_or_sensitive_value_is_shown_nowhere(name: str) -> None:
    written = FORMATS[name].render(SCENARIOS["secret"]())
    assert "environment" in written
    assert "environment = " not in written
    assert "kms_key_arn =" not in written
