"""The action under the real runner: annotations, summary, outputs, exit code, and the one comment of a root module."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.action.github_api import REPOSITORY, GitHubApi, github_api
from tests.action.run_action import ACTION, Step, action_source, run
from tests.builders import function_state
from tests.plans import plan, planned
from tests.samples import FUNCTION_BLOCK, events_file, orders, state, update
from tests.terraform_cli.fixtures import cannot
from tests.workflows.on_act import ACT

EVENT: Mapping[str, Any] = {"pull_request": {"number": 7, "head": {"repo": {"full_name": REPOSITORY}}}}
FORK: Mapping[str, Any] = {"pull_request": {"number": 7, "head": {"repo": {"full_name": "mallory/infra"}}}}
HOSTILE = "x\n::error::forged%0A::add-mask::x\r::set-output name=verdict::clean\n@everyone <img src=x> | `a`"

TOKEN = "t0ken"
READ = """
      - id: read
        env:
          REPORT: ${{ steps.first.outputs.report }}
          SARIF: ${{ steps.first.outputs.sarif }}
        run: head -c 300 "$REPORT" "$SARIF"
"""
PLAN = "          plan: infra/planned/plan.json\n          comment: never\n"
HEAD = """
on: [pull_request, pull_request_target]
permissions: {}
jobs:
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@0000000000000000000000000000000000000000
"""
STEP = """
      - id: {id}
        uses: {action}
        continue-on-error: true
        with:
          working-directory: {root}
          state: {root}/terraform.tfstate
          events: |
            {root}/events.json
            {root}/more.json
          since: "2026-01-01"
          until: "2026-01-02"
          token: {token}
"""


def step(id_: str, root: str, more: str = "", token: str = TOKEN) -> str:
    return STEP.format(id=id_, action=ACTION, root=root, token=token) + more


def root_with(folder: Path, *records: Any, plan_: Any = None) -> Path:
    folder.mkdir(parents=True)
    (folder / "main.tf").write_text(f"# The function.\n{FUNCTION_BLOCK}", encoding="utf-8")
    (folder / "terraform.tfstate").write_text(state(orders()), encoding="utf-8")
    Path(events_file(folder, *records)).rename(folder / "events.json")
    (folder / "more.json").write_text('{"Records": []}', encoding="utf-8")
    if plan_:
        (folder / "plan.json").write_text(json.dumps(plan_), encoding="utf-8")
    return folder


@dataclass
class Played:
    """What the steps of the story did, and what GitHub kept of it."""

    code: int
    steps: Mapping[str, Step]
    api: GitHubApi
    comments: list[str]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not ACT.exists():
        cannot("act is not installed beside this Python")
    return action_source(tmp_path_factory.mktemp("source") / "action")


@pytest.fixture(scope="module")
def played(prism: int, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """One job: drift, more of it, hostile text, no verdict, a token that GitHub refuses, and clean."""
    folder = tmp_path_factory.mktemp("played")
    drifting = root_with(folder / "drifting", update())
    drifting_more = root_with(
        folder / "more", update(), update(memory=2048, eventID="00000000-0000-4000-8000-000000000002")
    )
    hostile = update(eventID=HOSTILE)
    hostile["userIdentity"]["userName"] = HOSTILE
    hostile["userAgent"] = HOSTILE
    live = planned(function_state(), {"memory_size": 1024}, {"memory_size": 512}, configured=["memory_size"])
    roots = {
        "infra/prod": drifting,
        "infra/hostile": root_with(folder / "hostile", hostile),
        "infra/broken": root_with(folder / "broken", update()),
        "infra/clean": root_with(folder / "clean"),
        "infra/planned": root_with(folder / "planned", update(), plan_=plan(live)),
    }
    (roots["infra/broken"] / "terraform.tfstate").write_text("{", encoding="utf-8")
    # The same root module, as it would be in later runs.
    later = "      - run: cp {0}/events.json infra/prod/events.json\n"
    workflow = HEAD + "".join(
        [
            step("first", "infra/prod"),
            READ,
            later.format("later"),
            step("second", "infra/prod"),
            step("hostile", "infra/hostile"),
            step("broken", "infra/broken"),
            step("refused", "infra/prod", token="bad"),
            step("high", "infra/prod", more="          fail-on: critical\n          comment: never\n"),
            step(
                "planned", "infra/planned", more="          plan: infra/planned/plan.json\n          comment: never\n"
            ),
            later.format("infra/clean"),
            step("clean", "infra/prod"),
            step("other", "infra/clean"),
        ]
    )
    with github_api(prism) as api:
        environment = {"GITHUB_API_URL": api.address, "GITHUB_REPOSITORY": REPOSITORY}
        code, steps = run(workflow, {**roots, "later": drifting_more}, EVENT, source, folder / "run", environment)
        yield Played(code, steps, api, [entry["body"] for entry in api.comments.get(7, [])])


def test_a_drift_fails_the_step_with_2_and_says_so_in_its_outputs(played: Played) -> None:
    first = played.steps["first"]
    assert (first.result, first.exit) == ("failure", "2")
    assert first.outputs["verdict"] == "drift"
    assert first.outputs["max-severity"] == "high"
    assert first.outputs["finding-count"] == "1"
    read = played.steps["read"].said
    assert '"verdict": "drift"' in read
    assert '"version":"2.1.0"' in read


def test_the_annotation_stands_on_the_lines_of_the_block(played: Played) -> None:
    ((level, properties, message),) = played.steps["first"].annotations
    assert level == "error"
    assert {name: properties[name] for name in ("file", "line", "endLine")} == {
        "file": "infra/prod/main.tf",
        "line": "2",
        "endLine": "4",
    }
    assert "memory_size 512 → 1024" in message
    assert "by ops-engineer" in message


def test_the_summary_and_the_comment_are_the_report(played: Played) -> None:
    summary = played.steps["first"].summary
    assert "1 out-of-band change" in summary
    assert "`memory_size` `512` → `1024`" in summary
    assert "/acme/infra/blob/" in summary
    assert "infra/prod/main.tf#L2-L4" in summary


def test_a_root_module_has_one_comment_which_later_runs_update_and_a_clean_one_resolves(played: Played) -> None:
    posted = [path for method, path in played.api.requests if method == "POST"]
    assert len(posted) == len(played.comments) == 3  # of prod, hostile and broken
    prod = played.comments[0]
    assert "Resolved" in prod
    assert "No out-of-band change" in prod
    assert "2048" in played.steps["second"].summary
    assert played.steps["clean"].result == "success"
    assert played.steps["clean"].outputs["verdict"] == "clean"


def test_a_clean_root_module_posts_nothing(played: Played) -> None:
    other = played.steps["other"]
    assert (other.result, other.outputs["verdict"], other.annotations) == ("success", "clean", [])
    assert not any("infra/clean" in body.splitlines()[0] for body in played.comments)


def test_no_verdict_fails_with_1_and_says_so_everywhere(played: Played) -> None:
    broken = played.steps["broken"]
    assert (broken.result, broken.exit, broken.outputs["verdict"]) == ("failure", "1", "incomplete")
    assert [level for level, _, _ in broken.annotations] == ["error"]
    assert "No verdict was reached" in broken.summary
    assert "No verdict was reached" in played.comments[2]
    assert "clean" not in broken.summary.lower()


def test_what_github_refuses_is_a_warning_and_the_verdict_the_same(played: Played) -> None:
    refused = played.steps["refused"]
    assert (refused.exit, refused.outputs["verdict"]) == ("2", "drift")
    (warning,) = [message for level, _, message in refused.annotations if level == "warning"]
    assert "HTTP 401" in warning
    assert "bad" not in warning.replace("bad credentials", "")


def test_a_severity_below_fail_on_passes(played: Played) -> None:
    high = played.steps["high"]
    assert (high.result, high.outputs["verdict"]) == ("success", "drift")


def test_hostile_text_is_no_command_and_no_output(played: Played) -> None:
    hostile = played.steps["hostile"]
    assert hostile.outputs["verdict"] == "drift"
    assert hostile.commands <= {"error", "set-output", "summary"}
    assert len(hostile.annotations) == 1
    assert "forged" not in json.dumps([properties for _, properties, _ in hostile.annotations])
    # What of the text would be markup, tests/outputs/test_hostile.py asks GitHub's own renderer.
    assert not any(line.startswith(("::", "##[")) for line in played.comments[1].splitlines())


def test_every_request_was_one_that_github_describes(played: Played) -> None:
    assert played.api.violations == []


@pytest.mark.parametrize("event_name", ["pull_request", "pull_request_target"])
@pytest.mark.parametrize("head", [FORK["pull_request"]["head"], {"repo": None}], ids=["fork", "deleted fork"])
def test_a_forks_pull_request_is_skipped_passes_and_is_never_called_clean(
    source: Path, tmp_path: Path, event_name: str, head: Any
) -> None:
    root = root_with(tmp_path / "root", update())
    event = {"pull_request": {"number": 7, "head": head}}
    environment = {"GITHUB_REPOSITORY": REPOSITORY, "GITHUB_API_URL": "http://127.0.0.1:9"}
    code, steps = run(
        HEAD + step("gate", "infra"), {"infra": root}, event, source, tmp_path / "run", environment, event_name
    )
    gate = steps["gate"]
    assert (code, gate.result, gate.outputs["verdict"]) == (0, "success", "skipped")
    ((level, _, message),) = gate.annotations
    assert level == "notice"
    assert "Nothing was checked" in message
    assert "Nothing was checked" in gate.summary
    assert "clean" not in (gate.said + gate.summary + message).lower()


def test_a_plan_says_in_annotation_and_summary_what_merging_would_do(played: Played) -> None:
    gate = played.steps["planned"]
    assert gate.exit == "2"
    _, _, message = gate.annotations[0]
    assert "this plan sets memory_size back to 512: ops-engineer's change is lost" in message
    assert "Merging this plan would undo 1" in gate.summary
