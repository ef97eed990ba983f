"""The root module ``world/`` applied on a local AWS, and what Terraform's refresh finds after calls by hand."""

from __future__ import annotations

import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.local_aws import LocalAws, people
from tests.local_aws.server import Snapshot
from tests.terraform_cli.binary import Completed
from tests.terraform_cli.fixtures import Installed

REGION = "us-east-1"

Drift = dict[str, dict[str, Any] | None]
"""By address: each attribute that differs with its value now, None for an instance that is gone."""


@dataclass
class AppliedWorld:
    """A local AWS with the world on it, which every round of calls starts from."""

    aws: LocalAws
    folder: Path
    installed: Installed
    environment: dict[str, str]
    applied: Snapshot
    functions: Any
    """boto3's Lambda client of somebody at the AWS CLI."""

    def terraform(self, *args: str) -> Completed:
        """Run Terraform in the root module; an error of Terraform's fails the test."""
        done = self.installed.terraform.run(*args, "-no-color", cwd=self.folder, env=self.environment)
        # 2 is what -detailed-exitcode says of a difference.
        assert done.code in (0, 2), done.output
        return done

    def start_over(self) -> None:
        """Undo every call since the world was applied."""
        self.aws.restore(self.applied)

    def drift(self) -> Drift:
        """Return what a refresh finds to differ from the state."""
        self.terraform("plan", "-refresh-only", "-out=refresh.bin")
        shown = json.loads(self.terraform("show", "-json", "refresh.bin").stdout)
        found: Drift = {}
        for resource in shown.get("resource_drift", []):
            before, after = resource["change"]["before"], resource["change"]["after"]
            if after is not None:
                differ = (name for name in after if after[name] != before.get(name))
                found[resource["address"]] = {name: after[name] for name in differ}
            else:
                found[resource["address"]] = None
        return found

    def output(self, name: str) -> str:
        """Return an output of the root module: an id that is another one in each world."""
        value: str = self._state()["outputs"][name]["value"]
        return value

    def addresses(self) -> set[str]:
        """Return the address of every resource in the state."""
        return {f"{resource['type']}.{resource['name']}" for resource in self._state()["resources"]}

    def _state(self) -> Any:
        return json.loads((self.folder / "terraform.tfstate").read_text(encoding="utf-8"))


def apply_world(aws: LocalAws, installed: Installed, folder: Path) -> AppliedWorld:
    """Apply the world on an empty local AWS and let a refresh settle what a provider only then writes into state."""
    root = shutil.copytree(Path(__file__).parent / "world", folder / "world")
    with zipfile.ZipFile(root / "app.zip", "w") as package:
        package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    environment = {
        **installed.environment,
        **people.deployer(aws.endpoint_url, REGION),
        "AWS_ENDPOINT_URL": aws.endpoint_url,
    }
    functions = people.ops_engineer(aws.endpoint_url, REGION)
    world = AppliedWorld(aws, root, installed, environment, aws.snapshot(), functions)
    world.terraform("init")
    world.terraform("apply", "-auto-approve")
    # The first refresh finds null where AWS answers [], {} or "": noise that Terraform then writes into state.
    world.terraform("apply", "-refresh-only", "-auto-approve")
    world.applied = aws.snapshot()
    return world
