"""Edit a chapter as a Python file with `# %%` cells and write it back, keeping ids, tags and outputs: edit CH."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import jupytext
from jupytext.combine import combine_inputs_with_outputs
from nbformat import NotebookNode, v4

from tools.address import repository
from tools.notebooks import NOTEBOOKS, SETUP, NotebookError, chapters, find_chapter, read, write

FORMAT = "py:percent"
SKELETON = """# %% [markdown]
# # {number} · Title

# %% [markdown] tags=["card"]
# `make pages` writes this card.

# %% [markdown]
# The question, in two or three sentences, with the surprising fact up front.
#
# **By the end you can** ...

# %% tags=["setup", "nbval-ignore-output"]
{setup}
"""


def write_back(text: str, path: Path) -> bool:
    """Put the cells of a percent text into a notebook; cells that did not change keep their ids and outputs.

    Raises:
        NotebookError: The text holds no cell.
    """
    source = jupytext.reads(text, fmt=FORMAT)
    if not source.cells:
        raise NotebookError(f"the text for {path.name} holds no cell; the notebook was left as it is")
    stored = read(path) if path.exists() else v4.new_notebook()
    merged = combine_inputs_with_outputs(source, stored, fmt=FORMAT)
    _keep_ids(merged, stored)
    merged.metadata["book"] = stored.metadata.get("book", {})
    return write(merged, path)


def _keep_ids(merged: NotebookNode, stored: NotebookNode) -> None:
    """Give each cell the id of the stored cell with its source, else of an edited one in its place, else a new one."""
    by_source = {(cell.cell_type, cell.source): cell.id for cell in stored.cells}
    kept = [by_source.pop((cell.cell_type, cell.source), None) for cell in merged.cells]
    for position, cell in enumerate(merged.cells):
        in_place = stored.cells[position].id if position < len(stored.cells) else None
        cell.id = kept[position] or (in_place if in_place not in kept else None) or uuid.uuid4().hex[:8]
        kept[position] = cell.id


def as_text(path: Path) -> str:
    """A chapter as percent text; a skeleton if it does not exist yet."""
    if path.exists():
        notebook = read(path)
        notebook.metadata = {}
        return jupytext.writes(notebook, fmt=FORMAT)
    setup = SETUP.format(address=repository()).replace("%pip", "# %pip")
    return SKELETON.format(number=path.stem.split("_")[0].lstrip("0"), setup=setup)


def main() -> int:
    """Open the chapter in $EDITOR, or take its text from --from, and write it back."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="?", help="number or name; a new name such as 04_keras_apis starts a chapter")
    parser.add_argument("--from", dest="source", type=Path, help="a percent file to write back in place of an editor")
    arguments = parser.parse_args()
    try:
        path = _path(arguments.chapter)
        given = arguments.source
        changed = write_back(given.read_text(encoding="utf-8"), path) if given else _edit(path)
    except (NotebookError, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{path.stem}: {'written; run make execute CH=' + path.stem[:2] if changed else 'unchanged'}")
    return 0


def _path(name: str | None) -> Path:
    """Path of a chapter that exists, or of a new one with a number that is free."""
    if not name:
        raise NotebookError("name the chapter: make edit CH=03, or CH=04_new_name for a new one")
    if not re.fullmatch(r"[0-9A-Z][0-9]_[a-z0-9_]+", name):
        return find_chapter(name)
    taken = [path.stem for path in chapters() if path.stem[:2] == name[:2] and path.stem != name]
    if taken:
        raise NotebookError(f"the number of {name} is taken by {taken[0]}: edit that, or choose another number")
    return NOTEBOOKS / f"{name}.ipynb"


def _edit(path: Path) -> bool:
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    if not shutil.which(editor[0]):
        raise NotebookError(f"no editor {editor[0]!r}: set EDITOR, for example EDITOR='code --wait'")
    copy = Path(tempfile.mkdtemp(prefix="book-")) / f"{path.stem}.py"
    before = as_text(path)
    copy.write_text(before, encoding="utf-8")
    try:
        subprocess.run([*editor, str(copy)], check=True)
        text = copy.read_text(encoding="utf-8")
        changed = text != before and write_back(text, path)
    except Exception:
        print(f"{path.name} was left as it is; your text is safe in {copy}", file=sys.stderr)
        raise
    shutil.rmtree(copy.parent)
    return changed


if __name__ == "__main__":
    sys.exit(main())
