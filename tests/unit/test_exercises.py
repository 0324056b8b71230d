"""A check gives its verdict, never stops the notebook, and raises when grading."""

import functools

import pytest

from book_utils import check, exercises, score
from book_utils.exercises import NOT_STARTED


@pytest.fixture(autouse=True)
def no_results(monkeypatch):
    monkeypatch.setattr(exercises, "_results", {})
    monkeypatch.delenv("BOOK_UTILS_GRADING", raising=False)


@pytest.fixture
def doubled():
    @check("03.1", points=2)
    def check_double(double):
        """Wants twice the number."""
        assert double(3) == 6, "Did you multiply by two?"
        assert double(-1) == -2, "And below zero?"

    return check_double


def stub(x): ...


def documented_stub(x):
    """Return twice ``x``."""
    ...


def stub_that_raises(x):
    raise NotImplementedError


@functools.wraps(stub)
def wrapped_stub(x):
    return stub(x)


@pytest.mark.parametrize("answer", [..., stub, documented_stub, stub_that_raises, wrapped_stub])
def test_stub_is_told_to_be_not_started(answer, doubled, capsys):
    doubled(answer)
    assert capsys.readouterr().out == f"○ 03.1 not solved yet: {NOT_STARTED}\n"


def test_right_answer_is_solved(doubled, capsys):
    doubled(lambda x: 2 * x)
    assert capsys.readouterr().out == "● 03.1 solved\n"


def test_wrong_answer_gets_the_hint_of_the_first_assertion_that_fails(doubled, capsys):
    doubled(lambda x: x**3)
    assert capsys.readouterr().out.startswith("○ 03.1 not solved yet: Did you multiply by two?\n")


def test_assertion_without_a_message_points_to_the_check():
    @check("03.9")
    def check_nothing(answer):
        raise AssertionError

    assert "read the check" in check_nothing.judge(1)


@pytest.mark.parametrize("constant", [0, 1, 5, "text", True, False, (), 2.5])
def test_function_that_returns_a_constant_has_been_started(constant, doubled):
    source = f"lambda x: {constant!r}"
    assert doubled.judge(eval(source)) != NOT_STARTED
    assert doubled.judge(lambda x: 7) != NOT_STARTED


def test_error_in_the_readers_code_is_a_hint_of_one_line(doubled):
    def broken(x):
        raise KeyError("weights\nlong story")

    assert doubled.judge(broken) == r"your code raised KeyError: 'weights\nlong story'"
    assert doubled.judge(lambda: 0).startswith("your code raised TypeError: ")


def test_tensorflows_own_not_implemented_error_is_not_taken_for_a_stub(doubled):
    def symbolic(x):
        raise NotImplementedError("Cannot convert a symbolic tf.Tensor to a numpy array.")

    assert "symbolic" in doubled.judge(symbolic)


def test_stop_button_is_not_a_hint(doubled):
    def interrupted(x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        doubled(interrupted)


def test_judge_prints_nothing_and_counts_nothing(doubled, capsys):
    assert doubled.judge(lambda x: 2 * x) is None
    assert capsys.readouterr().out == ""
    score()
    assert "0 of 2 points" in capsys.readouterr().out


def test_check_keeps_the_name_and_text_of_its_function(doubled):
    assert (doubled.__name__, doubled.__doc__) == ("check_double", "Wants twice the number.")


@pytest.mark.parametrize("answer", [..., lambda x: x, lambda: 0])
def test_grading_mode_raises_with_the_hint(answer, doubled, monkeypatch):
    monkeypatch.setenv("BOOK_UTILS_GRADING", "1")
    with pytest.raises(AssertionError, match=r"03\.1: "):
        doubled(answer)


def test_grading_mode_accepts_a_right_answer(doubled, monkeypatch):
    monkeypatch.setenv("BOOK_UTILS_GRADING", "1")
    doubled(lambda x: x + x)


def test_score_lists_every_exercise_and_adds_points(doubled, capsys):
    @check("03.2")
    def check_other(value):
        assert value == 1

    doubled(lambda x: 2 * x)
    check_other(2)
    capsys.readouterr()
    score()
    assert capsys.readouterr().out.splitlines() == ["● 03.1  2/2", "○ 03.2  0/1", "2 of 3 points"]


def test_answer_that_is_spoilt_again_loses_its_points(doubled, capsys):
    doubled(lambda x: 2 * x)
    doubled(lambda x: x)
    score()
    assert capsys.readouterr().out.endswith("0 of 2 points\n")


def test_score_before_any_check_says_so(capsys):
    score()
    assert "No exercise has been checked yet" in capsys.readouterr().out


def test_hint_from_a_compiled_function_is_the_line_that_says_what_is_wrong(doubled):
    def compiled(x):
        raise TypeError(
            'in user code:\n\n    File "a.py", line 3, in step\n        w * x\n\n    TypeError: dtype float32\n'
        )

    assert doubled.judge(compiled) == "your code raised TypeError: dtype float32"


def test_hint_from_a_layer_is_the_line_that_says_what_is_wrong(doubled):
    def layer(x):
        raise ValueError("Exception encountered when calling Twin.call().\n\n\x1b[1mExpected shape (2, 4)\x1b[0m")

    assert doubled.judge(layer) == "your code raised ValueError: Expected shape (2, 4)"


def test_hint_from_an_operation_leaves_out_its_device(doubled):
    def operation(x):
        raise ValueError(
            "{{function_node __wrapped__MatMul_device_/job:localhost/device:CPU:0}} Shapes differ [Op:MatMul]"
        )

    assert doubled.judge(operation) == "your code raised ValueError: Shapes differ [Op:MatMul]"
