"""Make the shipped sample of Fashion-MNIST from the full set: the same bytes every time."""

from __future__ import annotations

import argparse
import hashlib
import io
import sys
from pathlib import Path

import numpy as np

from book_utils import datasets

TRAIN, TEST = 10_000, 2_000


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


def main() -> int:
    """Write the sample, print its SHA-256, and fail if ``datasets.py`` expects another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("output", type=Path, nargs="?", default=datasets.SAMPLE)
    output = parser.parse_args().output
    data = sample(datasets.fashion_mnist(full=True))
    output.write_bytes(data)
    found = hashlib.sha256(data).hexdigest()
    print(f"{output}: {len(data):,} bytes, SHA-256 {found}")
    if found != datasets.SAMPLE_SHA256:
        print(f"book_utils/datasets.py expects {datasets.SAMPLE_SHA256}: change SAMPLE_SHA256 there", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
