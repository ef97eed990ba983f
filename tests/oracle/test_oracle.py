"""The short form of the oracle: real Terraform, its real AWS provider and the gate about the same calls by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.oracle.call import Call
from tests.oracle.delivery import SHAPES
from tests.oracle.judging import judge, the_gate
from tests.oracle.sequence import sequences
from tests.oracle.telling import told
from tests.oracle.world import World, bare_environment
from tests.terraform_cli.binary import terraform_as_library, terraform_on_path
from tests.terraform_cli.fixtures import cannot
from tests.terraform_cli.providers import provide

pytestmark = pytest.mark.terraform

SEED = 2026
CELLS = 15


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world applied by the Terraform on PATH, or else by PyPI's; which one makes no difference to a refresh."""
    folder = tmp_path_factory.mktemp("oracle")
    terraform = terraform_on_path()
    if isinstance(terraform, str):
        terraform = terraform_as_library(folder)
    if isinstance(terraform, str):
        cannot(terraform)
    providers = provide(folder / "providers", terraform)
    if providers.aws is None:
        cannot("the AWS provider is neither in a mirror on this machine nor in reach")
    with World(terraform, bare_environment(folder, providers), folder, CELLS) as applied:
        yield applied


def test_the_gate_reports_what_terraforms_refresh_finds(world: World, tmp_path: Path) -> None:
    outcomes = judge(world, list(islice(sequences(SEED), CELLS)), tmp_path / "records", Random(SEED))
    wrong = [told(outcome, SEED, number) for number, outcome in enumerate(outcomes) if outcome.comparison.disagrees]
    assert not wrong, "\n\n".join(wrong)
    assert sum(len(outcome.comparison.agreed) for outcome in outcomes) > CELLS


def test_nothing_done_is_nothing_found_by_either(world: World, tmp_path: Path) -> None:
    for outcome in judge(world, [()] * CELLS, tmp_path / "records", Random(SEED)):
        assert not outcome.refreshed
        assert not outcome.findings
        assert not outcome.records


@pytest.mark.long
def test_the_same_records_in_another_container_and_order_make_the_same_report(world: World, tmp_path: Path) -> None:
    played = world.play(list(islice(sequences(SEED + 1), 5)))
    records = [*world.before, *(record for of_one in played.records for record in of_one)]
    now = world.now() + timedelta(seconds=1)
    reports = []
    for number, shape in enumerate(SHAPES):
        folder = tmp_path / str(number)
        folder.mkdir()
        delivered = [*records, *records[::3]]
        Random(number).shuffle(delivered)
        report = the_gate(world.root, shape(delivered, folder), now)
        reports.append({part: report[part] for part in ("verdict", "findings", "suppressed", "reverted")})
    assert reports[0]["findings"]
    assert all(report == reports[0] for report in reports)


@pytest.mark.long
def test_a_gate_that_is_wrong_is_found_out(world: World, tmp_path: Path) -> None:
    def forgetful(root: Path, events: str, now: datetime) -> Mapping[str, Any]:
        report = the_gate(root, events, now)
        for finding in report["findings"]:
            finding["changes"] = [change for change in finding["changes"] if change["attribute"] != "timeout"]
        return report

    said = {"FunctionName": "<cell>-bare", "MemorySize": 512, "Timeout": 60}
    calls = (Call("UpdateFunctionConfiguration", said, "bare"),)
    (outcome,) = judge(world, [calls], tmp_path / "records", Random(SEED), gate=forgetful)
    address = 'module.cell["c00"].aws_lambda_function.bare'
    assert outcome.comparison.agreed == {(address, "memory_size")}
    assert outcome.comparison.missed == {(address, "timeout")}
    assert not outcome.comparison.invented
