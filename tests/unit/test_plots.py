"""Figures hold what they are given, and refuse what does not fit."""

import matplotlib as mpl
import numpy as np
import pytest

from book_utils import confusion, curves, images, plots


@pytest.fixture(autouse=True)
def shown(monkeypatch):
    """The figures that were shown."""
    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figures = []
    monkeypatch.setattr(plt, "show", lambda: figures.append(plt.gcf()))
    with mpl.rc_context():
        plots.use_style()
        yield figures
    plt.close("all")


def boxes(figure):
    figure.canvas.draw()
    return [text.get_window_extent() for text in figure.axes[0].texts]


def test_images_fill_a_grid_in_order_on_one_scale(shown):
    pictures = np.stack([np.full((4, 4), i) for i in range(5)])
    images(pictures, list("abcde"), columns=3, title="Five")
    cells = [axis for axis in shown[0].axes if axis.images]
    assert len(shown[0].axes) == 6
    assert [axis.get_title() for axis in cells] == list("abcde")
    assert [axis.images[0].get_array()[0, 0] for axis in cells] == [0, 1, 2, 3, 4]
    assert {axis.images[0].get_clim() for axis in cells} == {(0, 4)}


def test_titles_may_be_an_array(shown):
    images(np.zeros((2, 4, 4)), np.array(["a", "b"]))
    assert [axis.get_title() for axis in shown[0].axes] == ["a", "b"]


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (1, 2, 3, 4, 5)])
def test_array_that_is_no_stack_of_pictures_is_refused(shape):
    with pytest.raises(ValueError, match="n, height, width"):
        images(np.zeros(shape))


def test_titles_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match="3 titles for 2 pictures"):
        images(np.zeros((2, 4, 4)), ["a", "b", "c"])


def test_curves_draw_every_series_from_one_and_label_its_end(shown):
    curves({"training": [3, 2, 1], "test": [4, 3]}, x="epoch", y="loss", title="It falls")
    axis = shown[0].axes[0]
    assert [line.get_xydata().tolist() for line in axis.lines] == [[[1, 3], [2, 2], [3, 1]], [[1, 4], [2, 3]]]
    assert [(text.get_text(), text.xy) for text in axis.texts] == [("training", (3, 1)), ("test", (2, 3))]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title(loc="left")) == ("epoch", "loss", "It falls")


def test_lines_differ_in_dashes_and_not_in_colour_alone(shown):
    curves({name: [1, 2] for name in "abcd"}, x="x", y="y", title="")
    assert len({line.get_linestyle() for line in shown[0].axes[0].lines}) == 4


@pytest.mark.parametrize("log", [False, True])
def test_labels_of_series_that_end_together_do_not_cover_each_other(log, shown):
    curves({"a": [9, 1], "b": [9, 1.001], "c": [9, 0.999], "d": [9, 9]}, x="x", y="y", title="", log=log)
    placed = boxes(shown[0])
    assert not any(one.overlaps(other) for i, one in enumerate(placed) for other in placed[:i])
    assert [text.get_text() for text in sorted(shown[0].axes[0].texts, key=lambda text: text.xyann[1])][0] == "c"


def test_labels_that_are_apart_stay_where_they_are():
    assert plots._apart(np.array([50.0, 0.0, 51.0]), gap=10).tolist() == [45.5, 0.0, 55.5]


def test_series_that_diverges_is_labelled_at_its_last_number(shown):
    curves({"diverges": [1, 5, np.nan]}, x="x", y="y", title="")
    assert shown[0].axes[0].texts[0].xy == (2, 5)


@pytest.mark.parametrize(("values", "log"), [([], False), ([np.nan], False), ([0, -1], True)])
def test_series_without_a_point_is_named(values, log):
    with pytest.raises(ValueError, match="series 'empty' has no value"):
        curves({"empty": values}, x="x", y="y", title="", log=log)


def test_confusion_shows_every_count_legibly(shown):
    confusion(np.array([[90, 1], [2, 70]]), ["cat", "dog"], title="Few errors")
    axis = shown[0].axes[0]
    assert [(text.get_text(), text.get_color()) for text in axis.texts] == [
        ("90", "white"), ("1", plots.INK), ("2", plots.INK), ("70", "white"),
    ]  # fmt: skip
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("predicted class", "true class")
    assert [label.get_text() for label in axis.get_yticklabels()] == ["cat", "dog"]


@pytest.mark.parametrize("shape", [(2, 3), (3, 3), (2,)])
def test_matrix_that_does_not_match_its_names_is_refused(shape):
    with pytest.raises(ValueError, match="2 names for a matrix of shape"):
        confusion(np.zeros(shape), ["cat", "dog"], title="")
