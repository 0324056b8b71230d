"""A headless Chromium, the built site behind a web server, and one visit a page that several tests read."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, expect, sync_playwright

from tests.site.visiting import PAGES, Visit, visit_page
from tools.browser import BrowserError, launch
from tools.build_site import HTML, ROOT

BASE = "/some/base/"
expect.set_options(timeout=60_000)  # a loaded machine is slow, not broken


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            running = launch(playwright)
        except BrowserError as error:
            if os.environ.get("CI") == "true":
                pytest.fail(str(error))
            pytest.skip(str(error))
        yield running
        running.close()


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (ROOT / HTML / f"{PAGES[0]}.html").exists():
        pytest.fail(f"{HTML} holds no site: run `make site` first")
    return ROOT / HTML


class BelowBase(http.server.SimpleHTTPRequestHandler):
    """Serve the folder below BASE and nothing else, silently."""

    def translate_path(self, path: str) -> str:
        if not path.startswith(BASE):
            return "/nonexistent"
        return super().translate_path(path.removeprefix(BASE.rstrip("/")))

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def served(html: Path) -> Iterator[str]:
    """The address of the site on a loopback server, below a base path."""
    handler = functools.partial(BelowBase, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{BASE}"
        server.shutdown()


@pytest.fixture(scope="session")
def addresses(html: Path, served: str) -> dict[str, str]:
    """Where the site begins, opened as a file and from a server."""
    return {"file": f"{html.as_uri()}/", "http": served}


@pytest.fixture(scope="session")
def visit(browser: Browser, addresses: dict[str, str]) -> Callable[..., Visit]:
    """Visit a page, once, and return what was seen: ``visit("book/index", "file")``; closely if opened as a file."""
    cache: dict[tuple[str, str], Visit | Error] = {}

    def once(page: str, scheme: str = "file") -> Visit:
        key = (page, scheme)
        if key not in cache:
            try:
                cache[key] = visit_page(browser, addresses[scheme], page, closely=scheme == "file")
            except Error as error:
                cache[key] = error
        seen = cache[key]
        if isinstance(seen, Error):
            raise seen
        return seen

    return once
