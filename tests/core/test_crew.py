"""Several hands in one task."""

import threading
from functools import partial

import pytest

from core.crew import Hands, OneHand


def test_hands_work_at_once_and_no_more_than_there_are():
    crew = Hands(3)
    together = threading.Barrier(3, timeout=10)
    assert crew.free == 3
    for _ in range(3):
        crew.give(lambda: (together.wait(), "met")[1])
    assert crew.free == 0
    met = []
    while crew.free < 3:
        met += crew.results()
    crew.dismiss()
    assert met == ["met"] * 3


def test_a_free_hand_is_used_again_and_results_come_as_they_are_ready():
    crew = Hands(2)
    gate = threading.Event()
    crew.give(partial(gate.wait, 10))
    crew.give(lambda: "quick")
    assert crew.results() == ["quick"]
    assert crew.free == 1
    crew.give(gate.set)
    rest = []
    while crew.free < 2:
        rest += crew.results()
    crew.dismiss()
    assert set(rest) == {None, True}


@pytest.mark.parametrize("make", [OneHand, lambda: Hands(2)])
def test_nobody_is_waited_for_when_nobody_works(make):
    crew = make()
    assert crew.results() == []
    crew.give(lambda: 7)
    assert crew.results() == [7]
    assert crew.results() == []
    crew.dismiss()


def test_dismissed_hands_end():
    crew = Hands(2)
    crew.give(threading.current_thread)
    (hand,) = crew.results()
    crew.dismiss()
    hand.join(10)
    assert not hand.is_alive()
