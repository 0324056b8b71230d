"""Start a notebook the same way everywhere: quiet imports, fixed seeds and threads, one line of versions."""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import tempfile
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras

SEED = 42
THREADS = 2  # results do not follow the machine's cores
QUIET = "BOOK_UTILS_QUIET"


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Keep file descriptor 2 out of the page; write what it held to the real one if the block fails.

    TensorFlow's C++ start-up lines ignore its own log level, so only the descriptor itself silences them.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as captured:
        os.dup2(captured.fileno(), 2)
        try:
            yield
        except BaseException:
            captured.seek(0)
            os.write(kept, captured.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


def setup(seed: int = SEED, *, logical_cpus: int = 1) -> None:
    """Import TensorFlow quietly, make results repeatable, set the plot style, print versions and devices.

    The oneDNN kernels stay on (they are two to three times faster); both thread counts are fixed, because the
    default follows the machine's cores and changes the last digits of every sum. TF32 is off, because a recent GPU
    would otherwise round the factors of a float32 product to three digits, and equal results would not look equal.

    Args:
        seed: For Python, NumPy and TensorFlow.
        logical_cpus: Into how many devices, ``CPU:0``, ``CPU:1``, ..., TensorFlow divides the processor.

    Raises:
        RuntimeError: TensorFlow already ran with other thread counts, or with another number of logical processors;
            the kernel must be restarted.
        ValueError: ``logical_cpus`` is less than 1.
    """
    if logical_cpus < 1:
        raise ValueError(f"setup needs one logical processor or more, got logical_cpus={logical_cpus}")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # TensorFlow otherwise takes a GPU's whole memory, and the child processes of a chapter find none.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    # Even its errors: tf.data logs one in every fit under op determinism, and a real error raises in Python anyway.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with quiet_stderr():
        import keras
        import tensorflow as tf

        try:
            tf.config.threading.set_inter_op_parallelism_threads(THREADS)
            tf.config.threading.set_intra_op_parallelism_threads(THREADS)
            processor = tf.config.list_physical_devices("CPU")[0]
            divided = [tf.config.LogicalDeviceConfiguration()] * logical_cpus
            if len(tf.config.get_logical_device_configuration(processor) or [None]) != logical_cpus:
                tf.config.set_logical_device_configuration(processor, divided)
        except RuntimeError as error:
            raise RuntimeError(
                "bu.setup() must come before any TensorFlow computation: restart the kernel, run the setup cell first"
            ) from error
        tf.config.experimental.enable_op_determinism()
        tf.config.experimental.enable_tensor_float_32_execution(False)
        keras.utils.set_random_seed(seed)
        gpus = tf.config.list_physical_devices("GPU")
        tf.constant(0)  # starts the runtime, whose first lines on stderr belong in here too

    from book_utils import plots

    plots.use_style()
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "GPU") for gpu in gpus]
    devices = ", ".join(names) or f"CPU, {THREADS} threads"
    print(f"Python {platform.python_version()} · TensorFlow {tf.__version__} · Keras {keras.__version__} · {devices}")


def progress() -> keras.callbacks.Callback:
    """A progress bar for ``fit(verbose=0)`` that a reader sees live and that stored output never holds."""
    from tqdm.std import TqdmWarning, tqdm

    with warnings.catch_warnings():
        # On import tqdm looks for notebook widgets and warns without them; the bar here is plain text.
        warnings.simplefilter("ignore", TqdmWarning)
        from tqdm.keras import TqdmCallback

    return TqdmCallback(verbose=0, tqdm_class=tqdm, file=sys.stdout, leave=False, disable=QUIET in os.environ)
