"""Run chapters in fresh kernels and store their outputs, so that a second run changes no byte: execute CH [CH ...]."""

from __future__ import annotations

import argparse
import base64
import copy
import io
import os
import sys
import time
from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.notebooks import (
    NOTEBOOKS,
    NotebookError,
    chapters,
    code_digest,
    figures,
    find_chapter,
    normalise,
    read,
    sanitise,
    tags,
    text_of,
    write,
)

CELL_TIMEOUT_S = 300


def run(notebook: NotebookNode, path: Path) -> NotebookNode:
    """Execute a copy of a notebook top to bottom in a fresh kernel.

    Raises:
        NotebookError: A cell raised or wrote to stderr; nothing is stored.
    """
    fresh = copy.deepcopy(notebook)
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    client = NotebookClient(
        fresh,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources=resources,
        extra_arguments=["--IPKernelApp.log_level=40"],  # at each start it warns that loopback is not encrypted
    )
    try:
        client.execute(env={**os.environ, "BOOK_UTILS_QUIET": "1"})
    except CellExecutionError as error:
        raise NotebookError(f"{path.name}: a cell failed, nothing was stored\n{error}") from error
    for number, cell in enumerate(fresh.cells):
        noise = [text_of(o) for o in cell.get("outputs", []) if o.get("name") == "stderr"]
        if noise:
            raise NotebookError(f"{path.name}: cell {number} wrote to stderr, nothing was stored\n{noise[0]}")
    normalise(fresh)
    compact_figures(fresh)
    fresh.metadata.book = {"code_sha256": code_digest(fresh)}
    return fresh


def compact_figures(notebook: NotebookNode) -> None:
    """Store figures with a palette of 256 colours: plots look the same and take a third of the bytes."""
    for cell in notebook.cells:
        drawn = [output for output in cell.get("outputs", []) if "image/png" in output.get("data", {})]
        for output, figure in zip(drawn, figures(drawn), strict=True):
            small, drawn_by = io.BytesIO(), PngInfo()
            drawn_by.add_text("Software", figure.info.get("Software", "unknown"))
            plain = figure.convert("RGB").quantize(256, dither=Image.Dither.NONE)
            plain.save(small, "PNG", optimize=True, pnginfo=drawn_by)
            output.data["image/png"] = base64.b64encode(small.getvalue()).decode()


def keep_stored(fresh: NotebookNode, stored: NotebookNode) -> None:
    """Put a stored output back where the new one differs only in measured numbers and the code is the same."""
    if stored.metadata.get("book", {}).get("code_sha256") != fresh.metadata.book["code_sha256"]:
        return
    for new, old in zip(fresh.cells, stored.cells, strict=True):
        if new.cell_type == "code" and _compared(new, new) == _compared(old, new):
            new.outputs = old.outputs


def _compared(cell: NotebookNode, kind: NotebookNode) -> list[tuple[str, ...]]:
    """What counts when outputs are compared: text less measured numbers, and pictures that show no measurement."""
    pictures = "measured" not in tags(kind)
    return [
        (output.output_type, sanitise(text_of(output)), output.get("data", {}).get("image/png", "") if pictures else "")
        for output in cell.get("outputs", [])
    ]


def main() -> int:
    """Execute the chapters named on the command line, all of them if none is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="*", help="number or name; all chapters if none is given")
    names = parser.parse_args().chapter
    try:
        for path in [find_chapter(name) for name in names] or chapters():
            start = time.perf_counter()
            stored = read(path)
            fresh = run(stored, path)
            keep_stored(fresh, stored)
            outcome = "outputs stored" if write(fresh, path) else "unchanged"
            print(f"{path.stem}: {outcome} ({time.perf_counter() - start:.0f} s)", flush=True)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
