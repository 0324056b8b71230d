"""A pytest plugin: hold notebooks to their CPU budgets and their figures, and record the run for the status page."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
from pathlib import Path

import psutil
import pytest
import yaml
from nbval.plugin import IPyNbCell

from book_utils.runtime import QUIET
from tools.notebooks import differ, figures, tags

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "_build" / "tests.json"
BUDGETS = {
    name: entry["budget_s"]
    for name, entry in yaml.safe_load((ROOT / "book" / "chapters.yml").read_text(encoding="utf-8")).items()
}


def kernel_cpu_seconds(cell: IPyNbCell) -> float:
    """CPU seconds that the kernel of a notebook has used so far, with the processes it started."""
    kernel = psutil.Process(cell.parent.kernel.km.provisioner.pid)
    times = kernel.cpu_times()
    living = sum(sum(child.cpu_times()[:2]) for child in kernel.children(recursive=True))
    return times.user + times.system + times.children_user + times.children_system + living


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Note the CPU time after each cell; the cell that crosses the budget fails, and one that draws another figure."""
    report = yield
    if call.when != "call" or not isinstance(item, IPyNbCell) or not item.parent.kernel.is_alive():
        return report
    used, budget = kernel_cpu_seconds(item), BUDGETS.get(item.path.stem)
    report.user_properties.append(("cpu_s", used))
    fault = figure_fault(item)
    if budget is not None and used > budget:
        fault = (
            f"{item.path.name} is slow: {used:.0f} CPU seconds by cell {item.cell_num}, its budget is {budget}. "
            "Make it faster; raise budget_s in book/chapters.yml only if the lesson needs it."
        )
    if fault and report.passed:
        report.outcome, report.longrepr = "failed", fault
    return report


def figure_fault(item: IPyNbCell) -> str | None:
    """What is wrong with a cell's figures, which nbval does not compare; those of measured values may differ."""
    if "measured" in tags(item.cell):
        return None
    pairs = zip(figures(item.cell.outputs), figures(item.test_outputs or []), strict=False)  # nbval compares the number
    faults = [fault for pair in pairs if (fault := differ(*pair))]
    return f"{item.path.name} cell {item.cell_num}: {'; '.join(faults)}. Look at both." if faults else None


class Recorder:
    """Collect the reports of all workers and write one record at the end."""

    def __init__(self) -> None:
        self.counts = {"passed": 0, "failed": 0, "skipped": 0}
        self.chapters: dict[str, dict] = {}
        self.files: set[str] = set()

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.counts[report.outcome] += 1
        name = Path(report.nodeid.split("::")[0])
        if name.suffix != ".ipynb":
            return
        chapter = self.chapters.setdefault(
            name.stem, {"cpu_s": 0.0, "budget_s": BUDGETS.get(name.stem), "cells": 0, "ok": True}
        )
        self.files.add(str(name))
        chapter["cells"] += report.when == "call"
        chapter["ok"] &= report.outcome == "passed"
        for key, value in report.user_properties:
            if key == "cpu_s":
                chapter["cpu_s"] = round(max(chapter["cpu_s"], value), 1)

    def pytest_sessionfinish(self, session, exitstatus):
        if not self.chapters or exitstatus not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
            return  # an interrupted run vouches for nothing
        for path in (session.config.rootpath / nodeid for nodeid in self.files):
            self.chapters[path.stem]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        versions = {name: importlib.metadata.version(name) for name in ("tensorflow", "keras", "numpy")}
        record = {
            "date": datetime.date.today().isoformat(),
            "python": platform.python_version(),
            **versions,
            "cpu": f"{platform.machine()}, {os.cpu_count()} cores",
            **self.counts,
            "chapters": dict(sorted(self.chapters.items())),
        }
        RECORD.parent.mkdir(exist_ok=True)
        RECORD.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")

    def pytest_terminal_summary(self, terminalreporter):
        if self.chapters:
            terminalreporter.section("chapters")
        for name, chapter in sorted(self.chapters.items()):
            state = "ok" if chapter["ok"] else "FAILED"
            used = f"{chapter['cpu_s']:>5.1f} CPU s of {chapter['budget_s'] or 'no declared budget'}"
            terminalreporter.write_line(f"{state:<6} {name:<24} {chapter['cells']:>3} cells  {used}")


def pytest_configure(config):
    """Record in the main process only; the workers send their reports there. Kernels run quietly, as for execute."""
    os.environ[QUIET] = "1"
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(), "book-recorder")
