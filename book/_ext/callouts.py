"""Turn blockquotes that open with a bold **Predict.**, **Trap.**, **Note.** or **Try.** into boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms import SphinxTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.writers.html5 import HTML5Translator

KINDS = ("Predict", "Trap", "Note", "Try")


class Callout(nodes.admonition):
    """A box with a title; its attribute ``kind`` is one of KINDS."""


class CalloutTransform(SphinxTransform):
    """Replace each blockquote that opens with a callout's bold word by a Callout."""

    default_priority = 400

    def apply(self, **_: object) -> None:
        """Visit every blockquote of the page."""
        for quote in list(self.document.findall(nodes.block_quote)):
            kind = callout_kind(quote)
            if kind:
                quote.replace_self(make_callout(quote, kind))


def callout_kind(quote: nodes.block_quote) -> str | None:
    """Return the callout's kind if the blockquote opens with its bold word and a full stop, else None."""
    first = quote.children[0] if quote.children else None
    opening = opening_node(first) if isinstance(first, nodes.paragraph) else None
    if not isinstance(opening, nodes.strong):
        return None
    word = opening.astext()
    return word[:-1] if word.endswith(".") and word[:-1] in KINDS else None


def opening_node(paragraph: nodes.paragraph) -> nodes.Node | None:
    """Return the paragraph's first child with any text; MyST puts an empty one before a bold word."""
    return next((child for child in paragraph.children if child.astext()), None)


def make_callout(quote: nodes.block_quote, kind: str) -> Callout:
    """Return a box with the quote's content, whose bold word has become the title."""
    first = quote.children[0]
    first.remove(opening_node(first))
    rest = opening_node(first)
    if isinstance(rest, nodes.Text):
        first.replace(rest, nodes.Text(rest.astext().lstrip()))
    body = quote.children if first.astext().strip() else quote.children[1:]
    return Callout("", nodes.title(kind, kind), *body, kind=kind, classes=["callout", f"callout-{kind.lower()}"])


def visit_callout(translator: HTML5Translator, node: Callout) -> None:
    """Open the box; its role and label tell a screen reader what kind of aside begins."""
    classes = " ".join(["admonition", *node["classes"]])
    translator.body.append(f'<div class="{classes}" role="note" aria-label="{node["kind"]}">\n')


def depart_callout(translator: HTML5Translator, _: Callout) -> None:
    """Close the box."""
    translator.body.append("</div>\n")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the transform and how a box is written."""
    app.add_node(Callout, html=(visit_callout, depart_callout))
    app.add_transform(CalloutTransform)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
