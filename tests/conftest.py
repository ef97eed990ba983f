"""What every test may use."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import platformdirs
import pytest

pytest_plugins = ["tests.terraform_cli.fixtures", "tests.recipes.machine"]


_NUMBERS = count()


@pytest.fixture(scope="session")
def caches(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("caches")


@pytest.fixture(autouse=True)
def no_cache_of_the_developers(monkeypatch: pytest.MonkeyPatch, caches: Path) -> None:
    """Keep what is read of a local AWS out of the developer's own cache folder, and out of the next test's."""
    folder = str(caches / str(next(_NUMBERS)))
    monkeypatch.setenv("TFDRIFT_GATE_CACHE_DIR", folder)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda _: folder)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files of outputs anew")


WAIT_LONGEST = ("test_in_terraform.py", "test_oracle.py", "test_drift_check_module.py", "test_action.py")
"""Files whose tests wait for Terraform and runners: begun first, the others fill the time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: WAIT_LONGEST.index(name) if (name := item.path.name) in WAIT_LONGEST else 99)
