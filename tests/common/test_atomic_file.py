"""A file is written whole or not at all."""

import os
import stat
import time
from pathlib import Path

import pytest

from digits.common.atomic_file import LEFTOVER_AGE, atomic_write


def test_the_new_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"old")
    with atomic_write(path) as temporary:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".h5")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_on_the_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), atomic_write(path) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_others_may_read_the_file_as_if_it_had_been_opened_plainly(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with atomic_write(tmp_path / "atomic"):
        pass
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic")]
    assert modes[0] == modes[1]


def leave_behind(path: Path, age: float) -> Path:
    path.write_bytes(b"half")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


def test_what_a_killed_run_left_is_swept_away_by_the_next_that_writes_the_file(
    tmp_path: Path,
) -> None:
    leave_behind(tmp_path / ".model-0123abcd.h5", LEFTOVER_AGE + 60)
    with atomic_write(tmp_path / "model.h5") as temporary:
        temporary.write_bytes(b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["model.h5"]


def test_whoever_else_writes_the_file_right_now_keeps_what_they_have_written(
    tmp_path: Path,
) -> None:
    path = tmp_path / "model.h5"
    with atomic_write(path) as first, atomic_write(path) as second:
        first.write_bytes(b"first")
        second.write_bytes(b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "name",
    [
        ".model-0123abcd.npz",
        ".model-0123abc.h5",
        ".model-0123abcd.h5.txt",
        ".my model-0123abcd.h5",
        "model-0123abcd.h5",
        ".model-notes.h5",
    ],
)
def test_nothing_else_is_ever_swept_away(name: str, tmp_path: Path) -> None:
    leave_behind(tmp_path / name, 100 * LEFTOVER_AGE)
    (tmp_path / ".model-00000000.h5").mkdir()
    with atomic_write(tmp_path / "model.h5"):
        pass
    assert {path.name for path in tmp_path.iterdir()} == {name, ".model-00000000.h5", "model.h5"}
