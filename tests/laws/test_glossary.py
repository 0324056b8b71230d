"""The glossary holds every term that a chapter prints in bold where it defines it, in the order of the alphabet."""

import re

import pytest

from tools.notebooks import ROOT, chapters, read

# Bold words that open a callout or a line of the summary, or are a line of their own, are no terms.
LABEL = re.compile(r"[.:?!]$|^\d|^By the end|\n")


def terms(path):
    prose = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    sentences = re.sub(r"^\*\*[^*]+\*\*$", "", "\n\n".join(prose), flags=re.M)
    bold = re.findall(r"(?<![\w*])\*\*([^*]{1,60})\*\*(?!\*)", sentences)
    return {term for term in bold if not LABEL.search(term)}


def entries():
    page = (ROOT / "book" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| [^|]+ \| \[", page, flags=re.M)
    return [(term.strip(), chinese.strip()) for term, chinese in rows]


@pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)
def test_every_bold_term_is_in_the_glossary(path):
    known = {form.strip().lower() for term, _ in entries() for form in term.split(",")}
    missing = {term for term in terms(path) if not {term.lower(), term.lower().removesuffix("s")} & known}
    assert not missing, f"{path.stem} defines {sorted(missing)}; book/glossary.md does not"


def test_entries_are_sorted_and_have_a_chinese_name():
    names = [term.lower() for term, _ in entries()]
    assert names == sorted(names)
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for _, chinese in entries())
