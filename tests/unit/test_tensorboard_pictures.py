"""The pictures of TensorBoard are there, legible and small, and the chapter shows each of them."""

import io

import numpy as np
import pytest
from PIL import Image

from tools import tensorboard_pictures as pictures
from tools.notebooks import find_chapter, read

NAMES = [view.name for view in pictures.VIEWS]


def test_the_pages_that_the_chapter_promises_are_taken():
    assert NAMES == ["scalars", "images", "graph", "profile"]


@pytest.mark.parametrize("view", pictures.VIEWS, ids=NAMES)
def test_picture_is_there_small_and_of_the_size_of_the_page(view):
    path = pictures.PICTURES / f"tensorboard-{view.name}.png"
    assert path.stat().st_size <= pictures.LARGEST
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.mode == "P"
        assert picture.size == (pictures.WIDTH, view.height)


@pytest.mark.parametrize("name", NAMES)
def test_picture_shows_more_than_a_frame(name):
    """A page that was taken before it was drawn is a bar above white paper."""
    with Image.open(pictures.PICTURES / f"tensorboard-{name}.png") as picture:
        grey = np.asarray(picture.convert("L"), int)[80:, 300:]  # below the bar, right of the list
    edges = np.abs(np.diff(grey, axis=1)) > 30
    assert edges.any(axis=1).mean() > 0.2  # share of the rows in which something is drawn


@pytest.mark.parametrize("name", NAMES)
def test_chapter_shows_the_picture_with_a_description(name):
    text = "\n".join(c.source for c in read(find_chapter(pictures.CHAPTER)).cells if c.cell_type == "markdown")
    before, found, _ = text.partition(f"](../book/_static/tensorboard-{name}.png)")
    assert found
    assert len(before.rpartition("![")[2]) > 60


def test_large_screenshot_gets_a_smaller_palette():
    noise = np.random.default_rng(0).integers(0, 256, (150, 300, 3), dtype=np.uint8)
    shot = io.BytesIO()
    Image.fromarray(noise).save(shot, "PNG")
    assert len(shot.getvalue()) > pictures.LARGEST
    small = pictures.small_png(shot.getvalue())
    assert len(small) <= pictures.LARGEST
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (300, 150)


def test_screenshot_that_no_palette_makes_small_is_refused():
    noise = np.random.default_rng(0).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    shot = io.BytesIO()
    Image.fromarray(noise).save(shot, "PNG")
    with pytest.raises(pictures.PictureError, match="16 colours"):
        pictures.small_png(shot.getvalue())


def test_failed_installation_is_said(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "PLUGIN", "no such requirement")
    with pytest.raises(pictures.PictureError, match="uv pip failed"):
        pictures.environment(tmp_path / "environment")
