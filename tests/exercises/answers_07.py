"""Answers to the exercises of chapter 07: wrong ones that learners give, and right ones that are not ours."""

import numpy as np
import tensorflow as tf


def forgets_the_minus(chances):
    return np.exp(np.mean(np.log(chances)))


def returns_the_cross_entropy(chances):
    return -np.mean(np.log(chances))


def raises_two(chances):
    return 2 ** -np.mean(np.log(chances))


def mixes_the_bases(chances):
    return np.exp(-np.mean(np.log2(chances)))


def averages_the_choices(chances):
    return np.mean(1 / chances)


def sums_the_logs(chances):
    with np.errstate(over="ignore"):
        return np.exp(-np.sum(np.log(chances)))


def bits(chances):
    return 2 ** np.mean(-np.log2(chances))


def one_set_only(features, units):
    return units * (features + units + 1)


def three_gates_only(features, units):
    return 3 * units * (features + units + 1)


def no_bias(features, units):
    return 4 * units * (features + units)


def wide_matrices(features, units):
    return sum(np.zeros(shape).size for shape in ((features, 4 * units), (units, 4 * units), (4 * units,)))


def _softmax(values, axis=-1):
    e = np.exp(values - np.max(values, axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def multiplies(logits, temperature):
    return _softmax(logits * temperature)


def divides_the_probabilities(logits, temperature):
    p = _softmax(logits) / temperature
    return p / p.sum(axis=-1, keepdims=True)


def overflows(logits, temperature):
    e = np.exp(logits / temperature)
    return e / e.sum(axis=-1, keepdims=True)


def subtracts_the_largest_of_all(logits, temperature):
    z = (logits - np.max(logits)) / temperature
    return np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)


def normalises_everything(logits, temperature):
    e = np.exp(logits / temperature)
    return e / e.sum()


def through_the_logarithm(logits, temperature):
    z = np.asarray(logits) / temperature
    top = z.max(axis=-1, keepdims=True)
    return np.exp(z - top - np.log(np.exp(z - top).sum(axis=-1, keepdims=True)))


def _gates(x, s, U, W, b):
    xs, ss = np.split(x @ U + b[0], 3, axis=1), np.split(s @ W + b[1], 3, axis=1)
    z, r = (1 / (1 + np.exp(-xs[i] - ss[i])) for i in (0, 1))
    return xs, ss, z, r


def swaps_the_mixture(x, s, U, W, b):
    xs, ss, z, r = _gates(x, s, U, W, b)
    return (1 - z) * s + z * np.tanh(xs[2] + r * ss[2])


def swaps_the_gates(x, s, U, W, b):
    xs, ss, z, r = _gates(x, s, U, W, b)
    return r * s + (1 - r) * np.tanh(xs[2] + z * ss[2])


def resets_before_the_product(x, s, U, W, b):
    xs, _, z, r = _gates(x, s, U, W, b)
    units = s.shape[1]
    return z * s + (1 - z) * np.tanh(xs[2] + (r * s) @ W[:, 2 * units :] + b[1, 2 * units :])


def forgets_the_reset(x, s, U, W, b):
    xs, ss, z, _ = _gates(x, s, U, W, b)
    return z * s + (1 - z) * np.tanh(xs[2] + ss[2])


def moves_towards_the_candidate(x, s, U, W, b):
    units = s.shape[1]
    wide_x, wide_s = x @ U + b[0], s @ W + b[1]
    z, r = (tf.sigmoid(wide_x[:, i : i + units] + wide_s[:, i : i + units]).numpy() for i in (0, units))
    candidate = np.tanh(wide_x[:, -units:] + r * wide_s[:, -units:])
    return s + (1 - z) * (candidate - s)


def swaps_the_biases(x, s, U, W, b):
    xs, ss, z, r = _gates(x, s, U, W, b[::-1])
    return z * s + (1 - z) * np.tanh(xs[2] + r * ss[2])


def sets_zero(logits, k):
    threshold = tf.math.top_k(logits, k).values[:, -1:]
    return tf.where(logits >= threshold, logits, tf.zeros_like(logits))


def one_threshold_for_all(logits, k):
    threshold = tf.sort(tf.reshape(logits, [-1]), direction="DESCENDING")[k - 1]
    return tf.where(logits >= threshold, logits, -np.inf * tf.ones_like(logits))


def keeps_the_smallest(logits, k):
    threshold = -tf.math.top_k(-logits, k).values[:, -1:]
    return tf.where(logits <= threshold, logits, -np.inf * tf.ones_like(logits))


def only_in_numpy(logits, k):
    values = logits.numpy()
    threshold = np.sort(values, axis=1)[:, -k][:, np.newaxis]
    return np.where(values >= threshold, values, -np.inf)


def by_ranks(logits, k):
    ranks = tf.argsort(tf.argsort(logits, axis=-1, direction="DESCENDING"), axis=-1)
    return tf.where(ranks < k, logits, tf.constant(-np.inf, logits.dtype))


ANSWERS = {
    "07.1": {
        "wrong": [
            (forgets_the_minus, "minus"),
            (returns_the_cross_entropy, "exp"),
            (raises_two, "log2"),
            (mixes_the_bases, "not with log2"),
            (averages_the_choices, "average the logs"),
            (sums_the_logs, "not the sum"),
        ],
        "right": [bits],
    },
    "07.2": {
        "wrong": [(one_set_only, "three gates"), (three_gates_only, "candidate"), (no_bias, "biases")],
        "right": [wide_matrices],
    },
    "07.3": {
        "wrong": [
            (multiplies, "divide the logits"),
            (divides_the_probabilities, "cancels"),
            (overflows, "overflows"),
            (subtracts_the_largest_of_all, "each row's own"),
            (normalises_everything, "last axis"),
        ],
        "right": [through_the_logarithm],
    },
    "07.4": {
        "wrong": [
            (swaps_the_mixture, "keeps the old state"),
            (swaps_the_gates, "order"),
            (resets_before_the_product, "after the product"),
            (swaps_the_biases, "its own product"),
            (forgets_the_reset, "reset gate is missing"),
        ],
        "right": [moves_towards_the_candidate],
    },
    "07.5": {
        "wrong": [
            (sets_zero, "minus infinity"),
            (one_threshold_for_all, "each row"),
            (keeps_the_smallest, "largest"),
            (only_in_numpy, "tf.function"),
        ],
        "right": [by_ranks],
    },
}
