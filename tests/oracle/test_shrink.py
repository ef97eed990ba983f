"""What is left of a disagreement is as little as makes it, and the same for everybody who asks."""

from __future__ import annotations

from collections.abc import Sequence

from tests.oracle.call import Call
from tests.oracle.shrink import Calls, shrunk

AT_ONCE = 7


def calls(*letters: str) -> Calls:
    return tuple(Call("UpdateFunctionConfiguration", {letter: 1, "Spare": 2}, letter) for letter in letters)


def subjects(some: Calls) -> str:
    return "".join(call.subject for call in some)


def test_only_the_calls_that_make_the_disagreement_are_left() -> None:
    def disagree(batch: Sequence[Calls]) -> list[bool]:
        return ["c" in subjects(some) and "f" in subjects(some) for some in batch]

    assert subjects(shrunk(calls(*"abcdefgh"), disagree, AT_ONCE)) == "cf"


def test_only_the_settings_that_make_the_disagreement_are_left() -> None:
    def disagree(batch: Sequence[Calls]) -> list[bool]:
        return [any("b" in call.arguments for call in some) for some in batch]

    (left,) = shrunk(calls(*"abc"), disagree, AT_ONCE)
    assert left.arguments == {"b": 1}


def test_a_disagreement_about_nothing_shrinks_to_nothing() -> None:
    assert shrunk(calls(*"abc"), lambda batch: [True] * len(batch), AT_ONCE) == ()


def test_no_question_holds_more_than_one_refresh_can_judge() -> None:
    asked: list[int] = []

    def disagree(batch: Sequence[Calls]) -> list[bool]:
        asked.append(len(batch))
        return ["b" in subjects(some) for some in batch]

    shrunk(calls(*"abcdefghijklmnop"), disagree, AT_ONCE)
    assert max(asked) <= AT_ONCE


def test_what_does_not_shrink_is_kept_whole() -> None:
    whole = calls(*"ab")
    assert shrunk(whole, lambda batch: [some == whole for some in batch], AT_ONCE) == whole
