"""Run the tests of the book, or of one chapter: its notebook, the laws, its exercises: test [CH]."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile

from tools.notebooks import ROOT, NotebookError, find_chapter

WORKERS = "2"


def arguments_for(chapter: str | None) -> list[str]:
    """What pytest is told to run: everything, or what concerns one chapter.

    Raises:
        NotebookError: There is no such chapter.
    """
    if chapter is None:
        return ["-n", WORKERS]
    path = find_chapter(chapter)
    number = path.stem.split("_")[0]
    places = [str(path.relative_to(ROOT)), "tests/laws/test_notebooks.py", "tests/exercises"]
    return ["-n", WORKERS, "-k", f"{path.stem} or {number}.", *places]


def main() -> int:
    """Run pytest and say in the last line what to do next."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="?", help="number or name; everything if none is given")
    try:
        arguments = arguments_for(parser.parse_args().chapter)
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    # The comparison kills its kernels, so they do not remove their temporary files: these go with the folder.
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", *arguments]
        code = subprocess.run(command, cwd=ROOT, env={**os.environ, "TMPDIR": folder}, check=False).returncode
    if code:
        print(
            "\nNot all is well. Above, each failure of a notebook names its cell and both outputs.\n"
            "If the new output is right, store it with make execute CH=NN.",
            file=sys.stderr,
        )
    return code


if __name__ == "__main__":
    sys.exit(main())
