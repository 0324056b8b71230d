"""Train what the chapters teach on whole data sets and store the results that they plot: full_runs [RESULT ...].

Each result is one file of book/results: ``full_runs`` (four classifiers), ``transfer`` (cats and dogs), ``text`` (a
longer reading of Moby-Dick). Without a name all are made. The models and functions are the chapters' own, executed
from their cells tagged ``export``; the digest of that code is stored, and a test says when it no longer agrees.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import book_utils as bu
from book_utils import datasets
from tools.exported import taught
from tools.notebooks import ROOT, NotebookError, write_text

RESULTS = ROOT / "book" / "results"
SEEDS = (1, 2, 3)
VALIDATION_BATCH = 1000
TEXT_EPOCHS = 6
DATA = {"fashion_mnist": lambda: datasets.fashion_mnist(full=True), "mnist": datasets.mnist}


@dataclass(frozen=True)
class Run:
    """One classifier on one whole data set; Adam's learning rate falls to zero along half a cosine."""

    model: str  # "mlp" or "cnn"
    data: str  # a name in DATA
    epochs: int
    learning_rate: float
    batch_size: int = 128
    flips: bool = False  # mirror half of the training pictures, which clothes survive and digits do not

    @property
    def chapter(self) -> str:
        """The chapter that defines the model in a cell tagged ``export``."""
        return {"mlp": "05_mlp", "cnn": "06_convolution"}[self.model]

    @property
    def builder(self) -> str:
        """The chapter's function that makes the model."""
        return f"build_{self.model}"

    @property
    def name(self) -> str:
        """How chapters call the run."""
        return f"{self.data}_{self.model}"


FUNCTIONS = {"transfer": ("06_convolution", "learning_curve"), "text": ("07_text_rnn", "train_and_sample")}
RUNS = (
    Run("mlp", "fashion_mnist", epochs=20, learning_rate=2e-3, batch_size=100),
    Run("cnn", "fashion_mnist", epochs=12, learning_rate=2e-3, flips=True),
    Run("mlp", "mnist", epochs=20, learning_rate=2e-3, batch_size=100),
    Run("cnn", "mnist", epochs=6, learning_rate=1e-3),
)


def train(run: Run, build: Callable[[], Any], seed: int) -> dict[str, Any]:
    """Train what ``build`` makes from a seed; return test accuracies and CPU seconds, validation included."""
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    data = DATA[run.data]()
    model = build()
    train_images, test_images = (
        images.reshape(-1, *model.input_shape[1:]) for images in (data.train_images, data.test_images)
    )
    pictures = tf.data.Dataset.from_tensor_slices((train_images, data.train_labels)).cache()
    pictures = pictures.shuffle(len(train_images), seed=seed).batch(run.batch_size)
    if run.flips:
        pictures = pictures.map(lambda image, label: (tf.image.random_flip_left_right(image, seed=seed), label))
    schedule = keras.optimizers.schedules.CosineDecay(run.learning_rate, run.epochs * len(pictures))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"], steps_per_execution=50)
    start = time.process_time()
    history = model.fit(
        pictures.prefetch(2),
        epochs=run.epochs,
        shuffle=False,  # the data set is shuffled already
        validation_data=(test_images, data.test_labels),
        validation_batch_size=VALIDATION_BATCH,
        verbose=0,
        callbacks=[bu.progress()],
    ).history
    kept = {name: np.round(history[name], 4).tolist() for name in ("accuracy", "val_accuracy")}
    seconds = round(time.process_time() - start, 1)
    return {"seed": seed, "accuracy": kept["val_accuracy"][-1], "cpu_seconds": seconds, "history": kept}


def full_runs() -> dict[str, Any]:
    """Every run of RUNS from every seed; the last epoch counts, not the best.

    RUNS was settled after a look at test accuracies of single runs, so the results flatter a little.
    """
    return {"runs": [_repeated(run) for run in RUNS]}


def _repeated(run: Run) -> dict[str, Any]:
    build, code = taught(run.chapter, run.builder)
    results = []
    for seed in SEEDS:
        results.append(train(run, build, seed))
        print(f"{run.name} seed {seed}: accuracy {results[-1]['accuracy']}", flush=True)
    data = DATA[run.data]()
    return {
        "name": run.name,
        "model": run.model,
        "data": run.data,
        "train_images": len(data.train_images),
        "test_images": len(data.test_images),
        "epochs": run.epochs,
        "batch_size": run.batch_size,
        "learning_rate": run.learning_rate,
        "flips": run.flips,
        "code_sha256": code,
        "seeds": results,
    }


def transfer() -> dict[str, Any]:
    """Chapter 6's comparison of training from scratch with transfer, on photographs of cats and dogs."""
    source = "cats_and_dogs"
    learning_curve, code = taught(*FUNCTIONS["transfer"])
    weights = bu.mobilenet_v2_weights().name
    curves = []
    for seed in SEEDS:
        curves.append({"seed": seed, **learning_curve(source, seed=seed)})
        print(f"transfer seed {seed}: {curves[-1]}", flush=True)
    return {"source": source, "weights": weights, "code_sha256": code, "seeds": curves}


def text() -> dict[str, Any]:
    """Chapter 7's language model, trained for longer than a chapter can wait."""
    seed = 1
    train_and_sample, code = taught(*FUNCTIONS["text"])
    result = train_and_sample(bu.moby_dick(), seed=seed, epochs=TEXT_EPOCHS)
    return {"code_sha256": code, "seeds": [{"seed": seed, "epochs": TEXT_EPOCHS, **result}]}


MAKERS: dict[str, Callable[[], dict[str, Any]]] = {"full_runs": full_runs, "transfer": transfer, "text": text}


def circumstances() -> dict[str, Any]:
    """When, on what and with which versions the results were made."""
    import tensorflow as tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    names = ("tensorflow", "keras", "numpy")
    versions = {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in names}}
    return {
        "date": datetime.date.today().isoformat(),
        "hardware": f"{_processor()}, {os.cpu_count()} cores, {gpus or 'no'} GPU used",
        "versions": versions,
    }


def _processor() -> str:
    """The processor's name where Linux tells it, else the kind of machine."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()


def main() -> int:
    """Make the results named on the command line, all if none is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("result", nargs="*", help=f"one of {', '.join(MAKERS)}")
    names = parser.parse_args().result or list(MAKERS)
    if unknown := set(names) - set(MAKERS):
        print(f"no result is called {', '.join(sorted(unknown))}; there are: {', '.join(MAKERS)}", file=sys.stderr)
        return 1
    bu.setup()
    RESULTS.mkdir(exist_ok=True)
    try:
        for name in names:
            made = {**circumstances(), **MAKERS[name]()}
            write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", RESULTS / f"{name}.json")
            print(f"book/results/{name}.json written")
    except (NotebookError, datasets.DatasetError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
