"""Exported cells run as they stand, and a digest follows the code that a stored result belongs to."""

import inspect

import nbformat
import pytest

from tools import exported, notebooks
from tools.notebooks import NotebookError

CODE = '''def double(x: int) -> int:
    """Twice x."""
    return FACTOR * x  # a comment


FACTOR = 2


def other() -> int:
    return 1
'''


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Write a chapter with one exported cell and one that must not run; return a function that changes the cell."""
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)

    def write(code=CODE):
        cells = [
            nbformat.v4.new_code_cell("import math"),
            nbformat.v4.new_code_cell("raise SystemExit"),
            nbformat.v4.new_code_cell(code, metadata={"tags": ["export"]}),
        ]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "04_trial.ipynb")

    write()
    return write


def test_only_imports_and_exported_cells_run(chapter):
    names = exported.exported("04")
    assert names["double"](3) == 6
    assert names["math"].pi > 3


def test_the_source_of_an_exported_function_can_be_read_as_autograph_does(chapter):
    assert inspect.getsource(exported.exported("04")["double"]).startswith("def double")


def test_digest_ignores_comments_docstrings_space_and_what_is_not_used(chapter):
    before = exported.digest("04", "double")
    chapter(CODE.replace("Twice", "Two times").replace("  # a comment", "").replace("return 1", "return 9"))
    assert exported.digest("04", "double") == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("FACTOR * x", "x * FACTOR"), ("FACTOR = 2", "FACTOR = 3"), ("def double", "@staticmethod\ndef double")],
)
def test_digest_follows_the_code_what_it_uses_and_its_decorators(chapter, old, new):
    before = exported.digest("04", "double")
    chapter(CODE.replace(old, new))
    assert exported.digest("04", "double") != before


NESTED = """def sums(values: list) -> list:
    total, sums = 0, []
    for value in values:
        total += value
        sums.append(total)
    return sums
"""


@pytest.mark.parametrize("line", ["        sums.append(total)", "    return sums"])
def test_digest_follows_a_line_into_or_out_of_a_loop(chapter, line):
    chapter(NESTED)
    before = exported.digest("04", "sums")
    moved = line.removeprefix("    ") if line.startswith("        ") else f"    {line}"
    chapter(NESTED.replace(line, moved))
    assert exported.digest("04", "sums") != before


def test_digest_ignores_how_lines_are_broken(chapter):
    chapter(NESTED)
    before = exported.digest("04", "sums")
    chapter(NESTED.replace("(values: list)", "(\n        values: list\n)").replace("    return", "\n# all\n    return"))
    assert exported.digest("04", "sums") == before


def test_function_comes_with_the_digest_of_the_code_that_was_executed(chapter):
    before = exported.digest("04", "double")
    function, digest = exported.taught("04", "double")
    chapter(CODE.replace("FACTOR = 2", "FACTOR = 3"))
    assert (function(3), digest) == (6, before)


def test_nothing_runs_before_a_missing_definition_is_named(chapter):
    chapter("RUN = 1 / 0\n")
    with pytest.raises(NotebookError, match="exports no double; it exports RUN"):
        exported.taught("04", "double")


def test_a_hash_sign_in_a_string_is_no_comment(chapter):
    chapter('MARK = "# one"\n')
    before = exported.digest("04", "MARK")
    chapter('MARK = "# two"\n')
    assert exported.digest("04", "MARK") != before


def test_missing_names_and_chapters_without_exports_are_named(chapter):
    with pytest.raises(NotebookError, match="04 exports no absent"):
        exported.digest("04", "absent")
    chapter("print(1)")
    with pytest.raises(NotebookError, match="only definitions"):
        exported.digest("04", "print")
