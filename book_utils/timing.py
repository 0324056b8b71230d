"""Fair timing on a machine that does other things too: interleaved rounds, medians, ratios."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from book_utils.claims import measured

UNITS = {"s": 1.0, "ms": 1e3, "µs": 1e6}


@dataclass(frozen=True)
class Timings:
    """Median seconds a call, by candidate."""

    medians: dict[str, float]

    def ratio(self, slow: str, fast: str) -> float:
        """How many times longer ``slow`` takes than ``fast``."""
        return self.medians[slow] / self.medians[fast]


def compare(
    candidates: Mapping[str, Callable[[], object]], *, rounds: int = 7, calls: int = 1, unit: str = "ms"
) -> Timings:
    """Time callables against each other and print one table: median time a call, speed relative to the first.

    Every candidate is called once before the clock starts, so tracing and caches are not counted. Then the rounds
    interleave, so that a slow moment of the machine hits all candidates alike.

    Args:
        candidates: Name → function of no arguments. It must wait for its result (``.numpy()`` does).
        rounds: How often each candidate is timed; the median counts.
        calls: Calls in a row per timing, for functions too short for one.
        unit: ``"s"``, ``"ms"`` or ``"µs"``, fixed so that the printed table keeps its form.

    Raises:
        ValueError: The unit is unknown, or there is nothing to compare or to time.
    """
    if unit not in UNITS:
        raise ValueError(f"unit {unit!r} is not one of {', '.join(UNITS)}")
    if len(candidates) < 2:
        raise ValueError(f"compare needs two candidates or more, got {list(candidates)}")
    if rounds < 1 or calls < 1:
        raise ValueError(f"compare needs a round and a call or more, got rounds={rounds}, calls={calls}")
    for run in candidates.values():
        run()
    seconds: dict[str, list[float]] = {name: [] for name in candidates}
    for _ in range(rounds):
        for name, run in candidates.items():
            start = time.perf_counter()
            for _ in range(calls):
                run()
            seconds[name].append((time.perf_counter() - start) / calls)
    timings = Timings({name: statistics.median(times) for name, times in seconds.items()})
    _print_table(timings, unit)
    return timings


def _print_table(timings: Timings, unit: str) -> None:
    width = max(map(len, timings.medians))
    first = next(iter(timings.medians))
    for name, median in timings.medians.items():
        speed = "1 × (baseline)" if name == first else f"{measured(timings.ratio(first, name))} × as fast"
        print(f"{name:<{width}}  {measured(median * UNITS[unit]):<9} {unit}   {speed}")
