"""Answers to the exercises of chapter 09: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np

# 09.1 Buckets by hand


def edge_ends_the_bucket(values, edges):
    return np.eye(len(edges) + 1)[np.digitize(values, edges, right=True)]


def numbers_not_rows(values, edges):
    return np.digitize(values, edges)


def forgets_the_last_bucket(values, edges):
    return np.eye(len(edges))[np.minimum(np.digitize(values, edges), len(edges) - 1)]


def every_edge_passed(values, edges):
    passed = values[:, None] >= np.asarray(edges)
    return np.column_stack([np.ones(len(values)), passed])


def one_bucket_too_low(values, edges):
    return np.eye(len(edges) + 1)[np.digitize(values, edges) - 1]


def buckets_returns_nothing(values, edges):
    np.digitize(values, edges)


def between_two_edges(values, edges):
    low, high = np.array([-np.inf, *edges]), np.array([*edges, np.inf])
    return (values[:, None] >= low) & (values[:, None] < high)


def asks_keras(values, edges):
    return keras.layers.Discretization(edges, output_mode="one_hot")(values[:, None]).numpy()


# 09.2 Fill and flag


def with_fill(values, known, fill, basis):
    filled = np.where(np.isnan(values), fill, values)
    return np.column_stack([(filled - basis.mean()) / basis.std(), np.isnan(values)])


def whole(known):
    return np.where(np.isnan(known), np.nanmedian(known), known)


def fills_with_the_mean(values, known):
    return with_fill(values, known, np.nanmean(known), whole(known))


def fills_everything_with_the_mean(values, known):
    mean = np.nanmean(known)
    return with_fill(values, known, mean, np.where(np.isnan(known), mean, known))


def fills_after_scaling(values, known):
    basis = whole(known)
    return np.column_stack([np.nan_to_num((values - basis.mean()) / basis.std()), np.isnan(values)])


def fills_with_its_own_median(values, known):
    return with_fill(values, known, np.nanmedian(values), whole(known))


def divides_by_n_less_one(values, known):
    basis = whole(known)
    filled = np.where(np.isnan(values), np.nanmedian(known), values)
    return np.column_stack([(filled - basis.mean()) / basis.std(ddof=1), np.isnan(values)])


def forgets_to_scale(values, known):
    return np.column_stack([np.where(np.isnan(values), np.nanmedian(known), values), np.isnan(values)])


def scales_by_its_own_rows(values, known):
    filled = np.where(np.isnan(values), np.nanmedian(known), values)
    return with_fill(values, known, np.nanmedian(known), filled)


def lets_gaps_through(values, known):
    return with_fill(values, known, np.median(known), known)


def flags_what_is_known(values, known):
    answer = fills_and_flags_in_a_loop(values, known)
    return np.column_stack([answer[:, 0], 1 - answer[:, 1]])


def forgets_the_flag(values, known):
    return fills_and_flags_in_a_loop(values, known)[:, :1]


def scales_before_filling(values, known):
    return with_fill(values, known, np.nanmedian(known), known[~np.isnan(known)])


def fills_and_flags_in_a_loop(values, known):
    middle = sorted(value for value in known if value == value)
    middle = (middle[(len(middle) - 1) // 2] + middle[len(middle) // 2]) / 2
    basis = [value if value == value else middle for value in known]
    mean, deviation = np.mean(basis), np.std(basis)
    rows = [((value if value == value else middle) - mean, value != value) for value in values]
    return np.array([[difference / deviation, float(gap)] for difference, gap in rows])


# 09.3 AUC by ranks


def from_ranks(truth, rank):
    positives = truth.sum()
    return (rank[truth].sum() - positives * (positives + 1) / 2) / (positives * (len(truth) - positives))


def breaks_ties_by_place(truth, score):
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(1, len(score) + 1)
    return from_ranks(truth, rank)


def ranks_from_zero(truth, score):
    return from_ranks(truth, np.unique(score, return_inverse=True)[1])


def large_scores_first(truth, score):
    return searches_twice(truth, -score)


def gives_ties_the_last_rank(truth, score):
    return from_ranks(truth, np.searchsorted(np.sort(score), score, side="right"))


def compares_all_pairs(truth, score):
    difference = score[truth][:, None] - score[~truth]
    return np.mean((difference > 0) + 0.5 * (difference == 0))


def turns_the_order_round(truth, score):
    answer = searches_twice(truth, score)
    return max(answer, 1 - answer)


def asks_keras_for_the_auc(truth, score):
    metric = keras.metrics.AUC(num_thresholds=20_000)
    metric.update_state(truth, score)
    return float(metric.result())


def auc_returns_nothing(truth, score):
    breaks_ties_by_place(truth, score)


def searches_twice(truth, score):
    healthy = np.sort(score[~truth])
    below = np.searchsorted(healthy, score[truth], side="left")
    not_above = np.searchsorted(healthy, score[truth], side="right")
    return float(np.mean(below + not_above) / 2 / len(healthy))


# 09.4 A threshold by its price


def one_half(truth, p, miss, alarm):
    return 0.5


def theory(truth, p, miss, alarm):
    return alarm / (alarm + miss)


def exchanges_prices(truth, p, miss, alarm):
    return counts_from_below(truth, p, alarm, miss)


def returns_the_cost(truth, p, miss, alarm):
    return [np.sum(miss * (truth & (p < t)) + alarm * (~truth & (p >= t))) for t in p]


def returns_the_place(truth, p, miss, alarm):
    return int(np.argmin([np.sum(miss * (truth & (p < t)) + alarm * (~truth & (p >= t))) for t in np.sort(p)]))


def always_calls_somebody(truth, p, miss, alarm):
    costs = [np.sum(miss * (truth & (p < t)) + alarm * (~truth & (p >= t))) for t in p]
    return p[np.argmin(costs)]


def threshold_returns_nothing(truth, p, miss, alarm):
    counts_from_below(truth, p, miss, alarm)


def counts_from_below(truth, p, miss, alarm):
    order = np.argsort(p)
    missed = np.concatenate([[0], np.cumsum(truth[order])])
    false = np.concatenate([[0], np.cumsum(~truth[order])])
    costs = miss * missed + alarm * ((~truth).sum() - false)
    return float(np.append(p[order], 1.5)[np.argmin(costs)])


# 09.5 Expected calibration error with equal groups


def parts_of(p, groups):
    return np.array_split(np.argsort(p), groups)


def forgets_to_sort(truth, p, groups):
    parts = np.array_split(np.arange(len(p)), groups)
    return sum(abs(p[i].mean() - truth[i].mean()) * len(i) for i in parts) / len(p)


def lets_signs_cancel(truth, p, groups):
    return abs(sum((p[i].mean() - truth[i].mean()) * len(i) for i in parts_of(p, groups))) / len(p)


def forgets_the_weights(truth, p, groups):
    return np.mean([abs(p[i].mean() - truth[i].mean()) for i in parts_of(p, groups)])


def takes_equal_widths(truth, p, groups):
    number = np.minimum((p * groups).astype(int), groups - 1)
    parts = [np.flatnonzero(number == group) for group in range(groups)]
    return sum(abs(p[i].mean() - truth[i].mean()) * len(i) for i in parts if len(i)) / len(p)


def returns_one_a_group(truth, p, groups):
    return [abs(p[i].mean() - truth[i].mean()) for i in parts_of(p, groups)]


def takes_each_patient_alone(truth, p, groups):
    return np.mean(np.abs(p - truth))


def forgets_to_divide(truth, p, groups):
    return sums_then_divides(truth, p, groups) * len(p)


def sums_then_divides(truth, p, groups):
    order = np.argsort(p)
    starts = np.cumsum([0] + [len(part) for part in np.array_split(order, groups)][:-1])
    return float(np.abs(np.add.reduceat((p - truth)[order], starts)).sum() / len(p))


ANSWERS = {
    "09.1": {
        "wrong": [
            (edge_ends_the_bucket, "belongs to the bucket that the edge begins"),
            (numbers_not_rows, "Return a matrix"),
            (forgets_the_last_bucket, "k + 1 buckets"),
            (every_edge_passed, "exactly one 1"),
            (one_bucket_too_low, "below the first edge lies bucket 0"),
            (buckets_returns_nothing, "Return a matrix"),
        ],
        "right": [between_two_edges, asks_keras],
    },
    "09.2": {
        "wrong": [
            (fills_with_the_mean, "median, not the mean"),
            (fills_everything_with_the_mean, "median, not the mean"),
            (fills_after_scaling, "before you scale"),
            (fills_with_its_own_median, "the median of known"),
            (divides_by_n_less_one, "np.std"),
            (forgets_to_scale, "Standardise as well"),
            (scales_by_its_own_rows, "Scale by the known values"),
            (lets_gaps_through, "np.nanmedian"),
            (flags_what_is_known, "1 where a gap was"),
            (forgets_the_flag, "two columns"),
            (scales_before_filling, "after their gaps are filled"),
        ],
        "right": [fills_and_flags_in_a_loop],
    },
    "09.3": {
        "wrong": [
            (breaks_ties_by_place, "ties share the mean rank"),
            (ranks_from_zero, "ranks start at 1"),
            (large_scores_first, "small scores first"),
            (gives_ties_the_last_rank, "ties share the mean rank"),
            (compares_all_pairs, "Sort instead"),
            (turns_the_order_round, "the AUC is 0"),
            (asks_keras_for_the_auc, "Only the order counts"),
            (auc_returns_nothing, "Return the AUC"),
        ],
        "right": [searches_twice],
    },
    "09.4": {
        "wrong": [
            (one_half, "try every value of p"),
            (theory, "needs calibrated p"),
            (exchanges_prices, "exchanged"),
            (returns_the_cost, "Return one number"),
            (returns_the_place, "Return the threshold itself"),
            (always_calls_somebody, "To call nobody sick"),
            (threshold_returns_nothing, "Return one number"),
        ],
        "right": [counts_from_below],
    },
    "09.5": {
        "wrong": [
            (forgets_to_sort, "Sort by p"),
            (lets_signs_cancel, "may not cancel"),
            (forgets_the_weights, "Weigh each group"),
            (takes_equal_widths, "mean p with the share of the sick"),
            (takes_each_patient_alone, "distance of each patient"),
            (forgets_to_divide, "Divide by the number"),
            (returns_one_a_group, "Return one number"),
        ],
        "right": [sums_then_divides],
    },
}
