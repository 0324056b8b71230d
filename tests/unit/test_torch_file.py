"""PyTorch's parameters are read without PyTorch, and nothing else is: no code runs, no damage passes."""

import collections
import io
import os
import pickle
import sys
import types

import numpy as np
import pytest

from book_utils.torch_file import MAGIC, PROTOCOL, read_state

STATE = {
    "layer.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "layer.bias": np.array([0.5, -0.5], np.float32),
    "batches": np.array(7, np.int64),
}


class Tensor:
    """An array that pickle writes as PyTorch writes a tensor."""

    def __init__(self, key, array, strides=None):
        self.key, self.array = key, array
        self.strides = strides or tuple(step // array.itemsize for step in array.strides)

    def __reduce__(self):
        build = sys.modules["torch._utils"]._rebuild_tensor_v2
        return build, (Storage(self), 0, self.array.shape, self.strides, False, collections.OrderedDict())


class Storage:
    def __init__(self, tensor):
        kind = {"f": "FloatStorage", "i": "LongStorage"}[tensor.array.dtype.kind]
        self.id = ("storage", getattr(sys.modules["torch"], kind), tensor.key, "cpu", tensor.array.size, None)


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.id if isinstance(value, Storage) else None


@pytest.fixture(autouse=True)
def torch(monkeypatch):
    """Modules with the few names that a file of parameters mentions, so that pickle can write them."""
    names = {"torch": ("FloatStorage", "LongStorage", "HalfStorage"), "torch._utils": ("_rebuild_tensor_v2",)}
    for module, attributes in names.items():
        made = types.ModuleType(module)
        for name in attributes:
            setattr(made, name, type(name, (), {"__module__": module, "__qualname__": name}))
        monkeypatch.setitem(sys.modules, module, made)


def written(state, *, magic=MAGIC):
    """Return what torch.save wrote before version 1.6, of arrays or of anything else that pickle takes."""
    tensors = {
        name: value if isinstance(value, Tensor) or not isinstance(value, np.ndarray) else Tensor(str(i), value)
        for i, (name, value) in enumerate(state.items())
    }
    stored = [tensor for tensor in tensors.values() if isinstance(tensor, Tensor)]
    file = io.BytesIO()
    for head in (magic, PROTOCOL, {"little_endian": True}):
        pickle.dump(head, file, 2)
    Pickler(file, 2).dump(collections.OrderedDict(tensors))
    pickle.dump([tensor.key for tensor in stored], file, 2)
    for tensor in stored:
        file.write(tensor.array.size.to_bytes(8, "little") + tensor.array.tobytes())
    return file.getvalue()


def test_parameters_come_back_by_name_with_shape_and_type():
    read = read_state(written(STATE))
    assert list(read) == list(STATE)
    for name, array in STATE.items():
        assert read[name].dtype == array.dtype
        assert np.array_equal(read[name], array)


def test_every_truncation_is_refused():
    data = written(STATE)
    for length in range(len(data)):
        with pytest.raises(ValueError, match="parameters"):
            read_state(data[:length])


class Harmful:
    """What runs a command when a plain unpickler reads it."""

    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return os.mkdir, (str(self.marker),)


def test_code_in_the_file_is_refused_and_not_run(tmp_path):
    data = written({**STATE, "harm": Harmful(tmp_path / "ran")})
    with pytest.raises(ValueError, match=r"mkdir has no place among parameters"):
        read_state(data)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["eval", "getattr", "__import__"])
def test_builtin_functions_are_refused(name):
    data = b"".join([written({})[: -len(pickle.dumps([], 2))], f"cbuiltins\n{name}\n.".encode()])
    with pytest.raises(ValueError, match=rf"builtins\.{name} has no place"):
        read_state(data)


def test_file_of_another_form_is_refused():
    for data in (b"", b"PK\x03\x04 what newer versions write", b"<html>Log in</html>", written(STATE, magic=1)):
        with pytest.raises(ValueError, match="PyTorch's parameters"):
            read_state(data)


def test_storage_of_another_type_is_refused(torch, monkeypatch):
    monkeypatch.setattr(sys.modules["torch"], "FloatStorage", sys.modules["torch"].HalfStorage)
    with pytest.raises(ValueError, match=r"torch\.HalfStorage has no place"):
        read_state(written(STATE))


def test_tensor_that_is_not_stored_in_order_is_refused():
    with pytest.raises(ValueError, match="not stored in order"):
        read_state(written({"weight": Tensor("0", STATE["layer.weight"], strides=(1, 2, 6))}))


def test_tensor_larger_than_its_storage_is_refused():
    class Large(Tensor):
        def __reduce__(self):
            build, (storage, start, _, _, *rest) = super().__reduce__()
            return build, (storage, start, (100,), (1,), *rest)

    with pytest.raises(ValueError, match="larger than its storage"):
        read_state(written({"weight": Large("0", STATE["layer.bias"])}))
