"""Plumbing for the notebooks of Practical TensorFlow 2; nothing that a chapter teaches lives here."""

from book_utils.claims import claim, measured, trap
from book_utils.datasets import (
    FASHION_CLASSES,
    LabelledImages,
    california_housing,
    cats_and_dogs,
    fashion_mnist,
    heart_disease,
    moby_dick,
    photographs,
    textures,
)
from book_utils.doctor import doctor
from book_utils.exercises import check, score
from book_utils.files import DatasetError
from book_utils.mobilenet import mobilenet_v2_weights
from book_utils.plots import confusion, curves, images
from book_utils.runtime import progress, setup
from book_utils.stored import results
from book_utils.timing import compare

__version__ = "0.1.0"
__all__ = [
    "FASHION_CLASSES", "DatasetError", "LabelledImages", "california_housing", "cats_and_dogs", "check", "claim",
    "compare", "confusion", "curves", "doctor", "fashion_mnist", "heart_disease", "images", "measured",
    "mobilenet_v2_weights", "moby_dick", "photographs", "progress", "results", "score", "setup", "textures", "trap",
]  # fmt: skip
