"""Many root modules in one run: event history is read once, each has its own window, and knows of the others."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from tests.attached import url_state
from tests.builders import (
    NOW,
    OTHER_REGION,
    REGION,
    add_permission,
    check,
    create_function,
    delete_function,
    function_state,
    permission_state,
    record,
    state_text,
    update_configuration,
)
from tests.samples import SINCE, UNTIL, run
from tfdrift_gate import gate
from tfdrift_gate.errors import EventSourceError, UsageError
from tfdrift_gate.gate import check_roots
from tfdrift_gate.model import Coverage, RootsReport
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources import Question, Reading, files

RAISED = update_configuration({"memorySize": 1024})


def root(folder: Path, *entries: dict[str, Any], state: str | None = None) -> Path:
    """Write a root module whose local state has these entries."""
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text("", encoding="utf-8")
    (folder / "terraform.tfstate").write_text(state_text(*entries) if state is None else state, encoding="utf-8")
    return folder


def trail(folder: Path, *records: Any) -> str:
    (folder / "events.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    return str(folder / "events.json")


def judge(events: str, *folders: Path, **settings: Any) -> RootsReport:
    """Judge several root modules over the day on which the records happen."""
    given = {"events": (events,)} | settings
    return check_roots([Settings(dir=str(folder), **given) for folder in folders], {}, NOW)


def found(reports: RootsReport) -> list[set[str]]:
    """Give what each root module's section finds: addresses, and ids of what nobody manages."""
    return [{each.address or each.drift.resource_id for each in report.findings} for report in reports.reports]


def command(events: str, *arguments: str, **variables: str | None) -> subprocess.CompletedProcess[str]:
    return run("check", *arguments, "--events", events, "--since", SINCE, "--until", UNTIL, **variables)


# Event history is asked once


class _CountedSource:
    """Stands in for the source of files: it reads them, counts how often it is asked, and may fail in a region."""

    def __init__(self, failing: str = "") -> None:
        self.questions: list[Question] = []
        self._failing = failing

    def __call__(self, question: Question) -> Iterator[Reading]:
        self.questions.append(question)
        yield from files.read(question)
        if self._failing:
            span = question.window
            read = Coverage("cloudtrail:", None, self._failing, span.since, span.until, False, 0, 1)
            yield Reading((), read, EventSourceError(f"reading the event history of {self._failing}: throttled"))


def stand_in(monkeypatch: pytest.MonkeyPatch, failing: str = "") -> _CountedSource:
    source = _CountedSource(failing)
    monkeypatch.setattr("tfdrift_gate.gate.run.source_for", lambda _: source)
    return source


def test_event_history_is_asked_once_about_all_that_they_manage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = stand_in(monkeypatch)
    first = root(tmp_path / "a", function_state())
    second = root(tmp_path / "b", function_state("far", "210987654321", OTHER_REGION))
    reports = judge(trail(tmp_path, RAISED), first, second)
    (question,) = source.questions
    assert set(question.regions) == {REGION, OTHER_REGION}
    assert question.accounts == {"123456789012", "210987654321"}
    assert found(reports) == [{"aws_lambda_function.orders"}, set()]
    assert (reports.shared.records_read, len(reports.shared.coverage)) == (1, 1)


def test_where_one_that_names_no_region_is_asked_alone_it_is_asked_beside_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", OTHER_REGION)
    source = stand_in(monkeypatch)
    here, nowhere = root(tmp_path / "a", function_state()), root(tmp_path / "b", permission_state(function_name="solo"))
    events = trail(tmp_path, RAISED)
    gate.check(Settings(dir=str(nowhere), events=(events,)), {}, NOW)
    judge(events, here, nowhere)
    judge(events, here)
    assert [set(question.regions) for question in source.questions] == [
        {OTHER_REGION},
        {REGION, OTHER_REGION},
        {REGION},
    ]


def test_what_could_not_be_read_concerns_those_that_manage_something_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(monkeypatch, failing=OTHER_REGION)
    here, there = root(tmp_path / "a", function_state()), root(tmp_path / "b", function_state(region=OTHER_REGION))
    # Where this one's permission stands cannot be told, so it may be there.
    unplaced = root(
        tmp_path / "c", permission_state(function_name="strange"), function_state(region="x-1"), function_state("y")
    )
    events = trail(tmp_path, RAISED)
    assert [each.verdict for each in judge(events, here, there, unplaced).reports] == [
        "drift",
        "incomplete",
        "incomplete",
    ]
    # A new function that nobody manages may be there as well.
    assert judge(events, here, there, unmanaged="all").reports[0].verdict == "incomplete"


def test_each_is_judged_by_its_own_window(tmp_path: Path) -> None:
    early, late = root(tmp_path / "early", function_state()), root(tmp_path / "late", function_state())
    for folder, hour in ((early, 9), (late, 11)):
        moment = datetime(2026, 1, 1, hour, tzinfo=timezone.utc).timestamp()
        os.utime(folder / "terraform.tfstate", (moment, moment))
    reports = judge(trail(tmp_path, RAISED), late, early, since="last-apply")
    assert found(reports) == [set(), {"aws_lambda_function.orders"}]
    assert [report.window.since.hour for report in reports.reports] == [11, 9]
    assert reports.shared.window.since.hour == 9
    # What was read is the run's, and the same in all of them.
    assert [report.records_relevant for report in reports.reports] == [1, 1]


def test_one_that_was_never_applied_does_not_widen_what_is_read(tmp_path: Path) -> None:
    applied, fresh = root(tmp_path / "applied", function_state()), root(tmp_path / "fresh")
    (fresh / "terraform.tfstate").unlink()
    moment = datetime(2026, 1, 1, 9, tzinfo=timezone.utc).timestamp()
    os.utime(applied / "terraform.tfstate", (moment, moment))
    reports = judge(trail(tmp_path, RAISED), fresh, applied, since="last-apply")
    assert found(reports) == [set(), {"aws_lambda_function.orders"}]
    assert (reports.shared.window.since.day, reports.shared.window.since.hour) == (1, 9)
    assert "no state yet" in reports.reports[0].notes[0]


# They know of one another


def test_what_another_one_manages_is_not_unmanaged(tmp_path: Path) -> None:
    functions = root(tmp_path / "functions", function_state())
    permissions = root(tmp_path / "permissions", permission_state("allow"))
    more = root(tmp_path / "more", function_state("pay"))
    # Where the permission stands only the first one's state tells.
    events = trail(tmp_path, add_permission("allow"), add_permission("nobodys"))
    assert found(judge(events, functions, more)) == [{"orders/allow", "orders/nobodys"}, set()]
    assert found(judge(events, functions, permissions, more)) == [{"orders/nobodys"}, set(), set()]


def test_what_two_places_may_be_meant_by_is_placed_in_neither(tmp_path: Path) -> None:
    first = root(tmp_path / "a", function_state())
    second = root(tmp_path / "b", function_state(region=OTHER_REGION))
    permissions = root(tmp_path / "permissions", permission_state("allow"))
    reports = judge(trail(tmp_path), first, second, permissions)
    assert [entry.reason for entry in reports.reports[2].skipped] == ["unplaced-instance"]
    assert judge(trail(tmp_path), first, permissions).reports[1].skipped == ()


def test_what_terraform_makes_itself_for_another_ones_resource_is_not_unmanaged(tmp_path: Path) -> None:
    functions = root(tmp_path / "functions", function_state())
    urls = root(tmp_path / "urls", url_state(authorization_type="NONE"), function_state("pay"))
    public = {"action": "lambda:InvokeFunctionUrl", "principal": "*", "functionUrlAuthType": "NONE", "sourceArn": None}
    events = trail(tmp_path, add_permission("FunctionURLAllowPublicAccess", public))
    assert found(judge(events, functions, urls)) == [set(), set()]


def test_what_goes_with_another_ones_function_is_told_where_it_is_managed(tmp_path: Path) -> None:
    functions = root(tmp_path / "functions", function_state())
    permissions = root(tmp_path / "permissions", permission_state(), function_state("pay"))
    reports = judge(trail(tmp_path, delete_function()), functions, permissions)
    assert found(reports) == [{"aws_lambda_function.orders"}, {"aws_lambda_permission.events"}]


def test_a_new_function_that_nobody_manages_is_told_once(tmp_path: Path) -> None:
    folders = [root(tmp_path / name, function_state(name)) for name in "abc"]
    reports = judge(trail(tmp_path, create_function("new"), add_permission(name="b")), *folders, unmanaged="all")
    assert found(reports) == [{"new"}, {"b/allow"}, set()]


def test_a_new_function_that_nobody_manages_is_told_in_the_widest_window(tmp_path: Path) -> None:
    late, early = (root(tmp_path / name, function_state(name)) for name in ("late", "early"))
    for folder, hour in ((early, 9), (late, 11)):
        moment = datetime(2026, 1, 1, hour, tzinfo=timezone.utc).timestamp()
        os.utime(folder / "terraform.tfstate", (moment, moment))
    reports = judge(trail(tmp_path, create_function("new")), late, early, since="last-apply", unmanaged="all")
    assert found(reports) == [set(), {"new"}]


def test_a_new_function_that_another_one_manages_is_nobodys_finding(tmp_path: Path) -> None:
    folders = [root(tmp_path / name, function_state(name)) for name in "ab"]
    assert found(judge(trail(tmp_path, create_function("b")), *folders, unmanaged="all"))[0] == set()


def test_what_two_of_them_manage_is_said_and_found_in_both(tmp_path: Path) -> None:
    first = root(tmp_path / "a", function_state())
    second = root(
        tmp_path / "b", function_state("far", region=OTHER_REGION), function_state(label="same", entry={"key": "x"})
    )
    third = root(tmp_path / "c", function_state("pay"))
    reports = judge(trail(tmp_path, RAISED), first, second, third)
    assert found(reports) == [{"aws_lambda_function.orders"}, {'aws_lambda_function.same["x"]'}, set()]
    said = (
        "aws_lambda_function orders is managed by more than one state: aws_lambda_function.orders"
        f' ({first}/terraform.tfstate) and aws_lambda_function.same["x"] ({second}/terraform.tfstate)'
    )
    assert [report.notes for report in reports.reports] == [(said,), (said,), ()]


def test_what_two_given_states_of_one_root_module_manage_is_said(tmp_path: Path) -> None:
    report = check(tmp_path, [RAISED], [function_state()], more_states=[state_text(function_state(label="same"))])
    assert len(report.findings) == 2
    (note,) = report.notes
    assert note == (
        "aws_lambda_function orders is managed by more than one state: aws_lambda_function.orders"
        f" ({tmp_path / 'believed.json'}) and aws_lambda_function.same ({tmp_path / 'believed2.json'})"
    )


def test_a_state_that_is_given_twice_is_one_state(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(state_text(function_state()), encoding="utf-8")
    same = str(tmp_path / "state.json")
    assert gate.check(Settings(str(tmp_path), (same, same), events=(trail(tmp_path),)), {}, NOW).notes == ()


def test_of_many_things_that_two_states_manage_the_first_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    functions = [function_state(f"fn-{number}") for number in range(9)]
    reports = judge(trail(tmp_path), root(tmp_path / "a", *functions), root(tmp_path / "b", *functions))
    notes = reports.reports[0].notes
    assert len(notes) == 6
    assert notes[-1] == "4 more resources are managed by more than one state"


# One that cannot be judged ends no other's judgement


@pytest.mark.parametrize("broken", ["state", "rules", "folder", "backend"])
def test_one_that_cannot_be_read_says_so_in_its_own_section(tmp_path: Path, broken: str) -> None:
    good, bad = root(tmp_path / "good", function_state()), tmp_path / "bad"
    if broken != "folder":
        root(bad, function_state(), state="{" if broken == "state" else None)
    if broken == "rules":
        (bad / ".tfdrift-gate.yaml").write_text("banana: 1\n", encoding="utf-8")
    if broken == "backend":
        (bad / "main.tf").write_text('terraform {\n  backend "s3" {}\n}\n', encoding="utf-8")
    reports = judge(trail(tmp_path, RAISED), bad, good)
    assert [report.verdict for report in reports.reports] == ["incomplete", "drift"]
    assert (reports.verdict, found(reports)) == ("incomplete", [set(), {"aws_lambda_function.orders"}])
    (problem,) = reports.problems
    assert problem.message.startswith(f"{reports.names[0]}: ")


def test_where_none_can_be_read_nothing_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = stand_in(monkeypatch)
    reports = judge(trail(tmp_path), tmp_path / "a", tmp_path / "b")
    assert (reports.verdict, source.questions) == ("incomplete", [])


def test_an_option_that_cannot_be_used_ends_the_run(tmp_path: Path) -> None:
    folders = [root(tmp_path / name, function_state()) for name in "ab"]
    with pytest.raises(UsageError, match="since"):
        judge(trail(tmp_path), *folders, since="banana")


# The command line


@pytest.fixture
def infra(tmp_path: Path) -> Path:
    """Write a repository with three root modules: one drifts, one is clean, one cannot be read."""
    (tmp_path / ".git").mkdir()
    root(tmp_path / "infra" / "clean", function_state("pay"))
    root(tmp_path / "infra" / "drifting", function_state())
    root(tmp_path / "infra" / "unread", state="{")
    (tmp_path / "infra" / "modules").mkdir()
    (tmp_path / "infra" / "README.md").write_text("", encoding="utf-8")
    trail(tmp_path, RAISED)
    return tmp_path


@pytest.mark.parametrize(
    ("names", "arguments", "code"),
    [
        ("clean drifting", (), 2),
        ("clean drifting", ("--fail-on", "critical"), 0),
        ("clean clean", (), 0),
        ("clean unread", (), 1),
        ("drifting unread", (), 1),
        ("drifting unread", ("--on-error", "warn"), 2),
        ("clean unread", ("--on-error", "warn"), 0),
    ],
)
def test_the_exit_code_is_the_worst_of_them(infra: Path, names: str, arguments: tuple[str, ...], code: int) -> None:
    folders = [str(infra / "infra" / name) for name in names.split()]
    done = command(str(infra / "events.json"), *folders, *arguments)
    assert done.returncode == code
    if "unread" in names:
        assert done.stderr.splitlines()[0].startswith("tfdrift-gate: no verdict was reached")
        assert done.stderr.splitlines()[1].startswith("  infra/unread: reading the state")


def names_in(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [entry["root"] for entry in json.loads(done.stdout)["roots"]]


@pytest.mark.parametrize(
    "words",
    [["infra/*"], ["infra/clean", "infra/drifting", "infra/unread"], ["infra/clean", "infra/[d-u]*", "infra/clean/."]],
)
def test_a_glob_stands_for_the_folders_with_a_configuration_and_each_counts_once(infra: Path, words: list[str]) -> None:
    done = run(
        "check", *words, "--events", "events.json", "--since", SINCE, "--until", UNTIL, "--format", "json", cwd=infra
    )
    assert names_in(done) == ["infra/clean", "infra/drifting", "infra/unread"]


def test_a_glob_may_go_to_any_depth_and_finds_nothing_that_terraform_put_there(infra: Path) -> None:
    root(infra / "infra" / "deep" / "down", function_state("down"))
    root(infra / "infra" / "clean" / ".terraform" / "modules" / "x", function_state("x"))
    events = str(infra / "events.json")
    done = command(events, f"{infra}/infra/**", "--format", "json")
    assert names_in(done) == ["infra/clean", "infra/deep/down", "infra/drifting", "infra/unread"]


def test_a_glob_that_finds_one_is_a_run_over_one(infra: Path) -> None:
    events = str(infra / "events.json")
    one, globbed = (command(events, f"{infra}/infra/{word}", "--format", "json") for word in ("drifting", "drift*"))
    assert (globbed.stdout, globbed.returncode) == (one.stdout, 2)


def test_a_glob_that_finds_none_is_an_error(infra: Path) -> None:
    done = command(str(infra / "events.json"), f"{infra}/infra/clean", f"{infra}/infra/mod*")
    assert done.returncode == 1
    assert "no folder of that pattern holds a Terraform configuration" in done.stderr


def test_a_folder_may_be_called_like_a_glob(infra: Path) -> None:
    root(infra / "infra" / "[d]rifting", function_state("pay"))
    assert command(str(infra / "events.json"), f"{infra}/infra/[d]rifting").returncode == 0


def test_the_environment_names_one_on_a_line(infra: Path) -> None:
    events = str(infra / "events.json")
    named = f"{infra}/infra/clean\n  {infra}/infra/drif*\n\n"
    done = command(events, "--format", "json", TFDRIFT_GATE_DIR=named)
    assert names_in(done) == ["infra/clean", "infra/drifting"]
    assert names_in(command(events, "--format", "json", TFDRIFT_GATE_DIR=f"{infra}/infra/*"))


@pytest.mark.parametrize("option", ["--state", "--plan"])
def test_a_state_or_plan_belongs_to_one_root_module(infra: Path, option: str) -> None:
    done = command(str(infra / "events.json"), f"{infra}/infra/clean", f"{infra}/infra/drifting", option, "x.json")
    assert done.returncode == 1
    assert f"reading {option}: it belongs to one root module, and 2 are named" in done.stderr


def test_root_modules_of_two_repositories_with_one_name_are_told_apart(tmp_path: Path) -> None:
    folders = [root(tmp_path / name / "infra", function_state()) for name in "ab"]
    for folder in folders:
        (folder.parent / ".git").mkdir()
    assert judge(trail(tmp_path), *folders).names == tuple(map(str, folders))


def test_reports_go_to_files_as_well(infra: Path) -> None:
    done = command(
        str(infra / "events.json"),
        f"{infra}/infra/*",
        "--output",
        f"sarif={infra}/x.sarif",
        "--output",
        f"json={infra}/x.json",
    )
    assert done.returncode == 1
    assert len(json.loads((infra / "x.sarif").read_text())["runs"]) == 3
    assert json.loads((infra / "x.json").read_text())["verdict"] == "incomplete"


def test_what_was_not_understood_is_told_once(tmp_path: Path) -> None:
    folders = [root(tmp_path / name, function_state(name)) for name in "ab"]
    reports = judge(trail(tmp_path, record("PutSomethingNew", {"functionName": "orders"})), *folders)
    assert [len(report.skipped) for report in reports.reports] == [0, 0]
    assert [entry.reason for entry in reports.shared.skipped] == ["unknown-event"]


# Waivers of a rules file that several root modules share


SHARED_RULES = """\
waivers:
  - resource_id: orders
    reason: INC-1
    owner: payments
    expires: 2026-06-01
  - resource_id: nobodys
    reason: INC-2
    owner: payments
    expires: 2026-06-01
"""


def idle(reports: RootsReport) -> list[list[str]]:
    return [
        [note for note in report.notes if note.startswith("a waiver matches nothing")] for report in reports.reports
    ]


def test_a_waiver_that_another_one_needs_is_not_said_to_match_nothing(tmp_path: Path) -> None:
    (tmp_path / ".tfdrift-gate.yaml").write_text(SHARED_RULES, encoding="utf-8")
    folders = [root(tmp_path / "a", function_state()), root(tmp_path / "b"), root(tmp_path / "c")]
    rules = str(tmp_path / ".tfdrift-gate.yaml")
    reports = judge(trail(tmp_path, RAISED), *folders, rules=rules)
    assert [len(report.suppressed) for report in reports.reports] == [1, 0, 0]
    first, *others = idle(reports)
    assert others == [[], []]
    assert len(first) == 1
    assert "nobodys" in first[0]


def test_a_waiver_of_a_rules_file_of_its_own_is_said_in_its_own_section(tmp_path: Path) -> None:
    folders = [root(tmp_path / "a", function_state()), root(tmp_path / "b")]
    for folder in folders:
        (folder / ".tfdrift-gate.yaml").write_text(SHARED_RULES, encoding="utf-8")
    assert [len(notes) for notes in idle(judge(trail(tmp_path, RAISED), *folders))] == [1, 2]
