"""Collapse checks as well as solutions, and label collapsed cells with what the page shows ("Show the solution")."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator


FORM_TITLE = "# @title "


class FoldChecks(SphinxPostTransform):
    """Fold the code of every check: it is long, it gives hints away, and a reader of the site cannot run it."""

    default_priority = 190  # before MyST-NB wraps the cells that have a hide_mode
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Visit every cell of the page."""
        for cell in cells_tagged(self.document, "check"):
            cell["hide_mode"], cell["prompt_show"], cell["prompt_hide"] = "input", "Show the check", "Hide the check"


class DropFormTitles(SphinxPostTransform):
    """Drop the first line of a folded cell, which names Colab's form: the site's own fold has a label."""

    default_priority = 190
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Visit the code of every cell that is folded whole, as solutions are."""
        for cell in cells_tagged(self.document, "hide-cell"):
            for block in cell.findall(nodes.literal_block):
                if block.astext().startswith(FORM_TITLE):
                    block.children = [nodes.Text(block.astext().partition("\n")[2])]
                    block.rawsource = block.astext()


def cells_tagged(document: nodes.document, tag: str) -> list[nodes.container]:
    """Return the page's code cells that have the tag."""
    return [cell for cell in document.findall(nodes.container) if f"tag_{tag}" in cell["classes"]]


def visit_hidden(translator: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open the collapsed block; MyST-NB gives its summary a label that differs from its visible text."""
    translator.body.append(
        f'<details class="admonition hide {" ".join(node["classes"])}">\n<summary>'
        f'<span class="collapsed admonition-title">{escape(node["prompt_show"])}</span>'
        f'<span class="expanded admonition-title">{escape(node["prompt_hide"])}</span></summary>\n'
    )


def depart_hidden(translator: HTML5Translator, _: HideCodeCellNode) -> None:
    """Close the block."""
    translator.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register both transforms, and take over the writing of MyST-NB's collapsed cells."""
    app.setup_extension("myst_nb")
    app.add_post_transform(FoldChecks)
    app.add_post_transform(DropFormTitles)
    app.add_node(HideCodeCellNode, override=True, html=(visit_hidden, depart_hidden))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
