"""What the tests of training share: runs that take seconds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from digit_predictor import load_model
from digits.network.architectures import ARCHITECTURES
from digits.network.tensorflow_import import import_keras
from digits.training.checkpoint import Checkpoint, EpochRow
from digits.training.command import main
from digits.training.digit_sets import DigitSet
from digits.training.fitting import RunControl, TrainedNetwork
from digits.training.recipe import Recipe
from tests.browser import ROOT

SLOW_MACHINE_S = 280
"""Seconds that a run of a few epochs takes at most, wherever it runs."""


def start_training(
    data: Path, output: Path, *options: str, environment: Mapping[str, str] = os.environ
) -> subprocess.Popen[str]:
    script = str(ROOT / "train_mnist_model.py")
    return subprocess.Popen(
        [sys.executable, script, "--data", str(data), "--output", str(output), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**environment, "PYTHONUNBUFFERED": "1"},
    )


def slim(data: Path) -> list[str]:
    """Options that train a network that is compiled in a moment."""
    return ["--tuned", str(data.with_name("slim.json"))]


def run_here(data: Path, *options: str) -> int:
    """Train a slim network in this process, into mine.h5 beside the data."""
    files = ["--data", str(data), "--output", str(data.with_name("mine.h5"))]
    return main([*files, *slim(data), "--no-export", *options])


def weights_of(path: Path) -> list[np.ndarray]:
    return load_model(path).get_weights()


def train_nothing(
    recipe: Recipe,
    training: DigitSet,
    validation: DigitSet,
    seed: int,
    control: RunControl,
    *,
    initial_weights: list[np.ndarray] | None = None,
) -> TrainedNetwork:
    """In the place of `fitting.train`: one epoch that changes no weight, for who needs none."""
    import_keras().utils.set_random_seed(seed)
    model = ARCHITECTURES[recipe.architecture](**recipe.network)
    if initial_weights is not None:
        model.set_weights(initial_weights)
    history = (EpochRow(1, 1.0, 0.1, 0.2, 0.9, 0.2, 0.9),)
    if control.resume_from is None:
        weights = model.get_weights()
        control.after_epoch(Checkpoint(history, weights, weights, weights))
    return TrainedNetwork(model, history)
