"""What a reader does on the site beyond reading a page: search, change the colours, come in by the front door."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.visiting import PAGES, Visit, listen
from tools.build_site import ROOT

SCHEMES = ["file", "http"]


@pytest.fixture
def tab(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)  # a loaded machine is slow, not broken
    yield page
    context.close()


def word_of(page: str) -> str:
    """Return the longest word of the page's title."""
    if (ROOT / f"{page}.ipynb").exists():
        source = "".join(json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))["cells"][0]["source"])
    else:
        source = (ROOT / f"{page}.md").read_text(encoding="utf-8")
    title = next(line for line in source.splitlines() if line.startswith("# "))
    return max(re.findall(r"[A-Za-z]+", title), key=len)


@pytest.mark.parametrize("page", PAGES)
def test_search_finds_a_word_on_its_page(tab: Page, addresses: dict[str, str], page: str) -> None:
    tab.goto(f"{addresses['http']}search.html?q={word_of(page)}")
    expect(tab.locator(f"#search-results li a[href*='{page}.html']").first).to_be_visible()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_search_box_leads_from_a_page_to_its_results(tab: Page, addresses: dict[str, str], scheme: str) -> None:
    seen = Visit()
    listen(tab, addresses[scheme], seen)
    tab.goto(f"{addresses[scheme]}{PAGES[1]}.html")
    tab.keyboard.press("Control+k")
    tab.keyboard.type(word_of(PAGES[1]))
    tab.keyboard.press("Enter")
    result = tab.locator(f"#search-results li a[href*='{PAGES[1]}.html']").first
    expect(result).to_be_visible()
    result.click()
    expect(tab.locator("article h1")).to_contain_text(word_of(PAGES[1]))
    assert (seen.errors, seen.foreign, seen.failed) == ([], [], [])


def test_colour_switch_reaches_dark_and_light_and_is_remembered(tab: Page, addresses: dict[str, str]) -> None:
    tab.goto(f"{addresses['http']}{PAGES[1]}.html")
    grounds = {}
    for _ in range(3):
        tab.locator(".theme-switch-button:visible").first.click()
        theme = tab.evaluate("document.documentElement.dataset.theme")
        grounds[theme] = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        if theme == "dark":
            tab.reload()
            assert tab.evaluate("document.documentElement.dataset.theme") == "dark"
    assert set(grounds) == {"light", "dark"}
    assert len(set(grounds.values())) == 2


@pytest.mark.parametrize("scheme", SCHEMES)
def test_front_door_leads_home(tab: Page, addresses: dict[str, str], scheme: str) -> None:
    tab.goto(f"{addresses[scheme]}index.html")
    tab.wait_for_url(f"{addresses[scheme]}{PAGES[0]}.html")


def test_page_without_javascript_still_shows_everything(browser: Browser, addresses: dict[str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{addresses['file']}{PAGES[1]}.html")
    expect(page.locator("article h1")).to_be_visible()
    assert page.locator(".pst-js-only:visible").count() == 0
    context.close()


def test_site_holds_only_the_pages_of_the_table_of_contents(html: Path) -> None:
    extra = {"index", "search", "genindex"}
    found = {path.relative_to(html).with_suffix("").as_posix() for path in html.rglob("*.html")}
    shipped = {page for page in found if page.startswith(("_static/", "_sources/", "mathjax/"))}
    assert found - shipped - extra == set(PAGES)
