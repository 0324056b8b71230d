"""compare() interleaves its rounds and reports medians and ratios."""

import re
from itertools import cycle

import pytest

from book_utils import compare, timing


class Clock:
    """A clock that only moves when work is done."""

    def __init__(self):
        self.now = 0.0

    def work(self, *seconds):
        """Return a function that takes each of ``seconds`` in turn."""
        turns = cycle(seconds)

        def run():
            self.now += next(turns)

        return run


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timing.time, "perf_counter", lambda: clock.now)
    return clock


def test_median_not_mean_is_reported(clock):
    # The first call warms up, so the rounds take 1, 1 and 100 seconds.
    timings = compare({"slow": clock.work(2), "fast": clock.work(50, 1, 1, 100)}, rounds=3)
    assert timings.medians == {"slow": 2, "fast": 1}
    assert timings.ratio("slow", "fast") == 2


def test_calls_in_a_row_are_averaged(clock):
    assert compare({"a": clock.work(1), "b": clock.work(3)}, rounds=2, calls=4).medians == {"a": 1, "b": 3}


def test_rounds_interleave_after_one_warm_up():
    order = []
    compare({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=2, calls=2)
    assert "".join(order) == "ab" + "aabb" * 2


def test_table_has_one_line_a_candidate_and_its_numbers_are_marked(clock, capsys):
    compare({"eager": clock.work(0.012), "graph": clock.work(0.004)}, rounds=1)
    first, second = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"eager  ≈ 12 +ms   1 × \(baseline\)", first)
    assert re.fullmatch(r"graph  ≈ 4 +ms   ≈ 3 × as fast", second)


def test_unit_is_as_asked(clock, capsys):
    compare({"a": clock.work(0.002), "b": clock.work(0.002)}, rounds=1, unit="µs")
    assert "≈ 2,000   µs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [({"unit": "hours"}, "hours"), ({"rounds": 0}, "rounds=0"), ({"calls": 0}, "calls=0")],
)
def test_senseless_arguments_are_named(arguments, wrong):
    with pytest.raises(ValueError, match=wrong):
        compare({"a": int, "b": int}, **arguments)


def test_one_candidate_is_not_a_comparison():
    with pytest.raises(ValueError, match=r"two candidates or more, got \['a'\]"):
        compare({"a": int})
