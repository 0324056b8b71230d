"""Answers to the exercises of chapter 11: wrong ones that learners give, and right ones that are not ours."""

import contextlib
import re
import tempfile

import numpy as np
import tensorflow as tf

VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"

# 11.1 The newest, without a list


def _number(path):
    return int(re.search(r"ckpt-(\d+)", path.name)[1])


def sorts_as_text(folder):
    return max((f.stem for f in folder.glob("ckpt-*.index") if any(folder.glob(f"{f.stem}.data*"))), default=None)


def trusts_any_index(folder):
    found = sorted(folder.glob("ckpt-*.index"), key=_number)
    return found[-1].stem if found else None


def trusts_any_data(folder):
    found = sorted(folder.glob("ckpt-*.data*"), key=_number)
    return found[-1].name.split(".")[0] if found else None


def returns_the_path(folder):
    found = trusts_any_index(folder)
    return found and str(folder / found)


def fails_on_an_empty_folder(folder):
    found = [f for f in folder.glob("ckpt-*.index") if any(folder.glob(f"{f.stem}.data*"))]
    return max(found, key=_number).stem


def expects_one_shard(folder):
    found = [f for f in folder.glob("ckpt-*.index") if f.with_suffix(".data-00000-of-00001").exists()]
    return max(found, key=_number).stem if found else None


def counts_two_files(folder):
    names = [f.name.split(".")[0] for f in folder.glob("ckpt-*")]
    return max((n for n in names if names.count(n) >= 2), key=lambda n: int(n.split("-")[1]), default=None)


def matches_the_beginning_of_a_name(folder):
    names = [f.stem for f in folder.glob("ckpt-*.index") if any(folder.glob(f"{f.stem}*data*"))]
    return max(names, key=lambda n: int(n.split("-")[1]), default=None)


def asks_the_list(folder):
    return tf.train.latest_checkpoint(str(folder))


def intersects_sets(folder):
    numbers = [{_number(f) for f in folder.iterdir() if re.match(rf"ckpt-\d+\.{kind}", f.name)} for kind in "di"]
    both = numbers[0] & numbers[1]
    return f"ckpt-{max(both)}" if both else None


# 11.2 Keep the best and the last


def saves_best_every_time(last, best, best_loss, loss):
    best_loss.assign(min(loss, best_loss.numpy()))
    best.save()
    last.save()


def saves_last_only_if_worse(last, best, best_loss, loss):
    if loss < best_loss:
        best_loss.assign(loss)
        best.save()
    else:
        last.save()


def notes_the_loss_too_late(last, best, best_loss, loss):
    last.save()
    if loss < best_loss:
        best_loss.assign(loss)
        best.save()


def notes_after_the_best(last, best, best_loss, loss):
    if loss < best_loss:
        best.save()
        best_loss.assign(loss)
    last.save()


def takes_nan_for_the_best(last, best, best_loss, loss):
    if not loss >= best_loss:
        best_loss.assign(loss)
        best.save()
    last.save()


def saves_the_first_as_best(last, best, best_loss, loss):
    if not best.checkpoints or loss < best_loss:
        best_loss.assign(loss)
        best.save()
    last.save()


def keeps_the_highest(last, best, best_loss, loss):
    if not np.isfinite(best_loss.numpy()) or loss > best_loss:
        best_loss.assign(loss)
        best.save()
    last.save()


def skips_nan_altogether(last, best, best_loss, loss):
    if np.isnan(loss):
        return
    if loss < best_loss:
        best_loss.assign(loss)
        best.save()
    last.save()


def compares_with_a_minimum(last, best, best_loss, loss):
    lowest = np.fmin(best_loss.numpy(), loss)  # ignores NaN
    better = lowest != best_loss.numpy()
    best_loss.assign(lowest)
    for manager in [last, best][: 1 + bool(better)]:
        manager.save()


# 11.3 A body for a bigger head


def restores_everything(model, batch, prefix):
    model(batch)
    tf.train.Checkpoint(hidden=model.hidden, out=model.out).read(prefix)


def does_not_build(model, batch, prefix):
    tf.train.Checkpoint(hidden=model.hidden).read(prefix).expect_partial().assert_existing_objects_matched()


def asserts_nothing(model, batch, prefix):
    model(batch)
    tf.train.Checkpoint(hidden=model.hidden).read(prefix).expect_partial()


def asserts_all_of_the_file(model, batch, prefix):
    model(batch)
    tf.train.Checkpoint(hidden=model.hidden).read(prefix).expect_partial().assert_consumed()


def hangs_it_elsewhere(model, batch, prefix):
    model(batch)
    tf.train.Checkpoint(model=model).read(prefix).expect_partial()


def resets_the_head(model, batch, prefix):
    model(batch)
    model.out.kernel.assign(tf.zeros_like(model.out.kernel))
    tf.train.Checkpoint(hidden=model.hidden).read(prefix).expect_partial().assert_existing_objects_matched()


def forgets_the_bias(model, batch, prefix):
    model(batch)
    model.hidden.kernel.assign(tf.train.load_variable(prefix, f"hidden/_kernel{VALUE}"))


def reads_the_arrays(model, batch, prefix):
    model(batch)
    names = [name for name, _ in tf.train.list_variables(prefix)]
    for variable, attribute in ((model.hidden.kernel, "_kernel"), (model.hidden.bias, "bias")):
        key = f"hidden/{attribute}{VALUE}"
        assert key in names, f"{key} is not in the checkpoint"
        variable.assign(tf.train.load_variable(prefix, key))


# 11.4 Is a resume exact?


def _after(make, steps):
    parts, step = make()
    for _ in range(steps):
        step()
    return parts, step


def _resumed(make, stop, end, fresh=True):
    parts, step = _after(make, stop)
    with tempfile.TemporaryDirectory() as folder:
        prefix = tf.train.Checkpoint(**parts).write(folder + "/stop")
        if fresh:
            parts, step = make()
        tf.train.Checkpoint(**parts).read(prefix)
    for _ in range(end - stop):
        step()
    return parts


def _bits(parts):
    return [(name, parts[name].numpy().tobytes()) for name in sorted(parts)]


def stops_at_the_restore(make, stop, end):
    return _bits(_after(make, stop)[0]) == _bits(_resumed(make, stop, stop))


def keeps_the_old_objects(make, stop, end):
    return _bits(_after(make, end)[0]) == _bits(_resumed(make, stop, end, fresh=False))


def compares_closely(make, stop, end):
    one, two = _after(make, end)[0], _resumed(make, stop, end)
    return all(np.allclose(one[name], two[name], equal_nan=True) for name in one)


def takes_nan_for_different(make, stop, end):
    one, two = _after(make, end)[0], _resumed(make, stop, end)
    return all(np.array_equal(one[name], two[name]) for name in one)


def restores_and_runs_too_far(make, stop, end):
    return _bits(_after(make, end)[0]) == _bits(_resumed(make, stop, end + stop))


def returns_the_difference(make, stop, end):
    one, two = _after(make, end)[0], _resumed(make, stop, end)
    return max(float(abs(one[name] - two[name])) for name in one)


def compares_the_first_variable(make, stop, end):
    one, two = _after(make, end)[0], _resumed(make, stop, end)
    first = next(iter(one))
    return one[first].numpy().tobytes() == two[first].numpy().tobytes()


def saves_arrays_instead(make, stop, end):
    parts, _ = _after(make, stop)
    saved = {name: part.numpy().copy() for name, part in parts.items()}
    parts, step = make()
    for name, part in parts.items():
        part.assign(saved[name])
    for _ in range(stop, end):
        step()
    return _bits(_after(make, end)[0]) == _bits(parts)


# 11.5 Intact and worthless


def _finite(model):
    return all(np.isfinite(v.numpy()).all() for v in model.trainable_variables)


def tries_the_oldest_first(checkpoint, model, prefixes):
    for prefix in prefixes:
        checkpoint.read(prefix)
        if _finite(model):
            return prefix
    raise RuntimeError("none is good")


def catches_data_loss_only(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except tf.errors.DataLossError:
            continue
        if _finite(model):
            return prefix
    raise RuntimeError("none is good")


def catches_no_missing_file(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except IndexError:
            continue
        if _finite(model):
            return prefix
    raise RuntimeError("none is good")


def knows_nan_only(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except (tf.errors.OpError, IndexError):
            continue
        if not any(np.isnan(v.numpy()).any() for v in model.trainable_variables):
            return prefix
    raise RuntimeError("none is good")


def looks_at_no_number(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        with contextlib.suppress(tf.errors.OpError, IndexError):
            checkpoint.read(prefix)
            return prefix
    raise RuntimeError("none is good")


def returns_none_in_the_end(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except (tf.errors.OpError, IndexError):
            continue
        if _finite(model):
            return prefix
    return None


def tries_all_and_forgets_to_go_back(checkpoint, model, prefixes):
    good = []
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except (tf.errors.OpError, IndexError):
            continue
        if _finite(model):
            good.append(prefix)
    if not good:
        raise RuntimeError("none is good")
    return good[0]


def sorts_the_prefixes(checkpoint, model, prefixes):
    for prefix in sorted(prefixes, reverse=True):
        try:
            checkpoint.read(prefix)
        except (tf.errors.OpError, IndexError):
            continue
        if _finite(model):
            return prefix
    raise RuntimeError("none is good")


def looks_at_the_last_layer(checkpoint, model, prefixes):
    for prefix in prefixes[::-1]:
        try:
            checkpoint.read(prefix)
        except (tf.errors.OpError, IndexError):
            continue
        if all(np.isfinite(array).all() for array in model.layers[-1].get_weights()):
            return prefix
    raise RuntimeError("none is good")


def restores_in_place_of_reading(checkpoint, model, prefixes):
    for prefix in reversed(prefixes):
        with contextlib.suppress(tf.errors.OpError, IndexError):
            checkpoint.restore(prefix).assert_consumed()
            if _finite(model):
                return prefix
    raise RuntimeError("none is good")


def goes_back_by_recursion(checkpoint, model, prefixes):
    if not prefixes:
        raise RuntimeError("no checkpoint is left")
    newest = str(prefixes[-1])
    with contextlib.suppress(tf.errors.OpError, IndexError):
        checkpoint.read(newest).assert_consumed()
        if all(bool(tf.reduce_all(tf.math.is_finite(weight))) for weight in model.get_weights()):
            return newest
    return goes_back_by_recursion(checkpoint, model, prefixes[:-1])


ANSWERS = {
    "11.1": {
        "wrong": [
            (sorts_as_text, "compare numbers"),
            (trusts_any_index, "without data"),
            (trusts_any_data, "without an index"),
            (returns_the_path, "bare name"),
            (fails_on_an_empty_folder, "ValueError"),
            (expects_one_shard, "several shards"),
            (asks_the_list, "bare name"),
            (counts_two_files, "by its name"),
            (matches_the_beginning_of_a_name, "up to the dot"),
        ],
        "right": [intersects_sets],
    },
    "11.2": {
        "wrong": [
            (saves_best_every_time, "lowest loss"),
            (saves_last_only_if_worse, "save to last every time"),
            (notes_the_loss_too_late, "stored in last is old"),
            (notes_after_the_best, "stored in best is old"),
            (takes_nan_for_the_best, "NaN is not"),
            (saves_the_first_as_best, "NaN at the start"),
            (keeps_the_highest, "lowest loss"),
            (skips_nan_altogether, "also when the loss is NaN"),
        ],
        "right": [compares_with_a_minimum],
    },
    "11.3": {
        "wrong": [
            (restores_everything, "incompatible tensor"),
            (does_not_build, "call it on the batch first"),
            (asserts_nothing, "must raise"),
            (asserts_all_of_the_file, "more than you want"),
            (hangs_it_elsewhere, "saved weights"),
            (resets_the_head, "head must stay"),
            (forgets_the_bias, "kernel and bias"),
        ],
        "right": [reads_the_arrays],
    },
    "11.4": {
        "wrong": [
            (stops_at_the_restore, "run on to end"),
            (keeps_the_old_objects, "start afresh"),
            (compares_closely, "last bit"),
            (compares_the_first_variable, "compare all"),
            (takes_nan_for_different, "NaN equals NaN"),
            (restores_and_runs_too_far, "its resume is exact"),
            (returns_the_difference, "return True or False"),
        ],
        "right": [saves_arrays_instead],
    },
    "11.5": {
        "wrong": [
            (tries_the_oldest_first, "last in the list"),
            (catches_data_loss_only, "IndexError"),
            (catches_no_missing_file, "raised"),
            (knows_nan_only, "inf"),
            (looks_at_no_number, "nan"),
            (returns_none_in_the_end, "RuntimeError"),
            (tries_all_and_forgets_to_go_back, "does not hold the weights"),
            (sorts_the_prefixes, "order of the list"),
            (looks_at_the_last_layer, "every layer"),
        ],
        "right": [goes_back_by_recursion, restores_in_place_of_reading],
    },
}
