"""Answers to the exercises of chapter 06: wrong ones that learners give, and right ones that are not ours."""

import keras
import numpy as np

# 06.1 From 28 to 1600


def pads_like_same(side):
    return [side, side // 2, side // 2, side // 4, (side // 4) ** 2 * 64]


def forgets_the_one(side):
    first = side - 5
    second = first // 2 - 3
    return [first, first // 2, second, second // 2, (second // 2) ** 2 * 64]


def flattens_one_row(side):
    second = (side - 4) // 2 - 2
    return [side - 4, (side - 4) // 2, second, second // 2, second // 2 * 64]


def keeps_half_pixels(side):
    second = (side - 4) / 2 - 2
    return [side - 4, (side - 4) / 2, second, second / 2, (second / 2) ** 2 * 64]


def returns_the_given_list(side):
    return [24, 12, 10, 5, 1600]


def keeps_an_incomplete_window(side):
    second = -(-(side - 4) // 2) - 2
    last = -(-second // 2)
    return [side - 4, second + 2, second, last, last**2 * 64]


def asks_keras(side):
    x = keras.Input((side, side, 1))
    widths = []
    for layer in (
        keras.layers.Conv2D(1, 5),
        keras.layers.MaxPooling2D(),
        keras.layers.Conv2D(64, 3),
        keras.layers.MaxPooling2D(),
    ):
        x = layer(x)
        widths.append(x.shape[1])
    return [*widths, keras.layers.Flatten()(x).shape[1]]


# 06.2 How far does a unit see?


def multiplies_the_windows(layers):
    return int(np.prod([window for window, _ in layers]))


def adds_the_windows(layers):
    return sum(window for window, _ in layers)


def ignores_the_stride(layers):
    return 1 + sum(window - 1 for window, _ in layers)


def strides_too_early(layers):
    field, jump = 1, 1
    for window, stride in layers:
        jump *= stride
        field += (window - 1) * jump
    return field


def walks_backwards(layers):
    width = 1
    for window, stride in layers[::-1]:
        width = (width - 1) * stride + window
    return width


# 06.3 Average pooling


def takes_the_largest(maps, size):
    n, height, width, channels = maps.shape
    rows, columns = height // size, width // size
    whole = maps[:, : rows * size, : columns * size]
    return whole.reshape(n, rows, size, columns, size, channels).max(axis=(2, 4))


def takes_a_corner(maps, size):
    rows, columns = maps.shape[1] // size, maps.shape[2] // size
    return maps[:, ::size, ::size][:, :rows, :columns]


def splits_the_other_way(maps, size):
    n, height, width, channels = maps.shape
    rows, columns = height // size, width // size
    whole = maps[:, : rows * size, : columns * size]
    return whole.reshape(n, size, rows, size, columns, channels).mean(axis=(1, 3))


def keeps_the_incomplete_window(maps, size):
    n, height, width, channels = maps.shape
    rows, columns = -(-height // size), -(-width // size)
    padded = np.pad(maps, ((0, 0), (0, rows * size - height), (0, columns * size - width), (0, 0)))
    return padded.reshape(n, rows, size, columns, size, channels).mean(axis=(2, 4))


def adds_shifted_slices(maps, size):
    rows, columns = maps.shape[1] // size, maps.shape[2] // size
    parts = [maps[:, i : rows * size : size, j : columns * size : size] for i in range(size) for j in range(size)]
    return np.mean(parts, axis=0)


# 06.4 Thaw the end


def thaws_everything(base, first):
    base.trainable = True


def leaves_the_base_frozen(base, first):
    start = base.layers.index(base.get_layer(first))
    for place, layer in enumerate(base.layers):
        layer.trainable = place >= start and not isinstance(layer, keras.layers.BatchNormalization)
    base.trainable = False


def thaws_the_norms(base, first):
    base.trainable = True
    for layer in base.layers[: base.layers.index(base.get_layer(first))]:
        layer.trainable = False


def thaws_one_layer_only(base, first):
    base.trainable = True
    for layer in base.layers:
        layer.trainable = layer.name == first


def freezes_then_thaws(base, first):
    base.trainable = True
    late = False
    for layer in base.layers:
        late = late or layer.name == first
        layer.trainable = late and "Norm" not in type(layer).__name__


# 06.5 Fold


def divides_by_the_variance(kernel, gamma, beta, mean, variance, epsilon):
    scale = gamma / (variance + epsilon)
    return kernel * scale, beta - mean * scale


def forgets_epsilon(kernel, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance)
    return kernel * scale, beta - mean * scale


def adds_epsilon_after_the_root(kernel, gamma, beta, mean, variance, epsilon):
    scale = gamma / (np.sqrt(variance) + epsilon)
    return kernel * scale, beta - mean * scale


def does_not_scale_the_mean(kernel, gamma, beta, mean, variance, epsilon):
    return kernel * gamma / np.sqrt(variance + epsilon), beta - mean


def forgets_the_mean(kernel, gamma, beta, mean, variance, epsilon):
    return kernel * gamma / np.sqrt(variance + epsilon), beta


def folds_filter_by_filter(kernel, gamma, beta, mean, variance, epsilon):
    kernel, bias = np.array(kernel), np.zeros(len(beta))
    for i in range(len(beta)):
        scale = gamma[i] / (variance[i] + epsilon) ** 0.5
        kernel[..., i] *= scale
        bias[i] = beta[i] - scale * mean[i]
    return kernel, bias


ANSWERS = {
    "06.1": {
        "wrong": [
            (pads_like_same, "loses 4"),
            (forgets_the_one, "forget the 1"),
            (flattens_one_row, "flatten all"),
            (keeps_half_pixels, "half a pixel"),
            (returns_the_given_list, "Keras gives"),
            (keeps_an_incomplete_window, "Keras gives"),
        ],
        "right": [asks_keras],
    },
    "06.2": {
        "wrong": [
            (multiplies_the_windows, "overlap"),
            (adds_the_windows, "not 3"),
            (ignores_the_stride, "jump"),
            (strides_too_early, "not its own"),
        ],
        "right": [walks_backwards],
    },
    "06.3": {
        "wrong": [
            (takes_the_largest, "take the mean"),
            (takes_a_corner, "one corner"),
            (splits_the_other_way, "splits as"),
            (keeps_the_incomplete_window, "shape"),
        ],
        "right": [adds_shifted_slices],
    },
    "06.4": {
        "wrong": [
            (thaws_everything, "must freeze"),
            (leaves_the_base_frozen, "itself is frozen"),
            (thaws_the_norms, "batch normalisation"),
            (thaws_one_layer_only, "and later must train"),
        ],
        "right": [freezes_then_thaws],
    },
    "06.5": {
        "wrong": [
            (divides_by_the_variance, "square root"),
            (forgets_epsilon, "epsilon"),
            (adds_epsilon_after_the_root, "over deviation"),
            (does_not_scale_the_mean, "scaled too"),
            (forgets_the_mean, "moving mean"),
        ],
        "right": [folds_filter_by_filter],
    },
}
