"""book_utils stays plumbing: each public function serves two chapters or more, or a chapter that is still to come."""

import inspect
import re

import pytest

import book_utils
from tests.laws.rules import code_cells
from tools.notebooks import chapters, read

# Functions that too few chapters use so far, and the chapters that will: the excuse ends when those exist.
AWAITED = {
    "confusion": {"05_mlp", "06_convolution"},
    "curves": {"05_mlp", "06_convolution"},
    "doctor": {"17_devices"},
    "fashion_mnist": {"05_mlp"},
    "images": {"05_mlp"},
    "measured": {"05_mlp", "10_custom_training"},
    "progress": {"05_mlp", "06_convolution"},
}
FUNCTIONS = [name for name in book_utils.__all__ if inspect.isfunction(getattr(book_utils, name))]


def users(name, code):
    return {stem for stem, source in code.items() if re.search(rf"\bbu\.{name}\b", source)}


@pytest.fixture(scope="module")
def code():
    return {path.stem: "\n".join(cell.source for _, cell in code_cells(read(path))) for path in chapters()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_serves_two_chapters(name, code):
    awaited = AWAITED.get(name, set()) - set(code)
    assert len(users(name, code) | awaited) >= 2 or awaited, f"bu.{name} is used by {users(name, code) or 'no chapter'}"


def test_no_excuse_is_left_for_a_function_that_needs_none(code):
    assert set(AWAITED) <= set(FUNCTIONS)
    assert not [name for name in AWAITED if len(users(name, code)) >= 2]
