"""Two people at one resource: each answers for what was theirs, in the report and in its words."""

from __future__ import annotations

from pathlib import Path

from tests.attached import LAYER, add_layer_permission, layer_permission_state, tag
from tests.builders import (
    BY_CLI,
    BY_CONSOLE,
    check,
    function_state,
    only,
    update_configuration,
    written,
)

TAGS = {"team": "a", "env": "x"}


def test_each_tag_has_the_person_who_set_it(tmp_path: Path) -> None:
    state = [function_state(tags=TAGS, tags_all=TAGS)]
    records = [tag({"team": "b"}, at="10:00:00", by=BY_CLI), tag({"env": "y"}, at="10:05:00", by=BY_CONSOLE)]
    report = check(tmp_path, records, state)
    found = {
        change.event.actor.name: (change.attribute, change.after)
        for change in only(report.findings).drift.changes
        if change.event
    }
    assert found == {
        "ops-engineer": ("tags", {"team": "b", "env": "x"}),
        "developer": ("tags", {"team": "a", "env": "y"}),
    }
    shown = written(report)
    assert 'tags["team"] a → b' in shown
    assert 'tags["env"] x → y' in shown


def test_all_tags_of_one_person_are_one_change(tmp_path: Path) -> None:
    state = [function_state(tags=TAGS, tags_all=TAGS)]
    records = [tag({"team": "b"}), tag({"env": "y"}, at="10:05:00")]
    (change,) = only(check(tmp_path, records, state).findings).drift.changes
    assert change.after == {"team": "b", "env": "y"}


def test_a_statement_beside_a_managed_one_on_a_layer_of_another_state_is_seen(tmp_path: Path) -> None:
    beside = [layer_permission_state(layer_name=LAYER)]
    finding = only(check(tmp_path, [add_layer_permission("open")], beside).findings)
    assert (finding.drift.kind.value, finding.severity.word) == ("unmanaged", "high")
    assert any("everybody" in reason for reason in finding.reasons)
    assert check(tmp_path, [add_layer_permission("open", version=9)], beside).findings == ()


def test_a_built_in_reason_does_not_speak_of_what_the_rules_file_names(tmp_path: Path) -> None:
    rules = (
        "drift_rules:\n  - {name: calm, resource_types: [aws_lambda_function], watched_attributes: [memory_size],"
        " severity: low}\n"
    )
    record = update_configuration({"memorySize": 1024, "handler": "x.y"})
    finding = only(check(tmp_path, [record], rules=rules).findings)
    assert finding.severity.word == "high"
    assert "handler: how the function runs was changed" in finding.reasons
    assert not any("memory_size" in reason and "calm" not in reason for reason in finding.reasons)
