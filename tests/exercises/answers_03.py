"""Answers to the exercises of chapter 03: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np
import tensorflow as tf

# 03.1 Find the bug


def adds_the_gradient(gradient, start, rate, steps):
    point = start
    for _ in range(steps):
        point += rate * gradient(point)
    return point


def mends_the_sign_only(gradient, start, rate, steps):
    point = start
    for _ in range(steps):
        point -= rate * gradient(point)
    return point


def returns_after_one_step(gradient, start, rate, steps):
    for _ in range(steps):
        return start - rate * gradient(start)
    return start


def keeps_the_first_gradient(gradient, start, rate, steps):
    return start - rate * steps * gradient(start)


def begins_each_step_at_start(gradient, start, rate, steps):
    for _ in range(steps):
        point = start - rate * gradient(start)
    return point


def returns_nothing(gradient, start, rate, steps):
    for _ in range(steps):
        start = start - rate * gradient(start)


def descends_recursively(gradient, start, rate, steps):
    return start if steps == 0 else descends_recursively(gradient, start - rate * gradient(start), rate, steps - 1)


# 03.2 An optimizer with momentum


class AddsTheGradient:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            velocity = self.momentum * self.velocity.get(variable.ref(), 0.0) + self.rate * gradient
            self.velocity[variable.ref()] = velocity
            variable.assign_add(velocity)


class ForgetsTheVelocity:
    def __init__(self, rate, momentum):
        self.rate, self.momentum = rate, momentum

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            velocity = self.momentum * 0.0 - self.rate * gradient
            variable.assign_add(velocity)


class SharesOneVelocity:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, 0.0

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            self.velocity = self.momentum * self.velocity - self.rate * gradient
            variable.assign_add(self.velocity)


class ReadsThePairsTwice:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            before = self.velocity.get(variable.ref(), 0.0)
            self.velocity[variable.ref()] = self.momentum * before - self.rate * gradient
        for _, variable in pairs:
            variable.assign_add(self.velocity[variable.ref()])


def KerasItself(rate, momentum):
    return keras.optimizers.SGD(rate, momentum=momentum)


class KeysByName:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocity = rate, momentum, {}

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            before = self.velocity.get(variable.name, 0.0)
            self.velocity[variable.name] = self.momentum * before - self.rate * gradient
            variable.assign_add(self.velocity[variable.name])


class KeepsVelocitiesInAList:
    def __init__(self, rate, momentum):
        self.rate, self.momentum, self.velocities = rate, momentum, None

    def apply_gradients(self, pairs):
        pairs = list(pairs)
        self.velocities = self.velocities or [tf.zeros_like(variable) for _, variable in pairs]
        self.velocities = [
            self.momentum * velocity - self.rate * gradient
            for velocity, (gradient, _) in zip(self.velocities, pairs, strict=True)
        ]
        for velocity, (_, variable) in zip(self.velocities, pairs, strict=True):
            variable.assign_add(velocity)


# 03.3 The ceiling for any inputs


def hessian_times(x, factor):
    columns = np.stack([x, np.ones_like(x)], axis=1)
    return factor * columns.T @ columns


def forgets_the_two_of_the_hessian(x):
    return 2 / np.linalg.eigvalsh(hessian_times(x, 1))[-1]


def stops_at_one_over_lambda(x):
    return 1 / np.linalg.eigvalsh(hessian_times(x, 2))[-1]


def takes_the_smallest_eigenvalue(x):
    return 2 / np.linalg.eigvalsh(hessian_times(x, 2))[0]


def forgets_the_ones(x):
    return 2 / (2 * x @ x)


def averages_the_squares(x):
    return 2 / np.linalg.eigvalsh(hessian_times(x, 2 / len(x)))[-1]


def returns_both_ceilings(x):
    return 2 / np.linalg.eigvalsh(hessian_times(x, 2))


def prints_and_returns_nothing(x):
    print(2 / np.linalg.eigvalsh(hessian_times(x, 2))[-1])


def iterates_for_the_eigenvalue(x):
    hessian, direction = hessian_times(x, 2), np.ones(2)
    for _ in range(2000):
        direction = hessian @ direction
        direction /= np.linalg.norm(direction)
    return tf.constant(2 / (direction @ hessian @ direction))


# 03.4 Any module, any rate, one trace


def one_step(model, x, y, rate, reduce=tf.reduce_sum, sign=1):
    with tf.GradientTape() as tape:
        loss = reduce(tf.square(model(x) - y))
    variables = model.trainable_variables
    for gradient, variable in zip(tape.gradient(loss, variables), variables, strict=True):
        variable.assign_sub(sign * rate * gradient)


def loops_eagerly(model, x, y, rate, steps):
    for _ in range(steps):
        one_step(model, x, y, rate)


@tf.function
def unrolls_the_loop(model, x, y, rate, steps):
    for _ in range(steps):
        one_step(model, x, y, rate)


@tf.function
def takes_the_mean(model, x, y, rate, steps):
    for _ in tf.range(steps):
        one_step(model, x, y, rate, reduce=tf.reduce_mean)


@tf.function
def climbs(model, x, y, rate, steps):
    for _ in tf.range(steps):
        one_step(model, x, y, rate, sign=-1)


@tf.function
def forgets_the_loop(model, x, y, rate, steps):
    one_step(model, x, y, rate)


def never_assigns(model, x, y, rate, steps):
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.square(model(x) - y))
    return tape.gradient(loss, model.trainable_variables)


@tf.function
def passes_python_numbers(model, x, y, rate, steps):
    for _ in tf.range(steps):
        one_step(model, x, y, rate)


def compiles_at_each_call(model, x, y, rate, steps):
    @tf.function
    def loop(rate, steps):
        for _ in tf.range(steps):
            one_step(model, x, y, rate)

    loop(tf.constant(rate, tf.float64), tf.constant(steps))


def remembers_the_first_rate(model, x, y, rate, steps):
    if not hasattr(model, "loop"):

        @tf.function
        def loop(steps):
            for _ in tf.range(steps):
                one_step(model, x, y, rate)

        model.loop = loop
    model.loop(tf.constant(steps))


compiled_step = tf.function(one_step)


def loops_over_one_compiled_step(model, x, y, rate, steps):
    for _ in range(steps):
        compiled_step(model, x, y, tf.constant(rate, tf.float64))


@tf.function(reduce_retracing=True)
def while_loop(model, x, y, rate, steps):
    def body(done):
        one_step(model, x, y, rate)
        return done + 1

    tf.while_loop(lambda done: done < steps, body, [tf.constant(0)])


def uses_while_loop(model, x, y, rate, steps):
    while_loop(model, x, y, tf.constant(rate, tf.float64), tf.constant(steps))


# 03.5 The best line in one step


def scaled(x):
    return (x - x.mean()) / x.std()


def steps_on_raw_inputs(x, gradient):
    dw, db = gradient(x, 0.0, 0.0)
    return -dw / (2 * len(x)), -db / (2 * len(x))


def forgets_to_translate_back(x, gradient):
    dw, db = gradient(scaled(x), 0.0, 0.0)
    return -dw / (2 * len(x)), -db / (2 * len(x))


def forgets_to_shift_b(x, gradient):
    w, b = forgets_to_translate_back(x, gradient)
    return w / x.std(), b


def forgets_the_two_in_the_rate(x, gradient):
    dw, db = gradient(scaled(x), 0.0, 0.0)
    w = -dw / len(x) / x.std()
    return w, -db / len(x) - w * x.mean()


def calls_it_twice(x, gradient):
    dw, _ = gradient(scaled(x), 0.0, 0.0)
    _, db = gradient(scaled(x), 0.0, 0.0)
    w = -dw / (2 * len(x)) / x.std()
    return w, -db / (2 * len(x)) - w * x.mean()


def divides_by_n_minus_one(x, gradient):
    deviation = x.std(ddof=1)
    dw, db = gradient((x - x.mean()) / deviation, 0.0, 0.0)
    w = -dw / (2 * len(x)) / deviation
    return w, -db / (2 * len(x)) - w * x.mean()


def copies_the_rate_of_five_rows(x, gradient):
    dw, db = gradient(scaled(x), 0.0, 0.0)
    w = -0.1 * dw / x.std()
    return w, -0.1 * db - w * x.mean()


def scales_by_min_and_max(x, gradient):
    dw, db = gradient((x - x.min()) / np.ptp(x), 0.0, 0.0)
    w = -dw / (2 * len(x)) / np.ptp(x)
    return w, -db / (2 * len(x)) - w * x.min()


def centres_and_uses_two_rates(x, gradient):
    z = x - x.mean()
    dw, db = gradient(z, 0.0, 0.0)
    w = -dw / (2 * z @ z)
    return np.array([w, -db / (2 * len(x)) - w * x.mean()])


ANSWERS = {
    "03.1": {
        "wrong": [
            (adds_the_gradient, "subtract"),
            (mends_the_sign_only, "the caller's start changed"),
            (returns_after_one_step, "return in the loop"),
            (begins_each_step_at_start, "each step from start"),
            (keeps_the_first_gradient, "newest gradient"),
            (returns_nothing, "returns nothing"),
        ],
        "right": [descends_recursively],
    },
    "03.2": {
        "wrong": [
            (AddsTheGradient, "subtract"),
            (ForgetsTheVelocity, "ignores the velocity"),
            (SharesOneVelocity, "one velocity for each variable"),
            (KeysByName, "one velocity for each variable"),
            (ReadsThePairsTwice, "read the pairs only once"),
        ],
        "right": [KerasItself, KeepsVelocitiesInAList],
    },
    "03.3": {
        "wrong": [
            (forgets_the_two_of_the_hessian, "2 AᵀA"),
            (stops_at_one_over_lambda, "1 over the eigenvalue"),
            (takes_the_smallest_eigenvalue, "the largest eigenvalue decides"),
            (forgets_the_ones, "column of ones"),
            (averages_the_squares, "mean of squares"),
            (returns_both_ceilings, "one number"),
            (prints_and_returns_nothing, "one number"),
        ],
        "right": [iterates_for_the_eigenvalue],
    },
    "03.4": {
        "wrong": [
            (loops_eagerly, "tf.range, not range"),
            (unrolls_the_loop, "tf.range, not range"),
            (takes_the_mean, "the loss is the sum"),
            (climbs, "subtract the gradient"),
            (forgets_the_loop, "only one step"),
            (never_assigns, "assign_sub"),
            (passes_python_numbers, "pass tensors"),
            (compiles_at_each_call, "once, outside"),
            (remembers_the_first_rate, "at this rate"),
        ],
        "right": [loops_over_one_compiled_step, uses_while_loop],
    },
    "03.5": {
        "wrong": [
            (steps_on_raw_inputs, "narrow valley"),
            (forgets_to_translate_back, "translate w and b back"),
            (forgets_to_shift_b, "moves the intercept"),
            (forgets_the_two_in_the_rate, "twice too far"),
            (calls_it_twice, "2 times"),
            (divides_by_n_minus_one, "ddof=0"),
            (copies_the_rate_of_five_rows, "curvature 2n"),
            (scales_by_min_and_max, "standardised"),
        ],
        "right": [centres_and_uses_two_rates],
    },
}
