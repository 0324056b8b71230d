"""The maintainers' commands keep what they must keep and refuse what they must refuse."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests import report
from tools import edit, errors, execute, notebooks, pages, prerequisites, status
from tools import test as test_command

SOURCE = """# %% [markdown]
# # 9 · A chapter

# %% tags=["setup"]
try:
    import book_utils as bu
except ModuleNotFoundError:
    # %pip install -q "book-utils"
    import book_utils as bu

# %% mystnb={"image": {"alt": "a line"}}
import time
print(bu.measured(time.time() % 7), "of", 7)

# %% tags=["solution"]
# @title Solution
print("a", flush=True); print("b")
"""


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(execute, "NOTEBOOKS", tmp_path)
    path = tmp_path / "09_chapter.ipynb"
    edit.write_back(SOURCE, path)
    return path


def run_execute(monkeypatch, *names):
    monkeypatch.setattr(sys, "argv", ["execute", *names])
    return execute.main()


def test_executing_twice_changes_no_byte(chapter, monkeypatch, capsys):
    assert run_execute(monkeypatch, "9") == 0
    first = chapter.read_bytes()
    assert b"\\u2248" in first or "≈".encode() in first
    assert run_execute(monkeypatch, "09") == 0
    assert chapter.read_bytes() == first
    assert "unchanged" in capsys.readouterr().out


def test_failing_cell_is_named_and_nothing_is_stored(chapter, monkeypatch, capsys):
    edit.write_back(SOURCE + "\n# %%\n1 / 0\n", chapter)
    before = chapter.read_bytes()
    assert run_execute(monkeypatch, "9") == 1
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert chapter.read_bytes() == before


def test_noise_on_stderr_is_refused(chapter, monkeypatch, capsys):
    edit.write_back(SOURCE + "\n# %%\nimport warnings; warnings.warn('noise of a library')\n", chapter)
    assert run_execute(monkeypatch, "9") == 1
    assert "cell 4 wrote to stderr" in capsys.readouterr().err


def test_editing_keeps_ids_tags_and_outputs(chapter, monkeypatch):
    run_execute(monkeypatch, "9")
    before = notebooks.read(chapter)
    text = edit.as_text(chapter)
    assert not edit.write_back(text, chapter), "nothing edited, nothing changed"
    edited = text.replace("# # 9 · A chapter", "# # 9 · A better chapter").replace(
        "# %% tags", "# %% [markdown]\n# A new paragraph.\n\n# %% tags", 1
    )
    assert edit.write_back(edited, chapter)
    after = notebooks.read(chapter)
    assert [cell.id for cell in after.cells if "new paragraph" not in cell.source] == [cell.id for cell in before.cells]
    code = [cell for cell in after.cells if cell.cell_type == "code"]
    assert code == [cell for cell in before.cells if cell.cell_type == "code"]
    assert '    %pip install -q "book-utils"' in code[0].source


def test_ids_stay_unique_when_cells_repeat_move_and_grow(chapter):
    repeated = SOURCE + "\n# %%\nprint(1)\n" * 3
    edit.write_back(repeated, chapter)
    edit.write_back("# %%\nprint(0)\n\n" + repeated + "\n# %%\nprint(1)\n\n# %%\nprint(2)\n", chapter)
    ids = [cell.id for cell in notebooks.read(chapter).cells]
    assert len(set(ids)) == len(ids) == 10


def run_edit(monkeypatch, folder, *names):
    monkeypatch.setattr(edit, "NOTEBOOKS", folder)
    monkeypatch.setattr(sys, "argv", ["edit", *names])
    return edit.main()


def test_an_editor_that_fails_or_a_taken_number_leaves_all_as_it_was(chapter, tmp_path, monkeypatch, capsys):
    before = chapter.read_bytes()
    monkeypatch.setenv("EDITOR", f"'{sys.executable}' -c 'import sys; sys.exit(3)'")
    monkeypatch.delenv("VISUAL", raising=False)
    assert run_edit(monkeypatch, tmp_path, "9") == 1
    assert "09_chapter.ipynb was left as it is" in capsys.readouterr().err
    assert run_edit(monkeypatch, tmp_path, "09_chaptr") == 1
    assert "taken by 09_chapter" in capsys.readouterr().err
    assert run_edit(monkeypatch, tmp_path) == 1
    assert "make edit CH=03" in capsys.readouterr().err
    assert chapter.read_bytes() == before
    assert [path.name for path in tmp_path.glob("*.ipynb")] == ["09_chapter.ipynb"]


def test_new_chapter_starts_with_the_setup_cell_of_the_law(tmp_path):
    path = tmp_path / "10_new.ipynb"
    edit.write_back(edit.as_text(path), path)
    setup = next(cell for cell in notebooks.read(path).cells if cell.cell_type == "code")
    assert setup.source == notebooks.SETUP.format(address=edit.repository())


def test_emptied_text_leaves_the_notebook_alone(chapter):
    before = chapter.read_bytes()
    with pytest.raises(notebooks.NotebookError, match="holds no cell"):
        edit.write_back("", chapter)
    assert chapter.read_bytes() == before


def test_unknown_chapter_is_refused_with_the_list_of_chapters(chapter):
    with pytest.raises(notebooks.NotebookError, match="'12'.*09_chapter"):
        notebooks.find_chapter("12")
    with pytest.raises(notebooks.NotebookError, match="09_chapter"):
        test_command.arguments_for("nine")


def test_temporary_files_of_a_test_run_go_with_it(monkeypatch):
    folders = []

    def leave_a_file(command, *, env, **_):
        folders.append(Path(env["TMPDIR"]))
        (folders[0] / "left").touch()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(test_command.subprocess, "run", leave_a_file)
    monkeypatch.setattr(sys, "argv", ["test"])
    assert test_command.main() == 0
    assert not folders[0].exists()


def test_solutions_are_collapsed_everywhere(chapter):
    solution = notebooks.read(chapter).cells[-1]
    assert "hide-cell" in solution.metadata.tags
    assert solution.metadata.cellView == "form"
    assert solution.metadata.jupyter.source_hidden


def test_unreadable_notebook_is_named(tmp_path):
    broken = tmp_path / "01_broken.ipynb"
    broken.write_text("{")
    with pytest.raises(notebooks.NotebookError, match="01_broken.ipynb"):
        notebooks.read(broken)


def test_a_write_that_fails_leaves_the_old_file(chapter, monkeypatch):
    before = chapter.read_bytes()

    def full_disk(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(notebooks.Path, "replace", full_disk)
    with pytest.raises(OSError, match="No space left"):
        notebooks.write(new_notebook(cells=[new_code_cell("1")]), chapter)
    assert chapter.read_bytes() == before


@pytest.fixture
def declared(chapter, tmp_path, monkeypatch):
    notebook = new_notebook(
        cells=[new_markdown_cell("# 9 · A chapter"), new_markdown_cell("x", metadata={"tags": ["card"]})]
    )
    notebooks.write(notebook, chapter)
    declarations = tmp_path / "chapters.yml"
    declarations.write_text(
        "09_chapter: {minutes: {lesson: 5, exercises: 6}, needs: [], gpu: none, data: [], budget_s: 7}\n"
    )
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    monkeypatch.setattr(pages, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(pages, "DECLARATIONS", declarations)
    monkeypatch.setattr(pages, "SCHEDULE", tmp_path / "schedule.md")
    monkeypatch.setattr(pages, "GRAPH", tmp_path / "graph.svg")
    monkeypatch.setattr(pages, "ERRORS", tmp_path / "errors.md")
    monkeypatch.setattr(errors, "NOTEBOOKS", tmp_path)
    return declarations


def test_pages_are_written_once_and_then_up_to_date(declared, chapter):
    assert [path.name for path in pages.stale(check=True)] == [
        "09_chapter.ipynb",
        "schedule.md",
        "graph.svg",
        "errors.md",
    ]
    assert not declared.with_name("schedule.md").exists(), "--check writes nothing"
    assert pages.stale(check=False)
    assert pages.stale(check=True) == []
    assert "lesson 5 min · exercises 6 min" in notebooks.read(chapter).cells[1].source
    declared.write_text(declared.read_text().replace("lesson: 5", "lesson: 50"))
    assert [path.name for path in pages.stale(check=True)] == ["09_chapter.ipynb", "schedule.md"]


def test_incomplete_declaration_is_named(declared):
    declared.write_text("09_chapter: {minutes: {lesson: 5, exercises: 6}, needs: [], gpu: none, data: []}\n")
    with pytest.raises(notebooks.NotebookError, match="09_chapter.*budget_s"):
        pages.load()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("needs: []", "needs: [09_chapter]", "needs 09_chapter, which is no earlier chapter"),
        ("data: []", "data: [fashion]", "data fashion"),
        ("gpu: none", "gpu: maybe", "gpu 'maybe'"),
        ("minutes: {lesson: 5, exercises: 6}", "minutes: 11", "09_chapter does not declare all"),
    ],
)
def test_wrong_declaration_is_named(declared, old, new, said):
    declared.write_text(declared.read_text().replace(old, new))
    with pytest.raises(notebooks.NotebookError, match=said):
        pages.load()


def test_declared_chapter_without_notebook_is_named(declared):
    declared.write_text(declared.read_text() + "10_more: {}\n")
    with pytest.raises(notebooks.NotebookError, match="10_more"):
        pages.load()


TRAPS = """# %% [markdown]
# ## Why `f` fails

# %%
print("note: before")
with bu.trap(ValueError, "one", fix="write `1`"):
    raise ValueError("one is\\nnot two\\n```\\ncode\\n```")
with bu.trap(KeyError, "k", fix="use get"):
    {}["k"]
"""


def test_error_index_holds_each_trap_with_its_message_fix_and_section(declared, chapter, monkeypatch):
    edit.write_back(SOURCE + TRAPS, chapter)
    with pytest.raises(notebooks.NotebookError, match="2 traps, 0 errors"):
        list(errors.entries("09_chapter"))
    run_execute(monkeypatch, "9")
    first, second = errors.entries("09_chapter")
    assert (first.error, first.message, first.fix) == ("ValueError", "one is\nnot two\n```\ncode\n```", "write `1`")
    assert (second.error, second.fix, second.section) == ("KeyError", "use get", "Why `f` fails")
    page = errors.page({"09_chapter": "9 · A chapter"})
    assert "Fix: `` write `1` ``" in page
    assert "````text\none is\nnot two\n```\ncode\n```\n````" in page, "the fence is longer than the one inside"
    assert "09_chapter.ipynb#why-f-fails" in page


def test_record_tells_when_a_chapter_changed_and_an_interrupted_run_leaves_none(chapter, tmp_path, monkeypatch):
    monkeypatch.setattr(report, "RECORD", tmp_path / "_build" / "tests.json")
    recorder = report.Recorder()
    name = f"notebooks/{chapter.name}::Cell 0"
    done = SimpleNamespace(when="call", outcome="passed", nodeid=name, user_properties=[])
    recorder.pytest_runtest_logreport(done)
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "book").mkdir()
    tested = chapter.rename(tmp_path / "notebooks" / chapter.name)
    session = SimpleNamespace(config=SimpleNamespace(rootpath=tmp_path))
    recorder.pytest_sessionfinish(session, pytest.ExitCode.INTERRUPTED)
    assert not report.RECORD.exists()
    recorder.pytest_sessionfinish(session, pytest.ExitCode.OK)
    status.write_status(tmp_path, {"09_chapter": "9 · A chapter"})
    assert "Changed since" not in (tmp_path / status.PAGE).read_text()
    tested.write_bytes(tested.read_bytes() + b" ")
    status.write_status(tmp_path, {"09_chapter": "9 · A chapter"})
    assert "**Changed since that run**: 9 · A chapter." in (tmp_path / status.PAGE).read_text()


def test_no_box_stands_on_a_line_that_passes_its_row():
    places = prerequisites.places({"a": (), "b": ("a",), "c": ("a",), "d": ("c",), "e": ("b", "d")})
    assert places["b"][1] < places["d"][1] < places["e"][1]
    assert places["d"][0] != places["b"][0]
