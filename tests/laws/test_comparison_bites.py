"""The comparison of `make test` can fail: each way in which a chapter goes stale is run, and the cell is named."""

import base64
import io
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.notebooks import ROOT

CONFTEST = """
import tests.report
tests.report.BUDGETS["slow"] = 1
tests.report.RECORD = tests.report.Path(__file__).parent / "tests.json"
"""
IMPORT = new_code_cell("import book_utils as bu", execution_count=1)
# name → (code of the second cell, its stored output, what the report must say)
STALE = {
    "changed_output": ("print(6 * 7)", "41\n", "mismatch 'stdout'"),
    "changed_next_to_measured": ("print(bu.measured(3.1), 'of 7')", "≈ 2.9 of 8\n", "mismatch 'stdout'"),
    "changed_next_to_described": ("print(bu.measured('CPU 1'), 7)", '≈ "CPU 2" 8\n', "mismatch 'stdout'"),
    "measured_became_nan": ("print(bu.measured(float('nan')))", "≈ 2.9\n", "mismatch 'stdout'"),
    "missing_claim": ("accuracy = 0.9", "accuracy ≈ 0.9 (claim: at least 0.8)\n", "Missing output"),
    "failed_claim": ("bu.claim('accuracy', 0.7, at_least=0.8)", "accuracy ≈ 0.9 (claim: at least 0.8)\n", "ClaimError"),
    "trap_gone": ("with bu.trap(ValueError, 'x', fix='y'):\n    pass", "ValueError: x\n\nFix: y\n", "TrapError"),
    "stray_warning": ("import warnings\nwarnings.warn('old')\nprint(1)", "1\n", "running code: {'stderr'}"),
    "slow": (
        "import time\nend = time.process_time() + 1.2\nwhile time.process_time() < end: pass",
        "",
        "its budget is 1",
    ),
}
FRESH = {
    "exact": ("print(6 * 7)", "42\n"),
    "quiet": ("import os\nprint(os.environ['BOOK_UTILS_QUIET'])", "1\n"),
    "measured": ("print(bu.measured(12345.6, 'ms') + ' of 7')", "≈ 0.3 ms of 7\n"),
    "described": ("print(bu.measured('CPU \"1\" of\\n 7'), 7)", '≈ "another CPU" 7\n'),
}
# name → (drawn by which program, the square's corner in the stored figure, tags, what the report must say)
FIGURES = {
    "stale_figure": ("painter 1", 40, [], "differs from the stored one by"),
    "figure_of_another_size": ("painter 1", None, [], "pixels"),
    "figure_by_nobody": (None, 10, [], "does not say what drew it"),
    "same_figure": ("painter 1", 10, [], None),
    "figure_of_another_painter": ("painter 0", 40, [], None),
    "measured_figure": ("painter 1", 40, ["measured"], None),
}
PAINT = """from IPython.display import Image as Shown
from PIL import Image
from PIL.PngImagePlugin import PngInfo
import io
picture, file, about = Image.new("L", (96, 64), 255), io.BytesIO(), PngInfo()
picture.paste(0, (10, 10, 26, 26))
about.add_text("Software", "painter 1")
picture.save(file, "PNG", pnginfo=about)
display(Shown(file.getvalue()))"""
STALE |= {name: (PAINT, figure, figure[3]) for name, figure in FIGURES.items() if figure[3]}
FRESH |= {name: (PAINT, figure) for name, figure in FIGURES.items() if not figure[3]}


def stored_figure(painter, corner, *_):
    """The figure of PAINT as a stored output, with its square elsewhere or, without a corner, in another size."""
    picture, file, about = Image.new("L", (96, 64) if corner else (64, 64), 255), io.BytesIO(), PngInfo()
    picture.paste(0, (corner or 10, 10, (corner or 10) + 16, 26))
    if painter:
        about.add_text("Software", painter)
    picture.save(file, "PNG", pnginfo=about)
    png = base64.b64encode(file.getvalue()).decode()
    return new_output("display_data", {"image/png": png, "text/plain": "<IPython.core.display.Image object>"})


def stale_cell(code, stored):
    outputs = [new_output("stream", name="stdout", text=stored)] if stored and isinstance(stored, str) else []
    outputs += [stored_figure(*stored)] if isinstance(stored, tuple) else []
    tags = stored[2] if isinstance(stored, tuple) else []
    return new_code_cell(code, outputs=outputs, execution_count=2, metadata={"tags": tags})


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stale")
    (folder / "conftest.py").write_text(CONFTEST)
    for name, (code, stored, *_) in {**STALE, **FRESH}.items():
        nbformat.write(new_notebook(cells=[IMPORT, stale_cell(code, stored)]), folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    run = subprocess.run(
        [*command, str(folder), "-n", "2", "-rA", "--color=no"],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    return run.stdout


@pytest.mark.parametrize("name", STALE)
def test_stale_notebook_fails_and_names_the_cell(report, name):
    failed = [line for line in report.splitlines() if line.startswith("FAILED") and f"/{name}.ipynb" in line]
    assert failed, report
    assert "Cell 1" in failed[0]
    said = re.search(rf"^_+ {name}\.ipynb::Cell 1 _+$(.*?)^[_=]{{3}}", report, flags=re.S | re.M)
    assert STALE[name][2] in said[1]


@pytest.mark.parametrize("name", FRESH)
def test_fresh_notebook_passes(report, name):
    assert any(line.startswith("PASSED") and f"/{name}.ipynb::Cell 1" in line for line in report.splitlines()), report
