"""Plain figures: one style for the whole book, legible on light and dark pages and in greyscale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

# Okabe and Ito's palette, made for colour-blind readers: https://jfly.uni-koeln.de/color/
BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW = COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442",
)  # fmt: skip
PAPER, INK, GREY = "#fcfcfa", "#22262b", "#8a9099"


def use_style() -> None:
    """Make the book's look the default of every figure drawn after this call."""
    import matplotlib.pyplot as plt

    plt.rcParams.update({
        "axes.edgecolor": GREY, "axes.facecolor": PAPER, "axes.labelcolor": INK, "axes.titlecolor": INK,
        "axes.grid": True, "axes.axisbelow": True, "axes.spines.top": False, "axes.spines.right": False,
        "axes.prop_cycle": plt.cycler(color=COLOURS), "axes.titlesize": 12, "axes.titlelocation": "left",
        "figure.dpi": 130, "figure.facecolor": PAPER, "figure.figsize": (7, 3.6), "figure.constrained_layout.use": True,
        "font.size": 11, "grid.color": "#e3e5e8", "image.cmap": "gray_r", "legend.frameon": False,
        "lines.linewidth": 2, "savefig.dpi": "figure", "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    })  # fmt: skip


def images(pictures: np.ndarray, titles: Sequence[str] = (), *, columns: int = 8, title: str = "") -> None:
    """Show pictures in a grid.

    Args:
        pictures: Shape (n, height, width) in grey, any range, all on one scale; or (n, height, width, 3) in colour,
            0 to 255 as uint8 or 0 to 1 as floats.
        titles: One short title a picture, or none.
        columns: Pictures in a row.
        title: The finding, above the grid.

    Raises:
        ValueError: The array is not a stack of pictures, or the titles do not match it.
    """
    import matplotlib.pyplot as plt

    pictures = np.asarray(pictures)
    if pictures.ndim not in (3, 4) or len(pictures) == 0:
        raise ValueError(f"pictures must have shape (n, height, width[, 3]) with n > 0, got {pictures.shape}")
    if len(titles) and len(titles) != len(pictures):
        raise ValueError(f"{len(titles)} titles for {len(pictures)} pictures")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    figure, axes = plt.subplots(
        rows, columns, figsize=(7, 7 / columns * rows * (1.35 if len(titles) else 1)), squeeze=False
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, picture in zip(axes.flat, pictures, strict=False):
        axis.imshow(picture, vmin=pictures.min(), vmax=pictures.max())
    for axis, text in zip(axes.flat, titles, strict=False):
        axis.set_title(text, fontsize=9 if columns > 6 else 11, loc="center")
    figure.suptitle(title, x=0.01, ha="left", fontsize=12)
    plt.show()


def curves(series: Mapping[str, Sequence[float]], *, x: str, y: str, title: str, log: bool = False) -> None:
    """Draw one line a series against its index from 1, each labelled at its end as well as in colour and dashes.

    Args:
        series: Label → values, one an epoch or step.
        x: Label of the horizontal axis, with its unit.
        y: Label of the vertical axis, with its unit.
        title: The finding.
        log: Use a logarithmic vertical axis.

    Raises:
        ValueError: A series has no value that can be drawn.
    """
    import matplotlib.pyplot as plt

    _, axis = plt.subplots()
    axis.set(xlabel=x, ylabel=y, title=title, yscale="log" if log else "linear")
    axis.margins(x=0.12)
    axis.xaxis.get_major_locator().set_params(integer=True)
    ends = []
    for (label, values), style in zip(series.items(), ["-", "--", "-.", ":"] * len(series), strict=False):
        heights = np.asarray(values, float)
        drawn = np.flatnonzero(np.isfinite(heights) & ((heights > 0) | (not log)))
        if not drawn.size:
            raise ValueError(f"series {label!r} has no value that can be drawn: {heights}")
        axis.plot(np.arange(1, len(heights) + 1), heights, style)
        ends.append((drawn[-1] + 1, heights[drawn[-1]]))
    # Series often end together, where their labels would cover each other.
    points = (axis.transScale + axis.transLimits).transform(ends)[:, 1] * axis.get_window_extent().height * 72 / 100
    for label, end, shift in zip(series, ends, _apart(points, gap=12) - points, strict=True):
        axis.annotate(label, end, xytext=(5, shift), textcoords="offset points", va="center", fontsize=9)
    plt.show()


def _apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """Move heights, shape (n,), as little as puts neighbours ``gap`` apart in the same order."""
    order = np.argsort(heights, kind="stable")
    steps = gap * np.arange(len(heights))
    blocks: list[list[float]] = []  # heights less steps must not fall; blocks that do share their mean
    for height in heights[order] - steps:
        blocks.append([height])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            blocks[-2:] = [blocks[-2] + blocks[-1]]
    moved = np.empty(len(heights))
    moved[order] = steps + [np.mean(block) for block in blocks for _ in block]
    return moved


def confusion(matrix: np.ndarray, names: Sequence[str], *, title: str) -> None:
    """Draw a confusion matrix with its counts.

    Args:
        matrix: Shape (classes, classes); row = true class, column = predicted class; counts.
        names: Class names in the order of the rows.
        title: The finding.

    Raises:
        ValueError: The matrix is not square or the names do not match it.
    """
    import matplotlib.pyplot as plt

    matrix = np.asarray(matrix)
    if matrix.shape != (len(names), len(names)):
        raise ValueError(f"{len(names)} names for a matrix of shape {matrix.shape}")
    _, axis = plt.subplots(figsize=(6, 5.4))
    axis.imshow(matrix, cmap="Blues", vmin=0)
    size = 8 if len(names) > 4 else 14  # points: few cells leave room for large figures
    for (row, column), count in np.ndenumerate(matrix):
        colour = "white" if count > 2 / 3 * matrix.max() else INK  # there both stand out from the blue alike
        axis.text(column, row, str(count), ha="center", va="center", fontsize=size, color=colour)
    axis.set_xticks(range(len(names)), names, rotation=45, ha="right")
    axis.set_yticks(range(len(names)), names)
    axis.set(xlabel="predicted class", ylabel="true class", title=title)
    axis.grid(False)
    plt.show()
