"""Honest numbers: measured values that are checked, and errors that are shown on purpose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_MESSAGE = 800  # characters of an error message shown on the page
# What no reader needs of an error message: the name of a device, and codes for bold and colour in a terminal.
NOISE = r"\{\{function_node [^}]*\}\} ?|\x1b\[[0-9;]*m"


class ClaimError(AssertionError):
    """A measured value does not bear out what the text says of it."""


class TrapError(AssertionError):
    """A trap no longer springs: the error it shows did not occur."""


def measured(value: float | str, unit: str = "") -> str:
    """Format what depends on the machine, with the sign ``≈`` that exempts it from exact comparison.

    A number gets three significant digits below 1000, and thousands separators without decimals above. A text, such as
    the name of a processor, gets double quotes, and loses those inside it.

    >>> measured(0.89312)
    '≈ 0.893'
    >>> measured(14208.3, "images/s")
    '≈ 14,208 images/s'
    >>> measured("AMD EPYC 7B13")
    '≈ "AMD EPYC 7B13"'
    """
    if isinstance(value, str):
        return f'≈ "{" ".join(value.replace(chr(34), "").split())}"'
    number = f"{value:,.0f}" if abs(value) >= 999.5 else f"{value:.3g}"  # 999.5 rounds to 1000, not to 1e+03
    return f"≈ {number} {unit}".rstrip()


def claim(
    name: str, value: float, *, at_least: float | None = None, at_most: float | None = None, unit: str = ""
) -> None:
    """Print a measured value beside the bound that the text relies on, and raise if the bound does not hold.

    Args:
        name: What was measured, as a reader would say it.
        value: The measured number; NaN satisfies no bound.
        at_least: Lower bound, inclusive.
        at_most: Upper bound, inclusive. At least one bound is required.
        unit: Printed after the number.

    Raises:
        ClaimError: The value is outside the bounds.
        ValueError: No bound was given, so nothing could ever fail.
    """
    bounds = [f"at least {at_least}"] if at_least is not None else []
    bounds += [f"at most {at_most}"] if at_most is not None else []
    if not bounds:
        raise ValueError(f"claim({name!r}) needs at_least or at_most: a claim that cannot fail says nothing")
    value = float(value)
    holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
    if not holds:
        raise ClaimError(f"{name} is {value}, but the text claims {' and '.join(bounds)}")
    print(f"{name} {measured(value, unit)} (claim: {' and '.join(bounds)})")


@contextmanager
def trap(error: type[BaseException], message: str, *, fix: str) -> Iterator[None]:
    """Show an error on purpose: print it as a reader meets it, with its fix, and fail if it does not occur.

    Args:
        error: The exception class that the block must raise.
        message: A part of the message that must appear in it.
        fix: What to write instead, in one line. It goes into the error index.

    Raises:
        TrapError: The block raised nothing, another class of error, or another message.
        ValueError: ``message`` is empty, which every error would match.
    """
    if not message.strip():
        raise ValueError("trap needs a part of the message: an empty one matches every error")
    try:
        yield
    except error as caught:
        shown = re.sub(NOISE, "", str(caught)).strip()
        if message not in shown:
            raise TrapError(f"expected {error.__name__} with {message!r}, got: {shown}") from caught
        if len(shown) > LONGEST_MESSAGE:
            shown = shown[:LONGEST_MESSAGE].rstrip() + " […]"
        print(f"{type(caught).__name__}: {shown}\n\nFix: {fix}")
    except Exception as caught:
        raise TrapError(f"expected {error.__name__}, got {type(caught).__name__}: {caught}") from caught
    else:
        raise TrapError(f"expected {error.__name__} with {message!r}, but nothing was raised")
