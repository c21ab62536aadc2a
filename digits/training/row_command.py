"""`train_mnist_model.py --rows`: the network of rows, from real digits to its place in a file.

It lies in the file of the network of digits, which stays as it is.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import shlex
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from digits.common.atomic_file import atomic_write
from digits.common.errors import DigitError
from digits.common.progress import duration_text
from digits.network.exporting import can_export
from digits.network.loading import list_convolutions
from digits.network.row_exporting import make_row_export
from digits.network.row_serving import RowNetwork, RowPapers, read_row_network, write_row_network
from digits.network.stored_export import HOW_TO_EXPORT
from digits.network.tensorflow_import import backend_version
from digits.synthetic.sources import Sources
from digits.training.checkpoint import (
    Checkpoint,
    checkpoint_path,
    save_checkpoint,
)
from digits.training.collected import CollectedFiles, read_collected
from digits.training.data import read_pen_files
from digits.training.digit_sets import MNIST_VALIDATION_DIGITS, load_mnist
from digits.training.options import collected_files, words_of
from digits.training.resuming import where_to_begin
from digits.training.row_fitting import RowEpoch, RowRecipe, best_path_text, train_rows
from digits.training.rows import RowMaker, RowSet

ROWS, MOST_ROWS = 200_000, 2_000_000
VALIDATION_ROWS = 3_000
_JUDGING_SEED = 1


def train_row_network(options: argparse.Namespace, cache: Path, script: str) -> None:
    """Train as the command line says, and put the network into the file of `--output`.

    Args:
        options: of `train_mnist_model.py`.
        cache: where rows are kept that were made.
        script: what the command is called.

    Raises:
        DigitError: there is no such file, or what it takes is not installed.
        DataError: digits or letters cannot be read.
    """
    path: Path = options.output
    if not path.exists():
        raise DigitError(f"There is no {path.name} yet: train the network of digits first.")
    list_convolutions(path)  # or says why it cannot
    if not can_export():
        raise DigitError(HOW_TO_EXPORT)
    recipe = _recipe(options)
    training, validation = _rows(options, cache)
    print(f"{len(training):,} rows to learn from, {len(validation):,} to validate.", flush=True)
    run = {"recipe": asdict(recipe), "seed": options.seed, "data_sha256": _hash(training)}
    keeper = _Keeper(options, run, recipe.epochs)
    model, history = train_rows(
        recipe,
        training,
        validation,
        options.seed,
        after_epoch=keeper,
        resume_from=keeper.where_to_begin(),
    )
    onnx, difference = make_row_export(model, validation.strips[:200])
    papers = RowPapers(
        trained_at=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        trained_with=keeper.trained_with,
        command=_command(options, recipe, script),
        recipe=json.dumps(asdict(recipe)),
        data_sha256=run["data_sha256"],
        seed=options.seed,
        validation_whole=history[-1].whole,
        largest_difference=difference,
    )
    # Of the export, which is what reads.
    papers = replace(papers, validation_whole=share_read_by(RowNetwork(onnx, papers), validation))
    _put(onnx, papers, path, validation, is_forced=options.force)
    keeper.path.unlink(missing_ok=True)


def _put(
    onnx: bytes, papers: RowPapers, path: Path, validation: RowSet, *, is_forced: bool
) -> None:
    """Write the network into the file, unless the one there is better."""
    before = read_row_network(path)
    told = f"Of the validation rows {papers.validation_whole:.2%} are read"
    if before is not None:
        share = share_read_by(before, validation)
        told += f", {share:.2%} before"
        if share > papers.validation_whole and not is_forced:
            print(f"{told}.")
            print(f"It is worse than the one in {path.name}, which stays; --force replaces it.")
            return
    with atomic_write(path) as temporary:
        write_row_network(onnx, papers, path, temporary)
    print(f"{told}. Written to {path}.")


def share_read_by(network: RowNetwork, rows: RowSet) -> float:
    """Of some rows those that a network reads right to the last sign, 0 to 1."""
    read = [
        best_path_text(
            network.log_probabilities(strip.astype(np.float32) / np.float32(255)).argmax(axis=-1)
        )
        for strip in rows.strips
    ]
    return float(np.mean(np.array(read) == np.array(rows.texts)))


class _Keeper:
    """Says after every epoch what it came to, and keeps a checkpoint, from which --resume goes on.

    A run may go on upon another of Keras's backends.
    """

    def __init__(self, options: argparse.Namespace, run: dict[str, Any], epochs: int) -> None:
        self.path = checkpoint_path(options.output.with_suffix(".rows.h5"))
        self._options, self._run, self._epochs = options, run, epochs
        self._start, self._first = time.monotonic(), 0
        self.trained_with = backend_version()

    def where_to_begin(self) -> Checkpoint[RowEpoch] | None:
        """The checkpoint, if it is wanted and there is one."""
        checkpoint = where_to_begin(self._options, self.path, RowEpoch, self._run)
        if checkpoint is not None:
            self._first = len(checkpoint.history)
            before = checkpoint.run["trained_with"]
            if self._first == self._epochs:  # all that is left to do is to export it
                self.trained_with = before
            elif before != self.trained_with:
                self.trained_with = f"{before}, then {self.trained_with}"
        return checkpoint

    def __call__(self, checkpoint: Checkpoint[RowEpoch]) -> None:
        """After an epoch."""
        run = {**self._run, "trained_with": self.trained_with}
        save_checkpoint(replace(checkpoint, run=run), self.path)
        self._options.can_resume = True
        epoch = checkpoint.history[-1]
        pace = (time.monotonic() - self._start) / (epoch.epoch - self._first)
        line = f"Epoch {epoch.epoch}/{self._epochs}: loss {epoch.loss:.3f}, "
        line += f"{epoch.whole:.2%} of the validation rows read"
        left = duration_text(pace * (self._epochs - epoch.epoch))
        line += f", about {left} left." if epoch.epoch < self._epochs else "."
        print(line, flush=True)


def _rows(options: argparse.Namespace, cache: Path) -> tuple[RowSet, RowSet]:
    mnist = load_mnist(options.data)
    learnt, judging = mnist.training(MNIST_VALIDATION_DIGITS), mnist.validation()
    pens = read_pen_files(options.pen_strokes)
    chosen = collected_files(options)
    letters = read_collected(CollectedFiles(chosen.letters, [], None, None))
    training = Sources(learnt.images, learnt.labels, tuple(pens.training), letters.training)
    validation = Sources(judging.images, judging.labels, tuple(pens.validation), letters.validation)
    count = options.rows
    return (
        RowMaker(training).rows(count, cache),
        RowMaker(validation, _JUDGING_SEED).rows(min(VALIDATION_ROWS, max(10, count // 10)), cache),
    )


def _recipe(options: argparse.Namespace) -> RowRecipe:
    changes = {
        "epochs": options.epochs,
        "batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "width": options.width,
        "precision": options.precision,
    }
    given = {name: each for name, each in changes.items() if each is not None}
    return replace(RowRecipe(), **given)


def _command(options: argparse.Namespace, recipe: RowRecipe, script: str) -> str:
    words = ["--rows", str(options.rows), "--epochs", str(recipe.epochs)]
    words += [
        "--batch-size",
        str(recipe.batch_size),
        "--learning-rate",
        f"{recipe.learning_rate:g}",
    ]
    if recipe.precision != "float32":
        words += ["--precision", recipe.precision]
    if recipe.width != 1:
        words += ["--width", f"{recipe.width:g}"]
    words += ["--seed", str(options.seed), *words_of(options)]
    return f"{script} {shlex.join(words)}"


def _hash(rows: RowSet) -> str:
    digest = hashlib.sha256("\n".join(rows.texts).encode())
    for strip in rows.strips:
        digest.update(strip.tobytes())
    return digest.hexdigest()
