"""Plumbing for the notebooks of Practical TensorFlow 2; nothing that a chapter teaches lives here."""

from book_utils.claims import claim, measured, trap
from book_utils.datasets import FASHION_CLASSES, DatasetError, LabelledImages, fashion_mnist
from book_utils.doctor import doctor
from book_utils.exercises import check, score
from book_utils.plots import confusion, curves, images
from book_utils.runtime import progress, setup
from book_utils.timing import compare

__version__ = "0.1.0"
__all__ = [
    "FASHION_CLASSES", "DatasetError", "LabelledImages", "check", "claim", "compare", "confusion", "curves", "doctor",
    "fashion_mnist", "images", "measured", "progress", "score", "setup", "trap",
]  # fmt: skip
