"""``make demo``: start a local AWS, apply, drift, and show the plan stopped with its message.

Everything happens in a temporary folder and on this machine; nothing is left running. Without Terraform, or
without its AWS provider, the same judgement runs through the command line, and the demo says what it left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

from demo.world import write_state
from tests import readme
from tests.local_aws import LocalAws, people
from tests.published_examples import REGION, change_by_hand
from tests.terraform_cli.binary import PROJECT, Completed, Terraform, terraform_on_path
from tests.terraform_cli.providers import Providers, provide

CAPTURE = "--capture"
"""An argument: also write the stopped plan into README."""

_EXAMPLE = Path("terraform/examples/four_scenarios")


def main() -> int:
    """Run the demo; gives 0 when the plan was stopped as it must be."""
    with tempfile.TemporaryDirectory(prefix="tfdrift-gate-demo-") as name, LocalAws() as aws:
        folder = Path(name)
        say("a local AWS runs: moto with a Lambda and a CloudTrail in front of it, for the demo only")
        found = terraform_on_path()
        if isinstance(found, str):
            return without_terraform(folder, aws, found)
        providers = provide(folder / "providers", found)
        if providers.aws is None:
            return without_terraform(folder, aws, "the AWS provider is not in reach")
        return with_terraform(folder, aws, found, providers)


def with_terraform(folder: Path, aws: LocalAws, terraform: Terraform, providers: Providers) -> int:
    """Apply, change by hand, plan: the plan must stop with exit code 1."""
    if providers.external == "stand-in":
        say("the registry is not in reach: a stand-in takes the place of the provider hashicorp/external")
    root = copy_example(folder)
    home = folder / "home"
    home.mkdir()
    environment = {
        "HOME": str(home),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "TF_CLI_CONFIG_FILE": str(providers.cli_config),
        "CHECKPOINT_DISABLE": "1",
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        **people.deployer(aws.endpoint_url, REGION),
    }

    def run(*args: str, expected: int = 0, **more: str) -> Completed:
        began = time.monotonic()
        done = terraform.run(*args, "-no-color", cwd=root, env={**environment, **more})
        say(f"  exit code {done.code} after {time.monotonic() - began:.0f} s")
        if done.code != expected:
            sys.exit(f"{done.output}\nthe demo expected exit code {expected}")
        return done

    say(f"Terraform {terraform.version} applies four functions (terraform init; terraform apply)")
    run("init")
    run("apply", "-auto-approve")
    say("four people change them by hand: a CLI, the console, a script, a CLI")
    change_by_hand(aws.endpoint_url)
    say("$ terraform plan")
    done = run("plan", expected=1)
    show(done.stderr)
    if CAPTURE in sys.argv[1:]:
        text = readme.README.read_text(encoding="utf-8")
        block = f"```text\n$ terraform plan\n{done.stderr.strip()}\n```"
        readme.README.write_text(readme.with_block(text, "captured plan", block), encoding="utf-8")
    say("$ tfdrift-gate check")
    gate(root, environment, expected=2)
    say("the repairing apply goes past the gate: TFDRIFT_GATE_MODE=annotate terraform apply")
    run("apply", "-auto-approve", TFDRIFT_GATE_MODE="annotate")
    say("and the permission that nobody manages is removed by hand")
    people.developer(aws.endpoint_url, REGION).remove_permission(
        FunctionName="secure-function", StatementId="AllowS3Invoke"
    )
    say("$ terraform plan -detailed-exitcode")
    done = run("plan", "-detailed-exitcode")
    show("\n".join(line for line in done.stdout.splitlines() if line.startswith(("No changes", "Terraform has"))))
    say("the plan is clean again")
    return 0


def without_terraform(folder: Path, aws: LocalAws, reason: str) -> int:
    """Judge the same changes through the command line alone."""
    say(f"left out: the plan itself and the module, because {reason}")
    say("instead the command line judges the same changes against a state that the demo writes")
    root = copy_example(folder)
    credentials = people.deployer(aws.endpoint_url, REGION)
    environment = {**os.environ, **credentials, "AWS_ENDPOINT_URL": aws.endpoint_url}
    write_state(aws.endpoint_url, credentials, root / "terraform.tfstate")
    change_by_hand(aws.endpoint_url)
    say("$ tfdrift-gate check")
    gate(root, environment, expected=2)
    return 0


def copy_example(folder: Path) -> Path:
    """Copy the example and the module it names, and make the functions' code."""
    shutil.copytree(
        PROJECT / "terraform", folder / "terraform", ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*")
    )
    root = folder / _EXAMPLE
    with zipfile.ZipFile(root / "app.zip", "w") as package:
        package.writestr(zipfile.ZipInfo("app.py"), "def handler(event, context):\n    return event\n")
    return root


def gate(root: Path, environment: dict[str, str], expected: int) -> None:
    """Show ``tfdrift-gate check`` as a person would see it."""
    done = subprocess.run([sys.executable, "-m", "tfdrift_gate", "check"], cwd=root, env=environment, check=False)
    say(f"  exit code {done.returncode}")
    if done.returncode != expected:
        sys.exit(f"the demo expected exit code {expected}")


def say(words: str) -> None:
    """Tell what happens; bold on a terminal."""
    bold = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    print(f"\x1b[1m▸ {words}\x1b[0m" if bold else f"▸ {words}", flush=True)


def show(text: str) -> None:
    """Show what a program said."""
    print(f"\n{text.strip()}\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
