"""Say in plain words whether TensorFlow can use a GPU and, if not, why and what to do about it."""

from __future__ import annotations

import ctypes
import os
import platform
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from book_utils.claims import measured
from book_utils.runtime import quiet_stderr

OLDEST_DRIVER = {12: 525, 13: 580}  # by CUDA's major version
ROOT = Path("/")
CUDA_WHEELS = "pip install 'tensorflow[and-cuda]'"


@dataclass(frozen=True)
class Facts:
    """What was observed of the machine and of TensorFlow."""

    system: str = "Linux"  # as platform.system() says it
    cuda_build: bool = True
    cuda: str = ""  # the version that TensorFlow was built for, such as "12.5.1"
    driver: str | None = None  # version of the NVIDIA driver, "" if it is there but does not say, None without one
    devices: int = 0  # NVIDIA devices in /dev; 0 if they are not listed there, as under WSL
    visible: str | None = None  # CUDA_VISIBLE_DEVICES, None if it is not set
    unloadable: tuple[str, ...] = ()  # one "libname.so.N: reason" a library
    gpus: tuple[str, ...] = ()  # one description a GPU that TensorFlow sees
    failure: str | None = None  # why a multiplication on a GPU failed, None if it gave the right result


def diagnose(facts: Facts) -> str:
    """Return three lines: the state of the GPU, why it is so, and what to do about it."""
    if facts.gpus and facts.failure is None:
        state = f"TensorFlow computes on the GPU: {'; '.join(facts.gpus)}."
        cause, remedy = "a product of two matrices came out right on each GPU.", "nothing."
    elif facts.gpus:
        state = f"TensorFlow sees a GPU but cannot compute on it: {'; '.join(facts.gpus)}."
        cause = str(facts.failure)
        remedy = "end other programs on the GPU (nvidia-smi lists them), restart the kernel, or update the driver."
    else:
        state, (cause, remedy) = "TensorFlow sees no GPU and computes on the CPU.", _why_none(facts)
    return f"State: {state}\nWhy: {cause}\nDo: {remedy}"


def _why_none(facts: Facts) -> tuple[str, str]:
    """Return the cause and the remedy; a cause that hides the others comes first."""
    needed = OLDEST_DRIVER.get(_major(facts.cuda), 0)
    if facts.system == "Windows":
        return "TensorFlow has no GPU support on native Windows.", "install WSL 2 and run the notebooks in it."
    if facts.system == "Darwin":
        return "TensorFlow has no GPU build for macOS.", "nothing: the book runs on a CPU. For a GPU, use Colab."
    if not facts.cuda_build:
        return "this TensorFlow is a CPU-only build.", f"if the machine has an NVIDIA GPU: {CUDA_WHEELS}"
    if facts.driver is None:
        return "there is no NVIDIA driver (no /dev/nvidia*, no /proc/driver/nvidia).", (
            "install the driver if the machine has an NVIDIA GPU, and nothing otherwise. "
            "Start a container with --gpus all. On Colab: Runtime, Change runtime type, GPU."
        )
    if facts.visible is not None and _hides_all(facts.visible, facts.devices):
        cause = f"the driver is there, but CUDA_VISIBLE_DEVICES={facts.visible!r} hides every GPU."
        return cause, "remove that environment variable, or set it to 0, and restart the kernel."
    if 0 < _major(facts.driver) < needed:
        return (
            f"the NVIDIA driver {facts.driver} is too old for CUDA {facts.cuda}.",
            f"install driver {needed} or newer.",
        )
    if facts.unloadable and "libcuda.so" in facts.unloadable[0]:
        cause = f"the driver's own library cannot be loaded: {facts.unloadable[0]}."
        return cause, "install the driver again; in a container, use the NVIDIA Container Toolkit."
    if facts.unloadable:
        cause = f"the driver is there, but libraries of CUDA cannot be loaded: {'; '.join(facts.unloadable)}."
        return cause, f"{CUDA_WHEELS}, then restart the kernel."
    return "unknown: the driver and CUDA's libraries are there.", "see what nvidia-smi says, or restart the machine."


def _major(version: str) -> int:
    return int(version.split(".")[0] or 0)


def _hides_all(visible: str, devices: int) -> bool:
    """CUDA reads the list up to its first entry that names no device; so the first entry decides."""
    first = visible.split(",")[0].strip()
    if first.startswith(("GPU-", "MIG-")):
        return False  # a device's full name, which we cannot verify
    return not first.isdecimal() or 0 < devices <= int(first)


def doctor() -> None:
    """Print versions, whether TensorFlow can use a GPU, why, and what to do. Call it after ``setup()``.

    What depends on the machine stands in quotes after ``≈``, which exempts it from exact comparison.
    """
    from book_utils import __version__

    try:
        with quiet_stderr():
            import keras
            import tensorflow as tf

            facts = observe()
    except ImportError as error:
        print(f"TensorFlow cannot be imported: {error}\nDo: pip install tensorflow, then restart the kernel.")
        return
    machine = (
        f"Machine: Python {platform.python_version()} · TensorFlow {tf.__version__} · Keras {keras.__version__}"
        f" · NumPy {np.__version__} · book_utils {__version__} · {platform.system()} {platform.machine()}"
    )
    for line in [machine, *diagnose(facts).splitlines()]:
        label, text = line.split(": ", maxsplit=1)
        print(f"{label} {measured(text)}")


def observe() -> Facts:
    """Look at this machine and ask TensorFlow; a GPU that it sees is put to work."""
    import tensorflow as tf

    build = tf.sysconfig.get_build_info()
    cuda, cudnn = str(build.get("cuda_version", "")), str(build.get("cudnn_version", ""))
    gpus = tf.config.list_physical_devices("GPU")
    # Loading libraries takes seconds, so the files are examined only where they decide.
    facts = Facts(cuda=cuda) if gpus else examine(ROOT, Path(tf.__file__).parents[1], cuda, cudnn)
    return replace(
        facts,
        system=platform.system(),
        cuda_build=bool(build.get("is_cuda_build")),
        visible=os.environ.get("CUDA_VISIBLE_DEVICES"),
        gpus=tuple(_describe(index, gpu) for index, gpu in enumerate(gpus)),
        failure=_failure(f"GPU:{index}" for index in range(len(gpus))),
    )


def examine(root: Path, packages: Path, cuda: str, cudnn: str) -> Facts:
    """Look at the files of an installation, without TensorFlow: the driver, its devices, the libraries of CUDA.

    Args:
        root: The top of the file system, ``/`` but for a test; a driver below another root is never loaded from ``/``.
        packages: The folder in which pip installs.
        cuda: Version of CUDA that TensorFlow was built for, such as ``"12.5.1"``.
        cudnn: The same for cuDNN.
    """
    driver = _driver(root)
    return Facts(
        cuda=cuda,
        driver=driver,
        devices=len(list((root / "dev").glob("nvidia[0-9]*"))),
        unloadable=() if driver is None else _unloadable(_libraries(cuda, cudnn), packages, root),
    )


def _driver(root: Path) -> str | None:
    if (file := root / "proc/driver/nvidia/version").exists():
        number = re.search(r"\s(\d+\.[\d.]+)", file.read_text())
        return number[1] if number else ""
    there = any((root / "dev").glob("nvidia*")) or (root / "dev/dxg").exists()  # dxg is WSL's door to the GPU
    return "" if there else None


def _libraries(cuda: str, cudnn: str) -> list[str]:
    """File names of the driver's library, CUDA's and cuDNN's, for the versions that TensorFlow was built for."""
    numbers = dict.fromkeys(("cudart", "cublas", "cublasLt"), _major(cuda)) | {"cudnn": _major(cudnn)}
    if _major(cuda) == 12:  # these keep numbers of their own
        numbers |= {"cufft": 11, "cusolver": 11, "cusparse": 12}
    return ["libcuda.so.1", *(f"lib{name}.so.{number}" for name, number in numbers.items())]


def _unloadable(names: list[str], packages: Path, root: Path = ROOT) -> tuple[str, ...]:
    """Try each library: from the wheels in ``packages`` as TensorFlow does, otherwise where the system looks."""
    problems = []
    for name in names:
        elsewhere = name if root == ROOT else next(root.glob(f"usr/lib/**/{name}"), root / name)
        try:
            ctypes.CDLL(str(next(packages.glob(f"nvidia/*/lib/{name}"), elsewhere)))
        except OSError as error:
            reason = str(error)
            if root != ROOT:  # a test; on a real machine the whole path says which environment is meant
                reason = reason.replace(f"{packages}{os.sep}", "").replace(f"{root}{os.sep}", "")
            problems.append(reason if name in reason else f"{name}: {reason}")
    return tuple(problems)


def _describe(index: int, gpu: object) -> str:
    import tensorflow as tf

    details = tf.config.experimental.get_device_details(gpu)
    capability = ".".join(map(str, details.get("compute_capability", ("unknown",))))
    return f"GPU {index}: {details.get('device_name', 'GPU')}, {_memory(index)}, compute capability {capability}"


def _memory(index: int) -> str:
    """Ask the driver for the memory of a device: TensorFlow itself only knows what it took."""
    try:
        cuda, size, device = ctypes.CDLL("libcuda.so.1"), ctypes.c_size_t(), ctypes.c_int()
        codes = cuda.cuInit(0), cuda.cuDeviceGet(ctypes.byref(device), index)
        codes += (cuda.cuDeviceTotalMem_v2(ctypes.byref(size), device),)
    except (OSError, AttributeError):
        return "memory unknown"
    return "memory unknown" if any(codes) else f"{size.value / 2**30:.1f} GiB"


def _failure(devices: Iterable[str]) -> str | None:
    """Multiply two matrices on each device; return what went wrong."""
    import tensorflow as tf

    for device in devices:
        try:
            with tf.device(device):
                ones = tf.ones([256, 256])
                product = ones @ ones
                total = float(tf.reduce_sum(product))
        except (tf.errors.OpError, RuntimeError) as error:
            return f"{device}: {type(error).__name__}: {' '.join(str(error).split())}"
        if not product.device.endswith(f"device:{device}"):  # TensorFlow may quietly choose another
            return f"{device}: the work was done on {product.device}"
        if total != 256.0**3:
            return f"{device}: a product of matrices sums to {total}, not to {256.0**3}"
    return None
