"""Answers to the exercises of chapter 15: wrong ones that learners give, and right ones that are not ours."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import tensorflow as tf

# 15.1 Score your predictions

NUMBERS = {"One": 1, "Two": 2, "Three": 3}


def texts(cell_type):
    """The cells of the notebook, of one type, as texts."""
    notebook = json.loads((Path(__file__).parents[2] / "notebooks" / "15_tf_function.ipynb").read_text("utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == cell_type]


def folded_answers():
    """The numbers in the notebook's folded answers, in order; the check, which counts, must accept them."""
    found = [re.search(r"<summary>Answer \d+</summary>\s+\*\*(\w+)\.\*\*", text) for text in texts("markdown")]
    return [NUMBERS[match[1]] for match in found if match]


def proved_answers():
    """The numbers that the notebook compares with its own counts; the check must accept these too."""
    found = [match for text in texts("code") if (match := re.search(r'^answers = "([a-z ]+)"\.split', text, re.M))]
    return [NUMBERS[word.capitalize()] for word in found[0][1].split()]


RIGHT = folded_answers()


def with_mistake(question, number):
    return [number if i == question else right for i, right in enumerate(RIGHT, 1)]


# 15.2 Thaw a frozen value


def reads_a_python_value(rate):
    @tf.function
    def decay(x):
        return x * rate

    def set_rate(value):
        nonlocal rate
        rate = value

    return decay, set_rate


def does_not_compile(rate):
    def set_rate(value):
        nonlocal rate
        rate = value

    return lambda x: x * rate, set_rate


def compiles_anew_for_each_rate(rate):
    @tf.function
    def scaled(x, factor):
        return x * factor

    class Decay:
        factor = rate

        def __call__(self, x):
            return scaled(x, self.factor)

        def experimental_get_tracing_count(self):
            return scaled.experimental_get_tracing_count()

    decay = Decay()
    return decay, functools.partial(setattr, decay, "factor")


shared_rate = None


def shares_one_variable(rate):
    global shared_rate
    if shared_rate is None:
        shared_rate = tf.Variable(0.0)
    shared_rate.assign(rate)
    return tf.function(lambda x: x * shared_rate), shared_rate.assign


def returns_only_decay(rate):
    return tf.function(lambda x: x * rate)


def ignores_the_first_rate(rate):
    kept = tf.Variable(0.0)
    return tf.function(lambda x: x * kept), kept.assign


def wraps_a_compiled_function(rate):
    scaled = tf.function(lambda x, factor: x * factor)

    def set_rate(value):
        nonlocal rate
        rate = value

    return lambda x: scaled(x, tf.constant(rate)), set_rate


def as_a_list(rate):
    kept = tf.Variable(rate, dtype=tf.float32)
    return [tf.function(lambda x: x * kept), kept.assign]


def variable_in_a_module(rate):
    class Decay(tf.Module):
        def __init__(self):
            self.rate = tf.Variable(float(rate))

        @tf.function
        def __call__(self, x):
            return self.rate * x

    module = Decay()

    def set_rate(value):
        module.rate.assign(value)

    return module.__call__, set_rate


# 15.3 Rewrite a function that thinks in Python


def fills_a_list(n):
    path = []
    while n != 1:
        path.append(n)
        n = n // 2 if n % 2 == 0 else 3 * n + 1
    return tf.constant(len(path))


def asks_for_the_number(n):
    n, steps = n.numpy(), 0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def forgets_to_return(n):
    steps = 0
    while n != 1:
        n, steps = tf.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1


def counts_the_end_too(n):
    steps = 1
    while n != 1:
        n, steps = tf.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1
    return steps


def by_int_which_autograph_makes_a_cast(n):
    n, steps = int(n), 0
    while n != 1:
        n, steps = (n // 2 if n % 2 == 0 else 3 * n + 1), steps + 1
    return steps


def by_while_loop(n):
    def body(n, steps):
        return tf.where(n % 2 == 0, n // 2, 3 * n + 1), steps + 1

    return tf.while_loop(lambda n, _: n != 1, body, (n, tf.constant(0)))[1]


# 15.4 A guard against retracing


def never_raises(limit):
    return tf.function


def does_not_compile_but_counts(limit):
    def decorate(function):
        return lambda *args: function(*args)

    return decorate


def raises_too_late(limit):
    def decorate(function):
        compiled = tf.function(function)

        def guarded(*args):
            result = compiled(*args)
            if compiled.experimental_get_tracing_count() > limit:
                raise RuntimeError("too many traces")
            return result

        return guarded

    return decorate


def counts_calls(limit):
    def decorate(function):
        calls, compiled = 0, tf.function(function)

        def guarded(*args):
            nonlocal calls
            calls += 1
            if calls > limit:
                raise RuntimeError("too many calls")
            return compiled(*args)

        return guarded

    return decorate


def loses_the_result(limit):
    def decorate(function):
        compiled = tf.function(function)

        def guarded(*args):
            compiled(*args)

        return guarded

    return decorate


def ignores_the_limit(limit):
    return with_a_list(2)


def counts_shapes(limit):
    def decorate(function):
        seen, compiled = set(), tf.function(function)

        def guarded(x):
            if tuple(x.shape) not in seen and len(seen) >= limit:
                raise RuntimeError("too many traces")
            seen.add(tuple(x.shape))
            return compiled(x)

        return guarded

    return decorate


def refuses_known_keys(limit):
    def decorate(function):
        compiled = tf.function(function)

        def guarded(*args):
            if compiled.experimental_get_tracing_count() >= limit:
                raise RuntimeError("too many traces")
            return compiled(*args)

        return guarded

    return decorate


def one_too_few(limit):
    return with_a_list(limit - 1)


counted = []


def counts_for_all(limit):
    def decorate(function):
        def body(*args):
            if len(counted) >= limit:
                raise RuntimeError("too many traces")
            counted.append(1)
            return function(*args)

        return tf.function(body)

    return decorate


def with_a_list(limit):
    def decorate(function):
        seen = []

        @tf.function
        def body(*args):
            if len(seen) >= limit:
                raise RuntimeError("too many traces")
            seen.append(len(args))
            return function(*args)

        return body

    return decorate


# 15.5 Cure a training loop that retraces


def _descend(w, loss_fn, x, y, rate):
    with tf.GradientTape() as tape:
        loss = loss_fn(w, x, y)
    w.assign_sub(rate * tape.gradient(loss, w))
    return loss


def bare_decorator(w, loss_fn):
    return tf.function(lambda x, y, rate: _descend(w, loss_fn, x, y, rate))


def relaxes_only_shapes(w, loss_fn):
    return tf.function(lambda x, y, rate: _descend(w, loss_fn, x, y, rate), reduce_retracing=True)


def stays_eager(w, loss_fn):
    return lambda x, y, rate: _descend(w, loss_fn, x, y, rate)


def freezes_the_rate(w, loss_fn):
    known = []

    @tf.function(input_signature=[tf.TensorSpec([None, 3]), tf.TensorSpec([None])])
    def compiled(x, y):
        return _descend(w, loss_fn, x, y, known[0])

    def step(x, y, rate):
        known.append(rate)
        return compiled(x, y)

    return step


def climbs(w, loss_fn):
    shapes = ([None, 3], [None], [])

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes])
    def step(x, y, rate):
        return _descend(w, loss_fn, x, y, -rate)

    return step


def returns_no_loss(w, loss_fn):
    shapes = ([None, 3], [None], [])

    @tf.function(input_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes])
    def step(x, y, rate):
        _descend(w, loss_fn, x, y, rate)

    return step


def fixes_the_features(w, loss_fn):
    shapes = ([None, 3], [None], [])
    return tf.function(
        lambda x, y, rate: _descend(w, loss_fn, x, y, rate), input_signature=[tf.TensorSpec(s) for s in shapes]
    )


def _slope_by_hand(w, x, y):
    error = tf.linalg.matvec(x, w) - y
    return 2 * tf.linalg.matvec(x, error, transpose_a=True) / tf.cast(tf.size(y), tf.float32), error


def gradient_by_hand(w, loss_fn):
    @tf.function(input_signature=[tf.TensorSpec(shape) for shape in ([None, None], [None], [])])
    def step(x, y, rate):
        slope, error = _slope_by_hand(w, x, y)
        w.assign_sub(rate * slope)
        return tf.reduce_mean(error**2)

    return step


def own_gradient_beside_loss_fn(w, loss_fn):
    @tf.function(input_signature=[tf.TensorSpec(shape) for shape in ([None, None], [None], [])])
    def step(x, y, rate):
        loss = loss_fn(w, x, y)
        w.assign_sub(rate * _slope_by_hand(w, x, y)[0])
        return loss

    return step


def rate_in_a_variable(w, loss_fn):
    kept = tf.Variable(0.0)

    @tf.function(input_signature=[tf.TensorSpec([None, None]), tf.TensorSpec([None])])
    def compiled(x, y):
        return _descend(w, loss_fn, x, y, kept)

    def step(x, y, rate):
        kept.assign(rate)
        return compiled(x, y)

    return step


ANSWERS = {
    "15.1": {
        "wrong": [
            (with_mistake(3, 3), "how does Python itself compare"),
            (with_mistake(5, 2), "which axis does each mismatch open"),
            (with_mistake(13, 1), "when is the variable made"),
            (with_mistake(14, 3), "13 of 14 right"),
            ([1] * 14, "what does a Python number put into the key"),
            (RIGHT[:12], "fourteen numbers"),
            ([str(number) for number in RIGHT], "fourteen numbers, no strings"),
            (None, "fourteen numbers"),
        ],
        "right": [(tuple(RIGHT),), proved_answers(), np.array(RIGHT)],
    },
    "15.2": {
        "wrong": [
            (reads_a_python_value, "old rate"),
            (does_not_compile, "itself be a tf.function"),
            (wraps_a_compiled_function, "itself be a tf.function"),
            (ignores_the_first_rate, "before any set_rate"),
            (compiles_anew_for_each_rate, "traced anew"),
            (shares_one_variable, "share one rate"),
            (returns_only_decay, "two functions"),
        ],
        "right": [variable_in_a_module, as_a_list],
    },
    "15.3": {
        "wrong": [
            (fills_a_list, "not in a Python object"),
            (asks_for_the_number, "no attribute 'numpy'"),
            (forgets_to_return, "return the number"),
            (counts_the_end_too, "6 takes 8 steps"),
        ],
        "right": [by_while_loop, by_int_which_autograph_makes_a_cast],
    },
    "15.4": {
        "wrong": [
            (never_raises, "passed a limit of two"),
            (does_not_compile_but_counts, "compile"),
            (raises_too_late, "before the function is traced"),
            (counts_calls, "known keys go on working"),
            (refuses_known_keys, "raise only where a new trace begins"),
            (one_too_few, "two traces are within a limit of two"),
            (ignores_the_limit, "use limit"),
            (counts_shapes, "third trace, int32(2,), passed a limit of two"),
            (loses_the_result, "the result is lost"),
            (counts_for_all, "a count of its own"),
        ],
        "right": [with_a_list],
    },
    "15.5": {
        "wrong": [
            (bare_decorator, "leave the batch axis open"),
            (relaxes_only_shapes, "let rate be a tensor"),
            (stays_eager, "compile the step"),
            (freezes_the_rate, "subtract this call's rate"),
            (climbs, "subtract"),
            (returns_no_loss, "must return the loss"),
            (fixes_the_features, "take the shape from w"),
            (gradient_by_hand, "call it inside the step"),
            (own_gradient_beside_loss_fn, "gradient of loss_fn"),
        ],
        "right": [rate_in_a_variable],
    },
}
