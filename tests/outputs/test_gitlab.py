"""GitLab's Code Quality report: what its schema and its widget need of every entry."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.outputs import scenarios
from tests.outputs.scenarios import HOSTILE, SCENARIOS, change, drift, event, finding, hostile, many, report
from tests.test_hostile_text import is_harmless
from tfdrift_gate.model import Checkout, Report, Severity, SourceRange
from tfdrift_gate.outputs import gitlab

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def entries_of(report: Report) -> list[dict[str, Any]]:
    entries = json.loads(gitlab.render(report))
    assert isinstance(entries, list)
    return entries


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_entry_has_what_gitlab_needs(scenario: str) -> None:
    entries = entries_of(SCENARIOS[scenario]())
    for entry in entries:
        assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert entry["severity"] in SEVERITIES
        assert entry["description"]
        assert entry["location"]["lines"]["begin"] >= 1
        path = entry["location"]["path"]
        assert path
        assert not path.startswith(("./", "/", "../"))
    prints = [entry["fingerprint"] for entry in entries]
    assert len(set(prints)) == len(prints)


def test_a_clean_run_is_an_empty_list() -> None:
    assert gitlab.render(scenarios.clean()) == "[]\n"


@pytest.mark.parametrize("scenario", ["incomplete", "no_permission", "hostile_and_incomplete"])
def test_without_a_verdict_the_list_begins_with_a_blocker(scenario: str) -> None:
    first = entries_of(SCENARIOS[scenario]())[0]
    assert first["severity"] == "blocker"
    assert first["check_name"] == "no-verdict"
    assert first["description"].startswith("No verdict was reached.")


def test_severities_keep_their_order() -> None:
    by = event()
    given = [finding(drift((change("timeout", 1, 2, by),)), level, level) for level in sorted(Severity, reverse=True)]
    assert [entry["severity"] for entry in entries_of(report(*given))] == ["blocker", "critical", "major", "minor"]


def test_an_entry_stands_at_its_block_or_at_the_root_module_s_folder() -> None:
    by = event()
    at_block = finding(drift((change("timeout", 1, 2, by),)), number=1, source=SourceRange("../shared/main.tf", 3, 9))
    nowhere = replace(at_block, id="b" * 16, source=None)
    places = [entry["location"] for entry in entries_of(report(at_block, nowhere))]
    assert places == [
        {"path": "infra/shared/main.tf", "lines": {"begin": 3}},
        {"path": "infra/prod", "lines": {"begin": 1}},
    ]
    (only,) = entries_of(report(nowhere, checkout=Checkout()))
    assert only["location"]["path"] == "."


def test_the_fingerprint_stays_when_the_block_moves() -> None:
    first = finding(drift((change("timeout", 1, 2, event()),)))
    moved = replace(first, source=SourceRange("main.tf", 70, 80))
    assert entries_of(report(first))[0]["fingerprint"] == entries_of(report(moved))[0]["fingerprint"] == first.id


def test_what_is_not_held_against_anyone_and_what_was_changed_back_is_left_out() -> None:
    given = replace(scenarios.waived(), notes=())
    assert [entry["fingerprint"] for entry in entries_of(given)] == [each.id for each in given.findings]


def test_an_expired_waiver_is_told() -> None:
    assert any("has expired" in entry["description"] for entry in entries_of(scenarios.waived()))


def test_what_could_not_be_judged_and_what_no_event_explains_are_told_without_weight() -> None:
    entries = entries_of(scenarios.unexplained())
    assert {entry["severity"] for entry in entries} == {"info"}
    assert [entry["check_name"] for entry in entries].count("unexplained-drift") == 2
    assert [entry["check_name"] for entry in entries].count("not-judged") == 2


def test_the_description_says_what_who_and_what_the_plan_would_do() -> None:
    words = entries_of(scenarios.published_with_plan())[1]["description"].replace("`", "")
    for part in ("memory_size 512 → 1024", "By ops-engineer", "This plan sets memory_size back to 512"):
        assert part in words


@pytest.mark.parametrize("text", [HOSTILE, "\ud800", "\x00", "", "../../etc", "."])
def test_whatever_things_are_called_paths_stay_inside_and_descriptions_printable(text: str) -> None:
    for entry in entries_of(hostile(text)):
        assert not entry["location"]["path"].startswith(("/", "../"))
        assert is_harmless(entry["description"])
        assert is_harmless(entry["location"]["path"])


@pytest.mark.parametrize("number", [0, 1, 50, 5000])
def test_it_takes_any_number_of_findings(number: int) -> None:
    assert len(entries_of(many(number))) == number
