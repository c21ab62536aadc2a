"""`train_mnist_model.py --rows`, as a person would run it, on few rows."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digits.network.model_file import SHIPPED_MODEL
from digits.network.row_serving import load_row_network, read_row_network
from digits.network.stored_export import read_export
from digits.picture.row_strips import STRIP_HEIGHT
from digits.training import row_command
from digits.training.command import main
from digits.training.row_command import share_read_by
from digits.training.rows import RowSet


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """The shipped file without its network of rows."""
    import h5py

    path = tmp_path / "mine.h5"
    shutil.copyfile(SHIPPED_MODEL, path)
    with h5py.File(path, "r+") as file:
        file.pop("row_network", None)
    return path


def test_a_network_of_rows_is_put_beside_the_other_and_a_better_one_stays(
    small_mnist: Path, model: Path, capsys, monkeypatch
) -> None:
    before = read_export(model)
    options = ["--data", str(small_mnist), "--output", str(model), "--rows", "60", "--epochs", "1"]
    assert main(options) == 0
    printed = capsys.readouterr().out
    assert "Making 60 rows, once." in printed
    assert "Epoch 1/1: loss" in printed
    network = read_row_network(model)
    assert network is not None
    assert "--rows 60 --epochs 1" in network.papers.command
    assert network.papers.largest_difference < 0.1
    frames = network.log_probabilities(np.zeros((STRIP_HEIGHT, 41), np.float32))
    assert len(frames) == 21
    np.testing.assert_allclose(np.exp(frames).sum(axis=1), 1, rtol=1e-4)
    after = read_export(model)
    assert before is not None and after is not None
    assert before.onnx == after.onnx
    assert not list(model.parent.glob("*.checkpoint.npz"))

    monkeypatch.setattr(row_command, "share_read_by", lambda network, rows: 1.0)
    content, blank = model.read_bytes(), RowSet((), ())
    worse = replace(network.papers, seed=7, validation_whole=0.5)
    row_command._put(b"another", worse, model, blank, is_forced=False)
    assert capsys.readouterr().out == (
        "Of the validation rows 50.00% are read, 100.00% before.\n"
        "It is worse than the one in mine.h5, which stays; --force replaces it.\n"
    )
    assert model.read_bytes() == content
    row_command._put(b"another", worse, model, blank, is_forced=True)
    printed = capsys.readouterr().out
    assert printed.startswith("Of the validation rows 50.00% are read, 100.00% before. Written to")
    assert printed.count("\n") == 1
    assert model.read_bytes() != content


@pytest.mark.parametrize(
    ("output", "sentence"),
    [("none.h5", "train the network of digits first"), ("thesis.h5", "thesis.h5")],
)
def test_without_a_model_there_is_nowhere_to_put_it(
    tmp_path: Path, small_mnist: Path, output: str, sentence: str, capsys
) -> None:
    (tmp_path / "thesis.h5").write_bytes(b"years of work")
    options = ["--data", str(small_mnist), "--rows", "20", "--output", str(tmp_path / output)]
    assert main(options) == 1
    errors = capsys.readouterr().err
    assert sentence in errors
    assert errors.count("\n") == 1
    assert (tmp_path / "thesis.h5").read_bytes() == b"years of work"


def test_the_shipped_network_of_rows_reads_blank_paper_as_nothing() -> None:
    network = load_row_network()
    assert network is not None
    blank = RowSet((np.zeros((STRIP_HEIGHT, 64), np.uint8),), ("",))
    assert share_read_by(network, blank) == 1.0
