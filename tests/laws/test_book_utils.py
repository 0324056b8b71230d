"""book_utils stays plumbing: each public function serves two chapters, data one."""

import inspect
import re

import pytest

import book_utils
from tests.laws.rules import code_cells
from tools.notebooks import chapters, read

# A helper that only one chapter uses belongs in that chapter. What fetches and verifies data does not: it would be the
# longest cell of a chapter that is about something else, and its tests need it as a module.
DATA = {"book_utils.datasets", "book_utils.mobilenet", "book_utils.stored"}
FUNCTIONS = [name for name in book_utils.__all__ if inspect.isfunction(getattr(book_utils, name))]


def users(name, code):
    return {stem for stem, source in code.items() if re.search(rf"\bbu\.{name}\b", source)}


def enough(name):
    """How many chapters a function must serve."""
    return 1 if getattr(book_utils, name).__module__ in DATA else 2


@pytest.fixture(scope="module")
def code():
    return {path.stem: "\n".join(cell.source for _, cell in code_cells(read(path))) for path in chapters()}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_function_serves_enough_chapters(name, code):
    used = users(name, code)
    assert len(used) >= enough(name), f"bu.{name} is used by {used or 'no chapter'}"
