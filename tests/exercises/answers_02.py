"""Answers to the exercises of chapter 02: wrong ones that learners give, and right ones that are not ours."""

import numpy as np
import tensorflow as tf


def forgets_to_watch(f, x):
    x = tf.constant(float(x))
    with tf.GradientTape() as tape:
        result = f(x)
    return tape.gradient(result, x)


def watches_too_late(f, x):
    x = tf.constant(float(x))
    with tf.GradientTape() as tape:
        result = f(x)
        tape.watch(x)
    return tape.gradient(result, x)


def returns_a_vector(f, x):
    x = tf.Variable([float(x)])
    with tf.GradientTape() as tape:
        result = f(x)
    return tape.gradient(result, x)


def returns_the_value(f, x):
    return f(tf.constant(float(x)))


def leaves_an_int_an_int(f, x):
    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = f(x)
    return tape.gradient(result, x, unconnected_gradients="none")


def returns_none_for_a_constant(f, x):
    x = tf.Variable(float(x))
    with tf.GradientTape() as tape:
        result = f(x)
    return tape.gradient(result, x)


def uses_a_crude_difference(f, x):
    return (f(tf.constant(x + 0.01)) - f(tf.constant(x + 0.0))) / 0.01


def slope_of_a_variable(f, x):
    x = tf.Variable(x, dtype=tf.float32)
    with tf.GradientTape() as tape:
        result = f(x)
    found = tape.gradient(result, x)
    return 0.0 if found is None else float(found)


def slope_forwards(f, x):
    x = tf.constant(x, tf.float32)
    with tf.autodiff.ForwardAccumulator(x, tf.ones_like(x)) as forward:
        result = f(x)
    return forward.jvp(result, unconnected_gradients="zero")


def still_multiplies_in_numpy(w, x, y):
    return tf.reduce_mean((np.dot(x.numpy(), w.numpy()) - y) ** 2)


def still_casts(w, x, y):
    return tf.reduce_mean(tf.cast((tf.linalg.matvec(x, w) - y) ** 2, tf.int32))


def returns_a_float(w, x, y):
    return float(tf.reduce_mean((tf.linalg.matvec(x, w) - y) ** 2))


def sums(w, x, y):
    return tf.reduce_sum((tf.linalg.matvec(x, w) - y) ** 2)


def broadcasts_to_a_square(w, x, y):
    return tf.reduce_mean((x @ w[:, None] - y) ** 2)


def forgets_the_mean(w, x, y):
    return (tf.linalg.matvec(x, w) - y) ** 2


def halves(w, x, y):
    return tf.reduce_mean((tf.linalg.matvec(x, w) - y) ** 2) / 2


def mean_by_columns(w, x, y):
    error = tf.squeeze(x @ tf.reshape(w, (-1, 1)), axis=1) - y
    return tf.tensordot(error, error, 1) / tf.cast(tf.size(y), tf.float32)


def forgets_to_sum(a, b, upstream):
    return upstream * b, upstream * a


def forgets_upstream(a, b, upstream):
    return b * np.ones_like(a), a.sum(axis=0)


def mixes_up_the_factors(a, b, upstream):
    return upstream * a, (upstream * b).sum(axis=0)


def takes_the_mean(a, b, upstream):
    return upstream * b, (upstream * a).mean(axis=0)


def sums_over_the_columns(a, b, upstream):
    return upstream * b, (upstream * a).sum(axis=1)


def returns_one_array(a, b, upstream):
    return upstream * a * b


def multiply_backward_by_einsum(a, b, upstream):
    return [np.einsum("rc,c->rc", upstream, b), np.einsum("rc,rc->c", upstream, a)]


def central_differences(f, x, h):
    return np.array([(f(x + h * row) - f(x - h * row)) / (2 * h) for row in np.eye(x.size, dtype=x.dtype)])


def stays_in_float32(f, gradient, x):
    return np.allclose(gradient, central_differences(f, x, np.float32(1e-5)), rtol=1e-3)


def step_too_small(f, gradient, x):
    return np.allclose(gradient, central_differences(f, x.astype("float64"), 1e-14), rtol=1e-3)


def compares_absolutely(f, gradient, x):
    return np.abs(gradient - central_differences(f, x.astype("float64"), 1e-5)).max() < 1e-4


def compares_lengths(f, gradient, x):
    length = np.linalg.norm(central_differences(f, x.astype("float64"), 1e-5))
    return abs(np.linalg.norm(gradient) - length) < 0.005 * length


def one_verdict_an_element(f, gradient, x):
    return np.isclose(gradient, central_differences(f, x.astype("float64"), 1e-5), rtol=1e-3)


def forgets_to_return(f, gradient, x):
    np.allclose(gradient, central_differences(f, x.astype("float64"), 1e-5), rtol=1e-3)


def looks_at_the_worst_element(f, gradient, x):
    witness = central_differences(f, np.float64(x), 1e-5)
    return np.max(np.abs(gradient / witness - 1)) < 0.005


def forms_the_hessian(f, x, v):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
        gradient = inner.gradient(result, x)
    return tf.linalg.matvec(outer.jacobian(gradient, x), v)


def forms_the_hessian_row_by_row(f, x, v):
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
        rows = tf.unstack(inner.gradient(result, x))
    return tf.linalg.matvec(tf.stack([outer.gradient(row, x) for row in rows]), v)


def gradient_times_v(f, x, v):
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = f(x)
    return tape.gradient(result, x) * v


def second_gradient_times_v(f, x, v):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
        gradient = inner.gradient(result, x)
    return outer.gradient(gradient, x) * v


def leaves_the_outer_block_too_early(f, x, v):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
    along_v = tf.tensordot(inner.gradient(result, x), v, 1)
    return outer.gradient(along_v, x)


def slope_along_v(f, x, v):
    with tf.autodiff.ForwardAccumulator(x, v) as forward:
        result = f(x)
    return forward.jvp(result)


def reverse_over_reverse(f, x, v):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
        along_v = tf.reduce_sum(inner.gradient(result, x) * v)
    return outer.gradient(along_v, x)


def forward_over_reverse_of_a_variable(f, x, v):
    x = tf.Variable(x)
    with tf.autodiff.ForwardAccumulator(x, v) as forward:
        with tf.GradientTape() as tape:
            result = f(x)
        gradient = tape.gradient(result, x)
    return forward.jvp(gradient)


def upstream_v(f, x, v):
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            result = f(x)
        gradient = inner.gradient(result, x)
    return outer.gradient(gradient, x, output_gradients=v)


def no_backward_rule(a):
    return tf.constant(np.cbrt(a.numpy()))


def still_numpy(a):
    return np.cbrt(a)


def forgets_the_decorator(a):
    r = tf.constant(np.cbrt(a.numpy()))
    return r, lambda upstream: upstream / (3 * r**2)


@tf.custom_gradient
def custom_without_upstream(a):
    r = tf.constant(np.cbrt(a.numpy()))
    return r, lambda upstream: 1 / (3 * r**2)


@tf.custom_gradient
def slope_in_terms_of_a(a):
    r = tf.constant(np.cbrt(a.numpy()))
    return r, lambda upstream: upstream / (3 * a**2)


def power_of_one_third(a):
    return a ** (1 / 3)


def sign_times_power(a):
    return tf.sign(a) * tf.abs(a) ** (1 / 3)


@tf.custom_gradient
def numpy_function_with_a_rule(a):
    r = tf.reshape(tf.numpy_function(np.cbrt, [a], tf.float32), a.shape)
    return r, lambda upstream: upstream * r / (3 * a)


ANSWERS = {
    "02.1": {
        "wrong": [
            (forgets_to_watch, "watched"),
            (watches_too_late, "before f is called"),
            (returns_a_vector, "one number"),
            (returns_the_value, "value of f"),
            (leaves_an_int_an_int, "int a float"),
            (returns_none_for_a_constant, "unconnected_gradients"),
            (uses_a_crude_difference, "use the tape"),
        ],
        "right": [slope_of_a_variable, slope_forwards],
    },
    "02.2": {
        "wrong": [
            (still_multiplies_in_numpy, "NumPy"),
            (still_casts, "cast"),
            (returns_a_float, "tensor"),
            (sums, "mean"),
            (halves, "factor"),
            (broadcasts_to_a_square, "shapes"),
            (forgets_the_mean, "scalar"),
        ],
        "right": [mean_by_columns],
    },
    "02.3": {
        "wrong": [
            (forgets_to_sum, "sum over the rows"),
            (forgets_upstream, "upstream"),
            (mixes_up_the_factors, "is b, not a"),
            (takes_the_mean, "sum, not mean"),
            (sums_over_the_columns, "sum over the rows"),
            (returns_one_array, "two arrays"),
        ],
        "right": [multiply_backward_by_einsum],
    },
    "02.4": {
        "wrong": [
            (stays_in_float32, "float64"),
            (step_too_small, "step of 1e-5"),
            (compares_absolutely, "relative"),
            (compares_lengths, "every element"),
            (one_verdict_an_element, "True or False"),
            (forgets_to_return, "return"),
        ],
        "right": [looks_at_the_worst_element],
    },
    "02.5": {
        "wrong": [
            (forms_the_hessian, "forms the whole Hessian"),
            (forms_the_hessian_row_by_row, "forms the whole Hessian"),
            (gradient_times_v, "one derivative is missing"),
            (second_gradient_times_v, "before the second derivative"),
            (leaves_the_outer_block_too_early, "inside the outer block"),
            (slope_along_v, "shape of x"),
        ],
        "right": [reverse_over_reverse, upstream_v, forward_over_reverse_of_a_variable],
    },
    "02.6": {
        "wrong": [
            (no_backward_rule, "custom_gradient"),
            (still_numpy, "tensor"),
            (forgets_the_decorator, "without @tf.custom_gradient"),
            (custom_without_upstream, "upstream"),
            (slope_in_terms_of_a, "3 r²"),
            (power_of_one_third, "-8 it is -2"),
        ],
        "right": [sign_times_power, numpy_function_with_a_rule],
    },
}
