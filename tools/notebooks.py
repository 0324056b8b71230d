"""What every tool knows of the notebooks: where they are, their normal form, when two outputs agree."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from nbval.plugin import get_sanitize_patterns
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
SANITIZE = ROOT / "tools" / "measured.cfg"
BLOCK, TOLERANCE = 8, 24  # figures agree if no block of 8 × 8 pixels differs by more, of 255 levels of grey
TAGS = {
    "card", "check", "exercise", "export", "hide-cell", "hide-input", "measured", "nbval-ignore-output", "setup",
    "solution",
}  # fmt: skip
SOLUTION_METADATA = {
    "cellView": "form",  # Colab
    "jupyter": {"source_hidden": True},  # JupyterLab
    "mystnb": {"code_prompt_show": "Show the solution", "code_prompt_hide": "Hide the solution"},  # the site
}


SETUP = """try:
    import book_utils as bu
except ModuleNotFoundError:  # on Colab
    %pip install -q "book-utils @ git+{address}"
    import book_utils as bu
bu.setup()"""


class NotebookError(Exception):
    """A notebook cannot be found, read or executed; the message names it and the remedy."""


def chapters() -> list[Path]:
    """All notebooks of the book, in the order of their numbers."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def find_chapter(name: str) -> Path:
    """Path of a chapter by its number or name: ``3``, ``03`` or ``03_linear_regression``.

    Raises:
        NotebookError: No chapter, or more than one, has that number or name.
    """
    number = f"{int(name):02d}" if name.isdecimal() else name
    found = [path for path in chapters() if path.stem == name or path.stem.split("_")[0] == number]
    if len(found) != 1:
        known = ", ".join(path.stem for path in chapters()) or "none yet"
        raise NotebookError(f"no single chapter is called {name!r}; there are: {known}")
    return found[0]


def read(path: Path) -> NotebookNode:
    """Read a notebook.

    Raises:
        NotebookError: The file is missing or is no notebook.
    """
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError) as error:
        raise NotebookError(f"{path.name} cannot be read as a notebook: {error}") from error


def write(notebook: NotebookNode, path: Path) -> bool:
    """Write a notebook in its normal form, whole or not at all; return whether the file changed."""
    normalise(notebook)
    return write_text(nbformat.writes(notebook) + "\n", path)


def write_text(text: str, path: Path) -> bool:
    """Replace a text file in one step unless it holds that text already; return whether it changed."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".part", delete=False) as part:
        part.write(text)
    whole = Path(part.name)
    try:
        whole.chmod(0o644)
        whole.replace(path)
    finally:
        whole.unlink(missing_ok=True)
    return True


def normalise(notebook: NotebookNode) -> None:
    """Drop what depends on the run or the editor; set what every solution cell carries."""
    recorded = notebook.metadata.get("book", {})
    notebook.metadata = NotebookNode(
        book=recorded,
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    notebook.nbformat_minor = 5
    count = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        tags = cell.metadata.get("tags", [])
        if "solution" in tags:
            cell.metadata.tags = sorted({*tags, "hide-cell"})
            cell.metadata.update(SOLUTION_METADATA)
        if cell.cell_type != "code":
            continue
        if cell.get("execution_count") is not None:
            count += 1
            cell.execution_count = count
        cell.outputs = _joined(cell.get("outputs", []))
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = cell.execution_count


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join consecutive pieces of one stream: where they break is a matter of timing."""
    joined: list[NotebookNode] = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def code_digest(notebook: NotebookNode) -> str:
    """SHA-256 over the code of a notebook less its setup cell: stored outputs belong to the code with this digest."""
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code" and "setup" not in tags(cell))
    return hashlib.sha256(code.encode()).hexdigest()


def sanitise(text: str) -> str:
    """Replace measured numbers exactly as the comparison of ``make test`` does."""
    for pattern, replacement in get_sanitize_patterns(SANITIZE.read_text(encoding="utf-8")):
        text = re.sub(pattern, replacement, text)
    return text


def figures(outputs: list[NotebookNode]) -> list[Image.Image]:
    """The PNG figures among the outputs of a cell."""
    pictures = (output.get("data", {}).get("image/png") for output in outputs)
    return [Image.open(io.BytesIO(base64.b64decode(picture))) for picture in pictures if picture]


def differ(stored: Image.Image, fresh: Image.Image) -> str | None:
    """How a fresh figure differs from the stored one, None if they agree.

    Another version of matplotlib sets its text elsewhere; its figures cannot be compared.
    """
    if not stored.info.get("Software"):
        return "the stored figure does not say what drew it"
    if stored.info["Software"] != fresh.info.get("Software"):
        return None
    if stored.size != fresh.size:
        return f"the stored figure has {stored.size} pixels, the new one {fresh.size}"
    old, new = (np.asarray(figure.convert("RGB").convert("L").reduce(BLOCK), float) for figure in (stored, fresh))
    worst = np.abs(old - new).max()
    return f"the new figure differs from the stored one by {worst:.0f} levels of grey" if worst > TOLERANCE else None


def tags(cell: NotebookNode) -> list[str]:
    """The tags of a cell, none if it has none."""
    return cell.metadata.get("tags", [])


def text_of(output: NotebookNode) -> str:
    """All text that an output shows: its stream, its plain text or its traceback."""
    if output.output_type == "stream":
        return output.text
    if output.output_type == "error":
        return "\n".join(output.traceback)
    return "\n".join(value for kind, value in output.get("data", {}).items() if kind.startswith("text/"))
