"""What an output says of a value that it must not show: that it changed, and not what is put in its place."""

from __future__ import annotations

import pytest

from tests.outputs import scenarios
from tfdrift_gate.model import SENSITIVE, Kind, PlanEffect, Report
from tfdrift_gate.outputs import FORMATS, external, plan_effect, text

FOR_PEOPLE = ("github", "gitlab", "junit", "markdown", "sarif", "table")


def hidden(effect: PlanEffect | None = None) -> Report:
    """A report of one setting whose values are hidden; what a plan makes of it is hidden as well."""
    reverts = effect is PlanEffect.REVERTS
    planned = {"planned": SENSITIVE, "planned_known": True} if reverts else {}
    change = scenarios.change("description", SENSITIVE, SENSITIVE, scenarios.event(), plan_effect=effect, **planned)
    return scenarios.report(scenarios.finding(scenarios.drift((change,))))


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_a_hidden_setting_changed_in_words_and_not_from_sensitive_to_sensitive(name: str) -> None:
    said = FORMATS[name].render(hidden()).replace("`", "")
    assert "description changed (values hidden)" in said
    assert f"{SENSITIVE} →" not in said
    assert f"{SENSITIVE} \\u2192" not in said


def test_the_plans_message_says_it_in_the_same_words() -> None:
    assert " description changed (values hidden)\n" in external.message(hidden())


def test_what_was_added_by_hand_with_a_hidden_value_still_says_so() -> None:
    (change,) = hidden().findings[0].drift.changes
    assert text.changes(change, Kind.UNMANAGED) == ["description = (sensitive)"]


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        (PlanEffect.REVERTS, "this plan sets description again: ops-engineer's change is lost"),
        (PlanEffect.ADOPTS, "the configuration now says so too: description"),
    ],
)
def test_what_a_plan_does_with_a_hidden_value_is_said_without_one(effect: PlanEffect, sentence: str) -> None:
    assert plan_effect.sentences(hidden(effect).findings[0]) == [sentence]
