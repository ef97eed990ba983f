"""SARIF: what the standard demands, what GitHub takes, and that nobody's words become a link or a placeholder."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.outputs import scenarios
from tests.outputs.sarif_validator import complaints, violations
from tests.outputs.scenarios import HOSTILE, SCENARIOS, change, drift, event, finding, hostile, many, report
from tests.test_hostile_text import is_harmless
from tfdrift_gate.model import Checkout, Report, Severity, SourceRange
from tfdrift_gate.outputs import FORMATS, sarif
from tfdrift_gate.outputs.json import document

ADVICE = {
    # What the validator would like and nobody demands: all of level note, none of it in GitHub's documentation.
    "SARIF2002": "messages by id and arguments: GitHub wants them written out (GH1007)",
    "SARIF2003": "versionControlProvenance: the report does not hold the commit",
    "SARIF2006": "addresses that answer: the validator is run without a network",
    "SARIF2009": "rule ids like ABC1234: ours say what they mean",
    "SARIF2010": "code snippets: an output does no I/O, and configuration may hold secrets",
    "SARIF2011": "context regions: the same",
    "SARIF2012": "help addresses: the project has no page of its own yet",
}


def run_of(given: Report) -> dict[str, Any]:
    """Render a report and read the one run of its log."""
    (run,) = json.loads(sarif.render(given))["runs"]
    return dict(run)


def results_of(given: Report) -> list[dict[str, Any]]:
    return list(run_of(given)["results"])


def notified(given: Report) -> dict[str, list[str]]:
    """The texts of the notifications by their descriptor."""
    found: dict[str, list[str]] = {}
    for entry in run_of(given)["invocations"][0]["toolExecutionNotifications"]:
        found.setdefault(entry["descriptor"]["id"], []).append(entry["message"]["text"])
    return found


def place_of(result: dict[str, Any]) -> dict[str, Any]:
    (location,) = result["locations"]
    return dict(location["physicalLocation"])


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_log_keeps_the_schema_of_the_standard(scenario: str) -> None:
    assert violations(json.loads(sarif.render(SCENARIOS[scenario]()))) == []


def test_the_schema_refuses_what_is_wrong() -> None:
    log = json.loads(sarif.render(scenarios.published()))
    log["runs"][0]["results"][0]["level"] = "critical"
    assert violations(log)


def test_the_standards_validator_and_github_s_rules_find_no_error_and_no_warning(tmp_path: Path) -> None:
    logs = {name: sarif.render(make()) for name, make in SCENARIOS.items()}
    found = complaints(tmp_path, logs)
    assert {level for _, level in found} == {"note"}
    assert {rule for rule, _ in found} <= set(ADVICE)


def test_the_validator_sees_a_result_without_a_place(tmp_path: Path) -> None:
    log = json.loads(sarif.render(scenarios.published()))
    log["runs"][0]["results"][0]["locations"] = []
    assert ("GH1015", "error") in complaints(tmp_path, {"placeless": json.dumps(log)})


def test_a_finding_stands_at_its_block_relative_to_the_repository() -> None:
    by = event()
    where = SourceRange("../shared ä/m#1?.tf", 3, 9)
    given = report(finding(drift((change("timeout", 1, 2, by),)), source=where))
    (result,) = results_of(given)
    assert place_of(result) == {
        "artifactLocation": {"uri": "infra/shared%20%C3%A4/m%231%3F.tf", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 3, "endLine": 9},
    }


@pytest.mark.parametrize(
    ("folder", "source", "uri"),
    [
        ("infra/prod", None, "infra/prod/"),
        ("", None, "./"),
        ("infra/prod", SourceRange("../../../elsewhere/main.tf", 1, 2), "infra/prod/"),
        ("infra/prod", SourceRange("/etc/main.tf", 1, 2), "infra/prod/"),
        ("c:", None, "c%3A/"),
    ],
)
def test_what_has_no_block_in_the_repository_stands_at_the_root_module_s_folder(
    folder: str, source: SourceRange | None, uri: str
) -> None:
    given = report(finding(drift((change("timeout", 1, 2, event()),)), source=source), checkout=Checkout(folder))
    (result,) = results_of(given)
    assert place_of(result)["artifactLocation"]["uri"] == uri


def test_severity_is_a_level_and_a_score_that_github_reads() -> None:
    run = run_of(scenarios.published())
    rules = run["tool"]["driver"]["rules"]
    seen = {}
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
        assert rule["defaultConfiguration"]["level"] == result["level"]
        assert len(rule["properties"]["tags"]) <= 10
        seen[result["properties"]["severity"]] = (result["level"], rule["properties"]["security-severity"])
    assert seen == {"critical": ("error", "9.5"), "high": ("error", "8.0"), "medium": ("warning", "5.5")}
    low = report(finding(drift((change("description", "a", "b", event()),)), Severity.LOW))
    assert results_of(low)[0]["level"] == "note"


def test_rules_of_one_name_and_several_severities_are_several_rules() -> None:
    by = event()
    given = report(
        finding(drift((change("timeout", 1, 2, by),)), Severity.HIGH, 1, rule="ours"),
        finding(drift((change("timeout", 1, 2, by),)), Severity.LOW, 2, rule="ours"),
        finding(drift((change("timeout", 1, 2, by),)), Severity.LOW, 3, rule="Ours"),
        finding(drift((change("timeout", 1, 2, by),)), Severity.LOW, 4, rule="öurs"),
        finding(drift((change("timeout", 1, 2, by),)), Severity.LOW, 5, rule=None),
    )
    ids = [result["ruleId"] for result in results_of(given)]
    assert ids[:2] == ["ours.high", "ours.low"]
    assert ids[4] == "no-rule.low"
    assert len(set(ids)) == 5
    assert all(re.fullmatch(r"[a-z0-9.-]+", name) for name in ids)


def test_the_fingerprint_that_github_reads_stays_when_the_block_moves_and_tells_two_drifts_of_one_block_apart() -> None:
    by = event()
    first = finding(drift((change("timeout", 1, 2, by),)), number=1, source=SourceRange("main.tf", 10, 20))
    second = replace(first, id="b" * 16)
    moved = replace(first, source=SourceRange("main.tf", 70, 80))
    prints = [result["partialFingerprints"] for result in results_of(report(first, second, moved))]
    assert prints[0] == prints[2] != prints[1]
    assert prints[1] == {"primaryLocationLineHash": f"{'b' * 16}:1", "tfdriftGateFinding/v1": "b" * 16}


def test_what_is_not_held_against_anyone_is_suppressed_with_reason_owner_and_end() -> None:
    found, waived = results_of(scenarios.waived())
    assert found["suppressions"] == []
    (suppression,) = waived["suppressions"]
    assert suppression["kind"] == "external"
    assert suppression["status"] == "accepted"
    assert suppression["justification"] == (
        "waiver: `INC-1234`: raised during the incident (owner: payments, expires: `2026-12-01`)."
    )


def test_what_was_changed_back_is_no_result() -> None:
    given = scenarios.waived()
    assert given.reverted
    ids = {result["properties"]["id"] for result in results_of(given)}
    assert not ids & {each.id for each in given.reverted}


def test_what_no_event_explains_is_a_note_without_a_security_severity() -> None:
    run = run_of(scenarios.unexplained())
    assert [result["level"] for result in run["results"]] == ["note", "note"]
    assert all("security-severity" not in rule["properties"] for rule in run["tool"]["driver"]["rules"])
    prints = {result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}
    assert len(prints) == 2


def test_a_run_without_a_verdict_says_it_was_not_successful_and_why() -> None:
    given = scenarios.no_permission()
    run = run_of(given)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (entry,) = invocation["toolExecutionNotifications"]
    assert entry["level"] == "error"
    assert "AccessDeniedException" in entry["message"]["text"]
    descriptors = run["tool"]["driver"]["notifications"]
    assert descriptors[entry["descriptor"]["index"]]["id"] == entry["descriptor"]["id"] == "no-verdict"


def test_what_could_not_be_judged_and_what_one_must_know_are_notifications() -> None:
    told = notified(scenarios.unexplained())
    assert len(told["not-judged"]) == 2
    assert any("2 times" in words and "PutSomethingNew20270101" in words for words in told["not-judged"])
    assert any("-target" in words for words in told["not-judged"])
    assert "has expired" in notified(scenarios.waived())["worth-knowing"][0]
    assert run_of(scenarios.waived())["invocations"][0]["executionSuccessful"] is True


def test_each_root_module_has_a_category_of_its_own() -> None:
    ids = {
        folder: run_of(report(checkout=Checkout(folder)))["automationDetails"]["id"]
        for folder in ("", "infra/prod", "infra/test")
    }
    assert ids == {
        "": "tfdrift-gate/",
        "infra/prod": "tfdrift-gate/infra/prod/",
        "infra/test": "tfdrift-gate/infra/test/",
    }


def test_the_message_says_what_who_why_and_what_the_plan_would_do() -> None:
    words = results_of(scenarios.published_with_plan())[1]["message"]["text"].replace("`", "")
    assert words.startswith("aws_lambda_function.process_orders changed by hand: memory_size 512 → 1024, timeout")
    for part in ("By ops-engineer", "Why: ", "This plan sets memory_size back to 512", "leaves timeout"):
        assert part in words


HOSTILE_MESSAGES = ("[a](https://evil.example)", "[a\\](https://evil.example)", "](1)", "{0}", "{{0}}", "{", "}}}", "")


def messages(value: Any) -> Iterator[str]:
    """Every text of a message object in a run, wherever it is."""
    if isinstance(value, dict):
        if isinstance(value.get("message"), dict):
            yield value["message"]["text"]
        for name, inner in value.items():
            if name != "properties":
                yield from messages(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from messages(inner)


def hold_no_link_and_no_placeholder(text: str) -> None:
    found = list(messages(run_of(scenarios.hostile_and_incomplete(text))))
    assert len(found) > 5
    for words in found:
        assert "](" not in words
        left = words.replace("{{", "").replace("}}", "")
        assert "{" not in left
        assert "}" not in left
        assert words.endswith(".")
        assert is_harmless(words)


@pytest.mark.parametrize("text", [HOSTILE, *HOSTILE_MESSAGES])
def test_nobodys_words_make_a_link_or_a_placeholder(text: str) -> None:
    hold_no_link_and_no_placeholder(text)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from([*HOSTILE_MESSAGES, *"[](){}\\`1 a"]), min_size=1).map("".join) | st.text())
def test_no_words_at_all_make_a_link_or_a_placeholder(text: str) -> None:
    hold_no_link_and_no_placeholder(text)


@pytest.mark.parametrize("text", [HOSTILE, *HOSTILE_MESSAGES, "\ud800\x00\u202e", "##[error]x"])
def test_properties_hold_every_string_as_it_came(text: str) -> None:
    given = hostile(text)
    told = [entry["properties"] for entry in results_of(given)]
    expected = [*document(given)["findings"], *document(given)["unexplained"], *document(given)["suppressed"]]
    assert len(told) == len(expected)
    for left, right in zip(told, expected, strict=True):
        # The place stands beside; of events the ids, since the last one's author is told.
        right.pop("source") if "events" in right else None
        if "events" in right:
            right["events"] = [each["event_id"] for each in right["events"]]
            right["actor"] = {name: value for name, value in right["actor"].items() if value is not None}
        assert left == right


def test_nothing_outside_ascii_is_written() -> None:
    assert sarif.render(hostile()).isascii()


@pytest.mark.parametrize("number", [0, 1, 50, 5000])
def test_github_takes_as_many_findings_whole(number: int) -> None:
    text = sarif.render(many(number))
    assert len(json.loads(text)["runs"][0]["results"]) == number
    assert len(gzip.compress(text.encode())) < 10_000_000
    assert "results-left-out" not in notified(many(number))


def test_above_github_s_limit_the_least_severe_are_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 30)
    given = many(40)
    kept = results_of(given)
    assert [result["properties"]["id"] for result in kept] == [each.id for each in given.findings[:30]]
    assert "10 results left out" in notified(given)["results-left-out"][0]


@pytest.mark.long
def test_what_does_not_compress_at_all_stays_below_github_s_limit_too() -> None:
    noise = random.Random(1)
    by = [
        event(minute=number % 60, event_id="".join(map(chr, noise.choices(range(33, 127), k=20_000))))
        for number in range(700)
    ]
    found = [finding(drift((change("timeout", 1, 2, each),)), number=number) for number, each in enumerate(by, 1)]
    given = report(*found)
    text = sarif.render(given)
    assert len(gzip.compress(text.encode())) < 10_000_000
    assert len(json.loads(text)["runs"][0]["results"]) < 700
    assert "left out" in notified(given)["results-left-out"][0]


def test_sarif_is_a_format_by_its_name() -> None:
    assert FORMATS["sarif"].render(scenarios.clean()) == sarif.render(scenarios.clean())
