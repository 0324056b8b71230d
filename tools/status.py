"""Write book/status.md from the record that the last test run left in _build/tests.json."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

RECORD = "_build/tests.json"
PAGE = "book/status.md"

NO_RUN = """\
# Status

This copy of the book was built **without a test run**: nothing on this page vouches for it.

To run every notebook and compare every output, type `make test`. Then `make site` builds this page from the result.
"""


def status_page(run: dict[str, Any] | None, titles: dict[str, str], changed: tuple[str, ...] = ()) -> str:
    """Return the page's Markdown.

    Args:
        run: What the test run recorded, or None if there was none.
        titles: The title of each chapter of the book, by the notebook's name without its suffix.
        changed: Names of the chapters that are no longer what was tested.

    Raises:
        KeyError: the record lacks an entry.
    """
    if run is None:
        return NO_RUN
    good = run["failed"] == 0 and all(chapter["ok"] for chapter in run["chapters"].values())
    verdict = "passed" if good else "**failed**"
    missing = [title for name, title in titles.items() if name not in run["chapters"]]
    lines = [
        "# Status",
        "",
        f"The last test run of this copy {verdict} on {run['date']}: {run['passed']} tests passed, "
        f"{run['failed']} failed.",
        "",
        f"Python {run['python']} · TensorFlow {run['tensorflow']} · Keras {run['keras']} · NumPy {run['numpy']} · "
        f"{run['cpu']}",
        "",
        "Each chapter was executed from top to bottom in a fresh kernel, and every output was compared with the one "
        "that this site shows.",
        "",
        "| Chapter | Cells | CPU seconds | Budget | Outputs agree |",
        "|---|---:|---:|---:|---|",
        *(chapter_row(name, chapter, titles) for name, chapter in run["chapters"].items()),
        "",
    ]
    if missing:
        lines += [f"Not in that run: {', '.join(missing)}.", ""]
    if changed:
        lines += [f"**Changed since that run**: {', '.join(titles[name] for name in changed)}.", ""]
    return "\n".join(lines)


def chapter_row(name: str, chapter: dict[str, Any], titles: dict[str, str]) -> str:
    """Return the table row of one chapter; a chapter that the book no longer holds is shown without a link."""
    label = f"[{titles[name]}](../notebooks/{name}.ipynb)" if name in titles else f"{name} (no longer in the book)"
    budget = "none" if chapter["budget_s"] is None else f"{chapter['budget_s']:g}"
    agree = "yes" if chapter["ok"] else "**no**"
    return f"| {label} | {chapter['cells']} | {chapter['cpu_s']:.1f} | {budget} | {agree} |"


def changed_since(run: dict[str, Any], root: Path, titles: dict[str, str]) -> tuple[str, ...]:
    """Names of the chapters whose notebooks are not, byte for byte, those that the recorded run tested."""
    tested = {name: chapter["sha256"] for name, chapter in run["chapters"].items() if "sha256" in chapter}
    files = {name: root / "notebooks" / f"{name}.ipynb" for name in titles if name in tested}
    return tuple(name for name, file in files.items() if hashlib.sha256(file.read_bytes()).hexdigest() != tested[name])


def write_status(root: Path, titles: dict[str, str]) -> bool:
    """Write the page of the book in a folder if its content changed; return whether it did.

    Raises:
        ValueError: the record is not what a test run writes; it is named, with the remedy.
    """
    record, page = root / RECORD, root / PAGE
    try:
        run = json.loads(record.read_text(encoding="utf-8")) if record.exists() else None
        text = status_page(run, titles, changed_since(run, root, titles) if run else ())
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{record} is not a record of a test run ({error!r}): delete it or run `make test`") from error
    if page.exists() and page.read_text(encoding="utf-8") == text:
        return False
    page.write_text(text, encoding="utf-8")
    return True
