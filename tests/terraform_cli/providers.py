"""Where Terraform finds its providers: the registry where it answers, else mirrors on this machine.

Writes a CLI configuration of the caller's own (``TF_CLI_CONFIG_FILE``), so that no test depends on, or changes,
the settings of whoever runs it: https://developer.hashicorp.com/terraform/cli/config/config-file
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.terraform_cli.binary import Terraform

PROJECT = Path(__file__).resolve().parents[2]
MIRROR_VARIABLE = "TFDRIFT_TEST_PROVIDER_MIRROR"
"""Names a folder that holds ``registry.terraform.io/hashicorp/aws``, for machines where the search finds none."""

_HOST = "registry.terraform.io"
_EXTERNAL = f"{_HOST}/hashicorp/external"
_AWS = f"{_HOST}/hashicorp/aws"
_SEARCH_DEPTH = 6
_NOT_SEARCHED = {"proc", "sys", "dev", "run", "tmp"}
_PROBE = """terraform {
  required_providers {
    external = {
      source = "hashicorp/external"
    }
  }
}
"""


@dataclass(frozen=True)
class Providers:
    """The CLI configuration to use, and where each provider comes from."""

    cli_config: Path
    external: str
    """``registry`` or ``stand-in``."""
    aws: str | None
    """``registry`` or ``mirror``; None where it cannot be had."""


def provide(folder: Path, terraform: Terraform) -> Providers:
    """Write the CLI configuration into ``folder`` and say where the providers come from.

    Terraform itself decides whether the registry answers, by an ``init`` of a root that needs only ``external``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mirror = aws_mirror()
    if _registry_answers(folder / "probe", terraform):
        config = _write(folder, _mirrored(mirror, "hashicorp/aws") if mirror else "  direct {}\n", direct=bool(mirror))
        return Providers(config, "registry", "mirror" if mirror else "registry")
    stand_in = _install_stand_in(folder / "stand-ins")
    methods = _mirrored(stand_in, "hashicorp/external") + (_mirrored(mirror, "hashicorp/aws") if mirror else "")
    return Providers(_write(folder, methods, direct=False), "stand-in", "mirror" if mirror else None)


@cache
def aws_mirror() -> Path | None:
    """Find a filesystem mirror with the AWS provider on this machine."""
    if named := os.environ.get(MIRROR_VARIABLE):
        return Path(named)
    for folder, inside, _ in os.walk("/"):
        depth = 0 if folder == "/" else folder.count("/")
        inside[:] = (
            [name for name in inside if not (depth == 0 and name in _NOT_SEARCHED)] if depth < _SEARCH_DEPTH else []
        )
        if _HOST in inside and (Path(folder) / _AWS).is_dir():
            return Path(folder)
    return None


def _registry_answers(folder: Path, terraform: Terraform) -> bool:
    folder.mkdir(exist_ok=True)
    (folder / "main.tf").write_text(_PROBE, encoding="utf-8")
    empty = folder / "terraform.rc"
    empty.write_text("", encoding="utf-8")
    environment = {**os.environ, "HOME": str(folder), "TF_CLI_CONFIG_FILE": str(empty)}
    try:
        done = terraform.run("init", "-backend=false", "-no-color", cwd=folder, env=environment, timeout=60)
    except subprocess.TimeoutExpired:
        return False
    return done.code == 0


def _install_stand_in(mirror: Path) -> Path:
    system, machine = platform.system().lower(), platform.machine().lower()
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}.get(machine, machine)
    folder = mirror / _EXTERNAL / "2.3.5" / f"{system}_{architecture}"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "terraform-provider-external_v2.3.5"
    program.write_text(
        f"#!{sys.executable}\nimport runpy, sys\nsys.path.insert(0, {str(PROJECT)!r})\n"
        "runpy.run_module('tests.terraform_cli.external_stand_in', run_name='__main__')\n",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return mirror


def _mirrored(mirror: Path, provider: str) -> str:
    return f'  filesystem_mirror {{\n    path    = "{mirror}"\n    include = ["{provider}"]\n  }}\n'


def _write(folder: Path, methods: str, direct: bool) -> Path:
    if direct:
        methods += '  direct {\n    exclude = ["hashicorp/aws"]\n  }\n'
    file = folder / "terraform.rc"
    file.write_text(f"provider_installation {{\n{methods}}}\n", encoding="utf-8")
    return file
