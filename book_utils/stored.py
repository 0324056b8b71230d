"""The stored results of runs that are too long for a chapter, which chapters plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

# In a clone the results stand among the book's pages; in an installed package they lie beside this module.
FOLDERS = (Path(__file__).parent / "results", Path(__file__).parents[1] / "book" / "results")


def results(name: str) -> dict[str, Any]:
    """Return the stored results ``name``: what tools/full_runs.py measured, with date, versions and hardware.

    Raises:
        FileNotFoundError: There are no results of that name.
        ValueError: The file is no JSON.
    """
    remedy = "Remedy: in a clone run `make full-runs`; elsewhere install book_utils again."
    for path in (folder / f"{name}.json" for folder in FOLDERS):
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except ValueError as error:
            raise ValueError(f"{path.name} is damaged: {error}\n{remedy}") from error
    raise FileNotFoundError(f"There are no stored results {name}.json. {remedy}")
