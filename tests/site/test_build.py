"""The build itself: what must make it fail does, and what an earlier build left does no harm."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode, v4

from tools import build_site, status

FRAME = ("_config.yml", "book/_ext", "book/_static", "book/_templates")
TOC = "format: jb-book\nroot: book/index\nchapters:\n- file: book/status\n{chapters}"
RUN = {
    "date": "2026-11-21", "python": "3.11.7", "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6",
    "cpu": "x86_64, 2 cores", "passed": 210, "failed": 0,
    "chapters": {"01_tensors": {"cpu_s": 18.24, "budget_s": 40, "cells": 41, "ok": True}},
}  # fmt: skip
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def notebook(*cells: NotebookNode) -> NotebookNode:
    language = {"language_info": {"name": "python"}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}
    return v4.new_notebook(cells=[v4.new_markdown_cell("# 1 · Tensors"), *cells], metadata=language)


def code(source: str, *outputs: NotebookNode, run: int | None = 1) -> NotebookNode:
    return v4.new_code_cell(source, execution_count=run, outputs=list(outputs))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small book with the frame of this one."""
    for name in FRAME:
        source, target = build_site.ROOT / name, tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "book" / "index.md").write_text("# A small book\n")
    (tmp_path / "_toc.yml").write_text(TOC.format(chapters=""))
    return tmp_path


def add_chapter(book: Path, chapter: NotebookNode) -> Path:
    path = book / "notebooks" / "01_tensors.ipynb"
    nbformat.write(chapter, path)
    (book / "_toc.yml").write_text(TOC.format(chapters="- file: notebooks/01_tensors\n"))
    return path


def test_faulty_chapter_fails_every_build_until_it_is_mended(book: Path) -> None:
    figure = v4.new_output("display_data", data={"image/png": PIXEL})
    link = v4.new_markdown_cell("See [a chapter](02_missing.ipynb) and [a section](01_tensors.ipynb#nowhere).")
    path = add_chapter(book, notebook(link, code("plt.show()", figure)))
    for _ in range(2):  # Sphinx alone is silent the second time
        with pytest.raises(build_site.SiteError) as failed:
            build_site.build(book)
        for fault in ("02_missing.ipynb", "nowhere", "figure without a text alternative"):
            assert fault in str(failed.value)
    good = code("plt.show()", figure)
    good.metadata["mystnb"] = {"image": {"alt": "One dot."}}
    nbformat.write(notebook(good), path)
    assert build_site.build(book) == book / "_build" / "html" / "book" / "index.html"


def test_changed_title_reaches_every_page_and_a_page_taken_out_leaves_the_site(book: Path) -> None:
    path = add_chapter(book, notebook(code("1 + 1")))
    html = build_site.build(book).parent
    assert "1 · Tensors" in (html / "status.html").read_text()
    changed = notebook(code("1 + 1"))
    changed.cells[0].source = "# 1 · Arrays"
    nbformat.write(changed, path)
    build_site.build(book)
    assert "1 · Arrays" in (html / "status.html").read_text()
    path.unlink()
    (book / "_toc.yml").write_text(TOC.format(chapters=""))
    build_site.build(book)
    assert not (html.parent / "notebooks").exists()
    assert "1 · Arrays" not in (html / "status.html").read_text()


def test_cell_that_ended_in_an_error_is_named(tmp_path: Path) -> None:
    error = v4.new_output("error", ename="ValueError", evalue="no such axis", traceback=[])
    nbformat.write(notebook(code("f()", error)), tmp_path / "01_tensors.ipynb")
    (fault,) = build_site.faults_of_notebook(tmp_path / "01_tensors.ipynb")
    assert fault == "01_tensors.ipynb, cell 1: stored output is an error, ValueError: no such axis"


def test_cell_that_never_ran_is_named(tmp_path: Path) -> None:
    nbformat.write(notebook(code("f()", run=None)), tmp_path / "01_tensors.ipynb")
    (fault,) = build_site.faults_of_notebook(tmp_path / "01_tensors.ipynb")
    assert fault.startswith("01_tensors.ipynb, cell 1: never run")


def test_faulty_notebook_stops_the_build_before_any_page(book: Path) -> None:
    add_chapter(book, notebook(code("f()", run=None)))
    with pytest.raises(build_site.SiteError, match="cell 1: never run"):
        build_site.build(book)
    assert not (book / "_build" / "html").exists()


def test_command_says_what_is_wrong_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> Path:
        raise build_site.SiteError("01_tensors.ipynb: broken")

    monkeypatch.setattr(build_site, "build", fail)
    assert build_site.main() == 1
    assert "01_tensors.ipynb: broken" in capsys.readouterr().err


def test_pages_of_toc_are_in_reading_order() -> None:
    toc = {
        "root": "book/index",
        "parts": [
            {"caption": "One", "chapters": [{"file": "a", "sections": [{"file": "b"}]}, {"file": "c"}]},
            {"caption": "Two", "chapters": [{"file": "d"}]},
        ],
    }
    assert build_site.pages_of_toc(toc) == ["book/index", "a", "b", "c", "d"]


def record(root: Path, text: str) -> None:
    (root / "book").mkdir()
    (root / status.RECORD).parent.mkdir()
    (root / status.RECORD).write_text(text)


def test_status_without_a_test_run_says_so_and_says_how_to_make_one(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    assert status.write_status(tmp_path, {})
    text = (tmp_path / status.PAGE).read_text()
    assert "without a test run" in text
    assert "`make test`" in text


def test_status_shows_versions_and_chapters_and_is_written_once(tmp_path: Path) -> None:
    record(tmp_path, json.dumps(RUN))
    titles = {"01_tensors": "1 · Tensors", "02_autodiff": "2 · Automatic differentiation"}
    assert status.write_status(tmp_path, titles)
    text = (tmp_path / status.PAGE).read_text()
    assert "| [1 · Tensors](../notebooks/01_tensors.ipynb) | 41 | 18.2 | 40 | yes |" in text
    assert "Not in that run: 2 · Automatic differentiation." in text
    assert "passed on 2026-11-21: 210 tests passed, 0 failed" in text
    assert not status.write_status(tmp_path, titles)


def test_status_of_a_failed_run_does_not_say_passed() -> None:
    chapter = {"cpu_s": 18.24, "budget_s": None, "cells": 41, "ok": False}
    text = status.status_page(RUN | {"failed": 1, "chapters": {"01_tensors": chapter}}, {"01_tensors": "1 · Tensors"})
    assert "**failed** on 2026-11-21" in text
    assert "| none | **no** |" in text


def test_status_refuses_a_broken_record_and_names_it(tmp_path: Path) -> None:
    record(tmp_path, '{"passed": 1}')
    with pytest.raises(ValueError, match="tests.json is not a record of a test run"):
        status.write_status(tmp_path, {})
