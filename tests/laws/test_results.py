"""Stored results say how they were made, and by code that the chapters still teach."""

import datetime
import json

import pytest

from tools import full_runs
from tools.exported import digest

PROVENANCE = {"date", "hardware", "versions"}


def stored(name):
    return json.loads((full_runs.RESULTS / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", full_runs.MAKERS)
def test_result_says_when_on_what_and_with_which_versions(name):
    result = stored(name)
    assert result.keys() >= PROVENANCE
    assert datetime.date.fromisoformat(result["date"])
    assert result["versions"].keys() == {"python", "tensorflow", "keras", "numpy"}


def test_every_file_has_its_maker():
    assert {path.stem for path in full_runs.RESULTS.glob("*.json")} == set(full_runs.MAKERS)


@pytest.mark.parametrize("run", full_runs.RUNS, ids=lambda run: run.name)
def test_full_run_was_made_as_declared_by_the_code_of_the_chapter(run):
    (result,) = [result for result in stored("full_runs")["runs"] if result["name"] == run.name]
    assert result["code_sha256"] == digest(run.chapter, run.builder), "the model changed: make full-runs"
    declared = (run.epochs, run.batch_size, run.learning_rate, run.flips)
    assert tuple(result[key] for key in ("epochs", "batch_size", "learning_rate", "flips")) == declared
    assert (result["train_images"], result["test_images"]) == (60_000, 10_000)
    assert tuple(seed["seed"] for seed in result["seeds"]) == full_runs.SEEDS
    assert all(seed["accuracy"] == seed["history"]["val_accuracy"][-1] for seed in result["seeds"])


@pytest.mark.parametrize("name", full_runs.FUNCTIONS)
def test_result_was_made_by_the_code_of_the_chapter(name):
    code = digest(*full_runs.FUNCTIONS[name])
    assert stored(name)["code_sha256"] == code, f"the code changed: make full-runs RESULT={name}"
