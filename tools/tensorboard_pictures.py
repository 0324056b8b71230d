"""Take the pictures of TensorBoard's pages that chapter 12 shows: tensorboard_pictures.

The runs are the chapter's own, written by its cells tagged ``export``. The profile page needs a plugin that the book
does not install, since it brings some thirty packages: the server runs in a small environment made for the purpose.
"""

from __future__ import annotations

import importlib.metadata
import io
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright
from uv import find_uv_bin

import book_utils as bu
from tools.browser import BrowserError, launch
from tools.exported import exported
from tools.notebooks import ROOT, NotebookError

CHAPTER = "12_tensorboard"
PICTURES = ROOT / "book" / "_static"
PLUGIN = "tensorboard-plugin-profile==2.24.2"
WIDTH = 1200  # CSS pixels
LARGEST = 60_000  # bytes of a picture
COLOURS = (256, 128, 64, 32, 16)  # of the palette: as many as the size allows
LONGEST = 600  # s, for the installation
WAIT = 90_000  # ms, for a page on a loaded machine
SETTLE = 5000  # ms, for the transitions of a page


class PictureError(Exception):
    """A picture cannot be taken; the message says why."""


@dataclass(frozen=True)
class View:
    """One page of TensorBoard and how to bring it into the state that the picture shows."""

    name: str  # of the picture
    address: str  # below the server's; {session} and {host} are those of the trace
    drawn: str  # selector of what is visible when the page is drawn
    height: int  # CSS pixels
    arrange: Callable[[Page], None]  # what to click then


def close_settings(page: Page) -> None:
    """Close the panel of settings, which takes a third of the page."""
    page.get_by_role("button", name="Settings").first.click()


def open_network(page: Page) -> None:
    """Open the box of the network in the graph, show all of it, and leave nothing selected."""
    page.locator("g.node", has_text="functional").first.dblclick()
    page.locator("g.node", has_text="logits").first.wait_for()
    page.wait_for_timeout(SETTLE)  # a box that still grows has no size to fit
    page.locator("svg#svg").first.click(position={"x": 10, "y": 10})  # empty canvas
    page.get_by_text("Fit to screen").click()


def wait_for_steps(page: Page) -> None:
    """Wait until the trace viewer, a frame in a frame, has its canvas, and hide the palette that floats over it."""
    viewer = page.frame_locator("iframe").frame_locator("iframe")
    viewer.get_by_text("python", exact=True).first.wait_for()
    viewer.locator("tr-ui-b-mouse-mode-selector").first.evaluate("palette => palette.style.display = 'none'")


VIEWS = (
    View(
        "scalars", "/?smoothing=0&tagFilter=epoch_(accuracy|loss)%24#timeseries", "scalar-card svg", 640, close_settings
    ),
    View("images", "/?tagFilter=sees#timeseries", "image-card img", 1510, close_settings),
    View("graph", "/?run=monday%2Fnotes#graphs", "g.node", 820, open_network),
    View("profile", "/?run=profile%2F{session}&tag=trace_viewer%40&host={host}#profile", "iframe", 760, wait_for_steps),
)


def write_runs(logs: Path) -> None:
    """Write the chapter's runs into ``logs`` with the chapter's own functions."""
    chapter = exported(CHAPTER)
    data = bu.fashion_mnist()
    model, _ = chapter["train_run"](logs / "monday", chapter["monday"])
    chapter["train_run"](logs / "tuesday", chapter["tuesday"])
    images = chapter["monday"](data.test_images[: chapter["POINTS"]])
    labels = data.test_labels[: chapter["POINTS"]]
    chapter["write_notes"](logs / "monday" / "notes", model, images, labels, "The run of Monday.")
    chapter["trace_steps"](logs / "profile")


def serve(logs: Path, command: tuple[str, ...]) -> AbstractContextManager[tuple[str, Any]]:
    """The chapter's own context manager around a TensorBoard server."""
    return exported(CHAPTER)["tensorboard"](logs, command)


def environment(folder: Path) -> tuple[str, ...]:
    """Install TensorBoard and its profile plugin into ``folder``; return the command that starts the server.

    Raises:
        PictureError: The packages cannot be installed.
    """
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    board = f"tensorboard=={importlib.metadata.version('tensorboard')}"
    for step in (
        ["venv", "--quiet", "--python", sys.executable, str(folder)],
        ["pip", "install", "--quiet", "--python", str(python), board, PLUGIN],
    ):
        try:
            done = subprocess.run([find_uv_bin(), *step], capture_output=True, text=True, timeout=LONGEST)
        except subprocess.TimeoutExpired as error:
            raise PictureError(f"uv {step[0]} took more than {LONGEST} s") from error
        if done.returncode:
            raise PictureError(f"uv {step[0]} failed: {done.stderr.strip()}")
    return str(python), "-m", "tensorboard.main"


def small_png(shot: bytes) -> bytes:
    """A screenshot as PNG with a palette, of at most LARGEST bytes.

    Raises:
        PictureError: Even the smallest palette makes it too large.
    """
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    for colours in COLOURS:
        out = io.BytesIO()
        picture.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        if out.tell() <= LARGEST:
            return out.getvalue()
    raise PictureError(f"{out.tell()} bytes with {COLOURS[-1]} colours, {LARGEST} are allowed")


def take(browser: Browser, server: str, view: View, logs: Path) -> bytes:
    """Open a page of the server, wait until it is drawn, return its picture as PNG."""
    [trace] = (logs / "profile").rglob("*.xplane.pb")
    address = view.address.format(session=trace.parent.name, host=trace.name.removesuffix(".xplane.pb"))
    page = browser.new_page(viewport={"width": WIDTH, "height": view.height}, color_scheme="light")
    try:
        page.set_default_timeout(WAIT)
        page.goto(server + address)
        page.locator(view.drawn).first.wait_for()
        view.arrange(page)
        page.wait_for_timeout(SETTLE)
        return page.screenshot()
    finally:
        page.close()


def main() -> int:
    """Take every picture."""
    bu.setup()
    try:
        with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
            logs = Path(folder) / "logs"
            browser = launch(playwright)
            write_runs(logs)
            command = environment(Path(folder) / "environment")
            with serve(logs, command) as (address, _):
                for view in VIEWS:
                    picture = small_png(take(browser, address, view, logs))
                    (PICTURES / f"tensorboard-{view.name}.png").write_bytes(picture)
                    print(f"book/_static/tensorboard-{view.name}.png written, {len(picture)} bytes")
            browser.close()
    except (BrowserError, NotebookError, PictureError, Error, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
