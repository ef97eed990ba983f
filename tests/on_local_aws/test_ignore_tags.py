"""``ignore_tags`` hides from the gate what it hides from a refresh, whichever way a resource has its provider."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

import tfdrift_gate.gate
from tests.builders import differences
from tests.local_aws import LocalAws, people
from tests.on_local_aws.applied_world import REGION
from tests.terraform_cli.binary import Completed
from tests.terraform_cli.fixtures import FIRST, Installed, cannot
from tfdrift_gate.model import Report
from tfdrift_gate.settings import Settings

pytestmark = [
    pytest.mark.terraform,
    pytest.mark.long,
    pytest.mark.parametrize("installed", [FIRST], indirect=True),
]

BY_HAND = {"kubernetes.io/cluster": "a", "CostCenter": "1", "costcenter": "2", "Seen": "3"}
VARIABLES = {"TF_AWS_IGNORE_TAGS_KEYS": " costcenter ,,", "TF_AWS_IGNORE_TAGS_KEY_PREFIXES": "See"}


@dataclass
class World:
    """The root module, applied, with each of its resources tagged by hand since."""

    aws: LocalAws
    folder: Path
    installed: Installed
    environment: dict[str, str]

    def terraform(self, *args: str, **variables: str) -> Completed:
        environment = {**self.environment, **variables}
        done = self.installed.terraform.run(*args, "-no-color", cwd=self.folder, env=environment)
        assert done.code == 0, done.output
        return done

    def refreshed(self, **variables: str) -> dict[str | None, Any]:
        """Return the tags that a refresh finds, by address, where they are not those in state."""
        self.terraform("plan", "-refresh-only", "-out=refresh.bin", **variables)
        shown = json.loads(self.terraform("show", "-json", "refresh.bin").stdout)
        return {entry["address"]: entry["change"]["after"]["tags"] for entry in shown.get("resource_drift", [])}

    def judged(self, **variables: str) -> Report:
        events = self.folder / "events.json"
        events.write_text(json.dumps({"Records": self.aws.records()}), encoding="utf-8")
        now = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(minutes=5)
        return tfdrift_gate.gate.check(Settings(dir=str(self.folder), events=(str(events),)), variables, now)


@pytest.fixture(scope="module")
def world(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if installed.providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    folder = shutil.copytree(Path(__file__).parent / "ignore_tags_root", tmp_path_factory.mktemp("tags") / "root")
    with LocalAws() as aws:
        environment = {
            **installed.environment,
            **people.deployer(aws.endpoint_url, REGION),
            "AWS_ENDPOINT_URL": aws.endpoint_url,
            "AWS_REGION": REGION,
        }
        made = World(aws, folder, installed, environment)
        for command in (["init"], ["apply", "-auto-approve"], ["apply", "-refresh-only", "-auto-approve"]):
            made.terraform(*command)
        functions = people.ops_engineer(aws.endpoint_url, REGION)
        for entry in functions.list_code_signing_configs()["CodeSigningConfigs"]:
            functions.tag_resource(Resource=entry["CodeSigningConfigArn"], Tags=BY_HAND)
        yield made


@pytest.mark.parametrize("variables", [{}, VARIABLES], ids=["blocks", "blocks and environment"])
def test_the_gate_holds_those_tags_against_somebody_that_a_refresh_shows(
    world: World, variables: dict[str, str]
) -> None:
    refreshed = world.refreshed(**variables)
    report = world.judged(**variables)
    assert report.skipped == ()
    assert {address: after for (address, _), (_, after) in differences(report.findings).items()} == refreshed
    # Not one of them is hidden as a whole or shown as a whole by chance.
    shown = {address: BY_HAND.keys() & tags.keys() for address, tags in refreshed.items()}
    everything = set(BY_HAND) - ({"costcenter", "Seen"} if variables else set())
    by_default = everything - {"kubernetes.io/cluster", "CostCenter"}
    by_other = everything - {"Seen"}
    expected = {
        "aws_lambda_code_signing_config.default": by_default,
        "aws_lambda_code_signing_config.plain": everything,
        "aws_lambda_code_signing_config.other": by_other,
        "module.inherits.aws_lambda_code_signing_config.it": by_default,
        "module.handed.aws_lambda_code_signing_config.it": everything,
        "module.aliased.aws_lambda_code_signing_config.mine": by_other,
        "module.aliased.aws_lambda_code_signing_config.default": by_default,
        "module.own.aws_lambda_code_signing_config.it": everything,
        "module.empty.aws_lambda_code_signing_config.it": everything,
        "module.proxy.aws_lambda_code_signing_config.it": by_other,
    }
    assert shown == {address: keys for address, keys in expected.items() if keys}


def test_what_a_refresh_does_not_show_is_suppressed_with_its_reason(world: World) -> None:
    report = world.judged()
    found = {finding.address: finding.suppressed_by for finding in report.suppressed}
    why = found["module.inherits.aws_lambda_code_signing_config.it"]
    assert why is not None
    assert (why.kind, why.reason) == ("ignore_tags", "the provider's configuration ignores this tag")
    assert {entry.kind for entry in found.values() if entry} == {"ignore_tags"}
