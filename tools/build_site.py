"""Build the site in _build/html from the notebooks' stored outputs; any warning is an error.

Usage: python -m tools.build_site
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import yaml

from tools.status import write_status

ROOT = Path(__file__).resolve().parent.parent
HTML = "_build/html"
DOCTREES = "_build/.doctrees"
STAMP = "_build/.site-frame"
# What every page depends on; a change in any of these starts the build afresh.
FRAME = (
    "_config.yml", "_toc.yml", "requirements.txt", "tools/build_site.py",
    "book/_ext/*.py", "book/_static/*", "book/_templates/*",
)  # fmt: skip

FRONT_DOOR = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={page}">
</head>
<body><main><p><a href="{page}">{title}</a></p></main></body>
</html>
"""


class SiteError(Exception):
    """The site could not be built; the message says why, one fault a line."""


def pages_of_toc(toc: dict[str, Any]) -> list[str]:
    """Return the pages that the table of contents names, in order, as paths without a suffix."""

    def files(node: object) -> Iterator[str]:
        if isinstance(node, dict):
            if "file" in node:
                yield node["file"]
            for value in node.values():
                yield from files(value)
        elif isinstance(node, list):
            for item in node:
                yield from files(item)

    return [toc["root"], *files({key: value for key, value in toc.items() if key != "root"})]


def faults_of_notebook(path: Path) -> list[str]:
    """Return what is wrong with a notebook's stored outputs: a cell never run, or one that ended in an error."""
    name = path.name
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (KeyError, ValueError) as error:
        return [f"{name}: not a notebook ({error})"]
    faults = []
    for number, cell in enumerate(cells):
        if cell["cell_type"] != "code" or not cell["source"]:
            continue
        if cell["execution_count"] is None:
            faults.append(f"{name}, cell {number}: never run; `make execute` runs the chapter and stores its outputs")
        faults += [
            f"{name}, cell {number}: stored output is an error, {output['ename']}: {output['evalue']}"
            for output in cell["outputs"]
            if output["output_type"] == "error"
        ]
    return faults


def chapter_titles(notebooks: list[Path]) -> dict[str, str]:
    """Return the first heading of each notebook, by the notebook's name without its suffix."""
    titles = {}
    for path in notebooks:
        first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]
        titles[path.stem] = "".join(first["source"]).splitlines()[0].lstrip("# ")
    return titles


def frame_digest(root: Path) -> str:
    """Return a digest of every file that all pages depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(path for pattern in FRAME for path in root.glob(pattern)):
        digest.update(f"{path.relative_to(root)} {path.stat().st_size}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def prepare(root: Path, digest: str) -> bool:
    """Keep what the last build left only if it succeeded with the same frame; return whether it was kept.

    The stamp goes away until this build has succeeded too, because Sphinx warns about a page only when it reads it:
    after a failed build it would find the faulty page up to date and stay silent.
    """
    stamp = root / STAMP
    kept = stamp.exists() and stamp.read_text() == digest
    stamp.unlink(missing_ok=True)
    if not kept:
        for folder in (root / HTML, root / DOCTREES):
            if folder.exists():
                shutil.rmtree(folder)
    return kept


def run_sphinx(root: Path) -> None:
    """Build the pages.

    Raises:
        SiteError: there was a warning or an error; the message holds all of them.
    """
    from jupyter_book.config import get_final_config
    from sphinx.application import Sphinx
    from sphinx.util.console import nocolor
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    config, _ = get_final_config(
        user_yaml=root / "_config.yml",
        sourcedir=root,
        cli_config={"latex_individualpages": False},
        raise_on_invalid=True,
    )
    nocolor()  # the warnings are collected, not written to a terminal
    warnings = StringIO()
    with patch_docutils(str(root)), docutils_namespace():
        app = Sphinx(
            srcdir=root, confdir=None, outdir=root / HTML, doctreedir=root / DOCTREES, buildername="html",
            confoverrides=config, status=None, warning=warnings, warningiserror=True, keep_going=True,
        )  # fmt: skip
        app.build()
    if app.statuscode or warnings.getvalue().strip():
        raise SiteError(warnings.getvalue().strip() or f"Sphinx ended with status {app.statuscode}")


def write_front_door(html: Path, home: str, title: str) -> None:
    """Let the site's address without a page lead to the home page, from a server and from a file alike."""
    (html / "index.html").write_text(FRONT_DOOR.format(title=title, page=f"{home}.html"), encoding="utf-8")
    (html / ".nojekyll").touch()  # GitHub Pages would leave out folders that begin with an underscore


def build(root: Path = ROOT) -> Path:
    """Build the site of the book in a folder and return its home page.

    Raises:
        SiteError: a notebook, a link, a figure or a page is faulty.
    """
    pages = pages_of_toc(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))
    title = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["title"]
    notebooks = [path for page in pages if (path := root / f"{page}.ipynb").exists()]
    print(f"site: checking the stored outputs of {len(notebooks)} notebooks", flush=True)
    faults = [fault for path in notebooks for fault in faults_of_notebook(path)]
    if faults:
        raise SiteError("\n".join(faults))
    write_status(root, chapter_titles(notebooks))
    digest = frame_digest(root)
    print(f"site: {'updating' if prepare(root, digest) else 'building'} {len(pages)} pages", flush=True)
    run_sphinx(root)
    write_front_door(root / HTML, pages[0], title)
    (root / STAMP).write_text(digest)
    return root / HTML / f"{pages[0]}.html"


def main() -> int:
    """Build, say what came of it, and return the exit code."""
    started = time.monotonic()
    try:
        home = build()
    except (SiteError, ValueError) as error:
        print(f"{error}\nsite: NOT built; mend the faults above and run `make site` again", file=sys.stderr)
        return 1
    print(f"site: ready in {time.monotonic() - started:.1f} s. Open {home}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
