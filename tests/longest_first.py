"""A pytest plugin: how files of tests are shared out. Those that take long begin first, so that no
worker is left alone with one.

pytest-xdist gives whole files to its workers, in this order.
"""

from __future__ import annotations

import os

import pytest

LONG = (
    "tests/page/test_browser.py",
    "tests/training/test_command.py",
    "tests/batch/test_cluster_run.py",
    "tests/page/test_many.py",
    "tests/page/test_looks.py",
    "tests/tuning/test_command.py",
    "tests/training/test_interrupted.py",
    "tests/window/test_app.py",
    "tests/page/test_correcting_browser.py",
    "tests/explanation/test_sanity.py",
    "tests/picture/test_file_fuzzing.py",
    "tests/picture/test_ink_finding.py",
    "tests/training/test_fitting.py",
    "tests/reading/test_digit.py",
    "tests/doors/test_faults.py",
    "tests/explanation/test_explaining.py",
    "tests/page/test_app.py",
    "tests/doors/test_no_home.py",
)
"""By how long they take, the longest first; all others are quick."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort the files; within a file, and among the quick ones, nothing changes place."""
    place = {name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::")[0], len(LONG)))


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: who drives a browser or a window mostly waits."""
    return min(4, 1 + (os.cpu_count() or 1))
