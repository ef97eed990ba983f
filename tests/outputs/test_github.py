"""Annotations: at the right level, file and lines, worst first, and nothing that GitHub would drop without a word."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.outputs.scenarios import SCENARIOS, change, drift, event, finding, many, report
from tests.outputs.test_hostile import commands
from tfdrift_gate.model import Checkout, PlanEffect, Problem, Severity, Skipped, SourceRange
from tfdrift_gate.outputs import FORMATS

RENDER = FORMATS["github"].render


def _one(severity: Severity = Severity.HIGH, number: int = 1, file: str = "main.tf") -> object:
    changes = (change("memory_size", 512, 1024, event()),)
    return finding(drift(changes), severity, number, source=SourceRange(file, 3, 9))


def test_where_nothing_was_found_one_plain_line_says_so() -> None:
    written = RENDER(report())
    assert written == "tfdrift-gate: No out-of-band change of a Lambda resource found\n"


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Severity.CRITICAL, "error"),
        (Severity.HIGH, "error"),
        (Severity.MEDIUM, "warning"),
        (Severity.LOW, "notice"),
    ],
)
def test_the_level_follows_the_severity(severity: Severity, level: str) -> None:
    assert [name for name, _, _ in commands(RENDER(report(_one(severity))))] == [level]


def test_a_message_says_all_that_a_reviewer_asks_a_line_each() -> None:
    _, properties, message = next(iter(commands(RENDER(SCENARIOS["published_with_plan"]()))))
    assert properties["file"] == "infra/prod/main.tf"
    found = [data for _, _, data in commands(RENDER(SCENARIOS["published_with_plan"]()))]
    assert found[1].splitlines() == [
        "aws_lambda_function.process_orders",
        "memory_size 512 → 1024",
        "timeout 10 → 30",
        "by ops-engineer (cli, 198.51.100.7) at 2026-01-01T11:01:00Z, us-east-1",
        "why: memory_size, timeout: how the function runs was changed",
        "this plan sets memory_size back to 512: ops-engineer's change is lost",
        "this plan leaves timeout as it is in AWS",
    ]
    assert message.startswith("aws_lambda_permission secure-function/AllowS3Invoke on ")


@pytest.mark.parametrize(
    ("folder", "file", "expected"),
    [
        ("", "main.tf", "main.tf"),
        ("infra/prod", "main.tf", "infra/prod/main.tf"),
        ("infra/prod", "../modules/api/main.tf", "infra/modules/api/main.tf"),
        ("infra/prod", "./a/../main.tf", "infra/prod/main.tf"),
        ("infra/prod", "a,b:c%0A.tf", "infra/prod/a,b:c%0A.tf"),
        ("infra/prod", "../../../elsewhere/main.tf", None),
        ("", "../main.tf", None),
        ("infra", "/etc/main.tf", None),
        ("infra", "a\nb.tf", None),
    ],
)
def test_files_are_relative_to_the_repository_and_those_outside_are_not_named(
    folder: str, file: str, expected: str | None
) -> None:
    written = RENDER(replace(report(_one(file=file)), checkout=Checkout(folder)))
    properties = next(iter(commands(written)))[1]
    assert properties.get("file") == expected
    assert properties.get("line") == ("3" if expected else None)
    assert properties.get("endLine") == ("9" if expected else None)


def test_the_worst_come_first_whatever_they_are() -> None:
    mixed = replace(
        report(_one(Severity.CRITICAL), _one(Severity.MEDIUM, 2), _one(Severity.LOW, 3)),
        problems=(Problem("reading events", "try again"),),
        unexplained=SCENARIOS["unexplained"]().unexplained,
        skipped=(Skipped("unknown-event", "x"),),
    )
    titles = [properties["title"] for _, properties, _ in commands(RENDER(mixed))]
    assert titles[0] == "No verdict was reached: drift was not ruled out"
    assert [name for name, _, _ in commands(RENDER(mixed))] == ["error"] * 2 + ["warning"] * 3 + ["notice"] * 2


def test_what_has_no_annotation_is_counted_in_a_closing_line_that_is_no_command() -> None:
    last = RENDER(many(100)).splitlines()[-1]
    assert last == (
        "tfdrift-gate: 70 more without an annotation (15 critical, 25 high, 15 medium, 15 low): the JSON report has all"
    )


def test_many_settings_of_one_resource_are_counted_behind_the_first_twenty() -> None:
    by = event()
    changes = tuple(change(f"attribute_{number}", 1, 2, by) for number in range(50))
    _, _, message = next(iter(commands(RENDER(report(finding(drift(changes)))))))
    assert len(re.findall("→", message)) == 20
    assert "… and 30 more settings" in message


def test_many_calls_on_one_resource_are_counted_behind_the_first_five() -> None:
    changes = tuple(change(f"attribute_{number}", 1, 2, event(minute=number)) for number in range(30))
    _, _, message = next(iter(commands(RENDER(report(finding(drift(changes)))))))
    assert message.count("by ops-engineer") == 5
    assert "… and 25 more calls" in message


def test_a_message_is_no_longer_than_the_runner_passes_on_and_what_the_plan_does_stays() -> None:
    by = event()
    tags = {f"key-{number}-{'🎉' * 100}": "v" * 250 for number in range(50)}
    changes = (
        change("tags", {}, tags, by, plan_effect=PlanEffect.KEEPS),
        change("memory_size", 512, 1024, by, plan_effect=PlanEffect.REVERTS, planned=512, planned_known=True),
    )
    long = replace(SCENARIOS["unexplained"]().unexplained[0], changes=changes, hint="x" * 20_000)
    for made in (replace(report(finding(drift(changes))), unexplained=(long,)), SCENARIOS["hostile"]()):
        for _, _, message in commands(RENDER(made)):
            assert len(message.encode("utf-16-le")) // 2 <= 4096
    message = next(iter(commands(RENDER(report(finding(drift(changes)))))))[2].splitlines()
    assert message[0] == "aws_lambda_function.process_orders"
    assert message[-2] == "this plan sets memory_size back to 512: ops-engineer's change is lost"
    assert "… shortened to fit: the JSON report has all" in message
