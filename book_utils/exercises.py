"""Exercises that check themselves: a check never stops the notebook, and says what to try next."""

from __future__ import annotations

import functools
import inspect
import os
import re
from collections.abc import Callable
from dataclasses import dataclass

from book_utils.claims import NOISE

NOT_STARTED = "write your answer in the cell above"
GRADING = "BOOK_UTILS_GRADING"


@dataclass
class Result:
    """What the last call of a check found."""

    points: int
    solved: bool = False


_results: dict[str, Result] = {}


def check(name: str, points: int = 1) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Turn a function of assertions into a check that prints a verdict in place of raising.

    The decorated function takes the reader's answer. It prints ``● 03.1 solved`` if every assertion holds, and
    ``○ 03.1 not solved yet: hint`` otherwise, where the hint is the message of the first assertion that fails.
    Its attribute ``judge`` returns the hint, or None for a solved exercise, and prints nothing.

    With the environment variable BOOK_UTILS_GRADING=1 a failed check raises AssertionError.

    Args:
        name: Chapter and number, for example ``"03.1"``.
        points: What the exercise is worth in ``score``.
    """

    def decorate(assertions: Callable[..., None]) -> Callable[..., None]:
        _results[name] = Result(points)

        def judge(*answers: object) -> str | None:
            return _hint(assertions, answers)

        @functools.wraps(assertions)
        def run(*answers: object) -> None:
            hint = judge(*answers)
            _results[name] = Result(points, solved=hint is None)
            print(f"● {name} solved" if hint is None else f"○ {name} not solved yet: {hint}")
            if hint is not None and os.environ.get(GRADING) == "1":
                raise AssertionError(f"{name}: {hint}")

        run.judge = judge
        return run

    return decorate


def _hint(assertions: Callable[..., None], answers: tuple[object, ...]) -> str | None:
    if any(map(_unwritten, answers)):
        return NOT_STARTED
    try:
        assertions(*answers)
    except AssertionError as failed:
        return str(failed).strip() or "one of the assertions does not hold; read the check to see which"
    except Exception as error:
        if type(error) is NotImplementedError and not str(error):  # the stub's; TensorFlow's own has a message
            return NOT_STARTED
        # Any error in a reader's code is a hint for the reader, not the end of the notebook.
        return f"your code raised {type(error).__name__}: {_gist(str(error))}"
    return None


def _gist(message: str) -> str:
    """The line of an error message that says what is wrong, which is the first unless TensorFlow or Keras wrap it."""
    lines = [line.strip() for line in re.sub(NOISE, "", message).splitlines() if line.strip()] or [""]
    if lines[0] == "in user code:":
        return lines[-1].partition(": ")[2] or lines[-1]
    wrapped = lines[0].startswith("Exception encountered when calling") and len(lines) > 1
    return lines[1] if wrapped else lines[0]


def _unwritten(answer: object) -> bool:
    """Tell the stub: ``...``, or a function with nothing else in its body."""

    def empty() -> None: ...

    def documented() -> None:
        """Nothing."""

    if not callable(answer):
        return answer is ...
    function = inspect.unwrap(answer)
    code = getattr(function, "__code__", None)
    if code is None or code.co_code not in (empty.__code__.co_code, documented.__code__.co_code):
        return False
    return set(code.co_consts) <= {None, function.__doc__}  # it returns None, not a number


def score() -> None:
    """Print one line an exercise and the sum of points. A solution cell that was run counts as solved."""
    if not _results:
        print("No exercise has been checked yet: run the check cells first.")
        return
    for name, result in sorted(_results.items()):
        print(f"{'●' if result.solved else '○'} {name}  {result.points if result.solved else 0}/{result.points}")
    earned = sum(result.points for result in _results.values() if result.solved)
    print(f"{earned} of {sum(result.points for result in _results.values())} points")
