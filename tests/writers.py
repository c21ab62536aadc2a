"""Everything that this project writes, each in an older and a newer version, without TensorFlow.

As a program, `python -m tests.writers NAME FOLDER`, it writes the newer one, halves what it has
written before that gets its name, says so, and waits to be killed.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from digits.common import atomic_file


def write_model(folder: Path, version: int) -> None:
    import h5py

    from digits.network.model_file import save_model_file
    from digits.network.papers import ModelPapers

    class Model:
        """As much of a Keras model as is saved."""

        def count_params(self) -> int:
            return 3

        def save(self, path: Path, *, include_optimizer: bool) -> None:
            with h5py.File(path, "w") as file:
                file["weights"] = np.full(3, version)

    model: Any = Model()
    save_model_file(model, ModelPapers(seed=version), folder / "mine.h5")


def write_checkpoint(folder: Path, version: int) -> None:
    from digits.training.checkpoint import Checkpoint, EpochRow, checkpoint_path, save_checkpoint

    row = EpochRow(version, 1.0, 0.1, 0.2, 0.9, 0.2, 0.9)
    weights = [np.full((30, 30), version, np.float32)]
    checkpoint = Checkpoint((row,), weights, weights, weights, {"seed": 3})
    save_checkpoint(checkpoint, checkpoint_path(folder / "mine.h5"))


def write_curves(folder: Path, version: int) -> None:
    from digits.training.checkpoint import EpochRow
    from digits.training.curves import write_curves_csv

    rows = [EpochRow(epoch, 1.0, 0.1, 0.2, 0.9, 0.2, 0.9) for epoch in range(1, version + 2)]
    write_curves_csv(rows, folder / "mine.curves.csv")


def write_report(folder: Path, version: int) -> None:
    from digits.evaluation import report
    from digits.evaluation.measures import measure
    from digits.network.papers import ModelPapers

    evaluation = measure(np.eye(10, dtype=np.float32), np.arange(10, dtype=np.uint8))
    written = report.Report("mine.h5", f"set {version}", evaluation, [], ModelPapers())
    report.write_report(written, folder)


def write_tuned_recipe(folder: Path, version: int) -> None:
    from digits.training.recipe import Recipe
    from digits.tuning.command import write_recipe

    write_recipe(Recipe(epochs=version + 1), folder / "tuned_recipe.json")


def write_trial(folder: Path, version: int) -> None:
    from digits.tuning.oracle import write_json

    write_json(folder / "trial.json", {"score": version / 10})


def write_picture(folder: Path, version: int) -> None:
    import cv2

    from digits.common.picture_saving import save_picture

    picture = np.full((50, 50), version, np.uint8)
    save_picture(cv2.imencode(".png", picture)[1].tobytes(), folder / "digit.png")


def write_made_pictures(folder: Path, version: int) -> None:
    from digits.training.digit_sets import DigitSet
    from digits.training.pictures import PictureMaker

    images = np.zeros((3, 28, 28), np.uint8)
    images[:, 4:24, 10:18] = 255
    PictureMaker(DigitSet(images, np.arange(3, dtype=np.uint8)), [], version, folder).non_digits(1)


WRITERS: dict[str, Callable[[Path, int], None]] = {
    "model": write_model,
    "checkpoint": write_checkpoint,
    "curves": write_curves,
    "report": write_report,
    "tuned recipe": write_tuned_recipe,
    "trial": write_trial,
    "picture": write_picture,
    "made pictures": write_made_pictures,
}


def wait_to_be_killed(path: Path) -> None:
    """Instead of bringing the whole of a file to the disk."""
    os.truncate(path, path.stat().st_size // 2)
    print(path.name, flush=True)
    time.sleep(600)


if __name__ == "__main__":
    atomic_file._flush_to_disk = wait_to_be_killed
    WRITERS[sys.argv[1]](Path(sys.argv[2]), 1)
