"""Claims and traps fail when what the text says no longer holds."""

import math

import pytest

from book_utils import claim, measured, trap
from book_utils.claims import LONGEST_MESSAGE, ClaimError, TrapError


@pytest.mark.parametrize(
    ("value", "shown"),
    [(0.89312, "≈ 0.893"), (12.34, "≈ 12.3"), (999.4, "≈ 999"), (999.7, "≈ 1,000"), (14208.3, "≈ 14,208"),
     (-2500.4, "≈ -2,500"), (0, "≈ 0"), (1.5e-5, "≈ 1.5e-05"), (math.nan, "≈ nan")],
)  # fmt: skip
def test_measured_numbers_have_three_digits_or_are_whole(value, shown):
    assert measured(value) == shown


def test_measured_number_carries_its_unit():
    assert measured(14208.3, "images/s") == "≈ 14,208 images/s"


def test_claim_prints_the_value_and_its_bounds(capsys):
    claim("test accuracy", 0.8931, at_least=0.88, at_most=0.95)
    assert capsys.readouterr().out == "test accuracy ≈ 0.893 (claim: at least 0.88 and at most 0.95)\n"


def test_bounds_are_inclusive():
    claim("x", 1, at_least=1, at_most=1)


@pytest.mark.parametrize("bounds", [{"at_least": 0.9}, {"at_most": 0.8}, {"at_least": 0.8, "at_most": 0.84}])
def test_claim_that_does_not_hold_fails_and_prints_nothing(bounds, capsys):
    with pytest.raises(ClaimError, match=r"accuracy is 0\.85, but the text claims at"):
        claim("accuracy", 0.85, **bounds)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("bounds", [{"at_least": 0}, {"at_most": 0}])
def test_nan_satisfies_no_bound(bounds):
    with pytest.raises(ClaimError, match="nan"):
        claim("loss", math.nan, **bounds)


def test_claim_without_a_bound_is_refused():
    with pytest.raises(ValueError, match="cannot fail"):
        claim("loss", 0.1)


def test_trap_prints_the_error_and_its_fix(capsys):
    with trap(ValueError, "invalid literal", fix="pass digits"):
        int("three")
    said = "ValueError: invalid literal for int() with base 10: 'three'\n\nFix: pass digits\n"
    assert capsys.readouterr().out == said


def test_trap_takes_a_subclass_and_prints_its_name(capsys):
    with trap(LookupError, "missing", fix="add it"):
        {}["missing"]
    assert capsys.readouterr().out.startswith("KeyError: 'missing'")


def test_trap_that_does_not_spring_fails():
    with pytest.raises(TrapError, match="nothing was raised"), trap(ValueError, "literal", fix="-"):
        int("3")


def test_trap_with_another_message_fails():
    said = "expected ValueError with 'shape', got: invalid literal"
    with pytest.raises(TrapError, match=said), trap(ValueError, "shape", fix="-"):
        int("three")


def test_trap_with_another_error_fails():
    said = "expected ValueError, got ZeroDivisionError"
    with pytest.raises(TrapError, match=said), trap(ValueError, "division", fix="-"):
        1 / 0  # noqa: B018


@pytest.mark.parametrize("message", ["", " "])
def test_trap_that_every_message_would_spring_is_refused(message):
    with pytest.raises(ValueError, match="part of the message"), trap(ValueError, message, fix="-"):
        int("three")


def test_trap_does_not_hold_back_the_stop_button():
    with pytest.raises(KeyboardInterrupt), trap(ValueError, "literal", fix="-"):
        raise KeyboardInterrupt


def test_long_message_is_cut_and_the_cut_is_shown(capsys):
    with trap(ValueError, "xx", fix="shorten it"):
        raise ValueError("x" * 2 * LONGEST_MESSAGE)
    shown = capsys.readouterr().out
    assert "x […]\n\nFix: shorten it" in shown
    assert len(shown) < LONGEST_MESSAGE + 50


def test_trap_hides_terminal_codes(capsys):
    with trap(ValueError, "bad shape", fix="another shape"):
        raise ValueError("\x1b[1mbad shape\x1b[0m")
    assert capsys.readouterr().out == "ValueError: bad shape\n\nFix: another shape\n"


def test_trap_hides_the_part_of_a_message_that_names_the_device(capsys):
    with trap(ValueError, "bad shape", fix="another shape"):
        raise ValueError("{{function_node __wrapped__AddV2_device_/job:localhost/device:CPU:0}} bad shape")
    assert capsys.readouterr().out == "ValueError: bad shape\n\nFix: another shape\n"
