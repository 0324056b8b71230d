"""Answers to the exercises of chapter 12: wrong ones that learners give, and right ones that are not ours."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# 12.1 A curve by hand


def counts_from_zero(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default():
        for step, value in enumerate(values):
            tf.summary.scalar(tag, value, step=step)
        tf.summary.flush()


def forgets_the_writer(folder, tag, values):
    writer = tf.summary.create_file_writer(folder)
    for step, value in enumerate(values, start=1):
        tf.summary.scalar(tag, value, step=step)
    writer.close()


def forgets_the_step(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default():
        for value in values:
            tf.summary.scalar(tag, value)


def one_step_for_all(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default(step=1):
        for value in values:
            tf.summary.scalar(tag, value)
        tf.summary.flush()


def a_tag_for_each(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default():
        for step, value in enumerate(values, start=1):
            tf.summary.scalar(f"{tag}_{step}", value, step=step)
        tf.summary.flush()


def writes_histograms(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default():
        for step, value in enumerate(values, start=1):
            tf.summary.histogram(tag, [value], step=step)
        tf.summary.flush()


def writes_the_last(folder, tag, values):
    with tf.summary.create_file_writer(folder).as_default():
        tf.summary.scalar(tag, values[-1], step=len(values))
        tf.summary.flush()


def moves_a_step_variable(folder, tag, values):
    step = tf.Variable(0, dtype=tf.int64)
    with tf.summary.create_file_writer(folder).as_default(step=step):
        for value in values:
            step.assign_add(1)
            tf.summary.scalar(tag, value)
        tf.summary.flush()


# 12.2 Fit to be seen


def divides_by_255(images):
    return (images[..., None] / 255).astype(np.float32)


def forgets_the_channel(images):
    numbers = images.astype(np.float32)
    return (numbers - numbers.min()) / (numbers.max() - numbers.min())


def scales_each(images):
    numbers = images.astype(np.float64)[..., None]
    low, high = (f(axis=(1, 2, 3), keepdims=True) for f in (numbers.min, numbers.max))
    return ((numbers - low) / np.where(high > low, high - low, 1)).astype(np.float32)


def divides_by_zero(images):
    numbers = images.astype(np.float64)[..., None]
    return ((numbers - numbers.min()) / (numbers.max() - numbers.min())).astype(np.float32)


def stays_float64(images):
    numbers = images.astype(np.float64)[..., None]
    return (numbers - numbers.min()) / (np.ptp(numbers) or 1)


def overflows(images):
    shifted = images - images.min()  # int8: 100 - (-100) does not fit
    return np.clip(shifted[..., None] / (shifted.max() or 1), 0, 1).astype(np.float32)


def changes_in_place(images):
    numbers = images.astype(np.float64, copy=False)  # of float64 it makes no copy
    numbers -= numbers.min()
    numbers /= numbers.max() or 1.0
    return numbers[..., None].astype(np.float32)


def clips(images):
    return np.clip(images[..., None].astype(np.float32), 0, 1)


def interpolates(images):
    low, high = float(images.min()), float(images.max())
    spread = np.interp(images, [low, high], [0, 1]) if high > low else np.zeros(images.shape)
    return np.float32(spread)[:, :, :, np.newaxis]


# 12.3 Which runs are two runs?


def _steps(run, tag):
    events = EventAccumulator(str(run), size_guidance={"tensors": 0}).Reload()
    return [e.step for e in events.Tensors(tag)] if tag in events.Tags()["tensors"] else []


def _runs(logdir):
    return {file.parent for file in logdir.rglob("events.*")}


def counts_files(logdir, tag):
    return sorted(r.relative_to(logdir).as_posix() for r in _runs(logdir) if len(list(r.glob("events.*"))) > 1)


def ignores_the_tag(logdir, tag):
    found = []
    for run in _runs(logdir):
        steps = [s for t in EventAccumulator(str(run)).Reload().Tags()["tensors"] for s in _steps(run, t)]
        if np.any(np.diff(steps) <= 0):
            found.append(run.relative_to(logdir).as_posix())
    return sorted(found)


def looks_one_level_deep(logdir, tag):
    runs = (run for run in logdir.iterdir() if any(run.glob("events.*")))
    return sorted(run.name for run in runs if np.any(np.diff(_steps(run, tag)) <= 0))


def returns_names_only(logdir, tag):
    return sorted(run.name for run in _runs(logdir) if np.any(np.diff(_steps(run, tag)) <= 0))


def returns_a_set(logdir, tag):
    return {run.relative_to(logdir).as_posix() for run in _runs(logdir) if np.any(np.diff(_steps(run, tag)) <= 0)}


def looks_for_repeats(logdir, tag):
    found = []
    for run in sorted(_runs(Path(logdir))):
        steps = _steps(run, tag)
        if len(set(steps)) < len(steps):
            found.append(run.relative_to(logdir).as_posix())
    return found


def forgets_equal_steps(logdir, tag):
    return sorted(run.relative_to(logdir).as_posix() for run in _runs(logdir) if np.any(np.diff(_steps(run, tag)) < 0))


def reads_a_sample(logdir, tag):
    found = []
    for run in _runs(logdir):
        events = EventAccumulator(str(run)).Reload()  # keeps ten records of a tag
        steps = [e.step for e in events.Tensors(tag)] if tag in events.Tags()["tensors"] else []
        if np.any(np.diff(steps) <= 0):
            found.append(run.relative_to(logdir).as_posix())
    return sorted(found)


def compares_with_the_sorted_set(logdir, tag):
    found = []
    for run in sorted(_runs(Path(logdir))):
        steps = _steps(run, tag)
        if sorted(set(steps)) != steps:
            found.append(run.relative_to(logdir).as_posix())
    return found


# 12.4 From bins to a share


def counts_numbers(bins, x):
    return bins[bins[:, 1] <= x, 2].sum()


def whole_bins_only(bins, x):
    return bins[bins[:, 1] <= x, 2].sum() / bins[:, 2].sum()


def counts_the_bin_of_x(bins, x):
    return bins[bins[:, 0] < x, 2].sum() / bins[:, 2].sum()


def equal_widths(bins, x):
    inside = np.clip((x - bins[:, 0]) / (bins[0, 1] - bins[0, 0]), 0, 1)
    return (inside * bins[:, 2]).sum() / bins[:, 2].sum()


def forgets_to_clip(bins, x):
    inside = (x - bins[:, 0]) / (bins[:, 1] - bins[:, 0])
    return (inside * bins[:, 2]).sum() / bins[:, 2].sum()


def adds_up_in_a_loop(bins, x):
    below = 0.0
    for left, right, count in bins:
        if right <= x:
            below += count
        elif left < x:
            below += count * (x - left) / (right - left)
    return below / bins[:, 2].sum()


# 12.5 Time of its own


def adds_durations(events):
    times = defaultdict(float)
    for name, _, duration in events:
        times[name] += duration
    return dict(times)


def _inside(inner, outer):
    return inner is not outer and outer[1] <= inner[1] and inner[1] + inner[2] <= outer[1] + outer[2]


def subtracts_every_descendant(events):
    times = defaultdict(float)
    for event in events:
        times[event[0]] += event[2] - sum(other[2] for other in events if _inside(other, event))
    return dict(times)


def keeps_the_last(events):
    times = {}
    for event in events:
        within = [other for other in events if _inside(other, event)]
        direct = [o for o in within if not any(_inside(o, p) for p in within)]
        times[event[0]] = event[2] - sum(o[2] for o in direct)
    return times


def trusts_the_order(events):
    times, opened = defaultdict(float), []
    for name, start, duration in events:
        while opened and opened[-1][1] <= start:
            opened.pop()
        if opened:
            times[opened[-1][0]] -= duration
        times[name] += duration
        opened.append((name, start + duration))
    return dict(times)


def sorts_by_start_only(events):
    return trusts_the_order(sorted(events, key=lambda event: event[1]))


def never_closes_at_the_end(events):
    times, opened = defaultdict(float), []
    for name, start, duration in sorted(events, key=lambda e: (e[1], -e[2])):
        while opened and opened[-1][1] < start:
            opened.pop()
        if opened:
            times[opened[-1][0]] -= duration
        times[name] += duration
        opened.append((name, start + duration))
    return dict(times)


def finds_the_direct_ones(events):
    times = defaultdict(float)
    for event in events:
        within = [other for other in events if _inside(other, event)]
        direct = [o for o in within if not any(_inside(o, p) for p in within)]
        times[event[0]] += event[2] - sum(o[2] for o in direct)
    return dict(times)


ANSWERS = {
    "12.1": {
        "wrong": [
            (counts_from_zero, "step 1"),
            (forgets_the_writer, "writer"),
            (forgets_the_step, "No step set"),
            (one_step_for_all, "one step"),
            (a_tag_for_each, "tags are"),
            (writes_histograms, "scalar"),
            (writes_the_last, "1 records"),
        ],
        "right": [moves_a_step_variable],
    },
    "12.2": {
        "wrong": [
            (divides_by_255, "outside [0, 1]"),
            (forgets_the_channel, "channel"),
            (scales_each, "own scale"),
            (divides_by_zero, "divide by zero"),
            (stays_float64, "float64"),
            (overflows, "int8"),
            (changes_in_place, "changes the images"),
            (clips, "proportion"),
        ],
        "right": [interpolates],
    },
    "12.3": {
        "wrong": [
            (counts_files, "resumed"),
            (ignores_the_tag, "other"),
            (looks_one_level_deep, "deeper"),
            (returns_names_only, "Names below logdir"),
            (returns_a_set, "list"),
            (looks_for_repeats, "none repeats"),
            (forgets_equal_steps, "'still'"),
            (reads_a_sample, "33 records"),
        ],
        "right": [compares_with_the_sorted_set],
    },
    "12.4": {
        "wrong": [
            (counts_numbers, "count"),
            (whole_bins_only, "half of the middle bin"),
            (counts_the_bin_of_x, "half of the middle bin"),
            (equal_widths, "2 wide"),
            (forgets_to_clip, "8 of 10"),
        ],
        "right": [adds_up_in_a_loop],
    },
    "12.5": {
        "wrong": [
            (adds_durations, "counted twice"),
            (subtracts_every_descendant, "only g"),
            (keeps_the_last, "more than once"),
            (trusts_the_order, "any order"),
            (sorts_by_start_only, "Both start at 0"),
            (never_closes_at_the_end, "g starts as f ends"),
        ],
        "right": [finds_the_direct_ones],
    },
}
