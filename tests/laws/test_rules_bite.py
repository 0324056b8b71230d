"""Every law can fail: a copy of a chapter is broken, and the law names the cell."""

import base64
import copy

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tests.laws.rules import RULES, code_cells
from tools.notebooks import chapters, read, tags

PATH = chapters()[0]


def insert(notebook, cell, title="Exercises"):
    """Put a cell before a section; return its number."""
    place = next(n for n, c in enumerate(notebook.cells) if c.source.startswith(f"## {title}"))
    notebook.cells.insert(place, cell)
    return place


def printed(text, source="print(1)", name="stdout"):
    return new_code_cell(source, outputs=[new_output("stream", name=name, text=text)])


def picture(size, kind="image/png", **metadata):
    content = base64.b64encode(b"x" * size).decode()
    return new_code_cell("1", metadata=metadata, outputs=[new_output("display_data", {kind: content})])


def first(notebook, tag):
    return next(n for n, cell in enumerate(notebook.cells) if tag in tags(cell))


def change(tag, old, new):
    def breaking(notebook):
        number = first(notebook, tag)
        assert old in notebook.cells[number].source
        notebook.cells[number].source = notebook.cells[number].source.replace(old, new)
        return number

    return breaking


def change_output(tag, old, new):
    def breaking(notebook):
        number = first(notebook, tag)
        for output in notebook.cells[number].outputs:
            output.text = output.text.replace(old, new)
        return number

    return breaking


def drop(tag):
    def breaking(notebook):
        number = first(notebook, tag)
        del notebook.cells[number]

    return breaking


def title_without_number(notebook):
    notebook.cells[0].source = "# Tensors"
    return 0


def outputs_of_other_code(notebook):
    number, cell = list(code_cells(notebook))[2]
    cell.source += "\nprint(2)"
    return 0


def section_without_prediction(notebook):
    number = insert(notebook, new_markdown_cell("## A section that asks nothing"))
    insert(notebook, new_code_cell("1"))
    return number


def unclaimed_section(notebook):
    insert(notebook, new_markdown_cell("## A section that claims nothing"))
    return insert(notebook, printed("time ≈ 3 ms\n"))


def code(source):
    return lambda notebook: insert(notebook, new_code_cell(source))


def prose(source):
    return lambda notebook: insert(notebook, new_markdown_cell(source))


def cell(made):
    return lambda notebook: insert(notebook, made)


def closing(title, old, new, count=1):
    def breaking(notebook):
        for c in notebook.cells[-8:]:
            if c.source.startswith(f"## {title}"):
                assert old in c.source
                c.source = c.source.replace(old, new, count)

    return breaking


BREAKS = {
    "opening": [
        title_without_number,
        drop("card"),
        change("setup", "git+https", "git+http"),
        change("setup", "bu.setup()", "bu.setup(7)"),
        change("setup", "bu.setup()", "bu.setup(logical_cpus=2, seed=7)"),
    ],
    "outline": [
        prose("# A second title"),
        prose("#### Four levels down"),
        closing("Summary", "## Summary", "## In short"),
    ],
    "plain_markdown": [
        prose(":::{note}\nhidden\n:::"),
        prose("see {ref}`there`"),
        prose("<img src='x'/>"),
        prose("<details>\n<summary>What is `x`?</summary>\n\nA name.\n\n</details>"),
    ],
    "callouts": [prose("> **Careful.** A box of its own kind."), prose("> just a quotation")],
    "predictions": [section_without_prediction],
    "links": [
        prose("[gone](99_gone.ipynb)"),
        prose("![badge](https://example.org/badge.svg)"),
        prose("[Colab](https://colab.research.google.com/github/some/one/blob/main/x.ipynb)"),
        prose("[dotted](https://example.org/api.html#module.function)"),
    ],
    "known_tags": [
        cell(new_code_cell("1", metadata={"tags": ["skip-me"]})),
        cell(new_code_cell("1", metadata={"tags": ["nbval-ignore-output"]})),
        code("# NBVAL_IGNORE_OUTPUT\nprint(1)"),
    ],
    "short_cells": [code("\n".join(["a = 1"] * 41))],
    "clean_outputs": [
        cell(printed("a warning\n", name="stderr")),
        cell(printed("saved to /tmp/model\n")),
        cell(printed("<object at 0x7f57b27a2a50>\n")),
        cell(printed("2026-11-21 12:30\n")),
        cell(new_code_cell("1/0", outputs=[new_output("error", ename="E", evalue="", traceback=["E"])])),
    ],
    "small_files": [cell(picture(60_001)), cell(picture(10, "image/svg+xml")), cell(printed("x" * 400_000))],
    "text_alternatives": [cell(picture(10)), cell(picture(10, mystnb={"image": {"alt": "a plot"}}))],
    "quiet_calls": [code("model.fit(x)"), code("model.predict(x, verbose=1)"), code("!ls"), code("plt.plot(x);")],
    "keras_three": [code("tf.keras.layers.Dense(1)")],
    "numbers_in_prose": [
        prose("It reaches 0.98765 on the test set."),
        prose("It reaches `0.98765` on the test set."),
        prose("It takes 73,121 ms."),
        prose("It is 7312 times slower."),
        prose("It takes ≈ 3 s."),
    ],
    "measurements_are_claimed": [unclaimed_section],
    "functions_are_used": [code("def nobody_calls_me():\n    return 1")],
    "exercises": [
        drop("solution"),
        change("exercise", "raise NotImplementedError", "return 1"),
        change("check", "@bu.check(", "@bu.checked("),
        change("solution", "# @title Solution", "# Solution"),
        change_output("check", "○", "●"),
        change_output("solution", "●", "○"),
    ],
    "recall_and_summary": [
        closing("Recall", "<details>", ""),
        closing("Summary", "\n- ", "\n- one\n- two\n- three\n- four\n- five\n- "),
        closing("Further reading", "](https://", "](http-", count=-1),
    ],
    "outputs_belong_to_code": [outputs_of_other_code],
}
CASES = [
    pytest.param(rule, number, id=f"{rule.__name__}-{number}")
    for rule in RULES
    for number in range(len(BREAKS.get(rule.__name__, ())))
]


@pytest.mark.parametrize(("rule", "number"), CASES)
def test_law_names_the_broken_cell(rule, number):
    broken = copy.deepcopy(read(PATH))
    before = set(rule(broken, PATH))
    where = BREAKS[rule.__name__][number](broken)
    found = set(rule(broken, PATH)) - before
    assert found, "the law did not notice"
    if where is not None:
        assert where in {cell for cell, _ in found} or rule.__name__ == "small_files", found


def test_every_law_is_broken_once():
    assert set(BREAKS) == {rule.__name__ for rule in RULES}
