"""Every exercise rejects the wrong answers that learners give, with a hint that helps, and accepts other right ones."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache
from pathlib import Path

import pytest

import book_utils as bu
from tools.exported import imports
from tools.notebooks import chapters, read, tags

CHAPTERS = {path.stem.split("_")[0]: path for path in chapters()}


def answers(chapter: str) -> dict[str, dict[str, list]]:
    """The answers to a chapter's exercises; none if it has no file of answers, which a test below reports."""
    if not (Path(__file__).parent / f"answers_{chapter}.py").exists():
        return {}
    return importlib.import_module(f"tests.exercises.answers_{chapter}").ANSWERS


def check_cells(chapter: str) -> dict[str, str]:
    sources = [cell.source for cell in read(CHAPTERS[chapter]).cells if "check" in tags(cell)]
    return {re.search(r'@bu\.check\("([^"]+)"', source)[1]: source for source in sources}


@cache
def start() -> None:
    bu.setup()


@cache
def judge(chapter: str, name: str):
    """The check of an exercise, made from the notebook's imports and the check cell alone."""
    start()
    cell = ast.parse(check_cells(chapter)[name])
    checks = [
        n.name for n in cell.body if isinstance(n, ast.FunctionDef) and "bu.check" in ast.unparse(n.decorator_list)
    ]
    body = [node for node in cell.body if not (isinstance(node, ast.Expr) and ast.unparse(node).startswith(checks[0]))]
    namespace: dict = {}
    exec(compile(ast.Module([*imports(read(CHAPTERS[chapter])), *body], []), f"check {name}", "exec"), namespace)
    return namespace[checks[0]].judge


def cases(kind: str) -> list:
    return list(_cases(kind))


def _cases(kind: str):
    for chapter in CHAPTERS:
        for name, given in answers(chapter).items():
            for number, entry in enumerate(given[kind]):
                answer, hint = entry if kind == "wrong" else (entry, "")
                label = getattr(answer, "__name__", str(number))
                yield pytest.param(chapter, name, answer, hint, id=f"{name}-{label}")


def as_arguments(answer):
    return answer if isinstance(answer, tuple) else (answer,)


@pytest.mark.parametrize(("chapter", "name", "answer", "hint"), cases("wrong"))
def test_wrong_answer_is_rejected_with_a_hint_that_helps(chapter, name, answer, hint):
    given = judge(chapter, name)(*as_arguments(answer))
    assert given is not None, "the check accepted a wrong answer"
    assert hint.lower() in given.lower(), f"the hint does not help: {given}"


@pytest.mark.parametrize(("chapter", "name", "answer", "hint"), cases("right"))
def test_right_answer_that_is_not_ours_is_accepted(chapter, name, answer, hint):
    assert judge(chapter, name)(*as_arguments(answer)) is None


@pytest.mark.parametrize("chapter", [pytest.param(number, id=path.stem) for number, path in CHAPTERS.items()])
def test_every_exercise_has_its_answers(chapter):
    assert set(answers(chapter)) == set(check_cells(chapter)), f"see tests/exercises/answers_{chapter}.py"
    for name, given in answers(chapter).items():
        assert len(given["wrong"]) >= 2, f"{name} needs two wrong answers or more"
        assert all(hint for _, hint in given["wrong"]), f"{name}: say which part of the hint a wrong answer must draw"
        assert given["right"], f"{name} needs a right answer that is not ours"


def test_every_file_of_answers_belongs_to_a_chapter():
    files = {path.stem.removeprefix("answers_") for path in Path(__file__).parent.glob("answers_*.py")}
    assert files == set(CHAPTERS)
