"""Every page of the table of contents, as a reader meets it: opened as a file and from a server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.site.visiting import PAGES, Visit
from tools.build_site import ROOT

NOTEBOOKS = [page for page in PAGES if (ROOT / f"{page}.ipynb").exists()]
PROSE = [page for page in PAGES if page not in NOTEBOOKS]
Visits = Callable[..., Visit]

each_page = pytest.mark.parametrize("page", PAGES)
each_notebook = pytest.mark.parametrize("page", NOTEBOOKS)
each_scheme = pytest.mark.parametrize("scheme", ["file", "http"])


def cells(page: str, kind: str) -> list[dict]:
    notebook = json.loads((ROOT / f"{page}.ipynb").read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def colab_address(page: str) -> str:
    repository = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["repository"]
    name = repository["url"].removeprefix("https://github.com/")
    return f"https://colab.research.google.com/github/{name}/blob/{repository['branch']}/{page}.ipynb"


@each_page
@each_scheme
def test_page_opens_without_an_error(visit: Visits, page: str, scheme: str) -> None:
    assert visit(page, scheme).errors == []


@each_page
@each_scheme
def test_page_loads_nothing_from_another_host(visit: Visits, page: str, scheme: str) -> None:
    assert visit(page, scheme).foreign == []


@each_page
@each_scheme
def test_every_request_is_answered(visit: Visits, page: str, scheme: str) -> None:
    assert visit(page, scheme).failed == []


@each_notebook
def test_checks_and_solutions_are_folded_and_show_no_mark_meant_for_colab(html: Path, page: str) -> None:
    soup = BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser")
    folded = soup.select(".tag_check details, .tag_solution details, details.tag_check, details.tag_solution")
    tagged = [cell for cell in cells(page, "code") if {"check", "solution"} & set(cell["metadata"].get("tags", []))]
    assert len(folded) == len(tagged)
    assert not [block for block in folded if block.has_attr("open")]
    assert "# @title" not in soup.get_text()


@each_page
@each_scheme
def test_every_formula_is_typeset(visit: Visits, page: str, scheme: str) -> None:
    facts = visit(page, scheme).facts
    assert facts["typeset"] == facts["formulae"]


@each_page
def test_mathjax_is_loaded_where_there_are_formulae_and_nowhere_else(visit: Visits, page: str) -> None:
    facts = visit(page).facts
    assert bool(facts["mathjax"]) == bool(facts["formulae"])


@each_notebook
def test_every_formula_of_the_notebook_is_on_the_page(visit: Visits, page: str) -> None:
    prose = "\n\n".join("".join(cell["source"]) for cell in cells(page, "markdown"))
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", prose, flags=re.DOTALL)
    formulae = re.findall(r"\$\$.+?\$\$|(?<![\\$])\$(?=\S)[^$\n]+?(?<=\S)\$(?!\d)", prose, flags=re.DOTALL)
    assert visit(page).facts["formulae"] >= len(formulae)


@each_page
def test_page_has_a_language_a_title_and_one_heading(visit: Visits, page: str) -> None:
    facts = visit(page).facts
    assert facts["language"] == "en"
    assert facts["title"]
    assert len(facts["headings"]) == 1
    assert facts["skip"] == ["#main-content"]


@each_notebook
def test_every_callout_becomes_a_titled_box(visit: Visits, page: str) -> None:
    prose = "\n".join("".join(cell["source"]) for cell in cells(page, "markdown"))
    expected = {
        kind: len(re.findall(rf"^ {{0,3}}> ?\*\*{kind}\.\*\*", prose, flags=re.MULTILINE | re.IGNORECASE))
        for kind in ("predict", "trap", "note", "try")
    }
    facts = visit(page).facts
    assert facts["callouts"] == expected
    assert facts["titled"] == sum(expected.values())


@each_notebook
def test_card_links_to_this_notebook_in_colab(visit: Visits, page: str) -> None:
    assert visit(page).facts["cards"] == [colab_address(page)]


@each_notebook
def test_colab_button_opens_this_notebook_of_the_configured_repository(visit: Visits, page: str) -> None:
    assert visit(page).facts["colab"] == [colab_address(page)]


@pytest.mark.parametrize("page", PROSE)
def test_page_that_is_no_notebook_has_no_colab_button(visit: Visits, page: str) -> None:
    assert visit(page).facts["colab"] == []


@each_notebook
def test_notebook_can_be_downloaded(visit: Visits, html: Path, page: str) -> None:
    (link,) = visit(page).facts["downloads"]
    assert ((html / page).parent / link).resolve().read_bytes() == (ROOT / f"{page}.ipynb").read_bytes()


@each_notebook
def test_every_solution_is_folded(visit: Visits, page: str) -> None:
    solutions = [cell for cell in cells(page, "code") if "solution" in cell["metadata"].get("tags", [])]
    facts = visit(page).facts
    assert facts["solutions"] == len(solutions)
    assert facts["foldedSolutions"] == len(solutions)


@each_page
def test_folded_block_opens_with_the_keyboard(visit: Visits, page: str) -> None:
    assert visit(page).unfolded is not False


@each_page
def test_every_picture_is_drawn_and_has_a_text_alternative(visit: Visits, page: str) -> None:
    pictures = visit(page).facts["images"]
    assert [picture["src"] for picture in pictures if not picture["drawn"]] == []
    # An empty text is right for an ornament (the logo beside its name), never for a figure.
    assert [p["src"] for p in pictures if p["alt"] is None or (p["figure"] and not p["alt"].strip())] == []


@each_page
def test_text_is_legible_in_light_and_dark(visit: Visits, page: str) -> None:
    assert visit(page).faint == []


@each_page
def test_page_fits_a_phone(visit: Visits, page: str) -> None:
    assert visit(page).too_wide == []


@pytest.mark.parametrize(("page", "place"), list(zip(PAGES, range(len(PAGES)), strict=True)))
def test_previous_and_next_follow_the_table_of_contents(visit: Visits, page: str, place: int) -> None:
    facts = visit(page).facts
    assert facts["previous"] == (place > 0)
    assert facts["next"] == (place < len(PAGES) - 1)


@pytest.mark.parametrize("page", ["index", "search", *PAGES])
def test_every_internal_link_resolves(html: Path, page: str) -> None:
    file = html / f"{page}.html"
    assert broken_links(file) == []


def broken_links(file: Path) -> list[str]:
    """Return the links and sources of a page that lead to a missing file or a missing place on a page."""
    broken = []
    for tag in BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").find_all(["a", "img", "link", "script"]):
        link = tag.get("href") or tag.get("src")
        if not link or urlsplit(link).scheme:
            continue
        parts = urlsplit(link)
        target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        anchored = parts.fragment and target.suffix == ".html"
        if not target.is_file() or (anchored and unquote(parts.fragment) not in anchors(target)):
            broken.append(link)
    return broken


def anchors(file: Path, known: dict[Path, set[str]] = {}) -> set[str]:  # noqa: B006
    """Return the ids of a page; each page is read once."""
    if file not in known:
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        known[file] = {tag["id"] for tag in soup.find_all(id=True)}
    return known[file]


def test_home_page_lists_every_chapter(html: Path) -> None:
    home = html / f"{PAGES[0]}.html"
    article = BeautifulSoup(home.read_text(encoding="utf-8"), "html.parser").find("article")
    linked = {(home.parent / urlsplit(a["href"]).path).resolve() for a in article.find_all("a", href=True)}
    assert [page for page in NOTEBOOKS if (html / f"{page}.html").resolve() not in linked] == []
