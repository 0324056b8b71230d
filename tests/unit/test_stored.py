"""Stored results are found in a clone and in an installed package, and their absence says what to do."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import book_utils as bu
from book_utils import stored

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The only folder of results."""
    monkeypatch.setattr(stored, "FOLDERS", (tmp_path / "none", tmp_path))
    return tmp_path


def test_results_are_read_as_they_were_stored(folder):
    (folder / "runs.json").write_text('{"accuracy": [0.9, 0.91], "note": "≥ 0.9"}', encoding="utf-8")
    assert bu.results("runs") == {"accuracy": [0.9, 0.91], "note": "≥ 0.9"}


def test_results_that_are_not_there_are_named_with_the_remedy(folder):
    with pytest.raises(FileNotFoundError, match=r"results runs\.json.*make full-runs.*install book_utils"):
        bu.results("runs")


def test_damaged_results_are_named_with_the_remedy(folder):
    (folder / "runs.json").write_text('{"date": "2026')
    with pytest.raises(ValueError, match=r"runs\.json is damaged: (?s:.*)make full-runs"):
        bu.results("runs")


def test_clone_keeps_its_results_among_the_books_pages():
    assert ROOT / "book" / "results" in stored.FOLDERS
    assert (ROOT / "book" / "results").is_dir()


def test_installed_package_holds_results_and_data(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT / "book_utils", source / "book_utils", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    (source / "book" / "results").mkdir(parents=True)
    (source / "book" / "results" / "runs.json").write_text('{"accuracy": 0.9}')
    build = "from setuptools import build_meta; build_meta.build_wheel('.')"  # what pip calls, without its start-up
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    installed = shutil.unpack_archive(wheel, tmp_path / "installed", "zip") or tmp_path / "installed"
    code = "import book_utils as bu, json; print(json.dumps([bu.__file__, bu.results('runs'), len(bu.moby_dick())]))"
    said = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert json.loads(said) == [str(installed / "book_utils" / "__init__.py"), {"accuracy": 0.9}, 1_190_317]
