"""LookupEvents is asked at most twice a second for each account and region, and less where others ask too."""

from __future__ import annotations

import threading

import pytest

from tfdrift_gate.sources.lookup.pace import SECONDS, SLOWEST, Pace, PastDeadline, pace_of


class FakeClock:
    """A fake clock: its time passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def paced() -> tuple[FakeClock, Pace]:
    clock = FakeClock()
    return clock, Pace(clock, clock.sleep)


def test_no_second_holds_more_than_two_requests() -> None:
    clock, pace = paced()
    times = []
    for _ in range(20):
        pace.wait(1060)
        times.append(clock.now)
    assert all(later - earlier > 1.0 for earlier, later in zip(times, times[2:], strict=False))
    assert times[-1] - times[0] < 12  # and no more waiting than that takes


def test_a_slow_answer_is_not_waited_for_twice() -> None:
    clock, pace = paced()
    for _ in range(3):
        pace.wait(1060)
        clock.sleep(5)
    assert clock.now == 1015.0


def test_a_request_that_took_long_to_arrive_puts_the_next_one_but_one_off() -> None:
    clock, pace = paced()
    turn = pace.wait(1060)
    clock.sleep(0.4)
    pace.passed(turn)
    pace.wait(1060)
    pace.wait(1060)
    assert clock.now == pytest.approx(1000.0 + 0.2 + SECONDS)


def test_a_back_off_is_waited_for() -> None:
    clock, pace = paced()
    pace.wait(1060)
    pace.wait(1060, at_least=7.5)
    assert clock.now == 1007.5


def test_no_request_is_sent_past_the_deadline_and_nothing_is_waited_for_in_vain() -> None:
    clock, pace = paced()
    for _ in range(6):
        pace.wait(1003)
    with pytest.raises(PastDeadline):
        pace.wait(1003)
    assert clock.now <= 1003


def test_a_turn_that_comes_too_late_is_nobodys() -> None:
    clock, pace = paced()
    pace.wait(1060)
    with pytest.raises(PastDeadline):
        pace.wait(1001, at_least=5)
    pace.wait(1060)
    assert clock.now == 1000.0


def test_being_throttled_slows_all_requests_down_and_passing_brings_the_rate_back() -> None:
    clock, pace = paced()
    for _ in range(2):
        pace.throttled()
    times = []
    for _ in range(4):
        pace.wait(1060)
        times.append(clock.now)
    assert [times[2] - times[0], times[3] - times[1]] == pytest.approx([4 * SECONDS] * 2)
    for _ in range(10):
        pace.throttled()
    assert pace.seconds == SLOWEST, "and never so slow that nothing is asked any more"
    for _ in range(20):
        pace.passed(clock.now)
    assert pace.seconds == SECONDS


def test_threads_that_ask_for_one_account_and_region_share_its_rate() -> None:
    _, pace = paced()
    turns: list[float] = []
    pace.sleep = lambda seconds: turns.append(1000.0 + seconds)  # time stands still: each is told its own turn
    threads = [threading.Thread(target=pace.wait, args=(1e9,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    turns = sorted([1000.0, 1000.0, *turns])
    assert len(turns) == 10
    assert all(later - earlier > 1.0 for earlier, later in zip(turns, turns[2:], strict=False))


def test_one_account_and_region_has_one_pace_in_the_process() -> None:
    assert pace_of("123456789012", "eu-west-1") is pace_of("123456789012", "eu-west-1")
    assert pace_of("123456789012", "eu-west-1") is not pace_of("123456789012", "us-east-1")
    assert pace_of("123456789012", "eu-west-1") is not pace_of("210987654321", "eu-west-1")
