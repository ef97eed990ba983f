"""The cache of event history: a run with it learns what a run without it learns, whatever became of its files."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tfdrift_gate.model import RawRecord, TimeWindow
from tfdrift_gate.sources import kept_read
from tfdrift_gate.sources.event_cache import MOST_BYTES, OVERLAP, PAGE, CacheKey, EventCache, Held
from tfdrift_gate.sources.kept_read import FRESH_FOR, KEPT_FOR

KEY = CacheKey("https://cloudtrail.eu-west-1.amazonaws.com", "123456789012", "eu-west-1", "EventSource=lambda")
NOW = datetime(2026, 11, 25, 12, 0, 0, tzinfo=timezone.utc)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def raw(when: datetime, name: str = "", **fields: Any) -> RawRecord:
    body = {"eventTime": f"{when:%Y-%m-%dT%H:%M:%SZ}", "eventID": name or f"{when:%H%M%S}", **fields}
    return RawRecord(f"eu-west-1: event {body['eventID']}", body)


def day(now: datetime = NOW, since: timedelta = DAY) -> TimeWindow:
    return TimeWindow(now - since, now)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def cache(folder: Path) -> EventCache:
    return EventCache(folder)


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def ids(records: Iterable[RawRecord]) -> list[str]:
    return [record.body["eventID"] for record in records]


# What is held and what is asked for


def test_nothing_is_held_at_first_and_no_folder_is_made_by_looking(cache: EventCache, folder: Path) -> None:
    assert cache.held(KEY, day(), NOW) == Held((), (day(),))
    assert not folder.exists()
    assert cache.notes == ()


def test_a_second_run_asks_only_for_what_may_have_come_late(cache: EventCache, folder: Path) -> None:
    old, late = raw(NOW - timedelta(hours=3)), raw(NOW - timedelta(minutes=3))
    cache.keep(KEY, day(), [late, old], NOW)
    later = NOW + timedelta(minutes=10)
    held = EventCache(folder).held(KEY, day(later), later)
    assert held.records == (old,)
    (missing,) = held.missing
    assert missing == TimeWindow(NOW - OVERLAP + timedelta(seconds=1), later)


def test_a_window_that_lies_wholly_in_what_was_read_needs_no_request(cache: EventCache) -> None:
    record = raw(NOW - timedelta(hours=2))
    cache.keep(KEY, day(), [record], NOW)
    window = TimeWindow(NOW - timedelta(hours=3), NOW - timedelta(hours=1))
    assert cache.held(KEY, window, NOW) == Held((record,), ())


def test_the_ends_of_what_is_asked_are_the_questions_own(cache: EventCache) -> None:
    fraction = timedelta(microseconds=123456)
    window = TimeWindow(NOW - DAY + fraction, NOW + fraction)
    assert cache.held(KEY, window, NOW + fraction).missing == (window,)
    instant = TimeWindow(NOW + fraction, NOW + fraction)
    assert cache.held(KEY, instant, NOW + DAY).missing == (instant,), "a window without a whole second is asked for"


@pytest.mark.parametrize("field", ["endpoint", "account", "region", "way"])
def test_another_question_is_not_answered(cache: EventCache, field: str) -> None:
    cache.keep(KEY, day(), [raw(NOW - DAY / 2)], NOW)
    other = CacheKey(**{**KEY.__dict__, field: "another"})
    assert cache.held(other, day(), NOW) == Held((), (day(),))


def test_a_record_made_while_nobody_looked_is_in_what_is_missing(cache: EventCache) -> None:
    cache.keep(KEY, day(), [], NOW)
    later = NOW + timedelta(hours=5)
    cache.keep(KEY, TimeWindow(later - timedelta(hours=1), later), [], later)
    held = cache.held(KEY, day(later), later)
    assert [(window.since, window.until) for window in held.missing] == [
        (NOW - OVERLAP + timedelta(seconds=1), later)
    ], "the little that is held between two gaps is asked for with them"


@pytest.mark.parametrize(("between", "windows"), [(PAGE - 1, 1), (PAGE, 2)])
def test_a_gap_is_asked_for_by_itself_where_that_saves_pages(cache: EventCache, between: int, windows: int) -> None:
    middle = TimeWindow(NOW - timedelta(hours=3), NOW - timedelta(hours=2))
    records = [raw(middle.since + timedelta(seconds=number), str(number)) for number in range(between)]
    cache.keep(KEY, middle, records, NOW)
    held = cache.held(KEY, day(), NOW)
    assert (len(held.missing), len(held.records)) == (windows, between if windows == 2 else 0)


def test_the_later_of_two_reads_of_one_second_counts(cache: EventCache) -> None:
    when = NOW - timedelta(hours=2)
    window = TimeWindow(when - MINUTE, when + MINUTE)
    cache.keep(KEY, window, [raw(when, "first")], NOW)
    cache.keep(KEY, window, [raw(when, "second"), raw(when, "third")], NOW + MINUTE)
    assert ids(cache.held(KEY, window, NOW + MINUTE).records) == ["second", "third"]


def test_what_a_clock_ahead_of_ours_wrote_is_not_believed(cache: EventCache) -> None:
    tomorrow = NOW + DAY
    cache.keep(KEY, TimeWindow(NOW - DAY, tomorrow), [], tomorrow)
    assert cache.held(KEY, day(), NOW).missing == (day(),)


def test_what_is_read_soon_after_it_happened_is_asked_for_again_some_hours_later(cache: EventCache) -> None:
    week = timedelta(days=7)
    cache.keep(KEY, day(since=week), [], NOW)
    soon, later, long_after = NOW + FRESH_FOR, NOW + FRESH_FOR + MINUTE, NOW + KEPT_FOR + MINUTE
    (missing,) = cache.held(KEY, TimeWindow(NOW - week, NOW), soon).missing
    assert missing.since > NOW - timedelta(hours=1)
    (missing,) = cache.held(KEY, TimeWindow(NOW - week, NOW), later).missing
    assert missing.since == NOW - DAY + timedelta(seconds=1), "AWS guarantees no time of delivery"
    assert cache.held(KEY, day(since=week), long_after).missing == (day(since=week),)


@pytest.mark.parametrize(
    "odd",
    [
        RawRecord("p", None),
        RawRecord("p", "text"),
        RawRecord("p", {"eventID": "timeless"}),
        RawRecord("p", {"eventTime": 7}),
        RawRecord("p", {"eventTime": "yesterday"}),
        RawRecord("p", {"eventTime": f"{NOW - DAY / 2:%Y-%m-%dT%H:%M:%S}.500Z"}),
    ],
)
def test_a_read_with_a_record_that_belongs_to_no_second_is_not_kept(
    cache: EventCache, folder: Path, odd: RawRecord
) -> None:
    cache.keep(KEY, day(), [raw(NOW - DAY / 2), odd], NOW)
    assert not folder.exists()
    assert cache.notes == ()


def test_any_text_comes_back_as_it_was(cache: EventCache) -> None:
    body = '{"a": "\\ud800\\u0000\\u001b[31m é", "b": [1e400, -0.0, 12345678901234567890], "b2": {"z": 1, "a": null}}'
    record = raw(NOW - DAY / 2, "x\n\ud800", fields=json.loads(body))
    cache.keep(KEY, day(), [record], NOW)
    (held,) = cache.held(KEY, day(), NOW).records
    assert json.dumps(held.body) == json.dumps(record.body)
    assert held.position == record.position


# Hours, in which lateness counts, and days, in which reads age.
SPANS = st.sampled_from([2 * 3600, 4 * 86400])
SHARES = st.integers(0, 1000)
TRAIL = st.lists(st.tuples(SHARES, st.integers(0, 15 * 60)), max_size=80)
RUNS = st.lists(st.tuples(SHARES, SHARES, st.sampled_from([0, 0, 0, 3600, -600])), min_size=1, max_size=12)


@settings(max_examples=120, deadline=None)
@given(SPANS, TRAIL, RUNS, st.booleans())
@example(7200, [(500, 900), (500, 0)], [(500 + minute * 8, 900, 0) for minute in range(18)], True)
def test_held_and_asked_together_are_what_a_fresh_question_gives(
    scale: int, trail: list[tuple[int, int]], runs: list[tuple[int, int, int]], in_order: bool
) -> None:
    """Any trail with records up to 15 minutes late, any windows, moments in and out of order, the last of them."""
    start = NOW - timedelta(days=3)

    def ask(window: TimeWindow, now: datetime) -> list[RawRecord]:
        return [
            raw(when, f"{number}-{share}-{late}")
            for number, (share, late) in enumerate(trail)
            if (when := start + timedelta(seconds=share * scale // 1000)) in window
            and when + timedelta(seconds=late) <= now
        ]

    with TemporaryDirectory() as name:
        for moment, span, ago in sorted(runs) if in_order else runs:
            now = start + timedelta(seconds=moment * scale / 1000)
            until = now - timedelta(seconds=ago)
            window = TimeWindow(until - timedelta(seconds=1 + span * scale / 1000), until)
            cache = EventCache(Path(name) / "cache")
            held = cache.held(KEY, window, now)
            learned = [*held.records]
            for missing in held.missing:
                answer = ask(missing, now)
                cache.keep(KEY, missing, answer, now)
                learned += answer
            assert sorted(ids(learned)) == sorted(ids(ask(window, now)))
            assert not cache.notes


# What the folder may look like


def kept(cache: EventCache, folder: Path, now: datetime = NOW) -> Path:
    before = set(folder.iterdir()) if folder.exists() else set()
    cache.keep(KEY, day(now, DAY / 2), [raw(now - timedelta(hours=2))], now)
    (new,) = set(folder.iterdir()) - before
    return new


def test_only_the_user_can_read_it_and_it_shows_no_key(cache: EventCache, folder: Path) -> None:
    path = kept(cache, folder)
    cache.keep_account("https://sts.amazonaws.com", "AKIAIOSFODNN7EXAMPLE", "123456789012")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    held = b"".join(file.name.encode() + file.read_bytes() for file in folder.iterdir())
    assert b"AKIAIOSFODNN7EXAMPLE" not in held + zlib.decompress(path.read_bytes(), 31)
    assert EventCache(folder).account_of("https://sts.amazonaws.com", "AKIAIOSFODNN7EXAMPLE") == "123456789012"
    assert EventCache(folder).account_of("http://127.0.0.1:5000", "AKIAIOSFODNN7EXAMPLE") is None


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def _forget_a_record(path: Path) -> None:
    text = zlib.decompress(path.read_bytes(), 31).split(b"\n")
    packer = zlib.compressobj(wbits=31)
    path.write_bytes(packer.compress(b"\n".join(text[:-1])) + packer.flush())


def _rename(path: Path) -> None:
    digest, since, rest = path.name.split(".", 2)
    path.rename(path.with_name(f"{digest}.{int(since) - 3600}.{rest}"))


def _age(path: Path) -> None:
    text = zlib.decompress(path.read_bytes(), 31)
    packer = zlib.compressobj(wbits=31)
    path.write_bytes(packer.compress(text.replace(b"[1,", b"[0,", 1)) + packer.flush())


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_cut, "damaged"),
        (_flip, "damaged"),
        (_forget_a_record, "damaged"),
        (_rename, "damaged"),
        (lambda path: path.write_bytes(b""), "damaged"),
        (lambda path: path.write_bytes(b"\x00" * 5000), "damaged"),
        (_age, "another version"),
        (lambda path: (path.rename(path.parent / "x"), path.symlink_to(path.parent / "x")), "not used"),
        (lambda path: path.chmod(0o666), "others may write to it"),
        (lambda path: (path.unlink(), os.mkfifo(path, 0o600)), "neither folder nor file"),
    ],
)
def test_a_file_that_cannot_be_believed_is_thrown_away_and_said_once(
    cache: EventCache, folder: Path, damage: Callable[[Path], object], said: str
) -> None:
    damage(kept(cache, folder))
    again = EventCache(folder)
    for _ in range(2):
        assert again.held(KEY, day(since=DAY / 2), NOW) == Held((), (day(since=DAY / 2),))
    (note,) = again.notes
    assert said in note
    assert "\n" not in note
    assert not [path for path in files(folder) if path.name.endswith(".events")]
    kept(again, folder)
    assert ids(again.held(KEY, day(since=DAY / 2), NOW).records), "and the next run has a cache again"


def test_of_several_files_only_the_damaged_one_is_lost(cache: EventCache, folder: Path) -> None:
    first = kept(cache, folder)
    later = NOW + timedelta(hours=3)
    cache.keep(KEY, TimeWindow(NOW - OVERLAP, later), [raw(NOW + MINUTE)] * PAGE, later)
    _flip(first)
    held = cache.held(KEY, TimeWindow(NOW - DAY / 2, later), later)
    assert len(held.records) == PAGE
    assert held.missing[0] == TimeWindow(NOW - DAY / 2, NOW - OVERLAP - timedelta(seconds=1))


def test_a_damaged_note_of_an_account_is_thrown_away(cache: EventCache, folder: Path) -> None:
    cache.keep_account("e", "AKIA", "123456789012")
    (path,) = files(folder)
    path.write_text("12345678901x")
    assert cache.account_of("e", "AKIA") is None
    assert "damaged" in cache.notes[0]
    assert not files(folder)


def _foreign(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    # A stand-in for another user's folder: to have a real one takes a second user on this machine.
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    return "another user owns it"


def _open_to_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder.chmod(0o777)
    return "others may write to it"


def _linked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder.with_name("elsewhere"))
    return "it is a link"


def _no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder.rename(folder.with_name("elsewhere"))
    folder.write_text("a file")
    return "neither folder nor file"


@pytest.mark.parametrize("make", [_foreign, _open_to_all, _linked, _no_folder])
def test_a_folder_in_which_others_could_plant_records_is_not_used(
    cache: EventCache, folder: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path, pytest.MonkeyPatch], str]
) -> None:
    kept(cache, folder)
    cache.keep_account("e", "AKIA", "123456789012")
    said = make(folder, monkeypatch)
    before = sorted(folder.iterdir()) if folder.is_dir() else []
    again = EventCache(folder)
    assert again.account_of("e", "AKIA") is None
    assert again.held(KEY, day(), NOW) == Held((), (day(),))
    again.keep(KEY, day(), [raw(NOW - DAY / 2)], NOW)
    (note,) = again.notes
    assert said in note
    assert "going on without it" in note
    assert (sorted(folder.iterdir()) if folder.is_dir() else []) == before


def test_a_folder_that_cannot_be_made_is_gone_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = EventCache(tmp_path / "file" / "cache")
    assert cache.held(KEY, day(), NOW) == Held((), (day(),))
    cache.keep(KEY, day(), [raw(NOW - DAY / 2)], NOW)
    assert len(cache.notes) == 1
    assert "Not a directory" in cache.notes[0]


FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from tests.sources.test_event_cache import KEY, NOW, DAY, day, raw
from tfdrift_gate.sources.event_cache import EventCache
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
cache = EventCache(Path(sys.argv[1]))
cache.keep(KEY, day(), [raw(NOW - DAY / 2)] * 9, NOW)
cache.keep(KEY, day(), [raw(NOW - DAY / 2)] * 9, NOW)
print(*cache.notes, sep="\\n")
"""


def test_a_disk_without_room_is_gone_without_and_nothing_is_left_behind(folder: Path) -> None:
    # A limit on the size of a file takes the full disk's place.
    done = subprocess.run([sys.executable, "-c", FULL_DISK, str(folder)], capture_output=True, text=True, check=True)
    (note,) = done.stdout.splitlines()
    assert "File too large; going on without it" in note
    assert files(folder) == []


# Its size


def test_what_no_longer_counts_is_taken_away(cache: EventCache, folder: Path) -> None:
    old = kept(cache, folder)
    left = folder / f"{old.name}.0123abcd.unfinished"
    left.write_bytes(b"of a run that was ended")
    account = folder / f"{'0' * 64}.account"
    account.write_text("123456789012")
    foreign = folder / "not ours"
    foreign.write_text("")
    for path, age in ((left, 2 * 3600), (account, 8 * 86400), (foreign, 8 * 86400)):
        os.utime(path, (NOW.timestamp() - age, NOW.timestamp() - age))
    later = NOW + FRESH_FOR + MINUTE
    new = kept(cache, folder, later)
    assert files(folder) == sorted([new, foreign])


def test_a_read_that_covers_an_older_one_takes_its_place(cache: EventCache, folder: Path) -> None:
    kept(cache, folder)
    cache.keep(KEY, day(NOW + MINUTE, DAY / 2 + 2 * MINUTE), [], NOW + MINUTE)
    assert len(files(folder)) == 1


def test_runs_that_follow_one_another_closely_make_no_file_each(cache: EventCache, folder: Path) -> None:
    for second in range(0, 600, 10):
        now = NOW + timedelta(seconds=second)
        for missing in cache.held(KEY, day(now), now).missing:
            cache.keep(KEY, missing, [], now)
    assert len(files(folder)) <= 11


def test_it_never_grows_beyond_its_bound(cache: EventCache, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tfdrift_gate.sources.event_cache.MOST_BYTES", 20_000)
    for number in range(20):
        noise = os.urandom(2000).hex()
        window = TimeWindow(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
        key = CacheKey("e", "a", "r", str(number))
        cache.keep(key, window, [raw(NOW - timedelta(hours=1), noise=noise)], NOW + timedelta(seconds=number))
        assert sum(path.stat().st_size for path in files(folder)) <= 20_000
    last = CacheKey("e", "a", "r", "19")
    assert cache.held(last, window, NOW + MINUTE).records, "the newest stay"
    cache.keep(KEY, window, [raw(NOW - timedelta(hours=1), noise=os.urandom(20_000).hex())], NOW + MINUTE)
    assert cache.held(last, window, NOW + MINUTE).records, "one read is not worth all others"
    assert MOST_BYTES > 10_000_000


# Several runs at once

SIDE_BY_SIDE = """
import sys
from pathlib import Path
from tests.sources.test_event_cache import KEY, NOW, MINUTE, TimeWindow, ids, raw, timedelta
from tfdrift_gate.sources.event_cache import EventCache
cache = EventCache(Path(sys.argv[1]))
start = NOW - timedelta(hours=10)
trail = [raw(start + number * MINUTE, str(number)) for number in range(600)]
def ask(window):
    return [each for number, each in enumerate(trail) if start + number * MINUTE in window]
for step in range(60):
    now = NOW - timedelta(hours=5) + (step * 4 + int(sys.argv[2])) * MINUTE
    window = TimeWindow(now - timedelta(hours=4), now)
    held = cache.held(KEY, window, now)
    learned = [*held.records]
    for missing in held.missing:
        cache.keep(KEY, missing, ask(missing), now)
        learned += ask(missing)
    assert sorted(ids(learned)) == sorted(ids(ask(window))), step
    if step % 20 == 19 and sys.argv[2] == "0":
        for path in Path(sys.argv[1]).iterdir():
            path.unlink(missing_ok=True)
assert not cache.notes, cache.notes
"""


def test_runs_side_by_side_neither_lose_nor_hinder_one_another(folder: Path) -> None:
    """One of them also takes every file away, again and again."""
    runs = [
        subprocess.Popen([sys.executable, "-c", SIDE_BY_SIDE, str(folder), str(number)], stderr=subprocess.PIPE)
        for number in range(3)
    ]
    assert [(run.communicate(timeout=60)[1], run.returncode) for run in runs] == [(b"", 0)] * 3


def test_its_files_can_be_read_by_this_version_only() -> None:
    """Who changes what a file holds counts the version up: then this test's text changes with it."""
    read = kept_read.KeptRead("0" * 32, 0, 60, 3600, "name")
    text = zlib.decompress(read.pack([raw(datetime.fromtimestamp(30, timezone.utc), "a")]), 31).decode()
    assert text.splitlines() == [
        f'[1, "{"0" * 32}", 0, 60, 3600, 1]',
        '[30, "eu-west-1: event a", {"eventTime": "1970-01-01T00:00:30Z", "eventID": "a"}]',
    ]
