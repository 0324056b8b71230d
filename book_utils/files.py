"""Files known by their SHA-256: read from the cache, or else from the first source that has them right."""

from __future__ import annotations

import gzip
import hashlib
import math
import os
import struct
import time
import uuid
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from book_utils.sources import Source, reason

CACHE = "BOOK_UTILS_CACHE"
STALE_S = 60  # a part file that nobody has written to for so long belongs to a process that was killed
ONLINE = "connect to the internet and run this again (files that arrived are kept), or make room if the disk is full."


class DatasetError(RuntimeError):
    """A data set could not be had; the message names the sources tried, what was wrong with each, and the remedy."""


class Readable(Protocol):
    """A file that can tell whether bytes are its own."""

    name: str

    def parse(self, data: bytes) -> Any:  # noqa: ANN401 - bytes or an array
        """Return what the uncompressed ``data`` hold, or raise ValueError with what is wrong."""


@dataclass(frozen=True)
class File:
    """A file, known by the SHA-256 of its uncompressed content."""

    name: str
    sha256: str

    def parse(self, data: bytes) -> Any:  # noqa: ANN401 - bytes here, an array in a subclass
        """Return uncompressed ``data`` as it is, or raise ValueError with what is wrong."""
        if (found := hashlib.sha256(data).hexdigest()) != self.sha256:
            raise ValueError(f"{self.name} has other content: SHA-256 {found}, expected {self.sha256}")
        return data


@dataclass(frozen=True)
class IdxFile(File):
    """A file of bytes in the IDX format, which holds one array."""

    shape: tuple[int, ...]

    def parse(self, data: bytes) -> np.ndarray:
        """Return uncompressed ``data`` as a uint8 array of ``shape``, or raise ValueError with what is wrong."""
        start, rank = 4 + 4 * len(self.shape), len(self.shape)
        if len(data) < start or data[:4] != bytes([0, 0, 8, rank]):
            raise ValueError(f"{self.name} is not an IDX file of bytes in {rank} dimensions")
        if (shape := struct.unpack_from(f">{rank}I", data, 4)) != self.shape:
            raise ValueError(f"{self.name} has shape {shape}, expected {self.shape}")
        if (size := start + math.prod(self.shape)) != len(data):
            raise ValueError(f"{self.name} has {len(data)} bytes, expected {size}: it is truncated or has a tail")
        super().parse(data)
        return np.frombuffer(data, np.uint8, offset=start).reshape(self.shape).copy()  # a copy is writable


def to_idx(array: np.ndarray) -> bytes:
    """Return a uint8 array in the IDX format."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


@dataclass(frozen=True)
class Made:
    """A source of what ``make`` makes, name → bytes, of other files, ``parts``, that ``source`` has."""

    source: Source
    parts: tuple[File, ...]
    make: Callable[[dict[str, bytes]], Mapping[str, bytes]]
    remote = True

    @property
    def name(self) -> str:
        """The name of the source of the parts."""
        return self.source.name

    def fetch(self, names: Sequence[str]) -> list[tuple[str, bytes]]:
        """Get the parts, verify them, and make the files; OSError or ValueError if that fails."""
        got = dict(self.source.fetch([part.name for part in self.parts]))
        made = self.make({part.name: part.parse(got[part.name]) for part in self.parts})
        return [(name, made[name]) for name in names]


@dataclass(frozen=True)
class Dataset:
    """Files and where they may come from, in the order in which the sources are tried."""

    title: str
    folder: str  # below the cache directory
    files: tuple[Readable, ...]
    sources: tuple[Source, ...]
    remedy: str

    def load(self) -> list[Any]:
        """Return what each file holds, from the cache or else from the first source that has it right.

        Raises:
            DatasetError: No source gave the right bytes.
        """
        cache = cache_directory() / self.folder
        contents, problems = self._cached(cache)
        unkept = None
        for source in self.sources:
            missing = {file.name: file for file in self.files if file.name not in contents}
            try:
                for name, packed in source.fetch(list(missing)) if missing else ():
                    data = _unpacked(name, packed)
                    contents[name] = missing[name].parse(data)
                    if source.remote or (cache / name).exists():  # what exists there is damaged
                        unkept = keep(cache / name, data) or unkept
            except (OSError, ValueError) as error:
                problems.append(f"{source.name}: {reason(error)}")
        if len(contents) < len(self.files):
            tried = "".join(f"\n  - {problem}" for problem in problems)
            raise DatasetError(f"{self.title} could not be loaded. Tried:{tried}\nRemedy: {self.remedy}")
        if unkept:
            print(f"Note: {self.title} is loaded but not kept in {cache} ({unkept}). Point {CACHE} elsewhere.")
        return [contents[file.name] for file in self.files]

    def _cached(self, cache: Path) -> tuple[dict[str, Any], list[str]]:
        """Return the good files of the cache and what is wrong with the others; tidy up after killed processes."""
        for part in cache.glob("*.part"):
            with suppress(OSError):  # another process may be tidying up too, and a part file harms nobody
                if time.time() - part.stat().st_mtime > STALE_S:
                    part.unlink()
        contents, problems = {}, []
        for file in self.files:
            try:
                contents[file.name] = file.parse((cache / file.name).read_bytes())
            except OSError as error:
                problems.append(f"cache {cache}: {error.strerror}")
            except ValueError as error:
                problems.append(f"cache {cache}: {error}")
                print(f"Note: a damaged file in the cache is replaced: {error}")
        return contents, list(dict.fromkeys(problems))


def cache_directory() -> Path:
    """Return BOOK_UTILS_CACHE, or else the place where this platform keeps a user's caches."""
    import platformdirs

    return Path(os.environ.get(CACHE) or platformdirs.user_cache_path("book_utils")).expanduser().absolute()


def keep(path: Path, data: bytes) -> str | None:
    """Write the file whole or not at all; return why not. The data are in memory, so that is no error."""
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        return str(error)
    return None


def _unpacked(name: str, data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name} is truncated or damaged: {error}") from error
