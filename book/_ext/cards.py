"""Turn the paragraph under a chapter's title that opens with its Colab link into a card: one item a fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

COLAB = "https://colab.research.google.com/github/"
SEPARATOR = " · "


class CardTransform(SphinxTransform):
    """Replace a chapter's card paragraph by a list."""

    default_priority = 400

    def apply(self, **_: object) -> None:
        """Look at the first paragraph under the title only: a card stands nowhere else."""
        chapter = next(self.document.findall(nodes.section), None)
        paragraphs = [] if chapter is None else [node for node in chapter.children if isinstance(node, nodes.paragraph)]
        paragraph = paragraphs[0] if paragraphs else None
        if paragraph is not None and opens_with_colab_link(paragraph):
            items = [nodes.list_item("", nodes.paragraph("", "", *item)) for item in split_items(paragraph)]
            paragraph.replace_self(nodes.bullet_list("", *items, classes=["chapter-card"]))


def opens_with_colab_link(paragraph: nodes.paragraph) -> bool:
    """Return whether the paragraph's first child is a link to a notebook in Colab."""
    first = paragraph.children[0] if paragraph.children else None
    return isinstance(first, nodes.reference) and first.get("refuri", "").startswith(COLAB)


def split_items(paragraph: nodes.paragraph) -> list[list[nodes.Node]]:
    """Split the paragraph's children at every separator in its text; links stay whole."""
    items: list[list[nodes.Node]] = [[]]
    for child in paragraph.children:
        if not isinstance(child, nodes.Text):
            items[-1].append(child)
            continue
        pieces = child.astext().split(SEPARATOR)
        for number, piece in enumerate(pieces):
            if number:
                items.append([])
            if piece:
                items[-1].append(nodes.Text(piece))
    return [item for item in items if item]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform."""
    app.add_transform(CardTransform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
