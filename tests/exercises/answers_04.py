"""Answers to the exercises of chapter 04: wrong ones that learners give, and right ones that are not ours."""

import types

import keras
import numpy as np
import tensorflow as tf

# 04.1 Count the weights


def forgets_the_biases(widths):
    return sum(a * b for a, b in zip(widths, widths[1:], strict=False))


def gives_the_inputs_biases(widths):
    return forgets_the_biases(widths) + sum(widths)


def counts_one_bias_a_layer(widths):
    return sum(a * b + 1 for a, b in zip(widths, widths[1:], strict=False))


def returns_no_count(widths):
    forgets_the_biases(widths)


def counts_with_numpy(widths):
    widths = np.array(widths)
    return widths[:-1] @ widths[1:] + widths[1:].sum()


# 04.2 The model that does not learn


class StillHidesTheLayers(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.parts = types.SimpleNamespace()
        self.parts.blocks = [keras.layers.Dense(units, "tanh") for _ in range(blocks)]
        self.parts.head = keras.layers.Dense(1)

    def call(self, x):
        for block in self.parts.blocks:
            x = block(x)
        return self.parts.head(x)


class HidesTheBlocksOnly(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.parts = types.SimpleNamespace(blocks=[keras.layers.Dense(units, "tanh") for _ in range(blocks)])
        self.head = keras.layers.Dense(1)

    def call(self, x):
        for block in self.parts.blocks:
            x = block(x)
        return self.head(x)


class ForgetsSuper(keras.Model):
    def __init__(self, units, blocks):
        self.blocks = [keras.layers.Dense(units, "tanh") for _ in range(blocks)]
        self.head = keras.layers.Dense(1)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class UsesAReservedName(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.layers = [keras.layers.Dense(units, "tanh") for _ in range(blocks)]
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(x)


class MakesLayersInCall(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.units, self.number = units, blocks

    def call(self, x):
        for _ in range(self.number):
            x = keras.layers.Dense(self.units, "tanh")(x)
        return keras.layers.Dense(1)(x)


class SharesOneBlock(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.first = keras.layers.Dense(units, "tanh")
        self.block, self.number = keras.layers.Dense(units, "tanh"), blocks
        self.head = keras.layers.Dense(1)

    def call(self, x):
        x = self.first(x)
        for _ in range(self.number - 1):
            x = self.block(x)
        return self.head(x)


class BendsTheHead(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.chain = [keras.layers.Dense(units, "tanh") for _ in range(blocks)] + [keras.layers.Dense(1, "tanh")]

    def call(self, x):
        for layer in self.chain:
            x = layer(x)
        return x


class WrapsASequential(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.net = keras.Sequential(
            [*(keras.layers.Dense(units, "tanh") for _ in range(blocks)), keras.layers.Dense(1)]
        )

    def call(self, x):
        return self.net(x)


class KeepsADictionary(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.parts = {str(n): keras.layers.Dense(units, "tanh") for n in range(blocks)}
        self.parts["head"] = keras.layers.Dense(1)

    def call(self, x):
        for layer in self.parts.values():
            x = layer(x)
        return x


class MakesTheHeadFirst(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.head = keras.layers.Dense(1)
        self.blocks = [keras.layers.Dense(units, "tanh") for _ in range(blocks)]

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


class ForgetsTheTanh(keras.Model):
    def __init__(self, units, blocks):
        super().__init__()
        self.blocks = [keras.layers.Dense(units) for _ in range(blocks)]
        self.head = keras.layers.Dense(1)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(x)


# 04.3 A start for ReLU


def limit(fan_in, fan_out):
    return (6 / fan_in) ** 0.5


def start(shape, dtype=None):
    return tf.random.uniform(shape, -limit(*shape), limit(*shape), dtype or tf.float32)


def gives_the_standard_deviation(fan_in, fan_out):
    return (2 / fan_in) ** 0.5


def gives_glorots_limit(fan_in, fan_out):
    return (6 / (fan_in + fan_out)) ** 0.5


def looks_at_fan_out(fan_in, fan_out):
    return (6 / fan_out) ** 0.5


def takes_no_root(fan_in, fan_out):
    return 6 / fan_in


def draws_positive_numbers(shape, dtype=None):
    return tf.random.uniform(shape, 0, limit(*shape))


def draws_a_normal(shape, dtype=None):
    return tf.random.normal(shape, stddev=(2 / shape[0]) ** 0.5)


def fixes_the_seed(shape, dtype=None):
    return keras.initializers.RandomUniform(-limit(*shape), limit(*shape), seed=1)(shape)


def uses_keras_he(shape, dtype=None):
    return keras.initializers.HeUniform()(shape, dtype=dtype)


# 04.4 A residual block for any width


def forgets_the_input(x, units):
    return keras.layers.Dense(units, activation="relu")(x)


def bends_the_sum(x, units):
    s = x if x.shape[-1] == units else keras.layers.Dense(units, use_bias=False)(x)
    return keras.layers.Activation("relu")(s + keras.layers.Dense(units)(x))


def always_projects(x, units):
    return keras.layers.Dense(units, use_bias=False)(x) + keras.layers.Dense(units, activation="relu")(x)


def projects_with_a_bias(x, units):
    s = x if x.shape[-1] == units else keras.layers.Dense(units)(x)
    return s + keras.layers.Dense(units, activation="relu")(x)


def lets_a_width_of_one_broadcast(x, units):
    s = x if x.shape[-1] in (1, units) else keras.layers.Dense(units, use_bias=False)(x)
    return s + keras.layers.Dense(units, activation="relu")(x)


def returns_no_tensor(x, units):
    keras.layers.Dense(units, activation="relu")(x)


def writes_the_sum_with_plus(x, units):
    s = keras.layers.Dense(units, use_bias=False)(x) if x.shape[-1] != units else x
    return keras.ops.relu(keras.layers.Dense(units)(x)) + s


# 04.5 Stop at the bar


class Bar(keras.callbacks.Callback):
    def __init__(self, monitor, bar, times):
        super().__init__()
        self.monitor, self.bar, self.times = monitor, bar, times

    def on_train_begin(self, logs=None):
        self.row = 0

    def reached(self, logs):
        return logs[self.monitor] >= self.bar

    def on_epoch_end(self, epoch, logs=None):
        self.row = self.row + 1 if self.reached(logs) else 0
        if self.row >= self.times:
            self.model.stop_training = True


class NeverStops(Bar):
    def on_epoch_end(self, epoch, logs=None):
        self.stop_training = self.reached(logs)


class NeedsMoreThanTheBar(Bar):
    def reached(self, logs):
        return logs[self.monitor] > self.bar


class CountsWithGaps(Bar):
    def on_epoch_end(self, epoch, logs=None):
        self.row += self.reached(logs)
        if self.row >= self.times:
            self.model.stop_training = True


class NeverResets(Bar):
    row = 0

    def on_train_begin(self, logs=None):
        pass


class IgnoresAMissingMetric(Bar):
    def reached(self, logs):
        return logs.get(self.monitor, 0) >= self.bar


class ResetsAtTheEnd(Bar):
    row = 0

    def on_train_begin(self, logs=None):
        pass

    def on_train_end(self, logs=None):
        self.row = 0


class StopsBelowTheBar(Bar):
    def reached(self, logs):
        return logs[self.monitor] <= self.bar


class KeepsTheLastValues(keras.callbacks.Callback):
    def __init__(self, monitor, bar, times):
        super().__init__()
        self.monitor, self.bar, self.times, self.values = monitor, bar, times, []

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.values = []
        if self.monitor not in logs:
            raise KeyError(f"no metric {self.monitor} among {sorted(logs)}")
        self.values.append(logs[self.monitor])
        if len(self.values) >= self.times and min(self.values[-self.times :]) >= self.bar:
            self.model.stop_training = True


ANSWERS = {
    "04.1": {
        "wrong": [
            (forgets_the_biases, "biases are missing"),
            (gives_the_inputs_biases, "inputs have no biases"),
            (counts_one_bias_a_layer, "one bias for each unit"),
            (returns_no_count, "returns nothing"),
        ],
        "right": [counts_with_numpy],
    },
    "04.2": {
        "wrong": [
            (StillHidesTheLayers, "finds no weights"),
            (HidesTheBlocksOnly, "still hidden"),
            (ForgetsSuper, "super().__init__()"),
            (UsesAReservedName, "reserved"),
            (MakesLayersInCall, "in __init__, not in call"),
            (SharesOneBlock, "one used in place of several"),
            (ForgetsTheTanh, "blocks with tanh"),
            (BendsTheHead, "no activation"),
        ],
        "right": [WrapsASequential, KeepsADictionary, MakesTheHeadFirst],
    },
    "04.3": {
        "wrong": [
            ((gives_the_standard_deviation, start), "standard deviation"),
            ((gives_glorots_limit, start), "Glorot"),
            ((looks_at_fan_out, start), "fan_out"),
            ((takes_no_root, start), "root"),
            ((limit, draws_positive_numbers), "negative"),
            ((limit, draws_a_normal), "exceed the limit"),
            ((limit, fixes_the_seed), "seed"),
        ],
        "right": [(limit, start), (limit, uses_keras_he)],
    },
    "04.4": {
        "wrong": [
            (forgets_the_input, "is the input added"),
            (bends_the_sum, "ReLU belongs to f"),
            (always_projects, "s is x itself"),
            (projects_with_a_bias, "use_bias=False"),
            (lets_a_width_of_one_broadcast, "a width of 1"),
            (returns_no_tensor, "returns nothing"),
        ],
        "right": [writes_the_sum_with_plus],
    },
    "04.5": {
        "wrong": [
            (NeverStops, "stop_training"),
            (NeedsMoreThanTheBar, ">="),
            (CountsWithGaps, "in a row"),
            (NeverResets, "reset"),
            (IgnoresAMissingMetric, "KeyError"),
            (StopsBelowTheBar, "below the bar"),
        ],
        "right": [KeepsTheLastValues, ResetsAtTheEnd],
    },
}
