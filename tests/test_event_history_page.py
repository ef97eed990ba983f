"""docs/event-history.md: its policies allow calls that there are, its commands have options that there are."""

from __future__ import annotations

import json
import re
import shlex
from itertools import pairwise
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from tfdrift_gate.cli import cli
from tfdrift_gate.sources import SOURCES, source_for

PAGE = Path(__file__).parents[1].joinpath("docs", "event-history.md").read_text(encoding="utf-8")
POLICIES = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
COMMANDS = [line for kind, block in FENCED if not kind for line in block.splitlines()]
OF_THE_GATE = [part.strip() for line in COMMANDS for part in line.split("|") if "tfdrift-gate " in part]

# NOTE: S3's actions are not all named like its operations,
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
OTHER_NAMES = {
    "s3:ListBucket": "ListObjectsV2",
    "s3:ListMultipartUploadParts": "ListParts",
}


def actions(policy: dict[str, Any]) -> list[str]:
    found: list[str] = []
    for statement in policy["Statement"]:
        assert statement.keys() == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        found += [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
    return found


@pytest.mark.parametrize("action", sorted({action for policy in POLICIES for action in actions(policy)}))
def test_a_policy_allows_a_call_that_there_is(action: str) -> None:
    service, _, name = action.partition(":")
    operation = OTHER_NAMES.get(action, name)
    assert operation in botocore.session.Session().get_service_model(service).operation_names


def test_there_is_a_policy_for_every_source_in_aws() -> None:
    services = [{action.partition(":")[0] for action in actions(policy)} for policy in POLICIES]
    assert services == [{"cloudtrail"}, {"s3", "kms", "cloudtrail"}, {"athena", "glue", "s3"}, {"cloudtrail"}]
    assert len(services) == len(set(SOURCES) - {""})


@pytest.mark.parametrize(("source", "policy"), [("lookup", 0), ("bucket", 1), ("athena", 2), ("lake", 3)])
def test_a_policy_allows_what_its_source_calls(source: str, policy: int) -> None:
    package = Path(__file__).parents[1] / "tfdrift_gate" / "sources"
    place = package / source if (package / source).is_dir() else package
    code = (
        "\n".join(path.read_text(encoding="utf-8") for path in place.rglob("*.py"))
        if place != package
        else (package / f"{source}.py").read_text(encoding="utf-8")
    )
    allowed = [action.partition(":") for action in actions(POLICIES[policy])]
    services = {service for service, _, _ in allowed}
    there = {
        name for service in services for name in botocore.session.Session().get_service_model(service).operation_names
    }
    called = there & {*re.findall(r'"([A-Z][A-Za-z0-9]+)"', code)}
    assert called <= {name for _, _, name in allowed}
    assert called


@pytest.mark.parametrize("command", OF_THE_GATE)
def test_a_command_has_options_that_there_are(command: str) -> None:
    words = shlex.split(command, comments=True)
    words = words[words.index("tfdrift-gate") + 1 :]
    group = cli.get_command(None, words[0])  # type: ignore[arg-type]
    assert group is not None
    if words[0] == "athena":
        group = group.get_command(None, words[1])  # type: ignore[attr-defined]
    known = {option for param in group.params for option in param.opts}
    assert {word for word in words if word.startswith("--")} <= known
    for option, value in pairwise(words):
        if option == "--events":
            assert callable(source_for(value))


def test_the_commands_were_found() -> None:
    assert len(OF_THE_GATE) >= 9


def test_the_cache_in_ci_is_a_workflows_steps() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    cache, check = yaml.safe_load(block)
    assert cache["uses"].startswith("actions/cache@")
    assert cache["with"]["path"] == check["env"]["TFDRIFT_GATE_CACHE_DIR"]
