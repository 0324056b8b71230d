"""Answers to the exercises of chapter 17: wrong ones that learners give, and right ones that are not ours."""

import numpy as np
import tensorflow as tf


def forgets_the_leading_one(fraction):
    return 2**fraction


def counts_one_too_far(fraction):
    return 2 ** (fraction + 1) + 1


def goes_a_power_too_far(fraction):
    return 2 ** (fraction + 2)


def gives_a_float(fraction):
    return 2.0 ** (fraction + 1)


def by_shifting(fraction):
    return 1 << fraction + 1


def in_numpys_integers(fraction):
    return np.int64(2) ** (fraction + 1)


def forgets_the_slots(weights, kept, memory, mixed):
    return max(0, (memory - 8 * weights) // (kept * (2 if mixed else 4)))


def forgets_the_gradients(weights, kept, memory, mixed):
    return max(0, (memory - 12 * weights) // (kept * (2 if mixed else 4)))


def counts_the_weights_alone(weights, kept, memory, mixed):
    return max(0, (memory - 4 * weights) // (kept * (2 if mixed else 4)))


def one_slot(weights, kept, memory, mixed):
    return max(0, (memory - (4 + 4 + 4) * weights) // (kept * (2 if mixed else 4)))


def halves_everything(weights, kept, memory, mixed):
    size = 2 if mixed else 4
    return max(0, (memory - 4 * size * weights) // (kept * size))


def ignores_the_policy(weights, kept, memory, mixed):
    return max(0, (memory - 16 * weights) // (4 * kept))


def rounds_to_nearest(weights, kept, memory, mixed):
    return max(0, round((memory - 16 * weights) / (kept * (2 if mixed else 4))))


def may_be_negative(weights, kept, memory, mixed):
    return (memory - 16 * weights) // (kept * (2 if mixed else 4))


def divides_into_a_fraction(weights, kept, memory, mixed):
    return max(0, (memory - 16 * weights) / (kept * (2 if mixed else 4)))


def by_trying(weights, kept, memory, mixed):
    batch = 0
    while 16 * weights + (batch + 1) * kept * (2 if mixed else 4) <= memory:
        batch += 1
    return batch


def names_no_device(function, batch, devices):
    return tf.concat([function(part) for part in np.array_split(batch, len(devices))], axis=0)


def drops_the_rest(function, batch, devices):
    size = len(batch) // len(devices)
    answers = []
    for index, name in enumerate(devices):
        with tf.device(name):
            answers.append(function(batch[index * size : (index + 1) * size]))
    return tf.concat(answers, axis=0)


def gives_the_rest_to_the_last(function, batch, devices):
    size = len(batch) // len(devices)
    answers = []
    for index, name in enumerate(devices):
        with tf.device(name):
            end = (index + 1) * size if index + 1 < len(devices) else len(batch)
            answers.append(function(batch[index * size : end]))
    return tf.concat(answers, axis=0)


def ceil_parts(function, batch, devices):
    size = -(-len(batch) // len(devices))
    answers = []
    for index, name in enumerate(devices):
        with tf.device(name):
            answers.append(function(batch[index * size : (index + 1) * size]))
    return tf.concat(answers, axis=0)


def own_names(function, batch, devices):
    answers = []
    for index, part in enumerate(np.array_split(batch, len(devices))):
        with tf.device(f"CPU:{index}"):
            answers.append(function(part))
    return tf.concat(answers, axis=0)


def three_only(function, batch, devices):
    answers = []
    for name, part in zip(("CPU:0", "CPU:1", "CPU:2"), np.array_split(batch, 3), strict=True):
        with tf.device(name):
            answers.append(function(part))
    return tf.concat(answers, axis=0)


def gives_all_to_the_first(function, batch, devices):
    with tf.device(devices[0]):
        return function(batch)


def uses_one_device(function, batch, devices):
    with tf.device(devices[0]):
        return tf.concat([function(part) for part in np.array_split(batch, len(devices))], axis=0)


def deals_the_rows_like_cards(function, batch, devices):
    answers = []
    for index, name in enumerate(devices):
        with tf.device(name):
            answers.append(function(batch[index :: len(devices)]))
    return tf.concat(answers, axis=0)


def returns_a_list(function, batch, devices):
    answers = []
    for name, part in zip(devices, np.array_split(batch, len(devices)), strict=True):
        with tf.device(name):
            answers.append(function(part))
    return answers


def stacks_on_the_first(function, batch, devices):
    edges = [len(batch) * index // len(devices) for index in range(len(devices) + 1)]
    answers = []
    for name, begin, end in zip(devices, edges[:-1], edges[1:], strict=True):
        with tf.device(name):
            answers.append(function(batch[begin:end]))
    with tf.device(devices[0]):
        return tf.concat(answers, axis=0)


def scales_the_gradient(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function()
    return tape.gradient(loss, variable) * scale / scale


def never_divides(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function() * scale
    gradient = tape.gradient(loss, variable)
    return gradient if bool(tf.reduce_all(tf.math.is_finite(gradient))) else None


def returns_infinity(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function() * scale
    return tape.gradient(loss, variable) / scale


def divides_inside_the_tape(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function() * scale / scale
    gradient = tape.gradient(loss, variable)
    return gradient if bool(tf.reduce_all(tf.math.is_finite(gradient))) else None


def looks_for_one_finite_number(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function() * scale
    gradient = tape.gradient(loss, variable)
    return gradient / scale if bool(tf.reduce_any(tf.math.is_finite(gradient))) else None


def looks_for_infinity_only(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = loss_function() * scale
    gradient = tape.gradient(loss, variable)
    return None if bool(tf.reduce_any(tf.math.is_inf(gradient))) else gradient / scale


def by_testing_the_sum(loss_function, variable, scale):
    with tf.GradientTape() as tape:
        loss = tf.multiply(scale, loss_function())
    gradient = tape.gradient(loss, variable).numpy()
    return gradient / np.float32(scale) if np.isfinite(gradient.sum()) else None


def names_libraries_before_hidden(facts):
    link = _chain(facts)
    return "library" if link == "hidden" and facts.unloadable else link


def never_counts_devices(facts):
    entry = (facts.visible or "").split(",")[0]
    return _chain(facts, hidden=facts.visible is not None and not entry.isdecimal())


def only_minus_one_is_negative(facts):
    entry = (facts.visible or "").split(",")[0]
    hidden = facts.visible is not None and (entry in ("", "-1") or int(entry) >= facts.devices)
    return _chain(facts, hidden=hidden)


def reads_one_digit(facts):
    digit = (facts.visible or "")[:1]
    hidden = facts.visible is not None and not (digit.isdecimal() and int(digit) < facts.devices)
    return _chain(facts, hidden=hidden)


def names_libraries_before_an_old_driver(facts):
    link = _chain(facts)
    return "library" if link == "old" and facts.unloadable else link


def takes_an_empty_version_for_no_driver(facts):
    return _chain(facts, there=bool(facts.driver))


def compares_strings(facts):
    return _chain(facts, old=bool(facts.driver) and facts.driver < "525")


def only_minus_one_hides(facts):
    return _chain(facts, hidden=facts.visible == "-1")


def counts_devices_from_one(facts):
    entry = (facts.visible or "").split(",")[0]
    hidden = facts.visible is not None and not (entry.isdecimal() and int(entry) <= facts.devices)
    return _chain(facts, hidden=hidden)


def any_good_entry_will_do(facts):
    entries = (facts.visible or "").split(",")
    good = [entry for entry in entries if entry.isdecimal() and int(entry) < facts.devices]
    return _chain(facts, hidden=facts.visible is not None and not good)


def as_a_chain(facts):
    return _chain(facts)


def _chain(facts, there=None, hidden=None, old=None):
    """The right answer, but for the links that are given."""
    entry = (facts.visible or "").split(",")[0].strip()
    shown = facts.visible is None or (entry.isdecimal() and int(entry) < facts.devices)
    broken = {
        "driver": facts.driver is None if there is None else not there,
        "hidden": not shown if hidden is None else hidden,
        "old": (bool(facts.driver) and float(facts.driver.split(".")[0]) < 525) if old is None else old,
        "library": bool(facts.unloadable),
        "none": True,
    }
    return next(link for link, is_broken in broken.items() if is_broken)


ANSWERS = {
    "17.1": {
        "wrong": [
            (forgets_the_leading_one, "leading one"),
            (counts_one_too_far, "cannot hold"),
            (goes_a_power_too_far, "stuck before"),
            (gives_a_float, "an int"),
        ],
        "right": [by_shifting, in_numpys_integers],
    },
    "17.2": {
        "wrong": [
            (counts_the_weights_alone, "4 bytes a weight are too few"),
            (forgets_the_slots, "8 bytes a weight are too few"),
            (forgets_the_gradients, "12 bytes a weight are too few"),
            (one_slot, "12 bytes a weight are too few"),
            (halves_everything, "in 32 bits"),
            (ignores_the_policy, "2 bytes"),
            (rounds_to_nearest, "round down"),
            (may_be_negative, "return 0"),
            (divides_into_a_fraction, "//"),
        ],
        "right": [by_trying],
    },
    "17.3": {
        "wrong": [
            (names_no_device, "inside `with tf.device(name):`"),
            (drops_the_rest, "no row may be lost"),
            (gives_the_rest_to_the_last, "as equal as possible"),
            (gives_all_to_the_first, "four times"),
            (ceil_parts, "as equal as possible"),
            (own_names, "every name in devices"),
            (three_only, "four times"),
            (uses_one_device, "a device of its own"),
            (deals_the_rows_like_cards, "order of the rows"),
            (returns_a_list, "tf.concat"),
        ],
        "right": [stacks_on_the_first],
    },
    "17.4": {
        "wrong": [
            (scales_the_gradient, "inside the tape"),
            (never_divides, "Divide the gradient"),
            (returns_infinity, "return None"),
            (divides_inside_the_tape, "Zero"),
            (looks_for_one_finite_number, "one such is enough"),
            (looks_for_infinity_only, "NaN is not finite"),
        ],
        "right": [by_testing_the_sum],
    },
    "17.5": {
        "wrong": [
            (names_libraries_before_hidden, "Hidden comes before its libraries"),
            (never_counts_devices, "Devices count from 0"),
            (only_minus_one_is_negative, "No negative number"),
            (reads_one_digit, "12 is twelve"),
            (names_libraries_before_an_old_driver, "old driver comes before its libraries"),
            (takes_an_empty_version_for_no_driver, "its version is unknown"),
            (compares_strings, "not strings"),
            (only_minus_one_hides, "hides every GPU"),
            (counts_devices_from_one, "Devices count from 0"),
            (any_good_entry_will_do, "first wrong entry"),
        ],
        "right": [as_a_chain],
    },
}
