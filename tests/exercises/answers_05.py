"""Answers to the exercises of chapter 05: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np
import tensorflow as tf

# 05.1 Cross-entropy from logits


def log_softmax(logits):
    return np.asarray(tf.math.log_softmax(tf.constant(logits)))


def picks_true(table, labels):
    return table[np.arange(len(labels)), labels]


def overflows(logits, labels):
    powers = np.exp(logits)
    return -np.log(picks_true(powers / powers.sum(axis=1, keepdims=True), labels)).mean()


def sums_the_batch(logits, labels):
    return -picks_true(log_softmax(logits), labels).sum()


def forgets_the_minus(logits, labels):
    return picks_true(log_softmax(logits), labels).mean()


def clips_like_keras(logits, labels):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    probability = picks_true(powers / powers.sum(axis=1, keepdims=True), labels)
    return -np.log(np.maximum(probability, 1e-7)).mean()


def subtracts_one_largest_for_all(logits, labels):
    shifted = logits - logits.max()
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - picks_true(shifted, labels))


def returns_one_a_row(logits, labels):
    return -picks_true(log_softmax(logits), labels)


def subtracts_the_logits_only(logits, labels):
    return np.mean(logits.max(axis=1) - picks_true(logits, labels))


def returns_nothing(logits, labels):
    overflows(logits, labels)


def uses_logaddexp(logits, labels):
    return np.mean([np.logaddexp.reduce(row) - row[label] for row, label in zip(logits, labels, strict=True)])


# 05.2 A confusion matrix and its recall


def matrix_of(true, predicted, classes):
    return np.asarray(tf.math.confusion_matrix(true, predicted, classes), float)


def computes_precision(true, predicted, classes):
    matrix = matrix_of(true, predicted, classes)
    return np.diag(matrix) / matrix.sum(axis=0)


def divides_by_all(true, predicted, classes):
    return np.diag(matrix_of(true, predicted, classes)) / len(true)


def gives_zero_for_empty(true, predicted, classes):
    matrix = matrix_of(true, predicted, classes)
    return np.diag(matrix) / np.maximum(matrix.sum(axis=1), 1)


def returns_the_accuracy(true, predicted, classes):
    return np.mean(true == predicted)


def counts_the_right_ones(true, predicted, classes):
    return np.diag(matrix_of(true, predicted, classes))


def prints_recall(true, predicted, classes):
    print(np.diag(matrix_of(true, predicted, classes)))


def loops_over_classes(true, predicted, classes):
    found = []
    for label in range(classes):
        own = [guess for truth, guess in zip(true, predicted, strict=True) if truth == label]
        found.append(sum(guess == label for guess in own) / len(own) if own else float("nan"))
    return found


# 05.3 A running accuracy


class Plain:
    """Keeps sum and count, as it should; the wrong ones change one method."""

    def __init__(self):
        self.reset_state()

    def update_state(self, labels, logits):
        self.right += np.sum(np.argmax(logits, axis=1) == labels)
        self.count += len(labels)

    def result(self):
        return self.right / max(self.count, 1)

    def reset_state(self):
        self.right = self.count = 0


class KeepsTheLastBatch(Plain):
    def update_state(self, labels, logits):
        self.right, self.count = np.sum(np.argmax(logits, axis=1) == labels), len(labels)


class AveragesAverages(Plain):
    def update_state(self, labels, logits):
        self.right += np.mean(np.argmax(logits, axis=1) == labels)
        self.count += 1


class NeverResets(Plain):
    def __init__(self):
        self.right = self.count = 0

    def reset_state(self):
        pass


class ResetsTheSumOnly(Plain):
    def __init__(self):
        self.right = self.count = 0

    def reset_state(self):
        self.right = 0


class DividesByZero(Plain):
    def result(self):
        return np.float64(self.right) / self.count if self.count else float("nan")


class RaisesBeforeTheFirst(Plain):
    def result(self):
        return int(self.right) / self.count


class ReturnsNothing(Plain):
    def result(self):
        print(self.right / max(self.count, 1))


class TakesTheSmallestLogit(Plain):
    def update_state(self, labels, logits):
        self.right += np.sum(np.argmin(logits, axis=1) == labels)
        self.count += len(labels)


class KeepsEveryAnswer:
    def __init__(self):
        self.answers = []

    def update_state(self, labels, logits):
        self.answers += (tf.argmax(logits, axis=1).numpy() == labels).tolist()

    def result(self):
        return tf.constant(sum(self.answers) / len(self.answers) if self.answers else 0.0)

    def reset_state(self):
        self.answers.clear()


# 05.4 Batches without replacement


def nests_the_epochs(n, batch, epochs, rng):
    for _ in range(epochs):
        for _ in range(epochs):
            order = rng.permutation(n)
            for start in range(0, n, batch):
                yield order[start : start + batch]


def drops_the_short_batch(n, batch, epochs, rng):
    for _ in range(epochs):
        order = rng.permutation(n)
        for start in range(0, n - batch + 1, batch):
            yield order[start : start + batch]


def draws_with_replacement(n, batch, epochs, rng):
    for _ in range(epochs):
        for start in range(0, n, batch):
            yield rng.integers(n, size=min(batch, n - start))


def draws_each_batch_afresh(n, batch, epochs, rng):
    for _ in range(epochs):
        for start in range(0, n, batch):
            yield rng.choice(n, size=min(batch, n - start), replace=False)


def never_ends(n, batch, epochs, rng):
    while True:
        order = rng.permutation(n)
        for start in range(0, n, batch):
            yield order[start : start + batch]


def shuffles_once(n, batch, epochs, rng):
    order = rng.permutation(n)
    for _ in range(epochs):
        for start in range(0, n, batch):
            yield order[start : start + batch]


def never_shuffles(n, batch, epochs, rng):
    for _ in range(epochs):
        for start in range(0, n, batch):
            yield np.arange(start, min(start + batch, n))


def runs_one_epoch(n, batch, epochs, rng):
    order = rng.permutation(n)
    for start in range(0, n, batch):
        yield order[start : start + batch]


def yields_nothing(n, batch, epochs, rng):
    rng.permutation(n)


def lists_splits(n, batch, epochs, rng):
    cuts = np.arange(batch, n, batch)
    return [part for _ in range(epochs) for part in np.split(rng.permutation(n), cuts)]


# 05.5 The loss that fits a model

CrossEntropy = keras.losses.SparseCategoricalCrossentropy


def always_logits(model, images):
    return CrossEntropy(from_logits=True)


def always_the_default(model, images):
    return CrossEntropy()


def reads_the_last_activation(model, images):
    activation = getattr(model.layers[-1], "activation", None)
    return CrossEntropy(from_logits=activation is not keras.activations.softmax)


def looks_at_the_sign_only(model, images):
    return CrossEntropy(from_logits=bool(np.min(model(images)) < 0))


def looks_at_the_range_only(model, images):
    outputs = np.asarray(model(images))
    return CrossEntropy(from_logits=not (outputs.min() >= 0 and outputs.max() <= 1))


def swaps_the_answer(model, images):
    sums = np.asarray(model(images)).sum(axis=1)
    return CrossEntropy(from_logits=bool(np.allclose(sums, 1)))


def returns_a_flag(model, images):
    return not np.allclose(np.asarray(model(images)).sum(axis=1), 1)


def compares_with_predict(model, images):
    outputs = model.predict(images, verbose=0)
    deviation = np.abs(outputs.sum(axis=-1) - 1).max()
    return CrossEntropy(from_logits=bool(deviation > 1e-4 or (outputs < 0).any()))


ANSWERS = {
    "05.1": {
        "wrong": [
            (overflows, "subtract each row's largest"),
            (sums_the_batch, "take the mean"),
            (forgets_the_minus, "the sign"),
            (clips_like_keras, "cut off"),
            (subtracts_one_largest_for_all, "each row's largest"),
            (returns_one_a_row, "one number"),
            (subtracts_the_logits_only, "log of the sum of powers"),
            (returns_nothing, "returns nothing"),
        ],
        "right": [uses_logaddexp],
    },
    "05.2": {
        "wrong": [
            (computes_precision, "precision"),
            (divides_by_all, "divide by those of the class"),
            (gives_zero_for_empty, "nan, not a number"),
            (returns_the_accuracy, "one number a class"),
            (counts_the_right_ones, "its examples"),
            (prints_recall, "returns nothing"),
        ],
        "right": [loops_over_classes],
    },
    "05.3": {
        "wrong": [
            (KeepsTheLastBatch, "only the last batch"),
            (AveragesAverages, "a short batch"),
            (NeverResets, "after reset_state"),
            (ResetsTheSumOnly, "after reset_state"),
            (DividesByZero, "before any batch"),
            (RaisesBeforeTheFirst, "ZeroDivisionError"),
            (ReturnsNothing, "returns nothing"),
            (TakesTheSmallestLogit, "right answers so far"),
        ],
        "right": [KeepsEveryAnswer],
    },
    "05.4": {
        "wrong": [
            (nests_the_epochs, "epochs within epochs"),
            (drops_the_short_batch, "short last batch"),
            (draws_with_replacement, "with replacement"),
            (draws_each_batch_afresh, "an epoch misses"),
            (never_ends, "too many steps"),
            (shuffles_once, "anew in each epoch"),
            (never_shuffles, "not random"),
            (runs_one_epoch, "steps, expected"),
            (yields_nothing, "returns nothing"),
        ],
        "right": [lists_splits],
    },
    "05.5": {
        "wrong": [
            (always_logits, "these are probabilities"),
            (always_the_default, "these are logits"),
            (reads_the_last_activation, "a Softmax layer"),
            (looks_at_the_sign_only, "positive logits"),
            (looks_at_the_range_only, "between 0 and 1"),
            (swaps_the_answer, "these are logits"),
            (returns_a_flag, "built"),
        ],
        "right": [compares_with_predict],
    },
}
