"""Training runs on Keras's other backends as well; `.ci/versions` installs what that needs."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from digit_predictor import load_model
from digits.network.model_file import read_papers
from digits.network.prediction import predict_probabilities
from tests.browser import ROOT
from tests.mnist_arrays import mnist_arrays


@pytest.mark.jax
def test_a_tiny_epoch_on_jax_gives_a_model_that_tensorflow_reads(tmp_path: Path) -> None:
    np.savez(tmp_path / "mnist.npz", **mnist_arrays(6_300))
    options = ["--data", str(tmp_path / "mnist.npz"), "--output", str(tmp_path / "mine.h5")]
    command = [sys.executable, str(ROOT / "train_mnist_model.py"), *options, "--epochs", "1"]
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert str(read_papers(tmp_path / "mine.h5").trained_with).endswith("on jax")
    blank = np.zeros((2, 28, 28), np.float32)
    probabilities = predict_probabilities(blank, load_model(tmp_path / "mine.h5"))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
