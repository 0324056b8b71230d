"""Serve MathJax from the site itself: copy the files that TeX in HTML needs beside the pages.

They go to ``mathjax/``, not below ``_static/``: the configuration's path decides which pages load them, and only
pages with mathematics do.
"""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PACKAGE = "sphinx-mathjax-offline"
# The start file; TeX packages and fonts that it loads when a formula asks for them; speech for its reading menu.
NEEDED = (
    "tex-mml-chtml.js",
    "input/tex/extensions",
    "output/chtml/fonts/woff-v2",
    "a11y",
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
    "sre/mathmaps/nemeth.json",
)


def mathjax_folder() -> Path:
    """Return where the installed package keeps MathJax.

    Raises:
        ExtensionError: the package is not installed.
    """
    # Its name holds hyphens, so it is found, never imported.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ExtensionError(f"{PACKAGE} is not installed: install requirements.txt")
    return Path(spec.submodule_search_locations[0]) / "static" / "mathjax"


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Copy the needed files once; a later build finds them there."""
    if error is not None or app.builder.format != "html":
        return
    source, target = mathjax_folder(), Path(app.outdir) / "mathjax"
    for name in NEEDED:
        if (target / name).exists():
            continue
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        else:
            shutil.copy2(source / name, target / name)


def drop_where_unused(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take MathJax off a page without formulae; Sphinx loads it on a page whose children have some, too."""
    if doctree is None or not any(isinstance(node, (nodes.math, nodes.math_block)) for node in doctree.findall()):
        scripts = context["script_files"]
        context["script_files"] = [script for script in scripts if "mathjax/" not in str(script.filename)]


def setup(app: Sphinx) -> dict[str, Any]:
    """Connect the copying to the end of the build, and the choice to each page after Sphinx has made its own."""
    app.connect("html-page-context", drop_where_unused, priority=900)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
