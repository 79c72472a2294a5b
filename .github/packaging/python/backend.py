"""Builds the wheel for `pip install .`, which is what the pre-commit framework does with a release of this repository.

In: a checkout. Out: a wheel. If the package index has the wheel of this very version for this machine, that one is
taken, so that no Rust toolchain is needed; otherwise, or with SKOUT_FROM_SOURCE=1, maturin builds it. Releases
themselves are made with maturin directly and never come through here.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MATURIN = "maturin>=1.8,<2"


def _version():
    text = Path("Cargo.toml").read_text(encoding="utf-8")
    return re.search(r'^version = "([^"]+)"', text, re.MULTILINE).group(1)


def _prebuilt(folder):
    """Puts the wheel of this version into `folder` and returns its name; None if there is none."""
    if os.environ.get("SKOUT_FROM_SOURCE"):
        return None
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    command += ["--only-binary=:all:", "--dest", str(folder), f"skout=={_version()}"]
    if subprocess.run(command, stdout=sys.stderr, stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return None
    return next((wheel.name for wheel in Path(folder).glob("skout-*.whl")), None)


def get_requires_for_build_wheel(config_settings=None):
    with tempfile.TemporaryDirectory() as folder:
        return [] if _prebuilt(folder) else [MATURIN]


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with tempfile.TemporaryDirectory() as folder:
        name = _prebuilt(folder)
        if name:
            shutil.copy(Path(folder) / name, Path(wheel_directory) / name)
            return name
    import maturin

    return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)


def get_requires_for_build_sdist(config_settings=None):
    return [MATURIN]


def build_sdist(sdist_directory, config_settings=None):
    import maturin

    return maturin.build_sdist(sdist_directory, config_settings)
