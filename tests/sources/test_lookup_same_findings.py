"""On the local AWS every way to ask event history ends in the same findings, byte by byte."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.attached import create_url, put_invoke_config, tag, update_invoke_config, update_url
from tests.builders import (
    add_permission,
    alias_state,
    create_function,
    delete_alias,
    function_arn,
    function_state,
    mapping_state,
    permission_state,
    put_concurrency,
    remove_permission,
    state_text,
    update_alias,
    update_code,
    update_configuration,
    update_mapping,
)
from tests.local_aws import LocalAws
from tests.samples import REGION, read_only, recent, record
from tests.sources.hurried import hurry
from tfdrift_gate.gate import check
from tfdrift_gate.outputs.json import document
from tfdrift_gate.settings import Settings
from tfdrift_gate.sources.lookup import accounts as accounts_module
from tfdrift_gate.sources.lookup.region import RegionRead
from tfdrift_gate.sources.lookup.ways import NAMES, RESOURCES, SERVICES, WRITES

WAYS = [(SERVICES,), (WRITES,), (SERVICES, WRITES), (NAMES,), (RESOURCES,)]


@pytest.fixture
def aws(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    hurry(monkeypatch, aws)
    return aws


def a_day() -> list[dict[str, Any]]:
    """Somebody changes something of everything, among much that is nothing to the gate."""
    calls = [
        update_configuration({"memorySize": 1024}),
        add_permission("by-hand"),
        remove_permission("allow"),
        put_concurrency(50),
        update_mapping({"batchSize": 500}, {"batchSize": 500}),
        update_alias({"functionVersion": "9"}),
        create_url(),
        update_url({"authType": "NONE"}),
        put_invoke_config({"maximumRetryAttempts": 0}),
        update_invoke_config({"maximumRetryAttempts": 1}),
        tag({"team": "by hand"}, function_arn()),
        update_code(),
        delete_alias(),
        create_function("nobodys"),
        record("CreateFunction20150331", {"functionName": "failed"}, None, errorCode="AccessDenied"),
    ]
    elsewhere = [record("TagResource", {}, eventSource="ecs.amazonaws.com") for _ in range(3)]
    reads = [read_only() for _ in range(60)]
    day = recent([*elsewhere, *reads[:30], *calls, *reads[30:]])
    return [each | {"awsRegion": REGION} for each in day]


def test_all_ways_give_the_same_findings(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aws.append_records(a_day())
    (tmp_path / "terraform.tfstate").write_text(
        state_text(function_state(), permission_state(), mapping_state(), alias_state()), encoding="utf-8"
    )
    (tmp_path / "main.tf").write_text("", encoding="utf-8")
    now = datetime.now(timezone.utc)
    said: dict[tuple[str, ...], str] = {}
    asked: dict[tuple[str, ...], int] = {}
    for ways in WAYS:
        monkeypatch.setattr(accounts_module, "RegionRead", partial(RegionRead, ways=ways))
        settings = Settings(dir=str(tmp_path), region=(REGION,), no_cache=True, deadline=600.0)
        report = document(check(settings, {}, now))
        assert report["verdict"] == "drift"
        assert len(report["skipped"]) == (ways[0] in (NAMES, RESOURCES))
        told = ("findings", "reverted", "suppressed", "max_severity", "problems")
        said[ways] = json.dumps({part: report[part] for part in told})
        asked[ways] = report["coverage"][0]["api_calls"]
    assert len(set(said.values())) == 1
    assert len(json.loads(said[SERVICES,])["findings"]) >= 7
    # They did ask in ways of their own.
    assert asked[NAMES,] >= 47
    assert asked[SERVICES,] == 2
