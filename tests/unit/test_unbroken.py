"""A formula keeps the punctuation after it, and nothing else, on its line."""

import importlib.util

from docutils import nodes
from docutils.utils import new_document

from tools.notebooks import ROOT

spec = importlib.util.spec_from_file_location("unbroken_numbers", ROOT / "book" / "_ext" / "unbroken_numbers.py")
unbroken_numbers = importlib.util.module_from_spec(spec)
spec.loader.exec_module(unbroken_numbers)


def page(after):
    document = new_document("page")
    document += nodes.paragraph("", "", nodes.Text("so "), nodes.math("", "x"), nodes.Text(after))
    unbroken_numbers.UnbrokenFormulae(document).apply()
    return document[0]


def test_formula_and_full_stop_are_joined():
    paragraph = page(". Next")
    joined = paragraph[1]
    assert joined["classes"] == ["unbroken"]
    assert [node.astext() for node in joined] == ["x", "."]
    assert paragraph.astext() == "so x. Next"


def test_formula_before_a_word_stays_alone():
    paragraph = page(" is small")
    assert isinstance(paragraph[1], nodes.math)
    assert paragraph.astext() == "so x is small"
