"""The repository's address: read it from _config.yml, or move the whole book to another one: address OWNER/NAME."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import yaml

from tools.notebooks import ROOT

CONFIG = ROOT / "_config.yml"
BUILT = {".git", ".venv", "_build", "__pycache__", ".ipynb_checkpoints", ".ruff_cache"}


def repository() -> str:
    """The address that _config.yml states: ``https://github.com/``, owner, ``/`` and name."""
    return yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["repository"]["url"].rstrip("/")


def owner_and_name(address: str) -> str:
    """The part of an address that badges and install lines repeat: ``owner/name``."""
    return address.removeprefix("https://github.com/")


def tracked_files() -> list[Path]:
    """Every file of the project that git tracks or would track; without git, every file that nothing here built."""
    if not (ROOT / ".git").exists():
        return [path for path in ROOT.rglob("*") if path.is_file() and BUILT.isdisjoint(path.relative_to(ROOT).parts)]
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def mention(address: str) -> re.Pattern[bytes]:
    """What a badge, link or install line holds of an address: ``owner/name`` after GitHub's or Colab's host."""
    name = re.escape(address.encode())
    return re.compile(rb"(?:(?<=github\.com/)|(?<=/github/))" + name + rb"(?![\w-]|\.(?!git\b)\w)")


def move(new: str) -> list[Path]:
    """Rewrite the address in every text file of the project; return the files that changed.

    Raises:
        ValueError: The new address is not of the form owner/name.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+", new):
        raise ValueError(
            f"{new!r} is not owner/name as GitHub spells it; try: make fork REPO=your-name/practical-tensorflow"
        )
    old = mention(owner_and_name(repository()))
    changed = []
    for path in tracked_files():
        content = path.read_bytes()
        moved = old.sub(new.encode(), content) if b"\0" not in content[:8000] else content
        if moved != content:
            path.write_bytes(moved)
            changed.append(path)
    return changed


def main() -> int:
    """Move the book to the address on the command line."""
    if len(sys.argv) != 2:
        print("name the new repository: make fork REPO=owner/name", file=sys.stderr)
        return 1
    try:
        changed = move(sys.argv[1])
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(changed)} files now point to https://github.com/{sys.argv[1]}; review them with git diff, then commit")
    return 0


if __name__ == "__main__":
    sys.exit(main())
