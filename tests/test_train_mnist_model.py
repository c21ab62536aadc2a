"""Retraining, as a person would run it, on a slice that trains in seconds."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from digit_network import build_classic, layer_table
from digit_predictor import load_model
from model_file import read_papers
from tests.test_digit_data import mnist_arrays
from train_mnist_model import RECIPES, main

ROOT = Path(__file__).parent.parent


@pytest.fixture
def small_mnist(tmp_path: Path) -> Path:
    """300 training digits before the validation split, all images the spelled indices."""
    np.savez(tmp_path / "mnist.npz", **mnist_arrays(6_300))
    return tmp_path / "mnist.npz"


def start_training(data: Path, output: Path, epochs: int) -> subprocess.Popen[str]:
    script = str(ROOT / "train_mnist_model.py")
    options = ["--data", str(data), "--output", str(output), "--epochs", str(epochs)]
    return subprocess.Popen(
        [sys.executable, script, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


def test_a_run_reports_its_progress_and_writes_a_model_with_papers(small_mnist: Path) -> None:
    output = small_mnist.with_name("mine.h5")
    run = start_training(small_mnist, output, epochs=2)
    printed, errors = run.communicate()
    assert run.returncode == 0, errors
    assert "Epoch 2/2" in printed
    assert printed.count(" left.") == 1
    assert printed.count("test accuracy") == 1
    papers = read_papers(output)
    assert (papers.architecture, papers.epochs, papers.seed) == ("compact", 2, 0)
    assert papers.temperature == 1
    assert load_model(output).count_params() == load_model().count_params()


def test_killed_or_interrupted_the_old_file_stays_whole(small_mnist: Path) -> None:
    output = small_mnist.with_name("mine.h5")
    output.write_bytes(b"old")
    for stop, status in ((signal.SIGKILL, -9), (signal.SIGINT, 130)):
        run = start_training(small_mnist, output, epochs=500)
        assert run.stdout is not None
        while "Epoch 1/500" not in run.stdout.readline():
            assert run.poll() is None
        time.sleep(0.5)
        run.send_signal(stop)
        _, errors = run.communicate()
        assert run.returncode == status, errors
        assert "Traceback" not in errors
        assert output.read_bytes() == b"old"


def test_classic_is_exactly_the_well_known_network() -> None:
    rows = [(row.kind, row.output_shape, row.parameters) for row in layer_table(build_classic())]
    assert rows == [
        ("Conv2D", (26, 26, 32), 320),
        ("Conv2D", (24, 24, 64), 18_496),
        ("MaxPooling2D", (12, 12, 64), 0),
        ("Dropout", (12, 12, 64), 0),
        ("Flatten", (9_216,), 0),
        ("Dense", (128,), 1_179_776),
        ("Dropout", (128,), 0),
        ("Dense", (10,), 1_290),
    ]
    recipe = RECIPES["classic"]
    assert (recipe.epochs, recipe.batch_size, recipe.augmentation) == (3, 32, None)
    assert recipe.validation_digits == 6_000


def test_the_last_convolution_of_ours_keeps_feature_maps_of_at_least_7_by_7() -> None:
    maps = [row.output_shape for row in layer_table(load_model()) if row.kind == "Conv2D"][-1]
    assert min(maps[:2]) >= 7


def test_the_same_seed_gives_the_same_weights(small_mnist: Path) -> None:
    weights = []
    for name in ("one.h5", "two.h5"):
        output = small_mnist.with_name(name)
        assert main(["--data", str(small_mnist), "--epochs", "1", "--output", str(output)]) == 0
        weights.append(load_model(output).get_weights())
    assert all(map(np.array_equal, *weights))


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--data", "none.npz"], "none.npz is no file"),
        (["--output", "model.txt"], "ends in .h5"),
        (["--output", "folder.h5"], "is a folder"),
        (["--output", "no/such/folder/model.h5"], "folder of --output does not exist"),
    ],
)
def test_bad_arguments_end_in_one_sentence(
    arguments: list[str], sentence: str, capsys, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.h5").mkdir()
    assert main(arguments) == 1
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize("argument", ["--epochs", "--batch-size"])
def test_a_count_below_one_is_refused(argument: str, capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main([argument, "0"])
    assert caught.value.code == 2
    assert "from 1 to" in capsys.readouterr().err
