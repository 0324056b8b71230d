"""Answers to the exercises of chapter 01: wrong ones that learners give, and right ones that are not ours."""

import numpy as np
import tensorflow as tf


# 01.1 to_unit
def divides_integers(images):
    return tf.cast(images // 255, tf.float32)


def forgets_to_divide(images):
    return tf.cast(images, tf.float32)


def divides_by_256(images):
    return tf.cast(images, tf.float32) / 256


def works_in_double(images):
    return tf.cast(images, tf.float64) / 255


def divides_floats_to_integers(images):
    return tf.cast(images, tf.float32) // 255


def stretches_to_its_maximum(images):
    images = tf.cast(images, tf.float32)
    return images / tf.reduce_max(images)


def scales_from_minus_one(images):
    return tf.cast(images, tf.float32) / 127.5 - 1


def returns_an_array(images):
    return (images.numpy() / 255).astype(np.float32)


def casts_back(images):
    return tf.cast(tf.cast(images, tf.float32) / 255, tf.uint8)


def flattens(images):
    return tf.reshape(tf.cast(images, tf.float32) / 255, [-1])


def forgets_to_return(*tensors):
    tf.cast(tensors[0], tf.float32)


def converts_image_dtype(images):
    return tf.image.convert_image_dtype(images, tf.float32)


def divides_bytes(images):
    return images / 255


# 01.2 accuracy
def compares_every_pair(predictions, labels):
    return tf.reduce_mean(tf.cast(tf.cast(predictions, tf.int64) == tf.cast(labels, tf.int64), tf.float32))


def means_integers(predictions, labels):
    matches = tf.cast(tf.reshape(predictions, [-1]), tf.int32) == tf.cast(labels, tf.int32)
    return tf.reduce_mean(tf.cast(matches, tf.int32))


def ignores_dtypes(predictions, labels):
    return tf.reduce_mean(tf.cast(tf.reshape(predictions, [-1]) == labels, tf.float32))


def means_booleans(predictions, labels):
    return tf.reduce_mean(tf.cast(tf.reshape(predictions, [-1]), tf.int32) == labels)


def squeezes_whatever_comes(predictions, labels):
    predictions = tf.cast(tf.squeeze(predictions, axis=1), labels.dtype)
    return tf.reduce_mean(tf.cast(predictions == labels, tf.float32))


def forgets_to_reduce(predictions, labels):
    return tf.cast(tf.cast(tf.reshape(predictions, [-1]), tf.int32) == labels, tf.float32)


def counts_hits(predictions, labels):
    return tf.math.count_nonzero(tf.cast(tf.reshape(predictions, [-1]), tf.int32) == labels)


def accuracy_in_numpy(predictions, labels):
    return float(np.mean(np.ravel(predictions) == np.asarray(labels)))


def accuracy_by_subtraction(predictions, labels):
    predictions = tf.cast(predictions, labels.dtype)
    if predictions.ndim == 2:
        predictions = tf.squeeze(predictions, axis=1)
    return 1 - tf.math.count_nonzero(predictions - labels) / len(labels)


# 01.3 difference
def wraps_around(a, b):
    return a - b


def takes_abs_of_bytes(a, b):
    return tf.abs(a - b)


def wraps_before_the_cast(a, b):
    return tf.cast(tf.abs(tf.cast(a - b, tf.int32)), tf.uint8)


def takes_the_larger_of_both(a, b):
    return tf.maximum(a - b, b - a)


def casts_only_one(a, b):
    return tf.cast(tf.abs(tf.cast(a, tf.int32) - b), tf.uint8)


def stays_in_int32(a, b):
    return tf.abs(tf.cast(a, tf.int32) - tf.cast(b, tf.int32))


def forgets_the_sign(a, b):
    return tf.cast(a, tf.int32) - tf.cast(b, tf.int32)


def cuts_at_zero(a, b):
    return tf.saturate_cast(tf.cast(a, tf.int32) - tf.cast(b, tf.int32), tf.uint8)


def uses_int8(a, b):
    return tf.cast(tf.abs(tf.cast(a, tf.int8) - tf.cast(b, tf.int8)), tf.uint8)


def difference_through_int32(a, b):
    return tf.cast(tf.abs(tf.cast(a, tf.int32) - tf.cast(b, tf.int32)), tf.uint8)


def difference_by_choice(a, b):
    return tf.where(a > b, a - b, b - a)


# 01.4 standardise
def without_keepdims(images):
    mean = tf.reduce_mean(images, axis=[1, 2])
    deviation = tf.math.reduce_std(images, axis=[1, 2])
    return tf.math.divide_no_nan(images - mean, deviation)


def over_the_batch(images):
    mean, variance = tf.nn.moments(images, axes=[0], keepdims=True)
    return tf.math.divide_no_nan(images - mean, tf.sqrt(variance))


def over_everything(images):
    return tf.math.divide_no_nan(images - tf.reduce_mean(images), tf.math.reduce_std(images))


def over_rows(images):
    mean, variance = tf.nn.moments(images, axes=[2], keepdims=True)
    return tf.math.divide_no_nan(images - mean, tf.sqrt(variance))


def divides_by_the_variance(images):
    mean, variance = tf.nn.moments(images, axes=[1, 2], keepdims=True)
    return tf.math.divide_no_nan(images - mean, variance)


def divides_zero_by_zero(images):
    mean, variance = tf.nn.moments(images, axes=[1, 2], keepdims=True)
    return (images - mean) / tf.sqrt(variance)


def trusts_divide_no_nan(images):
    centred = images - tf.reduce_mean(images, axis=[1, 2], keepdims=True)
    deviation = tf.sqrt(tf.reduce_mean(tf.square(centred), axis=[1, 2], keepdims=True))
    return tf.math.divide_no_nan(centred, deviation)


def adds_too_small_a_number(images):
    mean, variance = tf.nn.moments(images, axes=[1, 2], keepdims=True)
    return (images - mean) / (tf.sqrt(variance) + 1e-7)


def divides_only_flat_by_zero(images):
    mean, variance = tf.nn.moments(images, axes=[1, 2], keepdims=True)
    return tf.where(variance > 0, (images - mean) / tf.sqrt(variance), images)


def takes_the_batch_for_one_image(images):
    return tf.image.per_image_standardization(images)


def standardise_by_image_ops(images):
    return tf.squeeze(tf.image.per_image_standardization(images[..., tf.newaxis]), axis=-1)


def standardise_flattened(images):
    flat = tf.reshape(images, [len(images), -1])
    flat -= tf.reduce_mean(flat, axis=1)[:, tf.newaxis]
    deviation = tf.math.reduce_std(flat, axis=1)[:, tf.newaxis]
    return tf.reshape(flat / tf.where(deviation < 1e-3, 1.0, deviation), images.shape)


def standardise_with_a_small_number_added(images):
    mean, variance = tf.nn.moments(images, axes=[1, 2], keepdims=True)
    return (images - mean) / (tf.sqrt(variance) + 1e-3)


# 01.5 confusion_counts
def transposes(labels, predictions, classes):
    return tf.math.confusion_matrix(predictions, labels, classes)


def overwrites(labels, predictions, classes):
    pairs = tf.stack([labels, predictions], axis=1)
    return tf.tensor_scatter_nd_update(tf.zeros([classes, classes], tf.int32), pairs, tf.ones_like(labels))


def sizes_by_the_data(labels, predictions, classes):
    return tf.math.confusion_matrix(labels, predictions)


def counts_hits_only(labels, predictions, classes):
    hits = tf.boolean_mask(labels, labels == predictions)
    return tf.scatter_nd(tf.stack([hits, hits], axis=1), tf.ones_like(hits), [classes, classes])


def counts_labels_only(labels, predictions, classes):
    return tf.scatter_nd(tf.stack([labels, labels], axis=1), tf.ones_like(labels), [classes, classes])


def counts_in_floats(labels, predictions, classes):
    return tf.einsum("ni,nj->ij", tf.one_hot(labels, classes), tf.one_hot(predictions, classes))


def confusion_by_one_hot(labels, predictions, classes):
    rows, columns = tf.one_hot(labels, classes, dtype=tf.int32), tf.one_hot(predictions, classes, dtype=tf.int32)
    return tf.transpose(rows) @ columns


def confusion_by_bincount(labels, predictions, classes):
    cells = tf.math.bincount(labels * classes + predictions, minlength=classes**2)
    return tf.reshape(cells, [classes, classes])


ANSWERS = {
    "01.1": {
        "wrong": [
            (divides_integers, "integer division"),
            (forgets_to_divide, "divide by 255"),
            (divides_by_256, "by which number"),
            (works_in_double, "float64, not float32"),
            (divides_floats_to_integers, "integer division"),
            (stretches_to_its_maximum, "not by its maximum"),
            (scales_from_minus_one, "should stay 0"),
            (returns_an_array, "of type ndarray"),
            (casts_back, "uint8, not float32"),
            (flattens, "shape changed"),
            (forgets_to_return, "return"),
        ],
        "right": [converts_image_dtype, divides_bytes],
    },
    "01.2": {
        "wrong": [
            (compares_every_pair, "how many pairs"),
            (means_integers, "of which dtype"),
            (ignores_dtypes, "one integer dtype"),
            (forgets_to_reduce, "reduce over all"),
            (means_booleans, "cast the matches"),
            (squeezes_whatever_comes, "does not suit this shape"),
            (counts_hits, "that is a count"),
            (forgets_to_return, "return"),
        ],
        "right": [accuracy_in_numpy, accuracy_by_subtraction],
    },
    "01.3": {
        "wrong": [
            (wraps_around, "wraps to 246"),
            (takes_the_larger_of_both, "should be 10 and yours is 246"),
            (casts_only_one, "cast both"),
            (takes_abs_of_bytes, "no kernel for uint8"),
            (wraps_before_the_cast, "wraps to 246"),
            (stays_in_int32, "cast back to uint8"),
            (forgets_the_sign, "absolute value"),
            (cuts_at_zero, "both ways"),
            (uses_int8, "255"),
            (forgets_to_return, "return"),
        ],
        "right": [difference_through_int32, difference_by_choice],
    },
    "01.4": {
        "wrong": [
            (without_keepdims, "keepdims"),
            (over_the_batch, "not 0"),
            (over_everything, "which axes"),
            (over_rows, "not one per row"),
            (takes_the_batch_for_one_image, "which axes"),
            (divides_by_the_variance, "square root"),
            (divides_zero_by_zero, "0 / 0"),
            (divides_only_flat_by_zero, "should become zeros"),
            (trusts_divide_no_nan, "floor"),
            (adds_too_small_a_number, "floor"),
            (forgets_to_return, "return"),
        ],
        "right": [standardise_by_image_ops, standardise_flattened, standardise_with_a_small_number_added],
    },
    "01.5": {
        "wrong": [
            (transposes, "swapped"),
            (overwrites, "overwrites"),
            (sizes_by_the_data, "absent from the data"),
            (counts_hits_only, "add up to"),
            (counts_labels_only, "a pair"),
            (counts_in_floats, "not int32"),
            (forgets_to_return, "return"),
        ],
        "right": [confusion_by_one_hot, confusion_by_bincount],
    },
}
