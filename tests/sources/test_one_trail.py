"""One trail, and every source and way that there is: the findings are the same, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fault_runs.sources import SOURCES, Source
from tests.fault_runs.world import FUNCTIONS, World, fill, make_world
from tests.local_aws import LocalAws
from tests.samples import REGION, aws_environment
from tfdrift_gate.gate import check
from tfdrift_gate.outputs.json import document
from tfdrift_gate.settings import Settings

OF_ONE_ACCOUNT = [source for source in SOURCES if not source.roles]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return make_world(tmp_path_factory.mktemp("world"), seed=6)


@pytest.fixture(scope="module")
def running(world: World) -> Iterator[LocalAws]:
    with LocalAws() as aws:
        fill(aws, world)
        yield aws


@pytest.fixture
def aws(running: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    for name, value in aws_environment(running.endpoint_url).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", REGION)
    return running


def found(source: Source, world: World, cache: Path) -> str:
    settings = Settings(
        dir=str(world.root),
        events=(source.locator.format(source.folder(world)),),
        since=world.since.isoformat(),
        until=world.until.isoformat(),
        validate_digests=source.proven,
        **source.options,  # type: ignore[arg-type]
    )
    with source.chosen():
        report = check(settings, {"TFDRIFT_GATE_CACHE_DIR": str(cache)}, world.until)
    assert report.problems == ()
    told = document(report)
    return json.dumps([told["verdict"], told["findings"], told["suppressed"], told["reverted"]], indent=1)


def parameter(source: Source) -> object:
    # tests/sources/test_lookup_same_findings.py and test_lookup_cache.py try LookupEvents' ways in short.
    at_length = source.ways or source.cached
    return pytest.param(source, id=source.name, marks=[pytest.mark.long] if at_length else [])


@pytest.mark.parametrize("source", [parameter(source) for source in OF_ONE_ACCOUNT])
def test_the_findings_are_those_of_the_files(aws: LocalAws, world: World, tmp_path: Path, source: Source) -> None:
    (files,) = [each for each in SOURCES if each.name == "a folder"]
    expected = found(files, world, tmp_path)
    assert len(json.loads(expected)[1]) == FUNCTIONS
    assert found(source, world, tmp_path) == expected
    if source.cached:
        assert found(source, world, tmp_path) == expected


def test_every_scheme_is_tried() -> None:
    assert len(OF_ONE_ACCOUNT) >= 12
    assert {source.locator.partition(":")[0] for source in OF_ONE_ACCOUNT} >= {"cloudtrail", "s3", "athena", "lake"}
