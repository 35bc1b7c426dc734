"""What many pages show is read once a second."""

from __future__ import annotations

import time
from itertools import count

import pytest

from forum import briefly


def test_what_is_remembered_is_read_once_a_second_for_the_same_arguments() -> None:
    numbers = count(1)

    @briefly.remembered
    def read(of: str) -> int:
        return next(numbers)

    at_once = [read("pages"), read("pages"), read("editions"), read("pages")]
    time.sleep(briefly.SECONDS + 0.05)
    later = read("pages")

    assert at_once == [1, 1, 2, 1]
    assert later == 3


def test_nothing_is_remembered_of_what_failed() -> None:
    answers = iter([ZeroDivisionError(), "there again"])

    def read() -> str:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(ZeroDivisionError):
        briefly.recall("something", read)

    assert briefly.recall("something", read) == "there again"


def test_the_memory_does_not_grow_for_ever() -> None:
    for number in range(3 * briefly.AT_MOST):
        briefly.recall(number, lambda: "anything")

    assert len(briefly._kept) <= briefly.AT_MOST


def test_what_makes_something_lasting_reads_anew() -> None:
    numbers = count(1)
    briefly.recall("number", lambda: next(numbers))

    with briefly.afresh():
        inside = briefly.recall("number", lambda: next(numbers))

    assert inside == 2
    assert briefly.recall("number", lambda: next(numbers)) == 2
