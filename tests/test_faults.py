"""Killed, a full disk, a folder that cannot be written: nothing is lost, and one sentence says so.

All that is written goes through `atomic_file`, where the faults are made.
"""

from __future__ import annotations

import ast
import errno
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

import atomic_file
from tests.browser import ROOT
from tests.writers import WRITERS


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def kill_while_writing(name: str, folder: Path) -> str:
    """Start to write the newer version, and kill that in the middle; what it leaves behind."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.writers", name, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    try:
        while not (line := writer.stdout.readline()).startswith("."):
            assert writer.poll() is None, line
    finally:
        writer.kill()
        writer.communicate(timeout=20)
    return line.strip()


@pytest.mark.parametrize("name", WRITERS)
def test_killed_while_it_writes_leaves_the_old_file_and_can_be_run_again(
    name: str, tmp_path: Path
) -> None:
    write, folder, undisturbed = WRITERS[name], tmp_path / "killed", tmp_path / "undisturbed"
    folder.mkdir()
    undisturbed.mkdir()
    write(folder, 0)
    old = contents(folder)

    leftover = kill_while_writing(name, folder)

    assert old == {each: content for each, content in contents(folder).items() if each != leftover}
    an_hour_ago = time.time() - atomic_file.LEFTOVER_AGE - 1
    os.utime(folder / leftover, (an_hour_ago, an_hour_ago))
    write(folder, 1)
    write(undisturbed, 1)
    assert contents(folder) == old | contents(undisturbed)
    assert contents(folder) != old
