"""What holds in a process with TensorFlow: run by test_runtime.py, in this order, every function a claim."""

import contextlib
import importlib
import io
import os
import sys

import book_utils as bu
from book_utils import exercises, runtime

doctor = importlib.import_module("book_utils.doctor")


def said(function, *arguments):
    """Return what the call prints."""
    with contextlib.redirect_stdout(io.StringIO()) as text:
        function(*arguments)
    return text.getvalue()


def setup_prints_one_line_of_versions_and_devices():
    line = said(bu.setup)
    import keras
    import tensorflow as tf

    assert line.count("\n") == 1
    for part in (f"Python {sys.version_info.major}.", f"TensorFlow {tf.__version__}", f"Keras {keras.__version__}"):
        assert part in line
    assert tf.config.list_physical_devices("GPU") or "CPU, 2 threads" in line


def setup_fixes_threads_determinism_and_backend():
    import keras
    import tensorflow as tf
    from tensorflow.python.framework import config

    assert tf.config.threading.get_inter_op_parallelism_threads() == 2
    assert tf.config.threading.get_intra_op_parallelism_threads() == 2
    assert config.is_op_determinism_enabled()
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    assert keras.backend.backend() == "tensorflow"
    assert os.environ["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"


def setup_seeds_python_numpy_and_tensorflow():
    import random

    import numpy as np
    import tensorflow as tf

    def draw():
        said(bu.setup)
        return random.random(), np.random.rand(), float(tf.random.uniform([]))

    assert draw() == draw()


def another_seed_gives_other_numbers():
    import tensorflow as tf

    said(bu.setup)
    first = float(tf.random.uniform([]))
    said(bu.setup, 7)
    assert float(tf.random.uniform([])) != first


def setup_again_keeps_the_devices():
    import tensorflow as tf

    said(bu.setup)
    assert len(tf.config.list_logical_devices("CPU")) == 1


def setup_refuses_to_divide_a_processor_that_works():
    said(bu.setup)
    try:
        bu.setup(logical_cpus=2)
    except RuntimeError as error:
        assert "restart the kernel" in str(error)
    else:
        raise AssertionError("a processor was divided after TensorFlow ran")
    try:
        bu.setup(logical_cpus=0)
    except ValueError as error:
        assert "logical_cpus=0" in str(error)
    else:
        raise AssertionError("a machine without a processor was accepted")


def setup_sets_the_plot_style():
    import matplotlib as mpl

    assert mpl.rcParams["image.cmap"] == "gray_r"


def setup_after_a_computation_says_restart():
    runtime.THREADS = 3
    try:
        bu.setup()
    except RuntimeError as error:
        assert "restart the kernel" in str(error)
    else:
        raise AssertionError("other thread counts were accepted after TensorFlow ran")
    finally:
        runtime.THREADS = 2


def _fit():
    import keras
    import numpy as np

    model = keras.Sequential([keras.Input((1,), name="x"), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 1)), np.ones(4), epochs=2, verbose=0, callbacks=[bu.progress()])


def progress_shows_a_bar():
    assert "epoch" in said(_fit)


def progress_is_quiet_when_asked():
    os.environ["BOOK_UTILS_QUIET"] = "1"
    try:
        assert said(_fit) == ""
    finally:
        del os.environ["BOOK_UTILS_QUIET"]


def stub_under_tf_function_is_not_started():
    import tensorflow as tf

    @tf.function
    def step(x): ...

    @bu.check("00.1")
    def check_step(step):
        assert step(1) == 1

    assert check_step.judge(step) == exercises.NOT_STARTED
    assert check_step.judge(tf.function(lambda x: tf.constant(2))) != exercises.NOT_STARTED


def doctor_prints_versions_and_a_diagnosis():
    import tensorflow as tf

    first, state, *reasons = said(bu.doctor).splitlines()
    assert f"TensorFlow {tf.__version__}" in first
    assert f"book_utils {bu.__version__}" in first
    gpu = bool(tf.config.list_physical_devices("GPU"))
    assert ("computes on the GPU" if gpu else "sees no GPU and computes on the CPU") in state
    assert [reason.split(" ≈ ")[0] for reason in reasons] == ["Why", "Do"]


def doctor_proves_that_a_device_computes():
    assert doctor._failure(["CPU:0"]) is None


def doctor_notices_a_device_that_does_not():
    import tensorflow as tf

    assert doctor._failure(["CPU:0", "GPU:99"]).startswith("GPU:99: ")
    tf.reduce_sum, kept = lambda product: kept(product) - 1e6, tf.reduce_sum
    try:
        assert "sums to" in doctor._failure(["CPU:0"])
    finally:
        tf.reduce_sum = kept


CLAIMS = [value for name, value in list(globals().items()) if callable(value) and name not in ("said", "_fit")]

if __name__ == "__main__":
    for claim in CLAIMS:
        claim()
    print(f"{len(CLAIMS)} claims hold")
