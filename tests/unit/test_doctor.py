"""The doctor names the cause and the remedy; the machine's facts are faked, so every case is tested anywhere."""

import importlib
import re
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from book_utils.doctor import Facts, diagnose

doctor = importlib.import_module("book_utils.doctor")  # the package's attribute of this name is the function

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux does TensorFlow load NVIDIA's libraries")
DRIVER = Facts(cuda="12.5.1", driver="550.54.14", devices=1)


@pytest.mark.parametrize(
    ("facts", "why", "do"),
    [
        (Facts(system="Windows", cuda_build=False), "native Windows", "WSL 2"),
        (Facts(system="Darwin", cuda_build=False), "macOS", "Colab"),
        (replace(DRIVER, cuda_build=False, cuda=""), "CPU-only build", "tensorflow[and-cuda]"),
        (Facts(cuda="12.5.1"), "no NVIDIA driver (no /dev/nvidia*", "install the driver if"),
        (Facts(cuda="12.5.1", visible="-1"), "no NVIDIA driver", "install the driver if"),
        (replace(DRIVER, visible=""), "CUDA_VISIBLE_DEVICES='' hides every GPU", "remove that environment variable"),
        (replace(DRIVER, visible="-1"), "CUDA_VISIBLE_DEVICES='-1' hides", "remove that environment variable"),
        (replace(DRIVER, visible="1"), "CUDA_VISIBLE_DEVICES='1' hides", "set it to 0"),
        (replace(DRIVER, driver="470.82.01"), "driver 470.82.01 is too old for CUDA 12.5.1", "driver 525 or newer"),
        (
            replace(DRIVER, unloadable=("libcuda.so.1: cannot open shared object file", "libcudnn.so.9: cannot")),
            "driver's own library cannot be loaded: libcuda.so.1",
            "Container Toolkit",
        ),
        (replace(DRIVER, visible="0", unloadable=("libcudnn.so.9: no such",)), "loaded: libcudnn.so.9", "and-cuda"),
        (replace(DRIVER, visible="GPU-5d3a"), "unknown", "nvidia-smi"),
        (replace(DRIVER, driver="", devices=0, visible="0"), "unknown", "nvidia-smi"),
    ],
)
def test_each_cause_is_named_with_its_remedy(facts, why, do):
    state, cause, remedy = diagnose(facts).splitlines()
    assert state == "State: TensorFlow sees no GPU and computes on the CPU."
    assert cause.startswith("Why: ")
    assert why in cause
    assert remedy.startswith("Do: ")
    assert do in remedy


def test_gpu_that_computes_is_described():
    seen = replace(DRIVER, gpus=("GPU 0: Tesla T4, 14.6 GiB, compute capability 7.5",))
    state, cause, remedy = diagnose(seen).splitlines()
    assert state == f"State: TensorFlow computes on the GPU: {seen.gpus[0]}."
    assert cause.startswith("Why: a product of two matrices came out right")
    assert remedy == "Do: nothing."


def test_gpu_that_fails_is_not_called_well():
    said = diagnose(replace(DRIVER, gpus=("GPU 0: Tesla T4",), failure="GPU:0: InternalError: out of memory"))
    assert "cannot compute" in said
    assert "Why: GPU:0: InternalError: out of memory" in said
    assert "nvidia-smi" in said


@pytest.mark.parametrize(
    ("visible", "devices", "hidden"),
    [("0", 1, False), ("0,1", 1, False), ("1,0", 1, True), ("1", 2, False), ("none", 2, True), (" 0", 1, False),
     ("MIG-1", 1, False), ("3", 0, False)],
)  # fmt: skip
def test_visible_devices_are_read_as_cuda_reads_them(visible, devices, hidden):
    assert doctor._hides_all(visible, devices) is hidden


@pytest.mark.parametrize(
    ("file", "text", "driver"),
    [
        (
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug",
            "535.104.05",
        ),
        (
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14",
            "550.54.14",
        ),
        ("proc/driver/nvidia/version", "?", ""),
        ("dev/nvidiactl", "", ""),
        ("dev/dxg", "", ""),
        ("dev/null", "", None),
    ],
)
def test_driver_is_found_where_it_shows(file, text, driver, tmp_path):
    (tmp_path / file).parent.mkdir(parents=True)
    (tmp_path / file).write_text(text)
    assert doctor._driver(tmp_path) == driver


def test_libraries_follow_the_build():
    names = doctor._libraries("12.5.1", "9")
    assert {"libcuda.so.1", "libcudart.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcudnn.so.9"} <= set(names)
    assert names[0] == "libcuda.so.1"
    assert "libcudart.so.13" in doctor._libraries("13.0", "9")


@on_linux
def test_missing_and_broken_libraries_are_named_and_good_ones_are_not(tmp_path):
    broken = tmp_path / "nvidia" / "cudnn" / "lib" / "libcudnn.so.9"
    broken.parent.mkdir(parents=True)
    broken.write_text("not a library")
    missing, named = doctor._unloadable(["libnowhere.so.7", "libc.so.6", "libcudnn.so.9"], tmp_path)
    assert missing.startswith("libnowhere.so.7")
    assert named.startswith(f"{broken}: "), "the path says which environment is meant"


LIBRARIES = {
    "cuda_runtime": "libcudart.so.12", "cublas": "libcublas.so.12", "cublas_lt": "libcublasLt.so.12",
    "cudnn": "libcudnn.so.9", "cufft": "libcufft.so.11", "cusolver": "libcusolver.so.11",
    "cusparse": "libcusparse.so.12",
}  # fmt: skip


@pytest.fixture
def installation(tmp_path):
    """A whole installation of driver 550 and CUDA 12: any library that loads serves as each of its own."""
    good = Path(np.random.mtrand.__file__).read_bytes()
    for folder, name in LIBRARIES.items():
        (tmp_path / "packages/nvidia" / folder / "lib").mkdir(parents=True)
        (tmp_path / "packages/nvidia" / folder / "lib" / name).write_bytes(good)
    for folder in ("proc/driver/nvidia", "dev", "usr/lib/x86_64-linux-gnu"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").write_text("NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14")
    (tmp_path / "dev/nvidia0").touch()
    (tmp_path / "usr/lib/x86_64-linux-gnu/libcuda.so.1").write_bytes(good)
    return tmp_path


def examined(root):
    return doctor.examine(root, root / "packages", "12.5.1", "9")


@on_linux
def test_whole_installation_is_found_whole(installation):
    assert examined(installation) == DRIVER


@on_linux
@pytest.mark.parametrize(
    ("path", "content", "named"),
    [
        ("packages/nvidia/cudnn/lib/libcudnn.so.9", None, "libraries of CUDA cannot be loaded: libcudnn.so.9: "),
        (
            "packages/nvidia/cublas/lib/libcublas.so.12",
            b"",
            "loaded: nvidia/cublas/lib/libcublas.so.12: file too short",
        ),
        ("usr/lib/x86_64-linux-gnu/libcuda.so.1", None, "the driver's own library cannot be loaded: libcuda.so.1: "),
        ("proc/driver/nvidia/version", b"Module  470.82.01", "driver 470.82.01 is too old for CUDA 12.5.1"),
    ],
)
def test_broken_installation_names_its_file(installation, path, content, named):
    (installation / path).unlink()
    if content is not None:
        (installation / path).write_bytes(content)
    said = diagnose(examined(installation))
    assert named in said
    assert str(installation) not in said


def test_what_depends_on_the_machine_stands_behind_the_sign(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "observe", lambda: DRIVER)
    doctor.doctor()
    lines = capsys.readouterr().out.splitlines()
    assert [re.fullmatch(r'(\w+) ≈ "[^"]+"', line)[1] for line in lines] == ["Machine", "State", "Why", "Do"]


class Driver:
    """Stands in for libcuda.so.1: device 1 has 16 GiB, there is no device 2."""

    def cuInit(self, flags):
        return 0

    def cuDeviceGet(self, device, index):
        device._obj.value = index
        return 0 if index < 2 else 101

    def cuDeviceTotalMem_v2(self, size, device):
        size._obj.value = 2**34 if device.value == 1 else 0
        return 0


def test_memory_is_what_the_driver_says(monkeypatch):
    monkeypatch.setattr(doctor.ctypes, "CDLL", lambda name: Driver())
    assert doctor._memory(1) == "16.0 GiB"
    assert doctor._memory(2) == "memory unknown"


def test_memory_is_unknown_without_the_drivers_library(monkeypatch):
    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(doctor.ctypes, "CDLL", missing)
    assert doctor._memory(0) == "memory unknown"


def test_doctor_says_when_tensorflow_cannot_be_imported(monkeypatch, capfd):
    monkeypatch.setitem(sys.modules, "keras", None)
    doctor.doctor()
    assert "TensorFlow cannot be imported" in capfd.readouterr().out
