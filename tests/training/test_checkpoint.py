"""A checkpoint comes back as it went, or is named as damaged."""

import errno
from pathlib import Path

import numpy as np
import pytest

from digits.common import atomic_file
from digits.common.errors import DataError
from digits.training.checkpoint import Checkpoint, EpochRow, load_checkpoint, save_checkpoint

ROW = EpochRow(1, 2.5, 0.001, 0.3, 0.9, 0.2, 0.95)


def a_checkpoint() -> Checkpoint[EpochRow]:
    arrays = [np.arange(12, dtype=np.float32).reshape(3, 4), np.array([0.1], np.float32)] * 6
    return Checkpoint((ROW,), arrays, [np.array(7), *arrays], arrays[::-1], {"seed": 3})


def test_a_checkpoint_comes_back_as_it_went(tmp_path: Path) -> None:
    before = a_checkpoint()
    save_checkpoint(before, tmp_path / "c.npz")
    after = load_checkpoint(tmp_path / "c.npz", EpochRow)
    assert after is not None
    assert (after.history, after.run) == (before.history, before.run)
    for name in ("weights", "optimizer_state", "kept_weights"):
        for one, two in zip(getattr(before, name), getattr(after, name), strict=True):
            assert np.array_equal(one, two)
            assert one.dtype == two.dtype


def test_without_a_checkpoint_there_is_none(tmp_path: Path) -> None:
    assert load_checkpoint(tmp_path / "c.npz", EpochRow) is None


@pytest.mark.parametrize("length", [0, 10, 300, -40])
def test_a_damaged_one_is_named(length: int, tmp_path: Path) -> None:
    save_checkpoint(a_checkpoint(), tmp_path / "c.npz")
    content = (tmp_path / "c.npz").read_bytes()
    (tmp_path / "c.npz").write_bytes(content[:length])
    with pytest.raises(DataError, match=r"checkpoint c\.npz is damaged"):
        load_checkpoint(tmp_path / "c.npz", EpochRow)


@pytest.mark.parametrize(
    "words", ["", "{}", '{"run": [], "history": []}', '{"run": {}, "history": []}', "[" * 100_000]
)
def test_one_of_something_else_is_named(words: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", words=words, weights=np.zeros(3))
    with pytest.raises(DataError, match="damaged"):
        load_checkpoint(tmp_path / "c.npz", EpochRow)


def test_on_a_full_disk_the_last_one_stays(tmp_path: Path, monkeypatch) -> None:
    def no_space(path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    save_checkpoint(a_checkpoint(), tmp_path / "c.npz")
    before = (tmp_path / "c.npz").read_bytes()
    monkeypatch.setattr(atomic_file, "_flush_to_disk", no_space)
    with pytest.raises(OSError, match="No space"):
        save_checkpoint(a_checkpoint(), tmp_path / "c.npz")
    assert (tmp_path / "c.npz").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["c.npz"]
