"""Answers to the exercises of chapter 18: wrong ones that learners give, and right ones that are not ours."""

import json
import zlib

import numpy as np

# 18.1 One mean from many


def mean_of_means(means, counts):
    return sum(means) / len(means)


def lets_nan_through(means, counts):
    return sum(mean * count for mean, count in zip(means, counts, strict=True)) / sum(counts)


def divides_by_the_replicas(means, counts):
    return sum(mean * count for mean, count in zip(means, counts, strict=True) if count) / len(counts)


def mean_of_the_full_ones(means, counts):
    return float(np.nanmean(means))


def with_numpy_average(means, counts):
    return float(np.average(np.nan_to_num(means), weights=counts))


# 18.2 Who am I?


def gives_a_dict(hosts, me, port):
    cluster = {"worker": [f"{host}:{port}" for host in hosts]}
    return {"cluster": cluster, "task": {"type": "worker", "index": hosts.index(me)}}


def prints_a_dict(hosts, me, port):
    return str(gives_a_dict(hosts, me, port))


def forgets_the_port(hosts, me, port):
    return json.dumps({"cluster": {"worker": hosts}, "task": {"type": "worker", "index": hosts.index(me)}})


def sorts_the_hosts(hosts, me, port):
    return tf_config_of(sorted(hosts), me, port)


def puts_itself_first(hosts, me, port):
    return tf_config_of([me, *(host for host in hosts if host != me)], me, port)


def index_as_text(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["task"]["index"] = str(config["task"]["index"])
    return json.dumps(config)


def index_is_always_0(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["task"]["index"] = 0
    return json.dumps(config)


def index_as_float(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["task"]["index"] = float(config["task"]["index"])
    return json.dumps(config)


def chief_and_worker(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["cluster"]["chief"] = [f"{hosts[0]}:{port}"]
    return json.dumps(config)


def json_of_json(hosts, me, port):
    return json.dumps(tf_config_of(hosts, me, port))


def cluster_is_a_list(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["cluster"] = config["cluster"]["worker"]
    return json.dumps(config)


def task_is_a_number(hosts, me, port):
    config = gives_a_dict(hosts, me, port)
    config["task"] = config["task"]["index"]
    return json.dumps(config)


def tf_config_of(hosts, me, port):
    return json.dumps(gives_a_dict(hosts, me, port), indent=1)


# 18.3 One step of the ring


def adds_in_place(pieces, step):
    n = len(pieces)
    for w in range(n):
        pieces[(w + 1) % n][(w - step) % n] += pieces[w][(w - step) % n]
    return pieces


def copies_the_outer_list_only(pieces, step):
    n, new = len(pieces), list(pieces)
    for w in range(n):
        new[(w + 1) % n][(w - step) % n] = pieces[(w + 1) % n][(w - step) % n] + pieces[w][(w - step) % n]
    return new


def keeps_in_place_of_adding(pieces, step):
    n = len(pieces)
    new = [list(own) for own in pieces]
    for w in range(n):
        new[(w + 1) % n][(w - step) % n] = pieces[w][(w - step) % n]
    return new


def sends_to_the_left(pieces, step):
    n = len(pieces)
    new = [list(own) for own in pieces]
    for w in range(n):
        new[(w - 1) % n][(w - step) % n] = pieces[(w - 1) % n][(w - step) % n] + pieces[w][(w - step) % n]
    return new


def sends_the_same_piece_again(pieces, step):
    return steps_back(pieces, 0)


def sends_everything(pieces, step):
    n = len(pieces)
    return [[pieces[w][p] + pieces[(w - 1) % n][p] for p in range(n)] for w in range(n)]


def sends_two_pieces(pieces, step):
    n = len(pieces)
    new = [list(own) for own in pieces]
    for w in range(n):
        for place in {(w - step) % n, (w - step - 1) % n}:
            new[(w + 1) % n][place] = pieces[(w + 1) % n][place] + pieces[w][place]
    return new


def steps_back(pieces, step):
    n = len(pieces)
    mail = {(w + 1) % n: ((w - step) % n, pieces[w][(w - step) % n].copy()) for w in range(n)}
    new = [[piece.copy() for piece in own] for own in pieces]
    for w, (place, piece) in mail.items():
        new[w][place] += piece
    return new


# 18.4 Files for everyone


def drops_the_remainder(files, workers):
    each, files = len(files) // workers, sorted(files)
    return [files[index * each : (index + 1) * each] for index in range(workers)]


def the_last_takes_the_rest(files, workers):
    shares = drops_the_remainder(files, workers)
    return [*shares[:-1], sorted(files)[(workers - 1) * (len(files) // workers) :]]


def everyone_gets_all(files, workers):
    return [list(files) for _ in range(workers)]


def trusts_the_order(files, workers):
    return [files[index::workers] for index in range(workers)]


def only_workers_with_files(files, workers):
    return [share for share in (sorted(files)[index::workers] for index in range(workers)) if share]


def splits_by_hash(files, workers):
    return [sorted(files, key=hash)[index::workers] for index in range(workers)]


def by_checksum(files, workers):
    ordered = sorted(files, key=lambda name: zlib.crc32(name.encode()))
    return [ordered[index::workers] for index in range(workers)]


def array_split(files, workers):
    return [list(map(str, share)) for share in np.array_split(sorted(files), workers)]


# 18.5 How many workers?


def _argmin(step):
    return min((2**k for k in range(11)), key=step)


def forgets_the_latency(compute_s, size, alpha, beta):
    return _argmin(lambda n: compute_s / n + 2 * (n - 1) / n * size / beta)


def forgets_the_bytes(compute_s, size, alpha, beta):
    return _argmin(lambda n: compute_s / n + 2 * (n - 1) * alpha)


def takes_all(compute_s, size, alpha, beta):
    return 1024


def takes_one(compute_s, size, alpha, beta):
    return 1


def never_takes_one(compute_s, size, alpha, beta):
    return min((2**k for k in range(1, 11)), key=lambda n: _seconds(n, compute_s, size, alpha, beta))


def _seconds(n, compute_s, size, alpha, beta):
    return compute_s / n + (n - 1) * (2 * alpha + 2 * size / (n * beta))


def gives_a_list(compute_s, size, alpha, beta):
    return [2**k for k in range(11)]


def compares_neighbours(compute_s, size, alpha, beta):
    times = np.array([_seconds(2**k, compute_s, size, alpha, beta) for k in range(11)])
    return 2 ** int(times.argmin())


ANSWERS = {
    "18.1": {
        "wrong": [
            (mean_of_means, "Weight each mean"),
            (lets_nan_through, "leave it out"),
            (divides_by_the_replicas, "divide by all rows"),
            (mean_of_the_full_ones, "Weight each mean"),
        ],
        "right": [with_numpy_average],
    },
    "18.2": {
        "wrong": [
            (gives_a_dict, "json.dumps"),
            (prints_a_dict, "not JSON"),
            (forgets_the_port, "host:port"),
            (sorts_the_hosts, "Keep the order"),
            (puts_itself_first, "Keep the order"),
            (index_as_text, "an int"),
            (index_as_float, "an int"),
            (chief_and_worker, "one job, worker"),
            (json_of_json, "two dicts"),
            (cluster_is_a_list, "two dicts"),
            (task_is_a_number, "two dicts"),
            (index_is_always_0, "the place of me"),
        ],
        "right": [tf_config_of],
    },
    "18.3": {
        "wrong": [
            (adds_in_place, "The old pieces changed"),
            (copies_the_outer_list_only, "copy every worker's list"),
            (keeps_in_place_of_adding, "is added to"),
            (sends_to_the_left, "worker (w + 1) % n"),
            (sends_the_same_piece_again, "Piece (w - step) % n"),
            (sends_everything, "Only one piece"),
            (sends_two_pieces, "Only one piece"),
        ],
        "right": [steps_back],
    },
    "18.4": {
        "wrong": [
            (drops_the_remainder, "remainder"),
            (the_last_takes_the_rest, "differ by more"),
            (everyone_gets_all, "given twice"),
            (trusts_the_order, "sort first"),
            (only_workers_with_files, "an empty one"),
            (splits_by_hash, "hash or set"),
        ],
        "right": [array_split, by_checksum],
    },
    "18.5": {
        "wrong": [
            (forgets_the_latency, "Fewer workers"),
            (forgets_the_bytes, "Fewer workers"),
            (takes_all, "Fewer workers"),
            (takes_one, "More workers"),
            (never_takes_one, "Fewer workers"),
            (gives_a_list, "Return one number"),
        ],
        "right": [compares_neighbours],
    },
}
