"""Answers to the exercises of chapter 14: wrong ones that learners give, and right ones that are not ours."""

import os
import re
import struct
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

# 14.1: count the records of an open file


def reads_all_the_data(file):
    count = 0
    while header := file.read(12):
        file.read(struct.unpack_from("<Q", header)[0] + 4)
        count += 1
    return count


def forgets_the_last_checksum(file):
    count = 0
    while header := file.read(12):
        file.seek(int.from_bytes(header[:8], "little"), os.SEEK_CUR)
        count += 1
    return count


def reads_the_length_backwards(file):
    count = 0
    while header := file.read(12):
        file.seek(min(int.from_bytes(header[:8], "big") + 4, 10**9), os.SEEK_CUR)
        count += 1
    return count


def counts_the_end_too(file):
    count = 1
    while header := file.read(8):
        file.seek(int.from_bytes(header, "little") + 8, os.SEEK_CUR)
        count += 1
    return count


def prints_the_count(file):
    print(forgets_the_last_checksum(file))


def hops_by_offsets(file):
    """Right: positions from the start, and the size of the file as the end."""
    size, at, count = file.seek(0, os.SEEK_END), 0, 0
    while at < size:
        file.seek(at)
        at += 16 + struct.unpack("<Q", file.read(8))[0]
        count += 1
    return count


# 14.2: a schema for photographs

RIGHT_SCHEMA = {
    "jpeg": tf.io.FixedLenFeature((), tf.string),
    "box": tf.io.FixedLenFeature((4,), tf.int64),
    "tags": tf.io.RaggedFeature(tf.string, row_splits_dtype=tf.int64),
    "weight": tf.io.FixedLenFeature((), tf.float32, default_value=[1.0]),
}
NO_DEFAULT = RIGHT_SCHEMA | {"weight": tf.io.FixedLenFeature([], tf.float32)}
DEFAULT_ZERO = RIGHT_SCHEMA | {"weight": tf.io.FixedLenFeature([], tf.float32, 0.0)}
SPARSE_TAGS = RIGHT_SCHEMA | {"tags": tf.io.VarLenFeature(tf.string)}
FIXED_TAGS = RIGHT_SCHEMA | {"tags": tf.io.FixedLenFeature([], tf.string)}
ONE_NUMBER_BOX = RIGHT_SCHEMA | {"box": tf.io.FixedLenFeature([], tf.int64)}
RAGGED_BOX = RIGHT_SCHEMA | {"box": tf.io.FixedLenFeature([2, 2], tf.int64)}
SMALL_INTEGERS = RIGHT_SCHEMA | {"box": tf.io.FixedLenFeature([4], tf.int32)}
SPARSE_BOX = RIGHT_SCHEMA | {"box": tf.io.VarLenFeature(tf.int64)}
PADDED_TAGS = RIGHT_SCHEMA | {"tags": tf.io.FixedLenSequenceFeature([], tf.string, allow_missing=True)}
DEFAULT_BOX = RIGHT_SCHEMA | {"box": tf.io.FixedLenFeature([4], tf.int64, default_value=[0] * 4)}
DEFAULT_JPEG = RIGHT_SCHEMA | {"jpeg": tf.io.FixedLenFeature([], tf.string, default_value=b"")}
VECTOR_JPEG = RIGHT_SCHEMA | {"jpeg": tf.io.FixedLenFeature([1], tf.string)}
NO_BOX = {name: entry for name, entry in RIGHT_SCHEMA.items() if name != "box"}


# 14.3: any dictionary as an Example


def _filled(values, fill):
    example = tf.train.Example()
    for name, value in values.items():
        fill(example.features.feature[name], value)
    return example


def _fill(feature, value):
    """Store a value in the list of its kind, without any check."""
    items = value if isinstance(value, list) else [value] if np.ndim(value) == 0 else np.asarray(value).ravel().tolist()
    items = [item.item() if isinstance(item, np.generic) else item for item in items]
    if isinstance(items[0], (str, bytes)):
        feature.bytes_list.value.extend(item.encode() if isinstance(item, str) else item for item in items)
    elif all(isinstance(item, int) for item in items):
        feature.int64_list.value.extend(items)
    else:
        feature.float_list.value.extend(items)


def rounds_silently(values):
    return _filled({name: value for name, value in values.items() if value is not None}, _fill)


def stores_none_as_text(values):
    return rounds_silently({name: "None" if value is None else value for name, value in values.items()})


def stores_all_numbers_as_floats(values):
    def fill(feature, value):
        if isinstance(value, (str, bytes)) or (isinstance(value, list) and isinstance(value[0], (str, bytes))):
            return _fill(feature, value)
        return feature.float_list.value.extend(np.ravel(value).tolist())

    return _filled({name: value for name, value in values.items() if value is not None}, fill)


def forgets_to_encode(values):
    def fill(feature, value):
        if isinstance(value, str):
            feature.bytes_list.value.append(value)
        else:
            _fill(feature, value)

    return _filled({name: value for name, value in values.items() if value is not None}, fill)


def takes_bytes_apart(values):
    def fill(feature, value):
        _fill(feature, list(value) if isinstance(value, bytes) else value)

    return _filled({name: value for name, value in values.items() if value is not None}, fill)


def returns_the_bytes(values):
    return rounds_silently(values).SerializeToString()


def knows_only_pythons_integers(values):
    def fill(feature, value):
        if isinstance(value, np.integer):
            feature.float_list.value.append(float(value))
        else:
            _fill(feature, value)

    return _filled({name: value for name, value in values.items() if value is not None}, fill)


def _refusing(values, unfit):
    """Store the values, but raise if a number among the floats is unfit."""
    example = rounds_silently(values)
    for name, feature in example.features.feature.items():
        if feature.WhichOneof("kind") == "float_list" and np.any(unfit(np.ravel(values[name]).astype(float))):
            raise ValueError(name)
    return example


def refuses_large_whole_numbers(values):
    return _refusing(values, lambda numbers: (np.abs(numbers) > 2**24) & (numbers == np.floor(numbers)))


def refuses_large_numbers(values):
    return _refusing(values, lambda numbers: np.abs(numbers) > 2**24)


def allows_a_small_error(values):
    return _refusing(values, lambda numbers: np.abs(numbers - numbers.astype(np.float32)) > 1e-3)


def compares_the_whole_numbers(values):
    """Right: only whole numbers are rounded and compared, by remainder."""
    return _refusing(values, lambda numbers: (numbers % 1 == 0) & (numbers.astype(np.float32) != numbers))


def refuses_what_changes(values):
    """Right: compares after reading the stored list back."""
    example = rounds_silently(values)
    for name, value in values.items():
        feature = example.features.feature[name] if value is not None else None
        if feature is None or feature.WhichOneof("kind") != "float_list":
            continue
        for given, stored in zip(np.ravel(value).tolist(), feature.float_list.value, strict=True):
            if float(given).is_integer() and given != stored:
                raise ValueError(f"{name}: {given} would become {stored}")
    return example


# 14.4: complete shards, or an error


def _count(path):
    return int(re.search(r"-n(\d+)\.", Path(path).name)[1])


def believes_the_reader(paths):
    return list(tf.data.TFRecordDataset([str(path) for path in paths]).as_numpy_iterator())


def checks_the_sum(paths):
    records = believes_the_reader(paths)
    if len(records) != sum(map(_count, paths)):
        raise ValueError(f"not complete: {[Path(path).name for path in paths]}")
    return records


def notices_only_too_few(paths):
    records = []
    for path in paths:
        found = believes_the_reader([path])
        if len(found) < _count(path):
            raise ValueError(f"{Path(path).name} is not complete")
        records += found
    return records


def ignores_errors(paths):
    records = []
    for path in paths:
        records += tf.data.TFRecordDataset(str(path)).ignore_errors().as_numpy_iterator()
    return records


def names_no_file(paths):
    try:
        return counts_every_file(paths)
    except ValueError:
        raise ValueError("a shard is not complete") from None


def leaves_tensorflows_error(paths):
    records = []
    for path in paths:
        count = tf.data.experimental.assert_cardinality(_count(path))
        records += tf.data.TFRecordDataset(str(path)).apply(count).as_numpy_iterator()
    return records


def returns_a_list_of_lists(paths):
    return [believes_the_reader([path]) for path in paths]


def yields_the_records(paths):
    yield from counts_every_file(paths)


def hops_by_length(paths):
    """Wrong: counts what the lengths say, and never looks at a checksum."""
    records = []
    for path in paths:
        hops = ChecksNothing(path)
        if len(hops) != _count(path):
            raise ValueError(Path(path).name)
        records += [hops[number] for number in range(len(hops))]
    return records


def names_every_shard(paths):
    try:
        return counts_every_file(paths)
    except ValueError:
        raise ValueError(f"one is not complete: {[Path(path).name for path in paths]}") from None


def counts_every_file(paths):
    """Right: counts and catches by itself, and returns tensors' bytes."""
    records = []
    for path in paths:
        try:
            found = believes_the_reader([path])
        except tf.errors.DataLossError as error:
            raise ValueError(f"{Path(path).name} is damaged") from error
        if len(found) != _count(path):
            raise ValueError(f"{Path(path).name} holds {len(found)} records")
        records += found
    return records


# 14.5: any record at once


class ChecksAtOnce:
    """Wrong: reads and checks all, so that one damaged record spoils the file."""

    def __init__(self, path):
        try:
            self.records = believes_the_reader([path])
        except tf.errors.DataLossError as error:
            raise ValueError("damaged") from error

    def __len__(self):
        return len(self.records)

    def __getitem__(self, number):
        return self.records[number]


class ChecksNothing:
    """Wrong: finds the records, and returns whatever bytes stand there."""

    def __init__(self, path):
        self.data, self.places, at = Path(path).read_bytes(), [], 0
        while at + 12 <= len(self.data):
            end = at + 16 + int.from_bytes(self.data[at : at + 8], "little")
            if end > len(self.data):
                break
            self.places.append((at, end))
            at = end

    def __len__(self):
        return len(self.places)

    def __getitem__(self, number):
        start, end = self.places[number]
        return self.data[start + 12 : end - 4]


class ReturnsTheFrame(ChecksNothing):
    def __getitem__(self, number):
        start, end = self.places[number]
        return self.data[start:end]


class CountsTheCutRecord(ChecksNothing):
    def __init__(self, path):
        self.data, self.places, at = Path(path).read_bytes(), [], 0
        while at < len(self.data):
            end = at + 16 + int.from_bytes(self.data[at : at + 8], "little")
            self.places.append((at, end))
            at = end

    def __getitem__(self, number):
        return AsksTensorFlow.__getitem__(self, number)


class StopsAtNone(ChecksNothing):
    def __getitem__(self, number):
        return super().__getitem__(number) if number < len(self) else None


class ForgetsTheMask(ChecksNothing):
    """Wrong: compares the stored checksum with the CRC before masking."""

    def __getitem__(self, number):
        data, crc = super().__getitem__(number), 0xFFFFFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        end = self.places[number][1]
        if self.data[end - 4 : end] != (crc ^ 0xFFFFFFFF).to_bytes(4, "little"):
            raise ValueError("damaged")
        return data


class AsksTensorFlow(ChecksNothing):
    """Right: hands the one frame to TensorFlow's reader, which checks it."""

    def __getitem__(self, number):
        start, end = self.places[number]
        with tempfile.TemporaryDirectory() as place:
            one = Path(place) / "one.tfrecord"
            one.write_bytes(self.data[start:end])
            try:
                (record,) = believes_the_reader([one])
            except tf.errors.DataLossError as error:
                raise ValueError(f"record {number} is damaged") from error
        return record


ANSWERS = {
    "14.1": {
        "wrong": [
            (reads_all_the_data, "seek over them"),
            (forgets_the_last_checksum, "4 more of checksum"),
            (reads_the_length_backwards, "least significant first"),
            (counts_the_end_too, "an empty file holds 0"),
            (prints_the_count, "returns nothing"),
        ],
        "right": [hops_by_offsets],
    },
    "14.2": {
        "wrong": [
            (NO_DEFAULT, "default_value"),
            (DEFAULT_ZERO, "left out is 1"),
            (SPARSE_TAGS, "sparse"),
            (FIXED_TAGS, "no fixed number"),
            (ONE_NUMBER_BOX, "Key: box"),
            (RAGGED_BOX, "shape [4]"),
            (SMALL_INTEGERS, "int32 is not in the list of allowed values"),
            (SPARSE_BOX, "FixedLenFeature of shape [4]"),
            (PADDED_TAGS, "padded"),
            (VECTOR_JPEG, "shape []"),
            (DEFAULT_BOX, "box is always there: a default would hide its absence"),
            (DEFAULT_JPEG, "jpeg is always there: a default would hide its absence"),
            (NO_BOX, "lacks ['box']"),
            (list(RIGHT_SCHEMA), "dictionary"),
        ],
        "right": [RIGHT_SCHEMA],
    },
    "14.3": {
        "wrong": [
            (rounds_silently, "changed silently"),
            (stores_none_as_text, "None is to be left out"),
            (stores_all_numbers_as_floats, "go to int64_list"),
            (forgets_to_encode, "expected bytes, str found"),
            (takes_bytes_apart, "not one for each byte"),
            (returns_the_bytes, "return a tf.train.Example"),
            (knows_only_pythons_integers, "NumPy's too"),
            (refuses_large_whole_numbers, "refuse only what would change"),
            (refuses_large_numbers, "refuse only what would change"),
            (allows_a_small_error, "only whole numbers"),
        ],
        "right": [refuses_what_changes, compares_the_whole_numbers],
    },
    "14.4": {
        "wrong": [
            (believes_the_reader, "lacks its last record"),
            (checks_the_sum, "count each file by itself"),
            (notices_only_too_few, "a record too many"),
            (ignores_errors, "lacks its last record"),
            (names_no_file, "name the incomplete file"),
            (leaves_tensorflows_error, "into a ValueError"),
            (returns_a_list_of_lists, "all records, in order"),
            (yields_the_records, "return a list"),
            (hops_by_length, "a bit of the first shard is flipped"),
            (names_every_shard, "name only the incomplete file"),
        ],
        "right": [counts_every_file],
    },
    "14.5": {
        "wrong": [
            (ChecksAtOnce, "must not stop the others"),
            (ChecksNothing, "compare the masked CRC"),
            (ReturnsTheFrame, "not the data of record"),
            (CountsTheCutRecord, "cut off does not count"),
            (StopsAtNone, "raise IndexError"),
            (ForgetsTheMask, "stores the *masked* CRC"),
        ],
        "right": [AsksTensorFlow],
    },
}
