"""Open a chapter in JupyterLab on this machine: run CH."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from tools.notebooks import NOTEBOOKS, NotebookError, find_chapter


def main() -> int:
    """Start JupyterLab with the chapter open; it ends with Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chapter", nargs="?", help="number or name; the list of chapters if none is given")
    try:
        chapter = parser.parse_args().chapter
        opened = [find_chapter(chapter).name] if chapter else []
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", *as_root, *opened]
    try:
        return subprocess.run(command, cwd=NOTEBOOKS, check=False).returncode
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
