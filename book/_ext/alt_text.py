"""Fail the build when a figure has no text alternative."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.application import Sphinx

LOGGER = logging.getLogger(__name__)
REMEDY = 'set the cell metadata {"mystnb": {"image": {"alt": "..."}}}, or the text in ![...](...)'


class AltTextCheck(SphinxPostTransform):
    """Warn about every image without alt text; the build treats warnings as errors."""

    default_priority = 900  # after MyST-NB has chosen each output's format
    formats = ("html",)

    def run(self, **_: object) -> None:
        """Visit every image of the page."""
        for image in self.document.findall(nodes.image):
            if not image.get("alt", "").strip():
                LOGGER.warning("figure without a text alternative: %s", REMEDY, location=image, type="alt_text")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the check."""
    app.add_post_transform(AltTextCheck)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
