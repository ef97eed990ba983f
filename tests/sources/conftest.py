"""A local AWS for each file of tests, empty for each test, and in the environment as the one to ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.local_aws import LocalAws
from tests.samples import aws_environment


@pytest.fixture(scope="module")
def running() -> Iterator[LocalAws]:
    with LocalAws() as aws:
        yield aws


@pytest.fixture
def aws(running: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    running.reset()
    for name, value in aws_environment(running.endpoint_url).items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    return running
