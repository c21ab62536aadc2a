"""Ctrl-C at a moment that is the same on every machine: when a program imports a module."""

from __future__ import annotations

import os
from pathlib import Path

_SITE = """
import signal
import sys


class Interrupter:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)


sys.meta_path.insert(0, Interrupter())
"""


def interrupted_at_import(module: str, folder: Path) -> dict[str, str]:
    """The environment of a Python that gets Ctrl-C when it begins to import a module.

    Args:
        module: as `sys.modules` will know it.
        folder: an empty one, for what makes it so.
    """
    (folder / "sitecustomize.py").write_text(_SITE.format(module=module), encoding="utf-8")
    return os.environ | {"PYTHONPATH": str(folder)}
