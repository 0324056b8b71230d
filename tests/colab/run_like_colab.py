"""Run notebooks as Colab does: elsewhere, without book_utils, so that their own setup cell installs it from git.

The address in the setup cell leads to this clone: git's insteadOf puts the clone in its place.
Only what is committed is installed, as on Colab.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Runs inside the other environment, which knows nothing of this project.
RUNNER = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
errors = [output for output in outputs if output.get("name") == "stderr" or output.output_type == "error"]
setup = next(c for c in notebook.cells if "setup" in c.metadata.get("tags", []))
print("".join(o.get("text", "") for o in setup.outputs).strip())
sys.exit("".join(o.get("text", str(o)) for o in errors) or None)
"""
VERSIONS = (
    "import importlib.metadata as m; print('\\n'.join(sorted(f'{d.name}=={d.version}' for d in m.distributions())))"
)


def repository_address() -> str:
    """The address in _config.yml, read without a YAML library: the other environment may have none."""
    lines = (ROOT / "_config.yml").read_text(encoding="utf-8").splitlines()
    return next(line.split("url:")[1].strip() for line in lines if line.strip().startswith("url: https://github.com/"))


def environment(folder: Path) -> dict[str, str]:
    """The environment of the run: git finds the clone in place of the public address, Python nothing of the clone."""
    config = folder / "gitconfig"
    config.write_text(f'[url "file://{ROOT}"]\n\tinsteadOf = {repository_address()}\n[safe]\n\tdirectory = *\n')
    kept = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    return {**kept, "GIT_CONFIG_GLOBAL": str(config), "JUPYTER_PLATFORM_DIRS": "1"}


def refuse_shallow(folder: Path) -> None:
    """pip fetches file by file, which a shallow clone does not serve: it would hang without a word.

    Raises:
        RuntimeError: The clone lacks its history, or is none.
    """
    command = ["git", "rev-parse", "--is-shallow-repository"]
    done = subprocess.run(command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=False)
    if done.stdout.strip() != "false":
        raise RuntimeError(f"the Colab test needs a whole git clone: git fetch --unshallow {done.stderr.strip()}")


def versions(python: str) -> set[str]:
    """Name and version of every distribution that an interpreter sees."""
    return set(subprocess.run([python, "-c", VERSIONS], capture_output=True, text=True, check=True).stdout.split())


def run(python: str, notebooks: list[Path]) -> list[str]:
    """Run the notebooks with an interpreter that lacks book_utils; return what the setup cell added.

    Raises:
        RuntimeError: book_utils is there already, a notebook fails, or the setup cell moved another package.
    """
    before = versions(python)
    if any(entry.startswith("book-utils==") for entry in before):
        raise RuntimeError(f"{python} has book_utils already: nothing would be tested")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        refuse_shallow(folder)
        for notebook in notebooks:
            shutil.copy(notebook, folder)
            command = [python, "-c", RUNNER, notebook.name]
            done = subprocess.run(
                command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise RuntimeError(f"{notebook.name} fails as on Colab:\n{done.stdout}{done.stderr[-4000:]}")
            print(f"{notebook.stem}: {done.stdout.strip()}", flush=True)
    gone = before - versions(python)
    if gone:
        raise RuntimeError(f"installing book_utils moved {', '.join(sorted(gone))}")
    return sorted(versions(python) - before)


def main() -> int:
    """Run the notebooks named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", required=True, help="interpreter with TensorFlow and Jupyter, without book_utils")
    parser.add_argument("notebook", nargs="+", type=Path)
    arguments = parser.parse_args()
    try:
        added = run(arguments.python, arguments.notebook)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"added: {', '.join(added)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
