"""Training runs on Keras's other backends as well; `.ci/versions` installs what that needs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from digit_predictor import load_model, load_network
from digits.network.model_file import read_papers
from digits.network.prediction import are_digits, predict_logits, predict_probabilities
from digits.training.digit_sets import as_network_input
from digits.training.picture_folder import prepare_image
from tests.browser import ROOT
from tests.drawings import DIGITS, SCRIBBLE, draw
from tests.mnist_arrays import mnist_arrays


def train_on_jax(folder: Path, *options: str) -> str:
    """What is said by a training of an epoch, which writes mine.h5."""
    np.savez(folder / "mnist.npz", **mnist_arrays(6_300))
    given = ["--data", "mnist.npz", "--output", "mine.h5", "--epochs", "1", *options]
    command = [sys.executable, str(ROOT / "train_mnist_model.py"), *given]
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    run = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert str(read_papers(folder / "mine.h5").trained_with).endswith("on jax")
    return run.stdout


@pytest.mark.jax
def test_a_tiny_epoch_on_jax_gives_a_model_that_tensorflow_reads(tmp_path: Path) -> None:
    train_on_jax(tmp_path)
    assert_probabilities(tmp_path / "mine.h5")


@pytest.mark.jax
def test_corrections_are_taught_on_jax_and_doubt_is_told(tmp_path: Path) -> None:
    for folder, strokes in (("7", DIGITS[7]), ("none", SCRIBBLE)):
        (tmp_path / "own" / folder).mkdir(parents=True)
        for pen in range(6):
            picture = Image.fromarray(draw(strokes, pen=12 + pen))
            picture.save(tmp_path / "own" / folder / f"{pen}.png")

    said = train_on_jax(tmp_path, "--fine-tune", "--extra", "own")

    assert "Of 1 correction held back, 100.00% are read right" in said
    held_back = as_network_input(prepare_image(draw(SCRIBBLE, pen=16))[None])[..., 0]
    before = 1 - int(are_digits(predict_logits(held_back), load_network())[0])
    assert re.search(rf"Of 1 picture of no digit held back, \d are doubted \({before} bef", said)
    assert_probabilities(tmp_path / "mine.h5")


def assert_probabilities(path: Path) -> None:
    blank = np.zeros((2, 28, 28), np.float32)
    probabilities = predict_probabilities(blank, load_model(path))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
