"""Every notebook obeys every law, and is stored in its normal form."""

import copy

import pytest

from tests.laws.rules import RULES
from tools.notebooks import chapters, normalise, read

CHAPTERS = {path.stem: path for path in chapters()}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", CHAPTERS)
def test_notebook_obeys(name, rule):
    breaches = [f"{name} cell {cell}: {wrong}" for cell, wrong in rule(read(CHAPTERS[name]), CHAPTERS[name])]
    assert not breaches, f"\n{rule.__doc__}\n" + "\n".join(breaches)


@pytest.mark.parametrize("name", CHAPTERS)
def test_notebook_is_in_normal_form(name):
    stored = read(CHAPTERS[name])
    normal = copy.deepcopy(stored)
    normalise(normal)
    assert normal == stored, f"{name} is not as make edit and make execute write it: run one of them"


def test_there_are_chapters():
    assert CHAPTERS
