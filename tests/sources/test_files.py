"""Records from files: every shape, plain and gzip; what cannot be read whole is an error, never fewer records."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.samples import MORNING, SINCE, UNTIL, check, read_only, root_module, run, update
from tfdrift_gate.instant import parse_instant
from tfdrift_gate.model import TimeWindow
from tfdrift_gate.sources import Question, Reading
from tfdrift_gate.sources.files import read

RECORDS = [read_only(eventID="first"), update(eventID="second")]


def looked_up(record: dict[str, Any]) -> dict[str, Any]:
    return {"EventId": record["eventID"], "EventTime": MORNING, "CloudTrailEvent": json.dumps(record)}


def bridged(record: dict[str, Any]) -> dict[str, Any]:
    return {"version": "0", "detail-type": "AWS API Call via CloudTrail", "source": "aws.lambda", "detail": record}


SHAPES: dict[str, Callable[[], str]] = {
    "Records": lambda: json.dumps({"Records": RECORDS}, indent=2),
    "list": lambda: json.dumps(RECORDS),
    "list on many lines": lambda: json.dumps(RECORDS, indent=2),
    "JSON lines": lambda: "\n".join(json.dumps(record) for record in RECORDS) + "\n",
    "JSON lines with blank ones": lambda: "\r\n\r\n".join(json.dumps(record) for record in RECORDS),
    "lines of Records": lambda: "\n".join(json.dumps({"Records": [record]}) for record in RECORDS),
    "lookup-events output": lambda: json.dumps({"Events": [looked_up(record) for record in RECORDS]}),
    "lookup-events, one event a line": lambda: "\n".join(json.dumps(looked_up(record)) for record in RECORDS),
    "EventBridge, one event a line": lambda: "\n".join(json.dumps(bridged(record)) for record in RECORDS),
    "list of EventBridge events": lambda: json.dumps([bridged(record) for record in RECORDS]),
    "with a byte order mark": lambda: "\ufeff" + json.dumps({"Records": RECORDS}),
}


def read_locator(locator: str | Path, since: str = SINCE, until: str = UNTIL) -> Reading:
    window = TimeWindow(parse_instant(since), parse_instant(until))
    (reading,) = read(Question(str(locator), window, frozenset({"lambda.amazonaws.com"}), (), frozenset()))
    return reading


def ids(reading: Reading) -> list[Any]:
    return [record.body["eventID"] for record in reading.records]


def refused(locator: str | Path) -> str:
    """Demand an error with something to do; give its message."""
    reading = read_locator(locator)
    assert reading.error is not None
    assert not reading.coverage.complete
    assert reading.error.hint
    assert reading.error.message in reading.coverage.note
    return reading.error.message


def compressed(text: str | bytes) -> bytes:
    return gzip.compress(text if isinstance(text, bytes) else text.encode())


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("form", ["plain", "gzip", "gzip under a plain name"])
def test_every_shape_is_read_plain_and_gzip(tmp_path: Path, shape: str, form: str) -> None:
    file = tmp_path / ("events.json.gz" if form == "gzip" else "events.json")
    text = SHAPES[shape]()
    file.write_bytes(text.encode() if form == "plain" else compressed(text))
    reading = read_locator(file)
    assert (ids(reading), reading.error) == (["first", "second"], None)
    assert (reading.coverage.complete, reading.coverage.records_read) == (True, 2)
    assert reading.coverage.source == str(file)


def test_one_eventbridge_event_is_one_record(tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(bridged(RECORDS[1])))
    assert ids(read_locator(file)) == ["second"]


def test_gzip_of_several_members_is_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl.gz"
    file.write_bytes(b"".join(compressed(json.dumps(record) + "\n") for record in RECORDS))
    assert ids(read_locator(file)) == ["first", "second"]


@pytest.mark.parametrize("empty", [{"Records": []}, {"Events": []}, []])
def test_a_file_that_says_that_there_are_no_records_is_whole(tmp_path: Path, empty: Any) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps(empty))
    reading = read_locator(file)
    assert (list(reading.records), reading.error, reading.coverage.complete) == ([], None, True)


def test_a_folder_is_read_with_everything_below_it(tmp_path: Path) -> None:
    below = tmp_path / "AWSLogs" / "123456789012" / "CloudTrail" / "us-east-1" / "2026" / "01" / "01"
    below.mkdir(parents=True)
    (below / "a.json.gz").write_bytes(compressed(json.dumps({"Records": RECORDS[:1]})))
    (tmp_path / "b.jsonl").write_text(json.dumps(RECORDS[1]))
    (tmp_path / "README.txt").write_text("how these were downloaded")
    reading = read_locator(tmp_path)
    assert (sorted(ids(reading)), reading.error) == (["first", "second"], None)
    assert "1 other file" in reading.coverage.note


def test_digests_and_hidden_files_are_no_records(tmp_path: Path) -> None:
    digest = tmp_path / "CloudTrail-Digest" / "us-east-1"
    digest.mkdir(parents=True)
    (digest / "digest.json.gz").write_bytes(compressed('{"digestPublicKeyFingerprint": "x"}'))
    (tmp_path / ".partial.json").write_text("{")
    (tmp_path / "events.json").write_text(json.dumps(RECORDS))
    reading = read_locator(tmp_path)
    assert (ids(reading), reading.error) == (["first", "second"], None)


@pytest.mark.parametrize("pattern", ["*.json", "**/*.json", "events-?.json", "events-[01].json"])
def test_a_glob_is_read(tmp_path: Path, pattern: str) -> None:
    for number, record in enumerate(RECORDS):
        (tmp_path / f"events-{number}.json").write_text(json.dumps([record]))
    (tmp_path / "other.txt").write_text("not matched")
    assert ids(read_locator(tmp_path / pattern)) == ["first", "second"]


def test_a_folder_that_a_glob_matches_is_read_with_everything_below_it(tmp_path: Path) -> None:
    (tmp_path / "day").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(RECORDS[:1]))
    (tmp_path / "day" / "b.json").write_text(json.dumps(RECORDS[1:]))
    assert ids(read_locator(tmp_path / "*")) == ["first", "second"]
    assert ids(read_locator(tmp_path / "**")) == ["first", "second"]
    assert ids(read_locator(tmp_path / "d*")) == ["second"]


def test_digests_that_a_glob_matches_are_no_records(tmp_path: Path) -> None:
    for name in ("CloudTrail", "CloudTrail-Digest"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(json.dumps(RECORDS if name == "CloudTrail" else {"digest": 1}))
    assert ids(read_locator(tmp_path / "**" / "*.json")) == ["first", "second"]


def test_linked_folders_are_read_once_and_end(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "a.json").write_text(json.dumps(RECORDS))
    (tmp_path / "trail").mkdir()
    (tmp_path / "trail" / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "trail" / "loop").symlink_to(tmp_path / "trail")
    assert ids(read_locator(tmp_path / "trail")) == ["first", "second"]


def test_a_link_to_nothing_is_named_never_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(RECORDS))
    (tmp_path / "b.json").symlink_to(tmp_path / "gone.json")
    assert "b.json" in refused(tmp_path)


def test_a_folder_that_may_not_be_listed_is_named_never_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.json").write_text(json.dumps(RECORDS))
    listing = os.scandir

    def scandir(path: Any = ".") -> Any:
        # A stand-in for a folder without rights: the superuser may list every one.
        if os.fspath(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return listing(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert "closed: Permission denied" in refused(tmp_path)


def test_a_file_whose_name_looks_like_a_glob_is_read(tmp_path: Path) -> None:
    file = tmp_path / "events[1].json"
    file.write_text(json.dumps(RECORDS))
    assert ids(read_locator(file)) == ["first", "second"]


@pytest.mark.parametrize("form", ["plain", "gzip"])
def test_standard_input_is_read(tmp_path: Path, form: str) -> None:
    text = json.dumps({"Records": RECORDS})
    stdin = compressed(text) if form == "gzip" else text.encode()
    root = root_module(tmp_path / "root")
    arguments = ("--events", "-", "--since", SINCE, "--until", UNTIL, "--format", "json")
    done = run("check", str(root), *arguments, stdin=stdin)
    assert done.returncode == 2
    report = json.loads(done.stdout)
    assert (report["counts"]["records_read"], report["coverage"][0]["source"]) == (2, "-")


def test_records_outside_the_window_are_counted_and_left_out(tmp_path: Path) -> None:
    times = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T00:00:01Z"]
    file = tmp_path / "events.json"
    file.write_text(json.dumps([read_only(eventTime=time, eventID=time) for time in times]))
    reading = read_locator(file)
    assert ids(reading) == times[1:3]  # both ends belong to the window
    assert reading.coverage.records_read == 4
    assert "2 of 4 records lie outside the window" in reading.coverage.note


def test_a_record_without_a_readable_time_is_left_for_the_reader_to_name(tmp_path: Path) -> None:
    file = tmp_path / "events.json"
    file.write_text(json.dumps([update(eventTime="yesterday"), "no record at all"]))
    assert len(read_locator(file).records) == 2


# What cannot be read whole


BAD = {
    "not gzip": ("events.json.gz", json.dumps(RECORDS).encode(), "not a gzip file"),
    "not gzip but empty": ("events.json.gz", b"", "not a gzip file"),
    "not JSON": ("events.json", b"<html>Access Denied</html>", "not JSON"),
    "not JSON in gzip": ("events.json.gz", compressed("<html></html>"), "not JSON"),
    "not text": ("events.json", b"\xff\xfe\x00\x01", "not UTF-8"),
    "empty": ("events.json", b"", "empty"),
    "only blanks": ("events.json", b" \n\n", "empty"),
    "empty in gzip": ("events.json.gz", compressed(""), "empty"),
    "truncated gzip": ("events.json.gz", compressed(json.dumps(RECORDS))[:-20], "truncated"),
    "gzip without its checksum": ("events.json.gz", compressed(json.dumps(RECORDS))[:-4], "truncated"),
    "gzip cut in its header": ("events.json.gz", compressed(json.dumps(RECORDS))[:6], "truncated"),
    "damaged gzip": ("events.json.gz", compressed(json.dumps(RECORDS))[:-8] + b"12345678", "damaged"),
    "gzip with rubbish behind it": ("events.json.gz", compressed(json.dumps(RECORDS)) + b"rubbish", "damaged"),
    "truncated JSON": ("events.json", json.dumps({"Records": RECORDS}).encode()[:-30], "JSON"),
    "JSON without its last bracket": ("events.json", json.dumps({"Records": RECORDS}).encode()[:-1], "truncated"),
    "truncated JSON on many lines": ("events.json", json.dumps(RECORDS, indent=2).encode()[:-30], "JSON"),
    "truncated JSON lines": (
        "events.jsonl",
        "\n".join(json.dumps(record) for record in RECORDS).encode()[:-9],
        "line 2 of 2",
    ),
    "JSON lines damaged in the middle": (
        "events.jsonl",
        f"{json.dumps(RECORDS[0])}\n{{\n{json.dumps(RECORDS[1])}".encode(),
        "line 2 of 3",
    ),
    "JSON, but no records": ("events.json", b'{"version": 4, "resources": []}', "no records"),
    "a JSON number": ("events.json", b"42", "no records"),
    "JSON null": ("events.json", b"null", "no records"),
    "Records that is no list": ("events.json", b'{"Records": null}', "no records"),
    "a list of something else": ("events.json", b'[{"FunctionName": "orders"}]', "no records"),
    "nested too deep": ("events.json", b"[" * 200_000, "JSON"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_file_that_cannot_be_read_whole_is_an_error_that_names_it(tmp_path: Path, what: str) -> None:
    name, content, said = BAD[what]
    (tmp_path / name).write_bytes(content)
    message = refused(tmp_path / name)
    assert str(tmp_path / name) in message
    assert said in message


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_in_a_folder_is_named_itself(tmp_path: Path, what: str) -> None:
    name, content, _ = BAD[what]
    (tmp_path / "0.json").write_text(json.dumps(RECORDS))
    (tmp_path / name).write_bytes(content)
    assert str(tmp_path / name) in refused(tmp_path)


def test_what_was_read_before_a_bad_file_is_kept(tmp_path: Path) -> None:
    (tmp_path / "0.json").write_text(json.dumps(RECORDS))
    (tmp_path / "1.json").write_text("{")
    assert ids(read_locator(tmp_path)) == ["first", "second"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = refused(tmp_path / "missing.json")
    assert str(tmp_path / "missing.json") in message
    assert "no such file" in message


def test_a_glob_that_matches_nothing_is_named(tmp_path: Path) -> None:
    message = refused(tmp_path / "*.json.gz")
    assert str(tmp_path / "*.json.gz") in message
    assert "nothing matches" in message


@pytest.mark.parametrize("content", [None, "README.txt"])
def test_a_folder_without_record_files_is_named(tmp_path: Path, content: str | None) -> None:
    if content:
        (tmp_path / content).write_text("nothing here")
    message = refused(tmp_path)
    assert str(tmp_path) in message
    assert "no record files" in message


def test_empty_standard_input_is_named(tmp_path: Path) -> None:
    done = run("check", str(root_module(tmp_path / "root")), "--events", "-")
    assert done.returncode == 1
    assert done.stderr.splitlines()[0] == "tfdrift-gate: no verdict was reached"
    assert "standard input: it is empty" in done.stderr


def test_one_bad_file_is_exit_1_and_never_clean(tmp_path: Path) -> None:
    root = root_module(tmp_path / "root")
    (tmp_path / "events.json").write_text('{"Records": [')
    done = check(root, "--events", str(tmp_path / "events.json"), "--format", "json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert (report["verdict"], report["coverage"][0]["complete"]) == ("incomplete", False)
    assert str(tmp_path / "events.json") in done.stderr


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_only_a_line_feed_ends_a_json_line(tmp_path: Path, separator: str) -> None:
    # Each may stand in a JSON text as it is (https://www.rfc-editor.org/rfc/rfc8259#section-7): anybody's to send.
    odd = [dict(record, userAgent=f"odd{separator}agent") for record in RECORDS]
    file = tmp_path / "events.jsonl"
    file.write_bytes("\n".join(json.dumps(record, ensure_ascii=False) for record in odd).encode())
    reading = read_locator(file)
    assert (ids(reading), reading.error) == (["first", "second"], None)


def test_a_saved_answer_that_says_that_more_follows_is_not_taken_as_whole(tmp_path: Path) -> None:
    file = tmp_path / "lookup-events.json"
    file.write_text(json.dumps({"Events": [looked_up(RECORDS[0])], "NextToken": "eyJ..."}))
    assert str(file) in refused(file)


def test_a_folder_of_another_time_is_not_clean(tmp_path: Path) -> None:
    name = "123456789012_CloudTrail_us-east-1_20250601T1005Z_abcdefghABCDEFGH.json.gz"
    (tmp_path / name).write_bytes(compressed(json.dumps({"Records": RECORDS})))
    (tmp_path / name.replace("1005Z", "1010Z")).write_bytes(compressed(json.dumps({"Records": RECORDS})))
    assert "none of its 2 log files" in refused(tmp_path)
