"""What the network of rows says, by an oracle that tries all paths, and its place in a file."""

from itertools import groupby, product
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digits.network.row_serving import (
    GROUP,
    RowPapers,
    copy_row_network,
    load_row_network,
    log_softmax,
    read_row_network,
    sign_log_probabilities,
    write_row_network,
)
from digits.network.row_signs import BLANK, SIGNS, classes_of
from digits.picture.row_strips import STRIP_HEIGHT

PAPERS = RowPapers("2026-11-26T05:00:00+00:00", "Keras 3", "train", "{}", "0", 0, 0.5, 1e-6)


def random_frames(seed: int, count: int) -> np.ndarray:
    logits = np.random.default_rng(seed).normal(0, 2, (count, len(SIGNS) + 1))
    return log_softmax(logits.astype(np.float32))


def by_all_paths(frames: np.ndarray, sign: int) -> float:
    """The probability that frames read as just one sign, by CTC's own definition."""
    total = 0.0
    for path in product((sign, BLANK), repeat=len(frames)):
        if [each for each, _ in groupby(path) if each != BLANK] == [sign]:
            total += float(np.exp(sum(frames[at, each] for at, each in enumerate(path))))
    return total


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 999), st.integers(1, 6), st.integers(0, 3))
def test_a_stretch_is_one_sign_as_often_as_all_its_paths_say(
    seed: int, length: int, start: int
) -> None:
    frames = random_frames(seed, 10)
    found = sign_log_probabilities(frames, [0, start], length)
    for sign in (0, 7, len(SIGNS) - 1):
        expected = by_all_paths(frames[start : start + length], sign)
        assert np.exp(found[1, length, sign]) == pytest.approx(expected, rel=1e-4)
    blanks = frames[start : start + length, BLANK].sum()
    assert found[1, length, -1] == pytest.approx(blanks, rel=1e-4)


def test_there_is_nothing_in_no_frame_and_nothing_beyond_the_last() -> None:
    found = sign_log_probabilities(random_frames(1, 4), [0, 3], 3)
    assert np.isneginf(found[:, 0]).all()
    assert np.isfinite(found[0, 1:]).all()
    assert np.isfinite(found[1, 1]).all()
    assert np.isneginf(found[1, 2:]).all()


def test_signs_have_numbers_and_others_none() -> None:
    assert classes_of("09-x") == [0, 9, 10, BLANK - 1]
    with pytest.raises(ValueError, match="not found"):
        classes_of("?")


def test_a_file_without_a_network_of_rows_has_none(tmp_path: Path, caplog) -> None:
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["weights"] = [1.0]
    assert load_row_network(path) is None
    assert "no network of rows" in caplog.text
    assert read_row_network(tmp_path / "missing.h5") is None


@pytest.mark.parametrize("damage", ["bytes", "signs", "papers", "onnx"])
def test_a_damaged_network_of_rows_is_none(tmp_path: Path, damage: str, caplog) -> None:
    path = tmp_path / "damaged.h5"
    h5py.File(tmp_path / "empty.h5", "w").close()
    write_row_network(b"no network", PAPERS, tmp_path / "empty.h5", path)
    with h5py.File(path, "r+") as file:
        group = file[GROUP]
        if damage == "bytes":
            del group["onnx"]
            group["onnx"] = np.frombuffer(b"another", np.uint8)
        if damage == "signs":
            group.attrs["signs"] = "01"
        if damage == "papers":
            group.attrs["papers"] = "{}"
        if damage == "onnx":
            del group["onnx"]
    assert read_row_network(path) is None
    assert "damaged.h5" in caplog.text


def test_a_network_of_rows_moves_on_with_its_papers(tmp_path: Path) -> None:
    source, target, empty = tmp_path / "a.h5", tmp_path / "b.h5", tmp_path / "c.h5"
    for path in (target, empty):
        h5py.File(path, "w").close()
    write_row_network(b"some network", PAPERS, empty, source)
    copy_row_network(source, target)
    copy_row_network(tmp_path / "missing.h5", target)
    copy_row_network(empty, target)
    with h5py.File(source) as one, h5py.File(target) as two:
        assert dict(one[GROUP].attrs) == dict(two[GROUP].attrs)
        assert (one[GROUP]["onnx"][()] == two[GROUP]["onnx"][()]).all()


def test_a_file_does_not_grow_when_its_network_of_rows_is_replaced(tmp_path: Path) -> None:
    first, second, third = tmp_path / "a.h5", tmp_path / "b.h5", tmp_path / "c.h5"
    with h5py.File(first, "w") as file:
        file["weights"], file.attrs["model"] = np.arange(5), "config"
    write_row_network(bytes(100_000), PAPERS, first, second)
    write_row_network(bytes(100_000), PAPERS, second, third)
    assert third.stat().st_size == second.stat().st_size
    with h5py.File(third) as file:
        assert file["weights"][()].tolist() == [0, 1, 2, 3, 4]
        assert file.attrs["model"] == "config"


def test_what_ends_a_row_is_seen_with_paper_behind_it() -> None:
    """The same frames come of a strip however much paper follows, but where the answers end."""
    network = load_row_network()
    assert network is not None
    strip = np.zeros((STRIP_HEIGHT, 41), np.float32)
    strip[6:26, 8:11] = strip[6:26, 34:37] = 1
    short = network.log_probabilities(strip)
    long = network.log_probabilities(np.pad(strip, ((0, 0), (0, 30))))
    assert len(short) == 21
    np.testing.assert_allclose(short, long[:21], atol=1e-3)
