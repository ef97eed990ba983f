"""What every test may use."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.terraform_cli.fixtures", "tests.recipes.machine"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files of outputs anew")
