"""setup() is quiet, repeatable and says what it found; noise is held back only while nothing fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from book_utils.runtime import quiet_stderr

ROOT = Path(__file__).parents[2]


def test_noise_on_the_descriptor_is_held_back_and_then_let_through(capfd):
    with quiet_stderr():
        os.write(2, b"noise")
    os.write(2, b"signal")
    assert capfd.readouterr().err == "signal"


def test_noise_is_shown_when_the_block_fails(capfd):
    with pytest.raises(ImportError), quiet_stderr():
        os.write(2, b"libfoo.so is missing\n")
        raise ImportError
    os.write(2, b"after")
    assert capfd.readouterr().err == "libfoo.so is missing\nafter"


def test_claims_that_need_tensorflow_hold():
    # One fresh process for all of them: importing TensorFlow costs seconds.
    environment = {
        name: value for name, value in os.environ.items() if name not in ("BOOK_UTILS_QUIET", "KERAS_BACKEND")
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.unit.in_tensorflow"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.endswith("14 claims hold\n")
    assert run.stderr == ""
