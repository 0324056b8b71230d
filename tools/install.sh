#!/usr/bin/env bash
# Create the environment that builds and tests the book: install.sh VENV
set -euo pipefail
venv=$1
python=${PYTHON:-python3}

if ! command -v "$python" >/dev/null; then
  echo "There is no $python. Install Python 3.10 to 3.13 and name it, for example: make site PYTHON=python3.12" >&2
  exit 1
fi
"$python" - <<'PY'
import sys
if not (3, 10) <= sys.version_info[:2] <= (3, 13):
    sys.exit(f"Python {sys.version.split()[0]} at {sys.executable} cannot run this book: TensorFlow needs 3.10 to 3.13.\n"
             "Install one of those and name it, for example: make site PYTHON=python3.12")
try:
    import ensurepip, venv
except ImportError as error:
    sys.exit(f"Python at {sys.executable} cannot make environments ({error}); on Debian or Ubuntu: apt install python3-venv")
PY

echo "Installing the locked requirements into $venv (once; a few minutes without a cache)"
"$python" -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
    --no-deps -r <(awk '/^uv==/ {on=1} on {print} on && !/\\$/ {exit}' requirements.txt)
VIRTUAL_ENV=$PWD/$venv "$venv/bin/uv" pip install --compile-bytecode --require-hashes -r requirements.txt
VIRTUAL_ENV=$PWD/$venv "$venv/bin/uv" pip install --quiet --no-deps --no-build-isolation -e .
"$venv/bin/python" -c 'from book_utils.mobilenet import prefetch; prefetch()'  # 9 MB, so that chapters run offline
touch "$venv/.ready"
