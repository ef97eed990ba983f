"""What ``ignore_changes`` and override files mean, asked of Terraform itself, on a resource that is built into it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.terraform_cli.binary import Completed, Terraform, terraform_on_path
from tfdrift_gate.terraform.configuration import read_configuration
from tfdrift_gate.terraform.root import open_root

TERRAFORM = terraform_on_path()
pytestmark = pytest.mark.skipif(not isinstance(TERRAFORM, Terraform), reason=str(TERRAFORM))
# The module of nothing makes each file one that may matter here.
MODULE = 'module "none" {\n  source = "./none"\n}\n'
VARIABLE = 'variable "v" {}\n'


def block(lifecycle: str, arguments: str = "") -> str:
    return f'resource "terraform_data" "a" {{\n{arguments}  lifecycle {{\n    {lifecycle}\n  }}\n}}\n'


def terraform(folder: Path, *arguments: str) -> Completed:
    assert isinstance(TERRAFORM, Terraform)
    return TERRAFORM.run(*arguments, "-no-color", cwd=folder, env={**os.environ, "TF_IN_AUTOMATION": "1"})


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("applied")
    (folder / "none").mkdir()
    (folder / "none" / "main.tf").write_text("")
    (folder / "main.tf").write_text(MODULE + VARIABLE + block("", "  input = var.v\n"))
    for command in (["init"], ["apply", "-auto-approve", "-var", "v=1"]):
        done = terraform(folder, *command)
        assert done.code == 0, done.output
    return folder


@pytest.mark.parametrize(
    ("base", "override"),
    [
        ("", None),
        ("ignore_changes = all", None),
        ("ignore_changes = [input]", None),
        ('ignore_changes = ["input"]', None),
        ("ignore_changes = [triggers_replace]", None),
        ("ignore_changes = [input]", "ignore_changes = []"),
        ("ignore_changes = [input]", "create_before_destroy = true"),
        ("ignore_changes = [input]", "ignore_changes = [triggers_replace]"),
        ("ignore_changes = [triggers_replace]", "ignore_changes = [input]"),
        ("ignore_changes = all", "ignore_changes = [triggers_replace]"),
        ("ignore_changes = [triggers_replace]", "ignore_changes = all"),
    ],
)
def test_a_change_is_ignored_where_terraform_ignores_it(
    applied: Path, tmp_path: Path, base: str, override: str | None
) -> None:
    folder = tmp_path / "root"
    shutil.copytree(applied, folder)
    (folder / "main.tf").write_text(MODULE + VARIABLE + block(base, "  input = var.v\n"))
    if override is not None:
        (folder / "a_override.tf").write_text(MODULE + block(override))
    plan = terraform(folder, "plan", "-detailed-exitcode", "-var", "v=2")
    assert plan.code in (0, 2), plan.output
    declaration = read_configuration(open_root(str(folder), None, {}), {}).find("terraform_data.a")
    assert declaration is not None
    assert declaration.ignores("input") is (plan.code == 0)
