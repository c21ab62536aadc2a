"""The command `train_mnist_model.py`: a run from its options to the model's file."""

from __future__ import annotations

import argparse
import datetime
import math
import os
import shlex
import sys
import time
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from digits.common.atomic_file import atomic_write
from digits.common.command_line import check_writable, run_script
from digits.common.errors import DigitError
from digits.common.file_lock import held_lock
from digits.common.progress import duration_text
from digits.network.model_file import load_model_file, save_model_file
from digits.network.model_findings import file_sha256
from digits.network.papers import ModelPapers
from digits.network.tensorflow_import import backend_version, import_keras
from digits.training.added_export import AddedExport
from digits.training.blending import blend_with_start
from digits.training.calibration import calibrate
from digits.training.checkpoint import (
    Checkpoint,
    EpochRow,
    checkpoint_path,
    save_checkpoint,
)
from digits.training.comparison import Comparison, accuracy, compare, load_replaced_model
from digits.training.curves import write_curves_csv, write_curves_png
from digits.training.data import TrainingData, describe_left_out, load_training_data
from digits.training.digit_sets import load_mnist
from digits.training.fine_tuning_command import OUTPUT as FINE_TUNED
from digits.training.fine_tuning_command import fine_tune_model
from digits.training.fitting import RunControl, TrainedNetwork, train
from digits.training.options import add_digit_options, collected_files, words_of
from digits.training.recipe import RECIPES, Recipe, read_recipe
from digits.training.resuming import where_to_begin
from digits.training.row_command import train_row_network
from digits.training.run_options import OUTPUT, add_recipe_options, add_run_options

if TYPE_CHECKING:
    import keras
    import numpy as np

SCRIPT = "python train_mnist_model.py"
# Pictures that were made to learn from are kept there, beside the model.
CACHE = "made_pictures"
# Of the 255 bytes that file systems allow, temporary names and endings need the rest.
LONGEST_NAME = 200


def main(arguments: list[str] | None = None) -> int:
    """Train as the command line says; 1 and one plain sentence if that is not possible."""
    options = _parser().parse_args(arguments)
    options.given = sys.argv[1:] if arguments is None else arguments
    if options.output is None:
        options.output = FINE_TUNED if options.fine_tune else OUTPUT
    options.can_resume = options.is_written = False
    if options.show_augmentation:
        return run_script(lambda: _show_augmentation(options), lambda: "Stopped.")
    return run_script(lambda: _run(options), lambda: _stopped(options))


def _run(options: argparse.Namespace) -> None:
    _check_output(options.output)
    _check_tensorboard(options.tensorboard)
    output = options.output
    taken = f"Another training is writing {output.name}: wait for it, or name another --output."
    with held_lock(output.with_name(f".{output.name}.lock"), taken):
        if options.fine_tune:
            fine_tune_model(options, output.parent / CACHE, SCRIPT)
        elif options.rows is None:
            _train_and_write(options)
        else:
            train_row_network(options, output.parent / CACHE, SCRIPT)


def _train_and_write(options: argparse.Namespace) -> None:
    recipe = _recipe(options)
    import_keras()  # where there is none it is said now, and not after minutes of making pictures
    initial_weights = _initial_weights(options.start_from)
    data = load_training_data(
        options.data,
        options.pen_strokes,
        options.extra,
        recipe,
        options.output.parent / CACHE,
        collected_files=collected_files(options),
    )
    for line in describe_left_out(data):
        print(line)
    replaced = load_replaced_model(options.output, options.force)
    progress = Progress(options, recipe, data)
    trained = progress.train(initial_weights)
    if not math.isfinite(trained.history[-1].val_loss):
        raise DigitError("The training went astray: give it a lower --learning-rate.")
    if initial_weights is not None and options.keep_of_start:
        images = data.training.images
        blend_with_start(trained.model, initial_weights, options.keep_of_start, images)
    comparison = compare(trained.model, replaced, data.judges)
    _write(options, recipe, data, trained, comparison)


class Progress:
    """A run on its way: where it begins, and what is kept and said after every epoch."""

    def __init__(self, options: argparse.Namespace, recipe: Recipe, data: TrainingData) -> None:
        self.options, self.recipe, self.data = options, recipe, data
        self.path = checkpoint_path(options.output)
        self.run = {
            "recipe": recipe.as_json(),
            "seed": options.seed,
            "patience": options.early_stopping,
            "data_sha256": data.sha256,
            "backend": import_keras().backend.backend(),
            "start_from": options.start_from and file_sha256(options.start_from),
        }

    def train(self, initial_weights: list[np.ndarray] | None) -> TrainedNetwork:
        """Train from the beginning, or from where the checkpoint is.

        Args:
            initial_weights: what a network begins with that goes on from no checkpoint.
        """
        checkpoint = where_to_begin(self.options, self.path, EpochRow, self.run)
        self.first_epoch = len(checkpoint.history) if checkpoint else 0
        self.start = time.monotonic()
        control = RunControl(
            patience=self.options.early_stopping,
            resume_from=checkpoint,
            after_epoch=self._keep,
            callbacks=_tensorboard(self.options.tensorboard),
            verbose=1 if sys.stdout.isatty() else 2,
        )
        digits = self.data.training, self.data.validation
        try:
            return train(
                self.recipe,
                *digits,
                self.options.seed,
                control,
                initial_weights=initial_weights,
            )
        except Exception as error:
            if self.options.tensorboard and type(error).__module__.startswith("tensorflow"):
                raise DigitError(
                    "The logs of TensorBoard cannot be written: choose another --tensorboard."
                ) from error
            raise

    def _keep(self, checkpoint: Checkpoint[EpochRow]) -> None:
        save_checkpoint(replace(checkpoint, run=self.run), self.path)
        self.options.can_resume = True
        done = len(checkpoint.history)
        seconds_an_epoch = (time.monotonic() - self.start) / (done - self.first_epoch)
        if done < self.recipe.epochs:
            left = seconds_an_epoch * (self.recipe.epochs - done)
            print(f"About {duration_text(left)} left.", flush=True)


def _initial_weights(model: Path | None) -> list[np.ndarray] | None:
    """Of the model to start from, if any."""
    return None if model is None else list(load_model_file(model).get_weights())


def _check_tensorboard(folder: Path | None) -> None:
    if folder is None:
        return
    if not (find_spec("tensorboard") and find_spec("tensorflow")):
        raise DigitError("TensorBoard is not installed: pip install -r requirements-train.txt.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DigitError("The --tensorboard is no folder: name one, or a new one.") from error
    check_writable(folder, "--tensorboard")


def _tensorboard(folder: Path | None) -> list[keras.callbacks.Callback]:
    return [import_keras().callbacks.TensorBoard(folder, write_graph=False)] if folder else []


def _write(
    options: argparse.Namespace,
    recipe: Recipe,
    data: TrainingData,
    trained: TrainedNetwork,
    comparison: Comparison,
) -> None:
    """Write the model, or keep it beside the better one; then nothing is left to resume."""
    validation_accuracy = accuracy(trained.model, data.validation)
    test_accuracy = accuracy(trained.model, data.test)
    calibration = calibrate(trained.model, data.validation, data.collected_judges, data.non_digits)
    papers = ModelPapers(
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_with=backend_version(),
        command=_command(options, recipe),
        recipe=recipe.as_json(),
        architecture=recipe.architecture,
        data=data.description,
        data_sha256=data.sha256,
        seed=options.seed,
        epochs=len(trained.history),
        validation_accuracy=validation_accuracy,
        test_accuracy=test_accuracy,
        temperature=calibration.temperature,
        doubt_score=calibration.doubt_score,
        doubt_threshold=calibration.doubt_threshold,
    )
    is_worse = comparison.is_worse and not options.force
    target = options.output.with_suffix(".rejected.h5") if is_worse else options.output
    for line in (*comparison.lines, calibration.line):
        print(line)
    print(f"Validation accuracy {validation_accuracy:.2%}, test accuracy {test_accuracy:.2%}.")
    write_curves_csv(trained.history, target.with_suffix(".curves.csv"))
    write_curves_png(trained.history, target.with_suffix(".curves.png"))
    # Last of all, so that whatever fails leaves the old model and the checkpoint.
    export = AddedExport(data.validation, options.output, is_wanted=not options.no_export)
    save_model_file(trained.model, papers, target, export.add)
    options.is_written = True
    checkpoint_path(options.output).unlink(missing_ok=True)
    if is_worse:
        print(f"It is worse than {options.output.name}, which stays as it was. ", end="")
        print(f"The new model is kept as {target.name}; --force would have replaced the old one.")
    else:
        print(f"Written to {target}, with its curves (.curves.png, .curves.csv) beside it.")
    export.check(target)


def _show_augmentation(options: argparse.Namespace) -> None:
    """Write a contact sheet of training digits and what augmentation makes of them."""
    from digits.training.augmentation_sheet import draw_augmentation_sheet

    check_writable(options.show_augmentation.absolute().parent, "--show-augmentation")
    recipe = _recipe(options)
    augmentation = recipe.augmentation_at(recipe.epochs)
    if augmentation is None:
        raise DigitError("Augmentation is off, so there is nothing to show.")
    if options.show_augmentation.suffix.lower() != ".png":
        raise DigitError("The contact sheet is a PNG: give it a name that ends in .png.")
    digits = load_mnist(options.data).training()
    sheet = draw_augmentation_sheet(digits, augmentation, options.seed)
    with atomic_write(options.show_augmentation) as temporary:
        sheet.save(temporary)
    print(f"Written to {options.show_augmentation}.")


def _stopped(options: argparse.Namespace) -> str:
    if options.is_written:
        return f"Stopped, but {options.output.name} was finished."
    sentence = f"Stopped; {options.output.name} is as it was."
    if not options.can_resume:
        return sentence
    given = [each for each in options.given if each != "--resume"]
    return f"{sentence} To go on: {SCRIPT} {shlex.join([*given, '--resume'])}"


def _command(options: argparse.Namespace, recipe: Recipe) -> str:
    """The command that trains the same again on any machine, whatever the defaults will be."""
    words = ["--tuned", options.tuned.name] if options.tuned else []
    words += ["--architecture", recipe.architecture, "--epochs", str(recipe.epochs)]
    words += ["--batch-size", str(recipe.batch_size), "--seed", str(options.seed)]
    words += [] if options.width is None else ["--width", f"{options.width:g}"]
    if options.learning_rate is not None:
        words += ["--learning-rate", f"{recipe.learning_rate:g}"]
    words += ["--precision", recipe.precision] if options.precision else []
    words += ["--no-augmentation"] if options.no_augmentation else []
    words += ["--start-from", options.start_from.name] if options.start_from else []
    words += ["--keep-of-start", f"{options.keep_of_start:g}"] if options.keep_of_start else []
    words += ["--early-stopping", str(options.early_stopping)] if options.early_stopping else []
    return f"{SCRIPT} {shlex.join([*words, *words_of(options)])}"


def _recipe(options: argparse.Namespace) -> Recipe:
    recipe = (
        read_recipe(options.tuned) if options.tuned else RECIPES[options.architecture or "compact"]
    )
    if options.tuned and options.architecture not in (None, recipe.architecture):
        raise DigitError(
            f"The tuned recipe is for {recipe.architecture}: leave out --architecture."
        )
    network = recipe.network
    if options.width is not None:
        if recipe.architecture != "compact":
            raise DigitError("Only the architecture compact has a --width: leave it out.")
        network = {**network, "width": options.width}
    changes = {
        "network": network,
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "precision": options.precision,
        "augmentation": 0.0 if options.no_augmentation else None,
    }
    return replace(recipe, **{name: each for name, each in changes.items() if each is not None})


def _check_output(output: Path) -> None:
    if output.suffix != ".h5":
        raise DigitError("The output must be an .h5 file: give --output a name that ends in .h5.")
    for ending in (".h5", ".rejected.h5", ".checkpoint.npz", ".curves.csv", ".curves.png"):
        if output.with_suffix(ending).is_dir():
            raise DigitError(
                f"{output.with_suffix(ending).name} is a folder: give --output another name."
            )
    if len(os.fsencode(output.name)) > LONGEST_NAME:
        raise DigitError("The name of --output is too long: choose a shorter one.")
    check_writable(output.absolute().parent, "--output")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Train a network to recognise handwritten digits.",
        epilog="Beside the model lie, when the run is done, its curves (.curves.png, .curves.csv), "
        "and until then its checkpoint (.checkpoint.npz). A model that reads fewer of the "
        "validation digits right than the one it would replace is kept as .rejected.h5.",
    )
    add_digit_options(parser)
    add_recipe_options(parser)
    add_run_options(parser)
    return parser
