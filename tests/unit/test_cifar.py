"""Cats and dogs come out of both forms of CIFAR-10 alike: all of them, nothing else, in their order."""

import gzip
import io
import json
import tarfile

import numpy as np
import pytest
from PIL import Image

from book_utils import cifar
from book_utils.datasets import CATS_AND_DOGS

BATCH = 12  # pictures


@pytest.fixture(scope="module")
def batches():
    """Six small batches of random pictures, with the labels 0 to 9 in random order."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, BATCH, 32, 32, 3), np.uint8)
    return list(zip(images, rng.permuted(np.tile(np.arange(BATCH, dtype=np.uint8) % 10, (6, 1)), axis=1), strict=True))


def archive(batches):
    """The official archive: rows of a label, then 1 024 red, green and blue values."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, (images, labels) in zip(cifar.BATCHES, batches, strict=True):
            rows = np.concatenate([labels[:, None], images.transpose(0, 3, 1, 2).reshape(BATCH, -1)], axis=1)
            entry = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
            entry.size = len(data := rows.tobytes())
            tar.addfile(entry, io.BytesIO(data))
    return {"cifar-10-binary.tar.gz": file.getvalue()}


def pngs(batches):
    """The package: a picture is one row of 1 024 pixels, the labels are lists."""
    parts = {}
    for name, (images, _) in zip(cifar.BATCHES, batches, strict=True):
        Image.fromarray(images.reshape(BATCH, 1024, 3)).save(file := io.BytesIO(), "PNG")
        parts[f"{name}.png"] = file.getvalue()
    labels = [labels.tolist() for _, labels in batches]
    return {**parts, cifar.TRAIN_LABELS: json.dumps(sum(labels[:-1], [])), cifar.TEST_LABELS: json.dumps(labels[-1])}


def test_both_forms_give_the_cats_and_dogs_in_order(batches):
    made = cifar.from_archive(archive(batches))
    assert made == cifar.from_pngs(pngs(batches))
    for split, part in (("train", batches[:-1]), ("t10k", batches[-1:])):
        pictures = [pair for images, labels in part for pair in zip(images, labels, strict=True)]
        expected = [(image, label == 5) for image, label in pictures if label in (3, 5)]
        images, labels = (np.array(array, np.uint8) for array in zip(*expected, strict=True))
        assert made[f"{split}-images-idx4-ubyte"].endswith(images.tobytes())
        assert made[f"{split}-labels-idx1-ubyte"][8:] == labels.tobytes()
    assert sorted(made) == sorted(file.name for file in CATS_AND_DOGS.files)


def test_parts_that_are_asked_for_are_those_that_are_read(batches):
    assert set(archive(batches)) == {part.name for part in cifar.ARCHIVE}
    assert set(pngs(batches)) == {part.name for part in cifar.PNGS}


def test_damaged_archive_is_refused(batches):
    (whole,) = archive(batches).values()
    inner = gzip.decompress(whole)
    for damaged in (b"<html>", whole[: len(whole) // 2], gzip.compress(inner[:1024]), gzip.compress(b"")):
        with pytest.raises(ValueError, match="damaged"):
            cifar.from_archive({"cifar-10-binary.tar.gz": damaged})
