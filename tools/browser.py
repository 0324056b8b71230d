"""The browser that looks at pages: a headless Chromium, wherever it is installed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


class BrowserError(Exception):
    """There is no browser; the message says how to get one."""


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium that BOOK_CHROMIUM names, one on the path, or playwright's own.

    Raises:
        BrowserError: There is none.
    """
    own = playwright.chromium.executable_path
    named = [os.environ.get("BOOK_CHROMIUM"), *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
    path = next((path for path in named if path), own)
    if path == own and not Path(own).exists():
        raise BrowserError("no Chromium: install Debian's chromium, or name one in BOOK_CHROMIUM")
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
