"""Answers to the exercises of chapter 13: wrong ones that learners give, and right ones that are not ours."""

import numpy as np
import tensorflow as tf

Dataset = tf.data.Dataset

# 13.1 A training set, mixed


def trusts_batch_to_shuffle(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).batch(size)


def shuffles_batches(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).batch(size).shuffle(len(labels))


def has_a_small_buffer(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(size).batch(size)


def drops_the_last_batch(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(len(labels)).batch(size, drop_remainder=True)


def shuffles_apart(images, labels, size):
    both = (Dataset.from_tensor_slices(part).shuffle(len(labels)) for part in (images, labels))
    return Dataset.zip(tuple(both)).batch(size)


def keeps_one_order(images, labels, size):
    pairs = Dataset.from_tensor_slices((images, labels))
    return pairs.shuffle(len(labels), reshuffle_each_iteration=False).batch(size)


def caches_the_order(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(len(labels)).cache().batch(size)


def repeats_first(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).repeat(2).shuffle(2 * len(labels)).batch(size)


def forgets_to_batch(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(len(labels))


def repeats_for_ever(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(len(labels)).batch(size).repeat()


def hides_that_it_repeats(images, labels, size):
    pairs = Dataset.from_tensor_slices((images, labels)).shuffle(len(labels)).repeat()
    return pairs.filter(lambda image, label: True).batch(size)


def has_a_buffer_of_half(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(len(labels) // 2).batch(size)


def has_a_buffer_of_three_quarters(images, labels, size):
    return Dataset.from_tensor_slices((images, labels)).shuffle(3 * len(labels) // 4).batch(size)


def shuffles_indices(images, labels, size):
    rows = Dataset.range(len(labels)).shuffle(len(labels) + 9).batch(size)
    return rows.map(lambda row: (tf.gather(images, row), tf.gather(labels, row)), num_parallel_calls=tf.data.AUTOTUNE)


# 13.2 Windows of a series


def keeps_nested_datasets(series, length):
    groups = Dataset.from_tensor_slices(series).window(length + 1, shift=1, drop_remainder=True)
    return groups.map(lambda group: (group.take(length), group.skip(length)))


def _joined(series, length, shift=1, drop=True):
    groups = Dataset.from_tensor_slices(series).window(length + 1, shift=shift, drop_remainder=drop)
    return groups.flat_map(lambda group: group.batch(length + 1))


def keeps_short_windows(series, length):
    return _joined(series, length, drop=False).map(lambda group: (group[:-1], group[-1]))


def jumps_by_the_length(series, length):
    return _joined(series, length, shift=length).map(lambda group: (group[:-1], group[-1]))


def answers_with_the_last_input(series, length):
    groups = Dataset.from_tensor_slices(series).window(length, shift=1, drop_remainder=True)
    return groups.flat_map(lambda group: group.batch(length)).map(lambda group: (group, group[-1]))


def answers_with_an_array(series, length):
    return _joined(series, length).map(lambda group: (group[:-1], group[-1:]))


def gives_no_pair(series, length):
    return _joined(series, length)


def batches_by_keras(series, length):
    return tf.keras.utils.timeseries_dataset_from_array(series[:-1], series[length:], length)


def repeats_windows_for_ever(series, length):
    return _joined(series, length).map(lambda group: (group[:-1], group[-1])).repeat()


def keeps_the_first_inputs(series, length):
    return Dataset.from_tensor_slices(series[length:]).map(lambda value: (series[:length], value))


def gathers_rows(series, length):
    rows = np.arange(len(series) - length)[:, np.newaxis] + np.arange(length)
    return Dataset.from_tensor_slices((series[rows], series[length:]))


# 13.3 Decode once, change always


def _numbers():
    return Dataset.random(seed=1, rerandomize_each_iteration=True)


def never_caches(paths, decode, augment, size):
    return Dataset.zip(_numbers(), Dataset.from_tensor_slices(paths).map(decode)).map(augment).batch(size)


def caches_paths(paths, decode, augment, size):
    return Dataset.zip(_numbers(), Dataset.from_tensor_slices(paths).cache().map(decode)).map(augment).batch(size)


def caches_the_change(paths, decode, augment, size):
    return never_caches(paths, decode, augment, size).cache()


def enumerates(paths, decode, augment, size):
    return Dataset.from_tensor_slices(paths).map(decode).cache().enumerate().map(augment).batch(size)


def has_one_number_for_all(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache()
    return pictures.map(lambda picture: augment(tf.constant(3), picture)).batch(size)


def decodes_before_the_pipeline(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices([len(path) for path in paths])
    return Dataset.zip(_numbers(), pictures).map(augment).batch(size)


def draws_from_a_seeded_generator(paths, decode, augment, size):
    def change(picture):  # with a global seed it starts afresh in each epoch
        return augment(tf.random.uniform((), 0, 2**30, tf.int32), picture)

    return Dataset.from_tensor_slices(paths).map(decode).cache().map(change).batch(size)


def hands_over_the_picture_first(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache()
    return Dataset.zip(pictures, _numbers()).map(augment).batch(size)


def deals_the_same_numbers_again(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache()
    return Dataset.zip(Dataset.random(seed=1), pictures).map(augment).batch(size)


def repeats_batches_for_ever(paths, decode, augment, size):
    return (
        Dataset.zip(_numbers(), Dataset.from_tensor_slices(paths).map(decode).cache()).map(augment).batch(size).repeat()
    )


def batches_pictures_first(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache().batch(size)
    return Dataset.zip(_numbers(), pictures).map(augment)


def batches_pairs_first(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache()
    return Dataset.zip(_numbers(), pictures).batch(size).map(augment)


def forgets_to_augment(paths, decode, augment, size):
    return Dataset.from_tensor_slices(paths).map(decode).cache().batch(size)


def deals_few_numbers(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache()
    return Dataset.zip(Dataset.range(len(paths)).shuffle(len(paths)), pictures).map(augment).batch(size)


def deals_shuffled_numbers(paths, decode, augment, size):
    pictures = Dataset.from_tensor_slices(paths).map(decode).cache().shuffle(len(paths))
    numbers = Dataset.range(10**6).shuffle(10**4)
    return Dataset.zip(pictures, numbers).map(lambda picture, number: augment(number, picture), 2).batch(size)


# 13.4 Stop and go on


def saves(iterator, path):
    tf.train.Checkpoint(iterator=iterator).write(path)


def starts_again(build, path):
    return iter(build())


def restores_the_dataset(build, path):
    tf.train.Checkpoint(iterator=iter(build())).read(path)
    return iter(build())


def returns_a_dataset(build, path):
    return build()


def counts_what_is_left(iterator, path):
    left = sum(1 for _ in iterator)
    tf.io.write_file(path, str(left))


def saves_nothing(iterator, path):
    tf.train.Checkpoint(iterator=iterator)


def skips_unshuffled(build, path):
    left = iter(build())
    tf.train.Checkpoint(iterator=left).read(path)
    return iter(Dataset.range(100).batch(10).take(sum(1 for _ in left)))


def saves_by_manager(iterator, path):
    tf.train.CheckpointManager(tf.train.Checkpoint(data=iterator), path, max_to_keep=1).save()


def restores_by_manager(build, path):
    iterator = iter(build())
    manager = tf.train.CheckpointManager(tf.train.Checkpoint(data=iterator), path, max_to_keep=1)
    assert manager.restore_or_initialize()
    return iterator


# 13.5 Busy together


def counts_two_workers_twice(model, workers):
    return sum(max(0, min(b, d) - max(a, c)) for a, b in model for c, d in workers)


def allows_negative_time(model, workers):
    return sum(min(b, d) - max(a, c) for a, b in model for c, d in workers)


def adds_instead(model, workers):
    return sum(b - a for a, b in model) + sum(b - a for a, b in workers)


def _overlap(model, merged):
    return sum(max(0, min(b, d) - max(a, c)) for a, b in model for c, d in merged)


def shortens_what_holds_another(model, workers):
    merged = []
    for start, end in sorted(workers):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = end
        else:
            merged.append([start, end])
    return _overlap(model, merged)


def merges_unsorted(model, workers):
    merged = []
    for start, end in workers:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    return _overlap(model, merged)


def counts_whole_ms(model, workers):
    first, second = ({ms for a, b in spans for ms in range(int(a), int(b))} for spans in (model, workers))
    return len(first & second)


def sweeps_events(model, workers):
    events = [(time, 0, change) for a, b in model for time, change in ((a, 1), (b, -1))]
    events += [(time, 1, change) for a, b in workers for time, change in ((a, 1), (b, -1))]
    busy, total, last = [0, 0], 0, None
    for time, kind, change in sorted(events):
        if last is not None and busy[0] > 0 and busy[1] > 0:
            total += time - last
        busy[kind] += change
        last = time
    return total


ANSWERS = {
    "13.1": {
        "wrong": [
            (trusts_batch_to_shuffle, "batch does not shuffle"),
            (shuffles_batches, "whole batches moved"),
            (has_a_small_buffer, "the buffer must hold all examples"),
            (drops_the_last_batch, "the last batch is missing"),
            (shuffles_apart, "shuffle the pairs"),
            (keeps_one_order, "the second epoch repeats"),
            (caches_the_order, "the second epoch repeats"),
            (repeats_first, "each label once"),
            (forgets_to_batch, "batch the pairs"),
            (repeats_for_ever, "no repeat"),
            (hides_that_it_repeats, "each label once"),
            (has_a_buffer_of_half, "the buffer must hold all examples"),
            (has_a_buffer_of_three_quarters, "the buffer must hold all examples"),
        ],
        "right": [shuffles_indices],
    },
    "13.2": {
        "wrong": [
            (keeps_nested_datasets, "flat_map"),
            (keeps_short_windows, "drop what is too short"),
            (jumps_by_the_length, "move on by one value"),
            (answers_with_the_last_input, "the value after the inputs"),
            (answers_with_an_array, "one number"),
            (gives_no_pair, "a pair"),
            (batches_by_keras, "no batches"),
            (repeats_windows_for_ever, "no repeat"),
            (keeps_the_first_inputs, "starts one value later"),
        ],
        "right": [gathers_rows],
    },
    "13.3": {
        "wrong": [
            (never_caches, "cache what decode returns"),
            (caches_paths, "cache what decode returns"),
            (caches_the_change, "cache before augment"),
            (enumerates, "draw anew"),
            (draws_from_a_seeded_generator, "draw anew"),
            (has_one_number_for_all, "give each its own"),
            (hands_over_the_picture_first, "the number first"),
            (deals_the_same_numbers_again, "draw anew"),
            (decodes_before_the_pipeline, "inside the pipeline"),
            (repeats_batches_for_ever, "no repeat"),
            (batches_pictures_first, "one picture"),
            (batches_pairs_first, "one picture"),
            (forgets_to_augment, "call it"),
        ],
        "right": [deals_shuffled_numbers, deals_few_numbers],
    },
    "13.4": {
        "wrong": [
            ((saves, starts_again), "batches to come"),
            ((saves, restores_the_dataset), "batches to come"),
            ((saves, returns_a_dataset), "must return an iterator"),
            ((counts_what_is_left, starts_again), "must not take batches"),
            ((saves_nothing, starts_again), "wrote no file"),
            ((saves, skips_unshuffled), "restore the buffer"),
        ],
        "right": [(saves_by_manager, restores_by_manager)],
    },
    "13.5": {
        "wrong": [
            (counts_two_workers_twice, "merge their spans"),
            (allows_negative_time, "not less than nothing"),
            (adds_instead, "its own length"),
            (shortens_what_holds_another, "must not shorten"),
            (merges_unsorted, "sort before merging"),
            (counts_whole_ms, "fractions of a ms"),
        ],
        "right": [sweeps_events],
    },
}
