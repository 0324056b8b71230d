"""Rewrite every page when one has changed: all of them show its title in their navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment


def note_changes(_app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Remember whether this build reads any page."""
    env.book_pages_changed = bool(docnames)


def pages_to_write(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages to write although they did not change themselves."""
    return sorted(env.found_docs) if env.book_pages_changed else []


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect both steps."""
    app.connect("env-before-read-docs", note_changes)
    app.connect("env-updated", pages_to_write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
