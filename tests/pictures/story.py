"""Three runs of one pull request under the real runner, over the four published examples.

The local AWS stands in for AWS, and writes the records of the calls that are really made; its clock is held, so that
they always happen at the same time. The pull request takes what was done to the mapping into the configuration, and the
function high-traffic-api out of it. What Terraform would plan is built by :mod:`tests.plans`.

1. Four people have changed something by hand.
2. One of them has changed more.
3. All of it has been set back by hand.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from demo.world import write_state
from tests.action.github_api import REPOSITORY, described, github_api
from tests.action.run_action import ACTION, Step, action_source, run
from tests.local_aws import LocalAws, people
from tests.plans import GONE, plan, planned
from tests.published_examples import REGION, change_by_hand, mapping_of
from tests.terraform_cli.binary import PROJECT

ROOT = "infra/prod"
RUNS = ("four changes by hand", "one of them changed further", "all of it set back")
_STARTS = datetime(2026, 1, 1, 9, tzinfo=timezone.utc)
_HAPPENS = datetime(2026, 1, 1, 11, tzinfo=timezone.utc)
_EVENT: Mapping[str, Any] = {"pull_request": {"number": 7, "head": {"repo": {"full_name": REPOSITORY}}}}
_BY_HAND = {
    "process_orders": {"memory_size": 1024, "timeout": 30},
    "stream_processor": {"batch_size": 500, "enabled": False},
    "high_traffic_api": {"reserved_concurrent_executions": 50},
}
WORKFLOW = f"""
on: pull_request
permissions: {{}}
jobs:
  drift:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@0000000000000000000000000000000000000000
      - id: gate
        uses: {ACTION}
        with:
          working-directory: {ROOT}
          plan: {ROOT}/plan.json
          events: {ROOT}/events.json
          since: "2026-01-01T10:00:00Z"
          until: "2026-01-01T12:00:00Z"
          token: t0ken
"""


@dataclass(frozen=True)
class Told:
    """What one run said, and what GitHub has after it."""

    code: int
    """act's exit code."""
    gate: Step
    requests: tuple[tuple[str, str], ...]
    """Method and path of what GitHub was asked in this run."""
    comments: tuple[str, ...]
    """The pull request's comments."""


def play() -> list[Told]:
    """Play the story: about a minute. Needs act, and what prism needs (:mod:`tests.npm_tools`)."""
    told = []
    with tempfile.TemporaryDirectory(prefix="tfdrift-gate-pictures-") as name:
        folder = Path(name)
        source = action_source(folder / "action")
        (folder / "prism").mkdir()
        with described(folder / "prism") as prism, github_api(prism) as api:
            environment = {"GITHUB_API_URL": api.address, "GITHUB_REPOSITORY": REPOSITORY}
            for number, root in enumerate(_roots(folder)):
                asked = len(api.requests)
                code, steps = run(WORKFLOW, {ROOT: root}, _EVENT, source, folder / f"run{number}", environment)
                comments = tuple(entry["body"] for entry in api.comments.get(7, []))
                told.append(Told(code, steps["gate"], tuple(api.requests[asked:]), comments))
            assert not api.violations, api.violations
    return told


def _roots(folder: Path) -> list[Path]:
    """Make the root module as it is in each run, with its plan and the records so far."""
    roots = []
    with LocalAws() as aws:
        _wait_until(aws, _STARTS)
        write_state(aws.endpoint_url, people.deployer(aws.endpoint_url, REGION), folder / "state.json")
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        _wait_until(aws, _HAPPENS)
        change_by_hand(aws.endpoint_url)
        live = {name: dict(given) for name, given in _BY_HAND.items()}
        roots.append(_root(folder / "first", state, aws.records(), live))
        aws.advance(600)
        people.ops_engineer(aws.endpoint_url, REGION).update_function_configuration(
            FunctionName="process-orders", MemorySize=2048
        )
        live["process_orders"]["memory_size"] = 2048
        roots.append(_root(folder / "second", state, aws.records(), live))
        aws.advance(600)
        _set_back(aws.endpoint_url)
        roots.append(_root(folder / "third", state, aws.records(), {}))
    return roots


def _wait_until(aws: LocalAws, moment: datetime) -> None:
    aws.hold_clock()
    aws.advance((moment - aws.now()).total_seconds())


def _set_back(endpoint_url: str) -> None:
    people.ops_engineer(endpoint_url, REGION).update_function_configuration(
        FunctionName="process-orders", MemorySize=512, Timeout=10
    )
    people.developer(endpoint_url, REGION).remove_permission(
        FunctionName="secure-function", StatementId="AllowS3Invoke"
    )
    people.oncall_admin(endpoint_url, REGION).update_event_source_mapping(
        UUID=mapping_of(endpoint_url), FunctionName="stream-processor", BatchSize=100, Enabled=True
    )
    people.sre_team(endpoint_url, REGION).delete_function_concurrency(FunctionName="high-traffic-api")


def _root(folder: Path, state: Mapping[str, Any], records: list[Any], live: Mapping[str, Mapping[str, Any]]) -> Path:
    folder.mkdir()
    shutil.copy(Path(__file__).parent / "infra" / "main.tf", folder)
    shutil.copytree(PROJECT / "terraform" / "modules" / "drift_check", folder / "modules" / "drift_check")
    (folder / "events.json").write_text(json.dumps({"Records": records}), encoding="utf-8")
    instances = []
    for entry in state["resources"]:
        mapping = entry["type"] == "aws_lambda_event_source_mapping"
        after: Mapping[str, Any] | None = None
        found = None if entry["name"] == "stream_processor" and not mapping else live.get(entry["name"])
        if entry["name"] == "process_orders":
            after = {"memory_size": 512, "timeout": 10}
        elif entry["name"] == "high_traffic_api":
            after = GONE
        elif mapping:
            after = _BY_HAND["stream_processor"]
        instances.append(planned(entry, found, after, configured=sorted(after or {})))
    (folder / "plan.json").write_text(json.dumps(_with_gate(plan(*instances))), encoding="utf-8")
    return folder


def _with_gate(made: dict[str, Any]) -> dict[str, Any]:
    """Add the module's gate to a plan, which ran in it with the mode ``annotate``."""
    gate = {"address": "data.external.this", "mode": "data", "type": "external", "name": "this"}
    outputs: Mapping[str, Any] = {name: {} for name in ("verdict", "finding_count", "blocking", "message")}
    call = {"source": "./modules/drift_check", "module": {"outputs": outputs, "resources": [gate]}}
    made["configuration"]["root_module"]["module_calls"] = {"drift_check": call}
    answer = {**gate, "address": "module.drift_check.data.external.this", "values": {"result": {"mode": "annotate"}}}
    made["prior_state"]["values"]["root_module"]["child_modules"] = [
        {"address": "module.drift_check", "resources": [answer]}
    ]
    return made
