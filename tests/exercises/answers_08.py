"""Answers to the exercises of chapter 08: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

# 08.1 A scale for each channel


class KeepsATfVariable(keras.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = tf.Variable(tf.fill([input_shape[-1]], self.start))

    def call(self, x):
        return x * self.factor


class OneFactorForAll(keras.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(), initializer=keras.initializers.Constant(self.start))

    def call(self, x):
        return x * self.factor


class OneFactorForEachEntry(OneFactorForAll):
    def build(self, input_shape):
        self.factor = self.add_weight(shape=input_shape, initializer=keras.initializers.Constant(self.start))


class ScalesFromOne(keras.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.factor


class PlainScale(keras.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(input_shape[-1],), initializer=self.fill)

    def fill(self, shape, dtype=None):
        return ops.full(shape, self.start, dtype)

    def call(self, x):
        return ops.multiply(x, self.factor)

    def get_config(self):
        return {**super().get_config(), "start": self.start}


class ForgetsStartInTheConfig(PlainScale):
    def get_config(self):
        return keras.Layer.get_config(self)


class TakesNoName(PlainScale):
    def __init__(self, start=1.0):
        super().__init__(start)


class FreezesItself(PlainScale):
    def build(self, input_shape):
        super().build(input_shape)
        self.trainable = False


class ConfigWithoutSuper(PlainScale):
    def get_config(self):
        return {"start": self.start}


class UsesAnInitializer(keras.layers.Layer):
    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = float(start)

    def build(self, input_shape):
        constant = keras.initializers.Constant(self.start)
        self.scale = self.add_weight(shape=[input_shape[-1]], initializer=constant, trainable=True)

    def call(self, inputs):
        return inputs * self.scale

    def get_config(self):
        config = super().get_config()
        config.update(start=self.start)
        return config


class ScalesInNumPy(PlainScale):
    """Trains nothing: no gradient passes through NumPy."""

    def call(self, x):
        return np.asarray(x) * np.asarray(self.factor)


class FactorsInARow(PlainScale):
    """Right, with factors of shape [1, channels]."""

    def build(self, input_shape):
        self.factor = self.add_weight(shape=(1, input_shape[-1]), initializer=self.fill)


# 08.2 The largest of those that are there


class MaxLayer(keras.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def compute_mask(self, inputs, mask=None):
        return None


class IgnoresTheMask(MaxLayer):
    def call(self, x, mask=None):
        return ops.max(x, axis=1)


class FillsWithZero(MaxLayer):
    def call(self, x, mask=None):
        if mask is not None:
            x = x * ops.cast(mask, x.dtype)[..., None]
        return ops.max(x, axis=1)


class LeavesTheFillInEmptyRows(MaxLayer):
    def call(self, x, mask=None):
        if mask is not None:
            x = x - 1e4 * (1 - ops.cast(mask, x.dtype)[..., None])
        return ops.max(x, axis=1)


class FillsInFloat32(MaxLayer):
    def call(self, x, mask=None):
        if mask is None:
            return ops.max(x, axis=1)
        there = ops.cast(mask, "bool")[..., None]
        low = ops.where(there, ops.cast(x, "float32"), -1e9)
        return ops.where(ops.any(there, axis=1), ops.max(low, axis=1), 0.0)


class FillsWithMinusInfinity(MaxLayer):
    def call(self, x, mask=None):
        if mask is None:
            return ops.max(x, axis=1)
        there = ops.cast(mask, x.dtype)[..., None]
        return ops.max(ops.where(there > 0, x, -np.inf), axis=1) * ops.max(there, axis=1)


class MultipliesByTheMask(MaxLayer):
    """Right, without a where."""

    def call(self, x, mask=None):
        if mask is None:
            return ops.max(x, axis=1)
        there = ops.cast(mask, x.dtype)[..., None]
        return ops.max(there * x - 6e4 * (1 - there), axis=1) * ops.max(there, axis=1)


class LosesItsPolicy(MultipliesByTheMask):
    def get_config(self):
        return {"name": self.name}


class KeepsTheMaskOfTime(keras.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, x, mask=None):
        if mask is None:
            return ops.max(x, axis=1)
        there = ops.cast(mask, "bool")[..., None]
        largest = ops.max(ops.where(there, x, ops.cast(-6e4, x.dtype)), axis=1)
        return ops.where(ops.any(there, axis=1), largest, ops.zeros_like(largest))


class FillsWithALowNumber(KeepsTheMaskOfTime):
    def compute_mask(self, inputs, mask=None):
        return None


class FillsWithMinusTen(MaxLayer):
    def fill(self, x):
        return ops.cast(-10, x.dtype)

    def call(self, x, mask=None):
        if mask is None:
            return ops.max(x, axis=1)
        there = ops.cast(mask, "bool")[..., None]
        largest = ops.max(ops.where(there, x, self.fill(x)), axis=1)
        return ops.where(ops.any(there, axis=1), largest, ops.zeros_like(largest))


class FillsWithMinusHundred(FillsWithMinusTen):
    def fill(self, x):
        return ops.cast(-100, x.dtype)


class FillsWithTwiceTheLeast(FillsWithMinusTen):
    """Lower than every entry only if the least is negative."""

    def fill(self, x):
        return 2 * ops.min(x)


class CutsAtZero(FillsWithMinusTen):
    def fill(self, x):
        return ops.min(x)

    def call(self, x, mask=None):
        largest = super().call(x, mask)
        return largest if mask is None else ops.minimum(largest, 0)


# 08.3 The explained share of the variance


class Sums(keras.metrics.Metric):
    """Right: four sums by name."""

    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)
        self.weight = self.add_weight(name="weight", initializer="zeros")
        self.total = self.add_weight(name="total", initializer="zeros")
        self.squares = self.add_weight(name="squares", initializer="zeros")
        self.left = self.add_weight(name="left", initializer="zeros")

    def weigh(self, y, sample_weight):
        return ops.ones_like(y) if sample_weight is None else ops.reshape(ops.cast(sample_weight, "float32"), (-1,))

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
        w = self.weigh(y, sample_weight)
        self.weight.assign_add(ops.sum(w))
        self.total.assign_add(ops.sum(w * y))
        self.squares.assign_add(ops.sum(w * ops.square(y)))
        self.left.assign_add(ops.sum(w * ops.square(y - p)))

    def result(self):
        return 1 - self.left / (self.squares - self.total**2 / self.weight)


class IgnoresTheWeights(Sums):
    def weigh(self, y, sample_weight):
        return ops.ones_like(y)


class ForgetsToReset(Sums):
    def reset_state(self):
        self.left.assign(0.0)


class BroadcastsToASquare(Sums):
    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = ops.reshape(y_true, (-1,)), ops.convert_to_tensor(y_pred)
        w = self.weigh(y, sample_weight)
        self.weight.assign_add(ops.sum(w))
        self.total.assign_add(ops.sum(w * y))
        self.squares.assign_add(ops.sum(w * ops.square(y)))
        self.left.assign_add(ops.sum(w * ops.square(y - p)))


class AveragesTheBatches(keras.metrics.Metric):
    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)
        self.total = self.add_weight(name="total", initializer="zeros")
        self.batches = self.add_weight(name="batches", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = np.ravel(y_true), np.ravel(y_pred)
        if len(y) < 2:
            return
        w = np.ones_like(y) if sample_weight is None else np.ravel(sample_weight)
        mean = np.sum(w * y) / np.sum(w)
        self.total.assign_add(1 - np.sum(w * (y - p) ** 2) / np.sum(w * (y - mean) ** 2))
        self.batches.assign_add(1.0)

    def result(self):
        return self.total / self.batches


class MeanOfTheBatches(keras.metrics.Mean):
    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
        w = ops.ones_like(y) if sample_weight is None else ops.convert_to_tensor(sample_weight)
        mean = ops.sum(w * y) / ops.sum(w)
        super().update_state(1 - ops.sum(w * ops.square(y - p)) / ops.sum(w * ops.square(y - mean)))


class LosesItsName(Sums):
    def get_config(self):
        return {}


class KeepsFloats(keras.metrics.Metric):
    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)
        self.sums = np.zeros(4)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = np.ravel(y_true), np.ravel(y_pred)
        w = np.ones_like(y) if sample_weight is None else np.ravel(sample_weight)
        self.sums += [w.sum(), (w * y).sum(), (w * y * y).sum(), (w * (y - p) ** 2).sum()]

    def result(self):
        weight, total, squares, left = self.sums
        return 1 - left / (squares - total**2 / weight)

    def reset_state(self):
        self.sums = np.zeros(4)


class OneVectorOfSums(keras.metrics.Metric):
    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)
        self.kept = [self.add_weight(shape=(2,), initializer="zeros") for _ in range(2)]

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = ops.squeeze(y_true, -1), ops.squeeze(y_pred, -1)
        w = ops.ones_like(y) if sample_weight is None else ops.convert_to_tensor(sample_weight)
        self.kept[0].assign_add(ops.stack([ops.sum(w), ops.sum(w * y)]))
        self.kept[1].assign_add(ops.stack([ops.sum(w * y**2), ops.sum(w * (y - p) ** 2)]))

    def result(self):
        variance = self.kept[1][0] - self.kept[0][1] ** 2 / self.kept[0][0]
        return 1 - self.kept[1][1] / variance


class OneWeightOfFour(keras.metrics.Metric):
    """Right: the four sums in one weight."""

    def __init__(self, name="r_squared", **kwargs):
        super().__init__(name=name, **kwargs)
        self.sums = self.add_weight(shape=(4,), initializer="zeros", name="sums")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = ops.reshape(y_true, (-1,)), ops.reshape(y_pred, (-1,))
        w = ops.ones_like(y) if sample_weight is None else ops.convert_to_tensor(sample_weight)
        self.sums.assign_add(ops.sum(ops.stack([w, w * y, w * y**2, w * (y - p) ** 2]), axis=1))

    def result(self):
        weight, total, squares, left = ops.unstack(self.sums, 4)
        return 1 - left / (squares - total**2 / weight)


class SumsInNumPy(OneWeightOfFour):
    """Right eagerly, and fails in a graph."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = np.ravel(y_true), np.ravel(y_pred)
        w = np.ones_like(y) if sample_weight is None else np.ravel(sample_weight)
        self.sums.assign_add([w.sum(), (w * y).sum(), (w * y * y).sum(), (w * (y - p) ** 2).sum()])


class ReadsValues(OneWeightOfFour):
    """The same, through .numpy()."""

    def update_state(self, y_true, y_pred, sample_weight=None):
        y, p = (ops.convert_to_tensor(v).numpy()[:, 0] for v in (y_true, y_pred))
        super().update_state(y, p, sample_weight)


# 08.4 A loss for a quantile


class Pinball(keras.losses.Loss):
    """Right, by another formula."""

    def __init__(self, q=0.5, name="pinball", **kwargs):
        super().__init__(name=name, **kwargs)
        self.q = q

    def call(self, y_true, y_pred):
        e = y_true - y_pred
        return ops.mean(self.q * ops.relu(e) + (1 - self.q) * ops.relu(-e), axis=-1)

    def get_config(self):
        return {**super().get_config(), "q": self.q}


class AveragesTheBatch(Pinball):
    def call(self, y_true, y_pred):
        return ops.mean(super().call(y_true, y_pred))


class SwapsTheSides(Pinball):
    def call(self, y_true, y_pred):
        return super().call(y_pred, y_true)


class OverridesTheWholeCall(Pinball):
    def __call__(self, y_true, y_pred, sample_weight=None):
        e = ops.cast(y_true, "float32") - ops.cast(y_pred, "float32")
        rows = ops.mean(ops.maximum(self.q * e, (self.q - 1) * e), axis=-1)
        if sample_weight is not None:
            rows = rows * sample_weight
        return {"none": lambda v: v, "sum": ops.sum}.get(self.reduction, ops.mean)(rows)


class SumsTheColumns(Pinball):
    def call(self, y_true, y_pred):
        return super().call(y_true, y_pred) * y_pred.shape[-1]


class ForgetsQ(Pinball):
    def get_config(self):
        return keras.losses.Loss.get_config(self)


class TakesNoReduction(Pinball):
    def __init__(self, q=0.5, name="pinball", reduction=None):
        super().__init__(q, name)


class OnlyHalf(Pinball):
    def call(self, y_true, y_pred):
        return ops.mean(self.q * ops.abs(y_true - y_pred), axis=-1)


class QuantileInNumPy(Pinball):
    """The right number, and no gradient."""

    def call(self, y_true, y_pred):
        e = np.asarray(y_true, "float32") - np.asarray(y_pred, "float32")
        return np.maximum(self.q * e, (self.q - 1) * e).mean(axis=-1)


class LosesNameOfTheLoss(Pinball):
    def get_config(self):
        return {"q": self.q, "reduction": self.reduction}


# 08.5 Bumps, in any precision


class OtherBumps(keras.Layer):
    """Right, with another start and another order of casts."""

    def __init__(self, units, sharpness=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.sharpness = sharpness
        self.supports_masking = True

    def build(self, input_shape):
        self.centres = self.add_weight(shape=(self.units, input_shape[-1]), initializer="glorot_uniform")

    def call(self, inputs):
        x = ops.expand_dims(ops.cast(inputs, self.centres.dtype), -2)
        x = ops.cast(x, self.compute_dtype)
        away = ops.square(ops.subtract(x, self.centres))
        return ops.exp(-self.sharpness * ops.sum(away, axis=-1))

    def get_config(self):
        return {**super().get_config(), "units": self.units, "sharpness": self.sharpness}


class LetsKerasPromote(OtherBumps):
    def call(self, inputs):
        return ops.exp(-self.sharpness * ops.sum((inputs[..., None, :] - self.centres) ** 2, axis=-1))


class ForgetsTheIntegers(OtherBumps):
    def call(self, inputs):
        away = tf.expand_dims(inputs, -2) - tf.convert_to_tensor(self.centres)
        return ops.exp(-self.sharpness * ops.sum(away**2, axis=-1))


class AlwaysFloat32(OtherBumps):
    def call(self, inputs):
        x = ops.cast(inputs, "float32")[..., None, :]
        return ops.exp(-self.sharpness * ops.sum((x - ops.cast(self.centres, "float32")) ** 2, axis=-1))


class StartsAllAlike(OtherBumps):
    def build(self, input_shape):
        self.centres = self.add_weight(shape=(self.units, input_shape[-1]), initializer="zeros")


class DoesNotSquare(OtherBumps):
    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)[..., None, :]
        return ops.exp(-self.sharpness * ops.sum(ops.abs(x - self.centres), axis=-1))


class LosesTheMask(OtherBumps):
    def __init__(self, units, sharpness=1.0, **kwargs):
        super().__init__(units, sharpness, **kwargs)
        self.supports_masking = False


class ForgetsTheSharpness(OtherBumps):
    def get_config(self):
        return {**keras.Layer.get_config(self), "units": self.units}


class ForgetsThePolicy(OtherBumps):
    def get_config(self):
        return {"units": self.units, "sharpness": self.sharpness}


class SquaresTheSharpness(OtherBumps):
    """Right for 0.5 alone."""

    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)[..., None, :]
        return ops.exp(-2 * self.sharpness**2 * ops.sum(ops.square(x - self.centres), axis=-1))


class IgnoresTheSharpness(OtherBumps):
    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)[..., None, :]
        return ops.exp(-0.5 * ops.sum(ops.square(x - self.centres), axis=-1))


class InvertsTheMask(OtherBumps):
    def compute_mask(self, inputs, mask=None):
        return None if mask is None else ops.logical_not(mask)


class BumpsInNumPy(OtherBumps):
    def call(self, inputs):
        away = np.asarray(inputs, "float64")[..., np.newaxis, :] - self.centres.numpy()
        return ops.cast(np.exp(-self.sharpness * np.sum(away**2, axis=-1)), self.compute_dtype)


ANSWERS = {
    "08.1": {
        "wrong": [
            (KeepsATfVariable, "no weight that Keras knows"),
            (OneFactorForAll, "one weight for each place"),
            (OneFactorForEachEntry, "one weight for each place"),
            (ScalesFromOne, "must be start at first"),
            (ForgetsStartInTheConfig, "get_config forgets start"),
            (TakesNoName, "take **kwargs"),
            (FreezesItself, "cannot be trained"),
            (ConfigWithoutSuper, "super().get_config()"),
            (ScalesInNumPy, "no gradient reaches the factors"),
        ],
        "right": [PlainScale, UsesAnInitializer, FactorsInARow],
    },
    "08.2": {
        "wrong": [
            (IgnoresTheMask, "without any entry must give zeros"),
            (FillsWithZero, "gaps must lose"),
            (LeavesTheFillInEmptyRows, "without any entry must give zeros"),
            (FillsInFloat32, "float64 gives float32"),
            (FillsWithMinusInfinity, "minus infinity times zero"),
            (LosesItsPolicy, "config loses the policy"),
            (KeepsTheMaskOfTime, "write compute_mask"),
            (FillsWithMinusTen, "a gap won"),
            (FillsWithMinusHundred, "a gap won"),
            (FillsWithTwiceTheLeast, "a gap won"),
            (CutsAtZero, "not the largest"),
        ],
        "right": [FillsWithALowNumber, MultipliesByTheMask],
    },
    "08.3": {
        "wrong": [
            (IgnoresTheWeights, "weights are ignored"),
            (ForgetsToReset, "not R²"),
            (BroadcastsToASquare, "make a square"),
            (AveragesTheBatches, "averages over batches"),
            (MeanOfTheBatches, "averages over batches"),
            (LosesItsName, "config loses the name"),
            (KeepsFloats, "keep the sums in weights"),
            (SumsInNumPy, "use keras.ops, not NumPy"),
            (ReadsValues, "use keras.ops, not NumPy"),
        ],
        "right": [Sums, OneVectorOfSums, OneWeightOfFour],
    },
    "08.4": {
        "wrong": [
            (AveragesTheBatch, "one number a row"),
            (SwapsTheSides, "swapped"),
            (OverridesTheWholeCall, "override call"),
            (SumsTheColumns, "mean of the columns"),
            (ForgetsQ, "forgets q"),
            (TakesNoReduction, "one number a row"),
            (OnlyHalf, "not max"),
            (QuantileInNumPy, "no gradient reaches y_pred"),
            (LosesNameOfTheLoss, "name is lost"),
        ],
        "right": [Pinball],
    },
    "08.5": {
        "wrong": [
            (ForgetsTheIntegers, "expected to be a int32"),
            (AlwaysFloat32, "gives float32"),
            (StartsAllAlike, "start alike"),
            (DoesNotSquare, "squared distance"),
            (LosesTheMask, "mask is lost"),
            (ForgetsTheSharpness, "get_config"),
            (ForgetsThePolicy, "policy lost"),
            (SquaresTheSharpness, "squared distance"),
            (IgnoresTheSharpness, "squared distance"),
            (InvertsTheMask, "not the mask of the input"),
            (BumpsInNumPy, "no gradient reaches the centres"),
        ],
        "right": [OtherBumps, LetsKerasPromote],
    },
}
