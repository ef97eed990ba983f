"""One prism for each file of tests, a stand-in with nothing in it for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.action.github_api import GitHubApi, described, github_api


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with described(tmp_path_factory.mktemp("prism")) as port:
        yield port


@pytest.fixture
def api(prism: int) -> Iterator[GitHubApi]:
    with github_api(prism) as served:
        yield served
        assert served.violations == [], "a request that GitHub's own description does not allow"


@pytest.fixture
def event(tmp_path: Path) -> Path:
    """The event of a pull request from the repository itself."""
    file = tmp_path / "event.json"
    file.write_text('{"pull_request": {"number": 7}}', encoding="utf-8")
    return file
