"""Records as AWS and their publishers really wrote them: none is a surprise. They are read where they are kept.

``TFDRIFT_GATE_REAL_RECORDS`` names the file where a checkout stands elsewhere (a worktree).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.builders import check
from tfdrift_gate.catalog import load_catalog
from tfdrift_gate.changes.interpret import interpret
from tfdrift_gate.model import RawRecord, Record
from tfdrift_gate.records.record import read_record

BESIDE = Path(__file__).parents[2] / "shared" / "real-records" / "records.jsonl"
RECORDS = Path(os.environ.get("TFDRIFT_GATE_REAL_RECORDS", BESIDE))
pytestmark = pytest.mark.skipif(not RECORDS.is_file(), reason="the real records are not part of the project")
CATALOG = load_catalog()


def real() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RECORDS.read_text(encoding="utf-8").splitlines() if line.strip()]


def mutating() -> list[dict[str, Any]]:
    return [
        body
        for body in real()
        if not body.get("errorCode") and not body["eventName"].startswith(("Get", "List")) and not body.get("readOnly")
    ]


def test_every_successful_call_that_mutates_is_understood_or_skipped_by_name_and_no_other() -> None:
    for number, body in enumerate(real(), 1):
        read = read_record(RawRecord(f"record {number}", body), CATALOG.event_sources)
        assert isinstance(read, Record) is (body in mutating()), body["eventName"]
        if isinstance(read, Record):
            meaning = interpret(read, CATALOG)
            assert meaning.change or meaning.skipped, body["eventName"]
            assert all(entry.event_name == body["eventName"] and entry.reason for entry in meaning.skipped)


def test_every_real_call_that_succeeded_is_understood() -> None:
    understood: Counter[str] = Counter()
    for body in mutating():
        read = read_record(RawRecord("here", body), CATALOG.event_sources)
        assert isinstance(read, Record)
        change = interpret(read, CATALOG).change
        assert change is not None, body["eventName"]
        assert change.key.account
        assert change.key.parts[0]
        understood[read.api] += 1
    assert set(understood) == {
        "AddPermission",
        "CreateFunction",
        "DeleteFunction",
        "RemovePermission",
        "UpdateFunctionCode",
        "UpdateFunctionConfiguration",
    }


def test_a_run_over_all_of_them_reads_all_and_reaches_a_verdict(tmp_path: Path) -> None:
    report = check(tmp_path, real(), since="1999-12-31", unmanaged="all")
    assert report.records_read == len(real())
    assert report.records_relevant == len(mutating())
    assert report.verdict in ("clean", "drift")
    assert report.problems == ()


def test_every_record_is_accounted_for(capsys: pytest.CaptureFixture[str]) -> None:
    counts: Counter[str] = Counter()
    skipped: Counter[tuple[str, str]] = Counter()
    for number, body in enumerate(real(), 1):
        read = read_record(RawRecord(f"record {number}", body), CATALOG.event_sources)
        if not isinstance(read, Record):
            counts["failed" if body.get("errorCode") else "only read"] += 1
            continue
        meaning = interpret(read, CATALOG)
        counts["judged" if meaning.change else "skipped" if meaning.skipped else "dropped"] += 1
        skipped.update((str(entry.event_name), entry.reason) for entry in meaning.skipped)
    with capsys.disabled():
        print(f"\n{len(real())} real records: {dict(counts)}; not understood: {dict(skipped)}")
    assert counts.total() == len(real())
    assert counts["dropped"] == 0
    assert all(name and reason for name, reason in skipped)
    assert counts["judged"] == len(mutating()) - counts["skipped"]
