"""Long runs are named, stored with their circumstances, and leave what they cannot make as it was."""

import json
import sys

import pytest

from book_utils import DatasetError
from tools import full_runs


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run the command in a folder of its own, with one result that can be made and one that cannot."""

    def fail():
        raise DatasetError("no source")

    monkeypatch.setattr(full_runs, "RESULTS", tmp_path)
    monkeypatch.setattr(full_runs, "MAKERS", {"good": lambda: {"accuracy": 0.9}, "bad": fail})
    monkeypatch.setattr(full_runs.bu, "setup", lambda: None)

    def command(*names):
        monkeypatch.setattr(sys, "argv", ["full_runs", *names])
        return full_runs.main()

    return command


def test_unknown_result_is_refused_before_anything_is_made(run, tmp_path, capsys):
    assert run("good", "nonsense") == 1
    assert capsys.readouterr().err == "no result is called nonsense; there are: good, bad\n"
    assert list(tmp_path.iterdir()) == []


def test_result_is_stored_with_its_circumstances(run, tmp_path):
    assert run("good") == 0
    stored = json.loads((tmp_path / "good.json").read_text())
    assert stored == {**full_runs.circumstances(), "accuracy": 0.9}


def test_what_cannot_be_made_leaves_the_old_result_and_keeps_the_others(run, tmp_path, capsys):
    (tmp_path / "bad.json").write_text("old")
    assert run() == 1
    assert capsys.readouterr().err == "no source\n"
    assert (tmp_path / "bad.json").read_text() == "old"
    assert (tmp_path / "good.json").exists()
