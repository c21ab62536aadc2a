"""One process at a time, whatever becomes of it."""

import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from digits.common.errors import DataError
from digits.common.file_lock import held_lock
from digits.training.command import main
from tests.browser import ROOT

HOLD = """
import sys, time
from pathlib import Path
from digits.common.file_lock import held_lock
with held_lock(Path(sys.argv[1]), "taken"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_holder_is_refused_with_the_sentence_given(tmp_path: Path) -> None:
    with held_lock(tmp_path / "lock", "mine"):
        with (
            pytest.raises(DataError, match="It is taken"),
            held_lock(tmp_path / "lock", "It is taken"),
        ):
            pytest.fail("two hold it")
        assert (tmp_path / "lock").exists()


def test_no_file_stays_behind_even_where_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), held_lock(tmp_path / "lock", "taken"):
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_a_process_that_is_killed_holds_nothing(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "lock")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(DataError), held_lock(tmp_path / "lock", "taken"):
        pytest.fail("two hold it")
    holder.kill()
    holder.communicate(timeout=120)
    assert (tmp_path / "lock").exists()
    with held_lock(tmp_path / "lock", "taken"):
        pass
    assert not list(tmp_path.iterdir())


def test_of_many_who_come_and_go_never_two_hold_it(tmp_path: Path) -> None:
    inside: list[int] = []
    counts: list[int] = []

    def come_and_go() -> None:
        for _ in range(200):
            try:
                with held_lock(tmp_path / "lock", "taken"):
                    inside.append(1)
                    counts.append(len(inside))
                    inside.pop()
            except DataError:
                continue

    threads = [threading.Thread(target=come_and_go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) > 200
    assert set(counts) == {1}


@pytest.mark.skipif(os.name == "nt", reason="flock is POSIX's")
def test_where_the_file_system_knows_no_locks_the_work_is_done_all_the_same(
    tmp_path: Path, monkeypatch
) -> None:
    def flock(*arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with held_lock(tmp_path / "lock", "taken"):
        (tmp_path / "work").touch()
    assert [path.name for path in tmp_path.iterdir()] == ["work"]


def test_a_second_training_of_one_output_is_refused_and_touches_nothing(
    tmp_path: Path, capsys
) -> None:
    output = tmp_path / "mine.h5"
    output.write_bytes(b"of the first")
    with held_lock(tmp_path / ".mine.h5.lock", "taken"):
        assert main(["--output", str(output)]) == 1
    errors = capsys.readouterr().err
    assert errors.startswith("Another training is writing mine.h5: wait for it, or name another")
    assert errors.count("\n") == 1
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"of the first"]
