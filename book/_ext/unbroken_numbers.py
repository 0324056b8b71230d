"""Keep a number such as 10 000, and a formula with the full stop after it, on one line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

GROUPS = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?!\d)")
NO_BREAK_SPACE = "\u00a0"
PUNCTUATION = re.compile(r"[.,;:?!)\]]+")


class UnbrokenNumbers(SphinxTransform):
    """Join the groups of digits of every number in prose by no-break spaces; code is left alone."""

    default_priority = 450

    def apply(self, **_: object) -> None:
        """Visit every text of the page."""
        for text in list(self.document.findall(nodes.Text)):
            joined = GROUPS.sub(lambda number: number[0].replace(" ", NO_BREAK_SPACE), text.astext())
            if joined != text.astext() and not isinstance(text.parent, (nodes.literal, nodes.literal_block)):
                text.parent.replace(text, nodes.Text(joined))


class UnbrokenFormulae(SphinxTransform):
    """Join each formula in prose to the punctuation after it: a browser may break the line between the two."""

    default_priority = 451

    def apply(self, **_: object) -> None:
        """Visit every inline formula of the page."""
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(descend=False, siblings=True)
            mark = PUNCTUATION.match(after.astext()) if isinstance(after, nodes.Text) else None
            if mark:
                paragraph, place = formula.parent, formula.parent.index(formula)
                joined = nodes.inline("", "", formula, nodes.Text(mark[0]), classes=["unbroken"])
                paragraph[place : place + 2] = [joined, nodes.Text(after.astext()[mark.end() :])]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transforms."""
    app.add_transform(UnbrokenNumbers)
    app.add_transform(UnbrokenFormulae)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
