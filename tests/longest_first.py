"""A pytest plugin: files that take long begin first, so that no worker is left alone with one.

pytest-xdist gives whole files to its workers, in this order.
"""

from __future__ import annotations

import pytest

LONG = (
    "tests/test_notebook.py",
    "tests/page/test_browser.py",
    "tests/tuning/test_command.py",
    "tests/training/test_interrupted.py",
    "tests/training/test_command.py",
    "tests/window/test_app.py",
    "tests/training/test_fitting.py",
    "tests/reading/test_digit.py",
    "tests/explanation/test_sanity.py",
    "tests/doors/test_no_home.py",
    "tests/test_rooms.py",
)
"""By how long they take, the longest first; all others are quick."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; within a file, and among the quick ones, nothing changes place."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(LONG)))
