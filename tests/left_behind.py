"""A pytest plugin: what a test has started ends with it.

A thread or a process that outlives its test works on beside other tests, and which these are is
chance.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PATIENCE = 20.0
"""Seconds that whatever has been told to end may take for it."""
# These end with the process that runs the tests, or when nobody needs them.
_KNOWN_THREADS = (
    "execnet-",  # pytest-xdist's
    "asyncio_",  # Playwright's and Streamlit's loops keep theirs for the next task
    "pydevd",
    "rows_",  # our own, one for each core, for all who read
)
_KNOWN_PROCESSES = re.compile(
    r"multiprocessing\.(resource_tracker|forkserver)"  # Python's own, one for each interpreter
    r"|playwright/driver"
    r"|digits\.network\.tensorflow_worker"  # ends when it has not been asked for a while
)


def _threads() -> dict[str, str]:
    """All threads of this process, by what tells them apart: how a person would call them."""
    return {
        f"thread {each.ident}": f"the thread {each.name}"
        for each in threading.enumerate()
        if not each.name.startswith(_KNOWN_THREADS)
    }


def _processes() -> dict[str, str]:
    """All processes that this one has started, likewise; where they can be looked up."""
    found = {}
    for children in Path("/proc/self/task").glob("*/children"):
        try:
            numbers = children.read_text().split()
        except OSError:  # the thread has ended
            continue
        for number in numbers:
            command = _command(number)
            if _runs(number) and not _KNOWN_PROCESSES.search(command):
                found[f"process {number}"] = f"the process {number}: {command[:200]}"
    return found


def _runs(number: str) -> bool:
    """Whether a process has not ended; one that waits to be asked how it ended has."""
    try:
        status = Path(f"/proc/{number}/stat").read_text(errors="replace")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def _command(number: str) -> str:
    """What a process was started as; nothing yet for one that is about to become its program."""
    try:
        return Path(f"/proc/{number}/cmdline").read_text(errors="replace").replace("\0", " ")
    except OSError:
        return ""


def _running() -> dict[str, str]:
    return _threads() | _processes()


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail the test that leaves a thread or a process; those of wider fixtures are there before."""
    before = _running()
    yield
    deadline = time.monotonic() + PATIENCE
    while (left := _running().keys() - before.keys()) and time.monotonic() < deadline:
        time.sleep(0.02)
    now = _running()
    assert not left, f"left behind: {', '.join(now[each] for each in left if each in now)}"
