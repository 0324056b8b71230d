"""The Colab path for real: a fresh environment without book_utils, another folder, the notebook's own setup cell."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.colab.run_like_colab import run
from tools.notebooks import ROOT, chapters


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """An interpreter in a new environment with what Colab has and without book_utils."""
    venv = tmp_path_factory.mktemp("colab") / "venv"
    uv = str(Path(sys.executable).with_name("uv"))
    subprocess.run([uv, "venv", "--quiet", "--seed", "--python", sys.executable, str(venv)], check=True)
    interpreter = str(venv / "bin" / "python")
    install = [uv, "pip", "install", "--quiet", "--python", interpreter, "--require-hashes"]
    subprocess.run([*install, "-r", str(ROOT / "requirements.txt")], check=True)
    return interpreter


def test_notebook_installs_what_it_needs_and_runs(python):
    added = run(python, [chapters()[0]])
    assert [entry.split("==")[0] for entry in added] == ["book-utils"]


def test_an_environment_that_has_book_utils_proves_nothing():
    with pytest.raises(RuntimeError, match="already"):
        run(sys.executable, [chapters()[0]])
