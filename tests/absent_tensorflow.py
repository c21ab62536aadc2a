"""Python as it is where TensorFlow and Keras are not installed: to import them fails."""

from __future__ import annotations

import os
from pathlib import Path

_SITE = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "keras", "jax"):
            raise ModuleNotFoundError("No module named " + repr(name), name=name)


sys.meta_path.insert(0, Absent())
"""


def without_tensorflow(folder: Path) -> dict[str, str]:
    """The environment of such a Python.

    Args:
        folder: an empty one, for what makes it so.
    """
    (folder / "sitecustomize.py").write_text(_SITE, encoding="utf-8")
    return os.environ | {"PYTHONPATH": str(folder)}
