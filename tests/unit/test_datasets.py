"""The data layer gives the right bytes or one clear error, and never leaves a half-written file."""

import contextlib
import dataclasses
import errno
import gzip
import hashlib
import io
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

import book_utils as bu
from book_utils import FASHION_CLASSES, DatasetError, LabelledImages, datasets, fashion_mnist, files, mobilenet, sources
from book_utils.datasets import CATS_AND_DOGS, FASHION_MNIST, MNIST
from book_utils.files import File, Made
from book_utils.sources import Folder, Package, Web
from tests.unit import tiny
from tests.unit.tiny import Forbidden, names_in
from tools import make_sample

ROOT = Path(__file__).parents[2]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder in which the tiny data set is cached; it does not exist yet."""
    monkeypatch.setenv("BOOK_UTILS_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("BOOK_UTILS_QUIET", raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return tmp_path / "cache" / "tiny"


# --- What is shipped ---------------------------------------------------------------------------------------------


def test_shipped_sample_has_its_shapes_types_and_equal_classes():
    data = fashion_mnist()
    assert data.train_images.shape == (10_000, 28, 28)
    assert data.test_images.shape == (2_000, 28, 28)
    assert {array.dtype for array in data} == {np.dtype(np.uint8)}
    assert np.bincount(data.train_labels).tolist() == [1_000] * 10
    assert np.bincount(data.test_labels).tolist() == [200] * 10
    assert (data.train_images.min(), data.train_images.max(), len(FASHION_CLASSES)) == (0, 255, 10)


def test_every_tenth_of_the_shipped_sample_holds_all_classes():
    # validation_split and small prefixes of the sample must not lose a class.
    for tenth in fashion_mnist().train_labels.reshape(10, -1):
        assert np.bincount(tenth, minlength=10).min() >= 60


def test_moby_dick_is_the_whole_text():
    text = bu.moby_dick()
    assert (len(text), len(set(text))) == (1_190_317, 83)
    assert text.startswith("CHAPTER 1. Loomings.\n\nCall me Ishmael. Some years ago—never mind")
    assert text.endswith("rolled five thousand years ago.\n")


def test_textures_are_grey_photographs_that_differ():
    textures = bu.textures()
    assert tuple(textures) == datasets.TEXTURES
    for texture in textures.values():
        assert (texture.shape, texture.dtype) == ((512, 512), np.uint8)
        assert texture.std() > 20
        assert texture.flags.writeable


def test_photographs_are_coloured_and_have_the_documented_shapes():
    photographs = bu.photographs()
    assert {name: photograph.shape for name, photograph in photographs.items()} == {
        "china": (427, 640, 3), "flower": (427, 640, 3), "rocket": (427, 640, 3), "chelsea": (300, 451, 3),
    }  # fmt: skip
    for photograph in photographs.values():
        assert photograph.dtype == np.uint8
        assert photograph.flags.writeable
        assert photograph.std(axis=(0, 1)).min() > 20  # of each colour
        assert np.ptp(photograph, axis=-1).mean() > 5  # a grey picture has three equal colours
    assert photographs["china"][0, 0].tolist() == [174, 201, 231]  # red, green, blue: the sky


@pytest.mark.parametrize("name", ["china", "flower", "rocket"])
def test_tensorflow_decodes_photographs_to_the_same_pixels_if_asked(name):
    import tensorflow as tf

    data, ours = (datasets.DATA / f"{name}.jpg").read_bytes(), bu.photographs()[name]
    assert np.array_equal(tf.io.decode_jpeg(data, dct_method="INTEGER_ACCURATE"), ours)
    distances = np.abs(tf.io.decode_jpeg(data).numpy().astype(int) - ours)  # 0 where that is TensorFlow's default
    assert (distances <= 2).mean() > 0.8


def test_heart_disease_is_what_uci_describes():
    data = bu.heart_disease()
    names = "age sex cp trestbps chol fbs restecg thalach exang oldpeak slope ca thal num"  # UCI's, in UCI's order
    assert " ".join(data) == names
    assert {column.shape for column in data.values()} == {(303,)}
    assert np.bincount(data["num"]).tolist() == [164, 55, 36, 35, 13]
    assert (data["sex"] == "female").sum() == 97
    first = [column[0] for column in data.values()]  # of UCI's file: 63, 1, 1, 145, 233, 1, 2, 150, 0, 2.3, 3, 0, 6, 0
    assert first == [
        63, "male", "typical angina", 145, 233, 1, "left ventricular hypertrophy", 150, 0, np.float32(2.3),
        "downsloping", 0, "fixed defect", 0,
    ]  # fmt: skip


def test_heart_disease_has_the_types_that_are_documented():
    types = {name: column.dtype for name, column in bu.heart_disease().items()}
    assert {name for name, kind in types.items() if kind == np.float32} == {
        "age", "trestbps", "chol", "thalach", "oldpeak", "ca"
    }  # fmt: skip
    assert {name for name, kind in types.items() if kind == np.int64} == {"fbs", "exang", "num"}
    assert {name for name, kind in types.items() if kind.kind == "U"} == {"sex", "cp", "restecg", "slope", "thal"}


def test_heart_disease_keeps_its_six_missing_values():
    data = bu.heart_disease()
    missing = {name: np.flatnonzero((column == "") | (column != column)) for name, column in data.items()}
    assert {name: rows.tolist() for name, rows in missing.items() if rows.size} == {
        "ca": [166, 192, 287, 302], "thal": [87, 266],
    }  # fmt: skip


def test_california_housing_is_what_scikit_learn_describes():
    data = bu.california_housing()
    assert {(column.shape, column.dtype) for column in data.values()} == {((20_640,), np.dtype(np.float32))}
    means = {name: round(float(column.mean(dtype=np.float64)), 4) for name, column in data.items()}
    assert list(means.items()) == [
        ("MedInc", 3.8707), ("HouseAge", 28.6395), ("AveRooms", 5.4290), ("AveBedrms", 1.0967),
        ("Population", 1425.4767), ("AveOccup", 3.0707), ("Latitude", 35.6319), ("Longitude", -119.5697),
        ("MedHouseVal", 2.0686),
    ]  # fmt: skip
    first = [8.3252, 41, 6.98412698, 1.02380952, 322, 2.55555556, 37.88, -122.23, 4.526]
    assert [column[0] for column in data.values()] == [np.float32(value) for value in first]
    assert data["MedHouseVal"].max() == np.float32(5.00001)
    assert (data["MedHouseVal"] == np.float32(5.00001)).sum() == 965  # the values that were cut off


SHIPPED = {
    "fashion_mnist.npz": fashion_mnist, "moby_dick.txt.bz2": bu.moby_dick, "grass.png": bu.textures,
    "rocket.jpg": bu.photographs, "chelsea.png": bu.photographs, "processed.cleveland.data": bu.heart_disease,
    "california_housing.npz": bu.california_housing,
}  # fmt: skip


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: data[:5000] + b"!" + data[5001:]])
@pytest.mark.parametrize("name", SHIPPED)
def test_damaged_shipped_file_is_refused(name, damage, tmp_path, monkeypatch):
    for file in datasets.SHIPPED:
        shutil.copy(datasets.DATA / file.name, tmp_path)
    (tmp_path / name).write_bytes(damage((tmp_path / name).read_bytes()))
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(DatasetError, match=rf"damaged: {name} has other content.*\nRemedy: install it again"):
        SHIPPED[name]()


@pytest.mark.parametrize("name", SHIPPED)
def test_missing_shipped_file_is_named(name, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets, "DATA", tmp_path)
    with pytest.raises(DatasetError, match="damaged: .*No such file"):
        SHIPPED[name]()


def test_what_is_shipped_is_declared_and_credited():
    credits = (datasets.DATA / "README.md").read_text(encoding="utf-8")
    assert {file.name for file in datasets.SHIPPED} == {name for name in names_in(datasets.DATA) if name != "README.md"}
    assert all(f"`{file.name}`" in credits for file in datasets.SHIPPED)


def test_page_on_data_gives_the_digests_that_are_verified():
    shipped = [file for file in datasets.SHIPPED if not file.name.endswith(".bz2")]  # of that, the text's stands there
    sets = (make_sample.MOBY_DICK, make_sample.CALIFORNIA, MNIST, CATS_AND_DOGS, mobilenet.PYTORCH)
    page = (ROOT / "book" / "data.md").read_text(encoding="utf-8")
    assert [file.name for file in (*shipped, *(known.files[0] for known in sets)) if file.sha256[:8] not in page] == []


def test_shipped_text_is_made_with_the_bytes_that_are_declared(cache, tmp_path, monkeypatch):
    source = Folder("here", str(tiny.write(tmp_path / "here", {"data.txt": bu.moby_dick().encode()})))
    monkeypatch.setattr(make_sample, "MOBY_DICK", dataclasses.replace(make_sample.MOBY_DICK, sources=(source,)))
    assert make_sample.made("moby_dick.txt.bz2") == (datasets.DATA / "moby_dick.txt.bz2").read_bytes()


def copies_of_cleveland():
    """The shipped file as Orange has it, 0 or 1 for the diagnosis, and as KEEL has it, without incomplete rows."""
    ours = (datasets.DATA / "processed.cleveland.data").read_text(encoding="ascii").splitlines()
    words = {name: {code: word for word, code in codes.items()} for name, codes in make_sample.ORANGE.items()}
    orange = ["names", "types", "class"]
    for line in ours:
        row = dict(zip(datasets.HEART, line.split(","), strict=True))
        row["num"] = str(min(int(row["num"]), 1))
        orange.append("\t".join(words[n][v] if n in words else v.removesuffix(".0") for n, v in row.items()))
    keel = ["@relation cleveland", "@data", *(line for line in ours if "?" not in line)]
    return {"heart_disease.tab": "\n".join(orange).encode(), "cleveland.dat": "\n".join(keel).encode()}


def from_parts(tmp_path, monkeypatch, parts):
    """Let the shipped file come from ``parts``, each in a folder of its own."""
    folders = {n: Folder(n, str(tiny.write(tmp_path / f"{n}-folder", {n: data}))) for n, data in parts.items()}
    several = make_sample.Several("two copies", folders)
    declared = tuple(File(name, hashlib.sha256(data).hexdigest()) for name, data in copies_of_cleveland().items())
    heart = dataclasses.replace(make_sample.HEART, sources=(Made(several, declared, make_sample.cleveland),))
    monkeypatch.setattr(make_sample, "HEART", heart)


def test_file_of_uci_is_rebuilt_from_two_copies(cache, tmp_path, monkeypatch):
    from_parts(tmp_path, monkeypatch, copies_of_cleveland())
    shipped = (datasets.DATA / "processed.cleveland.data").read_bytes()
    assert make_sample.made("processed.cleveland.data") == shipped


def test_file_of_uci_is_not_rebuilt_from_a_damaged_copy(cache, tmp_path, monkeypatch):
    parts = copies_of_cleveland()
    from_parts(tmp_path, monkeypatch, {**parts, "cleveland.dat": parts["cleveland.dat"][:-1] + b"4"})
    with pytest.raises(DatasetError, match=r"two copies: cleveland\.dat has other content"):
        make_sample.made("processed.cleveland.data")


def test_housing_is_made_of_the_columns_of_a_parquet_file():
    import pyarrow.parquet

    data, parquet = bu.california_housing(), io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({n: column.astype(float) for n, column in data.items()}), parquet)
    with np.load(io.BytesIO(make_sample.housing(parquet.getvalue()))) as made:
        assert list(made) == list(data)
        assert all(made[name].dtype == np.float32 and np.array_equal(made[name], data[name]) for name in data)


def test_every_shipped_picture_is_its_source_s_own_file(cache, tmp_path, monkeypatch):
    names = {file.name for file in datasets.SHIPPED if file.name.endswith((".png", ".jpg"))}
    originals = {name: (datasets.DATA / name).read_bytes() for name in names}
    source = Folder("here", str(tiny.write(tmp_path / "here", originals)))
    for name in ("SCIKIT_IMAGE", "SCIKIT_LEARN"):
        declared = getattr(make_sample, name)
        monkeypatch.setattr(make_sample, name, dataclasses.replace(declared, sources=(source,)))
    assert {name: make_sample.made(name) for name in names} == originals


def test_file_made_with_other_bytes_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_sample, "made", lambda name: b"other")
    monkeypatch.setattr(sys, "argv", ["make_sample.py", "--to", str(tmp_path), "brick.png"])
    assert make_sample.main() == 1
    assert "change SHIPPED there" in capsys.readouterr().err
    assert (tmp_path / "brick.png").read_bytes() == b"other"


def test_file_whose_source_cannot_be_had_is_left_as_it_is(cache, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(make_sample, "MOBY_DICK", dataclasses.replace(make_sample.MOBY_DICK, sources=()))
    monkeypatch.setattr(sys, "argv", ["make_sample.py", "--to", str(tmp_path / "to"), "moby_dick.txt.bz2"])
    assert make_sample.main() == 1
    assert "Moby-Dick could not be loaded" in capsys.readouterr().err
    assert names_in(tmp_path / "to") == []


def test_sample_is_made_with_the_same_bytes_twice():
    rng = np.random.default_rng(0)
    train = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), 2_000))
    test = rng.permutation(np.repeat(np.arange(10, dtype=np.uint8), 400))
    full = LabelledImages(train[:, None, None], train, test[:, None, None], test)
    first, second = make_sample.sample(full), make_sample.sample(full)
    assert first == second
    with np.load(io.BytesIO(first)) as made:
        assert np.array_equal(made["train_images"].ravel(), made["train_labels"])
        assert np.bincount(made["train_labels"]).tolist() == [1_000] * 10


# --- Where the full set comes from -------------------------------------------------------------------------------


def test_full_set_comes_from_the_cache_without_asking_a_source(cache):
    tiny.write(cache, tiny.PLAIN)
    assert tiny.is_right(tiny.dataset(Forbidden()).load())


def test_full_set_comes_from_an_installed_package_and_is_not_copied(cache, tmp_path):
    installed = tiny.write(tmp_path / "usr", tiny.PACKED)
    assert tiny.is_right(tiny.dataset(Folder("installed", str(installed), ".gz"), Forbidden()).load())
    assert names_in(cache) == []


def test_sources_are_tried_in_the_stated_order():
    assert [type(source) for source in FASHION_MNIST.sources] == [Folder, Web, Package]
    assert [type(source) for source in MNIST.sources] == [Web, Package]
    assert [type(source.source) for source in CATS_AND_DOGS.sources] == [Web, Package]
    assert [type(source) for source in make_sample.HEART.sources] == [Web, Made]
    web = [FASHION_MNIST.sources[1], MNIST.sources[0], CATS_AND_DOGS.sources[0].source, make_sample.HEART.sources[0]]
    assert all(source.address.startswith("https://") for source in web)


LOADERS = {
    "FASHION_MNIST": lambda: fashion_mnist(full=True), "MNIST": datasets.mnist, "CATS_AND_DOGS": bu.cats_and_dogs,
}  # fmt: skip


@pytest.mark.parametrize("name", LOADERS)
def test_loader_fills_the_fields_in_order(name, cache, monkeypatch, tmp_path):
    arrays = [tiny.IMAGES, tiny.LABELS, tiny.IMAGES[:3], tiny.LABELS[:3]]
    folder = tiny.write(tmp_path / "usr", {f"file{i}": files.to_idx(array) for i, array in enumerate(arrays)})
    four = tuple(tiny.declared(f"file{i}", array) for i, array in enumerate(arrays))
    fake = dataclasses.replace(getattr(datasets, name), files=four, sources=(Folder("fake", str(folder)),))
    monkeypatch.setattr(datasets, name, fake)
    for got, expected in zip(LOADERS[name](), arrays, strict=True):
        assert np.array_equal(got, expected)
        assert got.flags.writeable


def test_cache_directory_follows_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("BOOK_UTILS_CACHE", str(tmp_path))
    assert files.cache_directory() == tmp_path
    monkeypatch.delenv("BOOK_UTILS_CACHE")
    assert "book_utils" in str(files.cache_directory())


# --- A package of a registry -------------------------------------------------------------------------------------

FAKE_APT = """
import shutil, sys
assert sys.argv[1:] == ["download", "dataset-fashion-mnist"], sys.argv
shutil.copy({tar!r}, "dataset-fashion-mnist_1_all.deb")
"""
FAKE_DPKG = """
import sys, tarfile
flag, package, place = sys.argv[1:]
assert flag == "-x"
tarfile.open(package).extractall(place)
"""


def command(folder, name, code, interpreter=sys.executable):
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!{interpreter}\n{code}")
    (folder / name).chmod(0o755)


def through_the_package(files=tiny.FILES):
    """The real declaration of the registry's package, for the files of the tiny data set."""
    return dataclasses.replace(FASHION_MNIST, folder="tiny", files=files, sources=FASHION_MNIST.sources[2:])


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """The folder in which temporary folders are made."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    return tmp_path / "temporary"


def test_full_set_comes_from_a_registry_package(cache, tmp_path, temporary, monkeypatch, capsys):
    tar = tmp_path / "package.tar"
    with tarfile.open(tar, "w") as archive:
        for name, data in tiny.PACKED.items():
            entry = tarfile.TarInfo(f"usr/share/datasets/fashion-mnist/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    command(tmp_path / "bin", "apt-get", FAKE_APT.format(tar=str(tar)))
    command(tmp_path / "bin", "dpkg-deb", FAKE_DPKG)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert tiny.is_right(through_the_package().load())
    assert names_in(cache) == ["images", "labels"]
    assert names_in(temporary) == []
    assert "apt-get" in capsys.readouterr().out


def test_what_the_package_manager_said_is_in_the_error(cache, tmp_path, temporary, monkeypatch):
    command(tmp_path / "bin", "apt-get", "echo one\necho 'E: Unable to locate package' >&2\nexit 100", "/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(DatasetError, match=r"Debian's package .* code 100: E: Unable to locate package\nRemedy"):
        through_the_package().load()
    assert names_in(temporary) == []


def test_package_manager_that_leaves_no_file_is_an_error(cache, tmp_path, temporary, monkeypatch):
    command(tmp_path / "bin", "apt-get", "exit 0", "/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(DatasetError, match=r"left no \*\.deb"):
        through_the_package().load()


def test_machine_without_the_package_manager_is_an_error(cache, temporary, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(DatasetError, match="No such file or directory: 'apt-get'"):
        through_the_package().load()


def test_package_manager_that_hangs_is_given_up(cache, tmp_path, temporary, monkeypatch):
    # The child of the shell outlives the killed shell, and holds its output open.
    command(tmp_path / "bin", "apt-get", "/bin/sleep 6", "/bin/sh")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sources, "COMMAND_S", 0.3)
    start = time.monotonic()
    with pytest.raises(DatasetError, match=r"did not end within 0\.3 s"):
        through_the_package().load()
    assert time.monotonic() - start < 4


def test_package_of_npm_is_unpacked_and_not_installed(cache, tmp_path, temporary, monkeypatch):
    with tarfile.open(tmp_path / "tiny-1.0.0.tgz", "w:gz") as archive:
        archive.add(tiny.write(tmp_path / "source", tiny.PLAIN), "package/data")
    code = "import shutil, sys\nassert sys.argv[1:] == ['pack', '--silent', 'tiny@1.0.0'], sys.argv\n"
    command(tmp_path / "bin", "npm", f"{code}shutil.copy({str(tmp_path / 'tiny-1.0.0.tgz')!r}, '.')")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    assert tiny.is_right(tiny.dataset(sources.npm("tiny@1.0.0", "data")).load())
    assert names_in(temporary) == []


def test_package_of_pypi_is_unpacked_and_not_installed(cache, tmp_path, temporary, monkeypatch):
    about = {"METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0.0\n", "RECORD": "",
             "WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}  # fmt: skip
    with zipfile.ZipFile(tmp_path / "tiny-1.0.0-py3-none-any.whl", "w") as wheel:
        for name, data in {f"tiny-1.0.0.dist-info/{name}": text for name, text in about.items()}.items():
            wheel.writestr(name, data)
        for name, data in tiny.PLAIN.items():
            wheel.writestr(f"tiny/data/{name}", data)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert tiny.is_right(tiny.dataset(sources.pypi("tiny==1.0.0", "tiny/data")).load())
    assert names_in(temporary) == []


# --- Files made of others ----------------------------------------------------------------------------------------


def made_of(tmp_path, parts):
    """The tiny files, made of files that hold the same bytes reversed."""
    folder = tiny.write(tmp_path / "parts", {f"{name}.reversed": data[::-1] for name, data in parts.items()})
    declared = tuple(File(f"{n}.reversed", hashlib.sha256(data[::-1]).hexdigest()) for n, data in tiny.PLAIN.items())
    return Made(
        Folder("parts", str(folder)),
        declared,
        lambda got: {name.removesuffix(".reversed"): data[::-1] for name, data in got.items()},
    )


def test_files_made_of_others_are_kept(cache, tmp_path):
    assert tiny.is_right(tiny.dataset(made_of(tmp_path, tiny.PLAIN)).load())
    assert names_in(cache) == ["images", "labels"]
    assert tiny.is_right(tiny.dataset(Forbidden()).load())


def test_nothing_is_made_of_a_damaged_file(cache, tmp_path):
    with pytest.raises(DatasetError, match=r"parts: images\.reversed has other content"):
        tiny.dataset(made_of(tmp_path, {**tiny.PLAIN, "images": b"?"})).load()
    assert names_in(cache) == []


def test_real_registry_package_holds_the_full_set_and_the_sample(tmp_path, cache):
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        pytest.skip("this machine has no apt-get and dpkg-deb")
    try:
        full = LabelledImages(*through_the_package(FASHION_MNIST.files).load())
    except DatasetError as error:
        if "apt-get download" not in str(error):
            raise
        pytest.skip(f"apt-get cannot reach Debian's archive from here: {error}")
    assert [len(array) for array in full] == [60_000, 60_000, 10_000, 10_000]
    chosen = make_sample.stratified(full.train_labels, make_sample.TRAIN)
    assert np.array_equal(full.train_images[chosen], fashion_mnist().train_images)
    chosen = make_sample.stratified(full.test_labels, make_sample.TEST)
    assert np.array_equal(full.test_labels[chosen], fashion_mnist().test_labels)
    for file in cache.iterdir():
        file.unlink()  # pytest keeps temporary folders; 55 MB need not stay


# --- A server that does not behave -------------------------------------------------------------------------------


@contextlib.contextmanager
def server(contents, *, length=None, before=lambda: None, drip=0.0):
    """Serve ``contents``, path → bytes, on loopback; declare a wrong length, wait ``before``, or drip bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            before()
            data = contents.get(self.path.strip("/"))
            self.send_response(404 if data is None else 200)
            self.send_header("Content-Length", str(length or len(data or b"")))
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # the client may have given up
                for start in range(0, len(data or b""), 16_384):
                    self.wfile.write(data[start : start + 16_384])
                    time.sleep(drip)

        def log_message(self, *arguments):
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, args=(0.05,), daemon=True).start()
        try:
            yield Web("the server", f"http://127.0.0.1:{httpd.server_port}/", ".gz")
        finally:
            httpd.shutdown()


def test_download_is_verified_kept_and_asked_for_once(cache):
    with server(tiny.PACKED) as web:
        assert tiny.is_right(tiny.dataset(web).load())
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == tiny.PLAIN
    assert tiny.is_right(tiny.dataset(Forbidden()).load())


def test_progress_is_shown_unless_quiet(cache, monkeypatch, capsys):
    with server(tiny.PACKED) as web:
        tiny.dataset(web).load()
        assert "images.gz: " in capsys.readouterr().out
        shutil.rmtree(cache)
        monkeypatch.setenv("BOOK_UTILS_QUIET", "1")
        tiny.dataset(web).load()
    assert capsys.readouterr() == ("", "")


TAMPERED = files.to_idx(tiny.IMAGES[::-1])
BAD_FILES = {
    "truncated gzip": (tiny.PACKED["images.gz"][:-5], "truncated or damaged"),
    "damaged gzip": (tiny.PACKED["images.gz"][:12] + b"\xff\xff" + tiny.PACKED["images.gz"][14:], "damaged"),
    "truncated": (gzip.compress(tiny.PLAIN["images"][:-1]), r"39 bytes, expected 40"),
    "too long": (gzip.compress(tiny.PLAIN["images"] + b"\0"), r"41 bytes, expected 40"),
    "tampered": (gzip.compress(TAMPERED), "other content: SHA-256"),
    "wrong shape": (gzip.compress(files.to_idx(tiny.IMAGES[:5])), r"shape \(5, 2, 2\), expected \(6, 2, 2\)"),
    "wrong rank": (gzip.compress(files.to_idx(tiny.LABELS)), "not an IDX file of bytes in 3 dimensions"),
    "login page": (b"<html>Log in to use this network</html>", "not an IDX file"),
    "empty": (b"", "not an IDX file"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_bad_download_leaves_no_file_and_says_what_is_wrong(case, cache):
    data, wrong = BAD_FILES[case]
    with (
        server({**tiny.PACKED, "images.gz": data}) as web,
        pytest.raises(DatasetError, match=f"(?s)the server: .*images.*{wrong}.*Remedy: ask for a smaller one"),
    ):
        tiny.dataset(web).load()
    assert "images" not in names_in(cache)
    assert not list(cache.glob("*.part"))


def test_truncated_download_leaves_no_file(cache):
    with server(tiny.PACKED, length=10_000) as web, pytest.raises(DatasetError, match="the server: .*IncompleteRead"):
        tiny.dataset(web).load()
    assert names_in(cache) == []


def test_missing_file_on_the_server_is_named(cache):
    with server({"images.gz": tiny.PACKED["images.gz"]}) as web, pytest.raises(DatasetError, match=r"404.*labels\.gz"):
        tiny.dataset(web).load()
    assert names_in(cache) == ["images"]  # what arrived whole is kept for the next run


def test_no_network_names_every_source_and_the_remedy(cache, tmp_path):
    nowhere = Web("the official server", "http://127.0.0.1:9/")  # nothing listens on the discard port
    with pytest.raises(DatasetError) as caught:
        tiny.dataset(Folder("installed", str(tmp_path / "none")), nowhere).load()
    lines = str(caught.value).splitlines()
    assert lines[0] == "Tiny could not be loaded. Tried:"
    assert [line.split(":")[0] for line in lines[1:-1]] == [
        f"  - cache {cache}",
        "  - installed",
        "  - the official server",
    ]
    assert "Connection refused" in lines[3]
    assert lines[-1] == "Remedy: ask for a smaller one"


def test_silent_server_is_given_up(cache, monkeypatch):
    monkeypatch.setattr(sources, "ANSWER_S", 0.2)
    silence = threading.Event()
    with server(tiny.PACKED, before=lambda: silence.wait(5)) as web:
        with pytest.raises(DatasetError, match="timed out"):
            tiny.dataset(web).load()
        silence.set()


def test_server_that_drips_is_given_up(cache, monkeypatch):
    monkeypatch.setattr(sources, "DOWNLOAD_S", 0.2)
    with server({"images.gz": bytes(400_000)}, drip=0.05) as web:
        start = time.monotonic()
        with pytest.raises(DatasetError, match=r"not complete after 0\.2 s"):
            tiny.dataset(web).load()
        assert time.monotonic() - start < 1


def test_next_source_gives_what_the_bad_one_did_not(cache, tmp_path):
    good = Folder("good", str(tiny.write(tmp_path / "good", tiny.PLAIN)))
    with server({**tiny.PACKED, "labels.gz": gzip.compress(TAMPERED)}) as web:
        assert tiny.is_right(tiny.dataset(web, good).load())


# --- A cache that does not behave --------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", [lambda data: data[:-3], lambda data: data[:-1] + b"!", lambda data: b""])
def test_damaged_cache_file_is_reported_and_replaced(damage, cache, capsys):
    tiny.write(cache, {**tiny.PLAIN, "images": damage(tiny.PLAIN["images"])})
    with server({"images.gz": tiny.PACKED["images.gz"]}) as web:  # the good labels are not asked for
        assert tiny.is_right(tiny.dataset(web).load())
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note:")]
    assert len(notes) == 1
    assert "damaged file in the cache is replaced: images" in notes[0]
    assert (cache / "images").read_bytes() == tiny.PLAIN["images"]


def test_damaged_cache_file_is_replaced_from_an_installed_package_too(cache, tmp_path, capsys):
    tiny.write(cache, {"images": b"?"})
    installed = Folder("installed", str(tiny.write(tmp_path / "usr", tiny.PLAIN)))
    assert tiny.is_right(tiny.dataset(installed).load())
    assert (cache / "images").read_bytes() == tiny.PLAIN["images"]
    assert names_in(cache) == ["images"]
    assert capsys.readouterr().out.count("Note:") == 1


def test_damaged_cache_file_without_a_good_source_is_in_the_error(cache):
    tiny.write(cache, {**tiny.PLAIN, "labels": b"?"})
    with pytest.raises(DatasetError, match=r"cache .*labels is not an IDX file"):
        tiny.dataset().load()


def test_unwritable_cache_gives_the_data_and_one_note(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("a folder cannot be made below a file, even by root")
    monkeypatch.setenv("BOOK_UTILS_CACHE", str(tmp_path / "file" / "cache"))
    with server(tiny.PACKED) as web:
        assert tiny.is_right(tiny.dataset(web).load())
    notes = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Note:")]
    assert len(notes) == 1
    assert "not kept" in notes[0]
    assert "BOOK_UTILS_CACHE" in notes[0]


def test_full_disk_gives_the_data_and_leaves_no_half_file(cache, monkeypatch, capsys):
    write = Path.write_bytes

    def full(path, data):
        write(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with server(tiny.PACKED) as web:
        monkeypatch.setattr(Path, "write_bytes", full)
        assert tiny.is_right(tiny.dataset(web).load())
    assert "No space left on device" in capsys.readouterr().out
    assert names_in(cache) == []


def in_a_process(code, **options):
    return subprocess.Popen(
        [sys.executable, "-c", f"from tests.unit import tiny\nfrom book_utils import datasets, sources\n{code}"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


LOAD = "print(tiny.is_right(tiny.dataset(sources.Web('the server', {address!r}, '.gz')).load()))"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of a file's size")
def test_file_larger_than_the_system_allows_leaves_no_half_file(cache):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30, 30))\n"
    with server(tiny.PACKED) as web:
        said, _ = in_a_process(limit + LOAD.format(address=web.address)).communicate(timeout=60)
    assert "True" in said
    assert "File too large" in said
    assert names_in(cache) == ["labels"]  # 14 bytes fit


SLOW_WRITE = """
import pathlib, time
def slow(path, data):
    with path.open("wb") as file:
        file.write(data[:10])
        file.flush()
        time.sleep({seconds})
        file.write(data[10:])
pathlib.Path.write_bytes = slow
"""


def test_two_processes_fetching_at_once_both_get_the_data(cache, monkeypatch):
    monkeypatch.setenv("BOOK_UTILS_QUIET", "1")
    both = threading.Barrier(2, timeout=60)
    with server(tiny.PACKED, before=both.wait) as web:  # neither gets a file before the other asks for it
        code = SLOW_WRITE.format(seconds=0.3) + LOAD.format(address=web.address)  # so that they write at once too
        readers = [in_a_process(code) for _ in range(2)]
        said = [reader.communicate(timeout=60)[0] for reader in readers]
    assert said == ["True\n", "True\n"]
    assert {path.name: path.read_bytes() for path in cache.iterdir()} == tiny.PLAIN


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_process_killed_while_writing_leaves_no_broken_file_and_the_next_run_succeeds(cache):
    with server(tiny.PACKED) as web:
        writer = in_a_process(SLOW_WRITE.format(seconds=60) + LOAD.format(address=web.address))
        deadline = time.monotonic() + 30
        while not any(part.stat().st_size == 10 for part in cache.glob("*.part")):
            assert time.monotonic() < deadline, f"nothing was written: {names_in(cache)}"
            time.sleep(0.02)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        assert not (cache / "images").exists()
        assert tiny.is_right(tiny.dataset(web).load())
    assert (cache / "images").read_bytes() == tiny.PLAIN["images"]


def test_part_files_of_killed_processes_are_removed_and_those_of_live_ones_are_not(cache):
    tiny.write(cache, {**tiny.PLAIN, ".images.dead.part": b"half", ".images.live.part": b"half"})
    os.utime(cache / ".images.dead.part", (0, time.time() - 2 * files.STALE_S))
    tiny.dataset().load()
    assert names_in(cache) == [".images.live.part", "images", "labels"]


def test_cache_files_can_be_read_by_others(cache):
    old = os.umask(0o022)
    try:
        with server(tiny.PACKED) as web:
            tiny.dataset(web).load()
    finally:
        os.umask(old)
    assert (cache / "images").stat().st_mode & 0o777 == 0o644


# --- Importing ---------------------------------------------------------------------------------------------------


def test_import_is_fast_and_without_heavy_packages():
    code = (
        "import time, sys\nimport book_utils\n"
        "heavy = {'tensorflow', 'keras', 'matplotlib', 'platformdirs', 'requests', 'tqdm'} & set(sys.modules)\n"
        "print(time.process_time(), *heavy)"
    )
    # Processor time since the start of Python: the clock on the wall counts the other tests too.
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(3)]
    seconds, *heavy = min(run.stdout.split() for run in runs)
    assert heavy == []
    assert float(seconds) < 0.3
