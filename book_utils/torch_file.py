"""Read a file of PyTorch's parameters without PyTorch, and without running what the file may hold."""

from __future__ import annotations

import collections
import io
import math
import pickle
from typing import NamedTuple

import numpy as np

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001  # of the form that torch.save wrote before version 1.6
STORAGES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Storage(NamedTuple):
    key: str
    dtype: np.dtype


class _Tensor(NamedTuple):
    """What the file says of a tensor; its values stand further on."""

    storage: _Storage
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Knows the few names that parameters need; any other name, which could be code to run, is an error."""

    def find_class(self, module: str, name: str) -> object:
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda storage, start, shape, strides, *_: _Tensor(storage, start, shape, strides)
        if module == "torch" and name in STORAGES:
            return STORAGES[name]
        raise pickle.UnpicklingError(f"{module}.{name} has no place among parameters")

    def persistent_load(self, pid: tuple) -> _Storage:
        _, dtype, key, *_ = pid
        return _Storage(key, dtype)


def read_state(data: bytes) -> dict[str, np.ndarray]:
    """Return the parameters by name from a file that torch.save wrote in its form before version 1.6.

    Raises:
        ValueError: The data are truncated, of another form, or hold anything but parameters.
    """
    file = io.BytesIO(data)
    try:
        if [_Reader(file).load() for _ in range(3)][:2] != [MAGIC, PROTOCOL]:
            raise ValueError("not a file of PyTorch's parameters")
        tensors: dict[str, _Tensor] = dict(_Reader(file).load())
        dtypes = {tensor.storage.key: tensor.storage.dtype for tensor in tensors.values()}
        values = {key: _values(file, dtypes[key]) for key in _Reader(file).load()}
        return {name: _array(tensor, values[tensor.storage.key]) for name, tensor in tensors.items()}
    except (pickle.UnpicklingError, EOFError, AttributeError, KeyError, TypeError, IndexError) as error:
        raise ValueError(f"the file of PyTorch's parameters is damaged: {error}") from error


def _values(file: io.BytesIO, dtype: np.dtype) -> np.ndarray:
    """Read the values of one storage: their number in 8 bytes, then they."""
    count = int.from_bytes(_read(file, 8), "little")
    return np.frombuffer(_read(file, count * dtype.itemsize), dtype)


def _read(file: io.BytesIO, size: int) -> bytes:
    if len(data := file.read(size)) < size:
        raise EOFError("it ends before its values do")
    return data


def _array(tensor: _Tensor, values: np.ndarray) -> np.ndarray:
    """Cut one tensor out of its storage."""
    size = math.prod(tensor.shape)
    in_order = np.empty(tensor.shape, values.dtype).strides
    if tuple(stride * values.itemsize for stride in tensor.strides) != in_order and size > 1:
        raise ValueError("a tensor is not stored in order")
    if tensor.start + size > len(values):
        raise ValueError("a tensor is larger than its storage")
    return values[tensor.start : tensor.start + size].reshape(tensor.shape)
