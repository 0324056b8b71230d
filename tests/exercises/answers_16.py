"""Answers to the exercises of chapter 16: wrong ones that learners give, and right ones that are not ours."""

import tensorflow as tf

# 16.1 The highest so far


def drops_the_write(x):
    highest = x[0]
    record = tf.TensorArray(x.dtype, size=tf.shape(x)[0])
    for t in tf.range(tf.shape(x)[0]):
        highest = tf.maximum(highest, x[t])
        record.write(t, highest)
    return record.stack()


def appends_to_a_list(x):
    highest, record = x[0], []
    for value in x:
        highest = tf.maximum(highest, value)
        record.append(highest)
    return tf.stack(record)


def unrolls_an_unknown_length(x):
    highest, record = x[0], []
    for t in range(x.shape[0]):
        highest = tf.maximum(highest, x[t])
        record.append(highest)
    return tf.stack(record)


def starts_at_zero(x):
    highest = 0.0
    record = tf.TensorArray(x.dtype, size=tf.shape(x)[0])
    for t in tf.range(tf.shape(x)[0]):
        highest = tf.maximum(highest, x[t])
        record = record.write(t, highest)
    return record.stack()


def writes_before_it_looks(x):
    highest = x[0]
    record = tf.TensorArray(x.dtype, size=tf.shape(x)[0])
    for t in tf.range(tf.shape(x)[0]):
        record = record.write(t, highest)
        highest = tf.maximum(highest, x[t])
    return record.stack()


def compares_with_the_neighbour_only(x):
    before = tf.concat([x[:1], x[:-1]], 0)
    return tf.maximum(before, x)


def returns_the_highest_only(x):
    return tf.reduce_max(x)


def scans_for_the_maximum(x):
    return tf.scan(tf.maximum, x)


def looks_at_all_before(x):
    return tf.map_fn(lambda t: tf.reduce_max(x[: t + 1]), tf.range(tf.size(x)), fn_output_signature=x.dtype)


def works_in_graphs_only(x):
    return tf.zeros_like(x) if tf.executing_eagerly() else tf.scan(tf.maximum, x)


def unrolls_thirty_steps(x):
    return tf.stack([tf.reduce_max(x[: t + 1]) for t in range(30)])[: tf.size(x)]


# 16.2 A path of unknown length


def next_number(n):
    return tf.where(n % 2 == 0, n // 2, 3 * n + 1)


def forgets_the_end(n):
    path, t = tf.TensorArray(tf.int64, size=0, dynamic_size=True, element_shape=[]), 0
    while n != 1:
        path = path.write(t, n)
        n = next_number(n)
        t += 1
    return path.stack()


def forgets_the_beginning(n):
    path, t = tf.TensorArray(tf.int64, size=0, dynamic_size=True, element_shape=[]), 0
    while n != 1:
        n = next_number(n)
        path = path.write(t, n)
        t += 1
    return path.stack()


def drops_the_path(n):
    path, t = tf.TensorArray(tf.int64, size=0, dynamic_size=True, element_shape=[]), 1
    path.write(0, n)
    while n != 1:
        n = next_number(n)
        path.write(t, n)
        t += 1
    return path.stack()


def guesses_the_length(n):
    path, t = tf.TensorArray(tf.int64, size=200, element_shape=[]).write(0, n), 1
    while n != 1:
        n = next_number(n)
        path = path.write(t, n)
        t += 1
    return path.stack()


def records_small_integers(n):
    path, t = tf.TensorArray(tf.int32, size=1, dynamic_size=True).write(0, tf.cast(n, tf.int32)), 1
    while n != 1:
        n = next_number(n)
        path = path.write(t, tf.cast(n, tf.int32))
        t += 1
    return path.stack()


def lists_the_path(n):
    path = [n]
    while n != 1:
        n = next_number(n)
        path.append(n)
    return tf.stack(path)


def grows_a_tensor(n):
    def body(n, path):
        n = next_number(n)
        return n, tf.concat([path, [n]], 0)

    shapes = [tf.TensorShape([]), tf.TensorShape([None])]
    return tf.while_loop(lambda n, _: n != 1, body, [n, n[None]], shape_invariants=shapes)[1]


def walks_in_small_integers(n):
    n = tf.cast(n, tf.int32)
    path, t = tf.TensorArray(tf.int64, size=1, dynamic_size=True).write(0, tf.cast(n, tf.int64)), 1
    while n != 1:
        n = next_number(n)
        path = path.write(t, tf.cast(n, tf.int64))
        t += 1
    return path.stack()


def halves_in_floats(n):
    path, t = tf.TensorArray(tf.int64, size=1, dynamic_size=True).write(0, n), 1
    while n != 1:
        n = tf.where(n % 2 == 0, tf.cast(tf.cast(n, tf.float32) / 2, tf.int64), 3 * n + 1)
        path = path.write(t, n)
        t += 1
    return path.stack()


def cuts_a_guessed_length(n):
    path, t = tf.TensorArray(tf.int64, size=200, element_shape=[]).write(0, n), 1
    while n != 1:
        n = next_number(n)
        path = path.write(t, n)
        t += 1
    return path.stack()[:t]


def walks_in_graphs_only(n):
    return n[None] if tf.executing_eagerly() else grows_a_tensor(n)


# 16.3 Stop when nothing moves


def ignores_the_limit(f, x, tolerance, limit):
    steps, moved = 0, tf.constant(float("inf"))
    while moved > tolerance:
        new = f(x)
        moved = tf.reduce_max(tf.abs(new - x))
        x = new
        steps += 1
    return x, steps


def ignores_the_tolerance(f, x, tolerance, limit):
    for _ in tf.range(limit):
        x = f(x)
    return x, limit


def compares_too_late(f, x, tolerance, limit):
    steps, moved = 0, tf.constant(float("inf"))
    while steps < limit and moved > tolerance:
        x = f(x)
        moved = tf.reduce_max(tf.abs(x - x))
        steps += 1
    return x, steps


def stops_with_the_first_element(f, x, tolerance, limit):
    steps, moved = 0, tf.constant(float("inf"))
    while steps < limit and moved > tolerance:
        new = f(x)
        moved = tf.reduce_min(tf.abs(new - x))
        x = new
        steps += 1
    return x, steps


def returns_the_one_before(f, x, tolerance, limit):
    steps, moved, before = 0, tf.constant(float("inf")), x
    while steps < limit and moved > tolerance:
        before = x
        x = f(x)
        moved = tf.reduce_max(tf.abs(x - before))
        steps += 1
    return before, steps


def looks_at_movement_with_its_sign(f, x, tolerance, limit):
    steps, moved = 0, tf.constant(float("inf"))
    while steps < limit and moved > tolerance:
        new = f(x)
        moved = tf.reduce_max(new - x)
        x = new
        steps += 1
    return x, steps


def drops_the_last_step(f, x, tolerance, limit):
    steps = 0
    while steps < limit and tf.reduce_max(tf.abs(f(x) - x)) > tolerance:
        x = f(x)
        steps += 1
    return x, steps


def returns_x_only(f, x, tolerance, limit):
    return ignores_the_tolerance(f, x, tolerance, limit)[0]


def breaks_out_of_a_range(f, x, tolerance, limit):
    steps = 0
    for _ in tf.range(limit):
        before = x
        x = f(x)
        steps += 1
        if tf.reduce_all(tf.abs(x - before) <= tolerance):
            break
    return x, steps


def counts_in_floats(f, x, tolerance, limit):
    x, steps = breaks_out_of_a_range(f, x, tolerance, limit)
    return x, tf.cast(steps, tf.float32)


def steps_before_it_asks(f, x, tolerance, limit):
    new = f(x)
    moved, x, steps = tf.reduce_max(tf.abs(new - x)), new, 1
    while steps < limit and moved > tolerance:
        new = f(x)
        moved = tf.reduce_max(tf.abs(new - x))
        x = new
        steps += 1
    return x, steps


def takes_a_limit_of_one_at_least(f, x, tolerance, limit):
    return breaks_out_of_a_range(f, x, tolerance, tf.maximum(limit, 1))


def goes_on_at_the_tolerance(f, x, tolerance, limit):
    steps, moved = 0, tf.constant(float("inf"))
    while steps < limit and moved >= tolerance:
        new = f(x)
        moved = tf.reduce_max(tf.abs(new - x))
        x = new
        steps += 1
    return x, steps


def iterates_in_graphs_only(f, x, tolerance, limit):
    return (x, 0) if tf.executing_eagerly() else breaks_out_of_a_range(f, x, tolerance, limit)


# 16.4 A solver of order two


def records_every_step(step):
    """A solver that makes one step with step(field, y, h)."""

    def solver(field, start, h, steps):
        y = start
        path = tf.TensorArray(y.dtype, size=steps + 1).write(0, y)
        for n in tf.range(steps):
            y = step(field, y, h)
            path = path.write(n + 1, y)
        return path.stack()

    return solver


def average_of_one_slope(field, y, h):
    return y + h / 2 * (field(y) + field(y))


def sum_of_both_slopes(field, y, h):
    here = field(y)
    return y + h * (here + field(y + h * here))


def slope_in_the_middle(field, y, h):
    return y + h * field(y + h / 2 * field(y))


euler_again = records_every_step(lambda field, y, h: y + h * field(y))
takes_one_slope_twice = records_every_step(average_of_one_slope)
forgets_to_halve = records_every_step(sum_of_both_slopes)
midpoint = records_every_step(slope_in_the_middle)


def leaves_out_the_start(field, start, h, steps):
    return midpoint(field, start, h, steps)[1:]


def drops_the_steps(field, start, h, steps):
    y = start
    path = tf.TensorArray(y.dtype, size=steps + 1, element_shape=y.shape)
    path.write(0, y)
    for n in tf.range(steps):
        y = slope_in_the_middle(field, y, h)
        path.write(n + 1, y)
    return path.stack()


def cuts_the_gradient(field, start, h, steps):
    return tf.stop_gradient(midpoint(field, start, h, steps))


def scans_the_steps(field, start, h, steps):
    later = tf.scan(lambda y, _: slope_in_the_middle(field, y, h), tf.range(steps), initializer=start)
    return tf.concat([start[None], later], 0)


def records_the_ends_only(field, start, h, steps):
    last = midpoint(field, start, h, steps)[-1]
    return tf.concat([start[None], tf.zeros([steps - 1, 2], start.dtype), last[None]], 0)


def records_one_step_late(field, start, h, steps):
    path = midpoint(field, start, h, steps)
    return tf.concat([path[:1], path[:1], path[1:-2], path[-1:]], 0)


def records_another_path(field, start, h, steps):
    return tf.concat([euler_again(field, start, h, steps)[:-1], midpoint(field, start, h, steps)[-1:]], 0)


def four_slopes(field, y, h):
    k1 = field(y)
    k2 = field(y + h / 2 * k1)
    k3 = field(y + h / 2 * k2)
    return y + h / 6 * (k1 + 2 * k2 + 2 * k3 + field(y + h * k3))


cuts_the_inner_gradient = records_every_step(lambda f, y, h: y + h * f(y + h / 2 * tf.stop_gradient(f(y))))
runge_kutta = records_every_step(four_slopes)


# 16.5 The most probable path, there and back


def takes_the_best_of_each(start, move, emit):
    return tf.argmax(emit, 1, output_type=tf.int32)


def forward(start, move, emit):
    """Best score of a path into each state [time, S], and the state it came from [time - 1, S]."""

    def step(before, emitted):
        through = before[0][:, None] + move
        return tf.reduce_max(through, 0) + emitted, tf.argmax(through, 0, output_type=tf.int32)

    first = start + emit[0], tf.zeros_like(start, tf.int32)
    return first[0], *tf.scan(step, emit[1:], initializer=first)


def goes_greedily(start, move, emit):
    state = tf.argmax(start + emit[0], output_type=tf.int32)
    path = tf.TensorArray(tf.int32, size=tf.shape(emit)[0], element_shape=[]).write(0, state)
    for t in tf.range(1, tf.shape(emit)[0]):
        state = tf.argmax(move[state] + emit[t], output_type=tf.int32)
        path = path.write(t, state)
    return path.stack()


def never_reads_back(start, move, emit):
    first, scores, _ = forward(start, move, emit)
    return tf.argmax(tf.concat([first[None], scores], 0), 1, output_type=tf.int32)


def scans_there_and_back(start, move, emit):
    first, scores, came_from = forward(start, move, emit)
    last = tf.argmax(tf.concat([first[None], scores], 0)[-1], output_type=tf.int32)
    before = tf.scan(lambda state, row: row[state], came_from, initializer=last, reverse=True)
    return tf.concat([before, last[None]], 0)


def ends_where_it_starts(start, move, emit):
    return tf.reverse(scans_there_and_back(start, move, emit), [0])


def turns_the_moves(start, move, emit):
    return scans_there_and_back(start, tf.transpose(move), emit)


def forgets_the_first_scores(start, move, emit):
    return scans_there_and_back(tf.zeros_like(start), move, emit)


def forgets_the_first_emission(start, move, emit):
    return scans_there_and_back(start - emit[0], move, emit)


def records_where_it_goes(start, move, emit):
    best, goes_to = start + emit[0], tf.TensorArray(tf.int32, size=tf.shape(emit)[0])
    goes_to = goes_to.write(0, tf.zeros_like(start, tf.int32))
    for t in tf.range(1, tf.shape(emit)[0]):
        through = best[:, None] + move + emit[t]
        goes_to = goes_to.write(t, tf.argmax(through, 1, output_type=tf.int32))
        best = tf.reduce_max(through, 1)
    state = tf.argmax(best, output_type=tf.int32)
    path = tf.TensorArray(tf.int32, size=tf.shape(emit)[0], element_shape=[])
    for t in tf.range(tf.shape(emit)[0] - 1, -1, -1):
        path = path.write(t, state)
        state = goes_to.read(t)[state]
    return path.stack()


def keeps_long_integers(start, move, emit):
    return tf.cast(scans_there_and_back(start, move, emit), tf.int64)


def looks_at_six_times_only(start, move, emit):
    return scans_there_and_back(start, move, emit[:6])


def finds_paths_in_graphs_only(start, move, emit):
    found = scans_there_and_back(start, move, emit)
    return tf.zeros_like(found) - 1 if tf.executing_eagerly() else found


ANSWERS = {
    "16.1": {
        "wrong": [
            (drops_the_write, "bind what write returns"),
            (appends_to_a_list, "out of scope"),
            (unrolls_an_unknown_length, "NoneType"),
            (starts_at_zero, "all negative"),
            (writes_before_it_looks, "include the place itself"),
            (compares_with_the_neighbour_only, "the one before and x[t]"),
            (returns_the_highest_only, "one value for each place"),
            (works_in_graphs_only, "called directly"),
            (unrolls_thirty_steps, "one value for each place"),
        ],
        "right": [scans_for_the_maximum, looks_at_all_before],
    },
    "16.2": {
        "wrong": [
            (forgets_the_end, "the 1 at the end"),
            (forgets_the_beginning, "begins with n itself"),
            (drops_the_path, "bind what write returns"),
            (guesses_the_length, "no zeros"),
            (records_small_integers, "int64"),
            (lists_the_path, "path"),
            (walks_in_small_integers, "stay in int64"),
            (halves_in_floats, "halve by //"),
            (cuts_a_guessed_length, "let it grow"),
            (walks_in_graphs_only, "called directly"),
        ],
        "right": [grows_a_tensor],
    },
    "16.3": {
        "wrong": [
            (ignores_the_limit, "more steps than limit"),
            (ignores_the_tolerance, "steps expected"),
            (compares_too_late, "before you replace it"),
            (stops_with_the_first_element, "every element"),
            (looks_at_movement_with_its_sign, "abs"),
            (drops_the_last_step, "counts, and is kept"),
            (returns_the_one_before, "the last x"),
            (returns_x_only, "x and the steps"),
            (counts_in_floats, "is an int32"),
            (steps_before_it_asks, "which may be 0"),
            (takes_a_limit_of_one_at_least, "which may be 0"),
            (goes_on_at_the_tolerance, "just the tolerance"),
            (iterates_in_graphs_only, "called directly"),
        ],
        "right": [breaks_out_of_a_range],
    },
    "16.4": {
        "wrong": [
            (euler_again, "order one"),
            (takes_one_slope_twice, "order one"),
            (forgets_to_halve, "leads elsewhere"),
            (leaves_out_the_start, "keep the start"),
            (drops_the_steps, "bind what write returns"),
            (cuts_the_gradient, "no gradient"),
            (records_the_ends_only, "write each step"),
            (records_one_step_late, "write each step"),
            (records_another_path, "write each step"),
            (cuts_the_inner_gradient, "gradient for the rate"),
        ],
        "right": [midpoint, scans_the_steps, runge_kutta],
    },
    "16.5": {
        "wrong": [
            (takes_the_best_of_each, "not enough"),
            (goes_greedily, "read the records back"),
            (never_reads_back, "read the records back"),
            (records_where_it_goes, "axis 0"),
            (forgets_the_first_scores, "both count"),
            (forgets_the_first_emission, "both count"),
            (ends_where_it_starts, "backwards in time"),
            (turns_the_moves, "from a to b"),
            (keeps_long_integers, "int32"),
            (looks_at_six_times_only, "one state for each time"),
            (finds_paths_in_graphs_only, "called directly"),
        ],
        "right": [scans_there_and_back],
    },
}
