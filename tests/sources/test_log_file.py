"""A log file searched by bytes: what may count is found whatever else the file holds, and nothing planted is taken."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import builders
from tests.samples import check, root_module
from tfdrift_gate.errors import EventSourceError
from tfdrift_gate.sources.inflate import inflate
from tfdrift_gate.sources.log_file import LogFile, search

LAMBDA = "lambda.amazonaws.com"


def as_written(*records: Any) -> bytes:
    """The text of a log file as CloudTrail writes it."""
    return json.dumps({"Records": records}, separators=(",", ":")).encode()


def found(data: bytes) -> LogFile:
    log_file = search(data, [LAMBDA])
    assert log_file is not None
    return log_file


def write(**fields: Any) -> dict[str, Any]:
    return builders.update_configuration({"memorySize": 1024}, **fields)


def read_call(**fields: Any) -> dict[str, Any]:
    return builders.record("GetFunction20150331v2", {"functionName": "orders"}, readOnly=True, **fields)


def other(request: Any = None, **fields: Any) -> dict[str, Any]:
    return builders.record("PutInventory", request, eventSource="ssm.amazonaws.com", **fields)


def test_of_a_file_only_the_records_that_may_count_are_kept() -> None:
    log_file = found(as_written(other(), write(), read_call(), other(userAgent=LAMBDA), write(errorCode="Denied")))
    assert log_file.records_read == 5
    assert [candidate.number for candidate in log_file.candidates] == [2, 5]
    assert json.loads(log_file.candidates[0].text) == write()
    assert log_file.candidates[0].event_time == write()["eventTime"]


@pytest.mark.parametrize("records", [[read_call(), other()], [other()], [read_call()] * 3])
def test_a_file_of_reads_and_other_services_has_nothing_that_counts(records: list[Any]) -> None:
    assert found(as_written(*records)) == LogFile(len(records), ())


def test_a_record_planted_in_the_parameters_of_another_is_no_record() -> None:
    forged = write(name="forged")
    planted = other({"items": [{"a": "b"}, forged, forged, {"eventVersion": "1.11"}]})
    assert found(as_written(planted)).candidates == ()
    kept = found(as_written(read_call(), planted, write(name="real"), planted)).candidates
    assert [json.loads(candidate.text)["requestParameters"]["functionName"] for candidate in kept] == ["real"]


def test_a_record_that_looks_like_several_is_one() -> None:
    real = write(name="orders", tagged=[{"x": 1}, {"eventVersion": "1", "readOnly": True}, {"eventVersion": "2"}])
    kept = found(as_written(other(), real, read_call())).candidates
    assert [json.loads(candidate.text) for candidate in kept] == [real]


def test_a_write_that_says_somewhere_inside_that_it_reads_is_a_write() -> None:
    assert len(found(as_written(write(tags={"readOnly": True}))).candidates) == 1


def test_a_correction_counts_whatever_it_says_itself() -> None:
    correction = {"reason": "UPDATED_DATA", "originalEventID": "a"}
    records = [read_call(), read_call(addendum=correction), write(errorCode="Denied", addendum=correction)]
    assert [candidate.number for candidate in found(as_written(*records)).candidates] == [2, 3]


def test_a_flag_written_as_a_text_counts_as_it_does_later() -> None:
    kept = found(as_written(read_call() | {"readOnly": "true"}, write() | {"readOnly": "false"})).candidates
    assert [candidate.number for candidate in kept] == [2]


OTHER_FORMS = {
    "with blanks": json.dumps({"Records": [write()]}).encode(),
    "another first key": as_written(dict(reversed(write().items()))),
    "cut": as_written(write())[:-1],
    "cut inside a record": as_written(write(), write())[:-40],
    "no records": as_written(),
    "compact, but for one blank": as_written(write(), write()).replace(b"},{", b"}, {"),
    "compact, but for one blank inside": as_written(write(), write()).replace(b'"eventName":', b'"eventName": '),
    "one record of several with blanks": as_written(other())[:-2] + b"," + json.dumps(write()).encode() + b"]}",
    "a blank before a colon": as_written(write(), write()).replace(b'"eventSource":', b'"eventSource" :'),
    "an object more": b'{"Records":[' + as_written(write())[12:-2] + b'],"more":[]}',
}


@pytest.mark.parametrize("form", OTHER_FORMS)
def test_another_form_is_left_to_the_general_reader_or_read_the_same(form: str) -> None:
    log_file = search(OTHER_FORMS[form], [LAMBDA])
    if log_file is not None:
        expected = json.loads(OTHER_FORMS[form])["Records"]
        assert [json.loads(candidate.text) for candidate in log_file.candidates] == expected


TEXTS = st.sampled_from(
    ["", "a", '"', "\\", "},{", '{"eventVersion":"', '"eventSource":"lambda.amazonaws.com"', "é", "\u2028", "]}"]
)
LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | TEXTS
NAMES = st.sampled_from(["eventVersion", "eventSource", "readOnly", "eventTime", "a"])
VALUES = st.recursive(
    LEAVES | st.sampled_from([LAMBDA, "1.11"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
RECORDS = st.builds(
    lambda version, source, read_only, request, more: {
        "eventVersion": version,
        "userIdentity": request,
        "eventSource": source,
        "requestParameters": request,
        "readOnly": read_only,
        **more,
    },
    st.sampled_from(["1.11", "1.08"]),
    st.sampled_from([LAMBDA, "ssm.amazonaws.com"]),
    st.booleans(),
    VALUES,
    st.dictionaries(st.sampled_from(["eventSource", "readOnly", "eventTime", "addendum"]), VALUES, max_size=2),
)


def says_read(record: dict[str, Any]) -> bool:
    return record.get("readOnly") in (True, "true") and record.get("addendum") is None


@settings(max_examples=200, deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=5))
@example([{"eventVersion": "1", "requestParameters": [{"eventVersion": "1", "eventSource": LAMBDA}]}])
def test_any_file_gives_just_its_own_records_and_each_write_among_them(records: list[Any]) -> None:
    log_file = search(as_written(*records), [LAMBDA])
    assert log_file is not None
    numbers = [candidate.number for candidate in log_file.candidates]
    assert [json.loads(candidate.text) for candidate in log_file.candidates] == [records[n - 1] for n in numbers]
    writes = {n for n, record in enumerate(records, 1) if not says_read(record)}
    wanted = {n for n in writes if records[n - 1].get("eventSource") == LAMBDA}
    assert wanted <= set(numbers) <= writes
    if log_file.candidates:
        assert log_file.records_read == len(records)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 400), st.booleans())
def test_a_damaged_file_is_never_an_unforeseen_error(damage: bytes, place: int, cut: bool) -> None:
    data = as_written(other(), write(), read_call())
    damaged = data[:place] + damage + (b"" if cut else data[place + len(damage) :])
    log_file = search(damaged, [LAMBDA])
    assert log_file is None or log_file.records_read > 0


def test_a_file_that_was_cut_off_is_never_taken_as_whole() -> None:
    data = as_written(*[other({"items": [{"a": "b"}], "names": ["x"]}), other({"names": ["x"]})] * 2)
    assert [place for place in range(len(data)) if search(data[:place], [LAMBDA])] == []


def test_a_record_nested_too_deeply_is_named_and_no_unforeseen_error(tmp_path: Path) -> None:
    deep = as_written(write(more="DEEP")).replace(b'"DEEP"', b"[" * 5000 + b"]" * 5000)
    (tmp_path / "trail.json").write_bytes(deep)
    done = check(root_module(tmp_path / "root"), "--events", str(tmp_path / "trail.json"))
    assert done.returncode == 1
    assert f"reading {tmp_path / 'trail.json'}: " in done.stderr


def test_a_planted_record_reaches_no_report(tmp_path: Path) -> None:
    forged = write(name="process-orders")
    (tmp_path / "trail.json.gz").write_bytes(
        gzip.compress(as_written(other({"items": [{}, forged, {"eventVersion": "1"}]})))
    )
    done = check(root_module(tmp_path / "root"), "--events", str(tmp_path / "trail.json.gz"), "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["counts"]["records_relevant"]) == (0, 0)


@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_what_gzip_packed_is_inflated(size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert inflate(gzip.compress(data), "file") == data
    assert inflate(gzip.compress(data) + gzip.compress(data[::-1]), "file") == data + data[::-1]


def test_two_members_of_one_size_are_both_inflated() -> None:
    assert inflate(gzip.compress(b"aaaa") + gzip.compress(b"bbbb"), "file") == b"aaaabbbb"


@pytest.mark.parametrize("told", [10, 1 << 19, 1 << 31])
def test_a_file_that_was_made_to_fill_memory_does_not_whatever_it_says_of_its_size(
    told: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = gzip.compress(bytes(64 << 20))
    monkeypatch.setattr("tfdrift_gate.sources.inflate.LIMIT", 1 << 20)
    tracemalloc.start()
    try:
        with pytest.raises(EventSourceError, match="reading file: the gzip file "):
            inflate(packed[:-4] + told.to_bytes(4, "little"), "file")
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
