"""Open one page in the browser and note everything that the tests ask about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, Page, Request

from tools.build_site import ROOT, pages_of_toc

PAGES = pages_of_toc(yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8")))

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SCRIPTS = Path(__file__).with_name("facts.js").read_text(encoding="utf-8")


@dataclass
class Visit:
    """What was seen on a page."""

    errors: list[str] = field(default_factory=list)  # console errors and uncaught exceptions
    foreign: list[str] = field(default_factory=list)  # requests to another host
    failed: list[str] = field(default_factory=list)  # requests without an answer, or answered 400 and above
    facts: dict[str, Any] = field(default_factory=dict)  # see facts.js
    faint: list[str] = field(default_factory=list)  # texts of too little contrast, light and dark
    too_wide: list[str] = field(default_factory=list)  # elements that reach beyond a phone's screen
    unfolded: bool | None = None  # did Enter open the first folded block? None: there is none


def visit_page(browser: Browser, address: str, name: str, *, closely: bool = True) -> Visit:
    """Open the page at desktop width and return what was seen; closely, look at colours and at a phone's width too."""
    seen = Visit()
    context = browser.new_context(viewport=DESKTOP)
    context.set_default_timeout(60_000)  # a loaded machine is slow, not broken
    page = context.new_page()
    listen(page, address, seen)
    page.goto(f"{address}{name}.html")
    page.evaluate(SCRIPTS)
    page.evaluate("book.settle()")
    seen.facts = page.evaluate("book.facts()")
    if closely:
        seen.unfolded = open_by_keyboard(page)
        page.evaluate("book.unfold()")
        seen.faint = [text for theme in ("light", "dark") for text in page.evaluate("t => book.faint(t)", theme)]
        page.set_viewport_size(PHONE)
        seen.too_wide = page.evaluate("book.tooWide()")
    context.close()
    return seen


def listen(page: Page, address: str, seen: Visit) -> None:
    """Note console errors and requests from now on."""
    origin = "file://" if address.startswith("file:") else "/".join(address.split("/")[:3])

    def on_request(url: str) -> None:
        if not url.startswith((origin, "data:", "blob:")):
            seen.foreign.append(url)

    def on_failure(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the page was left before the answer came
            seen.failed.append(request.url)

    page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: seen.errors.append(str(error)))
    page.on("request", lambda request: on_request(request.url))
    page.on("requestfailed", on_failure)
    page.on("response", lambda answer: seen.failed.append(answer.url) if answer.status >= 400 else None)


def open_by_keyboard(page: Page) -> bool | None:
    """Press Enter on the first folded block of the article; return whether it opened."""
    first = page.locator("article details").first
    if first.count() == 0:
        return None
    first.locator("summary").first.focus()
    page.keyboard.press("Enter")
    return first.evaluate("block => block.open")
