"""Answers to the exercises of chapter 10: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np
import tensorflow as tf

# 10.1 Clip by the global norm


def clips_each_alone(gradients, limit):
    return [None if g is None else tf.clip_by_norm(g, limit) for g in gradients]


def clips_the_numbers(gradients, limit):
    return [None if g is None else tf.clip_by_value(g, -limit, limit) for g in gradients]


def always_scales(gradients, limit):
    norm = tf.sqrt(sum(tf.reduce_sum(g**2) for g in gradients if g is not None))
    return [None if g is None else g * limit / norm for g in gradients]


def drops_none(gradients, limit):
    return tf.clip_by_global_norm([g for g in gradients if g is not None], limit)[0]


def zeros_for_none(gradients, limit):
    clipped, _ = tf.clip_by_global_norm(gradients, limit)
    return [tf.zeros(()) if g is None else g for g in clipped]


def forgets_the_root(gradients, limit):
    squares = sum(tf.reduce_sum(g**2) for g in gradients if g is not None)
    factor = tf.minimum(1.0, limit / squares**0.25)
    return [None if g is None else g * factor for g in gradients]


def forgets_the_limit(gradients, limit):
    norm = tf.linalg.global_norm(gradients)
    return [g / norm if g is not None and norm > limit else g for g in gradients]


def clips_with_numpy(gradients, limit):
    norm = np.linalg.norm(np.concatenate([np.ravel(g) for g in gradients if g is not None]))
    return tuple(g if g is None or norm <= limit else g.numpy() / norm * limit for g in gradients)


def divides_by_a_norm_of_zero(gradients, limit):
    norm = tf.linalg.global_norm([g for g in gradients if g is not None])
    return [None if g is None else g / norm * tf.minimum(norm, limit) for g in gradients]


# 10.2 Accumulate unequal parts


def _parts(model, loss_fn, parts, weights, penalties, training=True):
    totals = [0.0 for _ in model.trainable_variables]
    for (x, y), weight, penalty in zip(parts, weights, penalties, strict=True):
        with tf.GradientTape() as tape:
            loss = weight * loss_fn(y, model(x, training=training)) + penalty * sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
        totals = [total + gradient for total, gradient in zip(totals, gradients, strict=True)]
    return totals


def _shares(parts):
    return [len(x) / sum(len(x) for x, _ in parts) for x, _ in parts]


def takes_the_mean_of_parts(model, loss_fn, parts):
    share = [1 / len(parts)] * len(parts)
    return _parts(model, loss_fn, parts, share, share)


def sums_the_parts(model, loss_fn, parts):
    ones = [1] * len(parts)
    return _parts(model, loss_fn, parts, ones, ones)


def forgets_the_penalty(model, loss_fn, parts):
    return _parts(model, loss_fn, parts, _shares(parts), [0] * len(parts))


def counts_the_penalty_each_time(model, loss_fn, parts):
    return _parts(model, loss_fn, parts, _shares(parts), [1] * len(parts))


def forgets_training(model, loss_fn, parts):
    return _parts(model, loss_fn, parts, _shares(parts), _shares(parts), training=None)


def joins_the_parts(model, loss_fn, parts):
    x, y = (tf.concat(side, axis=0) for side in zip(*parts, strict=True))
    return _parts(model, loss_fn, [(x, y)], [1], [1])


def keeps_the_last_part(model, loss_fn, parts):
    for x, y in parts:
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True)) + sum(model.losses)
        gradients = tape.gradient(loss, model.trainable_variables)
    return gradients


def forgets_to_divide(model, loss_fn, parts):
    rows = [len(x) for x, _ in parts]
    return _parts(model, loss_fn, parts, rows, rows)


def updates_the_weights(model, loss_fn, parts):
    gradients = penalty_in_the_last_part(model, loss_fn, parts)
    keras.optimizers.SGD(0.01).apply(gradients, model.trainable_variables)
    return gradients


def penalty_in_the_last_part(model, loss_fn, parts):
    return _parts(model, loss_fn, parts, _shares(parts), [0] * (len(parts) - 1) + [1])


# 10.3 Stop early, keep the best


def _until(
    model, run_epoch, validate, patience, at_most, *, equal=False, reset=True, restore=True, copy=True, start=np.inf
):
    best, kept, bad, epochs = start, None, 0, 0
    while epochs < at_most and bad < patience:
        run_epoch()
        epochs += 1
        loss = validate()
        if loss < best or (equal and loss == best):
            best, bad = loss, 0 if reset else bad
            kept = model.get_weights() if copy else model.variables
        else:
            bad += 1
    if restore and kept is not None:
        model.set_weights([w if isinstance(w, np.ndarray) else w.numpy() for w in kept])
    return epochs


def does_not_restore(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, at_most, restore=False)


def keeps_the_variables(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, at_most, copy=False)


def never_resets_the_count(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, at_most, reset=False)


def takes_equal_for_better(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, at_most, equal=True)


def compares_with_the_epoch_before(model, run_epoch, validate, patience, at_most):
    before, kept, bad, epochs = np.inf, None, 0, 0
    while epochs < at_most and bad < patience:
        run_epoch()
        epochs, loss = epochs + 1, validate()
        kept, bad = (model.get_weights(), 0) if loss < before else (kept, bad + 1)
        before = loss
    model.set_weights(kept)
    return epochs


def waits_an_epoch_longer(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience + 1, at_most)


def restores_only_when_stopped_early(model, run_epoch, validate, patience, at_most):
    best, kept, bad = np.inf, None, 0
    for epoch in range(1, at_most + 1):
        run_epoch()
        loss = validate()
        if loss < best:
            best, kept, bad = loss, model.get_weights(), 0
        elif (bad := bad + 1) == patience:
            model.set_weights(kept)
            return epoch
    return at_most


def starts_from_a_thousand(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, at_most, start=1000.0)


def ignores_the_limit(model, run_epoch, validate, patience, at_most):
    return _until(model, run_epoch, validate, patience, 10**6)


def returns_the_best_loss(model, run_epoch, validate, patience, at_most):
    losses = []

    def noted():
        losses.append(validate())
        return losses[-1]

    _until(model, run_epoch, noted, patience, at_most)
    return min(losses) + 100


def compares_with_the_last_epochs(model, run_epoch, validate, patience, at_most):
    losses, kept = [], []
    for _ in range(at_most):
        run_epoch()
        losses.append(validate())
        kept.append(model.get_weights())
        if len(losses) - 1 - int(np.argmin(losses)) >= patience:
            break
    model.set_weights(kept[int(np.argmin(losses))])
    return len(losses)


# 10.4 A loss for labels that are missing


def broadcasts(prediction, label, flag):
    return tf.reduce_sum(flag * tf.square(prediction - label)) / tf.reduce_sum(flag)


def divides_by_rows(prediction, label, flag):
    return tf.reduce_mean(flag * tf.square(prediction[:, 0] - label))


def multiplies_nan(prediction, label, flag):
    return tf.math.divide_no_nan(tf.reduce_sum(flag * tf.square(prediction[:, 0] - label)), tf.reduce_sum(flag))


def replaces_the_error(prediction, label, flag):
    squares = tf.where(flag > 0, tf.square(prediction[:, 0] - label), 0.0)
    return tf.math.divide_no_nan(tf.reduce_sum(squares), tf.reduce_sum(flag))


def divides_by_zero(prediction, label, flag):
    error = prediction[:, 0] - tf.where(flag > 0, label, 0.0)
    return tf.reduce_sum(flag * tf.square(error)) / tf.reduce_sum(flag)


def checks_no_shape(prediction, label, flag):
    error = prediction[:, 0] - tf.where(flag > 0, label, 0.0)
    return tf.math.divide_no_nan(tf.reduce_sum(flag * tf.square(error)), tf.reduce_sum(flag))


def checks_only_the_labels(prediction, label, flag):
    if len(prediction) != len(label):
        raise ValueError("sizes differ")
    return checks_no_shape(prediction, label, flag)


def checks_only_the_flags(prediction, label, flag):
    if len(prediction) != len(flag):
        raise ValueError("sizes differ")
    return checks_no_shape(prediction, label, flag)


def gives_a_loss_object_no_axis(prediction, label, flag):
    loss = keras.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    return loss(tf.where(flag > 0, label, 0.0), prediction[:, 0], sample_weight=flag)


def masks_the_rows(prediction, label, flag):
    if not len(prediction) == len(label) == len(flag):
        raise ValueError("sizes differ")
    kept = flag > 0
    error = tf.boolean_mask(prediction[:, 0], kept) - tf.boolean_mask(label, kept)
    return tf.reduce_sum(error**2) / tf.maximum(tf.reduce_sum(flag), 1.0)


# 10.5 A step that looks around first


def _sharp(model, loss_of, optimizer, rho, *, sign=1, back=True, each=False, divide=True, again=True, late=False):
    variables = model.trainable_variables
    with tf.GradientTape() as tape:
        loss = loss_of()
    gradients = tape.gradient(loss, variables)
    norms = [tf.norm(g) if each else tf.linalg.global_norm(gradients) for g in gradients]
    climbs = [sign * rho * g / (norm if divide else 1.0) for g, norm in zip(gradients, norms, strict=True)]
    for variable, climb in zip(variables, climbs, strict=True):
        variable.assign_add(climb)
    with tf.GradientTape() as tape:
        above = loss_of()
    gradients = tape.gradient(above, variables) if again else gradients
    if back:
        for variable, climb in zip(variables, climbs, strict=True):
            variable.assign_sub(climb)
    optimizer.apply_gradients(zip(gradients, variables, strict=True))
    return above if late else loss


def goes_down_first(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, sign=-1)


def never_goes_back(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, back=False)


def one_norm_a_variable(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, each=True)


def forgets_the_norm(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, divide=False)


def uses_the_first_gradient(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, again=False)


def returns_the_loss_above(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, optimizer, rho, late=True)


class _Halves:
    """An optimizer that makes its step in two halves."""

    def __init__(self, optimizer):
        self.optimizer = optimizer

    def apply_gradients(self, pairs):
        pairs = [(gradient / 2, variable) for gradient, variable in pairs]
        self.optimizer.apply_gradients(pairs)
        self.optimizer.apply_gradients(pairs)


class _ByHand(_Halves):
    """Takes the learning rate of an optimizer and nothing else."""

    def apply_gradients(self, pairs):
        for gradient, variable in pairs:
            variable.assign_sub(self.optimizer.learning_rate * gradient)


def applies_twice(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, _Halves(optimizer), rho)


def updates_by_hand(model, loss_of, optimizer, rho):
    return _sharp(model, loss_of, _ByHand(optimizer), rho)


def restores_by_weights(model, loss_of, optimizer, rho):
    kept, variables = model.get_weights(), model.trainable_variables
    with tf.GradientTape() as tape:
        loss = loss_of()
    gradients = tape.gradient(loss, variables)
    keras.optimizers.SGD(-rho / float(tf.linalg.global_norm(gradients))).apply(gradients, variables)
    with tf.GradientTape() as tape:
        above = loss_of()
    gradients = tape.gradient(above, variables)
    model.set_weights(kept)
    optimizer.apply(gradients, variables)
    return float(loss)


ANSWERS = {
    "10.1": {
        "wrong": [
            (clips_each_alone, "one norm over all"),
            (clips_the_numbers, "norm"),
            (always_scales, "must not change"),
            (drops_none, "None keeps its place"),
            (zeros_for_none, "must stay None"),
            (forgets_the_root, "one root of the sum"),
            (forgets_the_limit, "scale by limit / norm"),
            (divides_by_a_norm_of_zero, "do not divide by it"),
        ],
        "right": [clips_with_numpy],
    },
    "10.2": {
        "wrong": [
            (takes_the_mean_of_parts, "by its rows"),
            (sums_the_parts, "you summed"),
            (forgets_the_penalty, "no penalty"),
            (counts_the_penalty_each_time, "not once a part"),
            (forgets_training, "training=True"),
            (joins_the_parts, "once on each part"),
            (forgets_to_divide, "number of all rows"),
            (keeps_the_last_part, "did every part arrive"),
            (updates_the_weights, "do not apply them"),
        ],
        "right": [penalty_in_the_last_part],
    },
    "10.3": {
        "wrong": [
            (does_not_restore, "not of the best"),
            (keeps_the_variables, "get_weights() copies"),
            (never_resets_the_count, "clears the count"),
            (takes_equal_for_better, "equal is none"),
            (compares_with_the_epoch_before, "without a new best"),
            (waits_an_epoch_longer, "without a new best"),
            (restores_only_when_stopped_early, "not of the best"),
            (ignores_the_limit, "more than at_most"),
            (starts_from_a_thousand, "best starts at np.inf"),
            (returns_the_best_loss, "return the number of epochs"),
        ],
        "right": [compares_with_the_last_epochs],
    },
    "10.4": {
        "wrong": [
            (broadcasts, "met [batch] and broadcast"),
            (divides_by_rows, "divide by the flags"),
            (multiplies_nan, "0 times NaN is NaN"),
            (replaces_the_error, "replace the label, not the error"),
            (gives_a_loss_object_no_axis, "which mean came first"),
            (divides_by_zero, "no flag is set"),
            (checks_no_shape, "raise a ValueError"),
            (checks_only_the_labels, "raise a ValueError"),
            (checks_only_the_flags, "raise a ValueError"),
        ],
        "right": [masks_the_rows],
    },
    "10.5": {
        "wrong": [
            (goes_down_first, "went down"),
            (never_goes_back, "go back to w"),
            (one_norm_a_variable, "one norm over all weights"),
            (forgets_the_norm, "divide the climb"),
            (uses_the_first_gradient, "take the gradient again"),
            (returns_the_loss_above, "before climbing"),
            (updates_by_hand, "let the optimizer make the update"),
            (applies_twice, "in one call"),
        ],
        "right": [restores_by_weights],
    },
}
